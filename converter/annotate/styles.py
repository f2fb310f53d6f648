"""The styles part: our formats stand at the tail of its lists, behind our comment, and leave without a trace."""

import re
from collections.abc import Sequence

from lxml import etree

from converter.annotate.package import OURS, Package, Tree, is_ours_alone, ours_alone, parse, serialise
from converter.annotate.workbook import drop, insert_ours, is_ours, main, workbook_part
from converter.annotate.xmltext import MAIN

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
    "cellXfs": ('<xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>',),
    "dxfs": (),
}
"""What the standard expects first in a list that is not there yet."""

_DATE_IDS = {*range(14, 23), 45, 46, 47}
_NOT_DATE = re.compile(r'"[^"]*"|\\.|\[(?!h|m|s)[^\]]*\]', re.IGNORECASE)


def append(package: Package, name: str, fragments: Sequence[str]) -> int:
    """Add formats at the tail of a list of the styles part; the index of the first."""
    part = _styles(package)
    root = package.edit(part)
    items = root.find(main(name))
    if items is None:
        items = insert_ours(root, name, ORDER)
        items.set("count", "0")
        _extend(items, _FIRST[name])
    first = sum(isinstance(each.tag, str) for each in items)
    if not any(each.tag is etree.Comment and each.text == OURS for each in items):
        items.append(etree.Comment(OURS))
    _extend(items, fragments)
    return first


def remove(package: Package, *names: str) -> None:
    """Take away what `append` added to these lists, unless another program re-saved them since."""
    found = package.related(workbook_part(package), "styles")
    if found is None or f"<!--{OURS}-->".encode() not in package.read(found.target):
        return
    root = package.edit(found.target)
    for items in [items for name in names if (items := root.find(main(name))) is not None]:
        _truncate(items)
    if len(root) == 0 and is_ours_alone(root):
        package.unrelate(workbook_part(package), found.id)
        package.drop(found.target)


def _styles(package: Package) -> str:
    workbook = workbook_part(package)
    found = package.related(workbook, "styles")
    if found is not None:
        return found.target
    part = package.free_name("xl/stylesSegurHop{}.xml")
    root = etree.Element(main("styleSheet"), nsmap={None: MAIN})
    package.add(part, serialise(ours_alone(root)), CONTENT_TYPE)
    package.relate(workbook, "styles", part)
    return part


def _extend(items: Tree, fragments: Sequence[str]) -> None:
    for fragment in fragments:
        items.append(parse(f'<_ xmlns="{MAIN}">{fragment}</_>'.encode())[0])
    _count(items, len(fragments))


def _truncate(items: Tree) -> None:
    children = list(items)
    marker = next((i for i, each in enumerate(children) if each.tag is etree.Comment and each.text == OURS), None)
    if marker is None:
        return
    if is_ours(items):
        drop(items)
        return
    for each in children[marker:]:
        items.remove(each)
    _count(items, marker + 1 - len(children))


def _count(items: Tree, change: int) -> None:
    if (count := items.get("count")) is not None:
        items.set("count", str(int(count) + change))


def date_styles(package: Package) -> frozenset[int]:
    """The cell styles that show a number as a date."""
    found = package.related(workbook_part(package), "styles")
    if found is None:
        return frozenset()
    root = package.tree(found.target)
    formats = {int(each.get("numFmtId")): each.get("formatCode", "") for each in root.iter(main("numFmt"))}
    xfs = root.find(main("cellXfs"))
    return frozenset(
        index
        for index, xf in enumerate(() if xfs is None else xfs.findall(main("xf")))
        if _is_date(int(xf.get("numFmtId", "0")), formats)
    )


def _is_date(number: int, formats: dict[int, str]) -> bool:
    if number not in formats:
        return number in _DATE_IDS
    return any(letter in "dDyY" for letter in _NOT_DATE.sub("", formats[number]))
