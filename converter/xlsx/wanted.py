"""What a caller asks of a workbook: marks on cells, values in cells, lines of the sheet `Erreurs`."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from converter.issues import Gravite, Place

Valeur = str | int | float | Decimal | date | bool | None


@dataclass(frozen=True, slots=True)
class Mark:
    """A fill and a note on one cell; `ligne` and `colonne` are Excel's, from 1. An empty text: fill only.

    `manque`: the cell is empty and waits for a value; it is drawn as it was while typing.
    """

    feuille: str
    ligne: int
    colonne: int
    gravite: Gravite
    texte: str
    manque: bool = False


@dataclass(frozen=True, slots=True)
class CellValue:
    """A literal value for one cell, whose style stays; `None` or `""` empties it, text is never a formula."""

    feuille: str
    ligne: int
    colonne: int
    valeur: Valeur


@dataclass(frozen=True, slots=True)
class ErrorLine:
    """One line of `Erreurs`; place and `lignes` (all rows concerned) may be empty: `""`, 0, `()`.

    `replie`: of little account, folded away behind one line with its like.
    """

    gravite: Gravite
    code: str
    feuille: str
    ligne: int
    colonne: int
    intitule: str
    lu: str
    attendu: str
    message: str
    conseil: str
    proposition: str = ""
    lignes: tuple[int, ...] = ()
    replie: bool = False


@dataclass(frozen=True, slots=True)
class Accepted:
    """A line of `Erreurs` where the user typed OUI: the proposition, and the rows it is accepted for."""

    code: str
    feuille: str
    lignes: tuple[int, ...]
    colonne: int
    lu: str
    proposition: str


@dataclass(frozen=True, slots=True)
class Acceptation:
    """One cell that an accepted proposition changes; `refus` says why it does not, where it does not."""

    place: Place
    balise: str
    ancien: str
    nouveau: str
    pourquoi: str
    refus: str = ""
