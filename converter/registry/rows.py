"""The rows of a workbook by the number they carry or have carried, and what the tool's columns say of them.

The only reader of the tool's own columns: whoever asks what a row says of its deposit or its answer asks here.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from converter.checking.contenus import contenus
from converter.checking.lecture import Lecture
from converter.issues import Place
from converter.registry.fingerprint import of_values
from converter.registry.store import Memoire, Reponse
from converter.spec.formats import CellFault, show
from converter.spec.names import depot_within, number_key
from converter.spec.programme import FIGES, Etat, numero_asp
from converter.spec.sheets import DATA_SHEETS, DEMANDES


@dataclass(frozen=True, slots=True)
class Ligne:
    """A row of `Demandes` as its own columns tell it; what is blank is `""`.

    `place` is the cell of its numeroEditeur, `place_etat` that of its state; `valeurs` the hash of what it says now
    (`empreinte.of_values`), `""` where there is nothing to compare it with; `depot` the deposit it says it is in.
    """

    place: Place
    numero: str
    valeurs: str
    etat: str = ""
    depot: str = ""
    numeroASP: str = ""  # noqa: N815 - the tag verbatim
    codeTraitement: str = ""  # noqa: N815 - likewise
    libelleTraitement: str = ""  # noqa: N815 - likewise
    anciensNumeros: tuple[str, ...] = ()  # noqa: N815 - likewise
    historique: str = ""
    place_etat: Place = field(default_factory=Place)

    @property
    def acceptation(self) -> Reponse | None:
        """The acceptance that its columns tell; a mere word in `État` is none."""
        words = self.codeTraitement or self.libelleTraitement
        if not (self.numeroASP or (self.etat == Etat.ACCEPTEE and words)):
            return None
        return Reponse(self.numero, True, self.numeroASP, self.codeTraitement, self.libelleTraitement)

    @property
    def rejet(self) -> Reponse:
        """The refusal that its columns tell of the last number it gave up."""
        refused = self.anciensNumeros[-1] if self.anciensNumeros else self.numero
        return Reponse(refused, False, "", self.codeTraitement, self.libelleTraitement)


class Rangs:
    """The rows of the workbook by number (`number_key`), and what the tool's columns say."""

    def __init__(self, lecture: Lecture) -> None:
        """Keep the workbook; the rest is computed when first asked."""
        self.lecture = lecture
        self.classeur = lecture.classeur
        self.table = lecture.classeur.demandes
        self._texts: dict[str, Mapping[int, str]] = {}

    @cached_property
    def at(self) -> Mapping[str, Mapping[str, Sequence[int]]]:
        """Return the Excel rows of each data sheet by number."""
        return {nom: _inverted(self.lecture.frames.of(nom).said("numeroEditeur").items()) for nom in DATA_SHEETS}

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
        told = {ligne: depot_within(text) for ligne, text in self._said("fichierJSON").items()}
        return {ligne: nom for ligne, nom in told.items() if nom}

    def told(self, ligne: int, balise: str) -> str:
        """Return the text of a tool's column on a row of `Demandes`."""
        return self._said(balise).get(ligne, "")

    def _said(self, balise: str) -> Mapping[int, str]:
        """Return the text of each cell of a tool's column that says something: in a new workbook, none."""
        if balise not in self._texts:
            self._texts[balise] = self._column(balise)
        return self._texts[balise]

    def _column(self, balise: str) -> Mapping[int, str]:
        if balise not in self.table.brut:
            return {}
        filled = self.table.brut[balise].dropna()
        cells = {int(ligne): raw for ligne, raw in filled.items() if raw != "" and not isinstance(raw, CellFault)}
        texts = {ligne: show(raw).strip() for ligne, raw in cells.items()}
        return {ligne: numero_asp(text) for ligne, text in texts.items()} if balise == "numeroASP" else texts

    def former(self, ligne: int) -> list[str]:
        """Return the refused numbers that a row has carried, the oldest first."""
        told = self.told(ligne, "anciensNumeros")
        return list(filter(None, re.split(r"[,;\s]+", told))) if told else []

    def used(self) -> set[str]:
        """Return every number that stands anywhere in the workbook."""
        return set().union(self.by_former, *self.at.values())

    def says(self, lignes: Sequence[int]) -> Mapping[int, str]:
        """Return the hash of what rows of `Demandes` say now."""
        found = contenus(self.lecture, lignes)
        return {each.ligne: of_values(each.logiciel, each.valeurs, each.etablissements) for each in found}

    def lignes(self, memoire: Memoire) -> list[Ligne]:
        """Return what each row says of itself; its content is hashed only where there is something to compare."""
        frame = self.lecture.frames.demandes
        numbers = dict.fromkeys(frame.valeurs.index.tolist(), "") | frame.said("numeroEditeur")
        hashes = self.says([ligne for ligne, numero in numbers.items() if self._is_compared(ligne, numero, memoire)])
        return [self._ligne(ligne, numero, hashes.get(ligne, "")) for ligne, numero in numbers.items()]

    def _is_compared(self, ligne: int, numero: str, memoire: Memoire) -> bool:
        etat = self.lecture.etats.get(ligne)
        return etat in FIGES or etat is Etat.REJETEE or bool(self.former(ligne)) or memoire.fait(numero) is not None

    def _ligne(self, ligne: int, numero: str, valeurs: str) -> Ligne:
        return Ligne(
            self.table.place(ligne, "numeroEditeur"),
            numero,
            valeurs,
            self.lecture.etats.get(ligne, ""),
            depot=self.depots.get(ligne, ""),
            numeroASP=self.told(ligne, "numeroASP"),
            codeTraitement=self.told(ligne, "codeTraitement"),
            libelleTraitement=self.told(ligne, "libelleTraitement"),
            anciensNumeros=tuple(self.former(ligne)),
            historique=self.told(ligne, "historique"),
            place_etat=self.table.place(ligne, "etat"),
        )


def _inverted(pairs: Iterable[tuple[int, str]]) -> dict[str, list[int]]:
    inverted: dict[str, list[int]] = defaultdict(list)
    for ligne, numero in pairs:
        inverted[number_key(numero)].append(ligne)
    return inverted
