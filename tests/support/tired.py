"""Ways that months of use tire a workbook, each a small edit of the good one, with all that is found then."""

from collections.abc import Callable
from datetime import datetime

import openpyxl
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.worksheet.formula import ArrayFormula

from converter.spec.sheets import BENEFICIAIRES, DATA_SHEETS, DEMANDES, PIECES

Book = openpyxl.Workbook
Tiring = Callable[[Book], None]

TIRED: list[tuple[Tiring, set[str]]] = []
"""Each way to tire the good workbook, and all that is found then; corrections are named too."""


def finds(*issues: str) -> Callable[[Tiring], Tiring]:
    """Enter a way to tire a workbook into the table."""

    def enter(tire: Tiring) -> Tiring:
        TIRED.append((tire, set(issues)))
        return tire

    return enter


def _typed(cell: str, value: object) -> Tiring:
    def tire(book: Book) -> None:
        sheet, reference = cell.split("!")
        book[sheet][reference] = value  # type: ignore[assignment]

    tire.__name__ = f"typed_{cell}_{value!r}"[:60]
    return tire


# --- columns and headings ---------------------------------------------------------------------------------------------


@finds()
def columns_moved(book: Book) -> None:
    sheet = book[BENEFICIAIRES]
    for row in range(1, sheet.max_row + 1):
        sheet[f"H{row}"], sheet[f"B{row}"] = sheet[f"B{row}"].value, None


@finds()
def headings_renamed_and_broken_over_lines(book: Book) -> None:
    for name in DATA_SHEETS:
        for cell in book[name][2]:
            cell.value = f"{cell.value}\n(voir guide)" if cell.value else None


@finds()
def tag_row_deleted(book: Book) -> None:
    for name in DATA_SHEETS:
        for cell in book[name][1]:
            cell.value = None


@finds()
def tag_row_unhidden(book: Book) -> None:
    for name in DATA_SHEETS:
        book[name].row_dimensions[1].hidden = False


@finds()
def a_column_of_ones_own_and_one_deleted_of_the_tool(book: Book) -> None:
    book[DEMANDES]["AH2"], book[DEMANDES]["AH3"] = "Suivi interne", "relancer"
    for row in (1, 2):
        book[PIECES][f"B{row}"] = None


@finds("C006 Demandes!G3", "V012 Demandes!G3")
def a_credit_with_a_typographers_minus(book: Book) -> None:
    book[DEMANDES]["G3"] = "−13750"


# --- sheets -----------------------------------------------------------------------------------------------------------


@finds()
def sheets_renamed(book: Book) -> None:
    for name in DATA_SHEETS:
        book[name].title = f"{name} 2022"


@finds()
def a_sheet_copied(book: Book) -> None:
    book.copy_worksheet(book[DEMANDES]).title = "Demandes (2)"


@finds()
def tables_back_to_ranges(book: Book) -> None:
    for name in DATA_SHEETS:
        book[name].tables.clear()


@finds()
def a_filter_hides_rows(book: Book) -> None:
    for row in (4, 5):
        book[DEMANDES].row_dimensions[row].hidden = True


@finds(f"R170 {BENEFICIAIRES}!A15", f"R170 {BENEFICIAIRES}!A16")
def a_second_table_below_the_first(book: Book) -> None:
    book[BENEFICIAIRES]["A15"], book[BENEFICIAIRES]["C15"] = "Contact", "Rôle"
    book[BENEFICIAIRES]["A16"], book[BENEFICIAIRES]["C16"] = "Mme Martin", "achats"


# --- cells pasted from elsewhere --------------------------------------------------------------------------------------


@finds()
def a_number_merged_over_its_rows(book: Book) -> None:
    book[BENEFICIAIRES]["A4"] = None
    book[BENEFICIAIRES].merge_cells("A3:A4")


@finds()
def rich_text_in_a_name(book: Book) -> None:
    book[BENEFICIAIRES]["C3"] = CellRichText("DU", TextBlock(InlineFont(b=True), "PONT"))


@finds()
def a_hyperlink_on_an_address(book: Book) -> None:
    book[BENEFICIAIRES]["D3"].hyperlink = "mailto:m.dupont@ch-saint-martin.fr"
    book[BENEFICIAIRES]["D3"].value = "m.dupont@ch-saint-martin.fr"


for _cell, _value, _found in (
    ("Demandes!G3", "1.234,50", "C006"),
    ("Demandes!G3", "1,234.50", "C006"),
    ("Demandes!G3", "13 750 €", "C006"),
    ("Demandes!G3", "13\u00a0750,00\u202f€", "C006"),
    ("Demandes!G3", "１３７５０", "C006"),
    ("Demandes!G3", "13\u00ad750", "C006"),
    ("Demandes!G3", "137\u200b50,00", "C006"),
    ("Demandes!G3", "13750€00", "V010"),
    ("Demandes!G3", "1e4", "V010"),
    ("Demandes!G3", "1.234", "V011"),
    ("Demandes!G3", "16 500 € TTC", "V013"),
    ("Demandes!E3", "\u200f15/04/2022\u200f", "C003"),
    ("Demandes!E3", "15\u00a0avril\u00a02022", "C003"),
    ("Demandes!E3", datetime(2022, 4, 15, 9, 30), "C005"),  # noqa: DTZ001 - Excel knows no time zone
    ("Bénéficiaires!C3", "E\u0301LISE", ""),
    ("Bénéficiaires!C3", "DU\u00adPONT", "C002"),
    ("Bénéficiaires!C3", "دوبون", ""),
    ("Bénéficiaires!C3", "X" * 32_767, "V004"),
    ("Bénéficiaires!C3", "DUPONT_x0007_", "C002"),
    ("Bénéficiaires!D3", "m.dupont@ｃｈ.fr", "V030"),
    ("Bénéficiaires!F3", "７５０７１２１８４", "V040"),
    ("Demandes!G3", "#REF!", "V050"),
    ("Bénéficiaires!F3", "#N/A", "V050"),
    ("Bénéficiaires!F3", "=750712184+0", "V051"),
    ("Demandes!G3", "=1e400", "V051"),
    ("Bénéficiaires!F3", ArrayFormula("E3", "=E4"), "V051"),
):
    finds(*[f"{_found} {_cell}"] if _found else ())(_typed(_cell, _value))
