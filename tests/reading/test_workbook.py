"""The workbook is read however its users moved and decorated it; what cannot be used is refused in one pass."""

import contextlib
import io
import os
import re
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from converter.blank import template
from converter.issues import Empeche, Inutilisable
from converter.reading import workbook
from converter.sentences.say import conseil, phrase
from converter.spec import tags
from converter.spec.formats import CellFault
from converter.spec.sheets import BENEFICIAIRES, DATA_SHEETS, DEMANDES, PIECES
from converter.spec.sheets import PARAMETRES as SETTINGS
from converter.xlsx import parts
from tests.support.foreign import macro_sheet, module_sheet, remade, strict, upper_case, utf16, zipped_on_a_mac
from tests.support.workbooks import PARAMETRES, ROWS, edited, examine, good, opened

EXCEL_MADE = Path(__file__).parents[3] / "shared" / "excel-made"


def saved(book: openpyxl.Workbook, path: Path) -> Path:
    book.save(path)
    return path


def refused(path: Path) -> list[str]:
    """Return why a file cannot be used, by code, each with its sentence in French."""
    with pytest.raises(Inutilisable) as raised:
        workbook.read(path)
    for issue in raised.value.issues:
        assert not re.search("[{}]", f"{phrase(issue)} {conseil(issue)}")
    return [issue.code for issue in raised.value.issues]


def repackaged(path: Path, change: Callable[[str, bytes], bytes]) -> Path:
    """Write the good workbook with some of its parts changed."""
    with zipfile.ZipFile(io.BytesIO(good())) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, change(name, source.read(name)))
    return path


def in_demandes(old: bytes, new: bytes) -> Callable[[str, bytes], bytes]:
    """Change the XML of the sheet Demandes, where `old` must stand."""

    def change(name: str, data: bytes) -> bytes:
        if not name.endswith("sheet3.xml"):
            return data
        assert old in data
        return data.replace(old, new, 1)

    return change


def assert_good(path: Path) -> None:
    found = examine(path)
    assert [issue for issue in found.issues if issue[0] != "C"] == []
    assert found.etats == ["Prête"] * 5
    assert [demande.centimes for demande in found.verdict.demandes] == [1375000, 200050, 900000, 400000, 150000]


# --- moved, renamed, decorated ----------------------------------------------------------------------------------------


def rebuilt(sheet: Worksheet, change: Callable[[list[list[Any]]], list[list[Any]]]) -> None:
    """Lay the cells of a sheet out anew; tables and validations do not follow, and need not."""
    cells = change([[cell.value for cell in row] for row in sheet.iter_rows()])
    sheet.tables.clear()
    sheet.delete_rows(1, sheet.max_row)
    for row in cells:
        sheet.append(row)


LAYOUTS: dict[str, Callable[[list[list[Any]]], list[list[Any]]]] = {
    "columns reversed": lambda rows: [row[::-1] for row in rows],
    "a column of the user's first": lambda rows: [["à voir", *row] for row in rows],
    "a column between every two": lambda rows: [[x for cell in row for x in (cell, "note")] for row in rows],
    "columns far to the right": lambda rows: [[None] * 200 + row for row in rows],
    "no tag row": lambda rows: rows[1:],
    "no tag row, headings shouted without accents": lambda rows: [
        [str(cell or "").upper().replace("É", "E").replace(" ", "\n") for cell in rows[1]],
        *rows[2:],
    ],
    "no heading row": lambda rows: [rows[0], *rows[2:]],
    "a title and blank rows above": lambda rows: [["Campagne 2022"], [], [None, "au 15 avril"], [], *rows],
    "blank rows between": lambda rows: [x for n, row in enumerate(rows) for x in ((row, []) if n > 2 else (row,))],
    "rows of spaces between": lambda rows: [*rows[:4], [" ", "\u00a0", "\u200b", "\n"], *rows[4:], [" "]],
    "notes below, beside the columns": lambda rows: [*rows, [], [None] * 40 + ["fin"]],
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_the_layout_is_the_users(name: str, tmp_path: Path) -> None:
    book = opened()
    for feuille in DATA_SHEETS:
        rebuilt(book[feuille], LAYOUTS[name])
    assert_good(saved(book, tmp_path / "demandes.xlsx"))


def test_headings_may_be_overwritten(tmp_path: Path) -> None:
    book = opened()
    for feuille in DATA_SHEETS:
        for number, cell in enumerate(book[feuille][2]):
            cell.value = f"Colonne {number}"
    assert_good(saved(book, tmp_path / "demandes.xlsx"))


def test_an_issue_stands_where_the_user_sees_its_cell(tmp_path: Path) -> None:
    book = opened()
    book[DEMANDES]["G4"] = "gratuit"
    rebuilt(book[DEMANDES], lambda rows: [["titre"], [], *(["note", *row] for row in rows)])
    assert examine(saved(book, tmp_path / "demandes.xlsx")).issues == [f"V010 {DEMANDES}!H6"]


def test_sheets_may_be_renamed_added_hidden_and_moved(tmp_path: Path) -> None:
    book = opened()
    for feuille, name in {
        SETTINGS: "PARAMETRES ",
        DEMANDES: "Avances 2022",
        BENEFICIAIRES: "clients",
        PIECES: "pieces",
    }.items():
        book[feuille].title = name
    book.create_sheet("Demandes (notes)", 0)["A1"] = "sans rapport"
    book.create_chartsheet("Graphique")
    book["clients"].sheet_state = "hidden"
    book.move_sheet("pieces", -3)
    found = examine(saved(book, tmp_path / "demandes.xlsx"))
    assert found.issues == []
    assert found.etats == ["Prête"] * 5


@pytest.mark.parametrize("name", ["Demandes (2)", "DEMANDES."])
def test_a_copy_of_a_sheet_does_not_take_its_place(name: str, tmp_path: Path) -> None:
    book = opened()
    copy = book.copy_worksheet(book[DEMANDES])
    copy.title = name
    copy["G3"] = "gratuit"
    book.move_sheet(copy, -5)
    assert_good(saved(book, tmp_path / "demandes.xlsx"))


def test_hidden_columns_and_filtered_rows_count(tmp_path: Path) -> None:
    book = opened()
    book[DEMANDES].column_dimensions["E"].hidden = True
    book[DEMANDES].row_dimensions[4].hidden = True
    book[DEMANDES].auto_filter.ref = "A2:E7"
    book[DEMANDES]["G4"] = "gratuit"
    assert examine(saved(book, tmp_path / "demandes.xlsx")).issues == [f"V010 {DEMANDES}!G4"]


def test_parameters_are_found_with_a_column_inserted_or_the_tags_deleted(tmp_path: Path) -> None:
    book = opened()
    book[SETTINGS].insert_cols(3)
    assert_good(saved(book, tmp_path / "inserted.xlsx"))
    book = opened()
    book[SETTINGS].delete_cols(1)
    assert_good(saved(book, tmp_path / "deleted.xlsx"))


def test_the_totals_row_of_a_table_is_no_request(tmp_path: Path) -> None:
    total = (
        b'<row r="8"><c r="A8" t="inlineStr"><is><t>Total</t></is></c><c r="E8"><v>30250.5</v></c></row></sheetData>'
    )

    def change(name: str, data: bytes) -> bytes:
        if name == "xl/tables/table1.xml":
            assert b'ref="A2:AG7" totalsRowShown="0"' in data
            return data.replace(b'ref="A2:AG7" totalsRowShown="0"', b'ref="A2:AG8" totalsRowCount="1"')
        return in_demandes(b"</sheetData>", total)(name, data)

    assert_good(repackaged(tmp_path / "demandes.xlsx", change))


def test_a_number_merged_over_its_rows_is_that_of_each(tmp_path: Path) -> None:
    book = opened()
    book[BENEFICIAIRES]["A4"] = None
    book[BENEFICIAIRES].merge_cells("A3:A4")
    assert_good(saved(book, tmp_path / "demandes.xlsx"))


def test_an_amount_merged_over_two_requests_is_not_asked_twice(tmp_path: Path) -> None:
    book = opened()
    book[DEMANDES]["G4"] = None
    book[DEMANDES].merge_cells("G3:G4")
    assert examine(saved(book, tmp_path / "demandes.xlsx")).issues == [f"V001 {DEMANDES}!G4"]


# --- size -------------------------------------------------------------------------------------------------------------


def test_formatted_empty_rows_count_as_nothing(tmp_path: Path) -> None:
    rows = b"".join(
        b'<row r="%d" ht="15"><c r="A%d" s="1"/><c r="B%d" s="1"/></row>' % (n, n, n) for n in range(8, 20_008)
    )
    last = b'<row r="1048576"><c r="A1048576" s="1"/><c r="XFD1048576" s="1"/></row>'
    path = repackaged(tmp_path / "demandes.xlsx", in_demandes(b"</sheetData>", rows + last + b"</sheetData>"))
    assert_good(path)
    assert len(workbook.read(path).demandes.brut) == 5


@pytest.mark.parametrize(
    ("cell", "xml"),
    [
        ("XFD1048576", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
        ("A1048576", b'<row r="1048576"><c r="A1048576"><v>1</v></c></row>'),
        ("A1048576", b"<row r='1048576'><c r='A1048576'><v>1</v></c></row>"),
        ("A1048576", b'<row r = "1048576"><c r = "A1048576"><v>1</v></c></row>'),
        ("XFD9999", b"<row r = '9999'><c r='XFD9999'><v>1</v></c></row>"),
        ("A1048576", b'<row r="1048576"><c><v>1</v></c></row>'),
        ("A1048576", b'<row r="1048576"><c r="A1048576" t="str"><f>""</f><v></v></c></row>'),
        ("A1048576", b'<row r="1048576"><c r="A1048576" t="inlineStr"><is><t> </t></is></c></row>'),
    ],
)
def test_a_value_far_from_the_others_is_named_and_not_read(cell: str, xml: bytes, tmp_path: Path) -> None:
    path = repackaged(tmp_path / "demandes.xlsx", in_demandes(b"</sheetData>", xml + b"</sheetData>"))
    with pytest.raises(Inutilisable) as raised:
        workbook.read(path)
    (issue,) = raised.value.issues
    assert (issue.code, dict(issue.faits)) == ("F013", {"feuille": DEMANDES, "cellule": cell})


def test_a_far_value_on_a_sheet_of_the_users_is_theirs(tmp_path: Path) -> None:
    book = opened()
    book.create_sheet("Notes")["XFD1048576"] = "ici"
    assert_good(saved(book, tmp_path / "demandes.xlsx"))


def test_a_note_far_to_the_right_of_a_few_rows_is_no_matter(tmp_path: Path) -> None:
    assert_good(edited(tmp_path / "demandes.xlsx", {f"{DEMANDES}!XFD3": "note"}))


# --- cells ------------------------------------------------------------------------------------------------------------


def raw(path: Path, tag: str, ligne: int = 3) -> Any:
    return workbook.read(path).demandes.brut.loc[ligne, tag]


def cell_g3(xml: bytes) -> Callable[[str, bytes], bytes]:
    """Put other XML in the place of the amount of the first request."""

    def change(name: str, data: bytes) -> bytes:
        return re.sub(rb'<c r="G3"[^>]*>.*?</c>', xml, data, count=1) if name.endswith("sheet3.xml") else data

    return change


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        (b'<c r="G3"><f>1+1</f><v>2</v></c>', 2.0),
        (b'<c r="G3" t="str"><f>A1</f><v>abc</v></c>', "abc"),
        (b'<c r="G3" t="str"><f>""</f><v></v></c>', ""),
        (b'<c r="G3" t="b"><v>1</v></c>', True),
        (b'<c r="G3" t="inlineStr"><is><t>13 750</t></is></c>', "13 750"),
        (b'<c r="G3" t="inlineStr"><is><r><t>13</t></r><r><t xml:space="preserve"> 750</t></r></is></c>', "13 750"),
        (b'<c r="G3" t="inlineStr"><is><t>13</t><rPh sb="0" eb="1"><t>zz</t></rPh></is></c>', "13"),
        (b'<c r="G3" t="inlineStr"><is><t>a_x000D_b</t></is></c>', "a\rb"),
        (b'<c r="G3" t="d"><v>2022-04-15</v></c>', date(2022, 4, 15)),
        (b'<c r="G3"/>', ""),
        (b'<c r="G3" t="e"><v>#N/A</v></c>', CellFault("V050", "#N/A")),
        (b'<c r="G3" t="e"><f>1/0</f><v>#DIV/0!</v></c>', CellFault("V050", "#DIV/0!")),
        (b'<c r="G3"><f>A1+1</f></c>', CellFault("V051", "=A1+1")),
        (b'<c r="G3"><f>A1+1</f><v></v></c>', CellFault("V051", "=A1+1")),
        (b'<c r="G3"><f t="shared" si="0"/></c>', CellFault("V051", "=")),
        # The template was computed by nobody yet, as its calcPr says: a 0 is what xlsxwriter puts for a result.
        (b'<c r="G3"><f>A1+1</f><v>0</v></c>', CellFault("V051", "=A1+1")),
    ],
)
def test_each_kind_of_cell_is_told_from_the_others(xml: bytes, expected: Any, tmp_path: Path) -> None:
    held = raw(repackaged(tmp_path / "demandes.xlsx", cell_g3(xml)), "montantSegurHT")
    assert held == expected
    assert type(held) is type(expected)


def test_a_zero_computed_by_excel_is_a_zero(tmp_path: Path) -> None:
    def change(name: str, data: bytes) -> bytes:
        if name == "xl/workbook.xml":
            return re.sub(rb"<calcPr[^>]*/>", b'<calcPr calcId="191029"/>', data)
        return cell_g3(b'<c r="G3"><f>A1+1</f><v>0</v></c>')(name, data)

    assert raw(repackaged(tmp_path / "demandes.xlsx", change), "montantSegurHT") == 0.0


def test_a_1904_workbook_has_the_same_days(tmp_path: Path) -> None:
    path = tmp_path / "demandes.xlsx"
    book = opened()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book[DEMANDES]["E4"] = 44666 - 1462
    book[DEMANDES]["E4"].number_format = "General"
    saved(book, path)
    read = workbook.read(path)
    assert read.date1904
    days = [demande.valeurs["dateCommande"] for demande in examine(path).verdict.demandes]
    assert days == [date(2022, 4, 15)] * 5


def test_numbers_kept_as_text_are_texts(tmp_path: Path) -> None:
    book = opened()
    book[BENEFICIAIRES]["F4"] = "010780054"
    book[BENEFICIAIRES]["F4"].quotePrefix = True
    assert_good(saved(book, tmp_path / "demandes.xlsx"))


def test_macros_do_no_harm(tmp_path: Path) -> None:
    def change(name: str, data: bytes) -> bytes:
        macro = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
        plain = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
        return data.replace(plain, macro) if name == "[Content_Types].xml" else data

    assert_good(repackaged(tmp_path / "demandes.xlsm", change))


def test_prefixed_and_strict_xml_reads_the_same(tmp_path: Path) -> None:
    transitional = b"http://schemas.openxmlformats.org/"
    strict = {
        transitional + b"spreadsheetml/2006/main": b"http://purl.oclc.org/ooxml/spreadsheetml/main",
        transitional + b"officeDocument/2006/relationships": b"http://purl.oclc.org/ooxml/officeDocument/relationships",
    }

    def change(_: str, data: bytes) -> bytes:
        for old, new in strict.items():
            data = data.replace(old, new)
        return data

    assert_good(repackaged(tmp_path / "demandes.xlsx", change))


@pytest.mark.parametrize("change", [macro_sheet, module_sheet, utf16, upper_case, zipped_on_a_mac, strict])
def test_a_package_that_excel_opens_reads_the_same(change: Callable[[dict[str, bytes]], None], tmp_path: Path) -> None:
    path = tmp_path / "demandes.xlsx"
    path.write_bytes(remade(good(), change))
    assert_good(path)


def test_a_sheet_alone_in_utf16_is_not_taken_for_an_empty_one(tmp_path: Path) -> None:
    def change(name: str, data: bytes) -> bytes:
        if not name.endswith("sheet3.xml"):
            return data
        entries = {name: data}
        utf16(entries)
        return entries[name]

    assert_good(repackaged(tmp_path / "demandes.xlsx", change))


@pytest.mark.parametrize("written", ["2022-04-15", "2022-04-15T00:00:00", "2022-04-15T00:00:00.000"])
def test_a_date_written_as_text_of_its_own_kind_is_a_date(written: str, tmp_path: Path) -> None:
    def change(entries: dict[str, bytes]) -> None:
        strict(entries)
        sheet = entries["xl/worksheets/sheet3.xml"]
        cell = b'<c r="E4" t="d"><v>%s</v></c>' % written.encode()
        entries["xl/worksheets/sheet3.xml"], count = re.subn(rb'<c r="E4".*?</c>', cell, sheet, flags=re.DOTALL)
        assert count == 1

    path = tmp_path / "demandes.xlsx"
    path.write_bytes(remade(good(), change))
    demande = examine(path).verdict.demandes[1]
    assert demande.valeurs["dateCommande"] == date(2022, 4, 15)


# --- refused ----------------------------------------------------------------------------------------------------------


def truncated(data: bytes) -> bytes:
    return data[: len(data) // 2]


OTHER_FILES = {
    "F002": b"numeroEditeur;logiciel\n00001;DPI\n",  # a .csv renamed
    "F003": parts._OLE + b"\0" * 600,  # an .xls
    "F004": parts._OLE + b"\0" * 600 + parts._ENCRYPTED,
    "F006": truncated(good()),
    "F007": b"",
}


@pytest.mark.parametrize("code", OTHER_FILES)
def test_other_files_are_refused(code: str, tmp_path: Path) -> None:
    path = tmp_path / "demandes.xlsx"
    path.write_bytes(OTHER_FILES[code])
    assert refused(path) == [code]


def zipped(path: Path, entries: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as package:
        for name, data in entries.items():
            package.writestr(name, data)
    return path


@pytest.mark.parametrize(
    ("entries", "code"),
    [
        ({"bon.pdf": b"%PDF"}, "F002"),
        ({"[Content_Types].xml": b"", "_rels/.rels": b"", "xl/workbook.bin": b""}, "F003"),
        ({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b""}, "F005"),
        ({"[Content_Types].xml": b"<a/>", "_rels/.rels": b"<a/>", "word/document.xml": b"<a/>"}, "F002"),
        ({"[Content_Types].xml": b"<a/>", "_rels/.rels": b"<a"}, "F006"),
        ({}, "F002"),
    ],
)
def test_other_packages_are_refused(entries: dict[str, bytes], code: str, tmp_path: Path) -> None:
    assert refused(zipped(tmp_path / "demandes.xlsx", entries)) == [code]


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path / "absent.xlsx") == ["F001"]
    (tmp_path / "dossier.xlsx").mkdir()
    assert refused(tmp_path / "dossier.xlsx") == ["F002"]
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "tube.xlsx")
        assert refused(tmp_path / "tube.xlsx") == ["F002"]
    assert refused(tmp_path / "demandes.xlsx" / "dedans.xlsx") == ["F001"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_workbook_without_rights_is_told_so(tmp_path: Path) -> None:
    path = edited(tmp_path / "demandes.xlsx", {})
    path.chmod(0)
    with pytest.raises(Empeche) as raised:
        workbook.read(path)
    assert raised.value.issue.code == "E101"


def test_a_path_that_the_system_refuses_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(Empeche) as raised:
        workbook.read(tmp_path / ("x" * 300 + ".xlsx"))
    assert raised.value.issue.code == "E101"


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "demandes.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        package.writestr("[Content_Types].xml", b"")
        package.writestr("_rels/.rels", b"")
        with package.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            for _ in range(1001):
                part.write(b" " * 1_000_000)
    assert refused(path) == ["F008"]


@pytest.mark.parametrize("at", range(0, 100, 7))
def test_a_damaged_workbook_is_refused_or_read_never_a_crash(at: int, tmp_path: Path) -> None:
    data = bytearray(good())
    start = len(data) * at // 100
    data[start : start + 40] = b"\xff" * 40
    path = tmp_path / "demandes.xlsx"
    path.write_bytes(data)
    with contextlib.suppress(Inutilisable):
        workbook.read(path)


@pytest.mark.parametrize(
    "xml",
    [
        b'<c r="G3" t="s"><v>99999</v></c>',
        b'<c r="3E"><v>1</v></c>',
        b'<c r="G3"><v>1</c>',
        b'<c r="E0"><v>1</v></c>',
        b'<c r="E99999999999"><v>1</v></c>',
        b'<c r="ZZZZ3"><v>1</v></c>',
        b"</sheetData>",
    ],
)
def test_a_sheet_that_no_program_wrote_is_refused(xml: bytes, tmp_path: Path) -> None:
    assert refused(repackaged(tmp_path / "demandes.xlsx", cell_g3(xml))) in (["F006"], ["F013"])


def cells(rows: int, columns: int, value: bytes = b"<v>1</v>") -> bytes:
    """Rows from 101 on, each with that many cells."""
    letters = [get_column_letter(column).encode() for column in range(1, columns + 1)]
    written = (
        b"".join(b'<c r="%s%d">%s</c>' % (each, row, value) for each in letters) for row in range(101, 101 + rows)
    )
    return b"".join(b'<row r="%d">%s</row>' % (row, inside) for row, inside in enumerate(written, 101))


@pytest.mark.parametrize(("rows", "columns"), [(21, 60), (101, 2)])
def test_a_sheet_of_too_many_cells_or_rows_is_refused_while_it_is_unpacked(
    rows: int, columns: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "MAX_FILLED", 1200)
    monkeypatch.setattr(parts, "MAX_ROWS", 100)
    change = in_demandes(b"</sheetData>", cells(rows, columns) + b"</sheetData>")
    with pytest.raises(Inutilisable) as raised:
        workbook.read(repackaged(tmp_path / "demandes.xlsx", change))
    assert [issue.code for issue in raised.value.issues] == ["F019"]
    assert raised.value.issues[0].place.feuille == DEMANDES
    assert dict(raised.value.issues[0].faits) == {"feuille": DEMANDES, "lignes": "100", "cellules": "1 200"}


def test_cells_that_are_only_formatted_count_for_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "MAX_FILLED", 1200)
    monkeypatch.setattr(parts, "MAX_ROWS", 100)
    change = in_demandes(b"</sheetData>", cells(500, 60, b"") + b"</sheetData>")
    assert_good(repackaged(tmp_path / "demandes.xlsx", change))


def test_an_external_entity_is_not_fetched(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("ne pas lire")
    entity = f'<!DOCTYPE x [<!ENTITY a SYSTEM "{secret.as_uri()}">]>'.encode()

    def change(name: str, data: bytes) -> bytes:
        if name != "xl/workbook.xml":
            return data
        return data.replace(b"?>", b"?>" + entity, 1).replace(b'name="Demandes"', b'name="&a;"')

    with pytest.raises(Inutilisable) as raised:
        workbook.read(repackaged(tmp_path / "demandes.xlsx", change))
    assert "ne pas lire" not in repr(raised.value.issues)


@pytest.mark.parametrize(
    ("row", "cell"),
    [
        ('<row r="1048576">', '<c r="XFD1048576">'),
        ('<row\nr="1048576">', '<c\nr="XFD1048576">'),
        ('<row\tr="1048576">', '<c\tr="XFD1048576">'),
        ('<row r="10485&#55;6">', '<c r="X&#70;D1048576">'),
        ("<row r='1048576'>", "<c r='XFD1048576'>"),
        ('<row r="99999">', "<c/>" * 199 + "<c>"),
    ],
)
@pytest.mark.parametrize("wide", [False, True])
def test_a_far_cell_is_found_however_it_is_written(row: str, cell: str, wide: bool, tmp_path: Path) -> None:
    far = f"{row}{cell}<v>1</v></c></row></sheetData>".encode()

    def change(entries: dict[str, bytes]) -> None:
        entries["xl/worksheets/sheet3.xml"] = entries["xl/worksheets/sheet3.xml"].replace(b"</sheetData>", far)
        if wide:
            utf16(entries)

    path = tmp_path / "demandes.xlsx"
    path.write_bytes(remade(good(), change))
    assert refused(path) == ["F013"]


def test_entities_are_not_expanded(tmp_path: Path) -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'

    def change(name: str, data: bytes) -> bytes:
        if name != "xl/workbook.xml":
            return data
        return data.replace(b"?>", b"?>" + bomb, 1).replace(b'name="Demandes"', b'name="&b;"')

    assert set(refused(repackaged(tmp_path / "demandes.xlsx", change))) <= {"F006", "F010"}


def test_all_that_is_missing_is_told_at_once(tmp_path: Path) -> None:
    book = opened()
    del book[PIECES]
    for sheet, heading in ((DEMANDES, "G2"), (DEMANDES, "E2"), (BENEFICIAIRES, "F2")):
        book[sheet][heading] = "?"
        book[sheet][heading.replace("2", "1")] = None
    path = saved(book, tmp_path / "demandes.xlsx")
    with pytest.raises(Inutilisable) as raised:
        workbook.read(path)
    assert [(issue.code, issue.place.feuille, issue.balise) for issue in raised.value.issues] == [
        ("F010", PIECES, ""),
        ("F011", DEMANDES, "dateCommande"),
        ("F011", DEMANDES, "montantSegurHT"),
        ("F011", BENEFICIAIRES, "FINESSPMSI"),
    ]


def test_a_near_name_is_suggested(tmp_path: Path) -> None:
    book = opened()
    book[PIECES].title = "Pièce jointes"
    book["Pièce jointes"]["C1"] = None  # by which the sheet would be known
    book[DEMANDES]["G2"], book[DEMANDES]["G1"] = "Montant HT Ségur", None
    with pytest.raises(Inutilisable) as raised:
        workbook.read(saved(book, tmp_path / "demandes.xlsx"))
    said = [phrase(issue) for issue in raised.value.issues]
    assert [text.replace("\u00a0", " ") for text in said] == [
        "La feuille « Pièces » manque dans le classeur (« Pièce jointes » lui ressemble).",
        "La colonne « Montant Ségur HT (€) » manque dans la feuille « Demandes » (« Montant HT Ségur » lui ressemble).",
    ]


def test_a_column_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    book = opened()
    book[DEMANDES]["AH1"] = "montantSegurHT"
    with pytest.raises(Inutilisable) as raised:
        workbook.read(saved(book, tmp_path / "demandes.xlsx"))
    (issue,) = raised.value.issues
    assert (issue.code, dict(issue.faits)["colonnes"]) == ("F012", "G et AH")


def test_the_columns_of_a_software_are_needed_where_it_is_sold(tmp_path: Path) -> None:
    book = opened()
    book[DEMANDES].delete_cols(17, 6)  # the PFI columns
    assert refused(saved(book, tmp_path / "sold.xlsx")) == ["F011"] * 6
    book[SETTINGS]["C7"] = None
    assert examine(saved(book, tmp_path / "not sold.xlsx")).issues == [f"R105 {SETTINGS}!C7"]


def test_tool_columns_may_be_gone(tmp_path: Path) -> None:
    book = opened()
    book[DEMANDES].delete_cols(23, 6)
    book[DEMANDES].delete_cols(2, 2)
    book[PIECES].delete_cols(2)
    assert_good(saved(book, tmp_path / "demandes.xlsx"))


def test_a_workbook_without_request_is_refused(tmp_path: Path) -> None:
    template.write_template(tmp_path / "blank.xlsx")
    assert refused(tmp_path / "blank.xlsx") == ["F014"]
    template.write_template(tmp_path / "rows.xlsx", rows={**ROWS, DEMANDES: []}, parametres=PARAMETRES)
    assert refused(tmp_path / "rows.xlsx") == ["F014"]


def test_another_workbook_is_refused(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "budget.xlsx") as book:
        book.add_worksheet("Budget").write(0, 0, "Total")
    assert refused(tmp_path / "budget.xlsx") == ["F009"]


@pytest.mark.skipif(not EXCEL_MADE.is_dir(), reason="the workbooks made by Excel are not here")
def test_workbooks_made_by_excel_are_refused_as_not_ours() -> None:
    paths = sorted(EXCEL_MADE.glob("*.xls[xm]"))
    assert len(paths) > 300
    assert {path.name: codes for path in paths if (codes := refused(path)) != ["F009"]} == {}


# --- the way back from other programs ---------------------------------------------------------------------------------


def test_openpyxl_and_xlsxwriter_saves_read_alike(tmp_path: Path) -> None:
    (tmp_path / "xlsxwriter.xlsx").write_bytes(good())
    assert_good(tmp_path / "xlsxwriter.xlsx")
    assert_good(saved(opened(), tmp_path / "openpyxl.xlsx"))


def test_every_column_is_where_the_template_puts_it(tmp_path: Path) -> None:
    classeur = workbook.read(edited(tmp_path / "demandes.xlsx", {}))
    for table in classeur.tables():
        assert list(table.colonnes) == [tag.nom for tag in tags.columns(table.nom)]
        assert (table.ligne_balises, table.ligne_titres) == (1, 2)
        assert table.place(3, "numeroEditeur").cellule == "A3"
    assert get_column_letter(classeur.demandes.derniere_colonne) == "AG"
    assert classeur.parametres.places["SIRET"].cellule == "C5"
