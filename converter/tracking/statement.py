"""A list of payments as the bank or the portal gives it, pasted into a csv or an Excel file, whatever its layout.

The columns are found by their headings, else by what they hold: the number by the numbers that are looked for.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from converter.issues import Inutilisable, Issue
from converter.reading import delimited
from converter.reading.workbook import fold
from converter.spec.formats import Montant, show
from converter.spec.tags import TAG

_HEADER_DEPTH = 30
_ASP, _EDITEUR, _PAID, _DAY = "numeroASP", "numeroEditeur", "montantPaye", "datePaiement"
_LABEL = "libellé"
"""A column that no heading names and whose cells tell numbers, alone or within a label."""
_SHORTEST = 6
"""Characters of a number that is recognised within a label: a shorter one could be anything."""

_HEADINGS: tuple[tuple[str, str], ...] = (
    (_ASP, r"(numero|no|n|reference|ref)?(de|du)?(la)?(demande|dossier)?asp|(numero|no)(de)?(demande|dossier)"),
    (_EDITEUR, r"(numero|no|n|reference|ref)?editeur"),
    (_PAID, r"(montant|avance|somme|montantdel?avance)?(net)?(paye|verse|regle|recu|vire|credite)e?s?(eur|euros)?"),
    (_PAID, r"montant(du|de)?(paiement|versement|virement|reglement)|credits?(eur|euros)?"),
    (_DAY, r"(date|jour)(de|du|d)?(paiement|versement|reglement|virement|credit)\w*|payee?le"),
    (_PAID, r"(montant|avance)(eur|euros)?|montantdel?avance"),
    (_DAY, r"(date|jour)(de|du|d)?(operation|valeur|comptable)?"),
)
"""What a folded heading says of its column, the surest first."""


@dataclass(frozen=True, slots=True)
class Versement:
    """A line of the list, `ligne` counted from 1: the known number it gives, the amount in centimes and the day.

    `texte` is what it says where no number is known, `""` where one is; `centimes` is `None` where unreadable. `asp`
    and `editeur` are what the columns of these names say, for a line may contradict itself.
    """

    ligne: int
    numero: str
    centimes: int | None
    jour: date | None
    texte: str = ""
    asp: str = ""
    editeur: str = ""


@dataclass(frozen=True, slots=True)
class Connus:
    """The numbers that a line may be about, folded, as they are written."""

    asp: Mapping[str, str]
    editeurs: Mapping[str, str]

    @classmethod
    def of(cls, asp: Iterable[str], editeurs: Iterable[str]) -> "Connus":
        """Fold the numbers of the ASP and those of the vendor."""
        return cls({fold(numero): numero for numero in asp}, {fold(numero): numero for numero in editeurs})

    def told(self, cell: Any) -> str:
        """Return the only number that a cell tells, be it within a label: the ASP's, which is no short word."""
        whole = fold(show(cell))
        if numero := self.asp.get(whole) or self.editeurs.get(whole):
            return numero
        words = {fold(word) for word in re.split(r"[\s:;,/()]+", show(cell))}
        met = {self.asp[word] for word in words if word in self.asp and len(word) >= _SHORTEST}
        return met.pop() if len(met) == 1 else ""


Grille = Sequence[Sequence[Any]]


def read_statement(data: bytes, nom: str, known: Connus) -> tuple[Versement, ...]:
    """Read the lines that give an amount or a known number.

    Raises `Inutilisable` (A201) when the file is no list that can be read, A202 when no column of it is surely that
    of the amounts paid, A203 when none holds numbers.
    """
    refusals: list[Issue] = []
    for grid in _grids(data, nom):
        try:
            return tuple(_lines(grid, nom, known))
        except Inutilisable as refusal:
            refusals += refusal.issues
    raise Inutilisable(refusals[0] if refusals else Issue("A201", faits=(("fichier", nom),)))


# --- the cells --------------------------------------------------------------------------------------------------------


def _grids(data: bytes, nom: str) -> Iterator[Grille]:
    if not data.startswith((b"PK", b"\xd0\xcf\x11\xe0")):
        try:
            yield delimited.delimited_rows(data)
        except csv.Error:
            raise Inutilisable(Issue("A201", faits=(("fichier", nom),))) from None
        return
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = [book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names]
    except CalamineError:
        raise Inutilisable(Issue("A201", faits=(("fichier", nom),))) from None
    yield from filter(None, sheets)


# --- the columns ------------------------------------------------------------------------------------------------------


def _lines(grid: Grille, nom: str, known: Connus) -> Iterator[Versement]:
    header, columns = _headings(grid)
    rows = list(enumerate(grid, start=1))[header:]
    columns = _completed([row for _, row in rows], columns, known)
    if _PAID not in columns:
        raise Inutilisable(Issue("A202", faits=(("fichier", nom),)))
    lines = [_line(ligne, row, columns, known) for ligne, row in rows]
    if not any(line.numero for line in lines):
        raise Inutilisable(Issue("A203", faits=(("fichier", nom),)))
    for (_, row), line in zip(rows, lines, strict=True):
        if line.numero or (line.centimes is not None and not _is_total(row)):
            yield line


def _line(ligne: int, row: Sequence[Any], columns: Mapping[str, int], known: Connus) -> Versement:
    asp, editeur = show(_cell(row, columns, _ASP)).strip(), _value(_EDITEUR, _cell(row, columns, _EDITEUR)) or ""
    found = known.asp.get(fold(asp)) or known.editeurs.get(fold(editeur)) or known.told(_cell(row, columns, _LABEL))
    said = "" if found else " ".join(show(cell) for cell in row if show(cell).strip())
    centimes, jour = _value(_PAID, _cell(row, columns, _PAID)), _value(_DAY, _cell(row, columns, _DAY))
    return Versement(ligne, found or "", centimes, jour, said, asp, editeur)


def _headings(grid: Grille) -> tuple[int, dict[str, int]]:
    """Return the row of the headings, from 1, and the columns that they name; 0 where no row names two."""
    best: tuple[int, dict[str, int]] = (0, {})
    for number, row in enumerate(grid[:_HEADER_DEPTH], start=1):
        named: dict[str, int] = {}
        for balise, pattern in _HEADINGS:
            for column, cell in enumerate(row):
                if isinstance(cell, str) and column not in named.values() and re.fullmatch(pattern, fold(cell)):
                    named.setdefault(balise, column)
        if len(named) > max(1, len(best[1])):
            best = (number, named)
    return best


def _completed(rows: Grille, named: Mapping[str, int], known: Connus) -> dict[str, int]:
    """Add the columns that no heading names, by what they hold; of several that may hold the amounts, none is taken."""
    columns = dict(named)
    if not {_ASP, _EDITEUR} & columns.keys():
        _add(columns, rows, _LABEL, lambda cell: bool(known.told(cell)))
    _add(columns, rows, _DAY, lambda cell: not _is_number(cell) and _value(_DAY, cell) is not None)
    _add(columns, rows, _PAID, lambda cell: _value(_PAID, cell) is not None, alone=True)
    return columns


def _add(
    columns: dict[str, int], rows: Grille, balise: str, holds: Callable[[Any], bool], *, alone: bool = False
) -> None:
    if balise in columns:
        return
    counts = Counter(
        column
        for row in rows
        for column, cell in enumerate(row)
        if column not in columns.values() and show(cell).strip() and holds(cell)
    )
    if counts and not (alone and len(counts) > 1):
        columns[balise] = counts.most_common(1)[0][0]


# --- the cells of a line ----------------------------------------------------------------------------------------------


def _cell(row: Sequence[Any], columns: Mapping[str, int], balise: str) -> Any:
    column = columns.get(balise, len(row))
    return row[column] if column < len(row) else None


def _value(balise: str, cell: Any) -> Any:
    return TAG[balise].format.read(cell.strip().removeprefix("+") if isinstance(cell, str) else cell).valeur


def _is_number(cell: Any) -> bool:
    """Tell an amount, which a serial number of Excel must not make a day."""
    return isinstance(cell, int | float) or (isinstance(cell, str) and Montant().read(cell).valeur is not None)


def _is_total(row: Sequence[Any]) -> bool:
    return any(isinstance(cell, str) and fold(cell).startswith(("total", "soustotal", "solde")) for cell in row)
