"""Text with separators, as a bank or a program exports it: which sign separates, in which encoding."""

import codecs
import csv
import io

SEPARATORS = ";\t,|"


def delimited_rows(data: bytes) -> list[list[str]]:
    """Return the cells of each line."""
    text = _decoded(data)
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text)))


def _decoded(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _separator(text: str) -> str:
    """Return the sign that cuts the most lines; a comma only where nothing else does, for it cuts amounts too."""
    lines = text.splitlines()
    return max(SEPARATORS, key=lambda sign: (sum(sign in line for line in lines), -SEPARATORS.index(sign)))
