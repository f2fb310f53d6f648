"""The workbook part: which sheets there are, where a new one goes, and the names that go with it."""

import re
from dataclasses import dataclass

from lxml import etree

from converter.xlsx.package import OFFICE_REL, OUR_ID, Package, serialise, unreadable
from converter.xlsx.sound import child, required
from converter.xlsx.text import MAIN
from converter.xlsx.trace import ALONE, Tree, erase, trace, traces

ORDER = (  # noqa: SIM905 - reads as the standard lists them
    "fileVersion fileSharing workbookPr workbookProtection bookViews sheets functionGroups externalReferences "
    "definedNames calcPr oleSize customWorkbookViews pivotCaches smartTagPr smartTagTypes webPublishing "
    "fileRecoveryPr webPublishObjects extLst"
).split()
"""The children of `CT_Workbook` in their order (ECMA-376 part 1, 18.2.27)."""


_EMPTY, _DECLARED = "empty", "declared"
"""Noted of a table of shared strings that was there and held none, or was declared and not there."""
_SHARED = re.compile(rb"""\st\s*=\s*["']s["']""")
_STRING = re.compile(rb"[<:]si[\s/>]")
_NOTED, _HEAD = re.compile(rb"<!--segur-hop "), 400
"""How the note of a part starts, and within which bytes: a large table is not parsed to look for it."""
STRINGS = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"


@dataclass(frozen=True, slots=True)
class SheetEntry:
    """A sheet of the workbook, in tab order; `kind` is the last word of its relationship type."""

    name: str
    part: str
    kind: str
    index: int


def in_main(tag: str) -> str:
    """A tag of the main namespace as lxml names it."""
    return f"{{{MAIN}}}{tag}"


def workbook_part(package: Package) -> str:
    """The name of the workbook part.

    Raises:
        Inutilisable: the package is no workbook (F018).

    """
    found = package.related("", "officeDocument")
    if found is None or package.tree(found.target).tag != in_main("workbook"):
        raise unreadable("" if found is None else found.target)
    return found.target


def sheet_entries(package: Package) -> list[SheetEntry]:
    """The sheets in tab order; one whose part is missing is left out."""
    part = workbook_part(package)
    by_id = {each.id: each for each in package.relationships(part)}
    with package.interpreting(part):
        return [
            SheetEntry(required(entry, "name"), target.target, target.type.rpartition("/")[2], index)
            for index, entry in enumerate(listed(package.tree(part)))
            if (target := by_id.get(entry.get(f"{{{OFFICE_REL}}}id"))) and target.target in package
        ]


def listed(workbook: Tree) -> list[Tree]:
    """The elements that list the sheets, in tab order."""
    return [each for each in child(workbook, in_main("sheets")) if isinstance(each.tag, str)]


def worksheets(package: Package) -> dict[str, str]:
    """The part of each sheet that has cells, by name."""
    return {each.name: each.part for each in sheet_entries(package) if each.kind == "worksheet"}


def is_1904(package: Package) -> bool:
    """Tell whether dates count from 1904."""
    properties = package.tree(workbook_part(package)).find(in_main("workbookPr"))
    return properties is not None and properties.get("date1904") in {"1", "true"}


def insert(root: Tree, name: str, order: list[str]) -> Tree:
    """A new child of the root, after those the standard puts before it."""
    before = order[: order.index(name)]
    tags = {in_main(each) for each in before}
    place = max((i for i, child in enumerate(root, 1) if child.tag in tags), default=0)
    child = etree.Element(in_main(name))
    root.insert(place, child)
    return child


def ensure_strings(package: Package) -> None:
    """Give the workbook a table of shared strings: one that holds text and has none is rewritten by Excel."""
    workbook = workbook_part(package)
    told = [each.target for each in package.relationships(workbook) if each.type.endswith("/sharedStrings")]
    part = told[0] if told else "xl/sharedStrings.xml"
    if not told and package.is_other(part, STRINGS):
        part = package.free_name("xl/sharedStringsSegurHop{}.xml")
    if part in package and _STRING.search(package.read(part)):
        pass
    elif any(_SHARED.search(package.read(each)) for each in worksheets(package).values()):
        return  # a cell that names a string that is not there must not come to say ours
    elif part in package:
        _add_string(trace(package.edit(part), _EMPTY))
    else:
        _new_strings(package, part)
    if not told:
        package.relate(workbook, "sharedStrings", part)


def _new_strings(package: Package, part: str) -> None:
    root = trace(etree.Element(in_main("sst"), nsmap={None: MAIN}, count="0", uniqueCount="1"), ALONE)
    _add_string(root)
    if package.is_free(part):
        package.add(part, serialise(root), STRINGS)
    else:
        package.put(part, serialise(trace(root, _DECLARED)))


def _add_string(root: Tree) -> None:
    etree.SubElement(etree.SubElement(root, in_main("si")), in_main("t")).text = "segur-hop"


def forget_strings(package: Package) -> None:
    """Take away again what `ensure_strings` made."""
    workbook = workbook_part(package)
    found = package.related(workbook, "sharedStrings")
    if found is None:
        return
    noted = traces(package.tree(found.target)) if _NOTED.search(package.read(found.target)[:_HEAD]) else {}
    if ALONE in noted:
        package.drop(found.target, declared=_DECLARED in noted)
    elif _EMPTY in noted:
        root = package.edit(found.target)
        for ours in root.findall(in_main("si"))[:1]:
            root.remove(ours)
        erase(root, _EMPTY)
    if found.id.startswith(OUR_ID):
        package.unrelate(workbook, found.id)
