"""Each FINESS held against the public list, where the user has it. Pure. Source: guide 3.1."""

from collections.abc import Iterator, Mapping

from converter.issues import Facts, Issue, Place
from converter.reading.finess_list import Etablissements
from converter.reading.frames import Frame
from converter.reading.workbook import Reglages
from converter.spec.formats import show

_SOME = 5
"""FINESS of a workbook none of which is in the list: the list is another one, sooner than all of them wrong."""
_NEAREST = 3
_CHARACTERS = "0123456789AB"


def check_establishments(frame: Frame, reglages: Reglages, known: Etablissements) -> Iterator[Issue]:
    """Yield an issue for each FINESS that is not in the list, or one about the list itself."""
    if not known.fichier:
        return
    finess = frame.valeurs["FINESSPMSI"][~frame.fautif["FINESSPMSI"]].dropna()
    absent = finess[~finess.isin(list(known.noms))]
    refus = known.refus
    if not refus and len(absent) == len(finess) and finess.nunique() >= _SOME:
        refus = "ne contient aucun des FINESS du classeur"
    if refus:
        place = reglages.places.get("fichierFiness", Place(reglages.feuille))
        faits = (("fichier", known.fichier), ("raison", refus))
        yield Issue("R211", place, "fichierFiness", show(reglages.valeurs.get("fichierFiness")), faits)
        return
    near = {each: _near(each, known.noms) for each in absent.unique()}
    faits_of = {each: _facts(known, found) for each, found in near.items()}
    propositions = [near[each][0] if len(near[each]) == 1 else "" for each in absent]
    yield from frame.issues("R210", "FINESSPMSI", absent.index, (faits_of[each] for each in absent), propositions)


def _facts(known: Etablissements, near: list[str]) -> Facts:
    told = " ou ".join(f"{each} ({known.noms[each]})" if known.noms[each] else each for each in near[:_NEAREST])
    return ("fichier", known.fichier), ("voisins", f" ; le plus proche : {told}" if told else "")


def _near(finess: str, noms: Mapping[str, str]) -> list[str]:
    """Return the FINESS of the list that differ by one character, or by two neighbours swapped."""
    swapped = (finess[:at] + finess[at + 1] + finess[at] + finess[at + 2 :] for at in range(len(finess) - 1))
    changed = (finess[:at] + c + finess[at + 1 :] for at in range(len(finess)) for c in _CHARACTERS)
    return [each for each in dict.fromkeys((*swapped, *changed)) if each in noms]
