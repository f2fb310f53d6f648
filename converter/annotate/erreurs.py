"""The sheet `Erreurs`: every finding on one line, with a link to its cell, built anew at each run."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from lxml import etree
from openpyxl.utils import get_column_letter

from converter.annotate import styles
from converter.annotate.package import OFFICE_REL, Package, rels_of
from converter.annotate.sheet import cells_of
from converter.annotate.trace import ALONE, OURS, Tree, erase, trace, traces
from converter.annotate.wanted import Accepted, ErrorLine
from converter.annotate.workbook import (
    ORDER,
    SheetEntry,
    insert,
    main,
    sheets,
    workbook_part,
)
from converter.annotate.xmltext import MAIN, xml
from converter.issues import Gravite, Place

NAME = "Erreurs"
MARKER = "_segur_hop_erreurs"
"""The hidden defined name by which our sheet is known, whatever it is called and whoever saved it."""

_NAMES = "definedNames"
CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
COLUMNS = {
    "Gravité": 15,
    "Code": 8,
    "Feuille": 15,
    "Cellule": 9,
    "Colonne": 20,
    "Valeur lue": 20,
    "Attendu": 24,
    "Message": 42,
    "Que faire": 42,
    "Correction proposée": 22,
    "Accepter": 12,
    "Lignes concernées": 20,
}
"""The columns of the sheet and their widths in letters; longer texts wrap."""

HEADING_ROW = 5
WORDS = {
    Gravite.ERREUR: ("Erreur", "erreur", "erreurs"),
    Gravite.AVERTISSEMENT: ("Avertissement", "avertissement", "avertissements"),
    Gravite.CORRECTION: ("Correction", "correction", "corrections"),
}
ALL_WELL = "Tout est en ordre : rien à corriger dans ce classeur."
_LINE, _TALLEST = 15, 405
"""Points of a line of text, and of the highest row Excel has."""

_READ = 3
"""Different values shown on one line of the sheet."""

_RUNS = 40
"""Runs of rows on one line of the sheet; a finding at more places takes several lines."""


def grouped(lines: Sequence[ErrorLine]) -> list[ErrorLine]:
    """Join the lines that say the same of the same column, with all their rows; the first of each leads."""
    groups: dict[ErrorLine, list[ErrorLine]] = {}
    for line in lines:
        groups.setdefault(replace(line, ligne=0, lu="", lignes=()), []).append(line)
    return [joined for group in groups.values() for joined in _joined(group)]


def _joined(group: Sequence[ErrorLine]) -> Iterator[ErrorLine]:
    rows = sorted({row for line in group for row in line.lignes or (line.ligne,) if row})
    read = list(dict.fromkeys(line.lu for line in group))
    shown = " ; ".join(read[:_READ]) + (" ; …" if len(read) > _READ else "")
    found = runs(rows)
    for start in range(0, max(1, len(found)), _RUNS):
        part = tuple(row for first, last in found[start : start + _RUNS] for row in range(first, last + 1))
        yield replace(group[0], ligne=part[0] if part else 0, lu=shown, lignes=part)


def runs(rows: Sequence[int]) -> list[tuple[int, int]]:
    """Runs of consecutive numbers in a sorted sequence."""
    found: list[tuple[int, int]] = []
    for row in rows:
        if found and row == found[-1][1] + 1:
            found[-1] = (found[-1][0], row)
        else:
            found.append((row, row))
    return found


def find_sheet(package: Package) -> SheetEntry | None:
    """Our sheet, if the workbook has it."""
    names = _named(package.tree(workbook_part(package)), {MARKER})
    quoted = (names[0].text or "").rpartition("!")[0] if names else ""
    name = quoted[1:-1].replace("''", "'") if quoted.startswith("'") else quoted
    return next((each for each in sheets(package) if each.name == name and each.kind == "worksheet"), None)


def remove_sheet(package: Package) -> None:
    """Take our sheet out of the workbook, with the names, styles and views that counted on it."""
    part = workbook_part(package)
    if not _named(package.tree(part), {MARKER}):
        return
    entry = find_sheet(package)
    workbook = package.edit(part)
    _forget_names(workbook, entry)
    if entry is not None:
        listed = workbook.find(main("sheets"))
        listed.remove(listed[entry.index])
        _close_gap(workbook, entry.index)
        _drop_part(package, entry)
        relation = next(each for each in package.relationships(part) if each.target == entry.part)
        package.unrelate(part, relation.id)
    styles.remove(package, *STYLES)


def write_sheet(package: Package, lines: Sequence[ErrorLine]) -> None:
    """Build our sheet, where it stands already or else as the last one of the workbook."""
    part = workbook_part(package)
    entry = find_sheet(package)
    if entry is not None:
        _drop_part(package, entry)
    workbook = package.edit(part)
    _forget_names(workbook, entry)
    styles.remove(package, *STYLES)
    if entry is None:
        entry = _new_entry(package, workbook)
    package.add(entry.part, _sheet(package, entry, lines), CONTENT_TYPE)
    _add_names(workbook, entry, len(lines))


def _new_entry(package: Package, workbook: Tree) -> SheetEntry:
    listed = workbook.find(main("sheets"))
    taken = {each.get("name").casefold() for each in listed}
    number, name = 1, NAME
    while name.casefold() in taken:
        number += 1
        name = f"{NAME} ({number})"
    part = package.free_name("xl/worksheets/sheetSegurHop{}.xml")
    relation = package.relate(workbook_part(package), "worksheet", part)
    sheet = etree.SubElement(listed, main("sheet"), name=name)
    sheet.set("sheetId", str(1 + max(int(each.get("sheetId", "0")) for each in listed)))
    sheet.set(f"{{{OFFICE_REL}}}id", relation)
    return SheetEntry(name, part, "worksheet", len(listed) - 1)


def _drop_part(package: Package, entry: SheetEntry) -> None:
    """Drop our sheet and what the user or a program hung on it (notes, printer settings)."""
    own = {each.target for each in package.relationships(entry.part) if each.target in package}
    others = {
        each.target
        for part in package
        if rels_of(part) in package and part != entry.part
        for each in package.relationships(part)
    }
    for part in {entry.part, *(own - others)}:
        package.drop(part)


def _named(workbook: Tree, wanted: set[str]) -> list[Tree]:
    return [each for each in workbook.iter(main("definedName")) if each.get("name") in wanted]


def _forget_names(workbook: Tree, entry: SheetEntry | None) -> None:
    """Drop the name that marks our sheet and those that hold for it alone."""
    names = workbook.find(main(_NAMES))
    if names is None:
        return
    index = None if entry is None else str(entry.index)
    for each in names.findall(main("definedName")):
        if each.get("name") == MARKER or (index is not None and each.get("localSheetId") == index):
            names.remove(each)
    if len(names) == 0 and _NAMES in traces(workbook):
        workbook.remove(names)
        erase(workbook, _NAMES)


def _add_names(workbook: Tree, entry: SheetEntry, lines: int) -> None:
    names = workbook.find(main(_NAMES))
    if names is None:
        names = insert(trace(workbook, _NAMES), _NAMES, ORDER)
    sheet = _quoted(entry.name)
    etree.SubElement(names, main("definedName"), name=MARKER, hidden="1").text = f"{sheet}!$A$1"
    if not lines:
        return
    local = {"localSheetId": str(entry.index)}
    table = f"{sheet}!$A${HEADING_ROW}:$L${HEADING_ROW + lines}"
    etree.SubElement(names, main("definedName"), name="_xlnm._FilterDatabase", hidden="1", **local).text = table
    titles = f"{sheet}!${HEADING_ROW}:${HEADING_ROW}"
    etree.SubElement(names, main("definedName"), name="_xlnm.Print_Titles", **local).text = titles


def _close_gap(workbook: Tree, index: int) -> None:
    """Let names and views count the sheets without the one that stood at `index`."""
    for each in workbook.iter(main("definedName")):
        _count_down(each, "localSheetId", index)
    for view in workbook.iter(main("workbookView")):
        if view.get("activeTab") == str(index):
            view.set("activeTab", str(_first_visible(workbook)))
        _count_down(view, "activeTab", index)
        _count_down(view, "firstSheet", index)


def _count_down(element: Tree, attribute: str, index: int) -> None:
    if (value := element.get(attribute)) is not None and int(value) > index:
        element.set(attribute, str(int(value) - 1))


def _first_visible(workbook: Tree) -> int:
    states = [each.get("state", "visible") for each in workbook.find(main("sheets"))]
    return states.index("visible") if "visible" in states else 0


def _quoted(name: str) -> str:
    return "'{}'".format(name.replace("'", "''"))


# The look: fonts, fills, a border and the cell formats made of them, in the order of the constants.

_FONT = '<name val="Calibri"/><family val="2"/>'
_THIN = "".join(f'<{side} style="thin"><color rgb="FFBFBFBF"/></{side}>' for side in ("left", "right", "top", "bottom"))
STYLES = {
    "fonts": (
        f'<font><sz val="11"/>{_FONT}</font>',
        f'<font><b/><sz val="16"/>{_FONT}</font>',
        f'<font><b/><sz val="11"/><color rgb="FFFFFFFF"/>{_FONT}</font>',
        f'<font><u/><sz val="11"/><color rgb="FF0563C1"/>{_FONT}</font>',
        f'<font><b/><sz val="11"/>{_FONT}</font>',
    ),
    "fills": tuple(
        f'<fill><patternFill patternType="solid"><fgColor rgb="{colour}"/><bgColor indexed="64"/></patternFill></fill>'
        for colour in ("FF1F3864", "FFFFC7CE", "FFFFE0B2", "FFDDEBF7", "FFFFF9DB", "FFC6EFCE")
    ),
    "borders": (f"<border>{_THIN}<diagonal/></border>",),
    "cellXfs": (),
}
_PLAIN, _BIG, _WHITE, _LINK, _BOLD = range(5)
_DARK, _RED, _ORANGE, _BLUE, _INPUT, _GREEN = range(6)
_FORMATS: dict[str, tuple[int, int | None, bool]] = {
    "title": (_BIG, None, False),
    "line": (_PLAIN, None, False),
    "heading": (_WHITE, _DARK, True),
    "text": (_PLAIN, None, True),
    Gravite.ERREUR: (_BOLD, _RED, True),
    Gravite.AVERTISSEMENT: (_BOLD, _ORANGE, True),
    Gravite.CORRECTION: (_BOLD, _BLUE, True),
    "link": (_LINK, None, True),
    "accept": (_BOLD, _INPUT, True),
    "well": (_BIG, _GREEN, False),
}
"""Each cell format: font, fill, and whether it is a cell of the table (border, wrapped, text format)."""


def _add_styles(package: Package) -> dict[str, int]:
    """Add the look to the workbook; the index of each cell format."""
    fonts, fills, borders = (styles.append(package, name, STYLES[name]) for name in ("fonts", "fills", "borders"))
    written = []
    for font, fill, boxed in _FORMATS.values():
        colour = 0 if fill is None else fills + fill
        border = borders if boxed else 0
        wrap, height = (' wrapText="1"', "top") if boxed else ("", "center")
        written.append(
            f'<xf numFmtId="49" fontId="{fonts + font}" fillId="{colour}" borderId="{border}" xfId="0"'
            ' applyNumberFormat="1" applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1">'
            f'<alignment vertical="{height}"{wrap}/></xf>'
        )
    first = styles.append(package, "cellXfs", written)
    return {name: first + i for i, name in enumerate(_FORMATS)}


def _sheet(package: Package, entry: SheetEntry, lines: Sequence[ErrorLine]) -> bytes:
    """The part of our sheet."""
    look = _add_styles(package)
    selected = any(
        view.get("activeTab", "0") == str(entry.index)
        for view in package.tree(workbook_part(package)).iter(main("workbookView"))
    )
    colour = "FFC00000" if lines else "FF70AD47"
    view = f'showGridLines="0"{_SELECTED if selected else ""} workbookViewId="0"'
    known = {each.name for each in sheets(package) if each.kind == "worksheet"}
    body = _findings(lines, look, known) if lines else _nothing(look)
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<!--{OURS} {ALONE}=-->'
        f'<worksheet xmlns="{MAIN}"><sheetPr><tabColor rgb="{colour}"/>'
        '<pageSetUpPr fitToPage="1"/></sheetPr>'
        f"<sheetViews><sheetView {view}>{_PANE if lines else ''}</sheetView></sheetViews>"
        '<sheetFormatPr defaultRowHeight="15"/>'
        f"{body}"
        '<pageMargins left="0.4" right="0.4" top="0.5" bottom="0.6" header="0.3" footer="0.3"/>'
        '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/>'
        "<headerFooter><oddFooter>&amp;L&amp;F — &amp;A&amp;RPage &amp;P sur &amp;N</oddFooter></headerFooter>"
        "</worksheet>"
    ).encode()


_SELECTED = ' tabSelected="1"'
_PANE = (
    f'<pane ySplit="{HEADING_ROW}" topLeftCell="A{HEADING_ROW + 1}" activePane="bottomLeft" state="frozen"/>'
    f'<selection pane="bottomLeft" activeCell="A{HEADING_ROW + 1}" sqref="A{HEADING_ROW + 1}"/>'
)


def _nothing(look: dict[str, int]) -> str:
    """The sheet when there is nothing to say: one green line."""
    cells = _cell(2, 1, ALL_WELL, look["well"]) + "".join(_cell(2, i, "", look["well"]) for i in range(2, 9))
    return (
        f'<cols><col min="1" max="8" width="14" customWidth="1"/></cols>'
        f'<sheetData><row r="2" ht="36" customHeight="1">{cells}</row></sheetData>'
    )


def _findings(lines: Sequence[ErrorLine], look: dict[str, int], known: set[str]) -> str:
    """The sheet with its lines: columns, rows, filter, drop-downs and links."""
    last = HEADING_ROW + len(lines)
    columns = "".join(
        f'<col min="{i}" max="{i}" width="{width + 0.7:.1f}" customWidth="1"/>'
        for i, width in enumerate(COLUMNS.values(), 1)
    )
    rows = [*_head(lines, look), *(_row(row, line, look) for row, line in enumerate(lines, HEADING_ROW + 1))]
    return (
        f"<cols>{columns}</cols><sheetData>{''.join(rows)}</sheetData>"
        f'<autoFilter ref="A{HEADING_ROW}:L{last}"/>{_choices(lines)}{_links(lines, known)}'
    )


def _head(lines: Sequence[ErrorLine], look: dict[str, int]) -> list[str]:
    """The title, what there is, what to do, and the headings."""
    advice = (
        "Un clic sur la référence (colonne « Cellule ») mène à la cellule. Corrigez, enregistrez, fermez le "
        "classeur, puis relancez : cette feuille est refaite à chaque fois."
    )
    accept = (
        "Pour adopter une correction proposée : choisissez OUI dans la colonne « Accepter », enregistrez, fermez, "
        "puis relancez."
    )
    texts = [
        ("Points à revoir dans ce classeur", "title", ' ht="26" customHeight="1"'),
        (_summary(lines), "line", ""),
        (advice, "line", ""),
        (accept if any(line.proposition for line in lines) else "", "line", ""),
    ]
    rows = [
        f'<row r="{row}"{height}>{_cell(row, 1, text, look[style])}</row>'
        for row, (text, style, height) in enumerate(texts, 1)
    ]
    cells = "".join(_cell(HEADING_ROW, i, heading, look["heading"]) for i, heading in enumerate(COLUMNS, 1))
    return [*rows, f'<row r="{HEADING_ROW}" ht="{_LINE}">{cells}</row>']


def _summary(lines: Sequence[ErrorLine]) -> str:
    counts: Counter[Gravite] = Counter()
    for line in lines:
        counts[line.gravite] += max(1, len(line.lignes))
    told = [f"{counts[each]} {WORDS[each][1 if counts[each] == 1 else 2]}" for each in Gravite if counts[each]]
    return ", ".join(told) + "."


def _row(row: int, line: ErrorLine, look: dict[str, int]) -> str:
    texts = (
        WORDS[line.gravite][0],
        line.code,
        line.feuille,
        _place(line),
        line.intitule,
        line.lu,
        line.attendu,
        line.message,
        line.conseil,
        line.proposition,
        "",
        _rows(line),
    )
    formats = {1: line.gravite, 4: "link", 11: "accept" if line.proposition else "text"}
    cells = "".join(_cell(row, i, text, look[formats.get(i, "text")]) for i, text in enumerate(texts, 1))
    return f'<row r="{row}" ht="{_height(texts)}">{cells}</row>'


def _height(texts: Sequence[str]) -> int:
    """The points that the longest text of a row takes, wrapped in its column: not every program measures them."""
    lines = max(
        sum(-(-len(line) // width) or 1 for line in text.split("\n"))
        for text, width in zip(texts, COLUMNS.values(), strict=True)
        if text
    )
    return min(_LINE * lines, _TALLEST)


def _place(line: ErrorLine) -> str:
    cell = Place(line.feuille, line.ligne, line.colonne).cellule
    return cell or (f"ligne {line.ligne}" if line.ligne else "")


def _rows(line: ErrorLine) -> str:
    found = runs(sorted(line.lignes or ((line.ligne,) if line.ligne else ())))
    return ", ".join(f"{first}" if first == last else f"{first}-{last}" for first, last in found)


def _cell(row: int, column: int, text: str, style: int) -> str:
    letter = get_column_letter(column)
    place = f'<c r="{letter}{row}" s="{style}"'
    kept = xml(text)
    return f'{place} t="inlineStr"><is><t xml:space="preserve">{kept}</t></is></c>' if kept else f"{place}/>"


def _choices(lines: Sequence[ErrorLine]) -> str:
    """A drop-down OUI where there is a proposition."""
    offered = [row for row, line in enumerate(lines, HEADING_ROW + 1) if line.proposition]
    if not offered:
        return ""
    cells = " ".join(f"K{first}" if first == last else f"K{first}:K{last}" for first, last in runs(offered))
    return (
        '<dataValidations count="1"><dataValidation type="list" allowBlank="1" showInputMessage="1"'
        ' showErrorMessage="1" errorTitle="Accepter" error="Choisissez OUI, ou laissez la cellule vide."'
        ' promptTitle="Accepter" prompt="OUI : la correction proposée sera écrite à votre place."'
        f' sqref="{cells}"><formula1>"OUI"</formula1></dataValidation></dataValidations>'
    )


def _links(lines: Sequence[ErrorLine], known: set[str]) -> str:
    links = "".join(
        f'<hyperlink ref="D{row}" location="{xml(_target(line))}" display="{_place(line)}"/>'
        for row, line in enumerate(lines, HEADING_ROW + 1)
        if line.feuille in known and _place(line)
    )
    return f"<hyperlinks>{links}</hyperlinks>" if links else ""


def _target(line: ErrorLine) -> str:
    cell = Place(line.feuille, line.ligne, max(1, line.colonne)).cellule
    return f"{_quoted(line.feuille)}!{cell}"


# The way back: what the user accepted.


def read_accepted(path: Path) -> list[Accepted]:
    """The lines of our sheet where the user answered OUI, in their order; none without such a sheet."""
    with Package(path) as package:
        entry = find_sheet(package)
    if entry is None:
        return []
    from python_calamine import CalamineWorkbook

    with CalamineWorkbook.from_path(path) as workbook:
        rows = workbook.get_sheet_by_name(entry.name).to_python(skip_empty_area=False)
    lines = [[_text(value) for value in row] for row in rows]
    start = next((i for i, line in enumerate(lines) if {"Accepter", "Feuille", "Cellule"} <= set(line)), None)
    if start is None:
        return []
    found = (dict(zip(lines[start], line, strict=True)) for line in lines[start + 1 :])
    return [_accepted(line) for line in found if _is_accepted(line)]


def _text(value: object) -> str:
    return str(int(value) if isinstance(value, float) and value.is_integer() else value)


def _is_accepted(line: dict[str, str]) -> bool:
    cell = re.fullmatch(r"[A-Z]{1,3}\d+", line["Cellule"].strip())
    return line["Accepter"].strip().upper() == "OUI" and bool(line.get("Correction proposée")) and cell is not None


def _accepted(line: dict[str, str]) -> Accepted:
    row, column = cells_of(line["Cellule"].strip())[:2]
    listed = re.findall(r"(\d+)(?:\s*-\s*(\d+))?", line.get("Lignes concernées", ""))
    rows = {each for first, last in listed for each in range(int(first), int(last or first) + 1)}
    return Accepted(
        code=line.get("Code", ""),
        feuille=line["Feuille"],
        lignes=tuple(sorted(rows | {row})),
        colonne=column,
        lu=line.get("Valeur lue", ""),
        proposition=line["Correction proposée"],
    )
