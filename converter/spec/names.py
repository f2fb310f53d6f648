"""The names of files: written, and read back, here only. Source: guide section 3.3; a zip's name is D."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Self

from converter.spec.programme import CODE_TYPE_FICHIER, COULOIR, LOGICIELS, VAGUE

_DEPOT = r"JSON-(?P<ans>[A-Za-z0-9]{10})-(?P<an>[0-9]{4})(?P<mois>[0-9]{2})(?P<jour>[0-9]{2})-(?!000)(?P<rang>[0-9]{3})"
_IN_A_TEXT = re.compile(rf"{_DEPOT}(?![0-9])")
_OF_A_FOLDER = re.compile(rf"{_DEPOT}(?: \([0-9]+\))?")


@dataclass(frozen=True, slots=True)
class NomDepot:
    """The name of a deposit, its folder and its JSON file: `JSON-{numeroAns}-{AAAAMMJJ}-{NNN}`; `rang` is from 1."""

    numeroAns: str  # noqa: N815 - the tag verbatim
    jour: date
    rang: int

    @classmethod
    def of(cls, folder: str) -> Self | None:
        """Read the name of a folder, be it a copy that a number in parentheses tells apart."""
        return cls._matched(_OF_A_FOLDER.fullmatch(folder))

    @classmethod
    def within(cls, text: str) -> Self | None:
        """Find the name in what somebody wrote or saved: a file's name, `… (1).json`, a cell that names two."""
        return cls._matched(_IN_A_TEXT.search(text))

    @classmethod
    def _matched(cls, match: re.Match[str] | None) -> Self | None:
        if match is None:
            return None
        try:
            jour = date(int(match["an"]), int(match["mois"]), int(match["jour"]))
        except ValueError:
            return None
        return cls(match["ans"], jour, int(match["rang"]))

    def __str__(self) -> str:
        return f"{self._prefix}{self.rang:03d}"

    @property
    def _prefix(self) -> str:
        return f"JSON-{self.numeroAns}-{self.jour:%Y%m%d}-"

    @property
    def same_day(self) -> str:
        """The SQL `LIKE` pattern of the names of that numéro ANS and day."""
        return f"{self._prefix}___"

    @property
    def json(self) -> str:
        """The name of the JSON file."""
        return json_name(str(self))


def json_name(depot: str) -> str:
    """Return the name of the JSON file of a deposit."""
    return f"{depot}.json"


def depot_name(folder_or_json: str) -> str:
    """Return the name of a deposit that is told by its folder or by its JSON file, whatever name that is."""
    return folder_or_json.removesuffix(".json")


def depot_within(text: str) -> str:
    """Return the name of the deposit in what somebody wrote or saved, `""` where there is none."""
    nom = NomDepot.within(text)
    return str(nom) if nom else ""


def numero_ans_of(depot: str) -> str:
    """Return the numeroAns that the name of a deposit tells, `""` where it is none."""
    nom = NomDepot.within(depot)
    return nom.numeroAns if nom else ""


def day_of(depot: str) -> date | None:
    """Return the day that the name of a deposit tells (section 3.3)."""
    nom = NomDepot.within(depot)
    return nom.jour if nom else None


def number_key(numero: str) -> str:
    """Return what all spellings of one numeroEditeur share: a portal may not tell `A0001` from `a0001` (D)."""
    return numero.upper()


def zip_name(depot: str, suite: int | str) -> str:
    """Return the name of the zip number `suite`, from 1, of a deposit; `*` for a pattern of all."""
    return f"PJ-{depot.removeprefix('JSON-')}-{suite}.zip"


def zip_number(zip_nom: str) -> int:
    """Return the number of a zip among those of its deposit, from 1: its name is one of `zip_name`."""
    return int(zip_nom.removesuffix(".zip").rpartition("-")[2])


def is_zip(nom: str) -> bool:
    """Tell a zip among the files of a deposit."""
    return nom.endswith(".zip")


_PIECE = re.compile(
    rf"{COULOIR}-(?P<logiciel>{'|'.join(LOGICIELS)})-{VAGUE}-(?P<code>{'|'.join(CODE_TYPE_FICHIER.values())})"
    r"-(?P<numero>[A-Za-z0-9]{5})\.(?P<extension>pdf|png|jpg)"
)
_TYPE_OF_CODE = {code: kind for kind, code in CODE_TYPE_FICHIER.items()}


@dataclass(frozen=True, slots=True)
class NomPiece:
    """The name of an attachment; stated in section 3.3 for DPI, carried over to PFI and RI."""

    logiciel: str
    typeFichier: str  # noqa: N815 - the tag verbatim
    numeroEditeur: str  # noqa: N815 - likewise
    formatFichier: str  # noqa: N815 - likewise

    @classmethod
    def of(cls, nom: object) -> Self | None:
        """Read a `nomFichier`, of whatever type the JSON has it."""
        match = _PIECE.fullmatch(nom) if isinstance(nom, str) else None
        if match is None:
            return None
        return cls(match["logiciel"], _TYPE_OF_CODE[match["code"]], match["numero"], match["extension"].upper())

    def __str__(self) -> str:
        code = CODE_TYPE_FICHIER[self.typeFichier]
        return f"{COULOIR}-{self.logiciel}-{VAGUE}-{code}-{self.numeroEditeur}.{self.formatFichier.lower()}"
