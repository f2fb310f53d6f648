"""The way back of the sheet `Erreurs`: the propositions that the user accepted."""

import re
from pathlib import Path

from converter.marking.erreurs import find_sheet
from converter.xlsx import parts
from converter.xlsx.package import Package
from converter.xlsx.sheet import LAST_ROW, cells_of
from converter.xlsx.wanted import Accepted


def read_accepted(path: Path) -> list[Accepted]:
    """The lines of our sheet where the user answered OUI, in their order; none without such a sheet."""
    with Package(path) as package:
        entry = find_sheet(package)
    if entry is None:
        return []
    rows = parts.SheetValues(parts.Parts(path.name, parts.load(path))).rows(entry.name)
    lines = [[_text(value) for value in row] for row in rows]
    start = next((i for i, line in enumerate(lines) if set(line) >= {"Accepter", "Feuille", "Cellule"}), None)
    if start is None:
        return []
    found = (dict(zip(lines[start], line, strict=True)) for line in lines[start + 1 :])
    return [_accepted(line) for line in found if _is_accepted(line)]


def _text(value: object) -> str:
    return str(int(value) if isinstance(value, float) and value.is_integer() else value)


def _is_accepted(line: dict[str, str]) -> bool:
    cell = re.fullmatch(r"[A-Z]{1,3}[1-9]\d{0,6}", line["Cellule"].strip())
    return line["Accepter"].strip().upper() == "OUI" and bool(line.get("Correction proposée")) and cell is not None


def _accepted(line: dict[str, str]) -> Accepted:
    row, column = cells_of(line["Cellule"].strip())[:2]
    listed = re.findall(r"\b(\d{1,7})\b(?:\s*-\s*(\d{1,7})\b)?", line.get("Lignes concernées", ""))
    rows = {each for first, last in listed for each in range(int(first), min(int(last or first), LAST_ROW) + 1)}
    return Accepted(
        code=line.get("Code", ""),
        feuille=line["Feuille"],
        lignes=tuple(sorted(rows | {row})),
        colonne=column,
        lu=line.get("Valeur lue", ""),
        proposition=line["Correction proposée"],
    )
