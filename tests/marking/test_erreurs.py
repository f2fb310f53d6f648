"""The sheet `Erreurs`: what it says, where it leads, what of the workbook it leaves alone, and what it brings back."""

import re
import warnings
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from converter.issues import Gravite
from converter.marking.annotate import Accepted, Change, ErrorLine, annotate, grouped, read_accepted, unmark_cells
from converter.marking.erreurs_sheet import COLUMNS, HEADING_ROW
from tests.support.annotated import parts, placed, readings
from tests.support.audit import findings

LINE = ErrorLine(
    Gravite.ERREUR,
    "V012",
    "Demandes",
    4,
    3,
    "Régime de TVA",
    "ttc",
    "TTC ou HT",
    "Régime de TVA inconnu.",
    "Choisissez dans la liste.",
    "TTC",
)
BARE = replace(LINE, gravite=Gravite.AVERTISSEMENT, proposition="", lu="=1+1", colonne=5)


def listed(source: Path, *lines: ErrorLine, name: str = "listed.xlsx") -> Path:
    target = source.with_name(name)
    annotate(source, target, marks=[], errors=lines)
    return target


def sheet(path: Path, name: str = "Erreurs") -> openpyxl.worksheet.worksheet.Worksheet:
    return openpyxl.load_workbook(path)[name]


def test_each_line_is_a_row_under_the_headings_with_a_link_to_its_cell(tmp_path: Path) -> None:
    found = sheet(listed(placed("values.xlsx", tmp_path), LINE, BARE))
    rows = list(found.iter_rows(min_row=HEADING_ROW, values_only=True))
    assert rows[0] == tuple(COLUMNS)
    assert rows[1] == (
        "Erreur", "Demandes", "C4", "4", "Régime de TVA", "ttc", "Régime de TVA inconnu.",
        "Choisissez dans la liste.", "TTC", None, "TTC ou HT", "V012",
    )  # fmt: skip
    assert rows[2][0] == "Avertissement"
    assert [found.cell(row, 3).hyperlink.location for row in (6, 7)] == ["'Demandes'!C4", "'Demandes'!E4"]
    assert found["A2"].value == "1 erreur, 1 avertissement."


def test_it_can_be_filtered_scrolled_and_printed(tmp_path: Path) -> None:
    found = sheet(listed(placed("values.xlsx", tmp_path), LINE, BARE))
    assert found.auto_filter.ref == "A5:L7"
    assert found.freeze_panes == "A6"
    assert found.print_title_rows == "$5:$5"
    assert found.print_area == "'Erreurs'!$A$1:$J$7"
    assert (found.page_setup.orientation, found.page_setup.fitToHeight) == ("landscape", 0)
    assert found.sheet_properties.pageSetUpPr.fitToPage
    assert all(found.cell(6, column).alignment.wrap_text for column in range(1, 13))


def test_what_comes_from_outside_stays_text(tmp_path: Path) -> None:
    lines = [replace(BARE, lu=text, ligne=row) for row, text in enumerate(("=1+1", "+33", "-1", "@a", "\x07"), 3)]
    found = sheet(listed(placed("values.xlsx", tmp_path), *lines))
    cells = [found.cell(row, 6) for row in range(6, 11)]
    assert [cell.value for cell in cells] == ["=1+1", "+33", "-1", "@a", None]
    assert {cell.data_type for cell in cells[:4]} <= {"s", "inlineStr"}
    assert {cell.number_format for cell in cells} == {"@"}


def test_only_a_line_with_a_proposition_can_be_accepted(tmp_path: Path) -> None:
    found = sheet(listed(placed("values.xlsx", tmp_path), LINE, BARE, LINE))
    (choice,) = found.data_validations.dataValidation
    assert (str(choice.sqref), choice.formula1) == ("J6 J8", '"OUI"')
    assert choice.errorStyle == "warning"


def test_without_findings_the_sheet_is_green_and_says_so(tmp_path: Path) -> None:
    found = sheet(listed(placed("values.xlsx", tmp_path)))
    assert found["A2"].value == "Tout est en ordre : rien à corriger dans ce classeur."
    assert found["A2"].fill.fgColor.rgb == "FFC6EFCE"
    assert found.sheet_properties.tabColor.rgb == "FF70AD47"


@pytest.mark.parametrize("place", [("", 0, 0), ("Demandes", 0, 0), ("Absente", 3, 2), ("Graphique", 1, 1)])
def test_a_finding_that_has_no_cell_has_no_link(place: tuple[str, int, int], tmp_path: Path) -> None:
    line = replace(LINE, feuille=place[0], ligne=place[1], colonne=place[2])
    assert sheet(listed(placed("charts.xlsx", tmp_path), line))["C6"].hyperlink is None


def test_a_finding_of_a_whole_row_leads_to_its_start(tmp_path: Path) -> None:
    found = sheet(listed(placed("values.xlsx", tmp_path), replace(LINE, colonne=0)))["C6"]
    assert (found.value, found.hyperlink.location) == ("ligne 4", "'Demandes'!A4")


def test_a_link_to_a_sheet_of_any_name_is_quoted(tmp_path: Path) -> None:
    found = sheet(listed(placed("values.xlsx", tmp_path), replace(LINE, feuille="L'été & <co>")))["C6"]
    assert found.hyperlink.location == "'L''été & <co>'!C4"


def test_the_same_said_of_one_column_is_one_line_with_its_rows_where_all_can_be_accepted_together() -> None:
    lines = [replace(LINE, ligne=row, lu=lu) for row, lu in ((4, "ttc"), (6, "ttc"), (5, "Ttc"), (9, "x"))]
    other = replace(LINE, ligne=7, colonne=4)
    assert grouped([lines[0], other, *lines[1:]]) == [
        replace(LINE, lignes=(4, 6)),
        replace(other, lignes=(7,)),
        replace(LINE, ligne=5, lu="Ttc", lignes=(5,)),
        replace(LINE, ligne=9, lu="x", lignes=(9,)),
    ]
    bare = [replace(line, proposition="") for line in lines]
    assert grouped(bare) == [replace(bare[0], lu="ttc ; Ttc ; x", lignes=(4, 5, 6, 9))]


def test_rows_that_follow_each_other_are_told_as_a_run(tmp_path: Path) -> None:
    found = sheet(listed(placed("values.xlsx", tmp_path), replace(LINE, lignes=(4, 5, 6, 9))))
    assert found["D6"].value == "4-6, 9"
    assert found["A2"].value == "4 erreurs."


def test_a_finding_at_very_many_places_takes_several_lines() -> None:
    lines = grouped([replace(LINE, ligne=row) for row in range(3, 203, 2)])
    assert [len(line.lignes) for line in lines] == [40, 40, 20]
    assert [line.ligne for line in lines] == [3, 83, 163]


def test_a_sheet_of_the_users_by_that_name_is_theirs(tmp_path: Path) -> None:
    source = tmp_path / "source.xlsx"
    with xlsxwriter.Workbook(source) as workbook:
        workbook.add_worksheet("Demandes")
        workbook.add_worksheet("erreurs").write("A1", "les miennes")
    target = listed(source, LINE)
    assert openpyxl.load_workbook(target).sheetnames == ["Demandes", "erreurs", "Erreurs (2)"]
    assert openpyxl.load_workbook(listed(target, name="again.xlsx")).sheetnames == [
        "Demandes",
        "erreurs",
        "Erreurs (2)",
    ]
    undone = tmp_path / "undone.xlsx"
    unmark_cells(target, undone)
    assert readings(undone) == readings(source)


def moved_first(path: Path) -> Path:
    """The workbook as Excel leaves it when the user drags our sheet to the front, renames it and looks at it."""
    moved = path.with_name("moved.xlsx")
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(moved, "w") as out:
        for name in archive.namelist():
            data = archive.read(name)
            if name == "xl/workbook.xml":
                data = _first(data.decode()).encode()
            out.writestr(name, data)
    return moved


def _first(book: str) -> str:
    start = book.index("<sheet ", book.index('sheetId="2"'))
    end = book.index("/>", start) + 2
    ours = book[start:end].replace("Erreurs", "À voir")
    book = book[:start] + book[end:]
    book = book.replace("<sheets>", f"<sheets>{ours}").replace("Erreurs'!", "À voir'!")
    book = book.replace('localSheetId="0"', 'localSheetId="X"').replace('localSheetId="1"', 'localSheetId="X1"')
    book = book.replace('localSheetId="2"', 'localSheetId="0"').replace('localSheetId="X"', 'localSheetId="1"')
    book = re.sub(
        r' landed=[\d:,]+| activeTab="\d+"', "", book
    )  # Excel keeps no comment, and what it opened on is gone
    return book.replace('localSheetId="X1"', 'localSheetId="2"').replace(
        "<workbookView ", '<workbookView activeTab="0" '
    )


def test_a_sheet_that_the_user_moved_and_renamed_stays_there_and_leaves_the_names_right(tmp_path: Path) -> None:
    source = placed("hidden.xlsx", tmp_path)
    moved = moved_first(listed(source, LINE))
    assert openpyxl.load_workbook(moved).sheetnames == ["À voir", "Protégée", "Secrète"]
    again = listed(moved, LINE, name="again.xlsx")
    book = openpyxl.load_workbook(again)
    assert book.sheetnames == ["À voir", "Protégée", "Secrète"]
    assert book["À voir"].print_title_rows == "$5:$5"
    assert book["Secrète"].defined_names["Local"].attr_text == "Secrète!$A$1"
    assert b'tabSelected="1"' in parts(again)["xl/worksheets/sheetSegurHop1.xml"]
    undone = tmp_path / "undone.xlsx"
    unmark_cells(again, undone)
    book = openpyxl.load_workbook(undone)
    assert book.sheetnames == ["Protégée", "Secrète"]
    assert book["Secrète"].defined_names["Local"].attr_text == "Secrète!$A$1"
    assert list(book.defined_names) == ["Taux"]


def test_what_needs_nothing_done_is_folded_behind_one_line(tmp_path: Path) -> None:
    minor = [replace(LINE, gravite=Gravite.CORRECTION, code="C009", ligne=row, lu="x", replie=True) for row in (3, 4)]
    found = sheet(listed(placed("values.xlsx", tmp_path), LINE, *minor))
    assert "2 saisies" in found["G7"].value
    assert [found.row_dimensions[row].hidden for row in range(6, 10)] == [False, False, True, True]
    assert [found.row_dimensions[row].outlineLevel for row in range(6, 10)] == [0, 0, 1, 1]
    assert not found.sheet_properties.outlinePr.summaryBelow
    alone = sheet(listed(placed("values.xlsx", tmp_path), LINE, minor[0]))
    assert not alone.row_dimensions[7].hidden


def test_the_workbook_opens_on_the_errors_and_else_where_the_user_was(tmp_path: Path) -> None:
    source = placed("hidden.xlsx", tmp_path)
    wrong, right = listed(source, LINE, name="wrong.xlsx"), listed(source, BARE, name="right.xlsx")
    assert openpyxl.load_workbook(wrong).active.title == "Erreurs"
    assert sum(each.sheet_view.tabSelected or 0 for each in openpyxl.load_workbook(wrong)) == 1
    assert openpyxl.load_workbook(right).active.title == openpyxl.load_workbook(source).active.title
    again = listed(wrong, BARE, name="again.xlsx")
    assert parts(again) == parts(right)


CHANGE = Change("24/11/2026 17:30", "Demandes", "C4", "Régime de TVA", "ttc", "=TTC", "V012 : valeur inconnue")


def test_the_journal_keeps_every_line_of_every_run(tmp_path: Path) -> None:
    source = placed("values.xlsx", tmp_path)
    assert "Journal" not in openpyxl.load_workbook(listed(source, LINE)).sheetnames
    first, second, third = (tmp_path / f"{n}.xlsx" for n in "123")
    annotate(source, first, marks=[], errors=[LINE], changes=[CHANGE])
    annotate(first, second, marks=[], errors=[], changes=[replace(CHANGE, cellule="C5")])
    annotate(second, third, marks=[], errors=[LINE])
    rows = list(sheet(third, "Journal").iter_rows(min_row=4, values_only=True))
    assert rows == [CHANGE.cells(), replace(CHANGE, cellule="C5").cells()]
    undone = tmp_path / "undone.xlsx"
    unmark_cells(third, undone)
    assert readings(undone) == readings(source)


def test_the_journal_outlives_another_program(tmp_path: Path) -> None:
    first, saved, again = (tmp_path / f"{n}.xlsx" for n in "123")
    annotate(placed("values.xlsx", tmp_path), first, marks=[], errors=[LINE], changes=[CHANGE])
    openpyxl.load_workbook(first).save(saved)
    annotate(saved, again, marks=[], errors=[], changes=[CHANGE])
    assert list(sheet(again, "Journal").iter_rows(min_row=4, values_only=True)) == [CHANGE.cells()] * 2
    assert not findings(first)


def answered(path: Path, answers: dict[int, str]) -> Path:
    """The workbook after the user answered in the column `Accepter`, saved by openpyxl."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(path)
    for row, answer in answers.items():
        book["Erreurs"].cell(row, 10).value = answer
    answered = path.with_name("answered.xlsx")
    book.save(answered)
    return answered


def test_what_the_user_accepts_comes_back(tmp_path: Path) -> None:
    lines = [replace(LINE, lignes=(4, 5, 6, 9)), BARE, replace(LINE, ligne=7, proposition="=HT"), LINE]
    path = answered(listed(placed("values.xlsx", tmp_path), *lines), {6: "OUI", 7: "OUI", 8: " oui ", 9: "non"})
    assert read_accepted(path) == [
        Accepted("V012", "Demandes", (4, 5, 6, 9), 3, "ttc", "TTC"),
        Accepted("V012", "Demandes", (7,), 3, "ttc", "=HT"),
    ]


def test_nothing_was_accepted_where_there_is_no_sheet_of_ours_or_nothing_to_accept(tmp_path: Path) -> None:
    source = placed("values.xlsx", tmp_path)
    assert read_accepted(source) == []
    assert read_accepted(listed(source)) == []
    assert read_accepted(listed(source, LINE)) == []
