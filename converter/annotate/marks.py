"""The fill of a mark: a conditional format of ours, known by its formula, so that no cell's style changes."""

import re
from collections.abc import Mapping, Sequence
from itertools import count

from converter.annotate import styles
from converter.annotate.package import Package
from converter.annotate.sheet import REST, Worksheet, areas
from converter.issues import Gravite

Cell = tuple[int, int]
"""Row and column, from 1."""

_RULE = re.compile(rb"<(?:[\w.\-]+:)?cfRule\b" + REST + rb"(?<!/>).*?</(?:[\w.\-]+:)?cfRule\s*>", re.DOTALL)
_OURS = re.compile(rb"LEN\((?:\"|&quot;)segur-hop:(?:%s)(?:\"|&quot;)\)" % b"|".join(each.encode() for each in Gravite))
_PRIORITY = re.compile(rb"""[:<]cfRule\b[^<]*?\spriority\s*=\s*["'](\d+)["']""")
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
"""Ours come after the user's own conditional formats: where theirs fill, our border still shows."""


def without_fills(sheet: Worksheet) -> Worksheet:
    """The worksheet less our conditional formats; the user's rules beside one of ours stay."""
    if b"segur-hop:" not in sheet.data:
        return sheet
    for child in reversed(sheet.all("conditionalFormatting")):
        text = sheet.text(child)
        if not _OURS.search(text):
            continue
        kept = _RULE.sub(lambda rule: b"" if _OURS.search(rule[0]) else rule[0], text)
        sheet = sheet.spliced(child.start, child.end, kept if b"cfRule" in kept else b"")
    return sheet


def with_fills(sheet: Worksheet, cells: Mapping[Gravite, Sequence[Cell]], formats: Mapping[Gravite, int]) -> Worksheet:
    """The worksheet with one conditional format for the cells of each gravity."""
    priority = count(1 + max((int(each) for each in _PRIORITY.findall(sheet.mask)), default=0))
    elements = [
        _element(sheet.prefix.decode(), chunk, gravite, formats[gravite], next(priority))
        for gravite in Gravite
        for chunk in _chunks(areas(cells.get(gravite, ())))
    ]
    return sheet.added("conditionalFormatting", "".join(elements).encode()) if elements else sheet


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
