"""Where the sheets `Erreurs` and `Journal` stand in the workbook: built anew in place, taken away without a gap."""

from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree

from converter.columns import letters_of
from converter.issues import Gravite
from converter.marking import erreurs_sheet, journal, landing
from converter.marking.erreurs_sheet import (
    FORMATS,
    HEADING_ROW,
    STYLES,
    cell_formats,
    collapsed,
    quoted,
    sheet_of_lines,
)
from converter.marking.journal import Change
from converter.xlsx import styles
from converter.xlsx.book import ORDER, SheetEntry, in_main, insert, listed, sheet_entries, workbook_part, worksheets
from converter.xlsx.package import OFFICE_REL, Package
from converter.xlsx.sound import child, required, whole
from converter.xlsx.trace import Tree, erase, trace, traces
from converter.xlsx.wanted import ErrorLine


@dataclass(frozen=True, slots=True)
class Own:
    """A sheet of ours: its name, the row of its headings, its last column, its last printed one.

    `marker` is the hidden defined name by which it is known, whatever it is called and whoever saved it.
    """

    name: str
    marker: str
    heading: int
    last: str
    printed: str


ERREURS = Own(
    "Erreurs",
    "_segur_hop_erreurs",
    HEADING_ROW,
    letters_of(len(erreurs_sheet.COLUMNS)),
    letters_of(erreurs_sheet.PRINTED),
)
_JOURNAL_END = letters_of(len(journal.COLUMNS))
JOURNAL = Own("Journal", "_segur_hop_journal", journal.HEADING_ROW, _JOURNAL_END, _JOURNAL_END)

_NAMES = "definedNames"
_STYLES = (*STYLES, "cellXfs")
CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"


def find_sheet(package: Package, own: Own = ERREURS) -> SheetEntry | None:
    """Our sheet, if the workbook has it."""
    names = _named(package.tree(workbook_part(package)), {own.marker})
    quoted = (names[0].text or "").rpartition("!")[0] if names else ""
    name = quoted[1:-1].replace("''", "'") if quoted.startswith("'") else quoted
    return next((each for each in sheet_entries(package) if each.name == name and each.kind == "worksheet"), None)


def remove_sheets(package: Package) -> None:
    """Take our sheets out of the workbook, with the names, styles and views that counted on them."""
    for own in (JOURNAL, ERREURS):
        _remove(package, own)
    landing.put_back(package)
    styles.remove(package, *_STYLES)


def _remove(package: Package, own: Own) -> None:
    part = workbook_part(package)
    if not _named(package.tree(part), {own.marker}):
        return
    entry = find_sheet(package, own)
    workbook = package.edit(part)
    _forget_names(workbook, entry, own)
    if entry is not None:
        child(workbook, in_main("sheets")).remove(listed(workbook)[entry.index])
        _close_gap(workbook, entry.index)
        _drop_part(package, entry)
        relation = next(each for each in package.relationships(part) if each.target == entry.part)
        package.unrelate(part, relation.id)


def write_sheets(package: Package, lines: Sequence[ErrorLine], changes: Sequence[Change]) -> None:
    """Build our sheets, where they stand already or else as the last ones; without changes there is no `Journal`.

    The workbook opens on `Erreurs` where there is an error, else where the user was.
    """
    elsewhere = landing.put_back(package) or find_sheet(package) is None
    styles.remove(package, *_STYLES)
    look = _look(package)
    erreurs = _place(package, ERREURS)
    known = worksheets(package).keys()
    wrong = any(line.gravite is Gravite.ERREUR for line in lines)
    if wrong:
        landing.land_on(package, erreurs, elsewhere=elsewhere)
    content = sheet_of_lines(lines, look, known, selected=_is_active(package, erreurs))
    package.add(erreurs.part, content, CONTENT_TYPE)
    _add_names(package, erreurs, ERREURS, len(collapsed(lines)))
    if changes:
        entry = _place(package, JOURNAL)
        content = journal.sheet_of_changes(changes, look, selected=_is_active(package, entry))
        package.add(entry.part, content, CONTENT_TYPE)
        _add_names(package, entry, JOURNAL, len(changes))


def _place(package: Package, own: Own) -> SheetEntry:
    """The place of a sheet of ours in the workbook, emptied of what it held."""
    entry = find_sheet(package, own)
    if entry is not None:
        _drop_part(package, entry)
    workbook = package.edit(workbook_part(package))
    _forget_names(workbook, entry, own)
    return entry or _new_entry(package, workbook, own)


def _is_active(package: Package, entry: SheetEntry) -> bool:
    views = package.tree(workbook_part(package)).iter(in_main("workbookView"))
    return any(view.get("activeTab", "0") == str(entry.index) for view in views)


def _look(package: Package) -> dict[str, int]:
    """Add the formats of our sheet to the workbook; the index of each."""
    fonts, fills, borders = (styles.append(package, name, each) for name, each in STYLES.items())
    first = styles.append(package, "cellXfs", cell_formats(fonts, fills, borders))
    return {name: first + i for i, name in enumerate(FORMATS)}


def _new_entry(package: Package, workbook: Tree, own: Own) -> SheetEntry:
    there = listed(workbook)
    taken = {required(each, "name").casefold() for each in there}
    number, name = 1, own.name
    while name.casefold() in taken:
        number += 1
        name = f"{own.name} ({number})"
    part = package.free_name("xl/worksheets/sheetSegurHop{}.xml")
    relation = package.relate(workbook_part(package), "worksheet", part)
    sheet = etree.SubElement(child(workbook, in_main("sheets")), in_main("sheet"), name=name)
    sheet.set("sheetId", str(1 + max((whole(each.get("sheetId"), 0) for each in there), default=0)))
    sheet.set(f"{{{OFFICE_REL}}}id", relation)
    return SheetEntry(name, part, "worksheet", len(there))


def _drop_part(package: Package, entry: SheetEntry) -> None:
    """Drop our sheet and what the user or a program hung on it (notes, printer settings)."""
    own = {each.target for each in package.relationships(entry.part) if each.target in package}
    used = package.used() if own else {}
    others = {target for part, targets in used.items() if part != entry.part for target in targets}
    for part in sorted({entry.part, *(own - others)}):
        package.drop(part)


def _named(workbook: Tree, wanted: set[str]) -> list[Tree]:
    return [each for each in workbook.iter(in_main("definedName")) if each.get("name") in wanted]


def _forget_names(workbook: Tree, entry: SheetEntry | None, own: Own) -> None:
    """Drop the name that marks our sheet and those that hold for it alone."""
    names = workbook.find(in_main(_NAMES))
    if names is None:
        return
    index = None if entry is None else str(entry.index)
    for each in names.findall(in_main("definedName")):
        if each.get("name") == own.marker or (index is not None and each.get("localSheetId") == index):
            names.remove(each)
    if len(names) == 0 and _NAMES in traces(workbook):
        workbook.remove(names)
        erase(workbook, _NAMES)


def _add_names(package: Package, entry: SheetEntry, own: Own, lines: int) -> None:
    workbook = package.edit(workbook_part(package))
    names = workbook.find(in_main(_NAMES))
    if names is None:
        names = insert(trace(workbook, _NAMES), _NAMES, ORDER)
    sheet = quoted(entry.name)
    etree.SubElement(names, in_main("definedName"), name=own.marker, hidden="1").text = f"{sheet}!$A$1"
    if not lines:
        return
    local = {"localSheetId": str(entry.index)}
    end = own.heading + lines
    table = f"{sheet}!$A${own.heading}:${own.last}${end}"
    etree.SubElement(names, in_main("definedName"), name="_xlnm._FilterDatabase", hidden="1", **local).text = table
    area = f"{sheet}!$A$1:${own.printed}${end}"
    etree.SubElement(names, in_main("definedName"), name="_xlnm.Print_Area", **local).text = area
    titles = f"{sheet}!${own.heading}:${own.heading}"
    etree.SubElement(names, in_main("definedName"), name="_xlnm.Print_Titles", **local).text = titles


def _close_gap(workbook: Tree, index: int) -> None:
    """Let names and views count the sheets without the one that stood at `index`."""
    for each in workbook.iter(in_main("definedName")):
        _count_down(each, "localSheetId", index)
    for view in workbook.iter(in_main("workbookView")):
        if view.get("activeTab") == str(index):
            view.set("activeTab", str(_first_visible(workbook)))
        _count_down(view, "activeTab", index)
        _count_down(view, "firstSheet", index)


def _count_down(element: Tree, attribute: str, index: int) -> None:
    if (value := element.get(attribute)) is not None and whole(value) > index:
        element.set(attribute, str(whole(value) - 1))


def _first_visible(workbook: Tree) -> int:
    states = [each.get("state", "visible") for each in listed(workbook)]
    return states.index("visible") if "visible" in states else 0
