"""What the portal's controls find: each finding at its request, its JSON path and its line of the file."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from converter.issues import Facts, Gravite, Issue
from converter.sentences.portal import MESSAGES

Chemin = tuple[str | int, ...]
"""The keys and ranks that lead from the top of a document to one of its values."""

_SHOWN = 80
"""Characters of a value that a message quotes."""


class Controle(IntEnum):
    """The portal's two controls (guide section 1.2), and the one of the zips beside the file."""

    STRUCTURE = 1
    DEMANDES = 2
    ZIPS = 3


@dataclass(frozen=True, slots=True)
class Ecart:
    """One departure from the specification, before its place is looked up in the text.

    `position` is the offset in the text where the path does not tell it; `fichier` the zip concerned.
    """

    code: str
    chemin: Chemin = ()
    valeur: Any = ""
    faits: Facts = ()
    proposition: str = ""
    fichier: str = ""
    position: int | None = None

    @property
    def gravite(self) -> Gravite:
        """How serious it is; only an error makes the portal refuse."""
        return MESSAGES[self.code].gravite


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding of a control.

    `chemin` is a JSON pointer (`""`: the file as a whole), `lieu` the same in French words; `ligne` and `colonne`
    count from 1 in the text of the file; `rang` is the request's rank in the file from 0, `None` for none;
    `fichier` names the zip that a finding of the third control is about.
    """

    issue: Issue
    chemin: str
    lieu: str
    ligne: int
    colonne: int
    rang: int | None = None
    numLigne: int | None = None  # noqa: N815 - the tag verbatim
    numeroEditeur: str = ""  # noqa: N815 - likewise
    fichier: str = ""

    @property
    def code(self) -> str:
        """The code, `K` and three digits, the first being the control."""
        return self.issue.code

    @property
    def controle(self) -> Controle:
        """The control that finds it."""
        return Controle(int(self.code[1]))

    @property
    def gravite(self) -> Gravite:
        """How serious it is; only an error makes the portal refuse."""
        return MESSAGES[self.code].gravite

    @property
    def libelle(self) -> str:
        """The finding in a few words, as a `libelleTraitement` says it: `nomClient : texte trop long`."""
        titre = MESSAGES[self.code].titre
        return f"{self.issue.balise} : {titre[:1].lower()}{titre[1:]}" if self.issue.balise else titre


def pointer(chemin: Chemin) -> str:
    """Write a path as a JSON pointer (RFC 6901): `/lignesImport/3/commande/montantSegurHT`."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in chemin)


def as_printed(valeur: Any) -> str:
    """Write a JSON value for «lu : …»: a text as it is, a number as the file prints it, the rest as JSON, cut short."""
    if valeur is None:
        return "null"
    texte = valeur if isinstance(valeur, str) else getattr(valeur, "texte", "") or _dumped(valeur)
    printable = texte.encode("utf-8", "backslashreplace").decode()
    return printable if len(printable) <= _SHOWN else printable[: _SHOWN - 1] + "…"


def _dumped(valeur: Any) -> str:
    if isinstance(valeur, dict):
        return "{…}"
    return "[…]" if isinstance(valeur, list) else json.dumps(valeur, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Bloc:
    """One object of the file seen tag by tag: the file itself, a request, an establishment or an attachment.

    `valeurs` holds the tags that are there with the right type (or null), `lieux` the path of every tag and list from
    the object, `lignes` the objects of each list by role (see `shape`).
    """

    chemin: Chemin
    lieux: Mapping[str, Chemin]
    valeurs: dict[str, Any]
    lignes: dict[str, list["Bloc"]]

    def __getitem__(self, tag: str) -> Any:
        """Return the value of a tag, `None` where it is null, missing or of another type."""
        return self.valeurs.get(tag)

    def ou(self, nom: str) -> Chemin:
        """Return the path of a tag or list from the top of the document."""
        return self.chemin + self.lieux[nom]

    def ecart(self, code: str, nom: str, *faits: tuple[str, str], proposition: str = "") -> Ecart:
        """Return the finding `code` at a tag or list of the object."""
        return Ecart(code, self.ou(nom), self.valeurs.get(nom, ""), faits, proposition)

    def rows(self, role: str) -> Iterator["Bloc"]:
        """Yield the objects of a list."""
        return iter(self.lignes.get(role, ()))
