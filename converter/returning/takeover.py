"""What a workbook of LibreOffice holds, as rows for a new one: each cell as it is read there."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from converter.blank.template import Rows, Value
from converter.reading.workbook import Classeur, Table
from converter.spec.formats import Jour, show
from converter.spec.tags import TAG, Tag


def taken_over(classeur: Classeur) -> tuple[Rows, Mapping[str, str]]:
    """Return the rows of each data sheet, in their order, and the values of `Paramètres`, for `write_template`."""
    rows = {table.nom: _rows(table) for table in classeur.tables()}
    return rows, {nom: show(raw) for nom, raw in classeur.parametres.valeurs.items()}


def _rows(table: Table) -> list[dict[str, Value]]:
    return [
        {nom: value for nom, raw in row.items() if (value := _value(TAG[nom], raw)) is not None}
        for row in table.brut.to_dict("records")
    ]


def _value(tag: Tag, raw: Any) -> Value:
    """Return a cell that reads as it did; what its column would show as something else is written as text."""
    if isinstance(tag.format, Jour):
        day = tag.format.read(raw).valeur if isinstance(raw, float) else raw
        return day if isinstance(day, date) else show(raw) or None
    return raw if isinstance(raw, float) else show(raw) or None
