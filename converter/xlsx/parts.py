"""What a workbook says by calamine, and what that does not show: parts, errors, formulas never computed, far cells.

The whole file is read once into memory, so that what is checked here is what calamine reads afterwards. Source for the
names: ECMA-376, parts 1 and 2; the strict namespaces count as the transitional ones.
"""

import codecs
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Any, TypeAlias
from xml.parsers import expat

from lxml import etree
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from converter.issues import Empeche, Inutilisable, Issue, Place
from converter.spec.formats import KNOWN_ERRORS, CellFault
from converter.xlsx.sheet import column_number, sheet_data
from converter.xlsx.text import MAIN

MAX_OCTETS = 500_000_000
"""Bytes a workbook may weigh: beyond, it is no workbook of requests."""
MAX_UNPACKED = 1_000_000_000
"""Bytes its XML may unpack to: beyond, it is a bomb."""
MAX_CELLS = 8_000_000
"""Cells in the rectangle from A1 to the last value: calamine sets 32 bytes aside for each, filled or not."""

MAX_FILLED = 3_000_000
"""Cells of a sheet that hold a value, twice what the widest sheet of `MAX_ROWS` requests could need to be read."""
MAX_ROWS = 200_000
"""Rows of a sheet that hold a value: ten times the requests of the whole country."""

_PERCENTAGES = MappingProxyType({"9": "0%", "10": "0.00%"})
"""The number formats that every program has and that show a percentage."""
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_UNWRITTEN_CALC_ID = "124519"
"""The calculation engine that xlsxwriter and openpyxl name, who compute nothing: Excel puts its own when it saves."""

RawRow: TypeAlias = list[Any]
RawRows: TypeAlias = list[RawRow]
Area: TypeAlias = tuple[tuple[int, int], tuple[int, int]]
"""A merged area by its first and last cell, each (row, column) from 0."""


def refusal(nom: str, code: str) -> Inutilisable:
    """Return the exception that says why the file `nom` cannot be used."""
    return Inutilisable(Issue(code, faits=(("fichier", nom),)))


def load(path: Path) -> bytes:
    """Return the bytes of an .xlsx or .xlsm file.

    Raises `Inutilisable` when it is something else (F001 to F008), `Empeche` (E101) when it cannot be opened.
    """
    data = load_any(path)
    if code := other_kind(data):
        raise refusal(path.name, code)
    return data


def load_any(path: Path) -> bytes:
    """Return the bytes of a file, whatever it is; raises as `load` where there is none."""
    try:
        if not path.exists():
            raise refusal(path.name, "F001")
        if not path.is_file():
            raise refusal(path.name, "F002")
        if path.stat().st_size > MAX_OCTETS:
            raise refusal(path.name, "F008")
        return path.read_bytes()
    except OSError:
        raise Empeche(Issue("E101", faits=(("fichier", path.name),))) from None


def other_kind(data: bytes) -> str:
    """Return the code that says what bytes are that are no zip, `""` where they are one."""
    if not data:
        return "F007"
    if data.startswith(_OLE):
        return "F004" if _ENCRYPTED in data else "F003"
    return "" if data.startswith(b"PK") else "F002"


@dataclass(frozen=True, slots=True)
class RawCell:
    """One cell of a worksheet part as its XML has it: `type` is its `t`, `formula` and `value` `None` where absent."""

    ligne: int
    colonne: int
    type: str
    formula: str | None
    value: str | None
    style: int = 0


def is_percentage(code: str) -> bool:
    """Tell a number format that shows 0,2 as 20 %; a sign in quotes is only a word."""
    return "%" in re.sub(r'"[^"]*"|\\.', "", code)


class Parts:
    """The parts of a workbook.

    Raises `Inutilisable`: F002, F003 or F005 when the zip holds no Excel workbook, F006 when it is damaged, F008
    when it is a bomb.
    """

    def __init__(self, nom: str, data: bytes) -> None:
        """Open the package whose bytes are `data`; `nom` names it in messages."""
        self.nom = nom
        self.data = data
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise refusal(nom, "F006") from error
        self._names = {name.lower(): name for name in self._zip.namelist()}
        self._glimpses: dict[str, _Glimpse] = {}
        self._refuse_other_kinds()
        # Read to the end, so that what unpacks to more than it says is found before calamine unpacks it.
        for part in self._names:
            if part.endswith("/sharedstrings.xml"):
                self.read(part)

    def _refuse_other_kinds(self) -> None:
        if "xl/workbook.bin" in self._names:
            raise refusal(self.nom, "F003")
        if "mimetype" in self._names and b"opendocument" in self.read("mimetype"):
            raise refusal(self.nom, "F005")
        if not self._names.keys() >= {"[content_types].xml", "_rels/.rels"}:
            raise refusal(self.nom, "F002")
        if sum(info.file_size for info in self._zip.infolist() if info.filename.endswith(".xml")) > MAX_UNPACKED:
            raise refusal(self.nom, "F008")

    def read(self, part: str) -> bytes:
        """Return the bytes of a part, names compared without case; F006 when it is missing or damaged."""
        try:
            return self._zip.read(self._names[part.lower()])
        except DAMAGE as error:
            raise refusal(self.nom, "F006") from error

    def _cells_of(self, sheet: str) -> bytes:
        """Return the bytes of a worksheet; F019 when it holds too much, found out while it is unpacked."""
        part = self._names.get(self.sheets[sheet].lower(), "")
        pieces: list[bytes] = []
        octets = filled = counted = 0
        try:
            with self._zip.open(part) as unpacked:
                while piece := unpacked.read(_PIECE):
                    pieces.append(piece)
                    octets += len(piece)
                    if octets > MAX_FILLED * _LEAST_CELL:
                        filled += sum(map(_filled_cells, pieces[counted:]))
                        counted = len(pieces)
                    if filled > MAX_FILLED:
                        raise too_large(sheet)
        except DAMAGE as error:
            raise refusal(self.nom, "F006") from error
        data = b"".join(pieces)
        if data.startswith(_UTF16):
            data = etree.tostring(self.xml(part), encoding="UTF-8")
            if _filled_cells(data) > MAX_FILLED:
                raise too_large(sheet)
        if _may_have_many_rows(data) and _filled_rows(data) > MAX_ROWS:
            raise too_large(sheet)
        return data

    def xml(self, part: str) -> etree._Element:
        """Return the root of a part; F006 when it declares entities: no spreadsheet program does."""
        try:
            root = etree.fromstring(self.read(part), etree.XMLParser(resolve_entities=False, no_network=True))
        except etree.XMLSyntaxError as error:
            raise refusal(self.nom, "F006") from error
        if root.getroottree().docinfo.internalDTD is not None:
            raise refusal(self.nom, "F006")
        return root

    @cached_property
    def _workbook_part(self) -> str:
        for kind, target in self._related("").values():
            if kind.endswith("/officeDocument"):
                return target
        raise refusal(self.nom, "F002")

    @cached_property
    def _workbook(self) -> etree._Element:
        root = self.xml(self._workbook_part)
        if not root.tag.endswith("}workbook"):
            raise refusal(self.nom, "F002")
        return root

    @cached_property
    def sheets(self) -> dict[str, str]:
        """The part of each worksheet by its name, in the order of the tabs; other kinds of sheet are left out."""
        related = self._related(self._workbook_part)
        parts = {}
        for sheet in self._workbook.iter("{*}sheet"):
            identifier = next((value for name, value in sheet.attrib.items() if name.endswith("}id")), "")
            kind, target = related.get(identifier, ("", ""))
            if kind.endswith("/worksheet"):
                parts[sheet.get("name", "")] = target
        return parts

    @cached_property
    def date1904(self) -> bool:
        """Whether days count from 1904."""
        properties = next(self._workbook.iter("{*}workbookPr"), None)
        return properties is not None and properties.get("date1904") in {"1", "true"}

    @cached_property
    def _computed(self) -> bool:
        """Whether a spreadsheet program has saved the workbook: else a formula's 0 is only a place held."""
        properties = next(self._workbook.iter("{*}calcPr"), None)
        if properties is None:
            return True
        return properties.get("calcId") != _UNWRITTEN_CALC_ID or properties.get("fullCalcOnLoad") not in {"1", "true"}

    def frame_rows(self, sheet: str) -> Iterator[int]:
        """Yield the Excel rows that are the headings or the totals of a table, and so hold no data."""
        for kind, part in self._related(self.sheets[sheet]).values():
            if kind.endswith("/table"):
                table = self.xml(part)
                area = re.fullmatch("[A-Z]+([0-9]{1,7}):[A-Z]+([0-9]{1,7})", table.get("ref", ""))
                if area and table.get("headerRowCount", "1") != "0":
                    yield int(area[1])
                if area and table.get("totalsRowCount", "0") != "0":
                    yield int(area[2])

    def faults(self, sheet: str) -> dict[tuple[int, int], CellFault]:
        """Return the error cells and the formulas never computed, by (row, column)."""
        if not self._glimpse(sheet).faulty:
            return {}
        cells = self._cells(self._cells_of(sheet))
        return {(cell.ligne, cell.colonne): fault for cell in cells if (fault := self._fault(cell))}

    def _fault(self, cell: RawCell) -> CellFault | None:
        if cell.type == "e":
            return CellFault("V050", cell.value or "")
        uncomputed = cell.value in ({None, ""} if self._computed else {None, "", "0"})
        if cell.formula is not None and cell.type != "str" and uncomputed:
            return CellFault("V051", f"={cell.formula}")
        return None

    def percentages(self, sheet: str, colonne: int) -> dict[tuple[int, int], CellFault]:
        """Return the numbers of a column that Excel shows as a percentage: 13,75 stands there as 1375 %."""
        styles = self._glimpse(sheet).percentages
        return {
            (cell.ligne, cell.colonne): percentage(cell.value)
            for cell in (self._cells(self._cells_of(sheet)) if styles else ())
            if cell.colonne == colonne and cell.style in styles and cell.type == "n" and cell.value
        }

    def formats(self, sheet: str) -> dict[tuple[int, int], str]:
        """Return the number format of each number of a sheet that has one, by (row, column)."""
        from openpyxl.styles.numbers import BUILTIN_FORMATS

        known = {str(number): code for number, code in BUILTIN_FORMATS.items() if code != "General"}
        codes = self._format_codes(known)
        return {
            (cell.ligne, cell.colonne): code
            for cell in self._cells(self._cells_of(sheet))
            if cell.type == "n" and cell.value and (code := codes.get(cell.style))
        }

    def _format_codes(self, known: Mapping[str, str]) -> dict[int, str]:
        """Return the number format of each cell style that has one of its own or one of these, by number."""
        part = next(
            (part for kind, part in self._related(self._workbook_part).values() if kind.endswith("/styles")), ""
        )
        styles = self.xml(part) if part in self._names else None
        if styles is None:
            return {}
        codes = {**known} | {each.get("numFmtId", ""): each.get("formatCode", "") for each in styles.iter("{*}numFmt")}
        formats = styles.findall("{*}cellXfs/{*}xf")
        return {rank: code for rank, each in enumerate(formats) if (code := codes.get(each.get("numFmtId", ""), ""))}

    @cached_property
    def _percent_styles(self) -> frozenset[int]:
        return frozenset(style for style, code in self._format_codes(_PERCENTAGES).items() if is_percentage(code))

    def far_cell(self, sheet: str) -> str:
        """Return the reference of a value so far out that the sheet is too large to read, `""` where there is none."""
        return self._glimpse(sheet).far

    def _glimpse(self, sheet: str) -> "_Glimpse":
        if sheet not in self._glimpses:
            data = self._cells_of(sheet)
            cells = sheet_data(data)
            self._glimpses[sheet] = _Glimpse(
                self._find_far(data) if _may_be_large(cells) else "",
                any(mark in cells for mark in _FAULTY),
                frozenset(style for style in self._percent_styles if f's="{style}"'.encode() in cells),
            )
        return self._glimpses[sheet]

    def _find_far(self, data: bytes) -> str:
        lowest = rightmost = RawCell(0, 0, "", None, None)
        for cell in self._cells(data):
            if cell.value is not None or cell.type == "str":
                lowest = max(lowest, cell, key=lambda c: c.ligne)
                rightmost = max(rightmost, cell, key=lambda c: c.colonne)
        if lowest.ligne * rightmost.colonne <= MAX_CELLS:
            return ""
        farthest = lowest if lowest.ligne > _FAR_ROW else rightmost
        return Place("", farthest.ligne, min(farthest.colonne, _LAST_COLUMN)).cellule

    def _cells(self, data: bytes) -> Iterator[RawCell]:
        """Yield every cell of a worksheet part; one without a reference stands right of the one before."""
        ligne = colonne = 0
        events = etree.iterparse(
            io.BytesIO(data),
            events=("start", "end"),
            tag=("{*}row", "{*}c"),
            resolve_entities=False,
            no_network=True,
            huge_tree=True,
        )
        try:
            for event, element in events:
                if event == "start":
                    if element.tag.endswith("row"):
                        ligne, colonne = int(element.get("r") or ligne + 1), 0
                    continue
                if element.tag.endswith("}c"):
                    ligne, colonne = _position(element.get("r"), ligne, colonne)
                    yield _cell(ligne, colonne, element)
                element.clear()
                if element.getprevious() is not None:
                    del element.getparent()[0]
        except (etree.XMLSyntaxError, ValueError) as error:
            raise refusal(self.nom, "F006") from error

    def is_utf16(self) -> bool:
        """Tell whether a part with cells or texts is written in UTF-16."""
        strings = (
            part for kind, part in self._related(self._workbook_part).values() if kind.endswith("/sharedStrings")
        )
        return any(self._starts(part).startswith(_UTF16) for part in (*self.sheets.values(), *strings))

    def _starts(self, part: str) -> bytes:
        try:
            with self._zip.open(self._names[part.lower()]) as unpacked:
                return unpacked.read(2)
        except DAMAGE:
            return b""  # told when it is read

    def ensure_whole(self, part: str) -> None:
        """Raise `Inutilisable` (F006) unless the XML of a part is well-formed to its end."""
        try:
            expat.ParserCreate().Parse(self.read(part), True)
        except expat.ExpatError as error:
            raise refusal(self.nom, "F006") from error

    def plain(self) -> bytes:
        """Return a copy that holds only what calamine reads, written as it expects it."""
        plain = io.BytesIO()
        with zipfile.ZipFile(plain, "w") as out:
            out.writestr("[Content_Types].xml", "<Types/>")
            out.writestr("_rels/.rels", _plain_relationships({"xl/workbook.xml": "officeDocument"}))
            sources = {f"xl/sheet{number}.xml": part for number, part in enumerate(self.sheets.values(), 1)}
            kinds = dict.fromkeys(sources, "worksheet")
            for kind, part in self._related(self._workbook_part).values():
                name = kind.rpartition("/")[2]
                if name in {"styles", "sharedStrings"} and part.lower() in self._names:
                    sources[f"xl/{name}.xml"], kinds[f"xl/{name}.xml"] = part, name
            for name, part in sources.items():
                root = self.xml(part)
                _spell_errors(root)
                out.writestr(name, etree.tostring(root, encoding="UTF-8"))
            out.writestr("xl/workbook.xml", self._plain_workbook())
            out.writestr("xl/_rels/workbook.xml.rels", _plain_relationships(kinds))
        return plain.getvalue()

    def _plain_workbook(self) -> bytes:
        root = etree.Element(f"{{{MAIN}}}workbook", nsmap={None: MAIN, "r": _RELATIONS})
        etree.SubElement(root, f"{{{MAIN}}}workbookPr", date1904=str(int(self.date1904)))
        sheets = etree.SubElement(root, f"{{{MAIN}}}sheets")
        for number, name in enumerate(self.sheets, 1):
            sheet = etree.SubElement(sheets, f"{{{MAIN}}}sheet", name=name, sheetId=str(number))
            sheet.set(f"{{{_RELATIONS}}}id", f"xl/sheet{number}.xml")
        written: bytes = etree.tostring(root, encoding="UTF-8")
        return written

    def _related(self, part: str) -> dict[str, tuple[str, str]]:
        """Return the kind and the target part of each relationship of a part (`""`: of the package)."""
        path = PurePosixPath(part or ".")
        rels = str(path.parent / "_rels" / f"{path.name}.rels")
        if rels.lower() not in self._names:
            return {}
        return {
            rel.get("Id", ""): (rel.get("Type", ""), _resolve(part, rel.get("Target", "")))
            for rel in self.xml(rels).iter("{*}Relationship")
            if rel.get("TargetMode") != "External"
        }


DAMAGE = (KeyError, zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, zlib.error)
"""What `zipfile` raises on a damaged package."""
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_PIECE = 1 << 22


_LEAST_CELL = len(b"<c><v>1</v></c>")
_LEAST_ROW = len(b"<row>") + _LEAST_CELL + len(b"</row>")
"""Bytes that a cell, or a row, with a value takes at least."""


@dataclass(frozen=True, slots=True)
class _Glimpse:
    """What one look at the cells of a sheet tells, so that most sheets need not be unpacked again.

    `far`: the reference of a value too far out, `""` where there is none; `faulty`: whether there may be errors or
    formulas; `percentages`: the cell styles in use that show a percentage.
    """

    far: str
    faulty: bool
    percentages: frozenset[int]


def _may_have_many_rows(data: bytes) -> bool:
    """Tell whether it is worth looking for rows that hold a value, which is slow."""
    return len(data) > MAX_ROWS * _LEAST_ROW and data.count(b"row") > MAX_ROWS and _filled_cells(data) > MAX_ROWS


def _filled_cells(cells: bytes) -> int:
    return cells.count(b"</v>") + cells.count(b":v>") // 2 + cells.count(b"</is>")


def _filled_rows(cells: bytes) -> int:
    return sum(_filled_cells(row) > 0 for row in _ROW.findall(cells))


def too_far(sheet: str, cellule: str) -> Inutilisable:
    """Return the exception that says which value lies so far out that its sheet is too large to read."""
    return Inutilisable(Issue("F013", Place(sheet), faits=(("feuille", sheet), ("cellule", cellule))))


def percentage(value: str) -> CellFault:
    """Return a number as it is shown, where it is shown as a percentage."""
    return CellFault("V014", f"{100 * float(value):.15g} %".replace(".", ","))


def too_large(sheet: str) -> Inutilisable:
    """Return the exception that says which sheet holds too much."""
    limits = (("lignes", f"{MAX_ROWS:_}".replace("_", " ")), ("cellules", f"{MAX_FILLED:_}".replace("_", " ")))
    return Inutilisable(Issue("F019", Place(sheet), faits=(("feuille", sheet), *limits)))


_ROW = re.compile(rb"<(?:[\w.-]+:)?row[\s>].*?row\s*>", re.DOTALL)
_FAULTY = (b't="e', b"t='e", b"<f", b":f")
"""What the rows of a sheet have somewhere when a cell holds an error or a formula: each ends with a seldom letter."""
_FAR_OUT = re.compile(rb' r="(?:[A-Za-z]{3}|[A-Za-z]*[0-9]{6}|[B-Zb-z][A-Za-z][0-9]|[A-Za-z0-9]*&)')
"""A row from 100 000, a column from BA or a reference with entities; without one, under 5.2 million cells."""
_ODD = re.compile(rb"<(?:[\w.-]+:)?(?:c|row)[\t\r\n]")
_PREFIXED = re.compile(rb"<[\w.-]+:c[\s/>]")
_SPACES = (b"\t", b"\r", b"\n")
_FAR_ROW = 100_000
_LAST_COLUMN = 16_384


def _may_be_large(cells: bytes) -> bool:
    """Tell whether a sheet needs a closer look: a far reference, or references written otherwise than Excel does."""
    unusual = (
        b"='" in cells
        or (any(space in cells for space in _SPACES) and _ODD.search(cells) is not None)
        or (b":c" in cells and _PREFIXED.search(cells) is not None)
        or cells.count(b' r="') < cells.count(b"<c") + cells.count(b"<row")
    )
    return unusual or _FAR_OUT.search(cells) is not None


def _spell_errors(root: etree._Element) -> None:
    """Give the errors of newer programs (`#SPILL!`) the name of an old one, which is all that calamine needs."""
    for value in root.iterfind("{*}sheetData/{*}row/{*}c[@t='e']/{*}v"):
        if value.text not in KNOWN_ERRORS:
            value.text = "#VALUE!"


def _plain_relationships(kinds: Mapping[str, str]) -> bytes:
    root = etree.Element("Relationships", nsmap={None: _PACKAGE})
    for name, kind in kinds.items():
        etree.SubElement(root, "Relationship", Id=name, Type=f"{_RELATIONS}/{kind}", Target=f"/{name}")
    written: bytes = etree.tostring(root, encoding="UTF-8")
    return written


def _cell(ligne: int, colonne: int, element: etree._Element) -> RawCell:
    formula, value = element.find("{*}f"), element.find("{*}v")
    if value is None:
        value = element.find("{*}is")
    return RawCell(
        ligne,
        colonne,
        element.get("t", "n"),
        None if formula is None else formula.text or "",
        None if value is None else value.text or "",
        int(element.get("s") or 0),
    )


def _position(reference: str | None, ligne: int, colonne: int) -> tuple[int, int]:
    """Return the row and column of a cell; `ValueError` where its reference is none."""
    if reference is None:
        return ligne, colonne + 1
    match = re.fullmatch("([A-Za-z]{1,3})([0-9]+)", reference)
    if match is None:
        raise ValueError(reference)
    return int(match[2]), column_number(match[1].encode())


class SheetValues:
    """The values of a workbook as calamine reads them, from a plain copy of it where the workbook is unusual.

    Excel opens more than calamine does: sheets of other kinds, parts in UTF-16 or of unusual names.
    """

    def __init__(self, package: Parts) -> None:
        """Open the workbook; F006 when it is damaged."""
        self._package = package
        self._plain = False
        self._merged: dict[str, list[Area]] = {}
        if package.is_utf16():  # calamine reads such a sheet as an empty one
            self._open_plain()
            return
        try:
            self._book = CalamineWorkbook.from_filelike(io.BytesIO(package.data))
        except CalamineError:
            self._open_plain()

    def _open_plain(self) -> None:
        self._plain = True
        try:
            self._book = CalamineWorkbook.from_filelike(io.BytesIO(self._package.plain()))
        except CalamineError as error:
            raise refusal(self._package.nom, "F006") from error

    def sheet(self, name: str) -> CalamineSheet:
        """Return a sheet; F006 when it is damaged."""
        try:
            return self._book.get_sheet_by_name(name)
        except CalamineError as error:
            if self._plain:
                raise refusal(self._package.nom, "F006") from error
        self._open_plain()
        return self.sheet(name)

    def rows(self, name: str) -> RawRows:
        """Return the cells of a sheet from A1."""
        sheet = self.sheet(name)
        self._merged[name] = sheet.merged_cell_ranges or []
        rows: RawRows = sheet.to_python(skip_empty_area=False)
        return rows

    def merged(self, name: str) -> list[Area]:
        """Return the merged areas of a sheet whose rows were read: calamine reads all of it at each opening."""
        return self._merged[name]


def _resolve(source: str, target: str) -> str:
    if target.startswith("/"):
        return target[1:]
    steps: list[str] = list(PurePosixPath(source).parent.parts)
    for step in PurePosixPath(target).parts:
        steps = steps[:-1] if step == ".." else [*steps, step]
    return "/".join(steps)
