"""Formulas that Excel writes once and shares with other cells: what such a formula says elsewhere."""

import re
from functools import partial

from lxml import etree

from converter.columns import letters_of
from converter.xlsx.sheet import LAST_COLUMN, LAST_ROW, column_number

_APART = r"""
    "(?:[^"]|"")*"                                  # a text
  | '(?:[^']|'')*'                                  # the name of a sheet
  | \[(?:[^\[\]']|'.|\[(?:[^\[\]']|'.)*\])*\]       # a column of a table, another workbook
"""
_BEFORE, _AFTER = r"(?<![\w.$\\?])", r"(?![\w.(!\[\\?])"
_REFERENCE = re.compile(
    rf"""
    {_APART}
  | {_BEFORE} (?P<left>\$?[A-Z]{{1,3}}) : (?P<right>\$?[A-Z]{{1,3}}) {_AFTER}
  | {_BEFORE} (?P<top>\$?[1-9]\d{{0,6}}) : (?P<bottom>\$?[1-9]\d{{0,6}}) {_AFTER}
  | {_BEFORE} (?P<column>\$?[A-Z]{{1,3}}) (?P<row>\$?[1-9]\d{{0,6}}) {_AFTER}
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)


def text_of(inside: bytes) -> str:
    """The formula that an element `f` holds, whatever entities and sections it is written with."""
    root = etree.fromstring(b"<f>%s</f>" % inside, etree.XMLParser(resolve_entities=False, remove_comments=True))
    return root.text or ""


def moved(formula: str, rows: int, columns: int) -> str:
    """The formula so many rows down and columns right; beyond an edge it goes on at the other, as in Excel."""
    return _REFERENCE.sub(partial(_moved, rows=rows, columns=columns), formula)


def _moved(found: re.Match[str], rows: int, columns: int) -> str:
    if found["column"]:
        column, row = column_number(found["column"].lstrip("$").encode()), int(found["row"].lstrip("$"))
        if column > LAST_COLUMN or row > LAST_ROW:  # a name that only looks like a cell
            return found[0]
        return _column(found["column"], columns) + _row(found["row"], rows)
    if found["left"]:
        return f"{_column(found['left'], columns)}:{_column(found['right'], columns)}"
    if found["top"]:
        return f"{_row(found['top'], rows)}:{_row(found['bottom'], rows)}"
    return found[0]


def _column(written: str, columns: int) -> str:
    if written.startswith("$"):
        return written
    return letters_of((column_number(written.encode()) - 1 + columns) % LAST_COLUMN + 1)


def _row(written: str, rows: int) -> str:
    return written if written.startswith("$") else str((int(written) - 1 + rows) % LAST_ROW + 1)
