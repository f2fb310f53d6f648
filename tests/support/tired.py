"""Ways that months of use tire a workbook, each a small edit of the good one, with all that is found then."""

import re
from collections.abc import Callable
from datetime import datetime

import openpyxl
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.worksheet import Worksheet

from converter.spec.sheets import BENEFICIAIRES, DATA_SHEETS, DEMANDES, PIECES
from tests.support.annotated import MAIN, OFFICE, RELS
from tests.support.foreign import Parts, declared

Book = openpyxl.Workbook
Tiring = Callable[[Book], None]

TIRED: list[tuple[Tiring, set[str]]] = []
"""Each way to tire the good workbook, and all that is found then; corrections are named too."""

Changing = Callable[[Parts], None]
CHANGED: list[tuple[Changing, set[str]]] = []
"""The same of what openpyxl cannot write: a change of the parts of the package."""


def finds_in_parts(*issues: str) -> Callable[[Changing], Changing]:
    """Enter a change of the parts into the table."""

    def enter(change: Changing) -> Changing:
        CHANGED.append((change, set(issues)))
        return change

    return enter


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


def _in_order(sheet: Worksheet, order: list[int]) -> None:
    """Let the rows of a sheet, which is no table any more, stand in another order."""
    sheet.tables.clear()
    sheet.row_dimensions[1].hidden = False
    rows = [[(cell.value, cell.number_format) for cell in sheet[row]] for row in order]
    for number, row in enumerate(rows, start=1):
        for cell, (value, number_format) in zip(sheet[number], row, strict=True):
            cell.value, cell.number_format = value, number_format


@finds()
def tags_and_headings_sorted_below_the_rows(book: Book) -> None:
    for name in DATA_SHEETS:
        last = max(cell.row for cell in book[name]["A"] if cell.value)
        _in_order(book[name], [*range(3, last + 1), 2, 1])


@finds()
def tags_sorted_among_the_rows(book: Book) -> None:
    for name in DATA_SHEETS:
        _in_order(book[name], [3, 2, 4, 1, *range(5, book[name].max_row + 1)])


@finds()
def two_lines_of_title_above(book: Book) -> None:
    for name in DATA_SHEETS:
        book[name].tables.clear()
        book[name].insert_rows(1, 2)
        book[name]["A1"], book[name]["D1"], book[name]["G1"] = "Campagne", "2022", "vague 1"


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


# --- Excel for the web, newer formulas, Google Sheets -----------------------------------------------------------------

_SHEETS = {name: f"xl/worksheets/sheet{number}.xml" for number, name in enumerate(DATA_SHEETS, start=3)}
_THREADS = "http://schemas.microsoft.com/office/2017/10/relationships"
_THREADED = "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"
_PERSON = "{11111111-1111-4111-8111-111111111111}"
_THREAD = "{22222222-2222-4222-8222-222222222222}"


def _relate(parts: Parts, rels: str, *relations: tuple[str, str]) -> None:
    start = f'<Relationships xmlns="{RELS}"></Relationships>'.encode()
    new = "".join(
        f'<Relationship Id="rIdT{n}" Type="{kind}" Target="{target}"/>' for n, (kind, target) in enumerate(relations)
    )
    parts[rels] = parts.get(rels, start).replace(b"</Relationships>", new.encode() + b"</Relationships>")


def _declare(parts: Parts, name: str, kind: str, data: str) -> None:
    parts[name] = data.encode()
    types = parts["[Content_Types].xml"]
    parts["[Content_Types].xml"] = types.replace(b"</Types>", declared(name.encode(), kind.encode()))


@finds_in_parts()
def a_conversation_on_a_request(parts: Parts) -> None:
    """Hold a threaded comment, as Excel for the web writes it, and the note that older programs see of it."""
    kind = "application/vnd.ms-excel"
    _declare(
        parts,
        "xl/persons/person.xml",
        f"{kind}.person+xml",
        f'<personList xmlns="{_THREADED}"><person displayName="Marie" id="{_PERSON}" userId="m" providerId="AD"/>'
        "</personList>",
    )
    _declare(
        parts,
        "xl/threadedComments/threadedComment1.xml",
        f"{kind}.threadedcomments+xml",
        f'<ThreadedComments xmlns="{_THREADED}"><threadedComment ref="A3" dT="2022-05-02T09:00:00.00" '
        f'personId="{_PERSON}" id="{_THREAD}"><text>À relancer</text></threadedComment></ThreadedComments>',
    )
    _declare(
        parts,
        "xl/comments1.xml",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml",
        f'<comments xmlns="{MAIN}"><authors><author>tc={_THREAD}</author></authors><commentList><comment ref="A3" '
        'authorId="0"><text><t>[Threaded comment]\n\nComment:\n    À relancer</t></text></comment></commentList>'
        "</comments>",
    )
    _relate(parts, "xl/_rels/workbook.xml.rels", (f"{_THREADS}/person", "persons/person.xml"))
    _relate(
        parts,
        "xl/worksheets/_rels/sheet3.xml.rels",
        (f"{_THREADS}/threadedComment", "../threadedComments/threadedComment1.xml"),
        (f"{OFFICE}/comments", "../comments1.xml"),
    )


def _cell(parts: Parts, cell: str, xml: str) -> None:
    sheet, reference = cell.split("!")
    part = _SHEETS[sheet]
    parts[part], count = re.subn(rf'<c r="{reference}"[^>]*>.*?</c>'.encode(), xml.encode(), parts[part], count=1)
    assert count == 1


def _saved_by_excel(parts: Parts) -> None:
    """Be of a program that computes: what stands beside a formula is its value then."""
    part = "xl/workbook.xml"
    parts[part] = parts[part].replace(b'calcId="124519" fullCalcOnLoad="1"', b'calcId="191029"')


@finds_in_parts()
def formulas_that_were_computed(parts: Parts) -> None:
    _saved_by_excel(parts)
    _cell(parts, "Demandes!G3", '<c r="G3"><f>5500*2.5</f><v>13750</v></c>')
    _cell(parts, "Demandes!E4", '<c r="E4" s="23"><f>DATE(2022,4,15)</f><v>44666</v></c>')
    _cell(parts, "Bénéficiaires!F3", '<c r="F3" t="str"><f>"7507"&amp;"12184"</f><v>750712184</v></c>')
    _cell(parts, "Demandes!H3", '<c r="H3" t="b"><f>FALSE()</f><v>0</v></c>')


@finds_in_parts()
def an_array_that_spills_over_its_rows(parts: Parts) -> None:
    first = '<c r="F3" t="str"><f t="array" ref="F3:F4">_xlfn._xlws.FILTER(X1:X9,Y1:Y9=1)</f><v>750712184</v></c>'
    _cell(parts, "Bénéficiaires!F3", first)
    _cell(parts, "Bénéficiaires!F4", '<c r="F4" t="str"><v>010780054</v></c>')


@finds_in_parts(f"V050 {BENEFICIAIRES}!F3", f"V050 {DEMANDES}!G3")
def formulas_that_came_to_an_error(parts: Parts) -> None:
    array = '<c r="F3" t="e"><f t="array" ref="F3">_xlfn.SEQUENCE(9)</f><v>#SPILL!</v></c>'
    _cell(parts, "Bénéficiaires!F3", array)
    _cell(parts, "Demandes!G3", '<c r="G3" t="e"><f>VLOOKUP(1,X:Y,2,0)</f><v>#N/A</v></c>')


_GOOGLE_STYLES = (
    f'<styleSheet xmlns="{MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="dd/mm/yyyy"/></numFmts>'
    '<fonts count="1"><font><sz val="10.0"/><color rgb="FF000000"/><name val="Arial"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="lightGray"/></fill>'
    '</fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf borderId="0" fillId="0" fontId="0" '
    'numFmtId="0"/></cellStyleXfs><cellXfs count="2"><xf borderId="0" fillId="0" fontId="0" numFmtId="0" xfId="0"/>'
    '<xf borderId="0" fillId="0" fontId="0" numFmtId="164" xfId="0" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle xfId="0" name="Normal" builtinId="0"/></cellStyles><dxfs count="0"/></styleSheet>'
)
_DATED = 23
"""The style of the days in the good workbook."""


@finds_in_parts()
def through_google_sheets(parts: Parts) -> None:
    """Be as Google Sheets exports: strings in the cells, other styles, no table, no hidden row, nothing of ours."""
    items = re.findall(rb"<si>(.*?)</si>", parts.pop("xl/sharedStrings.xml"), re.DOTALL)
    for name in [each for each in parts if each.startswith(("xl/tables/", "xl/worksheets/_rels/", "docProps/custom"))]:
        del parts[name]
    gone = rb"<(?:Override|Relationship)[^>]*(?:sharedStrings|table\d|custom)[^>]*/>"
    for name in ("[Content_Types].xml", "xl/_rels/workbook.xml.rels", "_rels/.rels"):
        parts[name] = re.sub(gone, b"", parts[name])
    parts["xl/styles.xml"] = _GOOGLE_STYLES.encode()
    for name in [each for each in parts if "/worksheets/sheet" in each]:
        parts[name] = _of_google(parts[name], items)


def _of_google(sheet: bytes, strings: list[bytes]) -> bytes:
    sheet = re.sub(rb"<(conditionalFormatting|tableParts|ignoredErrors|dataValidations)\b.*?</\1>", b"", sheet)
    sheet = re.sub(rb' (?:hidden|outlineLevel|collapsed|customFormat|style)="[^"]*"', b"", sheet)
    sheet = re.sub(rb' s="(\d+)"', lambda s: b' s="1"' if int(s[1]) == _DATED else b' s="0"', sheet)
    return re.sub(
        rb'<c ([^>]*?)t="s"([^>]*)><v>(\d+)</v></c>',
        lambda c: b'<c %bt="inlineStr"%b><is>%b</is></c>' % (c[1], c[2], strings[int(c[3])]),
        sheet,
    )
