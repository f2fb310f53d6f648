"""The rows of the new workbook: each cell as it was, a row of a list cut into those of several sheets. Pure."""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from converter.blank.template import Cellule
from converter.issues import Issue, Place
from converter.moving.matching import Feuillet
from converter.moving.old import Ancien
from converter.reading.workbook import NOT_SHARED, is_filled
from converter.spec import tags
from converter.spec.formats import Jour, show
from converter.spec.sheets import BENEFICIAIRES, DATA_SHEETS, DEMANDES
from converter.spec.tags import TAG
from converter.xlsx.parts import is_percentage

_NUMERO = "numeroEditeur"
_SHARED = frozenset({_NUMERO, "controle"})
"""The columns that several sheets have, and that tell no sheet."""
_LONGEST_CELL = 32_767
_DAYS_OF_1904 = 1462
_LOOKS: tuple[tuple[type, str], ...] = (
    (datetime, "dd/mm/yyyy hh:mm"),
    (date, "dd/mm/yyyy"),
    (time, "hh:mm:ss"),
    (timedelta, "[h]:mm:ss"),
)
_DAY, _NUMBER = "dd/mm/yyyy", "0"
_FRENCH = {"mm-dd-yy": "dd/mm/yyyy", "m/d/yy h:mm": "dd/mm/yyyy hh:mm"}
"""The formats that Excel shows in the order of the country."""

Cells = Mapping[str, Cellule]


@dataclass(frozen=True, slots=True)
class Deplace:
    """What the new workbook is made of: its rows by tag and by heading of the user's own columns (`autres`)."""

    parametres: Cells
    rows: Mapping[str, Sequence[Cells]]
    autres: Mapping[str, Sequence[str]]
    issues: tuple[Issue, ...]

    def counts(self) -> dict[str, int]:
        """Return how many rows each sheet has."""
        return {nom: len(rows) for nom, rows in self.rows.items()}


@dataclass(frozen=True, slots=True)
class _Ligne:
    """A row of the old file: the cells that have a place, and the user's own by column; `cle` tells its request."""

    cle: str
    cells: Cells
    autres: Mapping[int, Cellule]


def move(ancien: Ancien, found: Sequence[Feuillet]) -> Deplace:
    """Return the rows of the sheets that are moved.

    Raises `Inutilisable` (T010) where one holds a formula that was never computed.
    """
    rows: dict[str, list[Cells]] = {nom: [] for nom in DATA_SHEETS}
    autres: dict[str, list[str]] = {nom: [] for nom in DATA_SHEETS}
    issues: list[Issue] = []
    for each in found:
        if each.pris:
            each.feuille.ensure_computed()
            moving = _Moving(each, autres, date1904=ancien.date1904)
            for sheet, moved in moving.rows():
                rows[sheet] += moved
            issues += moving.issues()
    return Deplace(_parametres(ancien), rows, autres, tuple(issues))


def _parametres(ancien: Ancien) -> dict[str, Cellule]:
    valeurs = ancien.reglages.valeurs if ancien.reglages else {}
    return {nom: Cellule(brut) for nom, brut in valeurs.items() if is_filled(brut)}


class _Moving:
    """One sheet on its way; `autres` is where the headings of the user's own columns are entered."""

    def __init__(self, source: Feuillet, autres: Mapping[str, list[str]], *, date1904: bool) -> None:
        self._source = source
        self._autres = autres
        self._date1904 = date1904
        self._cut: list[Issue] = []
        self._fill_merged()
        self._sheets = self._targets()
        self._lignes = [self._ligne(rank, number) for rank, number in enumerate(source.lignes(), start=1)]

    @property
    def _is_list(self) -> bool:
        return len(self._sheets) > 1

    @property
    def _numbered(self) -> bool:
        """Whether the rows of a list are numbered here, since nothing else ties those of several sheets together."""
        return self._is_list and _NUMERO not in self._source.balises.values()

    def _targets(self) -> list[str]:
        """Return the sheets that have a column of these, that of the same name or of the requests first."""
        told = set(self._source.balises.values()) - _SHARED
        first = self._source.nom or DEMANDES
        return [first, *(s for s in DATA_SHEETS if s != first and any(s in TAG[tag].feuilles for tag in told))]

    def issues(self) -> Iterator[Issue]:
        """Tell what became of the rows otherwise than it stood."""
        yield from self._cut
        if self._numbered and self._lignes:
            feuille, last = self._source.feuille.nom, f"{len(self._lignes):05d}"
            yield Issue("T006", Place(feuille), faits=(("feuille", feuille), ("dernier", last)))

    # --- cells ---

    def _fill_merged(self) -> None:
        """Give each row of a merged area the value that Excel shows across them, as the reader does."""
        rows = self._source.feuille.rows
        for column, top, bottom in self._source.feuille.fusions:
            if top > self._source.debut and self._source.balises.get(column) not in NOT_SHARED:
                for row in rows[top:bottom]:
                    row[column - 1] = rows[top - 1][column - 1]

    def _ligne(self, rank: int, number: int) -> _Ligne:
        balises = self._source.balises
        filled = {
            column: self._cell(number, column, balises.get(column, ""))
            for column in self._source.titres
            if is_filled(self._source.feuille.rows[number - 1][column - 1])
        }
        cells = {balises[column]: cell for column, cell in filled.items() if column in balises}
        if self._numbered:
            cells[_NUMERO] = Cellule(f"{rank:05d}")
        read = TAG[_NUMERO].format.read(cells[_NUMERO].brut).valeur if _NUMERO in cells else None
        own = {column: cell for column, cell in filled.items() if column not in balises}
        return _Ligne(str(read or f"ligne {number}"), cells, own)

    def _cell(self, row: int, column: int, balise: str) -> Cellule:
        brut = self._source.feuille.rows[row - 1][column - 1]
        code = self._source.feuille.formats.get((row, column), "")
        if isinstance(brut, str) and len(brut) > _LONGEST_CELL:
            place = Place(self._source.feuille.nom, row, column)
            self._cut.append(Issue("S034", place, balise, brut[:200], (("longueur", str(len(brut))),)))
            return Cellule(brut[:_LONGEST_CELL])
        if isinstance(brut, float) and not math.isfinite(brut):
            return Cellule(show(brut))
        default = next((look for kind, look in _LOOKS if isinstance(brut, kind)), "")
        if not balise:
            return Cellule(brut, _FRENCH.get(code, code) or default)
        if isinstance(TAG[balise].format, Jour) and default != _DAY:
            return self._of_day(brut, default)
        return Cellule(brut, default or (code if is_percentage(code) else ""))

    def _of_day(self, brut: Any, look: str) -> Cellule:
        """Keep a bare number where a day is meant a number, counted from 1900 as the new workbook does."""
        if isinstance(brut, bool) or not isinstance(brut, int | float):
            return Cellule(brut, look)
        return Cellule(brut + _DAYS_OF_1904 * self._date1904, _NUMBER)

    # --- rows ---

    def rows(self) -> Iterator[tuple[str, list[Cells]]]:
        """Yield each sheet with its rows; a list has one request on several rows, which is moved once."""
        home = {column: self._home(column) for column in self._source.autres}
        for sheet in self._sheets:
            wanted = {tag.nom for tag in tags.columns(sheet)}
            columns = {column: self._enter(sheet, column) for column in home if home[column] == sheet}
            made = [self._row(ligne, wanted, columns) for ligne in self._lignes]
            if self._is_list:
                first = sheet == self._sheets[0]
                keyed = zip((ligne.cle for ligne in self._lignes), made, strict=True)
                made = list(_once((cle, row) for cle, row in keyed if first or row.keys() - _SHARED))
            yield sheet, made

    def _row(self, ligne: _Ligne, wanted: set[str], columns: Mapping[int, str]) -> Cells:
        cells = {tag: cell for tag, cell in ligne.cells.items() if tag in wanted}
        return cells | {columns[column]: cell for column, cell in ligne.autres.items() if column in columns}

    def _home(self, column: int) -> str:
        """Return the sheet of a column of the user's: that of the requests, unless the rows of one differ there."""
        said: dict[str, set[str]] = defaultdict(set)
        for ligne in self._lignes:
            said[ligne.cle].add(repr(ligne.autres.get(column)))
        differs = self._is_list and any(len(found) > 1 for found in said.values())
        return BENEFICIAIRES if differs and BENEFICIAIRES in self._sheets else self._sheets[-1 if differs else 0]

    def _enter(self, sheet: str, column: int) -> str:
        """Enter a heading of the user's among those of a sheet; Excel's tables have none twice."""
        titre = self._source.titres[column]
        entered = self._autres[sheet]
        taken = {word.casefold() for tag in tags.columns(sheet) for word in (tag.nom, tag.libelle)}
        taken |= {word.casefold() for word in entered}
        name, rank = titre, 1
        while name.casefold() in taken:
            rank += 1
            name = f"{titre} ({rank})"
        entered.append(name)
        return name


def _once(rows: Iterator[tuple[str, Cells]]) -> Iterator[Cells]:
    """Yield the rows of each request that say something else than those before."""
    seen = set()
    for cle, row in rows:
        said = (cle, repr(sorted(row.items())))
        if said not in seen:
            seen.add(said)
            yield row
