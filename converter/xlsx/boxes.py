"""The box of a note: a shape in the sheet's legacy VML drawing, spliced in as text since VML may be no XML."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from converter.xlsx.package import Package
from converter.xlsx.sheet import LAST_COLUMN, LAST_ROW, ROW, Cell, Worksheet, attributes, columns_of, row_number
from converter.xlsx.sound import decimal

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_NAMESPACES = (
    b'xmlns:v="urn:schemas-microsoft-com:vml"',
    b'xmlns:o="urn:schemas-microsoft-com:office:office"',
    b'xmlns:x="urn:schemas-microsoft-com:office:excel"',
)
# `alt` tells it from the one that Excel or a library put there for notes of the user's.
_SHAPETYPE = (
    b'<v:shapetype id="_x0000_t202" alt="segur-hop" coordsize="21600,21600" o:spt="202"'
    b' path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/>'
    b'<v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
_DECLARED = rb'(?: xmlns:[vox]="[^"]*")*'
_OUR_SHAPETYPE = re.compile(re.escape(_SHAPETYPE).replace(b"<v:shapetype", b"<v:shapetype" + _DECLARED, 1))
_EMPTY = b'<xml %s><o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data=""/></o:shapelayout></xml>' % (
    b" ".join(_NAMESPACES)
)
_ROOT = re.compile(rb"<(?![?!])[\w:.-]+[^<>]*>")
_SHAPE = re.compile(rb"<v:shape\s.*?</v:shape\s*>", re.DOTALL)
_ANY_SHAPE = re.compile(rb"<(?:[\w.-]+:)?(?:shape|rect|oval|line|group|roundrect|polyline|image|arc|curve)[\s>]")
_ID = re.compile(rb"""\bid\s*=\s*["']_x0000_s(\d{1,9})["']""")
_CELL = re.compile(rb"<x:Row>\s*(\d{1,7})\s*</x:Row>\s*<x:Column>\s*(\d{1,7})\s*</x:Column>")
_IDMAP = re.compile(rb"""(<o:idmap\b[^>]*?\bdata\s*=\s*["'])([\d,\s]*)(["'])""")
_START = re.compile(rb"<[\w:]+")
_BLOCKS = re.compile(rb"\d{1,9}")
_END = re.compile(rb"</[\w:.-]+\s*>\s*$")
_BLOCK = 1024
"""Shape identifiers in one block of `o:idmap`."""

_LINE, _LETTERS, _WIDTH = 15, 46, 300
"""Pixels of a line, letters that fit in one, pixels of a box: Tahoma 9, with a margin."""


def can_hold(package: Package, part: str, sheet: Worksheet) -> bool:
    """Tell whether the sheet has, or may get, a VML drawing that we can add boxes to."""
    child = sheet.child("legacyDrawing")
    if child is None:
        return True
    name = _target(package, part, sheet.relation(child))
    data = package.read(name) if name in package else b""
    return bool(_END.search(data))


def is_empty(package: Package, part: str, sheet: Worksheet) -> bool:
    """Tell whether the sheet has a VML drawing that holds no shape."""
    child = sheet.child("legacyDrawing")
    name = "" if child is None else _target(package, part, sheet.relation(child))
    return name in package and not _ANY_SHAPE.search(package.read(name))


def _target(package: Package, part: str, relationship: str) -> str:
    return next((each.target for each in package.relationships(part) if each.id == relationship), "")


def without_boxes(package: Package, part: str, sheet: Worksheet, cells: set[Cell], *, keep: bool) -> Worksheet:
    """Take the boxes of these cells away, with the drawing when nothing else is in it unless it is to `keep`."""
    child = sheet.child("legacyDrawing")
    if child is None or not cells:
        return sheet
    relationship = sheet.relation(child)
    name = _target(package, part, relationship)
    if name not in package:
        return sheet
    data = _emptied(package.read(name), cells)
    if keep or _ANY_SHAPE.search(data):
        package.put(name, data)
        return sheet
    package.drop(name)
    package.unrelate(part, relationship)
    return sheet.without(child)


def _emptied(data: bytes, cells: set[Cell]) -> bytes:
    ours = {shape[0] for shape in _SHAPE.finditer(data) if _cell(shape[0]) in cells}
    data = _SHAPE.sub(lambda shape: b"" if shape[0] in ours else shape[0], data)
    data = _OUR_SHAPETYPE.sub(b"", data)
    gone = {_block(shape) for shape in ours} - {_block(shape[0]) for shape in _SHAPE.finditer(data)}

    def kept(idmap: re.Match[bytes]) -> bytes:
        blocks = [each for each in idmap[2].split(b",") if each.strip() not in gone]
        return idmap[1] + b",".join(blocks or idmap[2].split(b",")[:1]) + idmap[3]

    return _IDMAP.sub(kept, data, count=1)


def _cell(shape: bytes) -> Cell | None:
    if b'ObjectType="Note"' not in shape:
        return None
    found = _CELL.search(shape)
    return None if found is None else (int(found[1]) + 1, int(found[2]) + 1)


def _block(shape: bytes) -> bytes:
    found = _ID.search(shape)
    return b"" if found is None else b"%d" % (int(found[1]) // _BLOCK)


def with_boxes(package: Package, part: str, sheet: Worksheet, notes: Mapping[Cell, str]) -> Worksheet:
    """Add a hidden box beside each cell, large enough for its text; `can_hold` must have said so."""
    child = sheet.child("legacyDrawing")
    if child is None:
        name, sheet = _new_drawing(package, part, sheet)
    else:
        name = _target(package, part, sheet.relation(child))
    data = package.read(name)
    first = 1 + _last_block(package)
    grid = Grid.of(sheet)
    shapes = [
        _shape(first * _BLOCK + i + i // (_BLOCK - 1) + 1, cell, text, grid)
        for i, (cell, text) in enumerate(notes.items())
    ]
    blocks = [b"%d" % block for block in range(first, first + 1 + (len(shapes) - 1) // (_BLOCK - 1))]
    if b'id="_x0000_t202"' not in data:
        shapes.insert(0, _SHAPETYPE)
    if names := _undeclared(data):
        shapes = [_START.sub(rb"\g<0>" + names, shape, count=1) for shape in shapes]
    place = _END.search(data)
    end = len(data) if place is None else place.start()
    data = data[:end] + b"".join(shapes) + data[end:]
    package.put(name, _IDMAP.sub(lambda idmap: _with_blocks(idmap, blocks), data, count=1))
    return sheet


def _undeclared(drawing: bytes) -> bytes:
    """The namespaces that a shape of ours must declare itself, since the root of the drawing does not."""
    root = _ROOT.search(drawing)
    return b"".join(b" " + each for each in _NAMESPACES if root is None or each not in root[0])


def _with_blocks(idmap: re.Match[bytes], blocks: list[bytes]) -> bytes:
    return idmap[1] + b",".join([*filter(None, [idmap[2]]), *blocks]) + idmap[3]


def _last_block(package: Package) -> int:
    """The last block of shape identifiers that is taken: by a drawing's own word, or by a shape in it."""
    drawings = [package.read(part) for part in package if part.lower().endswith(".vml")]
    told = [int(block) for each in drawings for idmap in _IDMAP.findall(each) for block in _BLOCKS.findall(idmap[1])]
    taken = [int(shape) // _BLOCK for each in drawings for shape in _ID.findall(each)]
    return max(told + taken, default=0)


def _new_drawing(package: Package, part: str, sheet: Worksheet) -> tuple[str, Worksheet]:
    name = package.free_name("xl/drawings/vmlDrawingSegurHop{}.vml")
    package.add(name, _EMPTY, CONTENT_TYPE)
    relationship = package.relate(part, "vmlDrawing", name)
    tag = b"<%slegacyDrawing %s/>" % (sheet.prefix, sheet.relation_attribute(relationship))
    return name, sheet.added("legacyDrawing", tag)


def _shape(number: int, cell: Cell, text: str, grid: "Grid") -> bytes:
    size = f"width:{_WIDTH * 3 // 4}pt;height:{_height(text) * 3 // 4}pt"
    return (
        f'<v:shape id="_x0000_s{number}" type="#_x0000_t202"'
        f' style="position:absolute;{size};visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto">'
        '<v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>'
        '<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>'
        '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
        f"<x:Anchor>{grid.anchor(cell, _height(text))}</x:Anchor><x:AutoFill>False</x:AutoFill>"
        f"<x:Row>{cell[0] - 1}</x:Row><x:Column>{cell[1] - 1}</x:Column></x:ClientData></v:shape>"
    ).encode()


def _height(text: str) -> int:
    """The pixels that a text takes in a box, a margin included."""
    return 8 + _LINE * sum(1 + max(0, len(line) - 1) // _LETTERS for line in text.split("\n"))


@dataclass(frozen=True, slots=True)
class Grid:
    """Widths and heights of a sheet in pixels, where they differ from the default."""

    widths: Mapping[int, int]
    heights: Mapping[int, int]
    width: int
    height: int

    @classmethod
    def of(cls, sheet: Worksheet) -> "Grid":
        """Measure a worksheet; hidden rows and columns measure 0."""
        child = sheet.child("sheetFormatPr")
        default = attributes(sheet.start_tag(child)) if child else {}
        return cls(
            _widths(sheet),
            _heights(sheet),
            round(decimal(default.get(b"defaultColWidth"), 9.14) * 7) or 64,
            round(decimal(default.get(b"defaultRowHeight"), 15) * 4 / 3) or 20,
        )

    def anchor(self, cell: Cell, height: int) -> str:
        """The box beside a cell: column, pixels into it, row, pixels into it; first corner, then last."""
        left = max(1, min(cell[1] + 1, LAST_COLUMN - 5))
        top = max(1, min(cell[0] - 1, LAST_ROW - 1 - height // self.height))
        right, into_column = self._reach(left, 15 + _WIDTH, self.widths, self.width, LAST_COLUMN)
        heights = self.heights if self.heights.get(cell[0]) != 0 else {}  # shown once its row is
        bottom, into_row = self._reach(top, 4 + height, heights, self.height, LAST_ROW)
        return f"{left - 1}, 15, {top - 1}, 4, {right - 1}, {into_column}, {bottom - 1}, {into_row}"

    @staticmethod
    def _reach(start: int, pixels: int, sizes: Mapping[int, int], default: int, last: int) -> tuple[int, int]:
        """Where a length that starts with a row or column ends, and how far into that one."""
        place = start
        while place < last and pixels > (size := sizes.get(place, default)):
            pixels -= size
            place += 1
        return place, min(pixels, sizes.get(place, default))


def _widths(sheet: Worksheet) -> dict[int, int]:
    widths: dict[int, int] = {}
    child = sheet.child("cols")
    for column in map(attributes, [] if child is None else sheet.inner(child, "col")):
        hidden = column.get(b"hidden") in {b"1", b"true"}
        width = 0 if hidden else round(decimal(column.get(b"width"), 9.14) * 7)
        widths |= dict.fromkeys(columns_of(column), width)
    return widths


def _heights(sheet: Worksheet) -> dict[int, int]:
    heights: dict[int, int] = {}
    number = 0
    for tag in re.finditer(ROW % sheet.prefix, sheet.mask):
        number = row_number(tag, number)
        if b"ht" not in tag[0] and b"hidden" not in tag[0]:
            continue
        row = attributes(tag[0])
        if row.get(b"hidden") in {b"1", b"true"}:
            heights[number] = 0
        elif b"ht" in row:
            heights[number] = round(decimal(row[b"ht"], 15) * 4 / 3)
    return heights
