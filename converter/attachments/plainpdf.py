"""Recognise the plain PDF, whose pages are reached by following its own table, without a full parser.

pypdf needs 150 µs for the smallest file, which is 6 s for a campaign of 40 000; many programs write a PDF so plain
that the few objects on the way to its pages can be matched whole in a sixth of that. Whatever is not matched
(encryption, compressed tables, updates, damage) is no verdict: pypdf decides. Syntax: ISO 32000-1, 7.3 and 7.5.
"""

import re

_Dictionary = dict[bytes, bytes]
"""The entries of one PDF dictionary, values as written."""

_GAP = rb"[\t\n\f\r ]*+(?:%[^\r\n]*+[\r\n][\t\n\f\r ]*+)*+"
_NAME = rb"/[^\0\t\n\f\r ()<>\[\]{}/%#]++"
_NUMBER = rb"[+-]?(?:\d++(?:\.\d*+)?|\.\d++)"
_ATOM = rb"(?>" + _NAME + rb"|\d++ \d++ R\b|" + _NUMBER + rb"|true\b|false\b|null\b|<[0-9A-Fa-f\s]*+>|\([^()\\]*+\))"


def _within(inner: bytes) -> bytes:
    """Match `inner`, or an array or a dictionary of it: one more level of nesting."""
    array = rb"\[(?:" + _GAP + inner + rb")*+" + _GAP + rb"\]"
    dictionary = rb"<<(?:" + _GAP + _NAME + _GAP + inner + rb")*+" + _GAP + rb">>"
    return rb"(?>" + inner + rb"|" + array + rb"|" + dictionary + rb")"


_VALUE = _within(_within(_ATOM))
_ENTRY = re.compile(_GAP + rb"(" + _NAME + rb")" + _GAP + rb"(" + _VALUE + rb")")
_DICTIONARY = _GAP + rb"<<((?:" + _GAP + _NAME + _GAP + _VALUE + rb")*+)" + _GAP + rb">>" + _GAP
_OBJECT = re.compile(rb"(\d{1,10}) 0 obj" + _DICTIONARY + rb"endobj")
_REFERENCE = re.compile(rb"(\d{1,10}) 0 R")
_KIDS = re.compile(rb"\[((?:\s*\d{1,10} 0 R\b)++)\s*\]")
_END = re.compile(rb"(?<=[\r\n])startxref\s*[\r\n](\d{1,10})\s*[\r\n]%%EOF\s*\Z")
_TABLE = re.compile(rb"xref\s*[\r\n]0 (\d{1,6})\s*[\r\n]")
_ROW = 20
_ROWS = re.compile(rb"(?:\d{10} \d{5} [fn](?: \r| \n|\r\n))*+")
_TRAILER = re.compile(rb"\s*trailer" + _DICTIONARY)
_TRAILER_KEYS = {b"/Size", b"/Root", b"/Info", b"/ID", b"/DocChecksum"}
_NODES = 1_000
"""A page tree of more nodes is left to pypdf."""


class _NotPlain(Exception):  # noqa: N818 - no error: pypdf decides
    """Something is not where the plain form has it."""


def opens(data: bytes) -> bool:
    """Tell whether `data` is a plain, unencrypted PDF with pages; False means only that it is not plain."""
    try:
        return data.startswith(b"%PDF-1.") and _pages(data) > 0
    except _NotPlain:
        return False


def _pages(data: bytes) -> int:
    """Count the pages, each read from its own place."""
    rows, trailer = _table(data)
    catalog = _follow(data, rows, trailer.get(b"/Root", b""))
    if not trailer.keys() <= _TRAILER_KEYS or catalog.get(b"/Type") != b"/Catalog":
        raise _NotPlain
    nodes = [catalog.get(b"/Pages", b"")]
    pages = 0
    for reference in nodes:
        node = _follow(data, rows, reference)
        if node.get(b"/Type") == b"/Page":
            pages += 1
            continue
        for value in node.values():
            if value.endswith(b"R"):  # inherited by the pages, so as much on the way as they are
                _follow(data, rows, value)
        nodes += _kids(node)
        if len(nodes) > _NODES or len(set(nodes)) < len(nodes):
            raise _NotPlain
    return pages


def _kids(node: _Dictionary) -> list[bytes]:
    kids = _matched(_KIDS.fullmatch(node.get(b"/Kids", b"")))
    if node.get(b"/Type") != b"/Pages":
        raise _NotPlain
    return [reference[0] for reference in _REFERENCE.finditer(kids[1])]


def _table(data: bytes) -> tuple[bytes, _Dictionary]:
    """Return the rows of the only cross-reference table, 20 bytes each, and the trailer."""
    end = _matched(_END.search(data, max(0, len(data) - 64)))
    table = _matched(_TABLE.match(data, int(end[1])))
    rows = _matched(_ROWS.match(data, table.end()))
    trailer = _matched(_TRAILER.match(data, rows.end()))
    if len(rows[0]) != int(table[1]) * _ROW or trailer.end() != end.start():
        raise _NotPlain
    return rows[0], _entries(trailer[1])


def _follow(data: bytes, rows: bytes, reference: bytes) -> _Dictionary:
    """Return the dictionary that `reference` (`3 0 R`) leads to through the table."""
    number = _matched(_REFERENCE.fullmatch(reference))[1]
    row = rows[int(number) * _ROW :][:_ROW]
    if row[10:18] != b" 00000 n":
        raise _NotPlain
    found = _matched(_OBJECT.match(data, int(row[:10])))
    if found[1] != number:
        raise _NotPlain
    return _entries(found[2])


def _entries(body: bytes) -> _Dictionary:
    pairs = _ENTRY.findall(body)
    entries = dict(pairs)
    if len(entries) != len(pairs):
        raise _NotPlain
    return entries


def _matched(match: re.Match[bytes] | None) -> re.Match[bytes]:
    if match is None:
        raise _NotPlain
    return match
