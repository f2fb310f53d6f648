"""The propositions that the user said OUI to: the cells they change, and those they cannot change, with why."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from converter.checking.lecture import Lecture
from converter.issues import Place
from converter.sentences.say import catalogue
from converter.sentences.typography import french
from converter.spec import tags
from converter.spec.formats import show
from converter.spec.tags import Tag
from converter.xlsx.wanted import Acceptation, Accepted, CellValue

_GONE = "cette cellule n’est plus dans le classeur"
_CHANGED = "la cellule a changé depuis, elle contient « {held} »"
_OWNED = "une formule matricielle occupe cette cellule"


@dataclass(frozen=True, slots=True)
class _Held:
    """What a cell holds: its tag, its format's tag, and the raw value."""

    balise: str
    tag: Tag
    raw: Any


def adopted(lecture: Lecture, accepted: Iterable[Accepted]) -> list[Acceptation]:
    """Return what each accepted line does to each of its cells.

    A cell that no longer holds what was read when the proposition was made keeps what the user typed since. A new
    number of a request goes to the rows of the other sheets that carry the old one, unless two requests do.
    """
    done: dict[Place, Acceptation] = {}
    for line in accepted:
        for ligne in line.lignes:
            for each in _of_cell(lecture, line, Place(line.feuille, ligne, line.colonne)):
                done.setdefault(each.place, each)
    return list(done.values())


def accepted_values(acceptations: Iterable[Acceptation]) -> list[CellValue]:
    """Return the cells to write."""
    return [
        CellValue(
            each.place.feuille,
            each.place.ligne,
            each.place.colonne,
            _tag(each.balise).format.excel_of_proposition(each.nouveau),
        )
        for each in acceptations
        for at in (each.place,)
        if not each.refus
    ]


def written_back(acceptations: Iterable[Acceptation], refused: Iterable[CellValue]) -> tuple[Acceptation, ...]:
    """Return what became of each once written, but where an array formula or a data table owns the cell."""
    owned = {Place(value.feuille, value.ligne, value.colonne) for value in refused}
    return tuple(
        replace(each, refus=_OWNED) if each.place in owned and not each.refus else each for each in acceptations
    )


def _of_cell(lecture: Lecture, line: Accepted, place: Place) -> Iterator[Acceptation]:
    held = _held(lecture, place)
    why = f"{line.code} : {catalogue()[line.code].titre}" if line.code in catalogue() else line.code
    if held is None:
        yield Acceptation(place, "", line.lu, line.proposition, french(why), _GONE)
        return
    shown = show(held.raw)
    change = Acceptation(place, held.balise, shown, line.proposition, french(why))
    if shown not in {line.lu, *line.lu.split(" ; ")}:
        yield replace(change, ancien=line.lu, refus=french(_CHANGED.format(held=shown)))
        return
    yield change
    if held.balise == "numeroEditeur" and place.feuille == lecture.classeur.demandes.feuille:
        yield from _with_its_rows(lecture, change, held)


def _held(lecture: Lecture, place: Place) -> _Held | None:
    reglages = lecture.classeur.parametres
    for parametre in tags.parametres():
        if reglages.places.get(parametre.nom) == place:
            return _Held(parametre.nom, parametre.tag, reglages.valeurs[parametre.nom])
    for table in lecture.classeur.tables():
        for balise, column in table.colonnes.items():
            if (table.feuille, column) == (place.feuille, place.colonne) and place.ligne in table.brut.index:
                return _Held(balise, tags.TAG[balise], table.brut.loc[place.ligne, balise])
    return None


def _tag(balise: str) -> Tag:
    return tags.TAG.get(balise) or next(each.tag for each in tags.parametres() if each.nom == balise)


def _with_its_rows(lecture: Lecture, change: Acceptation, held: _Held) -> Iterator[Acceptation]:
    """Yield the same change on the rows of the other sheets that carry the old number of the request."""
    classeur = lecture.classeur
    old, new = _number(held.tag, held.raw), _number(held.tag, change.nouveau)
    requests = [_number(held.tag, raw) for raw in classeur.demandes.brut["numeroEditeur"]]
    if not old or old == new or requests.count(old) > 1:
        return
    for table in (classeur.beneficiaires, classeur.pieces):
        for ligne, raw in table.brut["numeroEditeur"].items():
            if _number(held.tag, raw) == old:
                place = table.place(int(ligne), "numeroEditeur")
                yield replace(change, place=place, ancien=show(raw))


def _number(tag: Tag, raw: Any) -> str:
    return str(tag.format.read(raw).valeur or show(raw))
