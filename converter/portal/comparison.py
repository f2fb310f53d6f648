"""Two JSON files held against each other, request by request and tag by tag, whatever the shape of either.

A blank is a blank, whether null or missing, and a number is its value, not its print. Source: D.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from converter.issues import Issue
from converter.portal.findings import as_printed
from converter.spec.shape import DEMANDES, ETABLISSEMENTS, PIECES, Releve
from converter.spec.tags import JSON_TAGS, Par

Valeurs = Mapping[str, Any]

_KEYS = {DEMANDES: "numeroEditeur", ETABLISSEMENTS: "FINESSPMSI", PIECES: "typeFichier"}
"""The tag by which the rows of a list are known in both files."""
_WORDS = {ETABLISSEMENTS: "établissement", PIECES: "pièce"}
_ABSENT = {DEMANDES: ("K402", "K403"), ETABLISSEMENTS: ("K404", "K405"), PIECES: ("K404", "K405")}
"""The codes of a row that the second file lacks, and of one that the first lacks."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: the `numeroEditeur` of its request (`""`: the head of the file), its code and its words."""

    numero: str
    issue: Issue


def compare(first: Releve, second: Releve) -> tuple[Difference, ...]:
    """Return what differs from the first file to the second (see `shape.read_any`), in the order of the first.

    K401 another value, K402 and K403 a request that one file lacks, K404 and K405 a line of one, K406 a tag of the
    portal's own that only the second file fills, K407 and K408 a key of one file that is no tag.
    """
    head = [Difference("", issue) for issue in _tags(first.values, second.values, "")]
    return (*head, *_requests(first.values, second.values), *_others(first, second))


def _requests(first: Valeurs, second: Valeurs) -> Iterator[Difference]:
    for numero, ours, theirs in _pairs(first.get(DEMANDES, ()), second.get(DEMANDES, ()), DEMANDES):
        if ours is None or theirs is None:
            yield Difference(numero, _absent(DEMANDES, numero, there=ours is not None))
            continue
        yield from (Difference(numero, issue) for issue in _tags(ours, theirs, ""))
        for role in (ETABLISSEMENTS, PIECES):
            yield from (Difference(numero, issue) for issue in _rows(ours, theirs, role))


def _rows(first: Valeurs, second: Valeurs, role: str) -> Iterator[Issue]:
    for key, ours, theirs in _pairs(first.get(role, ()), second.get(role, ()), role):
        if ours is None or theirs is None:
            yield _absent(role, f"{_WORDS[role]} {key}", there=ours is not None)
        else:
            yield from _tags(ours, theirs, f"{_WORDS[role]} {key}, ")


def _pairs(
    first: Sequence[Valeurs], second: Sequence[Valeurs], role: str
) -> Iterator[tuple[str, Valeurs | None, Valeurs | None]]:
    """Pair the rows of a list by key, those of one key in their order; then come those of the second file alone."""
    ours, theirs = _keyed(first, role), _keyed(second, role)
    for key in dict.fromkeys((*ours, *theirs)):
        yield key[0], ours.get(key), theirs.get(key)


def _keyed(rows: Sequence[Valeurs], role: str) -> dict[tuple[str, int], Valeurs]:
    met: Counter[str] = Counter()
    keyed: dict[tuple[str, int], Valeurs] = {}
    for rank, row in enumerate(rows, start=1):
        key = _shown(row.get(_KEYS[role])) if row.get(_KEYS[role]) is not None else f"n° {rank}"
        met[key] += 1
        keyed[key, met[key]] = row
    return keyed


def _absent(role: str, lieu: str, *, there: bool) -> Issue:
    only_first, only_second = _ABSENT[role]
    return Issue(only_first if there else only_second, faits=(("lieu", lieu),))


def _tags(first: Valeurs, second: Valeurs, lieu: str) -> Iterator[Issue]:
    """Yield an issue for each tag whose values differ."""
    for tag in JSON_TAGS:
        ours, theirs = first.get(tag.nom), second.get(tag.nom)
        if not _same(ours, theirs):
            code = "K406" if tag.par is Par.ASP and ours is None else "K401"
            faits = (("lieu", lieu), ("balise", tag.nom), ("avec", _shown(theirs)))
            yield Issue(code, balise=tag.nom, valeur=_shown(ours), faits=faits)


def _same(ours: Any, theirs: Any) -> bool:
    if isinstance(ours, bool) or isinstance(theirs, bool):
        return ours is theirs
    return bool(ours == theirs)


def _shown(valeur: Any) -> str:
    return (
        "vide" if valeur is None or valeur == "" else as_printed(str(valeur) if isinstance(valeur, Decimal) else valeur)
    )


def _others(first: Releve, second: Releve) -> Iterator[Difference]:
    """Yield the keys that are no tag of the guide, where one file alone has them or they say something else."""
    for code, some, others in (("K407", first.autres, second.autres), ("K408", second.autres, first.autres)):
        for path, valeur in some:
            if (path, valeur) not in others:
                yield Difference("", Issue(code, valeur=_shown(valeur), faits=(("chemin", path),)))
