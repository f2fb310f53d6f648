"""Workbooks of LibreOffice as it writes them, from plain cells."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any
from xml.sax.saxutils import escape, quoteattr

SPREADSHEET = "application/vnd.oasis.opendocument.spreadsheet"
_NAMES = {
    **{name: f"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0" for name in ("office", "table", "text")},
    "calcext": "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0",
}


def opendocument(sheets: Mapping[str, Sequence[Sequence[Any]]]) -> bytes:
    """Write the cells of each sheet; a `Xml` stands as it is."""
    tables = "".join(
        f"<table:table table:name={quoteattr(name)}>{''.join(map(_row, rows))}</table:table>"
        for name, rows in sheets.items()
    )
    return package(tables)


def package(tables: str, manifest: str = "<manifest/>", mimetype: str = SPREADSHEET) -> bytes:
    """Write a package around the XML of its tables."""
    names = " ".join(f'xmlns:{prefix}="{name}"' for prefix, name in _NAMES.items())
    body = f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("mimetype", mimetype)
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr("content.xml", f"<office:document-content {names}>{body}</office:document-content>")
    return data.getvalue()


class Xml(str):
    """A cell, or a row in the place of its cells, given as XML."""

    __slots__ = ()


def _row(cells: Sequence[Any]) -> str:
    return cells if isinstance(cells, Xml) else f"<table:table-row>{''.join(map(_cell, cells))}</table:table-row>"


def _cell(value: Any) -> str:
    match value:
        case None:
            return "<table:table-cell/>"
        case Xml():
            return value
        case bool():
            return _typed("boolean", "boolean-value", str(value).lower())
        case float() | int():
            return _typed("float", "value", repr(float(value)))
        case datetime() if value.time() != time():
            return _typed("date", "date-value", f"{value:%Y-%m-%dT%H:%M:%S}")
        case date():
            return _typed("date", "date-value", f"{value:%Y-%m-%d}")
        case time():
            return _typed("time", "time-value", f"{value:PT%HH%MM%SS}")
    return f'<table:table-cell office:value-type="string"><text:p>{escape(str(value))}</text:p></table:table-cell>'


def _typed(kind: str, attribute: str, value: str) -> str:
    return f'<table:table-cell office:value-type="{kind}" office:{attribute}="{value}"/>'
