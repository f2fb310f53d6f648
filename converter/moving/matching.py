"""Which column of the old file is which of ours: by its tag, its heading, or what the user says of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from converter.columns import letters_of
from converter.issues import Issue, Place
from converter.moving.correspondance import NAME, Consigne, Entree
from converter.moving.old import Ancien, Feuille
from converter.reading.workbook import HEADER_DEPTH, data_rows, fold, is_filled, located, resembling
from converter.sentences.say import libelle
from converter.spec import tags
from converter.spec.formats import show
from converter.spec.sheets import DATA_SHEETS, LISTES, MODE_EMPLOI, PARAMETRES
from converter.spec.tags import Tag
from converter.xlsx.sheet import Cell

_OF_THE_TOOL = frozenset(map(fold, (MODE_EMPLOI, LISTES, PARAMETRES, "Erreurs", NAME)))
"""The sheets that every run or workbook has anew, or that are read otherwise."""
_A_ROW = 2
"""Cells of a row that may be the headings of a sheet where none is known."""
_EXAMPLE, _HEADING = 60, 200
"""Characters shown of a cell, and kept of a heading: Excel's tables take no more than 255."""


@dataclass(frozen=True, slots=True)
class Feuillet:
    """A sheet whose rows are moved, or only listed (`pris` False).

    `nom`: its name in the template, `""` for a list of the user's own. `balises` maps each column (from 1) to its tag;
    `titres` are the headings of all its columns, `apart` those that the user knows to be none of ours, `doubles` the
    columns of each tag that several claim.
    """

    feuille: Feuille
    nom: str
    pris: bool
    entetes: frozenset[int]
    titres: Mapping[int, str]
    balises: Mapping[int, str]
    apart: frozenset[int]
    doubles: Mapping[str, Sequence[int]]

    @property
    def debut(self) -> int:
        """The row of the headings, else of the tags."""
        return max(self.entetes, default=0)

    @property
    def autres(self) -> list[int]:
        """The columns that have no place of ours."""
        return [column for column in self.titres if column not in self.balises]

    def lignes(self) -> list[int]:
        """Return the rows that hold data."""
        rows, colonnes = self.feuille.rows, {balise: column for column, balise in self.balises.items()}
        numbers = data_rows(rows, self.entetes or {0}, self.feuille.cadre, colonnes)
        return [n for n in numbers if any(map(is_filled, rows[n - 1]))]

    def cellule(self, column: int) -> str:
        """Return the reference of a heading."""
        return Place("", self.debut, column).cellule


def feuillets(ancien: Ancien, consignes: Sequence[Consigne]) -> list[Feuillet]:
    """Find the columns of each sheet.

    Where a sheet is one of ours, by its name or its tags, another is moved only if the user speaks of it.
    """
    ours = {sheet: nom for nom, sheet in ancien.nos.items() if nom in DATA_SHEETS}
    found = []
    for feuille in ancien.feuilles:
        if fold(feuille.nom) not in _OF_THE_TOOL and feuille.nom != ancien.nos.get(PARAMETRES) and any(feuille.rows):
            told = _told(feuille.nom, consignes, everywhere=not ours or feuille.nom in ours)
            found.append(_matched(feuille, ours, told))
    return found


def _told(nom: str, consignes: Sequence[Consigne], *, everywhere: bool) -> dict[str, str]:
    named = {fold(each.titre): each.balise for each in consignes if fold(each.feuille) == fold(nom)}
    general = {fold(each.titre): each.balise for each in consignes if not each.feuille and everywhere}
    return general | named


def _matched(feuille: Feuille, ours: Mapping[str, str], told: Mapping[str, str]) -> Feuillet:
    nom = ours.get(feuille.nom, "")
    wanted = _wanted(nom, ours)
    tag_row, heading_row, chosen = located(feuille.rows, wanted, told)
    heading_row = heading_row or _heading_row(feuille, tag_row)
    titres = dict(_titles(feuille, tag_row, heading_row))
    mine = {column: told[fold(titre)] for column, titre in titres.items() if fold(titre) in told}
    claims: dict[str, list[int]] = {}
    for tag, positions in chosen.items():
        if tag and tag not in mine.values():
            claims[tag] = [column for column in positions if column not in mine]
    for column, tag in mine.items():
        if tag:
            claims.setdefault(tag, []).append(column)
    balises = {found[0]: tag for tag, found in claims.items() if len(found) == 1}
    return Feuillet(
        feuille,
        nom,
        bool(nom or any(mine.values()) or (not ours and len(balises) >= _A_ROW)),
        frozenset({tag_row, heading_row} - {0}),
        titres,
        balises,
        frozenset(column for column, tag in mine.items() if not tag),
        {tag: found for tag, found in claims.items() if len(found) > 1},
    )


def _wanted(nom: str, ours: Mapping[str, str]) -> list[Tag]:
    """Return the tags that a sheet may have: its own, and those of the sheets that are not there."""
    absent = [each for each in DATA_SHEETS if each not in ours.values()]
    sheets = [nom, *absent] if nom else absent or DATA_SHEETS
    return list({tag.nom: tag for sheet in sheets for tag in tags.columns(sheet)}.values())


def _heading_row(feuille: Feuille, tag_row: int) -> int:
    """Return the row of headings none of which is known: that of a table, below the tags, or the first with words."""
    framed = [row for row in sorted(feuille.cadre) if row > tag_row][:1]
    if framed or tag_row:
        return framed[0] if framed else tag_row
    rows = enumerate(feuille.rows[:HEADER_DEPTH], start=1)
    return next((n for n, row in rows if sum(isinstance(c, str) and is_filled(c) for c in row) >= _A_ROW), 0)


def _titles(feuille: Feuille, tag_row: int, heading_row: int) -> Iterator[tuple[int, str]]:
    """Yield the heading of each column that has one, or data; without one, its tag or its letter."""
    rows = feuille.rows
    below = [row for n, row in enumerate(rows, start=1) if n > max(tag_row, heading_row) and n not in feuille.cadre]
    for column in range(1, len(rows[0]) + 1):
        words = (show(rows[row - 1][column - 1]) for row in (heading_row, tag_row) if row)
        titre = next(filter(None, (" ".join(word.split())[:_HEADING] for word in words)), "")
        if titre or any(is_filled(row[column - 1]) for row in below):
            yield column, titre or f"Colonne {letters_of(column)}"


# --- what is told -----------------------------------------------------------------------------------------------------


def entries(found: Sequence[Feuillet]) -> list[Entree]:
    """Return the lines of the sheet `Correspondance`."""
    return [_entry(each, column, lignes) for each in found for lignes in [each.lignes()] for column in each.titres]


def _entry(each: Feuillet, column: int, lignes: Sequence[int]) -> Entree:
    balise = each.balises.get(column, "" if column in each.apart else None)
    filled = (each.feuille.rows[row - 1][column - 1] for row in lignes)
    exemple = next((show(cell) for cell in filled if is_filled(cell)), "")[:_EXAMPLE]
    place = Place(each.feuille.nom, each.debut, column)
    if balise is not None and each.pris:
        return Entree(place, each.titres[column], exemple, balise, "")
    return Entree(place, each.titres[column], exemple, None, libelle(balise) if balise else _near(each, column))


def _near(each: Feuillet, column: int) -> str:
    """Return the heading of ours, be it the short one, that one resembles: the same first word, or a slip in it."""
    free = (tag for sheet in DATA_SHEETS for tag in tags.vendor_columns(sheet) if tag.nom not in each.balises.values())
    ours = {word: tag.nom for tag in free for word in (tag.court, tag.libelle) if word}
    title = each.titres[column]
    same = [word for word in ours if _first(word) == _first(title)]
    near = resembling(title, same, cutoff=0) or resembling(title, ours, cutoff=0.8)
    return libelle(ours[near]) if near else ""


def _first(title: str) -> str:
    return fold(next(iter(title.split()), ""))


def left_behind(ancien: Ancien, found: Sequence[Feuillet], consignes: Sequence[Consigne]) -> Iterator[Issue]:
    """Tell what has no place in the new workbook, and where it stands in the old one."""
    for each in found:
        place, feuille = Place(each.feuille.nom), ("feuille", each.feuille.nom)
        if not each.pris:
            yield Issue("T004", place, faits=(feuille,))
            continue
        claimed = {column for columns in each.doubles.values() for column in columns}
        if unknown := [c for c in each.autres if c not in each.apart and c not in claimed]:
            yield Issue("T001", place, faits=(feuille, ("colonnes", _listed(each, unknown))))
        for tag, columns in each.doubles.items():
            yield Issue("T002", place, tag, faits=(feuille, ("colonnes", _listed(each, columns))))
        yield from _left(each.feuille, _above(each))
    if ancien.reglages and (sheet := next(f for f in ancien.feuilles if f.nom == ancien.nos[PARAMETRES])):
        yield from _left(sheet, _settings_left(ancien, sheet))
    yield from _missing(found)
    yield from _unheard(found, consignes)


def _listed(each: Feuillet, columns: Sequence[int]) -> str:
    return ", ".join(f"{each.cellule(column)} «\u00a0{each.titres[column]}\u00a0»" for column in columns)


def _above(each: Feuillet) -> list[Cell]:
    """Return the cells above the headings that are neither tags nor headings."""
    rows, moved = each.feuille.rows[: each.debut], {*each.lignes()}
    return [
        (row, column)
        for row, cells in enumerate(rows, start=1)
        for column, cell in enumerate(cells, start=1)
        if row not in each.entetes and row not in moved and is_filled(cell)
    ]


def _settings_left(ancien: Ancien, sheet: Feuille) -> list[Cell]:
    """Return the cells beside or below the parameters that are in the column of the values and are none."""
    places = {(place.ligne, place.colonne) for place in ancien.reglages.places.values()} if ancien.reglages else set()
    first = min((row for row, _ in places), default=0)
    columns = {column for _, column in places}
    return [
        (row, column)
        for row, cells in enumerate(sheet.rows, start=1)
        for column, cell in enumerate(cells, start=1)
        if row > first and column in columns and (row, column) not in places and is_filled(cell)
    ]


def _left(feuille: Feuille, cells: Sequence[Cell]) -> Iterator[Issue]:
    if cells:
        shown = ", ".join(Place("", *cell).cellule for cell in cells)
        yield Issue("T005", Place(feuille.nom, *cells[0]), faits=(("feuille", feuille.nom), ("cellules", shown)))


def _missing(found: Sequence[Feuillet]) -> Iterator[Issue]:
    """Tell the columns that each row must fill and that nothing was found for."""
    placed = {tag for each in found if each.pris for tag in each.balises.values()}
    for sheet in DATA_SHEETS:
        always = [tag for tag in tags.vendor_columns(sheet) if tag.obligation is tags.Obligation.TOUJOURS]
        if missing := [libelle(tag.nom) for tag in always if tag.nom not in placed]:
            yield Issue("T003", faits=(("feuille", sheet), ("colonnes", ", ".join(missing))))


def _unheard(found: Sequence[Feuillet], consignes: Sequence[Consigne]) -> Iterator[Issue]:
    """Tell the lines of the list that speak of no heading."""
    headings = {
        (where, fold(t)) for each in found for t in each.titres.values() for where in ("", fold(each.feuille.nom))
    }
    for each in consignes:
        if (fold(each.feuille), fold(each.titre)) not in headings:
            yield Issue("T013", each.place, valeur=each.titre, faits=(("cellule", each.place.cellule),))
