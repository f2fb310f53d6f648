"""Text that may go into a part: characters XML cannot hold are dropped, escapes Excel would read are escaped."""

import re

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LONGEST = 32_767
"""Characters Excel keeps in one cell."""

_ILLEGAL = re.compile("[\0-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
_LOOKS_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")


def plain(text: str) -> str:
    """The text as an `ST_Xstring`, not yet escaped for XML."""
    kept = _ILLEGAL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))[:LONGEST]
    return _LOOKS_ESCAPED.sub("_x005F_", kept)


def escape(text: str) -> str:
    """The text as element content; `xml.sax.saxutils` does the same, and loads the libraries of the web to."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def xml(text: str) -> str:
    """The text as an `ST_Xstring` for element content or a double-quoted attribute."""
    return escape(plain(text)).replace('"', "&quot;")
