"""The sheet `Journal`: the old and the new value of every proposition that the user accepted, kept for ever."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from converter.columns import letters_of
from converter.marking.erreurs_sheet import inline, page
from converter.xlsx import parts
from converter.xlsx.book import SheetEntry

COLUMNS = {
    "Quand": 17,
    "Feuille": 15,
    "Cellule": 9,
    "Colonne": 26,
    "Ancienne valeur": 28,
    "Nouvelle valeur": 28,
    "Pourquoi": 44,
}
"""The columns of the sheet and their widths in letters."""
HEADING_ROW = 3
_TITLE = "Corrections que vous avez acceptées"
_ADVICE = (
    "Pour revenir en arrière, recopiez l’ancienne valeur dans la cellule. L’outil n’efface jamais une ligne d’ici."
)


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the journal, in the order of its columns."""

    quand: str
    feuille: str
    cellule: str
    colonne: str
    ancien: str
    nouveau: str
    pourquoi: str

    def cells(self) -> tuple[str, ...]:
        """Return the texts of the line."""
        return (self.quand, self.feuille, self.cellule, self.colonne, self.ancien, self.nouveau, self.pourquoi)


def read_changes(path: Path, entry: SheetEntry | None) -> list[Change]:
    """Return the lines that the workbook has, in their order."""
    if entry is None:
        return []
    rows = parts.SheetValues(parts.Parts(path.name, parts.load(path))).rows(entry.name)
    lines = [[_text(value) for value in row] for row in rows]
    start = next((i for i, line in enumerate(lines) if set(COLUMNS) <= set(line)), None)
    if start is None:
        return []
    found = (dict(zip(lines[start], line, strict=True)) for line in lines[start + 1 :])
    return [Change(*(line[heading] for heading in COLUMNS)) for line in found if any(line.values())]


def _text(value: object) -> str:
    return str(int(value) if isinstance(value, float) and value.is_integer() else value)


def sheet_of_changes(changes: Sequence[Change], look: Mapping[str, int], *, selected: bool) -> bytes:
    """The worksheet part of these lines."""
    widths = "".join(
        f'<col min="{i}" max="{i}" width="{width + 0.7:.1f}" customWidth="1"/>'
        for i, width in enumerate(COLUMNS.values(), 1)
    )
    rows = [
        f'<row r="1" ht="26" customHeight="1">{inline(1, 1, _TITLE, look["title"])}</row>',
        f'<row r="2">{inline(2, 1, _ADVICE, look["line"])}</row>',
        _row(HEADING_ROW, tuple(COLUMNS), look["heading"]),
        *(_row(row, each.cells(), look["text"]) for row, each in enumerate(changes, HEADING_ROW + 1)),
    ]
    area = f"A{HEADING_ROW}:{letters_of(len(COLUMNS))}{HEADING_ROW + len(changes)}"
    body = f'<cols>{widths}</cols><sheetData>{"".join(rows)}</sheetData><autoFilter ref="{area}"/>'
    return page(body, colour="FF7F7F7F", heading=HEADING_ROW, selected=selected)


def _row(row: int, texts: Sequence[str], style: int) -> str:
    return f'<row r="{row}">{"".join(inline(row, i, text, style) for i, text in enumerate(texts, 1))}</row>'
