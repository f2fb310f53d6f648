"""Workbooks as other programs write them, each made from one of ours by a small change of its parts."""

import io
import re
import zipfile
from collections.abc import Callable, Mapping

from tests.support.annotated import MAIN, OFFICE, bare, case

Parts = dict[str, bytes]
STRICT = {
    MAIN.encode(): b"http://purl.oclc.org/ooxml/spreadsheetml/main",
    OFFICE.encode(): b"http://purl.oclc.org/ooxml/officeDocument/relationships",
}
_RELS = b"application/vnd.openxmlformats-package.relationships+xml"
_STRINGS = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
_VML = "xl/drawings/vmlDrawing1.vml"
_NAMES = rb"""\s+xmlns:\w+="urn:schemas-microsoft-com[^"]*\""""


def remade(data: bytes, change: Callable[[Parts], None]) -> bytes:
    """A package with its parts changed."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return out.getvalue()


def _replace(part: str, old: bytes, new: bytes) -> Callable[[Parts], None]:
    def change(parts: Parts) -> None:
        assert old in parts[part]
        parts[part] = parts[part].replace(old, new)

    return change


def declared(part: bytes, kind: bytes) -> bytes:
    """A content type of one part."""
    return b'<Override PartName="/%s" ContentType="%s"/></Types>' % (part, kind)


def rels_one_by_one(parts: Parts) -> None:
    """Declare each part of relationships for itself, as LibreOffice 3.3 to 6.0 do."""
    overrides = b"".join(
        b'<Override PartName="/%s" ContentType="%s"/>' % (name.encode(), _RELS) for name in parts if ".rels" in name
    )
    types = re.sub(rb'<Default Extension="rels"[^>]*/>', b"", parts["[Content_Types].xml"])
    parts["[Content_Types].xml"] = types.replace(b"</Types>", overrides + b"</Types>")


def strings_declared(parts: Parts) -> None:
    """Declare shared strings that are not there."""
    _replace("[Content_Types].xml", b"</Types>", declared(b"xl/sharedStrings.xml", _STRINGS))(parts)


def strings_related(parts: Parts) -> None:
    """Declare and relate shared strings that are not there."""
    strings_declared(parts)
    relation = b'<Relationship Id="t" Type="%s/sharedStrings" Target="/xl/sharedStrings.xml"/>' % OFFICE.encode()
    _replace("_rels/book.xml.rels", b"</Relationships>", relation + b"</Relationships>")(parts)


def no_strings(parts: Parts) -> None:
    """Hold an empty table of shared strings."""
    strings_related(parts)
    parts["xl/sharedStrings.xml"] = b'<x:sst xmlns:x="%s" />' % MAIN.encode()


def strings_of_another_type(parts: Parts) -> None:
    """Hold shared strings that nothing relates to and that are declared as what they are not, as MiniExcel does."""
    _replace("[Content_Types].xml", b"</Types>", declared(b"xl/sharedStrings.xml", _RELS))(parts)
    parts["xl/sharedStrings.xml"] = b'<sst xmlns="%s"><si><t>x</t></si></sst>' % MAIN.encode()


def view_beyond_the_sheets(parts: Parts) -> None:
    """Open on a sheet that was deleted since."""
    _replace("xl/workbook.xml", b"<workbookView", b'<workbookView activeTab="2"')(parts)


def zipped_on_a_mac(parts: Parts) -> None:
    """Hold what the Finder adds."""
    for name in list(parts):
        folder, _, file = name.rpartition("/")
        parts["/".join(filter(None, ["__MACOSX", folder, f"._{file}"]))] = b"\0\5\x16\7"


def macro_sheet(parts: Parts) -> None:
    """Hold a sheet of Excel 4 macros."""
    kind = b"http://schemas.microsoft.com/office/2006/relationships/xlMacrosheet"
    sheet = b'<sheet name="Macro1" sheetId="99" r:id="m"/></sheets>'
    _replace("xl/workbook.xml", b"</sheets>", sheet)(parts)
    relation = b'<Relationship Id="m" Type="%s" Target="macrosheets/sheet1.xml"/></Relationships>' % kind
    _replace("xl/_rels/workbook.xml.rels", b"</Relationships>", relation)(parts)
    parts["xl/macrosheets/sheet1.xml"] = b'<xm:macrosheet xmlns:xm="urn:m"><sheetData/></xm:macrosheet>'
    macros = declared(b"xl/macrosheets/sheet1.xml", b"application/vnd.ms-excel.macrosheet+xml")
    _replace("[Content_Types].xml", b"</Types>", macros)(parts)


def module_sheet(parts: Parts) -> None:
    """List a sheet without a part."""
    _replace("xl/workbook.xml", b"</sheets>", b'<sheet name="Module" sheetId="99" r:id=""/></sheets>')(parts)


def utf16(parts: Parts) -> None:
    """Write every part in UTF-16."""
    for name, data in parts.items():
        if name.endswith((".xml", ".rels")) and name != "[Content_Types].xml":
            text = re.sub(r"^<\?xml[^>]*\?>", "", data.decode("utf-8-sig").strip())
            parts[name] = f'<?xml version="1.0" encoding="UTF-16"?>{text}'.encode("utf-16")


def upper_case(parts: Parts) -> None:
    """Name parts otherwise than they are referred to."""
    for name in [each for each in parts if "/worksheets/" in each]:
        folder, _, file = name.rpartition("/")
        parts[f"{folder}/{file.upper()}"] = parts.pop(name)


def other_namespaces(parts: Parts) -> None:
    """Declare the namespaces of a drawing at each shape, as ClosedXML does."""
    vml = re.sub(_NAMES, b"", parts[_VML])
    told = b' xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
    vml = re.sub(rb"<(v:shape|v:shapetype|o:shapelayout)(?=[\s>])", rb"<\1" + told, vml)
    vml = vml.replace(b"x:", b"xvml:").replace(
        b"<xvml:ClientData", b'<xvml:ClientData xmlns:xvml="urn:schemas-microsoft-com:office:excel"'
    )
    parts[_VML] = vml


def no_height(parts: Parts) -> None:
    """Say of rows that they are no number high."""
    _replace("xl/worksheets/sheet1.xml", b'defaultRowHeight="15"', b'defaultRowHeight="string"')(parts)


def empty_comments(parts: Parts) -> None:
    """Hold comments and a drawing that say nothing."""
    parts["xl/comments1.xml"] = re.sub(rb"<comment .*</comment>", b"", parts["xl/comments1.xml"], flags=re.DOTALL)
    parts[_VML] = re.sub(rb"<v:shape .*</v:shape>", b"", parts[_VML], flags=re.DOTALL)


def no_idmap(parts: Parts) -> None:
    """Number shapes without saying so."""
    for name in parts:
        if name.endswith(".vml"):
            parts[name] = re.sub(rb"<o:shapelayout.*?</o:shapelayout>", b"", parts[name], flags=re.DOTALL)


def strict(parts: Parts) -> None:
    """Be in the Strict variant of the format."""
    for name, data in parts.items():
        for old, new in STRICT.items():
            data = data.replace(old, new)  # noqa: PLW2901 - one namespace after the other
        parts[name] = data


_BARE = f'<worksheet xmlns="{MAIN}"><sheetData/></worksheet>'
CASES: Mapping[str, tuple[Callable[[], bytes], Callable[[Parts], None]]] = {
    "rels declared one by one": (lambda: case("values.xlsx"), rels_one_by_one),
    "strings declared only": (lambda: bare(_BARE), strings_declared),
    "strings related and absent": (lambda: bare(_BARE), strings_related),
    "no strings in the table": (lambda: bare(_BARE), no_strings),
    "strings of another type": (lambda: bare(_BARE), strings_of_another_type),
    "view beyond the sheets": (lambda: case("values.xlsx"), view_beyond_the_sheets),
    "zipped on a Mac": (lambda: case("values.xlsx"), zipped_on_a_mac),
    "macro sheet": (lambda: case("values.xlsx"), macro_sheet),
    "sheet without part": (lambda: case("values.xlsx"), module_sheet),
    "UTF-16": (lambda: case("values.xlsx"), utf16),
    "upper-case parts": (lambda: case("values.xlsx"), upper_case),
    "no style at all": (lambda: bare(_BARE, styles=f'<styleSheet xmlns="{MAIN}"/>'), lambda _: None),
    "no styles part": (lambda: bare(_BARE), lambda _: None),
    "drawing with other namespaces": (lambda: case("notes.xlsx"), other_namespaces),
    "rows of no height": (lambda: case("values.xlsx"), no_height),
    "empty comments": (lambda: case("notes.xlsx"), empty_comments),
    "shapes without a map": (lambda: case("notes.xlsx"), no_idmap),
    "strict": (lambda: case("notes.xlsx"), strict),
    "strict without strings": (lambda: bare(_BARE), strict),
}
"""Every cause that a foreign workbook was once spoiled by."""


def foreign(name: str) -> bytes:
    """The bytes of a case."""
    build, change = CASES[name]
    return remade(build(), change)
