"""The user's workbook as raw tables: every cell as Excel holds it, each row under its Excel number.

Columns are found by the machine tag of the hidden row, else by their French heading (case, accents, spaces and
punctuation apart), wherever the user moved them; sheets by their name, else by their tags. calamine reads the values;
`ooxml` tells what calamine does not show.
"""

import difflib
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias

import pandas as pd

from converter.issues import Inutilisable, Issue, Place
from converter.reading.opendocument import OpenDocument
from converter.spec import programme, tags
from converter.spec.formats import CellFault, tidy
from converter.spec.sheets import BENEFICIAIRES, DATA_SHEETS, DEMANDES, PARAMETRES, PIECES
from converter.xlsx import parts
from converter.xlsx.parts import RawRow, RawRows

HEADER_DEPTH = 30
"""Rows from the top within which tags and headings are looked for: users insert titles above."""
_KEY_TAGS = {
    PARAMETRES: "profilIntegrationINS",
    DEMANDES: "dateCommande",
    BENEFICIAIRES: "FINESSPMSI",
    PIECES: "typeFichier",
}
"""The tag by which a renamed sheet is known."""
_VALUE_HEADING = "valeur"
_TITLE_CELLS = 2
"""The columns of ours that a title above the headings may fill at most."""
_AMOUNT = "montantSegurHT"
NOT_SHARED = frozenset({_AMOUNT})
"""Columns where a cell merged over several rows is not the value of each: a total must not be asked for twice."""


@dataclass(frozen=True, slots=True)
class Table:
    """A data sheet as the user holds it.

    `feuille` is the sheet's real name and `nom` its name in the template; `colonnes` maps a tag to its Excel column
    (from 1); `ligne_balises` is 0 where the tag row was deleted; `brut` has one row for each Excel row (its index)
    that the user filled and one column of raw values for each tag found; `videes` is the same of the rows where only
    the tool's own columns still say something.
    """

    feuille: str
    nom: str
    colonnes: Mapping[str, int]
    ligne_balises: int
    ligne_titres: int
    derniere_colonne: int
    brut: pd.DataFrame
    videes: pd.DataFrame

    def place(self, ligne: int, balise: str) -> Place:
        """Return the cell of a tag on an Excel row."""
        return Place(self.feuille, ligne, self.colonnes.get(balise, 0))


@dataclass(frozen=True, slots=True)
class Reglages:
    """The sheet `Paramètres`: the raw value of each parameter found, and the cell of each."""

    feuille: str
    valeurs: Mapping[str, Any]
    places: Mapping[str, Place]


@dataclass(frozen=True, slots=True)
class Classeur:
    """A workbook that can be checked."""

    chemin: Path
    parametres: Reglages
    demandes: Table
    beneficiaires: Table
    pieces: Table
    date1904: bool

    def tables(self) -> tuple[Table, Table, Table]:
        """Return the three data sheets, in the order of the template."""
        return (self.demandes, self.beneficiaires, self.pieces)


def fold(text: object) -> str:
    """Fold a heading or a name to its letters and digits, without case or accents."""
    decomposed = unicodedata.normalize("NFKD", str(text)).casefold()
    return re.sub(r"[^a-z0-9]", "", decomposed.replace("°", "o"))


def resembling(text: str, words: Iterable[str], cutoff: float = 0.6) -> str:
    """Return which of several headings or names one resembles most, `""` where it resembles none."""
    folded = {fold(word): word for word in words}
    near = difflib.get_close_matches(fold(text), folded, n=1, cutoff=cutoff)
    return folded[near[0]] if near else ""


def read(path: Path) -> Classeur:
    """Read a workbook; raises as `OpenWorkbook` and its `classeur`."""
    return open_workbook(path).classeur()


def open_workbook(path: Path) -> "OpenWorkbook":
    """Open a workbook, of which little is read yet.

    Raises `Inutilisable` (F001 to F009) when it is not one of ours, and `Empeche` (E101) when it cannot be opened.
    """
    package = parts.Parts(path.name, parts.load(path))
    return OpenWorkbook(path, SheetRows(package, parts.SheetValues(package)))


def read_opendocument(path: Path) -> Classeur:
    """Read a workbook of LibreOffice, which `read` refuses since nothing can be written into it; raises as `read`."""
    book = OpenDocument(path.name, parts.load(path))
    return OpenWorkbook(path, SheetRows(book, book)).classeur()


class OpenWorkbook:
    """A workbook that was opened, each of its sheets read when it is first asked for."""

    def __init__(self, path: Path, sheets: "SheetRows") -> None:
        """Find its sheets and read its parameters; F009 when none of our sheets is there."""
        self._path, self._sheets = path, sheets
        self._found = sheets.find()
        if not self._found:
            raise parts.refusal(path.name, "F009")
        found = self._found.get(PARAMETRES)
        self.parametres = sheets.settings(found) if found else None
        self._sold = _sold(self.parametres)

    def glance(self, nom: str, balise: str) -> list[Any]:
        """Return the raw cells below the heading of a column, as they stand; none where it is not there."""
        if nom not in self._found:
            return []
        header = self._header(nom)
        at, rows = header.colonnes.get(balise), self._sheets.rows(header.feuille)
        return [row[at - 1] for row in rows[header.ligne_titres :]] if at else []

    def classeur(self) -> Classeur:
        """Read all of it.

        Raises `Inutilisable` (F010 to F014) when it holds no request or lacks something, with one issue for each
        thing missing.
        """
        sheets, found = self._sheets, self._found
        headers = [self._header(nom) for nom in DATA_SHEETS if nom in found]
        issues = [*sheets.missing(found), *(issue for header in headers for issue in header.issues)]
        if issues or self.parametres is None:
            raise Inutilisable(*issues)
        demandes, beneficiaires, pieces = (_table(header, sheets) for header in headers)
        classeur = Classeur(self._path, self.parametres, demandes, beneficiaires, pieces, sheets.package.date1904)
        if classeur.demandes.brut.empty:
            feuille = classeur.demandes.feuille
            raise Inutilisable(Issue("F014", Place(feuille), faits=(("feuille", feuille),)))
        return classeur

    def _header(self, nom: str) -> "_Header":
        feuille = self._found[nom]
        return _Header.of(nom, feuille, self._sheets.rows(feuille), self._sold)


def ensure_opens(path: Path, nom: str) -> None:
    """Raise `Inutilisable` (F006) unless the next run can open what this one wrote of the workbook `nom`."""
    package = parts.Parts(nom, parts.load(path))
    parts.SheetValues(package)
    for part in package.sheets.values():
        package.ensure_whole(part)


def our_sheets(names: Sequence[str], rows: Callable[[str], RawRows]) -> dict[str, str]:
    """Return the real name of each of our sheets among these: by its name, else by its tags."""
    found = {nom: sheet for nom in _KEY_TAGS if (sheet := _named(nom, names))}
    for nom in _KEY_TAGS.keys() - found.keys():
        tagged = [sheet for sheet in names if sheet not in found.values() and _tagged(rows(sheet), nom)]
        if len(tagged) == 1:
            found[nom] = tagged[0]
    return found


def _named(nom: str, names: Sequence[str]) -> str:
    alike = [sheet for sheet in names if fold(sheet) == fold(nom)]
    return nom if nom in alike else next(iter(alike), "")


def _tagged(rows: RawRows, nom: str) -> bool:
    return any(_KEY_TAGS[nom] in row for row in rows[:HEADER_DEPTH])


class SheetRows:
    """The worksheets of a file, each read when it is first asked for."""

    def __init__(self, package: parts.Parts | OpenDocument, values: parts.SheetValues | OpenDocument) -> None:
        self.package = package
        self.names = tuple(package.sheets)
        self._values = values
        self._rows: dict[str, RawRows] = {}

    def rows(self, sheet: str) -> RawRows:
        """Return the cells of a sheet from A1; F013 when it is too large to read."""
        if sheet not in self._rows:
            if far := self.package.far_cell(sheet):
                raise parts.too_far(sheet, far)
            self._rows[sheet] = self._values.rows(sheet)
        return self._rows[sheet]

    def merged_down(self, sheet: str) -> Iterator[tuple[int, int, int]]:
        """Yield the column and the first and last row, all from 1, of each area merged within one column."""
        for (top, left), (bottom, right) in self._values.merged(sheet):
            if left == right:  # merged across columns, it is a title
                yield left + 1, top + 1, bottom + 1

    def find(self) -> dict[str, str]:
        """Return the real name of each of our sheets that is there."""
        return our_sheets(self.names, lambda sheet: [] if self.package.far_cell(sheet) else self.rows(sheet))

    def settings(self, sheet: str) -> Reglages:
        """Return the parameters of a sheet."""
        return find_settings(sheet, self.rows(sheet), self.package.faults(sheet))

    def missing(self, found: Mapping[str, str]) -> Iterator[Issue]:
        """Yield an issue for each of our sheets that is not there."""
        spare = [sheet for sheet in self.names if sheet not in found.values()]
        for nom in _KEY_TAGS:
            if nom not in found:
                yield Issue("F010", Place(nom), faits=(("feuille", nom),), proposition=resembling(nom, spare))


# --- Paramètres -------------------------------------------------------------------------------------------------------


def find_settings(feuille: str, rows: RawRows, faults: Mapping[tuple[int, int], CellFault]) -> Reglages:
    """Find the parameters of a sheet by tag or label, each with its value under the heading `Valeur`."""
    labels = {fold(p.libelle): p.nom for p in tags.parametres()}
    names = {p.nom for p in tags.parametres()}
    heading = next((column for row in rows for column, cell in enumerate(row) if fold(cell) == _VALUE_HEADING), None)
    values: dict[str, Any] = {}
    places: dict[str, Place] = {}
    for number, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            nom = cell if cell in names else labels.get(fold(cell)) if isinstance(cell, str) else None
            if nom is None or nom in values:
                continue
            at = column + (2 if cell in names else 1) if heading is None else heading
            values[nom] = faults.get((number, at + 1), row[at] if at < len(row) else "")
            places[nom] = Place(feuille, number, at + 1)
    return Reglages(feuille, values, places)


def _sold(parametres: Reglages | None) -> frozenset[str]:
    """Return the software types whose columns must be there: DPI, and those whose numéro ANS is filled."""
    values = parametres.valeurs if parametres else {}
    numbered = {logiciel for logiciel in programme.LOGICIELS if is_filled(values.get(f"numeroAns.{logiciel}"))}
    return frozenset({programme.DPI, *numbered})


# --- headings ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Header:
    """Where the columns of a data sheet are, and what is wrong with its headings."""

    feuille: str
    nom: str
    colonnes: Mapping[str, int]
    ligne_balises: int
    ligne_titres: int
    issues: tuple[Issue, ...]

    @classmethod
    def of(cls, nom: str, feuille: str, rows: RawRows, sold: frozenset[str]) -> "_Header":
        """Find the columns, and what is wrong with them."""
        wanted = tags.columns(nom)
        tag_row, heading_row, chosen = located(rows, wanted)
        titles = rows[heading_row - 1] if heading_row else []
        issues = (*_missing(nom, feuille, chosen, titles, sold), *_doubled(feuille, chosen))
        colonnes = {tag.nom: chosen[tag.nom][0] for tag in wanted if tag.nom in chosen}
        return cls(feuille, nom, colonnes, tag_row, heading_row, issues)


Positions: TypeAlias = dict[str, list[int]]


def located(
    rows: RawRows, wanted: Sequence[tags.Tag], told: Mapping[str, str] = MappingProxyType({})
) -> tuple[int, int, Positions]:
    """Return the Excel rows of the tags and of the headings, 0 where there is none, and the columns of each tag.

    A column is found by its tag, else by its heading; `told` gives the tag of some other headings, folded.
    """
    headings = {fold(tag.libelle): tag.nom for tag in wanted} | {**told}
    names = {tag.nom: tag.nom for tag in wanted}
    tag_row, by_tag = best_row(rows, lambda cell: names.get(cell.strip()))
    heading_row, by_heading = best_row(rows, lambda cell: headings.get(fold(cell)))
    taken = {column for columns in by_tag.values() for column in columns}
    left = {tag: columns for tag, columns in by_heading.items() if tag not in by_tag and not taken & {*columns}}
    return tag_row, heading_row, by_tag | left


def best_row(rows: RawRows, tag_of: Callable[[str], str | None]) -> tuple[int, Positions]:
    """Return the Excel row near the top that names the most columns, and where it has each; 0 where none names two."""
    best: tuple[int, Positions] = (0, {})
    for number, row in enumerate(rows[:HEADER_DEPTH], start=1):
        positions: Positions = {}
        for column, cell in enumerate(row, start=1):
            if isinstance(cell, str) and (tag := tag_of(cell)):
                positions.setdefault(tag, []).append(column)
        if len(positions) > max(1, len(best[1])):
            best = (number, positions)
    return best


def _missing(nom: str, feuille: str, chosen: Positions, titles: RawRow, sold: frozenset[str]) -> Iterator[Issue]:
    used = {column for columns in chosen.values() for column in columns}
    spare = [cell for column, cell in enumerate(titles, start=1) if isinstance(cell, str) and column not in used]
    for tag in tags.vendor_columns(nom):
        if tag.nom not in chosen and sold & {*tag.logiciels}:
            faits = (("feuille", feuille), ("colonne", tag.libelle))
            yield Issue("F011", Place(feuille), tag.nom, faits=faits, proposition=resembling(tag.libelle, spare))


def _doubled(feuille: str, chosen: Positions) -> Iterator[Issue]:
    for tag, columns in chosen.items():
        if len(columns) > 1:
            where = " et ".join(Place(colonne=column, ligne=1).cellule.rstrip("1") for column in columns)
            faits = (("feuille", feuille), ("colonne", tags.TAG[tag].libelle), ("colonnes", where))
            yield Issue("F012", Place(feuille), tag, faits=faits)


# --- rows -------------------------------------------------------------------------------------------------------------


def _table(header: _Header, sheets: SheetRows) -> Table:
    rows = sheets.rows(header.feuille)
    _fill_merged(header, sheets)
    _put_faults(rows, sheets.package.percentages(header.feuille, header.colonnes.get(_AMOUNT, 0)))
    _put_faults(rows, sheets.package.faults(header.feuille))
    entetes = (header.ligne_balises, header.ligne_titres)
    numbers = data_rows(rows, entetes, {*sheets.package.frame_rows(header.feuille)}, header.colonnes)
    vendor = [header.colonnes[tag.nom] - 1 for tag in tags.vendor_columns(header.nom) if tag.nom in header.colonnes]
    kept = [number for number in numbers if any(is_filled(rows[number - 1][column]) for column in vendor)]
    tool = [header.colonnes[tag.nom] - 1 for tag in tags.tool_columns(header.nom) if tag.nom in header.colonnes]
    filled = set(kept)
    emptied = [n for n in numbers if n not in filled and any(is_filled(rows[n - 1][column]) for column in tool)]
    return Table(
        header.feuille,
        header.nom,
        header.colonnes,
        header.ligne_balises,
        header.ligne_titres,
        len(rows[0]),
        _frame(header, rows, kept),
        _frame(header, rows, emptied),
    )


def data_rows(
    rows: RawRows, entetes: Collection[int], cadre: Collection[int], colonnes: Mapping[str, int]
) -> list[int]:
    """Return the Excel rows of a sheet that may hold data: those below its tags and headings (`entetes`).

    A row above is a title, unless it fills most columns that must be filled: tags or headings were sorted among the
    data. `cadre` are the rows of a table that hold none; `colonnes` the column of each tag.
    """
    first = max(entetes)
    wanted = [at for nom, at in colonnes.items() if _must_be_filled(nom)]
    above = [n for n in range(1, first) if n not in entetes and _is_no_title(rows[n - 1], wanted)]
    return [n for n in (*above, *range(first + 1, len(rows) + 1)) if n not in cadre]


def _must_be_filled(nom: str) -> bool:
    tag = tags.TAG[nom]
    return tag.par is tags.Par.FOURNISSEUR and tag.obligation is tags.Obligation.TOUJOURS


def _is_no_title(row: RawRow, wanted: Sequence[int]) -> bool:
    filled = sum(is_filled(row[column - 1]) for column in wanted)
    return filled > max(_TITLE_CELLS, len(wanted) // 2)


def _frame(header: _Header, rows: RawRows, numbers: Sequence[int]) -> pd.DataFrame:
    """Return the columns found, of these Excel rows."""
    cells = list(zip(*(rows[number - 1] for number in numbers), strict=True)) or [()] * len(rows[0])
    columns = {tag: cells[column - 1] for tag, column in header.colonnes.items()}
    return pd.DataFrame(columns, index=pd.Index(numbers, dtype="int64", name="ligne"), dtype=object)


def _fill_merged(header: _Header, sheets: SheetRows) -> None:
    """Give each row of a merged area the value that Excel shows across them."""
    rows = sheets.rows(header.feuille)
    tag_at = {column: tag for tag, column in header.colonnes.items()}
    for column, top, bottom in sheets.merged_down(header.feuille):
        if tag_at.get(column, "") not in NOT_SHARED:
            for row in rows[top:bottom]:
                row[column - 1] = rows[top - 1][column - 1]


def _put_faults(rows: RawRows, faults: Mapping[tuple[int, int], CellFault]) -> None:
    """Put each fault in its cell; one beyond the last value stands in no row of data."""
    for (row, column), fault in faults.items():
        if row <= len(rows) and column <= len(rows[row - 1]):
            rows[row - 1][column - 1] = fault


def is_filled(cell: Any) -> bool:
    """Tell whether a raw cell says anything."""
    if isinstance(cell, str):
        return cell[:1].isalnum() or tidy(cell)[0] != ""
    return cell is not None
