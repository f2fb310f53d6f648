"""The workbook part: which sheets there are, where a new one goes, and the names that go with it."""

from dataclasses import dataclass

from lxml import etree

from converter.issues import Inutilisable, Issue
from converter.xlsx.package import OFFICE_REL, OUR_ID, Package, serialise
from converter.xlsx.text import MAIN
from converter.xlsx.trace import ALONE, Tree, trace, traces

ORDER = (  # noqa: SIM905 - reads as the standard lists them
    "fileVersion fileSharing workbookPr workbookProtection bookViews sheets functionGroups externalReferences "
    "definedNames calcPr oleSize customWorkbookViews pivotCaches smartTagPr smartTagTypes webPublishing "
    "fileRecoveryPr webPublishObjects extLst"
).split()
"""The children of `CT_Workbook` in their order (ECMA-376 part 1, 18.2.27)."""


STRINGS = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"


@dataclass(frozen=True, slots=True)
class SheetEntry:
    """A sheet of the workbook, in tab order; `kind` is the last word of its relationship type."""

    name: str
    part: str
    kind: str
    index: int


def main(tag: str) -> str:
    """A tag of the main namespace as lxml names it."""
    return f"{{{MAIN}}}{tag}"


def workbook_part(package: Package) -> str:
    """The name of the workbook part.

    Raises:
        Inutilisable: the package is no workbook, or one in the Strict variant of the format (F015).

    """
    found = package.related("", "officeDocument")
    if found is None or package.tree(found.target).tag != main("workbook"):
        raise Inutilisable(Issue("F015"))
    return found.target


def sheets(package: Package) -> list[SheetEntry]:
    """The sheets in tab order; one whose part is missing is left out."""
    part = workbook_part(package)
    by_id = {each.id: each for each in package.relationships(part)}
    entries = package.tree(part).find(main("sheets"))
    return [
        SheetEntry(entry.get("name"), target.target, target.type.rpartition("/")[2], index)
        for index, entry in enumerate(entries)
        if (target := by_id.get(entry.get(f"{{{OFFICE_REL}}}id"))) and target.target in package
    ]


def worksheets(package: Package) -> dict[str, str]:
    """The part of each sheet that has cells, by name."""
    return {each.name: each.part for each in sheets(package) if each.kind == "worksheet"}


def is_1904(package: Package) -> bool:
    """Tell whether dates count from 1904."""
    properties = package.tree(workbook_part(package)).find(main("workbookPr"))
    return properties is not None and properties.get("date1904") in {"1", "true"}


def insert(root: Tree, name: str, order: list[str]) -> Tree:
    """A new child of the root, after those the standard puts before it."""
    before = order[: order.index(name)]
    tags = {main(each) for each in before}
    place = max((i for i, child in enumerate(root, 1) if child.tag in tags), default=0)
    child = etree.Element(main(name))
    root.insert(place, child)
    return child


def ensure_strings(package: Package) -> None:
    """Give the workbook a table of shared strings: one that holds text and has none is rewritten by Excel."""
    workbook = workbook_part(package)
    if package.related(workbook, "sharedStrings") is not None:
        return
    root = etree.Element(main("sst"), nsmap={None: MAIN}, count="0", uniqueCount="1")
    etree.SubElement(etree.SubElement(root, main("si")), main("t")).text = "segur-hop"
    package.add("xl/sharedStrings.xml", serialise(trace(root, ALONE)), STRINGS)
    package.relate(workbook, "sharedStrings", "xl/sharedStrings.xml")


def forget_strings(package: Package) -> None:
    """Take the table away again that `ensure_strings` made."""
    workbook = workbook_part(package)
    found = package.related(workbook, "sharedStrings")
    if found is not None and found.id.startswith(OUR_ID) and ALONE in traces(package.tree(found.target)):
        package.drop(found.target)
        package.unrelate(workbook, found.id)
