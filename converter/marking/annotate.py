"""Annotations that lose nothing: marks, values and the sheet `Erreurs` put into a workbook, and taken away.

Works on any Open XML workbook, ours or not: only the parts of the package that a mark touches are rewritten,
and in those everything that is not ours stays as it was.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

from converter.issues import Gravite
from converter.marking import erreurs, journal
from converter.marking.accepted import read_accepted
from converter.marking.erreurs_sheet import grouped
from converter.marking.journal import Change
from converter.xlsx import calculation, fills, notes, styles
from converter.xlsx.book import ensure_strings, forget_strings, is_1904, workbook_part, worksheets
from converter.xlsx.cells import Dates, write_values
from converter.xlsx.folding import unfolded
from converter.xlsx.package import Package
from converter.xlsx.sheet import Cell, Worksheet, attribute, cells_of
from converter.xlsx.wanted import Accepted, CellValue, ErrorLine, Mark, Valeur

__all__ = [
    "Accepted",
    "CellValue",
    "Change",
    "ErrorLine",
    "Mark",
    "Valeur",
    "annotate",
    "ensure_markable",
    "grouped",
    "mark_cells",
    "read_accepted",
    "unmark_cells",
]


def mark_cells(source: Path, target: Path, marks: Sequence[Mark]) -> None:
    """Write `source` to `target` with these marks in place of any earlier ones; see `annotate`."""
    annotate(source, target, marks=marks)


def annotate(
    source: Path,
    target: Path,
    *,
    marks: Sequence[Mark],
    values: Sequence[CellValue] = (),
    errors: Sequence[ErrorLine] | None = None,
    changes: Sequence[Change] = (),
    shown: Mapping[str, Collection[int]] = MappingProxyType({}),
) -> tuple[CellValue, ...]:
    """Write `source` to `target` with these marks in place of any earlier ones, these values, these errors.

    `errors`: the lines of the sheet `Erreurs`, built anew (none: a green sheet); `None` leaves our sheets as they are.
    `changes`: lines to add to those that the sheet `Journal` has.
    `shown`: columns (from 1) by sheet that were folded away and are to be seen from now on.
    Marks and values for a sheet that has no cells (chart sheet) or is not there are left out. `target` is
    another path than `source`: `save.replace_workbook` writes in place.

    Returns the values that were not written, since an array formula or a data table owns their cell.

    Raises:
        Inutilisable: a part of the workbook is damaged (F018).

    """
    with Package(source) as package:
        touched = {mark.feuille for mark in marks} | {value.feuille for value in values} | shown.keys()
        sheets = _Sheets(package, touched)
        sheets.clean()
        styles.remove(package, "dxfs")
        forget_strings(package)
        refused = _write(package, sheets, values)
        _show(sheets, shown)
        _mark(package, sheets, marks)
        if errors is not None:
            with package.interpreting(workbook_part(package)):
                kept = journal.read_changes(source, erreurs.find_sheet(package, erreurs.JOURNAL))
                erreurs.write_sheets(package, errors, (*kept, *changes))
        if values or erreurs.find_sheet(package) is not None:
            ensure_strings(package)
        package.write(target)
    return refused


def ensure_markable(source: Path) -> None:
    """Raise `Inutilisable` (F018) where a part that annotations go through is damaged; nothing is written."""
    with Package(source) as package:
        styles.date_styles(package)
        _unmark(package)


def unmark_cells(source: Path, target: Path) -> None:
    """Write `source` to `target` without marks and sheets of ours; values stay."""
    with Package(source) as package:
        _unmark(package)
        package.write(target)


def _unmark(package: Package) -> None:
    _Sheets(package).clean()
    styles.remove(package, "dxfs")
    with package.interpreting(workbook_part(package)):
        erreurs.remove_sheets(package)
    forget_strings(package)


class _Sheets:
    """The worksheets of a package by name; in those `kept`, which are written into, the children are found once."""

    def __init__(self, package: Package, kept: Collection[str] = ()) -> None:
        self._package = package
        self.parts = worksheets(package)
        self._kept = {self.parts[name] for name in kept if name in self.parts}
        self._known: dict[str, Worksheet] = {}

    def of(self, name: str) -> Worksheet:
        """The worksheet as it now stands."""
        part = self.parts[name]
        known = self._known.get(part) or Worksheet.of(self._package.read(part))
        if part in self._kept:
            self._known[part] = known
        return known

    def cells(self) -> Iterator[bytes]:
        """The bytes of every worksheet as they now stand."""
        for part in self.parts.values():
            yield self._known[part].data if part in self._known else self._package.read(part)

    def put(self, name: str, before: Worksheet, after: Worksheet) -> None:
        """Replace a worksheet, unless it is the very one that was there before."""
        part = self.parts[name]
        if after is not before:
            self._package.put(part, after.data)
        if part in self._kept:
            self._known[part] = after

    @contextmanager
    def interpreting(self, name: str) -> Iterator[str]:
        """Yield the part of a sheet, and tell the user that it is at fault when what it says cannot be understood."""
        with self._package.interpreting(self.parts[name]):
            yield self.parts[name]

    def clean(self) -> None:
        """Take our fills and notes away."""
        for name in self.parts:
            with self.interpreting(name) as part:
                before = self.of(name)
                self.put(name, before, notes.without_notes(self._package, part, fills.without_fills(before)))


def _write(package: Package, sheets: _Sheets, values: Iterable[CellValue]) -> tuple[CellValue, ...]:
    by_sheet: dict[str, dict[Cell, CellValue]] = defaultdict(dict)
    for value in values:
        by_sheet[value.feuille][value.ligne, value.colonne] = value
    wanted = {name: found for name, found in by_sheet.items() if name in sheets.parts}
    dates = Dates(styles.date_styles(package), is_1904(package))
    refused: list[CellValue] = []
    changed = formulas = False
    for name, cells in wanted.items():
        with sheets.interpreting(name):
            before = sheets.of(name)
            written = write_values(before, _by_row(cells), dates)
        refused += [cells[cell] for cell in sorted(written.refused)]
        if written.changed:
            sheets.put(name, before, written.sheet)
            changed, formulas = True, formulas or written.formulas
    if changed:
        calculation.after_change(package, sheets.cells(), formula_gone=formulas)
    return tuple(refused)


def _show(sheets: _Sheets, shown: Mapping[str, Collection[int]]) -> None:
    for name, columns in shown.items():
        before = sheets.of(name)
        sheets.put(name, before, unfolded(before, columns))


def _by_row(cells: Mapping[Cell, CellValue]) -> dict[int, dict[int, Valeur]]:
    rows: dict[int, dict[int, Valeur]] = defaultdict(dict)
    for (row, column), value in cells.items():
        rows[row][column] = value.valeur
    return rows


def _mark(package: Package, sheets: _Sheets, marks: Iterable[Mark]) -> None:
    by_sheet: dict[str, list[Mark]] = defaultdict(list)
    for mark in marks:
        by_sheet[mark.feuille].append(mark)
    formats = fills.add_formats(package, {_look(mark) for name in sheets.parts for mark in by_sheet[name]})
    for name in sheets.parts:
        if by_sheet[name]:
            with sheets.interpreting(name) as part:
                before = sheets.of(name)
                filled = fills.with_fills(before, _by_look(before, by_sheet[name]), formats)
                sheets.put(name, before, notes.with_notes(package, part, filled, _by_cell(before, by_sheet[name])))


def _by_cell(sheet: Worksheet, marks: Sequence[Mark]) -> dict[Cell, notes.Note]:
    """What to say at each cell, at the gravity of its worst mark; a merged cell speaks for its whole area."""
    corners = _corners(sheet, {(mark.ligne, mark.colonne) for mark in marks})
    by_cell: dict[Cell, list[Mark]] = defaultdict(list)
    for mark in marks:
        cell = (mark.ligne, mark.colonne)
        by_cell[corners.get(cell, cell)].append(mark)
    worst = list(Gravite).index
    return {
        cell: notes.Note(
            min((mark.gravite for mark in found), key=worst),
            tuple(dict.fromkeys(mark.texte for mark in found if mark.texte)),
        )
        for cell, found in by_cell.items()
    }


def _look(mark: Mark) -> str:
    return fills.A_COMPLETER if mark.manque else mark.gravite


def _by_look(sheet: Worksheet, marks: Sequence[Mark]) -> dict[str, list[Cell]]:
    """The cells of each look, that of the worst mark on each."""
    corners = _corners(sheet, {(mark.ligne, mark.colonne) for mark in marks})
    worst = [fills.A_COMPLETER, *Gravite].index
    looks: dict[Cell, str] = {}
    for mark in marks:
        cell = corners.get((mark.ligne, mark.colonne), (mark.ligne, mark.colonne))
        looks[cell] = min(_look(mark), looks.get(cell, Gravite.CORRECTION), key=worst)
    found: dict[str, list[Cell]] = defaultdict(list)
    for cell, look in looks.items():
        found[look].append(cell)
    return found


def _corners(sheet: Worksheet, cells: set[Cell]) -> dict[Cell, Cell]:
    """The first cell of the merged area each of these cells lies in."""
    child = sheet.child("mergeCells")
    if child is None:
        return {}
    corners: dict[Cell, Cell] = {}
    for merged in sheet.inner(child, "mergeCell"):
        top, left, bottom, right = cells_of(attribute(merged, b"ref").decode("utf-8", "replace"))
        if (bottom - top + 1) * (right - left + 1) < len(cells):
            inside = {(row, column) for row in range(top, bottom + 1) for column in range(left, right + 1)} & cells
        else:
            inside = {cell for cell in cells if top <= cell[0] <= bottom and left <= cell[1] <= right}
        corners |= dict.fromkeys(inside, (top, left))
    return corners
