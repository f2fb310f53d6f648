"""One worksheet part as bytes: where its children stand, so that splicing leaves every other byte alone."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Self

from lxml import etree

from converter.columns import letters_of
from converter.xlsx.package import OFFICE_REL, parse, serialise
from converter.xlsx.sound import Malformed, whole
from converter.xlsx.text import MAIN

ORDER = (  # noqa: SIM905 - reads as the standard lists them
    "sheetPr dimension sheetViews sheetFormatPr cols sheetData sheetCalcPr sheetProtection protectedRanges "
    "scenarios autoFilter sortState dataConsolidate customSheetViews mergeCells phoneticPr "
    "conditionalFormatting dataValidations hyperlinks printOptions pageMargins pageSetup headerFooter "
    "rowBreaks colBreaks customProperties cellWatches ignoredErrors smartTags drawing legacyDrawing "
    "legacyDrawingHF drawingHF picture oleObjects controls webPublishItems tableParts extLst"
).split()
"""The children of `CT_Worksheet` in their order (ECMA-376 part 1, 18.3.1.99)."""

REST = rb"""[^<>"']*+(?:"[^"]*+"[^<>"']*+|'[^']*+'[^<>"']*+)*+>"""
"""What follows a name in a tag, whatever its attribute values hold."""

ROW = rb"<%srow(?=[\s/>])(?:\s+r=\"(\d{1,7})\")?" + REST
"""A row's start tag, with the prefix of the sheet to be put in; its number where that stands first, as usual."""

Cell = tuple[int, int]
"""Row and column, from 1."""
_ATTRIBUTE = re.compile(rb"""([\w:.\-]+)\s*=\s*("[^"]*"|'[^']*')""")
_NO_TAGS = re.compile(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>", re.DOTALL)
_TAG = re.compile(rb"<(/?)([\w:.\-]+)" + REST)
_ROOT = re.compile(rb"(?:[\w.\-]+:)?worksheet")
_REFERENCE = re.compile(r"([A-Za-z]{0,3})(\d{0,7})")
_ENCODING = re.compile(rb"""^<\?xml[^>]*?encoding\s*=\s*["']([\w.\-]+)["']""")


def attributes(tag: bytes) -> dict[bytes, bytes]:
    """The attributes of a start tag by qualified name, values as they are written (entities kept)."""
    return {name: value[1:-1] for name, value in _ATTRIBUTE.findall(tag)}


def attribute(tag: bytes, name: bytes) -> bytes:
    """The value of an attribute that a start tag must have."""
    found = attributes(tag).get(name)
    if found is None:
        raise Malformed(name)
    return found


@dataclass(frozen=True, slots=True)
class Child:
    """A child of the root, from its start tag to the end of its end tag."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Worksheet:
    """The bytes of a worksheet and where its children stand.

    `prefix` (as `b"x:"`) is that of the root; children of other namespaces keep theirs in their name.
    `mask` is `data` with comments, CDATA and instructions blanked: there, every `<` starts a tag.
    """

    data: bytes
    mask: bytes = field(repr=False)
    root: bytes = field(repr=False)
    prefix: bytes
    children: tuple[Child, ...] = field(repr=False)

    @classmethod
    def of(cls, data: bytes) -> Self:
        """Find the children of the root; unusual XML is first written in the usual way."""
        data = _usual(data)
        return cls._of(data, _masked(data))

    @classmethod
    def _of(cls, data: bytes, mask: bytes) -> Self:
        root = _TAG.search(mask)
        if root is None or not _ROOT.fullmatch(root[2]):
            raise Malformed
        prefix = root[2].removesuffix(b"worksheet")
        children = tuple(_children(mask, prefix, root.end()))
        if sum(each.name == "sheetData" for each in children) != 1:
            raise Malformed
        return cls(data, mask, root[0], prefix, children)

    def child(self, name: str) -> Child | None:
        """The first child of that name."""
        return next(iter(self.all(name)), None)

    @property
    def rows(self) -> Child:
        """The child that holds the cells; every worksheet has it."""
        return self.all("sheetData")[0]

    def all(self, name: str) -> list[Child]:
        """Every child of that name."""
        return [each for each in self.children if each.name == name]

    def text(self, child: Child) -> bytes:
        """A child's bytes."""
        return self.data[child.start : child.end]

    def start_tag(self, child: Child) -> bytes:
        """A child's start tag."""
        found = _TAG.match(self.mask, child.start)
        return found[0] if found else b""

    def inner(self, child: Child, name: str) -> list[bytes]:
        """The start tags of that name within a child."""
        tags = re.compile(rb"<%s%s(?=[\s/>])" % (self.prefix, name.encode()) + REST)
        return tags.findall(self.mask, child.start, child.end)

    def spliced(self, start: int, end: int, fragment: bytes) -> "Worksheet":
        """The worksheet with the bytes from `start` to `end` replaced by tags and text only."""
        data = self.data[:start] + fragment + self.data[end:]
        return self._of(data, data if self.mask is self.data else _masked(data))

    def without(self, child: Child) -> "Worksheet":
        """The worksheet less one child."""
        return self.spliced(child.start, child.end, b"")

    def added(self, name: str, fragment: bytes) -> "Worksheet":
        """The worksheet with a new child, after those the standard puts before it and ahead of its like."""
        before = ORDER[: ORDER.index(name)]
        place = max(each.end for each in self.children if each.name in before)
        return self.spliced(place, place, fragment)

    def relation(self, child: Child) -> str:
        """The relationship a child such as `legacyDrawing` names."""
        return next(
            (each.decode() for name, each in attributes(self.start_tag(child)).items() if name.endswith(b":id")),
            "",
        )

    def relation_attribute(self, relationship: str) -> bytes:
        """An attribute `r:id`, with its namespace where the root does not declare it."""
        for name, value in attributes(self.root).items():
            if value == OFFICE_REL.encode() and name.startswith(b"xmlns:"):
                return b'%s:id="%s"' % (name[6:], relationship.encode())
        return b'xmlns:r="%s" r:id="%s"' % (OFFICE_REL.encode(), relationship.encode())


def _usual(data: bytes) -> bytes:
    """UTF-8, with the main namespace declared once: anything else goes through lxml."""
    declared = _ENCODING.match(data.removeprefix(b"\xef\xbb\xbf"))
    utf8 = data.startswith((b"<", b"\xef\xbb\xbf")) and (
        declared is None or declared[1].lower() in {b"utf-8", b"us-ascii", b"ascii"}
    )
    if utf8 and data.count(MAIN.encode()) == 1:
        return data
    root = parse(data)
    etree.cleanup_namespaces(root, top_nsmap={root.prefix: MAIN}, keep_ns_prefixes=list(filter(None, root.nsmap)))
    return serialise(root)


def _masked(data: bytes) -> bytes:
    if b"<!" not in data and data.rfind(b"<?") <= len("\ufeff".encode()):
        return data
    return _NO_TAGS.sub(lambda found: b" " * len(found[0]), data)


def _children(mask: bytes, prefix: bytes, position: int) -> Iterator[Child]:
    """The children of the root, without looking into `sheetData`."""
    while (start := _next_child(mask, position)) is not None:
        name = start[2]
        if start[0].endswith(b"/>"):
            position = start.end()
        elif name == prefix + b"sheetData":
            position = _only_end(mask, b"</" + name, position)
        else:
            position = _end(mask, start.end())
        yield Child(name.removeprefix(prefix).decode(), start.start(), position)


def _next_child(mask: bytes, position: int) -> re.Match[bytes] | None:
    found = _TAG.search(mask, position)
    return None if found is None or found[1] else found


def _only_end(mask: bytes, tag: bytes, position: int) -> int:
    """Where the one end tag of that name ends; counting tags between would be slow."""
    first, last = mask.find(tag, position), mask.rfind(tag, position)
    if first < 0 or first != last:
        raise Malformed
    return mask.index(b">", first) + 1


def _end(mask: bytes, position: int) -> int:
    depth = 1
    for tag in _TAG.finditer(mask, position):
        depth += -1 if tag[1] else not tag[0].endswith(b"/>")
        if depth == 0:
            return tag.end()
    raise Malformed


def cells_of(reference: str) -> tuple[int, int, int, int]:
    """First row, first column, last row, last column of a reference such as `B2:D9`, `C:C` or `$A$1`."""
    first, _, last = reference.replace("$", "").partition(":")
    (top, left), (bottom, right) = _cell(first, 1), _cell(last or first, 0)
    return top, left, bottom or LAST_ROW, right or LAST_COLUMN


def row_number(tag: re.Match[bytes], before: int) -> int:
    """The number of a row by its start tag, as `ROW` finds it: the next one where it tells none."""
    return int(tag[1]) if tag[1] else whole(attributes(tag[0]).get(b"r"), before + 1)


def columns_of(col: Mapping[bytes, bytes]) -> range:
    """The columns that an element `col` speaks of."""
    return range(whole(col.get(b"min")), min(whole(col.get(b"max")), LAST_COLUMN) + 1)


LAST_ROW, LAST_COLUMN = 1_048_576, 16_384


def _cell(reference: str, default: int) -> tuple[int, int]:
    found = _REFERENCE.fullmatch(reference)
    if found is None:
        raise Malformed(reference)
    return int(found[2] or default), column_number(found[1].encode()) or default


def sheet_data(worksheet: bytes) -> bytes:
    """Return the rows of a worksheet part without what stands around them, which may speak of formulas too."""
    return worksheet[worksheet.find(b"sheetData") : worksheet.rfind(b"sheetData")]


def column_number(letters: bytes) -> int:
    """The number, from 1, of a column named by letters; 0 for none."""
    number = 0
    for letter in letters.decode().upper():
        number = number * 26 + ord(letter) - 64
    return number


def areas(cells: Iterable[tuple[int, int]]) -> list[str]:
    """References that together cover these (row, column) cells, as few as runs of rows and columns allow."""
    runs: dict[tuple[int, int], list[int]] = {}
    for column, top, bottom in _vertical(sorted((column, row) for row, column in set(cells))):
        columns = runs.setdefault((top, bottom), [])
        columns.append(column)
    found = [(top, left, bottom, right) for (top, bottom), columns in runs.items() for left, right in _runs(columns)]
    return [reference(*area) for area in sorted(found)]


def _vertical(cells: list[tuple[int, int]]) -> Iterator[tuple[int, int, int]]:
    by_column: dict[int, list[int]] = {}
    for column, row in cells:
        by_column.setdefault(column, []).append(row)
    for column, rows in by_column.items():
        for top, bottom in _runs(rows):
            yield column, top, bottom


def _runs(numbers: list[int]) -> Iterator[tuple[int, int]]:
    """Runs of consecutive numbers in a sorted list."""
    start = previous = numbers[0]
    for number in numbers[1:]:
        if number != previous + 1:
            yield start, previous
            start = number
        previous = number
    yield start, previous


def reference(top: int, left: int, bottom: int, right: int) -> str:
    """A reference in A1 style, of one cell or of an area."""
    first, last = f"{letters_of(left)}{top}", f"{letters_of(right)}{bottom}"
    return first if first == last else f"{first}:{last}"
