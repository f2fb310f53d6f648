"""A list of payments as the bank or the portal gives it, pasted into a csv or an Excel file, whatever its layout.

The columns are found by their headings, else by what they hold: the number by the numbers that are looked for.
"""

import codecs
import csv
import io
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from converter.issues import Inutilisable, Issue
from converter.reading.workbook import fold
from converter.spec.formats import Montant, show
from converter.spec.tags import TAG

_HEADER_DEPTH = 30
_SEPARATORS = ";\t,|"
_ASP, _EDITEUR, _PAID, _DAY = "numeroASP", "numeroEditeur", "montantPaye", "datePaiement"

_HEADINGS: tuple[tuple[str, str], ...] = (
    (_ASP, r"(numero|no|n|ref\w*)?(de|du)?(la)?(demande|dossier)?asp|numerodemande|nodemande|(numero|no)dossier"),
    (_EDITEUR, r"(numero|no|n|ref\w*)(d)?(e|l)?(l)?editeur|editeur"),
    (_PAID, r"(montant|avance|somme)?(net)?(de)?(l)?(avance)?(paye|verse|regle|recu|vire|credite)e?\w*|credit\w*"),
    (_DAY, r"(date|jour)(de|du|d)?(paiement|versement|reglement|virement|credit)\w*"),
    (_PAID, r"montant(eur|euros|enlettres)?|avance\w*"),
    (_DAY, r"(date|jour)(de|du|d)?(operation|valeur|comptable)?|payele"),
)
"""What a folded heading says of its column, the surest first."""


@dataclass(frozen=True, slots=True)
class Versement:
    """A line of the list, `ligne` counted from 1: the number it gives, the amount in centimes and the day.

    `texte` is what it says where no number is known, `""` where one is; `centimes` is `None` where unreadable.
    """

    ligne: int
    numero: str
    centimes: int | None
    jour: date | None
    texte: str = ""


Grid = Sequence[Sequence[Any]]


def read(data: bytes, nom: str, numeros: Collection[str]) -> tuple[Versement, ...]:
    """Read the lines that give an amount or a known number; `numeros` are all that a line may be about.

    Raises `Inutilisable` (A201) when the file is no list that can be read, A202 when no column of it holds amounts,
    A203 when none holds numbers.
    """
    known = {fold(numero): numero for numero in numeros}
    refusals: list[Issue] = []
    for grid in _grids(data, nom):
        try:
            return tuple(_lines(grid, nom, known))
        except Inutilisable as refusal:
            refusals += refusal.issues
    raise Inutilisable(refusals[0] if refusals else Issue("A201", faits=(("fichier", nom),)))


# --- the cells --------------------------------------------------------------------------------------------------------


def _grids(data: bytes, nom: str) -> Iterator[Grid]:
    if not data.startswith((b"PK", b"\xd0\xcf\x11\xe0")):
        yield _csv(data)
        return
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = [book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names]
    except CalamineError:
        raise Inutilisable(Issue("A201", faits=(("fichier", nom),))) from None
    yield from filter(None, sheets)


def _csv(data: bytes) -> Grid:
    texte = _decoded(data)
    return list(csv.reader(io.StringIO(texte, newline=""), delimiter=_separator(texte)))


def _decoded(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _separator(texte: str) -> str:
    """Return the sign that cuts the most lines; a comma only where nothing else does, for it cuts amounts too."""
    lines = texte.splitlines()
    return max(_SEPARATORS, key=lambda sign: (sum(sign in line for line in lines), -_SEPARATORS.index(sign)))


# --- the columns ------------------------------------------------------------------------------------------------------


def _lines(grid: Grid, nom: str, known: dict[str, str]) -> Iterator[Versement]:
    header, columns = _headings(grid)
    rows = list(enumerate(grid, start=1))[header:]
    columns = _completed([row for _, row in rows], columns, known)
    if _PAID not in columns:
        raise Inutilisable(Issue("A202", faits=(("fichier", nom),)))
    found = [(ligne, row, _number(row, columns, known)) for ligne, row in rows]
    if not any(numero for _, _, numero in found):
        raise Inutilisable(Issue("A203", faits=(("fichier", nom),)))
    for ligne, row, numero in found:
        centimes, jour = _read(row, columns, _PAID), _read(row, columns, _DAY)
        said = " ".join(show(cell) for cell in row if show(cell).strip())
        if numero or (centimes is not None and not _is_total(row)):
            yield Versement(ligne, numero, centimes, jour, "" if numero else said)


def _headings(grid: Grid) -> tuple[int, dict[str, int]]:
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


def _completed(rows: Grid, named: dict[str, int], known: dict[str, str]) -> dict[str, int]:
    """Add the columns that no heading names, by what they hold."""
    columns = dict(named)
    if not {_ASP, _EDITEUR} & columns.keys():
        _add(columns, rows, _ASP, lambda cell: bool(_within(cell, known)))
    _add(columns, rows, _DAY, lambda cell: not _is_number(cell) and _value(_DAY, cell) is not None)
    _add(columns, rows, _PAID, lambda cell: _value(_PAID, cell) is not None)
    return columns


def _add(columns: dict[str, int], rows: Grid, balise: str, holds: Callable[[Any], bool]) -> None:
    if balise in columns:
        return
    width = max(map(len, rows), default=0)
    counts = {
        column: sum(column < len(row) and holds(row[column]) for row in rows)
        for column in range(width)
        if column not in columns.values()
    }
    fullest = max(counts, key=lambda column: counts[column], default=0)
    if counts.get(fullest):
        columns[balise] = fullest


# --- the cells of a line ----------------------------------------------------------------------------------------------


def _number(row: Sequence[Any], columns: dict[str, int], known: dict[str, str]) -> str:
    """Return the known number that a line gives, the ASP's before the vendor's, `""` for none."""
    said = [row[columns[balise]] for balise in (_ASP, _EDITEUR) if columns.get(balise, len(row)) < len(row)]
    for cell in said:
        editeur = TAG[_EDITEUR].format.read(cell).valeur
        for text in (show(cell), editeur or ""):
            if numero := known.get(fold(text)):
                return numero
    return next(filter(None, (_within(cell, known) for cell in said)), "")


def _within(cell: Any, known: dict[str, str]) -> str:
    """Return the only known number that a label tells (`VIR ASP HOP-2022-0000012`), `""` for none or several."""
    words = [fold(word) for word in re.split(r"[\s:;,/()]+", show(cell)) if word]
    whole = fold(show(cell))
    met = {known[word] for word in (whole, *words) if word in known}
    return met.pop() if len(met) == 1 else ""


def _read(row: Sequence[Any], columns: dict[str, int], balise: str) -> Any:
    column = columns.get(balise, len(row))
    return _value(balise, row[column]) if column < len(row) else None


def _value(balise: str, cell: Any) -> Any:
    return TAG[balise].format.read(cell.strip().removeprefix("+") if isinstance(cell, str) else cell).valeur


def _is_number(cell: Any) -> bool:
    """Tell an amount, which a serial number of Excel must not make a day."""
    return isinstance(cell, int | float) or (isinstance(cell, str) and Montant().read(cell).valeur is not None)


def _is_total(row: Sequence[Any]) -> bool:
    return any(isinstance(cell, str) and fold(cell).startswith(("total", "soustotal", "solde")) for cell in row)
