"""Columns folded behind a + in a worksheet, brought to light."""

import re
from collections.abc import Collection

from converter.xlsx.sheet import REST, Worksheet, attributes

_HIDDEN = re.compile(rb"""\s(?:hidden|collapsed)\s*=\s*["'][^"']*["']""")


def unfolded(sheet: Worksheet, columns: Collection[int]) -> Worksheet:
    """The worksheet that shows these columns, from 1; one declared together with columns beyond them stays hidden."""
    child = sheet.child("cols")
    if child is None or not columns:
        return sheet
    shown = {*columns, max(columns) + 1}  # the one after the group bears the + itself

    def show(tag: re.Match[bytes]) -> bytes:
        given = attributes(tag[0])
        first, last = int(given[b"min"]), int(given[b"max"])
        inside = set(range(first, last + 1)) <= shown if last - first < len(shown) else first == max(shown)
        return _HIDDEN.sub(b"", tag[0]) if inside else tag[0]

    tags = re.compile(rb"<%scol(?=[\s/>])" % sheet.prefix + REST)
    body = tags.sub(show, sheet.text(child))
    return sheet if body == sheet.text(child) else sheet.spliced(child.start, child.end, body)
