"""The file that data is moved from: an older workbook of ours or any spreadsheet, in each format that can be read."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from converter.issues import Inutilisable, Issue, Place
from converter.reading import delimited, workbook
from converter.reading.opendocument import OpenDocument
from converter.reading.workbook import Reglages, SheetRows
from converter.spec.formats import CellFault
from converter.spec.sheets import PARAMETRES
from converter.xlsx import parts
from converter.xlsx.parts import RawRows
from converter.xlsx.sheet import Cell

_UNCOMPUTED = "V051"
_NAMED = 10
"""How many cells a refusal names."""


@dataclass(frozen=True, slots=True)
class Feuille:
    """A sheet of the old file: its cells from A1, errors as `CellFault`, and how numbers are shown.

    `cadre` are the rows that a table has for its headings or totals; `fusions` are areas merged within one column, as
    column and first and last row; `incalculees` the cells whose formula was never computed.
    """

    nom: str
    rows: RawRows
    formats: Mapping[Cell, str] = field(default_factory=dict)
    cadre: frozenset[int] = frozenset()
    fusions: tuple[tuple[int, int, int], ...] = ()
    incalculees: tuple[str, ...] = ()

    def ensure_computed(self) -> None:
        """Raise `Inutilisable` (T010) where the value of a formula is not there to be moved."""
        if self.incalculees:
            shown = ", ".join(self.incalculees[:_NAMED]) + (", …" if len(self.incalculees) > _NAMED else "")
            raise Inutilisable(Issue("T010", Place(self.nom), faits=(("feuille", self.nom), ("cellules", shown))))


@dataclass(frozen=True, slots=True)
class Ancien:
    """The old file: the sheets that have cells, which are ours by their name in the template, its parameters."""

    nom: str
    feuilles: tuple[Feuille, ...]
    nos: Mapping[str, str]
    reglages: Reglages | None
    date1904: bool = False


def read_old(path: Path) -> Ancien:
    """Read a spreadsheet: .xlsx, .xlsm, .xlsb, .xls, .ods or text with separators.

    Raises `Inutilisable` when it is none (F001 to F008) or when a sheet is too large (F013, F019), and `Empeche` (E101)
    when it cannot be opened.
    """
    data = parts.load_any(path)
    kind = parts.other_kind(data)
    if kind == "F002":
        return _of_rows(path.name, {path.stem: _text(path.name, data)})
    if kind in {"F004", "F007"}:
        raise parts.refusal(path.name, kind)
    if kind == "F003":
        return _of_rows(path.name, _calamine(path.name, data))
    try:
        package = parts.Parts(path.name, data)
        sheets = SheetRows(package, parts.SheetValues(package))
    except Inutilisable as refusal:
        codes = {issue.code for issue in refusal.issues}
        if "F005" in codes:
            book = OpenDocument(path.name, data)
            return _of_package(SheetRows(book, book))
        if "F003" in codes:
            return _of_rows(path.name, _calamine(path.name, data))
        raise
    return _of_package(sheets)


def _text(nom: str, data: bytes) -> RawRows:
    if b"\0" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise parts.refusal(nom, "F002")
    try:
        rows = delimited.delimited_rows(data)
    except csv.Error as error:
        raise parts.refusal(nom, "F002") from error
    if not any(len(row) > 1 for row in rows):
        raise parts.refusal(nom, "F002")
    return rows


def _calamine(nom: str, data: bytes) -> dict[str, RawRows]:
    """Read what our own reader does not; such a file does not tell a cell with an error from a blank one."""
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = {each: book.get_sheet_by_name(each) for each in book.sheet_names}
        for each, sheet in sheets.items():
            if sheet.total_height * sheet.total_width > parts.MAX_CELLS:
                place = Place("", sheet.total_height, sheet.total_width)
                raise Inutilisable(Issue("F013", Place(each), faits=(("feuille", each), ("cellule", place.cellule))))
        return {each: sheet.to_python(skip_empty_area=False) for each, sheet in sheets.items()}
    except CalamineError as error:
        raise parts.refusal(nom, "F006") from error


def _of_rows(nom: str, sheets: Mapping[str, RawRows]) -> Ancien:
    even = {each: _even(rows) for each, rows in sheets.items() if any(rows)}
    nos = workbook.our_sheets([*even], even.__getitem__)
    reglages = workbook.find_settings(nos[PARAMETRES], even[nos[PARAMETRES]], {}) if PARAMETRES in nos else None
    return Ancien(nom, tuple(Feuille(each, rows) for each, rows in even.items()), nos, reglages)


def _of_package(sheets: SheetRows) -> Ancien:
    nos = sheets.find()
    reglages = sheets.settings(nos[PARAMETRES]) if PARAMETRES in nos else None
    near = [each for each in sheets.names if each in nos.values() or not sheets.package.far_cell(each)]
    feuilles = tuple(_sheet(sheets, each) for each in near)
    return Ancien(sheets.package.nom, feuilles, nos, reglages, sheets.package.date1904)


def _sheet(sheets: SheetRows, nom: str) -> Feuille:
    rows, faults = _even(sheets.rows(nom)), sheets.package.faults(nom)
    _put(rows, faults)
    return Feuille(
        nom,
        rows,
        sheets.package.formats(nom) if isinstance(sheets.package, parts.Parts) else {},
        frozenset(sheets.package.frame_rows(nom)),
        tuple(sheets.merged_down(nom)),
        tuple(Place("", *cell).cellule for cell, fault in faults.items() if fault.code == _UNCOMPUTED),
    )


def _even(rows: RawRows) -> RawRows:
    """Return rows of one length."""
    width = max(map(len, rows), default=0)
    return [[*row, *[""] * (width - len(row))] for row in rows]


def _put(rows: RawRows, faults: Mapping[Cell, CellFault]) -> None:
    for (row, column), fault in faults.items():
        if row <= len(rows) and column <= len(rows[row - 1]):
            rows[row - 1][column - 1] = fault
