"""From departures to findings: which request, which JSON path in words, which line of the text."""

from collections.abc import Iterator, Sequence

from converter.issues import Issue
from converter.portal.findings import Bloc, Chemin, Ecart, Finding, as_printed, pointer
from converter.portal.source import Lines, Places, Source, places
from converter.spec.shape import DEMANDES, ETABLISSEMENTS, PIECES

_WORDS = {DEMANDES: "demande", ETABLISSEMENTS: "établissement", PIECES: "pièce"}


def locate(ecarts: Sequence[Ecart], source: Source, fichier: Bloc) -> tuple[Finding, ...]:
    """Return the findings in the order of the text, those about the content of zips last."""
    if not ecarts:
        return ()
    sought = any(ecart.position is None and ecart.chemin for ecart in ecarts)
    where = places(source.texte) if sought else Places({}, ())
    placed = [(ecart, where.start(ecart.chemin) if ecart.position is None else ecart.position) for ecart in ecarts]
    placed.sort(key=lambda pair: (pair[0].code.startswith("K3"), pair[1]))
    lines = Lines(source.texte)
    return tuple(_finding(ecart, lines.at(position), fichier) for ecart, position in placed)


def _finding(ecart: Ecart, at: tuple[int, int], fichier: Bloc) -> Finding:
    rows = list(_rows(ecart.chemin, fichier))
    rang, demande = rows[0][1:] if rows else (None, None)
    balise = next((step for step in reversed(ecart.chemin) if isinstance(step, str)), "")
    return Finding(
        _issue(ecart, balise),
        pointer(ecart.chemin),
        _words(rows, ecart, balise),
        *at,
        rang,
        demande["numLigne"] if demande else None,
        (demande["numeroEditeur"] or "") if demande else "",
        ecart.fichier,
    )


def _issue(ecart: Ecart, balise: str) -> Issue:
    near = f" Vouliez-vous dire « {as_printed(ecart.proposition)} » ?" if ecart.proposition else ""
    faits = (("balise", balise or "le fichier"), ("fichier", ecart.fichier), ("proche", near), *ecart.faits)
    return Issue(
        ecart.code,
        balise=balise,
        valeur=as_printed(ecart.valeur),
        faits=faits,
        proposition=as_printed(ecart.proposition),
    )


def _rows(chemin: Chemin, bloc: Bloc) -> Iterator[tuple[str, int, Bloc]]:
    """Yield the rows that a path passes through: role of the list, rank from 0, the row."""
    for role, rows in bloc.lignes.items():
        lieu = bloc.ou(role)
        if chemin[: len(lieu)] == lieu and len(chemin) > len(lieu):
            rank = chemin[len(lieu)]
            if isinstance(rank, int) and rank < len(rows):
                yield role, rank, rows[rank]
                yield from _rows(chemin, rows[rank])


def _words(rows: Sequence[tuple[str, int, Bloc]], ecart: Ecart, balise: str) -> str:
    """Write a place as the guide's reader says it: « demande 00012, établissement 2, FINESSPMSI »."""
    words = [ecart.fichier] * bool(ecart.fichier)
    for role, rank, row in rows:
        number = (row["numeroEditeur"] or f"n° {rank + 1} du fichier") if role == DEMANDES else rank + 1
        words.append(f"{_WORDS[role]} {number}")
    return ", ".join([*words, *filter(None, [balise])]) or "fichier"
