"""The styles part: our formats stand at the tail of its lists, whose length before is noted, and go again."""

import re
from collections.abc import Sequence

from lxml import etree

from converter.xlsx.book import in_main, insert, workbook_part
from converter.xlsx.package import Package, parse, serialise
from converter.xlsx.sound import whole
from converter.xlsx.text import MAIN
from converter.xlsx.trace import ALONE, Tree, erase, trace, traces

ORDER = ("numFmts fonts fills borders cellStyleXfs cellXfs cellStyles dxfs tableStyles colors extLst").split()  # noqa: SIM905 - reads as the standard lists them
"""The children of `CT_Stylesheet` in their order (ECMA-376 part 1, 18.8.39)."""

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"
_FIRST = {
    "fonts": ('<font><sz val="11"/><name val="Calibri"/></font>',),
    "fills": (
        '<fill><patternFill patternType="none"/></fill>',
        '<fill><patternFill patternType="gray125"/></fill>',
    ),
    "borders": ("<border><left/><right/><top/><bottom/><diagonal/></border>",),
    "cellStyleXfs": ('<xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>',),
    "cellXfs": ('<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>',),
    "cellStyles": ('<cellStyle name="Normal" xfId="0" builtinId="0"/>',),
}
"""What every styles part is expected to hold: readers stumble over formats of ours beside nothing else."""
_BASE = "base"
"""Noted of a styles part that had not even that."""

_DATE_IDS = {*range(14, 23), 45, 46, 47}
_NOT_DATE = re.compile(r'"[^"]*"|\\.|\[(?!h|m|s)[^\]]*\]', re.IGNORECASE)


def append(package: Package, name: str, fragments: Sequence[str]) -> int:
    """Add formats at the tail of a list of the styles part; the index of the first."""
    part = _styles(package)
    with package.interpreting(part):
        root = package.edit(part)
        _ensure_base(root)
        items = root.find(in_main(name))
        if items is None:
            trace(root, name)
            items = _new_list(root, name)
        first = len(_formats(items))
        if name not in traces(root):
            trace(root, name, str(first))
        _extend(items, fragments)
        return first


def _ensure_base(root: Tree) -> None:
    if root.find(in_main("cellXfs")) is None:
        missing = [name for name in _FIRST if root.find(in_main(name)) is None]
        trace(root, _BASE, ",".join(missing))
        for name in missing:
            _new_list(root, name)


def _new_list(root: Tree, name: str) -> Tree:
    items = insert(root, name, ORDER)
    items.set("count", "0")
    _extend(items, _FIRST.get(name, ()))
    return items


def remove(package: Package, *names: str) -> None:
    """Take away what `append` added to these lists, unless another program re-saved them since."""
    workbook = workbook_part(package)
    found = package.related(workbook, "styles")
    noted = {} if found is None else traces(package.tree(found.target))
    if found is None or not noted.keys() & set(names):
        return
    root = package.edit(found.target)
    with package.interpreting(found.target):
        for name in noted.keys() & set(names):
            _truncate(root, name, noted[name])
            erase(root, name)
    if _BASE in noted and not traces(root).keys() & set(ORDER):
        _remove_base(root, noted[_BASE].split(","))
    if len(root) == 0 and ALONE in noted:
        package.unrelate(workbook, found.id)
        package.drop(found.target)


def _remove_base(root: Tree, names: Sequence[str]) -> None:
    for name in set(names) & _FIRST.keys():
        if (items := root.find(in_main(name))) is not None:
            root.remove(items)
    erase(root, _BASE)


def _truncate(root: Tree, name: str, length: str) -> None:
    items = root.find(in_main(name))
    if items is None:
        return
    if not length:
        root.remove(items)
        return
    ours = _formats(items)[whole(length) :]
    for each in ours:
        items.remove(each)
    _count(items, -len(ours))


def _formats(items: Tree) -> list[Tree]:
    return [each for each in items if isinstance(each.tag, str)]


def _styles(package: Package) -> str:
    workbook = workbook_part(package)
    found = package.related(workbook, "styles")
    if found is not None:
        return found.target
    usual = "xl/styles.xml"  # where readers look that pass over relationships
    part = usual if package.is_free(usual) else package.free_name("xl/stylesSegurHop{}.xml")
    root = etree.Element(in_main("styleSheet"), nsmap={None: MAIN})
    package.add(part, serialise(trace(root, ALONE)), CONTENT_TYPE)
    package.relate(workbook, "styles", part)
    return part


def _extend(items: Tree, fragments: Sequence[str]) -> None:
    for fragment in fragments:
        items.append(parse(f'<_ xmlns="{MAIN}">{fragment}</_>'.encode())[0])
    _count(items, len(fragments))


def _count(items: Tree, change: int) -> None:
    if (count := items.get("count")) is not None:
        items.set("count", str(whole(count) + change))


def date_styles(package: Package) -> frozenset[int]:
    """The cell styles that show a number as a date."""
    found = package.related(workbook_part(package), "styles")
    if found is None:
        return frozenset()
    root = package.tree(found.target)
    with package.interpreting(found.target):
        formats = {whole(each.get("numFmtId")): each.get("formatCode", "") for each in root.iter(in_main("numFmt"))}
        xfs = root.find(in_main("cellXfs"))
        return frozenset(
            index
            for index, xf in enumerate(() if xfs is None else xfs.findall(in_main("xf")))
            if _is_date(whole(xf.get("numFmtId"), 0), formats)
        )


def _is_date(number: int, formats: dict[int, str]) -> bool:
    if number not in formats:
        return number in _DATE_IDS
    return any(letter in "dDyY" for letter in _NOT_DATE.sub("", formats[number]))
