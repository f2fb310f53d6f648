"""Where the sheet `Erreurs` stands in the workbook: built anew in its place, taken away without a gap."""

from collections.abc import Sequence

from lxml import etree

from converter.marking.erreurs_sheet import FORMATS, HEADING_ROW, STYLES, formats, quoted, worksheet
from converter.xlsx import styles
from converter.xlsx.book import ORDER, SheetEntry, insert, listed, main, sheets, workbook_part, worksheets
from converter.xlsx.package import OFFICE_REL, Package
from converter.xlsx.sound import child, required, whole
from converter.xlsx.trace import Tree, erase, trace, traces
from converter.xlsx.wanted import ErrorLine

NAME = "Erreurs"
MARKER = "_segur_hop_erreurs"
"""The hidden defined name by which our sheet is known, whatever it is called and whoever saved it."""

_NAMES = "definedNames"
_STYLES = (*STYLES, "cellXfs")
CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"


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
        child(workbook, main("sheets")).remove(listed(workbook)[entry.index])
        _close_gap(workbook, entry.index)
        _drop_part(package, entry)
        relation = next(each for each in package.relationships(part) if each.target == entry.part)
        package.unrelate(part, relation.id)
    styles.remove(package, *_STYLES)


def write_sheet(package: Package, lines: Sequence[ErrorLine]) -> None:
    """Build our sheet, where it stands already or else as the last one of the workbook."""
    part = workbook_part(package)
    entry = find_sheet(package)
    if entry is not None:
        _drop_part(package, entry)
    workbook = package.edit(part)
    _forget_names(workbook, entry)
    styles.remove(package, *_STYLES)
    if entry is None:
        entry = _new_entry(package, workbook)
    selected = any(view.get("activeTab", "0") == str(entry.index) for view in workbook.iter(main("workbookView")))
    known = worksheets(package).keys()
    package.add(entry.part, worksheet(lines, _look(package), known, selected=selected), CONTENT_TYPE)
    _add_names(workbook, entry, len(lines))


def _look(package: Package) -> dict[str, int]:
    """Add the formats of our sheet to the workbook; the index of each."""
    fonts, fills, borders = (styles.append(package, name, each) for name, each in STYLES.items())
    first = styles.append(package, "cellXfs", formats(fonts, fills, borders))
    return {name: first + i for i, name in enumerate(FORMATS)}


def _new_entry(package: Package, workbook: Tree) -> SheetEntry:
    there = listed(workbook)
    taken = {required(each, "name").casefold() for each in there}
    number, name = 1, NAME
    while name.casefold() in taken:
        number += 1
        name = f"{NAME} ({number})"
    part = package.free_name("xl/worksheets/sheetSegurHop{}.xml")
    relation = package.relate(workbook_part(package), "worksheet", part)
    sheet = etree.SubElement(child(workbook, main("sheets")), main("sheet"), name=name)
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
    sheet = quoted(entry.name)
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
    if (value := element.get(attribute)) is not None and whole(value) > index:
        element.set(attribute, str(whole(value) - 1))


def _first_visible(workbook: Tree) -> int:
    states = [each.get("state", "visible") for each in listed(workbook)]
    return states.index("visible") if "visible" in states else 0
