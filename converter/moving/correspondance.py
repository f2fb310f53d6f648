"""The list of where each column goes: the sheet that the new workbook has, and what the user filled in there."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from xlsxwriter.workbook import Workbook

from converter.blank import theme
from converter.issues import Inutilisable, Issue, Place
from converter.moving import old
from converter.reading.workbook import HEADER_DEPTH, fold, resembling
from converter.sentences.say import libelle
from converter.spec.formats import show
from converter.spec.sheets import DATA_SHEETS
from converter.spec.tags import Obligation, columns
from converter.xlsx.parts import RawRows

NAME = "Correspondance"
APART = "à part"
"""What the user answers of a column that is none of ours."""

_HEADINGS = ("Feuille", "Cellule", "Colonne", "Exemple", "Va dans", "Ressemble à")
_WIDTHS = (22, 10, 36, 36, 44, 40)
_SHEET, _TITLE, _GOES = (fold(_HEADINGS[rank]) for rank in (0, 2, 4))
_HEADING_ROW = 4
_CHOICES = len(_HEADINGS) + 1
"""The hidden column, from 0, of what may be answered."""
_HELP = (
    "Choisissez dans « Va dans » la colonne du modèle (« à part » : elle reste la vôtre), enregistrez, puis reprenez "
    "encore l’ancien fichier, par le menu de Convertir : un autre classeur en est fait."
)


@dataclass(frozen=True, slots=True)
class Consigne:
    """What the user says of a heading: the tag it goes to, `""` where it is none of ours.

    No `feuille`: the heading is meant wherever it stands. `place` is the line of the list.
    """

    feuille: str
    titre: str
    balise: str
    place: Place


@dataclass(frozen=True, slots=True)
class Entree:
    """A line of the sheet: a column of the old file, and where it went (`None`: not found)."""

    place: Place
    titre: str
    exemple: str
    balise: str | None
    ressemble: str


@cache
def tag_by_heading() -> Mapping[str, str]:
    """Return the tags of the data sheets by the heading that the user sees, in the order of the sheets."""
    return {libelle(tag.nom): tag.nom for nom in DATA_SHEETS for tag in columns(nom)}


# --- written ----------------------------------------------------------------------------------------------------------


def write_answers(book: Workbook, entrees: Sequence[Entree]) -> None:
    """Add the sheet to a new workbook."""
    sheet = book.add_worksheet(NAME)
    sheet.set_tab_color(theme.BLEU_CLAIR)
    sheet.hide_gridlines(2)
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    sheet.set_column(_CHOICES, _CHOICES, 44, None, {"hidden": True})
    sheet.set_row(0, 32)
    sheet.write(0, 0, "Où va chaque colonne", book.add_format({**theme.TITRE}))
    sheet.write(1, 0, _HELP)
    heading = book.add_format({**theme.ENTETES[Obligation.TOUJOURS]})
    sheet.write_row(_HEADING_ROW - 1, 0, _HEADINGS, heading)
    sheet.freeze_panes(_HEADING_ROW, 0)
    asked = book.add_format({**theme.VALEUR})
    for row, entree in enumerate(entrees, start=_HEADING_ROW):
        for column, text in enumerate(_cells(entree)):
            look = asked if _HEADINGS[column] == "Va dans" else None
            if text:
                sheet.write_string(row, column, text, look)
            else:
                sheet.write_blank(row, column, None, look)
    choices = [APART, *tag_by_heading()]
    sheet.write_column(0, _CHOICES, choices)
    column, last = _HEADINGS.index("Va dans"), _HEADING_ROW + max(len(entrees), 1) - 1
    source = f"=$H$1:$H${len(choices)}"
    sheet.data_validation(
        _HEADING_ROW, column, last, column, {"validate": "list", "source": source, "error_type": "warning"}
    )
    theme.print_on_a4(sheet, landscape=True)


def _cells(entree: Entree) -> tuple[str, ...]:
    goes = "" if entree.balise is None else libelle(entree.balise) if entree.balise else APART
    return entree.place.feuille, entree.place.cellule, entree.titre, entree.exemple, goes, entree.ressemble


# --- read -------------------------------------------------------------------------------------------------------------


def read_answers(path: Path) -> tuple[Consigne, ...]:
    """Read the list that the user filled in: that sheet, or two columns, heading and where it goes.

    Raises `Inutilisable`: as `old.read_old`, T011 for an answer that names no column, T012 where two headings of one
    sheet are to go to the same.
    """
    feuilles = old.read_old(path).feuilles
    feuille = next((each for each in feuilles if fold(each.nom) == fold(NAME)), feuilles[0] if feuilles else None)
    if feuille is None:
        return ()
    header, (sheet, title, goes) = _header(feuille.rows)
    found: list[Consigne] = []
    refusals: list[Issue] = []
    for ligne, row in enumerate(feuille.rows[header:], start=header + 1):
        titre, answer = (" ".join(show(row[column]).split()) if column < len(row) else "" for column in (title, goes))
        if not (titre and answer):
            continue
        place, balise = Place(feuille.nom, ligne, goes + 1), _tag(answer)
        if balise is None:
            near = resembling(answer, _known())
            meant = libelle(_known()[near]) if near else ""
            faits = (("fichier", path.name), ("cellule", place.cellule))
            refusals.append(Issue("T011", place, valeur=answer, faits=faits, proposition=meant))
        else:
            found.append(Consigne(show(row[sheet]).strip() if sheet >= 0 else "", titre, balise, place))
    refusals += _twice(path.name, found)
    if refusals:
        raise Inutilisable(*refusals)
    return tuple(found)


def _header(rows: RawRows) -> tuple[int, tuple[int, int, int]]:
    """Return the row of the headings, and the columns (from 0) of sheet, heading and answer; 0 where it has none."""
    for number, row in enumerate(rows[:HEADER_DEPTH], start=1):
        words = [fold(cell) for cell in row]
        if {_TITLE, _GOES} <= {*words}:
            return number, (words.index(_SHEET) if _SHEET in words else -1, words.index(_TITLE), words.index(_GOES))
    return 0, (-1, 0, 1)


@cache
def _known() -> Mapping[str, str]:
    tags = tag_by_heading().values()
    return {fold(nom): nom for nom in tags} | {fold(heading): nom for heading, nom in tag_by_heading().items()}


def _tag(answer: str) -> str | None:
    return "" if fold(answer) == fold(APART) else _known().get(fold(answer))


def _twice(fichier: str, consignes: Sequence[Consigne]) -> Iterator[Issue]:
    """Tell the headings of a sheet that are to go to one column."""
    first: dict[tuple[str, str], Consigne] = {}
    for each in consignes:
        other = first.setdefault((fold(each.feuille), each.balise), each)
        if each.balise and fold(other.titre) != fold(each.titre):
            cellules = f"{other.place.cellule} et {each.place.cellule}"
            faits = (("fichier", fichier), ("colonne", libelle(each.balise)), ("cellules", cellules))
            yield Issue("T012", each.place, each.balise, faits=faits)
