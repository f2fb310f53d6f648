"""Which sheet the workbook opens on: `Erreurs` while it holds errors, noted so that the user's own view comes back."""

import re

from converter.xlsx.book import SheetEntry, in_main, sheet_entries, workbook_part
from converter.xlsx.package import Package
from converter.xlsx.trace import Tree, erase, trace, traces

_LANDED = "landed"
_SELECTED = re.compile(rb"""(<(?:[\w.\-]+:)?sheetView\b[^>]*?\stabSelected\s*=\s*["'])(1|0|true|false)""")
_OTHER = {b"1": b"0", b"0": b"1", b"true": b"false", b"false": b"true"}


def land_on(package: Package, entry: SheetEntry, *, elsewhere: bool) -> None:
    """Let the workbook open on a sheet; a hidden one, or a workbook without views, stays as it is.

    `elsewhere`: the user's view is of another sheet whatever number it bears, for it may bear one of none of his.
    """
    part = workbook_part(package)
    view = _view(package.tree(part))
    state = package.tree(part).find(in_main("sheets"))[entry.index].get("state", "visible")
    there = view is not None and view.get("activeTab", "0") == str(entry.index) and not elsewhere
    if view is None or there or state != "visible":
        return
    others = [each for each in sheet_entries(package) if each.part != entry.part]
    left = [each.index for each in others if _turned(package, each.part, {b"1", b"true"})]
    workbook = package.edit(part)
    view = _view(workbook)
    trace(workbook, _LANDED, f"{view.get('activeTab', '')}:{','.join(map(str, left))}")
    view.set("activeTab", str(entry.index))


def put_back(package: Package) -> bool:
    """Let the workbook open where the user was, unless he saved it since; tell whether it did."""
    part = workbook_part(package)
    noted = traces(package.tree(part)).get(_LANDED)
    if noted is None:
        return False
    active, _, left = noted.partition(":")
    workbook = package.edit(part)
    erase(workbook, _LANDED)
    view = _view(workbook)
    if active:
        view.set("activeTab", active)
    else:
        view.attrib.pop("activeTab", None)
    for each in sheet_entries(package):  # one that was there then may be gone
        if str(each.index) in left.split(","):
            _turned(package, each.part, {b"0", b"false"})
    return True


def _view(workbook: Tree) -> Tree:
    return next(workbook.iter(in_main("workbookView")), None)


def _turned(package: Package, part: str, found: set[bytes]) -> bool:
    """Turn over whether a sheet is selected, where it says one of these; tell whether it did."""
    data = package.read(part)
    said = _SELECTED.search(data, 0, data.find(b"sheetData") if b"sheetData" in data else len(data))
    if said is None or said[2] not in found:
        return False
    package.put(part, data[: said.start(2)] + _OTHER[said[2]] + data[said.end(2) :])
    return True
