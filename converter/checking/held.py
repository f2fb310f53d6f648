"""Which requests an error holds back: its own row, or one on another sheet that concerns it."""

from collections.abc import Iterable, Mapping, Sequence

from converter.checking import rules
from converter.checking.lecture import Lecture
from converter.issues import Issue, Place
from converter.spec.sheets import BENEFICIAIRES, PIECES


def held_from_elsewhere(lecture: Lecture, data: rules.Data, errors: Sequence[Issue]) -> dict[int, tuple[Place, ...]]:
    """Return the rows of `Demandes` that an error on another sheet holds back: a row of theirs, or a parameter."""
    feuilles = {table.feuille: table.nom for table in lecture.classeur.tables()[1:]}
    rows_of = _rows_of(lecture, data) if any(error.place.feuille in feuilles for error in errors) else {}
    held: dict[int, dict[Place, None]] = {}
    for error in errors:
        of_parameter = error.place.feuille == lecture.classeur.parametres.feuille
        place = (feuilles.get(error.place.feuille, ""), error.place.ligne)
        for ligne in _held_by_parameter(error, data) if of_parameter else rows_of.get(place, ()):
            held.setdefault(ligne, {})[error.place] = None
    return {ligne: tuple(places) for ligne, places in held.items()}


def _held_by_parameter(error: Issue, data: rules.Data) -> list[int]:
    """Return the requests that a parameter concerns: those of its software for a numéro ANS of its own, else all."""
    _, _, logiciel = error.balise.partition("numeroAns.")
    if logiciel and error.code not in {"R106", "R107"}:
        return list(data.demandes.index[data.logiciel.eq(logiciel).fillna(False)])
    return list(data.demandes.index)


def _rows_of(lecture: Lecture, data: rules.Data) -> Mapping[tuple[str, int], Iterable[int]]:
    """Return the rows of `Demandes` that each row of the other sheets belongs to, or was meant to."""
    lignes: dict[str, list[int]] = {}
    for ligne, number in lecture.frames.demandes.said("numeroEditeur").items():
        lignes.setdefault(number, []).append(ligne)
    carried = {
        (nom, ligne): number
        for nom in (BENEFICIAIRES, PIECES)
        for ligne, number in lecture.frames.of(nom).said("numeroEditeur").items()
    }
    return {place: lignes.get(number, ()) for place, number in (carried | {**data.liens.supposes}).items()}
