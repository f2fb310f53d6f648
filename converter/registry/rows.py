"""The rows of a workbook by the number they carry or have carried, and what the tool's columns say of them."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from converter.checking.check import Lecture, contenus
from converter.registry.fingerprint import of_values
from converter.spec.formats import CellFault, show
from converter.spec.names import NomDepot
from converter.spec.sheets import DATA_SHEETS, DEMANDES


class Rangs:
    """The rows of the workbook by number, and what the tool's columns say."""

    def __init__(self, lecture: Lecture) -> None:
        """Keep the workbook; the rest is computed when first asked."""
        self.lecture = lecture
        self.classeur = lecture.classeur
        self.table = lecture.classeur.demandes

    @cached_property
    def at(self) -> Mapping[str, Mapping[str, Sequence[int]]]:
        """Return the Excel rows of each data sheet by number."""
        numbers = {nom: self.lecture.frames.of(nom).valeurs["numeroEditeur"].dropna() for nom in DATA_SHEETS}
        return {nom: _inverted(column.items()) for nom, column in numbers.items()}

    @property
    def by_number(self) -> Mapping[str, Sequence[int]]:
        """Return the rows of `Demandes` by number."""
        return self.at[DEMANDES]

    @cached_property
    def by_former(self) -> Mapping[str, Sequence[int]]:
        """Return the rows of `Demandes` by the refused numbers that they have carried."""
        return _inverted((ligne, numero) for ligne in self.table.brut.index for numero in self.former(ligne))

    def number(self, ligne: int) -> str:
        """Return the number on a row of `Demandes`, `""` where there is none."""
        numero = self.lecture.frames.demandes.valeurs.loc[ligne, "numeroEditeur"]
        return numero if isinstance(numero, str) else ""

    @cached_property
    def depots(self) -> Mapping[int, str]:
        """Return the deposit that each row of `Demandes` says it is in."""
        told = {int(ligne): NomDepot.within(self.told(ligne, "fichierJSON")) for ligne in self.table.brut.index}
        return {ligne: str(nom) for ligne, nom in told.items() if nom}

    def told(self, ligne: int, balise: str) -> str:
        """Return the text of a tool's column on a row of `Demandes`."""
        if balise not in self.table.brut:
            return ""
        raw = self.table.brut.loc[ligne, balise]
        return "" if isinstance(raw, CellFault) else show(raw).strip()

    def former(self, ligne: int) -> list[str]:
        """Return the refused numbers that a row has carried, the oldest first."""
        return list(filter(None, re.split(r"[,;\s]+", self.told(ligne, "anciensNumeros"))))

    def used(self) -> set[str]:
        """Return every number that stands anywhere in the workbook."""
        return set().union(self.by_former, *self.at.values())

    def says(self, lignes: Sequence[int]) -> Mapping[int, str]:
        """Return the hash of what rows of `Demandes` say now."""
        found = contenus(self.lecture, lignes)
        return {each.ligne: of_values(each.logiciel, each.valeurs, each.etablissements) for each in found}


def _inverted(pairs: Iterable[tuple[int, str]]) -> dict[str, list[int]]:
    inverted: dict[str, list[int]] = defaultdict(list)
    for ligne, numero in pairs:
        inverted[str(numero)].append(int(ligne))
    return inverted
