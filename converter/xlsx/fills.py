"""The fill of a mark: a conditional format of ours, known by its formula, so that no cell's style changes."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from converter.issues import Gravite
from converter.xlsx import styles
from converter.xlsx.package import Package
from converter.xlsx.sheet import REST, Worksheet, areas, attributes, cells_of

Cell = tuple[int, int]
"""Row and column, from 1."""

_RULE = re.compile(rb"<(?:[\w.\-]+:)?cfRule\b" + REST + rb"(?<!/>).*?</(?:[\w.\-]+:)?cfRule\s*>", re.DOTALL)
_OURS = re.compile(rb"LEN\((?:\"|&quot;)segur-hop:(?:%s)(?:\"|&quot;)\)" % b"|".join(each.encode() for each in Gravite))
_PRIORITY = re.compile(rb"""[:<]cfRule\b[^<]*?\spriority\s*=\s*["'](-?\d{1,10})["']""")
_EXTENSION = re.compile(rb"<xm:sqref>([^<]*)</xm:sqref>")
_BORDER = "".join(f'<{side} style="thin"><color rgb="{{0}}"/></{side}>' for side in ("left", "right", "top", "bottom"))
_AREAS = 1_000
"""Areas in one conditional format: one that names more is slow to open."""


def _look(font: str, fill: str, border: str) -> str:
    return (
        f'<dxf><font><color rgb="{font}"/></font>'
        f'<fill><patternFill patternType="solid"><fgColor rgb="{fill}"/><bgColor rgb="{fill}"/></patternFill></fill>'
        f"<border>{_BORDER.format(border)}</border></dxf>"
    )


LOOKS = {
    Gravite.ERREUR: _look("FF9C0006", "FFFFC7CE", "FFC00000"),
    Gravite.AVERTISSEMENT: _look("FF7F3F00", "FFFFE0B2", "FFED7D31"),
    Gravite.CORRECTION: _look("FF1F4E79", "FFDDEBF7", "FF9DC3E6"),
}
"""What a marked cell looks like, by gravity, as differential formats of the workbook."""


def without_fills(sheet: Worksheet) -> Worksheet:
    """The worksheet less our conditional formats; the user's rules get the priority back that they had."""
    if b"segur-hop:" not in sheet.data:
        return sheet
    ours: set[int] = set()
    for child in reversed(sheet.all("conditionalFormatting")):
        text = sheet.text(child)
        rules = [rule for rule in _RULE.findall(text) if _OURS.search(rule)]
        for rule in rules:
            ours |= {int(found) for found in _PRIORITY.findall(rule)}
            text = text.replace(rule, b"")
        if rules:
            sheet = sheet.spliced(child.start, child.end, text if b"cfRule" in text else b"")
    return _renumbered(sheet, lambda priority: priority - sum(each < priority for each in ours)) if ours else sheet


def with_fills(sheet: Worksheet, cells: Mapping[Gravite, Sequence[Cell]], formats: Mapping[Gravite, int]) -> Worksheet:
    """The worksheet with one conditional format for the cells of each gravity.

    The user's rules keep their numbers, unless one of them covers a marked cell: then ours go first, lest theirs
    paint over a mark, and theirs keep their order behind ours.
    """
    marked = [(gravite, chunk) for gravite in Gravite if gravite in cells for chunk in _chunks(areas(cells[gravite]))]
    if not marked:
        return sheet
    first = 1
    if _covers(sheet, [cell for found in cells.values() for cell in found]):
        sheet = _renumbered(sheet, lambda priority: priority + len(marked))
    else:
        first += max((int(each) for each in _PRIORITY.findall(sheet.mask, sheet.rows.end)), default=0)
    elements = [
        _element(sheet.prefix.decode(), chunk, gravite, formats[gravite], priority)
        for priority, (gravite, chunk) in enumerate(marked, first)
    ]
    return sheet.added("conditionalFormatting", "".join(elements).encode())


def _renumbered(sheet: Worksheet, moved: Callable[[int], int]) -> Worksheet:
    """The worksheet whose conditional formats, those of its extensions too, have other priorities."""
    start = copied = sheet.rows.end
    pieces = []
    for found in _PRIORITY.finditer(sheet.mask, start):
        pieces += [sheet.data[copied : found.start(1)], b"%d" % moved(int(found[1]))]
        copied = found.end(1)
    return sheet.spliced(start, copied, b"".join(pieces)) if pieces else sheet


def _covers(sheet: Worksheet, cells: Iterable[Cell]) -> bool:
    """Tell whether a conditional format of the user's covers one of these cells."""
    rows: dict[int, list[int]] = {}
    for row, column in sorted(cells):
        rows.setdefault(column, []).append(row)
    return any(
        left <= column <= right and bisect_right(found, bottom) > bisect_left(found, top)
        for top, left, bottom, right in _covered(sheet)
        for column, found in rows.items()
    )


def _covered(sheet: Worksheet) -> Iterator[tuple[int, int, int, int]]:
    told = [
        attributes(sheet.start_tag(child)).get(b"sqref", b"") for child in sheet.all("conditionalFormatting")
    ] + _EXTENSION.findall(sheet.mask, sheet.rows.end)
    return (cells_of(area) for each in told for area in each.decode().split())


def _chunks(found: list[str]) -> list[list[str]]:
    return [found[start : start + _AREAS] for start in range(0, len(found), _AREAS)]


def _element(prefix: str, found: list[str], gravite: Gravite, dxf: int, priority: int) -> str:
    return (
        f'<{prefix}conditionalFormatting sqref="{" ".join(found)}">'
        f'<{prefix}cfRule type="expression" dxfId="{dxf}" priority="{priority}">'
        f'<{prefix}formula>LEN("segur-hop:{gravite}")&gt;0</{prefix}formula>'
        f"</{prefix}cfRule></{prefix}conditionalFormatting>"
    )


def add_formats(package: Package, used: set[Gravite]) -> dict[Gravite, int]:
    """Add the looks of the gravities used to the workbook; the index of each."""
    wanted = [gravite for gravite in Gravite if gravite in used]
    if not wanted:
        return {}
    first = styles.append(package, "dxfs", [LOOKS[gravite] for gravite in wanted])
    return {gravite: first + i for i, gravite in enumerate(wanted)}
