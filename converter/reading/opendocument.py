"""A LibreOffice workbook (.ods) as `Parts` shows an Excel one: values by calamine, and what that does not show.

Source for the names: OASIS OpenDocument 1.3, part 3; `calcext` is LibreOffice's own.
"""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from lxml import etree
from python_calamine import CalamineError, CalamineWorkbook

from converter.issues import Place
from converter.spec.formats import CellFault
from converter.xlsx import parts

_OFFICE, _TABLE, _TEXT = (
    f"{{urn:oasis:names:tc:opendocument:xmlns:{name}:1.0}}" for name in ("office", "table", "text")
)
_CALC = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
_CELLS = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")
_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_384


def is_opendocument(path: Path) -> bool:
    """Tell a workbook of LibreOffice, whatever it is named."""
    try:
        with zipfile.ZipFile(path) as package:
            return b"opendocument.spreadsheet" in package.read("mimetype")
    except (OSError, *parts.DAMAGE):
        return False


@dataclass(slots=True)
class _Sheet:
    """What calamine does not show of a sheet, and how far it goes."""

    faults: dict[tuple[int, int], CellFault] = field(default_factory=dict)
    percentages: dict[tuple[int, int], CellFault] = field(default_factory=dict)
    merged: list[parts.Area] = field(default_factory=list)
    filled: int = 0
    rows: int = 0
    lowest: int = 0
    rightmost: int = 0


class OpenDocument:
    """A workbook of LibreOffice, scanned before calamine lays its cells out: a few bytes may repeat a cell endlessly.

    Raises `Inutilisable`: F004 when it is encrypted, F006 when it is damaged, F008, F013 and F019 when it is too large.
    """

    date1904 = False

    def __init__(self, nom: str, data: bytes) -> None:
        """Open the file whose bytes are `data`; `nom` names it in messages."""
        self.nom = nom
        self._sheets = _scanned(nom, data)
        try:
            self._book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        except CalamineError as error:
            raise parts.refusal(nom, "F006") from error
        self.sheets = {name: name for name in self._book.sheet_names}

    def rows(self, sheet: str) -> parts.RawRows:
        """Return the cells of a sheet from A1."""
        rows: parts.RawRows = self._book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
        return rows

    def merged(self, sheet: str) -> list[parts.Area]:
        """Return the merged areas of a sheet."""
        return self._sheets[sheet].merged

    def far_cell(self, sheet: str) -> str:
        """Return no reference: the whole file would have been refused."""
        return ""

    def faults(self, sheet: str) -> dict[tuple[int, int], CellFault]:
        """Return the error cells, by (row, column)."""
        return self._sheets[sheet].faults

    def percentages(self, sheet: str, colonne: int) -> dict[tuple[int, int], CellFault]:
        """Return the numbers of a column that are shown as a percentage."""
        return {at: fault for at, fault in self._sheets[sheet].percentages.items() if at[1] == colonne}

    def frame_rows(self, sheet: str) -> Iterator[int]:
        """Yield no row."""
        return iter(())


def _scanned(nom: str, data: bytes) -> dict[str, _Sheet]:
    """Go through every cell once, and refuse what would not fit."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            if b"encryption-data" in package.read("META-INF/manifest.xml"):
                raise parts.refusal(nom, "F004")
            if package.getinfo("content.xml").file_size > parts.MAX_UNPACKED:
                raise parts.refusal(nom, "F008")
            with package.open("content.xml") as content:
                return _sheets_of(content)
    except (etree.XMLSyntaxError, *parts.DAMAGE) as error:
        raise parts.refusal(nom, "F006") from error


def _sheets_of(content: IO[bytes]) -> dict[str, _Sheet]:
    sheets: dict[str, _Sheet] = {}
    name = ""
    tags = (f"{_TABLE}table", f"{_TABLE}table-row")
    options = {"resolve_entities": False, "no_network": True, "huge_tree": True}
    for event, element in etree.iterparse(content, events=("start", "end"), tag=tags, **options):
        if element.tag == tags[0] and event == "start":
            name = element.get(f"{_TABLE}name", "")
            sheets[name] = _Sheet()
        elif element.tag == tags[1] and event == "end":
            _take_row(sheets.setdefault(name, _Sheet()), name, element)
            element.clear()
    return sheets


def _repeated(element: etree._Element, what: str) -> int:
    return int(element.get(f"{_TABLE}number-{what}-repeated") or 1)


def _take_row(sheet: _Sheet, name: str, row: etree._Element) -> None:
    """Take a row in, as often as it stands there."""
    times, first = _repeated(row, "rows"), sheet.rows + 1
    sheet.rows += times
    column = 1
    for cell in row.iterchildren(*_CELLS):
        wide = _repeated(cell, "columns")
        if _is_filled(cell):
            sheet.filled += times * wide
            sheet.lowest, sheet.rightmost = sheet.rows, max(sheet.rightmost, column + wide - 1)
            _ensure_reasonable(sheet, name)
            for ligne in range(first, first + times):
                _take_cell(sheet, cell, ligne, range(column, column + wide))
        column += wide


def _is_filled(cell: etree._Element) -> bool:
    return f"{_OFFICE}value-type" in cell.attrib or cell.find(f"{_TEXT}p") is not None


def _ensure_reasonable(sheet: _Sheet, name: str) -> None:
    if sheet.lowest * sheet.rightmost > parts.MAX_CELLS:
        far = Place("", min(sheet.lowest, _LAST_ROW), min(sheet.rightmost, _LAST_COLUMN))
        raise parts.too_far(name, far.cellule)
    if sheet.filled > parts.MAX_FILLED:
        raise parts.too_large(name)


def _take_cell(sheet: _Sheet, cell: etree._Element, ligne: int, colonnes: range) -> None:
    kind = cell.get(f"{_OFFICE}value-type")
    for colonne in colonnes:
        if cell.get(f"{_CALC}value-type") == "error":
            sheet.faults[ligne, colonne] = CellFault("V050", "".join(cell.itertext()))
        elif kind == "percentage":
            sheet.percentages[ligne, colonne] = parts.percentage(cell.get(f"{_OFFICE}value", ""))
    down, across = (int(cell.get(f"{_TABLE}number-{what}-spanned") or 1) for what in ("rows", "columns"))
    if down * across > 1:
        top, left = ligne - 1, colonnes.start - 1
        sheet.merged.append(((top, left), (top + down - 1, left + across - 1)))
