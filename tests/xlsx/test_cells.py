"""Values written into cells: what the cell says afterwards, and that its neighbours and the workbook stay whole."""

import re
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from python_calamine import CalamineWorkbook

from converter.marking.annotate import CellValue, Valeur, annotate
from tests.support.annotated import EXCEL_MADE, MAIN, bare, lost, parts, placed, sheet_names


def written(source: Path, *values: CellValue) -> Path:
    target = source.with_name(f"written-{source.name}")
    assert annotate(source, target, marks=[], values=values) == ()
    return target


def cells(path: Path, part: str = "sheet.xml") -> dict[str, str]:
    """Each cell's XML by its reference, the reference itself left out."""
    root = etree.fromstring(parts(path)[part])
    found = {}
    for cell in root.iter(f"{{{MAIN}}}c"):
        place = cell.attrib.pop("r", "?")
        cell.tail = None
        found[place] = re.sub(r' xmlns(:\w+)?="[^"]*"', "", etree.tostring(cell, encoding="unicode"))
    return found


def sheet_of(tmp_path: Path, rows: str, styles: str = "", head: str = "") -> Path:
    source = tmp_path / "source.xlsx"
    source.write_bytes(
        bare(f'<worksheet xmlns="{MAIN}">{head}<sheetData>{rows}</sheetData></worksheet>', styles=styles)
    )
    return source


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0042", '<c t="inlineStr"><is><t xml:space="preserve">0042</t></is></c>'),
        ("=1+1", '<c t="inlineStr"><is><t xml:space="preserve">=1+1</t></is></c>'),
        (" <a> & b\n", '<c t="inlineStr"><is><t xml:space="preserve"> &lt;a&gt; &amp; b\n</t></is></c>'),
        ("\x00_x0041_", '<c t="inlineStr"><is><t xml:space="preserve">_x005F_x0041_</t></is></c>'),
        (12, "<c><v>12</v></c>"),
        (0.1, "<c><v>0.1</v></c>"),
        (Decimal("13750.00"), "<c><v>13750.00</v></c>"),
        (True, '<c t="b"><v>1</v></c>'),
        (date(2022, 4, 15), '<c t="inlineStr"><is><t xml:space="preserve">15/04/2022</t></is></c>'),
    ],
)
def test_a_value_of_each_kind_in_a_cell_that_was_not_there(value: Valeur, expected: str, tmp_path: Path) -> None:
    source = sheet_of(tmp_path, '<row r="2"><c r="B2"><v>1</v></c></row>')
    target = written(source, *(CellValue("S", row, column, value) for row, column in ((1, 1), (2, 1), (2, 3), (9, 28))))
    found = cells(target)
    assert list(found) == ["A1", "A2", "B2", "C2", "AB9"]
    assert {found[place] for place in ("A1", "A2", "C2", "AB9")} == {expected}
    assert found["B2"] == "<c><v>1</v></c>"


@pytest.mark.parametrize("value", [None, ""])
def test_nothing_empties_a_cell_and_makes_none(value: Valeur, tmp_path: Path) -> None:
    source = sheet_of(tmp_path, '<row r="2"><c r="B2" s="0" t="s"><v>1</v></c></row>')
    found = cells(
        written(source, CellValue("S", 2, 2, value), CellValue("S", 2, 3, value), CellValue("S", 3, 3, value))
    )
    assert found == {"B2": '<c s="0"/>'}


STYLES = (
    f'<styleSheet xmlns="{MAIN}"><numFmts count="2"><numFmt numFmtId="170" formatCode="[$-40C]d\\ mmm\\ yyyy"/>'
    '<numFmt numFmtId="171" formatCode="[Red]0.00&quot;day&quot;"/></numFmts>'
    '<cellXfs count="4"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="170"/><xf numFmtId="171"/></cellXfs>'
    "</styleSheet>"
)


@pytest.mark.parametrize(("style", "shown"), [(0, False), (1, True), (2, True), (3, False)])
def test_a_date_is_a_number_only_where_the_cell_shows_one_as_a_date(style: int, shown: bool, tmp_path: Path) -> None:
    source = sheet_of(tmp_path, f'<row r="1"><c r="A1" s="{style}"/></row>', STYLES)
    found = cells(written(source, CellValue("S", 1, 1, date(2022, 4, 15))))["A1"]
    # 15 April 2022 is day 44 666 of Excel's calendar: DATE(2022;4;15).
    assert ("<v>44666</v>" in found) is shown
    assert ("15/04/2022" in found) is not shown
    assert f's="{style}"' in found


def test_a_date_counts_from_1904_where_the_workbook_does(tmp_path: Path) -> None:
    source = tmp_path / "1904.xlsx"
    with xlsxwriter.Workbook(source, {"date_1904": True}) as workbook:
        sheet = workbook.add_worksheet("S")
        sheet.write_blank("A1", None, workbook.add_format({"num_format": "dd/mm/yyyy"}))
    target = written(source, CellValue("S", 1, 1, date(2022, 4, 15)))
    assert openpyxl.load_workbook(target)["S"]["A1"].value.date() == date(2022, 4, 15)


def test_a_new_cell_takes_the_style_of_its_row_or_else_of_its_column(tmp_path: Path) -> None:
    head = '<cols><col min="2" max="3" width="9" style="1"/></cols>'
    source = sheet_of(tmp_path, '<row r="1" s="2" customFormat="1"/><row r="2" s="2"/>', STYLES, head)
    found = cells(written(source, *(CellValue("S", row, 2, 1) for row in (1, 2, 3)), CellValue("S", 3, 4, 1)))
    assert found == {
        "B1": '<c s="2"><v>1</v></c>',
        "B2": '<c s="1"><v>1</v></c>',
        "B3": '<c s="1"><v>1</v></c>',
        "D3": "<c><v>1</v></c>",
    }


def test_any_legal_way_of_writing_a_sheet_is_understood(tmp_path: Path) -> None:
    source = tmp_path / "odd.xlsx"
    source.write_bytes(
        bare(
            f"<?xml version='1.0'?><x:worksheet xmlns:x='{MAIN}'><x:sheetData><!-- <x:row r='2'> --><x:row>"
            '<x:c><x:v>1</x:v></x:c><x:c  t="inlineStr" ><x:is><x:t><![CDATA[</x:c>]]></x:t></x:is></x:c ></x:row >'
            "<x:row><x:c s = '0'\n r='B2' ><x:v>2</x:v></x:c></x:row><x:row r='7' ht='20'/>"
            "</x:sheetData></x:worksheet>"
        )
    )
    target = written(source, *(CellValue("S", row, column, 9) for row in (1, 2, 7) for column in (1, 2, 4)))
    root = etree.fromstring(parts(target)["sheet.xml"])
    rows = [[cell.get("r") for cell in row] for row in root.iter(f"{{{MAIN}}}row")]
    assert rows == [["A1", "B1", "D1"], ["A2", "B2", "D2"], ["A7", "B7", "D7"]]
    assert {value.text for value in root.iter(f"{{{MAIN}}}v")} == {"9"}
    untouched = written(target, CellValue("S", 1, 3, 5))
    assert cells(untouched)["C1"].endswith("<x:v>5</x:v></x:c>")


def test_a_sheet_in_another_encoding_or_with_its_namespace_told_twice_is_understood(tmp_path: Path) -> None:
    rows = f'<sheetData xmlns="{MAIN}"><row><c t="str"><v>é</v></c></row></sheetData>'
    text = f'<a:worksheet xmlns:a="{MAIN}">{rows}</a:worksheet>'
    source = tmp_path / "utf16.xlsx"
    source.write_bytes(bare("PLACE"))
    with zipfile.ZipFile(source) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    content["sheet.xml"] = f'<?xml version="1.0" encoding="UTF-16"?>{text}'.encode("utf-16")
    with zipfile.ZipFile(source, "w") as out:
        for name, data in content.items():
            out.writestr(name, data)
    root = etree.fromstring(parts(written(source, CellValue("S", 1, 2, "à")))["sheet.xml"])
    assert [cell.get("r") for cell in root.iter(f"{{{MAIN}}}c")] == [None, "B1"]
    assert "".join(root.itertext()) == "éà"


def test_the_aids_to_readers_cover_what_was_written(tmp_path: Path) -> None:
    source = sheet_of(tmp_path, '<row r="2" spans="2:2"><c r="B2"/></row>', head='<dimension ref="B2"/>')
    target = written(source, CellValue("S", 2, 4, 1), CellValue("S", 9, 1, 1))
    text = parts(target)["sheet.xml"].decode()
    assert '<dimension ref="A2:D9"/>' in text
    assert 'spans="2:4"' in text


def test_a_value_that_is_there_already_changes_nothing(tmp_path: Path) -> None:
    source = placed("values.xlsx", tmp_path)
    once = written(source, CellValue("Demandes", 5, 1, "Prête"))
    again = written(once, CellValue("Demandes", 5, 1, "Prête"))
    assert again.read_bytes() == once.read_bytes()


def test_formulas_keep_their_values_and_are_computed_again_on_opening(tmp_path: Path) -> None:
    source = placed("values.xlsx", tmp_path)
    target = written(source, CellValue("Demandes", 1, 2, Decimal(20000)))
    assert b'fullCalcOnLoad="1"' in parts(target)["xl/workbook.xml"]
    assert "<f>B1*0.3</f><v>4125.15</v>" in cells(target, "xl/worksheets/sheet1.xml")["B2"]
    plain = placed("bare.xlsx", tmp_path)
    assert b"fullCalcOnLoad" not in parts(written(plain, CellValue("S", 1, 1, 1)))["book.xml"]


def test_a_value_takes_the_place_of_a_formula_and_of_what_hung_on_the_old_value(tmp_path: Path) -> None:
    source = sheet_of(tmp_path, '<row r="1"><c r="A1" s="0" cm="1" vm="2" ph="1" t="str"><f>1+1</f><v>2</v></c></row>')
    assert cells(written(source, CellValue("S", 1, 1, 7)))["A1"] == '<c s="0" ph="1"><v>7</v></c>'


def test_the_order_of_calculation_goes_with_a_formula(tmp_path: Path) -> None:
    made = EXCEL_MADE / "formula_results01.xlsx"
    if not made.exists():
        pytest.skip("needs the workbooks of Excel's making")
    source = tmp_path / made.name
    source.write_bytes(made.read_bytes())
    target = written(source, CellValue(sheet_names(source)[0], 1, 1, 7))
    assert "xl/calcChain.xml" in parts(source)
    assert "xl/calcChain.xml" not in parts(target)
    assert not [name for name in parts(target) if b"calcChain" in parts(target)[name]]


def test_a_shared_formula_keeps_its_texts_and_moves_its_references_after_a_line_break(tmp_path: Path) -> None:
    rows = (
        '<row r="1"><c r="B1"><f t="shared" ref="B1:B2" si="0">IF(A1=&quot;&quot;,&quot;&lt;&quot;,1)</f><v>1</v></c>'
        '<c r="C1"><f t="shared" ref="C1:C2" si="1">A1\r\n+&#13;A2</f></c></row>'
        '<row r="2"><c r="B2"><f t="shared" si="0"/></c><c r="C2"><f t="shared" si="1"/></c></row>'
    )
    found = cells(written(sheet_of(tmp_path, rows), CellValue("S", 1, 2, 5), CellValue("S", 1, 3, 5)))
    assert etree.fromstring(found["B2"])[0].text == 'IF(A2="","<",1)'
    assert etree.fromstring(found["C2"])[0].text.split() == ["A2", "+", "A3"]


def test_a_number_that_two_shared_formulas_bear_is_that_of_the_last_before(tmp_path: Path) -> None:
    rows = (
        '<row r="1"><c r="A1"><f t="shared" ref="A1:B1" si="0">D1</f></c><c r="B1"><f t="shared" si="0"/></c></row>'
        '<row r="2"><c r="A2"><f t="shared" ref="A2:B2" si="0">F2</f></c><c r="B2"><f t="shared" si="0"/></c></row>'
    )
    first = cells(written(sheet_of(tmp_path, rows), CellValue("S", 1, 1, 5)))
    assert (first["B1"], first["B2"]) == ("<c><f>E1</f></c>", '<c><f t="shared" si="0"/></c>')
    second = cells(written(sheet_of(tmp_path, rows), CellValue("S", 2, 1, 5)))
    assert (second["B1"], second["B2"]) == ('<c><f t="shared" si="0"/></c>', "<c><f>G2</f></c>")


def test_formulas_shared_with_an_overwritten_cell_stand_on_their_own(tmp_path: Path) -> None:
    rows = (
        '<row r="1"><c r="B1"><f t="shared" ref="B1:B3" si="0">A1*2&amp;"x"</f><v>1</v></c></row>'
        '<row r="2"><c r="B2"><f t="shared" si="0"/><v>2</v></c></row>'
        '<row r="3"><c r="B3" t="str"><f t="shared" si="0"></f><v>3</v></c><c r="C3"><f t="shared" si="1"/></c></row>'
    )
    found = cells(written(sheet_of(tmp_path, rows), CellValue("S", 1, 2, 5)))
    assert found["B1"] == "<c><v>5</v></c>"
    assert found["B2"] == '<c><f>A2*2&amp;"x"</f><v>2</v></c>'
    assert found["B3"] == '<c t="str"><f>A3*2&amp;"x"</f><v>3</v></c>'
    assert found["C3"] == '<c><f t="shared" si="1"/></c>'


@pytest.mark.parametrize("kind", ["array", "dataTable"])
def test_a_cell_that_an_array_owns_stays_and_is_told(kind: str, tmp_path: Path) -> None:
    rows = (
        f'<row r="1"><c r="B1"><f t="{kind}" ref="B1:B2">A1:A2</f><v>1</v></c></row>'
        '<row r="2"><c r="B2"><v>2</v></c><c r="C2"><f t="array" ref="C2">1</f><v>1</v></c></row>'
    )
    source, target = sheet_of(tmp_path, rows), tmp_path / "out.xlsx"
    values = [CellValue("S", row, column, 9) for row in (1, 2) for column in (2, 3)]
    assert annotate(source, target, marks=[], values=values) == (values[0], values[2])
    found = cells(target)
    assert "<v>1</v>" in found["B1"]
    assert found["B2"] == "<c><v>2</v></c>"
    assert found["C1"] == found["C2"] == "<c><v>9</v></c>"


@pytest.mark.parametrize("height", ["", ' ht="15"', ' ht="45"', ' ht="20" customHeight="1"'])
def test_a_row_keeps_its_height_whatever_is_written_into_it(height: str, tmp_path: Path) -> None:
    source = sheet_of(tmp_path, f'<row r="1"{height}><c r="A1"><v>1</v></c></row>')
    target = tmp_path / "out.xlsx"
    annotate(source, target, marks=[], values=[CellValue("S", 1, 1, "a long sentence\non two lines")])
    tag = re.search(r'<row r="1"([^>]*)>', parts(target)["sheet.xml"].decode())
    assert tag is not None
    assert tag[1] == height


VALUES = st.one_of(
    st.none(),
    st.text(max_size=20),
    st.integers(-(10**12), 10**12),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.decimals(-(10**9), 10**9, places=2),
)
GRID = st.dictionaries(st.tuples(st.integers(1, 12), st.integers(1, 9)), VALUES, max_size=20)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(there=GRID, values=GRID)
def test_what_is_written_is_what_is_read_and_the_rest_is_as_before(
    there: dict[tuple[int, int], Valeur], values: dict[tuple[int, int], Valeur], tmp_path: Path
) -> None:
    empty, source, target = (tmp_path / f"{number}.xlsx" for number in range(3))
    with xlsxwriter.Workbook(empty) as workbook:
        workbook.add_worksheet("S")
    annotate(empty, source, marks=[], values=[CellValue("S", *place, value) for place, value in there.items()])
    annotate(source, target, marks=[], values=[CellValue("S", *place, value) for place, value in values.items()])
    rows = CalamineWorkbook.from_path(target).get_sheet_by_name("S").to_python(skip_empty_area=False)
    read = {
        (row, column): value for row, line in enumerate(rows, 1) for column, value in enumerate(line, 1) if value != ""
    }
    expected = {place: _as_read(value) for place, value in (there | values).items()}
    assert read == {place: value for place, value in expected.items() if value != ""}


def _as_read(value: Valeur) -> object:
    if value is None or isinstance(value, bool):
        return "" if value is None else value
    if isinstance(value, str):
        kept = re.sub("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", value)
        return kept.replace("\r\n", "\n").replace("\r", "\n")
    return float(value)


@pytest.mark.parametrize("name", ["tables.xlsx", "modern.xlsx", "formats.xlsx", "notes.xlsx", "macros.xlsm"])
def test_a_value_beside_what_users_have_loses_none_of_it(name: str, tmp_path: Path) -> None:
    source = placed(name, tmp_path)
    target = written(source, CellValue(sheet_names(source)[0], 90, 30, "Prête"))
    gone = [each for each in lost(source, target) if "dimension" not in each and "calcPr" not in each]
    assert gone == []
