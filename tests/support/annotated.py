"""Workbooks with what users put into theirs, and what it means that none of it was lost."""

import io
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import openpyxl
import xlsxwriter
from lxml import etree
from openpyxl.comments import Comment
from PIL import Image

from converter.issues import Gravite
from converter.marking.annotate import Mark

EXCEL_MADE = Path(__file__).parents[3] / "shared" / "excel-made"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"


def _picture() -> io.BytesIO:
    data = io.BytesIO()
    Image.new("RGB", (8, 8), "blue").save(data, "png")
    data.seek(0)
    return data


def _written(fill: Callable[[xlsxwriter.Workbook], None]) -> Callable[[], bytes]:
    def build() -> bytes:
        data = io.BytesIO()
        workbook = xlsxwriter.Workbook(data, {"in_memory": True})
        fill(workbook)
        workbook.close()
        return data.getvalue()

    return build


def _values(workbook: xlsxwriter.Workbook) -> None:
    sheet = workbook.add_worksheet("Demandes")
    sheet.write_row("A1", ["00042", 13750.5, True])
    sheet.write_formula("B2", "=B1*0.3", None, 4125.15)
    sheet.write_formula("C2", '="a"&"b"', None, "ab")
    sheet.set_column("D:D", 12, workbook.add_format({"num_format": "dd/mm/yyyy"}))
    workbook.add_worksheet("L'été & <co>").write("A1", "x")


def _notes(workbook: xlsxwriter.Workbook) -> None:
    sheet = workbook.add_worksheet("Demandes")
    sheet.write("A1", "avec note")
    sheet.write_comment("A1", "vu avec Paul\nle 3 mars", {"author": "Marie", "visible": True})
    sheet.write_comment("F9", "", {"author": "Marie"})
    workbook.add_worksheet("Autre").write_comment("B2", "la mienne")


def _buttons(workbook: xlsxwriter.Workbook) -> None:
    workbook.add_worksheet("Boutons").insert_button("B3", {"macro": "dire", "caption": "Dire"})


def _header_image(workbook: xlsxwriter.Workbook) -> None:
    sheet = workbook.add_worksheet("Entête")
    sheet.write("A1", 1)
    sheet.set_header("&L&G", {"image_left": "logo.png", "image_data_left": _picture()})
    sheet.set_background(_picture())
    sheet.insert_image("C3", "logo.png", {"image_data": _picture()})


def _charts(workbook: xlsxwriter.Workbook) -> None:
    sheet = workbook.add_worksheet("Données")
    sheet.write_column("A1", [1, 2, 3])
    chart = workbook.add_chart({"type": "line"})
    chart.add_series({"values": "=Données!$A$1:$A$3"})
    sheet.insert_chart("C2", chart)
    sheet.insert_textbox("C20", "une forme")
    alone = workbook.add_chart({"type": "bar"})
    alone.add_series({"values": "=Données!$A$1:$A$3"})
    workbook.add_chartsheet("Graphique").set_chart(alone)


def _tables(workbook: xlsxwriter.Workbook) -> None:
    sheet = workbook.add_worksheet("Table")
    sheet.add_table("A1:B4", {"columns": [{"header": "code"}, {"header": "nom"}], "data": [["a", 1], ["b", 2]]})
    filtered = workbook.add_worksheet("Filtre")
    filtered.write_column("A1", ["code", "a", "b", "a"])
    filtered.autofilter("A1:A4")
    filtered.filter_column("A", "x == a")
    filtered.set_row(2, None, None, {"hidden": True})
    filtered.data_validation("B2:B9", {"validate": "list", "source": ["OUI", "NON"]})
    filtered.write_url("C1", "internal:'Table'!A1")


def _merged(workbook: xlsxwriter.Workbook) -> None:
    sheet = workbook.add_worksheet("Fusion")
    sheet.merge_range("A1:C3", "fusionnées", workbook.add_format({"bg_color": "#00FF00"}))
    sheet.merge_range("E1:E1000", "haute")


def _hidden(workbook: xlsxwriter.Workbook) -> None:
    sheet = workbook.add_worksheet("Protégée")
    sheet.protect("secret", {"objects": True})
    sheet.write("A1", 1)
    sheet.set_column("A:C", 0, None, {"hidden": True})
    secret = workbook.add_worksheet("Secrète")
    secret.write("A1", 2)
    secret.very_hidden()
    workbook.define_name("Secrète!Local", "=Secrète!$A$1")
    workbook.define_name("Taux", "=0.3")


def _formats(workbook: xlsxwriter.Workbook) -> None:
    sheet = workbook.add_worksheet("Formats")
    sheet.write_column("A1", [1, 2, 3])
    red = workbook.add_format({"bg_color": "#FFC7CE", "font_color": "#9C0006"})
    sheet.conditional_format("A1:A9", {"type": "cell", "criteria": ">", "value": 1, "format": red})
    sheet.conditional_format("A1:A9", {"type": "data_bar", "data_bar_2010": True})
    sheet.conditional_format("A1:C9", {"type": "formula", "criteria": "=MOD(ROW(),2)=0", "format": red})
    sheet.add_sparkline("D1", {"range": "Formats!A1:A3"})


def _modern(workbook: xlsxwriter.Workbook) -> None:
    sheet = workbook.add_worksheet("Moderne")
    sheet.write_dynamic_array_formula("A1:A3", "=SEQUENCE(3)", None, 1)
    sheet.write_array_formula("C1:C2", "{=A1:A2*2}", None, 2)
    sheet.write_rich_string("B1", "du ", workbook.add_format({"bold": True}), "gras", " ici")
    sheet.insert_checkbox("B2", True)
    sheet.embed_image("B3", "logo.png", {"image_data": _picture()})


def _macros(workbook: xlsxwriter.Workbook) -> None:
    workbook.add_worksheet("Macro").write("A1", 1)
    workbook.add_vba_project(io.BytesIO(b"not looked into"), is_stream=True)


def _by_openpyxl() -> bytes:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet["A1"] = "openpyxl"
    sheet["B2"] = "=1+1"
    sheet["A1"].comment = Comment("la mienne", "Marie")
    data = io.BytesIO()
    workbook.save(data)
    return data.getvalue()


def package(parts: dict[str, str]) -> bytes:
    """A package of these parts, as text."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as out:
        for name, text in parts.items():
            out.writestr(name, text)
    return data.getvalue()


def bare(sheet: str, rels: str = "", comments: str = "", styles: str = "") -> bytes:
    """The least workbook there is: one sheet `S` of this XML, and perhaps `xl/comments.xml`, `xl/styles.xml`."""
    spreadsheet = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {name: text for name, text in (("comments", comments), ("styles", styles)) if text}
    overrides = "".join(
        f'<Override PartName="/xl/{name}.xml" ContentType="{spreadsheet}.{name}+xml"/>' for name in parts
    )
    styled = f'<Relationship Id="s" Type="{OFFICE}/styles" Target="xl/styles.xml"/>' if styles else ""
    return package(
        {
            "[Content_Types].xml": f'<Types xmlns="{TYPES}">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="vml" ContentType="application/vnd.openxmlformats-officedocument.vmlDrawing"/>'
            f'<Override PartName="/book.xml" ContentType="{spreadsheet}.sheet.main+xml"/>'
            f'<Override PartName="/sheet.xml" ContentType="{spreadsheet}.worksheet+xml"/>{overrides}</Types>',
            "_rels/.rels": f'<Relationships xmlns="{RELS}"><Relationship Id="r" Type="{OFFICE}/officeDocument" '
            'Target="book.xml"/></Relationships>',
            "book.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="S" sheetId="1" r:id="w"/>'
            "</sheets></workbook>",
            "_rels/book.xml.rels": f'<Relationships xmlns="{RELS}"><Relationship Id="w" Type="{OFFICE}/worksheet" '
            f'Target="sheet.xml"/>{styled}</Relationships>',
            "sheet.xml": sheet,
            **({"_rels/sheet.xml.rels": f'<Relationships xmlns="{RELS}">{rels}</Relationships>'} if rels else {}),
            **{f"xl/{name}.xml": text for name, text in parts.items()},
        }
    )


def threaded() -> bytes:
    """A sheet whose A1 holds a conversation, mirrored in a note that Excel owns, and whose B1 holds a note."""
    comments = (
        f'<comments xmlns="{MAIN}"><authors><author>tc={{3E3B4B7F-0000-4000-8000-000000000001}}</author>'
        '<author>Marie</author></authors><commentList><comment ref="A1" authorId="0"><text><t>[Threaded comment]'
        '</t></text></comment><comment ref="B1" authorId="1"><text><t>la mienne</t></text></comment>'
        "</commentList></comments>"
    )
    rels = f'<Relationship Id="c" Type="{OFFICE}/comments" Target="/xl/comments.xml"/>'
    return bare(f'<worksheet xmlns="{MAIN}"><sheetData/></worksheet>', rels, comments=comments)


CASES: dict[str, Callable[[], bytes]] = {
    "values.xlsx": _written(_values),
    "notes.xlsx": _written(_notes),
    "buttons.xlsx": _written(_buttons),
    "header-image.xlsx": _written(_header_image),
    "charts.xlsx": _written(_charts),
    "tables.xlsx": _written(_tables),
    "merged.xlsx": _written(_merged),
    "hidden.xlsx": _written(_hidden),
    "formats.xlsx": _written(_formats),
    "modern.xlsx": _written(_modern),
    "macros.xlsm": _written(_macros),
    "openpyxl.xlsx": _by_openpyxl,
    "threaded.xlsx": threaded,
    "bare.xlsx": lambda: bare(f'<worksheet xmlns="{MAIN}"><sheetData/></worksheet>'),
    "prefixed.xlsx": lambda: bare(
        f'<x:worksheet xmlns:x="{MAIN}"><x:dimension ref="A1"/><x:sheetData><!-- <x:row r="9"> --><x:row r="1">'
        '<x:c r="A1" t="inlineStr"><x:is><x:t><![CDATA[</x:c><x:c r="B1">]]></x:t></x:is></x:c></x:row></x:sheetData>'
        '<x:pageMargins left="1" right="1" top="1" bottom="1" header="1" footer="1"/></x:worksheet>'
    ),
}


@cache
def case(name: str) -> bytes:
    """The bytes of a case."""
    return CASES[name]()


def workbooks() -> list[str]:
    """The names of all cases, those of Excel's making included where they are at hand."""
    return [*CASES, *sorted(path.name for path in EXCEL_MADE.glob("*.xls[xm]"))]


def placed(name: str, folder: Path) -> Path:
    """A workbook by name: one of Excel's making where it lies, a case written into the folder."""
    if name not in CASES:
        return EXCEL_MADE / name
    path = folder / name
    path.write_bytes(case(name))
    return path


def sheet_names(path: Path) -> list[str]:
    """The sheets with cells, by the workbook part."""
    with zipfile.ZipFile(path) as archive:
        names = {each.lower() for each in archive.namelist()}
        part = "xl/workbook.xml" if "xl/workbook.xml" in names else "book.xml"
        book = etree.fromstring(archive.read(part))
        folder, file = ("xl/", "workbook.xml") if part.startswith("xl/") else ("", "book.xml")
        rels = etree.fromstring(archive.read(f"{folder}_rels/{file}.rels"))
    cells = {each.get("Id") for each in rels if each.get("Type").endswith("/worksheet")}
    return [each.get("name") for each in book.iter(f"{{{MAIN}}}sheet") if each.get(f"{{{OFFICE}}}id") in cells]


def three_marks(path: Path, far: tuple[int, int] = (1_048_576, 16_384)) -> list[Mark]:
    """A cell that is mostly there, one far away on the same sheet, one on the last sheet."""
    names = sheet_names(path)
    return [
        Mark(names[0], 1, 1, Gravite.ERREUR, "Le SIRET compte 14 chiffres, pas 13 : <à vérifier> & corriger."),
        Mark(names[0], *far, Gravite.AVERTISSEMENT, "loin"),
        Mark(names[-1], 2, 2, Gravite.CORRECTION, "lu 12/02/2022"),
    ]


def canonical(name: str, data: bytes) -> bytes:
    """A part as it reads: canonical XML, or its bytes where it is no XML."""
    if not name.lower().endswith((".xml", ".rels")) or name.startswith("__MACOSX/"):
        return data
    written: bytes = etree.tostring(etree.fromstring(data), method="c14n")
    return written


def parts(path: Path) -> dict[str, bytes]:
    """The parts of a package, in their order."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def readings(path: Path) -> dict[str, bytes]:
    """Each part as it reads."""
    return {name: canonical(name, data) for name, data in parts(path).items()}


TOUCHED = re.compile(
    r"(?i)\[content_types\]\.xml|.*styles\.xml|.*workbook\.xml(\.rels)?|book\.xml(\.rels)?|.*_rels/.*\.rels"
    r"|.*sheet[^/]*\.xml|.*comments?\d*\.xml|.*\.vml|.*sharedstrings\.xml"
)
"""The parts that a mark may touch."""

_COUNTERS = {"count", "priority", "tabSelected", "activeTab"}
"""Attributes that count what is beside (list items, conditional formats), and that say which sheet is in view."""
_SAID = re.compile("\n\nsegur-hop — ")
"""What we say under a note that is plain text goes into the same element."""


def lost(source: Path, target: Path) -> list[str]:
    """What the source has and the target has not: parts, elements with their attributes and text, shapes, cells."""
    before, after = parts(source), parts(target)
    missing = [f"{name}: gone" for name in before if name not in after]
    for name in before.keys() & after.keys():
        if not TOUCHED.fullmatch(name) or name.startswith("__MACOSX/"):
            missing += [f"{name}: changed"] if before[name] != after[name] else []
        elif name.lower().endswith(".vml"):
            missing += [f"{name}: shape" for shape in _shapes(before[name]) if shape not in after[name]]
        else:
            gone = _features(before[name]) - _features(after[name])
            missing += [f"{name}: {feature}" for feature in gone]
    return missing


def _shapes(vml: bytes) -> list[bytes]:
    return re.findall(rb"<v:shape(?:type)?\s.*?</v:shape(?:type)?>", vml, re.DOTALL)


def _features(data: bytes) -> Counter[tuple[str, ...]]:
    return Counter(_walk(etree.fromstring(data), ""))


def _walk(element: etree._Element, path: str) -> Iterator[tuple[str, ...]]:
    if not isinstance(element.tag, str):
        return
    path = f"{path}/{etree.QName(element).localname}"
    attributes = sorted(f"{key}={value}" for key, value in element.attrib.items() if key not in _COUNTERS)
    yield path, _SAID.split(element.text or "")[0], *attributes
    for child in element:
        yield from _walk(child, path)
