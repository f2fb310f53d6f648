"""What the requests say, as values of Python."""

from pathlib import Path

import pytest

from converter.checking.contenus import contenus
from converter.checking.lecture import read_cells
from converter.reading import workbook
from converter.spec.sheets import DEMANDES
from converter.spec.tags import columns, vendor_columns
from tests.support.workbooks import opened

TAGS = [tag.nom for tag in vendor_columns(DEMANDES) if tag.nom != "numeroEditeur"]


@pytest.mark.parametrize("balise", TAGS)
def test_a_column_without_a_value_says_nothing(balise: str, tmp_path: Path) -> None:
    """Whatever its values would be: a blank is `None`, or what stands in the JSON where the software asks nothing."""
    book = opened()
    column = [tag.nom for tag in columns(DEMANDES)].index(balise) + 1
    rows = range(3, 8)
    for row in rows:
        book[DEMANDES].cell(row, column).value = None
    book.save(tmp_path / "demandes.xlsx")
    lecture = read_cells(workbook.read(tmp_path / "demandes.xlsx"))
    said = [each.valeurs.get(balise) or None for each in contenus(lecture, list(rows))]
    assert said == [None] * len(rows)
