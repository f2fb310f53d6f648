"""Which rows of the other sheets belong to which request: those with its number, and those that were meant to have it.

A number mistyped is one mistake, at its own cell: the request that it should name must not be told in addition that it
lacks an order form, nor ten rows that their request is unknown because its own number is wrong. So each row astray is
given, where there is little doubt, the number that was meant; it is proposed to the user, never taken for granted.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from converter.issues import Issue
from converter.reading.frames import Frame, Frames
from converter.spec.formats import show
from converter.spec.programme import BON_COMMANDE, PREUVE_HT
from converter.spec.sheets import BENEFICIAIRES, DEMANDES, PIECES
from converter.spec.values import NUMERO_EDITEUR


class Voisins:
    """Numbers that can be found by one that differs by a character, or by its leading zeros."""

    def __init__(self, numbers: Iterable[str]) -> None:
        """Index the numbers by what is left of each without one of its characters."""
        self._numbers: dict[str, set[str]] = defaultdict(set)
        for number in numbers:
            for key in _keys(number):
                self._numbers[key].add(number)

    def of(self, text: str) -> set[str]:
        """Return the numbers near to a text."""
        return set().union(*(self._numbers.get(key, ()) for key in _keys(text)))


def _keys(text: str) -> set[str]:
    upper = text.upper()
    return {upper, upper.lstrip("0"), *(upper[:at] + upper[at + 1 :] for at in range(len(upper)))} - {""}


def _sole(found: Iterable[str]) -> str:
    """Return what is found when it is one thing only."""
    distinct = set(found)
    return distinct.pop() if len(distinct) == 1 else ""


LETTER = "R162"
"""The code of a number with a letter where its rows on the other sheets have a figure."""

FIGURES = str.maketrans("OoIl", "0011")


def letters_for_figures(frames: Frames) -> list[Issue]:
    """Return an issue for each request under «O0009» whose rows stand under «00009», that no request carries."""
    numbers = frames.demandes.valeurs["numeroEditeur"].dropna()
    lettered = numbers[numbers.str.contains("[OoIl]")]
    if lettered.empty:
        return []
    elsewhere = pd.concat([frame.valeurs["numeroEditeur"] for frame in (frames.beneficiaires, frames.pieces)]).dropna()
    twins = lettered.str.translate(FIGURES)
    meant = twins[twins.isin(elsewhere) & ~twins.isin(numbers) & ~lettered.isin(elsewhere)]
    faits = [(("autre", twin),) for twin in meant]
    return list(frames.demandes.issues(LETTER, "numeroEditeur", meant.index, faits, meant))


@dataclass(frozen=True, slots=True)
class Egare:
    """A row whose number names no request: what stands there, whether it may be right, and the attachment's type."""

    nom: str
    ligne: int
    texte: str
    bien_forme: bool
    type_fichier: str


class Liens:
    """The rows astray of a workbook, and what was probably meant."""

    def __init__(self, frames: Frames) -> None:
        """Keep the frames; everything is computed when first asked."""
        self.frames = frames

    @cached_property
    def connus(self) -> frozenset[str]:
        """The numbers of the requests, those with an error of their own apart."""
        return frozenset(self._numeros[~self._fautifs].dropna())

    @cached_property
    def doubles(self) -> frozenset[str]:
        """The numbers that several requests carry, case apart: whose the rows are cannot be told."""
        numbers = self._numeros.dropna()
        return frozenset(numbers[numbers.str.upper().duplicated(keep=False)])

    def egares(self, nom: str) -> pd.Index:
        """Return the Excel rows of a sheet that name no request."""
        frame = self.frames.of(nom)
        numbers = frame.valeurs["numeroEditeur"]
        return numbers.index[frame.fautif["numeroEditeur"] | ~numbers.isin(self.connus)]

    @cached_property
    def supposes(self) -> Mapping[tuple[str, int], str]:
        """The request that each row astray was probably meant for, by sheet and Excel row: one that lacks such a row.

        A row that no request waits for holds none back (specification, rule 6).
        """
        meant: dict[tuple[str, int], str] = {}
        left: dict[tuple[str, str], list[Egare]] = defaultdict(list)
        for egare in self._egares:
            if (egare.nom, egare.ligne) in self.expliques:
                continue
            if number := self._near(egare, self._demandeurs(egare.nom, egare.type_fichier)):
                meant[egare.nom, egare.ligne] = number
            else:
                left[egare.nom, egare.type_fichier].append(egare)
        return meant | dict(self._last_ones(meant, left))

    def _near(self, egare: Egare, among: frozenset[str]) -> str:
        return _padded(egare.texte, among) or _sole(self._voisins.of(egare.texte) & among)

    @cached_property
    def _voisins(self) -> Voisins:
        return Voisins(self.connus)

    @cached_property
    def propositions(self) -> Mapping[tuple[str, int], str]:
        """The number to propose where one is wrong, by sheet and Excel row: one that is near, or whose rows say it."""
        near = {(e.nom, e.ligne): self._near(e, self.connus) for e in self._egares}
        return near | {(DEMANDES, ligne): number for ligne, number in self._carried().items()} | {**self.supposes}

    def _last_ones(
        self, meant: Mapping[tuple[str, int], str], left: Mapping[tuple[str, str], list[Egare]]
    ) -> Iterator[tuple[tuple[str, int], str]]:
        """Yield for the rows left under one and the same number the only request left without such a row."""
        for (nom, type_fichier), egares in left.items():
            taken = {number for (sheet, _), number in meant.items() if sheet == nom}
            number = _sole(self._demandeurs(nom, type_fichier) - taken)
            if number and len({egare.texte for egare in egares}) == 1:
                yield from (((nom, egare.ligne), number) for egare in egares)

    def attendus(self, nom: str) -> frozenset[str]:
        """Return the requests that a row astray of a sheet is probably meant for."""
        return frozenset(number for (sheet, _), number in self.supposes.items() if sheet == nom)

    @cached_property
    def expliques(self) -> Mapping[tuple[str, int], int]:
        """The rows astray whose number is probably right and that of their request wrong: its row in `Demandes`."""
        wrong = self._demandes_fautives
        if not wrong:
            return {}
        written = defaultdict(list)
        for ligne, texte in wrong.items():
            written[texte].append(ligne)
        near = Voisins(filter(None, written))
        explained: dict[tuple[str, int], int] = {}
        for egare in self._egares:
            texts = near.of(egare.texte) if egare.bien_forme else ()
            lignes = [ligne for texte in texts for ligne in written[texte]]
            if len(lignes) == 1:
                explained[egare.nom, egare.ligne] = lignes[0]
        others = [e for e in self._egares if e.bien_forme and (e.nom, e.ligne) not in explained]
        if len(written[""]) == 1 and _sole(e.texte for e in others):
            explained |= {(e.nom, e.ligne): written[""][0] for e in others}
        return explained

    def _carried(self) -> dict[int, str]:
        """Return, for each request whose number is wrong, the one that its rows carry."""
        carried: dict[int, set[str]] = defaultdict(set)
        for egare in self._egares:
            if (egare.nom, egare.ligne) in self.expliques:
                carried[self.expliques[egare.nom, egare.ligne]].add(egare.texte)
        return {ligne: _sole(numbers) for ligne, numbers in carried.items()}

    @property
    def _numeros(self) -> pd.Series:
        return self.frames.demandes.valeurs["numeroEditeur"]

    @property
    def _fautifs(self) -> pd.Series:
        return self.frames.demandes.fautif["numeroEditeur"]

    @cached_property
    def _demandes_fautives(self) -> Mapping[int, str]:
        lignes = self._fautifs.index[self._fautifs]
        return dict(zip(lignes, _texts(self.frames.demandes, lignes), strict=True))

    @cached_property
    def _egares(self) -> tuple[Egare, ...]:
        return tuple(self._astray(BENEFICIAIRES)) + tuple(self._astray(PIECES))

    def _astray(self, nom: str) -> Iterator[Egare]:
        frame = self.frames.of(nom)
        lignes = self.egares(nom)
        types = frame.valeurs["typeFichier"].loc[lignes].fillna("") if nom == PIECES else [""] * len(lignes)
        fautifs = frame.fautif["numeroEditeur"].loc[lignes]
        for ligne, texte, fautif, kind in zip(lignes, _texts(frame, lignes), fautifs, types, strict=True):
            yield Egare(nom, ligne, texte, not fautif, kind)

    def _demandeurs(self, nom: str, type_fichier: str) -> frozenset[str]:
        """Return the requests without a row that they need of a sheet (and of a type of attachment)."""
        if (nom, type_fichier) not in self._wanting:
            self._wanting[nom, type_fichier] = self._without(nom, type_fichier)
        return self._wanting[nom, type_fichier]

    @cached_property
    def _wanting(self) -> dict[tuple[str, str], frozenset[str]]:
        return {}

    def _without(self, nom: str, type_fichier: str) -> frozenset[str]:
        rows = self.frames.of(nom).valeurs
        if nom == BENEFICIAIRES:
            finess = rows.groupby("numeroEditeur")["FINESSPMSI"].nunique()
            complete = {*finess.index[finess.gt(1)]} | {*self._of("isClientUnique", True)} & {*finess.index}
            return self.connus - complete
        held = self.connus - {*rows.loc[rows["typeFichier"].eq(type_fichier).fillna(False), "numeroEditeur"].dropna()}
        if type_fichier == PREUVE_HT:
            return held & {*self._of("regimeTVA", "HT")}
        return held if type_fichier == BON_COMMANDE else frozenset()

    def _of(self, balise: str, valeur: Any) -> pd.Series:
        """Return the numbers of the requests that say so."""
        demandes = self.frames.demandes.valeurs
        return demandes.loc[demandes[balise].eq(valeur).fillna(False), "numeroEditeur"].dropna()


def _padded(texte: str, connus: frozenset[str]) -> str:
    padded = texte.zfill(NUMERO_EDITEUR.longueur)
    return padded if texte.isdigit() and padded in connus else ""


def _texts(frame: Frame, lignes: Iterable[int]) -> list[str]:
    """Return the numbers of some rows, mended where that is easy, or what stands there instead."""
    rows = list(lignes)
    read = frame.valeurs["numeroEditeur"].loc[rows]
    return [
        NUMERO_EDITEUR.read(raw).proposition or (number if isinstance(number, str) else show(raw).strip())
        for number, raw in zip(read, frame.raw("numeroEditeur", rows), strict=True)
    ]
