"""A JSON file that somebody filed or the portal gave back, read into its requests whatever its shape.

Nothing of it is trusted: a value is of any JSON type, a list may be missing, a name may be a trap.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from converter.issues import Inutilisable, Issue
from converter.registry.fingerprint import of_values
from converter.sentences.portal import ACCEPTEE
from converter.spec.names import NomPiece
from converter.spec.programme import DPI, LOGICIELS, PFI, numero_asp
from converter.spec.shape import DEMANDES, ETABLISSEMENTS, PIECES, decode, fold_key, read_any
from converter.spec.tags import DPI_TAGS, PFI_TAGS, TAG

Valeurs = Mapping[str, Any]
"""Values by tag as the JSON has them, decimal numbers as `Decimal`; the lists of a request under their roles."""


@dataclass(frozen=True, slots=True)
class Recu:
    """A JSON file read back.

    `logiciel` is what its attachments' names or scenario blocks tell, `""` where they do not; `autres` are the
    (path, value) pairs that are no tag of ours.
    """

    nom: str
    sha256: str
    entete: Valeurs
    demandes: tuple[Valeurs, ...]
    logiciel: str
    autres: tuple[tuple[str, Any], ...]


def read_answer(contenu: bytes, nom: str) -> Recu:
    """Read a JSON file; raises `Inutilisable` when it is no JSON (F021, F022) or holds no request (S001)."""
    releve = read_any(decode(contenu, nom))
    demandes = tuple(releve.values.get(DEMANDES, ()))
    if not demandes:
        raise Inutilisable(Issue("S001", faits=(("fichier", nom),)))
    entete = {tag: valeur for tag, valeur in releve.values.items() if tag in TAG}
    return Recu(nom, hashlib.sha256(contenu).hexdigest(), entete, demandes, _software(demandes), releve.autres)


def rows_of(demande: Valeurs, role: str) -> Iterator[Valeurs]:
    """Yield the rows of one of the lists of a request."""
    yield from demande.get(role, ())


def _software(demandes: Iterable[Valeurs]) -> str:
    """Return the software that most attachments name, else the one whose scenario block is answered."""
    named = Counter(found for demande in demandes for piece in rows_of(demande, PIECES) if (found := _named(piece)))
    answered = Counter(found for demande in demandes if (found := _answered(demande)))
    return next((counter.most_common(1)[0][0] for counter in (named, answered) if counter), "")


def _named(piece: Valeurs) -> str:
    nom = NomPiece.of(piece.get("nomFichier"))
    return nom.logiciel if nom else ""


def _answered(demande: Valeurs) -> str:
    for logiciel, tags in ((PFI, PFI_TAGS), (DPI, DPI_TAGS)):
        if any(demande.get(tag.nom) not in (None, False) for tag in tags):
            return logiciel
    return ""


def empreintes(demande: Valeurs) -> frozenset[str]:
    """Return the hashes of what a request says, one for each software it may be for.

    They compare to those of a deposit or of a workbook's row, whose software another reader may have told otherwise.
    """
    valeurs, clients = _canonical(demande), [_canonical(client) for client in rows_of(demande, ETABLISSEMENTS)]
    return frozenset(of_values(logiciel, valeurs, clients) for logiciel in (*LOGICIELS, ""))


def _canonical(valeurs: Valeurs) -> dict[str, Any]:
    return {nom: TAG[nom].format.from_json(valeur) for nom, valeur in valeurs.items() if nom in TAG}


# --- what the portal answered -----------------------------------------------------------------------------------------


class Sens(StrEnum):
    """What the portal says of a request."""

    AUCUN = "sans réponse"
    ACCEPTEE = "acceptée"
    REJETEE = "rejetée"
    INDECIS = "sans réponse claire"


REPONSE = ("numeroASP", "codeTraitement", "libelleTraitement")
"""The tags of a request that the portal fills."""


def texte(valeur: Any) -> str:
    """Return a JSON value as a text: a text as it is, anything else as it stands in the file, null as `""`."""
    if valeur is None:
        return ""
    return str(valeur) if isinstance(valeur, str | Decimal) else json.dumps(valeur, ensure_ascii=False, default=str)


def sens(reponse: Mapping[str, str]) -> Sens:
    """Return what the texts of `REPONSE` mean.

    The portal's codes are not published: a request is accepted when it has the label « Demande acceptée », case,
    accents and signs apart, or a numéro ASP that no label contradicts. It is refused when it has another label and no
    numéro ASP; but a mere code, and a label that accepts on a condition or asks to wait, decide nothing: a request
    sent twice is worse than one that waits. Source: D.
    """
    libelle, numbered = fold_key(reponse["libelleTraitement"]), bool(numero_asp(reponse["numeroASP"]))
    if libelle == fold_key(ACCEPTEE):
        return Sens.ACCEPTEE
    if not libelle:
        return Sens.ACCEPTEE if numbered else Sens.INDECIS if reponse["codeTraitement"].strip() else Sens.AUCUN
    accepts = "accept" in libelle and not _NEGATION.search(libelle)
    if numbered:
        return Sens.ACCEPTEE if accepts else Sens.INDECIS
    return Sens.INDECIS if accepts or _WAITING.search(libelle) else Sens.REJETEE


_NEGATION = re.compile(r"nonaccept|pas(?:ete)?accept|refus|rejet")
_WAITING = re.compile(r"reserve|enattente|encours|partiel")


def reponse(demande: Valeurs) -> dict[str, str]:
    """Return the tags of a request that the portal fills, as texts; what only stands in for a text is none."""
    said = {nom: texte(demande.get(nom)).strip() for nom in REPONSE}
    filled = {nom: "" if text.casefold() == "null" else text for nom, text in said.items()}
    return filled | {"numeroASP": numero_asp(filled["numeroASP"])}
