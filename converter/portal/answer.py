"""What the portal would answer to a deposit: the same text, its four own tags filled, for rehearsing the cycle."""

import hashlib
import json
import re
from collections.abc import Collection, Iterator
from typing import Any

from converter.portal.findings import Chemin
from converter.portal.report import Report, Situation
from converter.portal.source import places
from converter.sentences.portal import ACCEPTEE, EXERCICE
from converter.spec.shape import DEMANDES

_FICTIVE = "FICTIF-"
_REHEARSED = re.compile(rb'"impId"\s*:\s*"FICTIF-', re.IGNORECASE)
CODE_ACCEPTED, CODE_REFUSED = "OK", "KO"
"""Fictive: the portal's codes are not published."""


def answer(report: Report, refuse: Collection[str] = ()) -> bytes | None:
    """Return the answer to the file that a report is on; `None` where the portal refuses the file as a whole.

    A request is accepted when the report names no error of it and its `numeroEditeur` is not in `refuse`. Layout,
    order and amounts stay to the letter. The numbers given (`FICTIF-…`) and the codes (`OK`, `KO`) are plainly
    invented and the same at each rehearsal; only the label « Demande acceptée » is the portal's. Source: guide
    section 1.2.
    """
    if report.refus_du_fichier or not report.demandes:
        return None
    texte = report.source.texte
    spans = places(texte).spans
    return _spliced(texte, [(spans[chemin], valeur) for chemin, valeur in _filled(report, refuse)]).encode()


def is_rehearsed(data: bytes) -> bool:
    """Whether a file is an answer made here, and not by the portal."""
    return _REHEARSED.search(data) is not None


def _filled(report: Report, refuse: Collection[str]) -> Iterator[tuple[Chemin, Any]]:
    digest = hashlib.sha256(report.source.texte.encode()).hexdigest()
    yield report.fichier.ou("impId"), f"{_FICTIVE}{digest[:8]}"
    for demande, situation in zip(report.fichier.rows(DEMANDES), report.demandes, strict=True):
        refusal = _refusal(situation, refuse)
        yield demande.ou("numeroASP"), None if refusal else f"{_FICTIVE}{situation.numeroEditeur}"
        yield demande.ou("codeTraitement"), CODE_REFUSED if refusal else CODE_ACCEPTED
        yield demande.ou("libelleTraitement"), refusal or ACCEPTEE


def _refusal(situation: Situation, refuse: Collection[str]) -> str:
    """Return the label of a refusal, `""` for a request that is accepted."""
    if situation.premiere:
        return situation.premiere.libelle
    return EXERCICE if situation.numeroEditeur in refuse else ""


def _spliced(texte: str, filled: list[tuple[tuple[int, int], Any]]) -> str:
    """Return the text with the value at each span replaced."""
    parts, done = [], 0
    for (start, end), valeur in sorted(filled):
        parts += [texte[done:start], json.dumps(valeur, ensure_ascii=False)]
        done = end
    return "".join([*parts, texte[done:]])
