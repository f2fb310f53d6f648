"""The sheet `Erreurs` in the hands of a user, who says OUI to what it proposes."""

from pathlib import Path

import openpyxl

from converter.marking.erreurs_sheet import COLUMNS, HEADING_ROW

_AT = {heading: column for column, heading in enumerate(COLUMNS)}


def say_oui(path: Path, **said: str) -> int:
    """Say OUI on the lines that propose something and whose columns, by heading, say so; return how many."""
    workbook = openpyxl.load_workbook(path)
    rows = [
        row for row in workbook["Erreurs"].iter_rows(min_row=HEADING_ROW + 1) if row[_AT["Correction proposée"]].value
    ]
    accepted = [row for row in rows if all(row[_AT[heading]].value == text for heading, text in said.items())]
    for row in accepted:
        row[_AT["Accepter"]].value = "OUI"
    workbook.save(path)
    return len(accepted)
