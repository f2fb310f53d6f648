"""A workbook of LibreOffice is read as the same workbook of Excel, and one that would not fit is refused at once."""

from datetime import date, time
from pathlib import Path

import pytest

from converter.issues import Inutilisable
from converter.reading import workbook
from converter.spec.formats import CellFault
from converter.spec.sheets import DEMANDES
from tests.support.opendocument import SPREADSHEET, Xml, opendocument, package
from tests.support.workbooks import good, good_sheets

ENDLESS = Xml(
    '<table:table-row table:number-rows-repeated="300"><table:table-cell table:number-columns-repeated="16384">'
    "<text:p>a</text:p></table:table-cell></table:table-row>"
)
"""A few bytes for nearly five million cells."""
FAR = [["a"], Xml('<table:table-row table:number-rows-repeated="1048574"/>'), [*[None] * 90, "b"]]


def put(path: Path, **cells: object) -> Path:
    """Write the good workbook as LibreOffice does, with some cells of `Demandes` changed."""
    sheets = good_sheets()
    for reference, value in cells.items():
        sheets[DEMANDES][int(reference[1:]) - 1]["ABCDEFGHI".index(reference[0])] = value
    path.write_bytes(opendocument(sheets))
    return path


def test_it_is_read_as_the_workbook_of_excel(tmp_path: Path) -> None:
    (tmp_path / "demandes.xlsx").write_bytes(good())
    excel = workbook.read(tmp_path / "demandes.xlsx")
    libre = workbook.read_opendocument(put(tmp_path / "demandes.ods"))
    for ours, theirs in zip(libre.tables(), excel.tables(), strict=True):
        assert ours.brut.to_dict("split") == theirs.brut.to_dict("split")
        assert dict(ours.colonnes) == dict(theirs.colonnes)
    assert dict(libre.parametres.valeurs) == dict(excel.parametres.valeurs)


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (13750.5, 13750.5),
        (date(2022, 4, 15), date(2022, 4, 15)),
        (time(10, 30), time(10, 30)),
        (True, True),
        ("13 750 €", "13 750 €"),
        (Xml('<table:table-cell office:value-type="currency" office:value="13750.5"/>'), 13750.5),
        (
            Xml('<table:table-cell office:value-type="percentage" office:value="13.75"><text:p>1375%</text:p>')
            + "</table:table-cell>",
            CellFault("V014", "1375 %"),
        ),
        (
            Xml(
                '<table:table-cell table:formula="of:=1/0" office:value-type="string" calcext:value-type="error">'
                "<text:p>#DIV/0!</text:p></table:table-cell>"
            ),
            CellFault("V050", "#DIV/0!"),
        ),
    ],
)
def test_each_kind_of_cell(value: object, read: object, tmp_path: Path) -> None:
    table = workbook.read_opendocument(put(tmp_path / "demandes.ods", G3=Xml(value) if "<" in str(value) else value))
    assert table.demandes.brut["montantSegurHT"][3] == read


def test_rows_that_repeat_and_rows_of_a_merged_cell_are_each_read(tmp_path: Path) -> None:
    merged = Xml(
        '<table:table-cell office:value-type="string" table:number-rows-spanned="2" table:number-columns-spanned="1">'
        "<text:p>TTC</text:p></table:table-cell>"
    )
    path = put(tmp_path / "demandes.ods", F3=merged, F4=Xml("<table:covered-table-cell/>"))
    assert workbook.read_opendocument(path).demandes.brut["regimeTVA"].tolist()[:2] == ["TTC", "TTC"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (package("", manifest="<m><encryption-data/></m>"), "F004"),
        (package("<table:table>"), "F006"),
        (package("", mimetype=f"{SPREADSHEET}-template"), "F009"),
        (opendocument({"A": [ENDLESS]}), "F019"),
        (opendocument({"A": FAR}), "F013"),
    ],
)
def test_what_cannot_be_read_is_refused(content: bytes, code: str, tmp_path: Path) -> None:
    path = tmp_path / "demandes.ods"
    path.write_bytes(content)
    with pytest.raises(Inutilisable) as refused:
        workbook.read_opendocument(path)
    assert [issue.code for issue in refused.value.issues] == [code]


def test_blank_rows_and_columns_without_end_weigh_nothing(tmp_path: Path) -> None:
    sheets = good_sheets()
    blank = '<table:table-row table:number-rows-repeated="1048000">{}</table:table-row>'
    sheets[DEMANDES].append(Xml(blank.format('<table:table-cell table:number-columns-repeated="16384"/>')))
    (tmp_path / "demandes.ods").write_bytes(opendocument(sheets))
    assert len(workbook.read_opendocument(tmp_path / "demandes.ods").demandes.brut) == 5
