"""What Excel must compute again once a cell was written: formulas on opening, and in which order."""

import re
from collections.abc import Iterable

from converter.xlsx.book import ORDER, in_main, insert, workbook_part
from converter.xlsx.package import Package
from converter.xlsx.sheet import sheet_data

_FORMULA = re.compile(rb"<(?:[\w.\-]+:)?f[\s/>]")


def after_change(package: Package, worksheets: Iterable[bytes], *, formula_gone: bool) -> None:
    """Ask for a full calculation where there are formulas; forget the order once one of them is gone."""
    part = workbook_part(package)
    if formula_gone and (chain := package.related(part, "calcChain")) is not None:
        package.drop(chain.target)
        package.unrelate(part, chain.id)
    if not any(map(has_formulas, worksheets)):
        return
    workbook = package.edit(part)
    settings = workbook.find(in_main("calcPr"))
    if settings is None:
        settings = insert(workbook, "calcPr", ORDER)
    settings.set("fullCalcOnLoad", "1")


def has_formulas(worksheet: bytes) -> bool:
    """Tell, in doubt with yes, whether a worksheet part holds formulas."""
    cells = sheet_data(worksheet)
    return (b"<f" in cells or b":f" in cells) and _FORMULA.search(cells) is not None
