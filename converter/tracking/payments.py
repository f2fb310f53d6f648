"""A list of payments set against the workbook: what to write, and what a person must decide. Pure.

What the workbook already says is never overwritten: the same is no news, another value is a conflict.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from converter.issues import Issue, Place
from converter.reading.workbook import fold
from converter.registry.rows import Rangs
from converter.registry.store import Memoire
from converter.sentences.say import libelle
from converter.spec.formats import show
from converter.spec.programme import A_MODIFIER, ATTRIBUEE, REFUSEE, Etat
from converter.spec.tags import TAG
from converter.tracking.statement import Connus, Versement

_LISTED = 5
"""Lines without a request that are quoted."""
_PAID, _DAY, _DECISION = "montantPaye", "datePaiement", "decision"


@dataclass(frozen=True, slots=True)
class Rapproche:
    """What a list changes: values by Excel row and tag, the rows that said so already, and what was left alone."""

    valeurs: Mapping[int, Mapping[str, Any]]
    connues: tuple[int, ...]
    issues: tuple[Issue, ...]


@dataclass(frozen=True, slots=True)
class Numeros:
    """The rows of `Demandes` by the numbers that a payment may be told under."""

    editeurs: Mapping[str, int]
    asp: Mapping[str, int]

    @property
    def connus(self) -> Connus:
        """What a list is read with."""
        return Connus.of(self.asp, self.editeurs)


def numbers(rangs: Rangs, memoire: Memoire) -> Numeros:
    """Return the numbers of the workbook; the ASP's by the registry, else by the row."""
    rows = {numero: lignes[0] for numero, lignes in rangs.by_number.items() if len(lignes) == 1}
    told = {numero: _numero_asp(numero, ligne, rangs, memoire) for numero, ligne in rows.items()}
    return Numeros(rows, {asp: rows[numero] for numero, asp in told.items() if asp})


def _numero_asp(numero: str, ligne: int, rangs: Rangs, memoire: Memoire) -> str:
    fait = memoire.fait(numero)
    return (fait.reponse.numeroASP if fait and fait.reponse else "") or rangs.told(ligne, "numeroASP")


def payment_cells(found: Rapproche) -> dict[int, dict[str, Any]]:
    """Return the values to write as Excel is to hold them: an amount in euros."""
    return {
        ligne: {nom: Decimal(value).scaleb(-2) if nom == _PAID else value for nom, value in row.items()}
        for ligne, row in found.valeurs.items()
    }


def settle(versements: Sequence[Versement], rangs: Rangs, memoire: Memoire) -> Rapproche:
    """Set a list (`statement.read_statement`) against the workbook.

    Issues: A210 lines that name no request, A211 several lines of one request, A212 amount not readable or not above
    0, A213 another value stands in the cell, A214 the request is not accepted, A215 its decision is no attribution,
    A216 its two numbers are not those of one request.
    """
    return _Settling(rangs, memoire, numbers(rangs, memoire)).run(versements)


@dataclass(slots=True)
class _Settling:
    rangs: Rangs
    memoire: Memoire
    numeros: Numeros
    valeurs: dict[int, dict[str, Any]] = field(default_factory=dict)
    connues: list[int] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)

    def run(self, versements: Sequence[Versement]) -> Rapproche:
        lines: dict[int, list[Versement]] = defaultdict(list)
        for each in versements:
            if each.numero:
                lines[self._ligne(each)].append(each)
        self._tell_strangers([each for each in versements if not each.numero])
        for ligne, found in lines.items():
            self._take(ligne, found)
        return Rapproche(self.valeurs, tuple(self.connues), tuple(self.issues))

    def _ligne(self, versement: Versement) -> int:
        by_asp = self.numeros.asp.get(versement.numero)
        return self.numeros.editeurs[versement.numero] if by_asp is None else by_asp

    def _contradicts_itself(self, ligne: int, versement: Versement) -> bool:
        """Tell whether the numbers of a line are those of two requests, or one that the workbook knows otherwise."""
        numero = self.rangs.number(ligne)
        asp = _numero_asp(numero, ligne, self.rangs, self.memoire)
        other_asp = bool(versement.asp and asp) and fold(versement.asp) != fold(asp)
        return other_asp or bool(versement.editeur and fold(versement.editeur) != fold(numero))

    def _tell_strangers(self, others: Sequence[Versement]) -> None:
        """Tell of the lines that name no request, at once: a bank's list has all that the bank saw."""
        if others:
            named = ", ".join(f"ligne {each.ligne}" for each in others[:_LISTED])
            more = ", …" if len(others) > _LISTED else ""
            self._tell("A210", Place(), others[0], nombre=str(len(others)), lignes=named + more)

    def _take(self, ligne: int, found: Sequence[Versement]) -> None:
        first, place = found[0], self.rangs.table.place(ligne, _PAID)
        if len(found) > 1:
            self._tell("A211", place, first, lignes=", ".join(str(each.ligne) for each in found))
        elif self._contradicts_itself(ligne, first):
            self._tell("A216", place, first, asp=first.asp, editeur=first.editeur)
        elif first.centimes is None or first.centimes <= 0:
            self._tell("A212", place, first)
        elif self._etat(ligne) is not Etat.ACCEPTEE:
            self._tell("A214", place, first)
        elif (decision := self.rangs.lecture.suites.of(ligne).decision) in {REFUSEE, A_MODIFIER}:
            self._tell("A215", place, first, decision=decision or "")
        else:
            self._fill(ligne, first)

    def _etat(self, ligne: int) -> Etat | None:
        fait = self.memoire.fait(self.rangs.number(ligne))
        return fait.etat if fait else self.rangs.lecture.etats.get(ligne)

    def _fill(self, ligne: int, versement: Versement) -> None:
        """Fill what is blank; where a cell says otherwise, nothing of the line is written."""
        wanted: dict[str, Any] = {_PAID: versement.centimes, _DAY: versement.jour, _DECISION: ATTRIBUEE}
        new = {balise: value for balise, value in wanted.items() if value is not None and self._blank(ligne, balise)}
        others = [nom for nom in (_PAID, _DAY) if nom not in new and self._differs(ligne, nom, wanted[nom])]
        for balise in others:
            said = TAG[balise].format.write(wanted[balise])
            place = self.rangs.table.place(ligne, balise)
            self._tell(
                "A213", place, versement, balise, libelle=libelle(balise), connu=self._shown(ligne, balise), lu=said
            )
        if not others and new:
            self.valeurs[ligne] = new
        elif not others:
            self.connues.append(ligne)

    def _raw(self, ligne: int, balise: str) -> Any:
        brut = self.rangs.table.brut
        return brut.loc[ligne, balise] if balise in brut else None

    def _blank(self, ligne: int, balise: str) -> bool:
        return not self._shown(ligne, balise)

    def _shown(self, ligne: int, balise: str) -> str:
        return show(self._raw(ligne, balise)).strip()

    def _differs(self, ligne: int, balise: str, wanted: int | date | None) -> bool:
        return wanted is not None and getattr(self.rangs.lecture.suites.of(ligne), balise) != wanted

    def _tell(self, code: str, place: Place, versement: Versement, balise: str = _PAID, /, **faits: str) -> None:
        amount = "" if versement.centimes is None else TAG[_PAID].format.write(versement.centimes)
        words = {"ligne": str(versement.ligne), "montant": amount} | faits
        self.issues.append(Issue(code, place, balise, versement.numero, tuple(words.items())))
