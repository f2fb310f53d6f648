"""The way back of the sheet `Erreurs`: the propositions that the user accepted."""

import re
from pathlib import Path

from python_calamine import CalamineWorkbook

from converter.marking.erreurs import find_sheet
from converter.xlsx.package import Package
from converter.xlsx.sheet import cells_of
from converter.xlsx.wanted import Accepted


def read_accepted(path: Path) -> list[Accepted]:
    """The lines of our sheet where the user answered OUI, in their order; none without such a sheet."""
    with Package(path) as package:
        entry = find_sheet(package)
    if entry is None:
        return []
    with CalamineWorkbook.from_path(path) as workbook:
        rows = workbook.get_sheet_by_name(entry.name).to_python(skip_empty_area=False)
    lines = [[_text(value) for value in row] for row in rows]
    start = next((i for i, line in enumerate(lines) if {"Accepter", "Feuille", "Cellule"} <= set(line)), None)
    if start is None:
        return []
    found = (dict(zip(lines[start], line, strict=True)) for line in lines[start + 1 :])
    return [_accepted(line) for line in found if _is_accepted(line)]


def _text(value: object) -> str:
    return str(int(value) if isinstance(value, float) and value.is_integer() else value)


def _is_accepted(line: dict[str, str]) -> bool:
    cell = re.fullmatch(r"[A-Z]{1,3}\d+", line["Cellule"].strip())
    return line["Accepter"].strip().upper() == "OUI" and bool(line.get("Correction proposée")) and cell is not None


def _accepted(line: dict[str, str]) -> Accepted:
    row, column = cells_of(line["Cellule"].strip())[:2]
    listed = re.findall(r"(\d+)(?:\s*-\s*(\d+))?", line.get("Lignes concernées", ""))
    rows = {each for first, last in listed for each in range(int(first), int(last or first) + 1)}
    return Accepted(
        code=line.get("Code", ""),
        feuille=line["Feuille"],
        lignes=tuple(sorted(rows | {row})),
        colonne=column,
        lu=line.get("Valeur lue", ""),
        proposition=line["Correction proposée"],
    )
