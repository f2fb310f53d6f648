"""The fill of a mark: a conditional format of ours, known by its formula, so that no cell's style changes."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from converter.issues import Gravite
from converter.xlsx import styles
from converter.xlsx.package import Package
from converter.xlsx.sheet import REST, Cell, Worksheet, areas, attributes, cells_of

_RULE = re.compile(rb"<(?:[\w.\-]+:)?cfRule\b" + REST + rb"(?<!/>).*?</(?:[\w.\-]+:)?cfRule\s*>", re.DOTALL)
_OURS = re.compile(
    rb"LEN\((?:\"|&quot;)segur-hop:(?:%s)(?:\"|&quot;)\)"
    % b"|".join(each.encode() for each in (*Gravite, "a-completer"))
)
_PRIORITY = re.compile(rb"""[:<]cfRule\b[^<]*?\spriority\s*=\s*["'](-?\d{1,10})["']""")
_EXTENSION = re.compile(rb"<xm:sqref>([^<]*)</xm:sqref>")
_BORDER = "".join(f'<{side} style="thin"><color rgb="{{0}}"/></{side}>' for side in ("left", "right", "top", "bottom"))
_AREAS = 1_000
"""Areas in one conditional format: one that names more is slow to open."""


@dataclass(frozen=True, slots=True)
class Colours:
    """What a mark is drawn in, each as `RRGGBB`."""

    font: str
    fill: str
    border: str


COLOURS: Mapping[Gravite, Colours] = {
    Gravite.ERREUR: Colours("9C0006", "FFC7CE", "E6A0A8"),
    Gravite.AVERTISSEMENT: Colours("7F3F00", "FFE0B2", "F0B878"),
    Gravite.CORRECTION: Colours("1F4E79", "DDEBF7", "9DC3E6"),
}
"""The colours of each gravity: the marks, the sheet `Erreurs` and the legend are all drawn in them."""
A_COMPLETER = "a-completer"
"""The look of a cell that waits for a value, while typing and after a run alike."""
WAITING = Colours("7F6000", "FFF4C2", "E3C970")
"""Its colours."""


def _look(colours: Colours) -> str:
    fill = f"FF{colours.fill}"
    return (
        f'<dxf><font><color rgb="FF{colours.font}"/></font>'
        f'<fill><patternFill patternType="solid"><fgColor rgb="{fill}"/><bgColor rgb="{fill}"/></patternFill></fill>'
        f"<border>{_BORDER.format(f'FF{colours.border}')}</border></dxf>"
    )


LOOKS: Mapping[str, str] = {key: _look(colours) for key, colours in (*COLOURS.items(), (A_COMPLETER, WAITING))}
"""What a marked cell looks like, by gravity or as one that waits, as differential formats of the workbook."""


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


def with_fills(sheet: Worksheet, cells: Mapping[str, Sequence[Cell]], formats: Mapping[str, int]) -> Worksheet:
    """The worksheet with one conditional format for the cells of each look.

    The user's rules keep their numbers, unless one of them covers a marked cell: then ours go first, lest theirs
    paint over a mark, and theirs keep their order behind ours.
    """
    marked = [(look, chunk) for look in LOOKS if look in cells for chunk in _chunks(areas(cells[look]))]
    if not marked:
        return sheet
    first = 1
    if _covers(sheet, [cell for found in cells.values() for cell in found]):
        sheet = _renumbered(sheet, lambda priority: priority + len(marked))
    else:
        first += max((int(each) for each in _PRIORITY.findall(sheet.mask, sheet.rows.end)), default=0)
    elements = [
        _element(sheet.prefix.decode(), chunk, look, formats[look], priority)
        for priority, (look, chunk) in enumerate(marked, first)
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


def _element(prefix: str, found: list[str], look: str, dxf: int, priority: int) -> str:
    return (
        f'<{prefix}conditionalFormatting sqref="{" ".join(found)}">'
        f'<{prefix}cfRule type="expression" dxfId="{dxf}" priority="{priority}">'
        f'<{prefix}formula>LEN("segur-hop:{look}")&gt;0</{prefix}formula>'
        f"</{prefix}cfRule></{prefix}conditionalFormatting>"
    )


def add_formats(package: Package, used: set[str]) -> dict[str, int]:
    """Add the looks used to the workbook; the index of each."""
    wanted = [look for look in LOOKS if look in used]
    if not wanted:
        return {}
    first = styles.append(package, "dxfs", [LOOKS[look] for look in wanted])
    return {look: first + i for i, look in enumerate(wanted)}
