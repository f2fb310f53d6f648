"""What a finding says: its sentence and its advice, filled in from the catalogues of sentences."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from types import MappingProxyType

from converter.issues import Gravite, Issue
from converter.sentences import (
    advances,
    answers,
    attachments,
    cells,
    deposits,
    environment,
    files,
    moving,
    portal,
    rules,
)
from converter.sentences.message import Message
from converter.sentences.typography import french
from converter.spec.tags import PERSONNELLES, TAG, Parametre, parametres


@cache
def catalogue() -> Mapping[str, Message]:
    """Return every code with its message."""
    parts = (advances, cells, rules, files, environment, attachments, deposits, answers, moving, portal)
    return MappingProxyType({code: message for part in parts for code, message in part.MESSAGES.items()})


def rang(code: str) -> int:
    """Return the place of a code among those shown: errors, warnings, amounts and days read anew, other corrections."""
    message = catalogue()[code]
    return list(Gravite).index(message.gravite) + (message.gravite is Gravite.CORRECTION and not message.relu)


def gravite(code: str) -> Gravite:
    """Return the gravity of a code."""
    return catalogue()[code].gravite


@cache
def _parametres() -> Mapping[str, Parametre]:
    return {parametre.nom: parametre for parametre in parametres()}


@cache
def libelle(balise: str) -> str:
    """Return the heading of a tag, or the label of a parameter, as the user sees it."""
    if balise in TAG:
        return french(TAG[balise].libelle)
    return french(_parametres()[balise].libelle) if balise in _parametres() else balise


@cache
def attendu(balise: str) -> str:
    """Return what the format of a tag or parameter expects."""
    tag = TAG.get(balise) or (_parametres()[balise].tag if balise in _parametres() else None)
    return french(tag.format.attendu) if tag else ""


@cache
def _templates(code: str) -> tuple[str, str]:
    return french(catalogue()[code].phrase), french(catalogue()[code].conseil)


def _words(issue: Issue) -> dict[str, str]:
    known = {
        "libelle": libelle(issue.balise),
        "attendu": attendu(issue.balise),
        "valeur": issue.valeur,
        "proposition": issue.proposition,
        "meilleur": f" («\u00a0{issue.proposition}\u00a0» suffit)" if issue.proposition else "",
        "libre": f" (prochain numéro libre\u00a0: {issue.proposition})" if issue.proposition else "",
        "proche": f" («\u00a0{issue.proposition}\u00a0» lui ressemble)" if issue.proposition else "",
    }
    return known | dict(issue.faits)


def phrase(issue: Issue) -> str:
    """Say what is wrong."""
    return _templates(issue.code)[0].format_map(_words(issue))


def conseil(issue: Issue) -> str:
    """Say what to do about it."""
    return _templates(issue.code)[1].format_map(_words(issue))


def discreet(issue: Issue) -> Issue:
    """Return a finding without the personal data that it quotes: what a screen says may end in a log."""
    if issue.balise not in PERSONNELLES and issue.code not in _QUOTING_ANYTHING:
        return issue
    faits = tuple((name, word if name in _WHERE else "…") for name, word in issue.faits)
    return replace(issue, valeur="…" if issue.valeur else "", proposition="", faits=faits)


_WHERE = frozenset(
    {
        *("attendu", "balise", "genre", "libelle", "logiciel"),
        *("cellule", "cellules", "chemin", "colonne", "colonnes", "feuille", "fichier", "lieu", "ligne", "lignes"),
        *("longueur", "maximum", "nombre", "octets"),
    }
)
"""The facts that say where and how many; any other may be a value, found or proposed."""
_QUOTING_ANYTHING = frozenset({"K407", "K408", "R170", "S033"})
"""The codes of what has no column of its own: a note under the rows, a key that is not known."""
