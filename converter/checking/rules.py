"""The rules that read several cells: each a predicate, true of good data, that names the cell it speaks of.

Source: specification «Cross rules» 1 to 10; the guide's section of each stands with its sentence.

An error that only follows from another is not shown: a rule is not asked where a cell that it reads has an error of its
own, nor, if it counts rows of another sheet, where it cannot be told which rows belong to the request.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import repeat
from typing import TypeAlias

import pandas as pd

from converter.checking.links import FIGURES, Liens
from converter.issues import Facts, Issue
from converter.reading.frames import Frame, Frames
from converter.spec import programme, tags
from converter.spec.programme import BON_COMMANDE, PREUVE_HT
from converter.spec.sheets import BENEFICIAIRES, DEMANDES, PIECES

UNKNOWN_NUMBER = "R161"
"""A row names a request that is not there."""

Mask: TypeAlias = pd.Series
"""Booleans indexed by the Excel rows of a sheet; a missing answer counts as good."""


class Data:
    """What the rules read: the three frames, the day of the check, each attachment's content hash by file name.

    `refused` are the numbers of requests that ask for nothing any more: another one may ask the same.
    """

    def __init__(
        self, frames: Frames, au: date, contents: Mapping[str, str], refused: frozenset[str] = frozenset()
    ) -> None:
        """Keep the values at hand under the sheets' names."""
        self.frames = frames
        self.demandes = frames.demandes.valeurs
        self.beneficiaires = frames.beneficiaires.valeurs
        self.pieces = frames.pieces.valeurs
        self.liens = Liens(frames)
        self.au = au
        self.contents = contents
        self.refused = refused

    @cached_property
    def sold(self) -> tuple[str, ...]:
        """The software types whose numéro ANS is filled in `Paramètres`, be it wrongly."""
        filled = {nom for nom, valeur in self.frames.parametres.items() if valeur} | self.frames.refuses
        return tuple(name for name in programme.LOGICIELS if f"numeroAns.{name}" in filled)

    @cached_property
    def logiciel(self) -> pd.Series:
        """The software of each request: the one typed, else the only one sold."""
        only = self.sold[0] if len(self.sold) == 1 else pd.NA
        return self.demandes["logiciel"].where(~self.untold, only)

    @cached_property
    def runs(self) -> Mapping[str, Mask]:
        """By software, true for the requests of it; missing where it is not known."""
        return {name: self.logiciel.eq(name) for name in programme.LOGICIELS}

    @property
    def untold(self) -> Mask:
        """True where the software was left blank, not where it could not be read."""
        return self.demandes["logiciel"].isna() & ~self.frames.demandes.fautif["logiciel"]

    @cached_property
    def has_mandataire(self) -> Mask:
        """True where the three `…Mandataire` tags are asked for."""
        return self.demandes["isMandataire"] & ~self.demandes["isClientUnique"]

    @cached_property
    def finess(self) -> pd.Series:
        """How many FINESS PMSI the establishments of each request carry."""
        counted = self.beneficiaires.groupby("numeroEditeur")["FINESSPMSI"].nunique()
        return self.demandes["numeroEditeur"].map(counted).fillna(0).astype("int64")

    def named_by(self, rows: pd.DataFrame) -> Mask:
        """True for the requests that have one of these rows of another sheet."""
        return self.demandes["numeroEditeur"].isin(rows["numeroEditeur"])

    @cached_property
    def unique(self) -> Mask:
        """True for the requests whose number is good and theirs alone."""
        return self.demandes["numeroEditeur"].isin(self.liens.connus - self.liens.doubles)

    def joined(self, nom: str, balise: str) -> Mask:
        """True for the requests whose rows on another sheet are all known, and without error in the column `balise`."""
        frame, numbers = self.frames.of(nom), self.demandes["numeroEditeur"]
        faulty = frame.valeurs.loc[frame.fautif[balise], "numeroEditeur"].dropna()
        return self.unique & ~numbers.isin({*faulty, *self.liens.attendus(nom)})


Predicate = Callable[[Data], Mask]
Words = Callable[[Data], Mapping[str, pd.Series]]


def _no_words(_: Data) -> Mapping[str, pd.Series]:
    return {}


@dataclass(frozen=True, slots=True)
class Rule:
    """One cross rule: its code, the sheet and column it speaks of, and the columns of that sheet that it reads.

    `counts` is the column of another sheet, and that sheet, whose rows it counts for each request; `words` gives what
    completes the sentence: series indexed like the predicate's mask.
    """

    code: str
    on: str
    at: str
    reads: tuple[str, ...]
    holds: Predicate
    counts: tuple[str, str] | None = None
    words: Words = field(default=_no_words)

    def issues(self, data: Data) -> Iterator[Issue]:
        """Yield an issue at each row where the rule does not hold though all that it reads is without error."""
        frame = data.frames.of(self.on)
        holds = self.holds(data)
        if holds.all():  # as it nearly always is; a missing answer counts as good
            return iter(())
        broken = ~holds.fillna(True).astype(bool) & self._can_be_asked(frame, data)
        rows = broken.index[broken]
        return frame.issues(self.code, self.at, rows, self._facts(rows, data) if len(rows) else ())

    def _facts(self, rows: pd.Index, data: Data) -> Iterable[Facts]:
        words = {name: word.loc[rows].astype(str) for name, word in sorted(self.words(data).items())}
        return [tuple(zip(words, values, strict=True)) for values in zip(*words.values(), strict=True)] or repeat(())

    def _can_be_asked(self, frame: Frame, data: Data) -> Mask:
        sound = ~frame.fautif[list({*self.reads, self.at})].any(axis=1)
        return sound & data.joined(*self.counts) if self.counts else sound


RULES: list[Rule] = []


def rule(
    code: str,
    *,
    on: str = DEMANDES,
    at: str,
    reads: Iterable[str] = (),
    counts: tuple[str, str] | None = None,
    words: Words = _no_words,
) -> Callable[[Predicate], Predicate]:
    """Enter a predicate into `RULES`."""

    def enter(holds: Predicate) -> Predicate:
        RULES.append(Rule(code, on, at, tuple(reads), holds, counts, words))
        return holds

    return enter


def apply(data: Data) -> list[Issue]:
    """Return the issues of all rules."""
    return [issue for rule in RULES for issue in rule.issues(data)]


@rule("V007", at="dateCommande")
def order_is_signed_already(d: Data) -> Mask:
    """The client signed at the latest on the day of the deposit."""
    return d.demandes["dateCommande"].le(pd.Timestamp(d.au)) | d.demandes["dateCommande"].isna()


@rule("V008", at="dateCommande")
def order_is_of_the_programme(d: Data) -> Mask:
    """No Ségur order is older than the programme."""
    days = d.demandes["dateCommande"]
    return (
        days.ge(pd.Timestamp(programme.PREMIER_JOUR)) | days.lt(pd.Timestamp(programme.JOUR_IMPOSSIBLE)) | days.isna()
    )


@rule("V009", at="dateCommande")
def order_is_of_our_days(d: Data) -> Mask:
    """A day of another age is a slip of typing."""
    return d.demandes["dateCommande"].ge(pd.Timestamp(programme.JOUR_IMPOSSIBLE)) | d.demandes["dateCommande"].isna()


_LISTED = 5
"""Rows that a sentence names, of those that share a fault."""


def some(lignes: Iterable[int]) -> str:
    """Name the first of some Excel rows, and count the others."""
    rows = [str(ligne) for ligne in lignes]
    others = len(rows) - _LISTED
    if others <= 0:
        return ", ".join(rows)
    return f"{', '.join(rows[:_LISTED])} et {others} autre{'s' if others > 1 else ''}"


def _same_number(d: Data) -> Mapping[str, pd.Series]:
    numbers = d.demandes["numeroEditeur"].str.upper()
    shared = numbers[numbers.duplicated(keep=False)].dropna()
    return {"lignes": shared.map({number: some(rows) for number, rows in shared.groupby(shared).groups.items()})}


@rule("R101", at="numeroEditeur", words=_same_number)
def numero_is_unique(d: Data) -> Mask:
    """Each request has its own number; case apart, since file names on Windows ignore it."""
    numbers = d.demandes["numeroEditeur"].str.upper()
    return ~numbers.duplicated(keep=False) | numbers.isna()


def _as_figures(d: Data) -> pd.Series:
    return d.demandes["numeroEditeur"].str.translate(FIGURES)


def _same_figures(d: Data) -> Mapping[str, pd.Series]:
    return {"autre": _as_figures(d)}


@rule("R163", at="numeroEditeur", words=_same_figures)
def numero_is_no_twin_of_figures(d: Data) -> Mask:
    """No request is told from another by O for 0 or I for 1: «O0009» beside «00009»."""
    numbers, figures = d.demandes["numeroEditeur"], _as_figures(d)
    return figures.eq(numbers) | ~figures.isin(numbers) | numbers.isna()


@rule("R104", at="logiciel")
def software_is_known(d: Data) -> Mask:
    """The software is typed, unless one only is sold."""
    return d.logiciel.notna() | (not d.sold)


def _scenario_rules(tag: tags.Tag) -> None:
    name, software = tag.nom, tag.logiciels[0]

    if not tag.nullable:  # what may be null depends on other answers: R191

        @rule("R102", at=name, reads=("logiciel",), words=lambda d: {"logiciel": d.logiciel})
        def is_answered(d: Data) -> Mask:
            # Without its numéro ANS, a software has its own error, and maybe not even its columns.
            return ~d.runs[software] | d.demandes[name].notna() | (software not in d.sold)

    @rule("R103", at=name, reads=("logiciel",), words=lambda d: {"logiciel": d.logiciel})
    def is_left_to_its_software(d: Data) -> Mask:
        return d.runs[software] | (d.demandes[name].isna() if tag.vide is None else ~d.demandes[name])


for _tag in (*tags.DPI_TAGS, *tags.PFI_TAGS):
    _scenario_rules(_tag)


def _mandataire_rules(name: str) -> None:
    deciding = ("isMandataire", "isClientUnique")

    @rule("R110", at=name, reads=deciding)
    def is_filled_with_a_mandataire(d: Data) -> Mask:
        return ~d.has_mandataire | d.demandes[name].notna()

    @rule("R111", at=name, reads=deciding)
    def is_blank_without_mandataire(d: Data) -> Mask:
        return d.has_mandataire | d.demandes[name].isna()


for _name in tags.MANDATAIRE_TAGS:
    _mandataire_rules(_name)


def _finess_words(d: Data) -> Mapping[str, pd.Series]:
    return {"nombre": d.finess}


_FINESS = (BENEFICIAIRES, "FINESSPMSI")


@rule("R120", at="isClientUnique", counts=_FINESS, words=_finess_words)
def one_client_has_one_finess(d: Data) -> Mask:
    """isClientUnique = true: all establishments carry the same FINESS PMSI."""
    return ~d.demandes["isClientUnique"] | d.finess.le(1)


@rule("R121", at="isClientUnique", counts=_FINESS, words=_finess_words)
def several_clients_have_several_finess(d: Data) -> Mask:
    """isClientUnique = false: the establishments carry several FINESS PMSI."""
    return d.demandes["isClientUnique"] | d.finess.ne(1)


@rule("R130", at="isMandataire", reads=("isClientUnique",))
def one_client_needs_no_mandataire(d: Data) -> Mask:
    """A mandataire orders for several establishments."""
    return ~(d.demandes["isClientUnique"] & d.demandes["isMandataire"])


def _of_type(d: Data, type_fichier: str) -> pd.DataFrame:
    return d.pieces[d.pieces["typeFichier"].eq(type_fichier).fillna(False)]


_TYPES = (PIECES, "typeFichier")


@rule("R140", at="regimeTVA", counts=_TYPES)
def ht_is_proved(d: Data) -> Mask:
    """The regime HT asks for a proof."""
    return d.demandes["regimeTVA"].ne("HT") | d.named_by(_of_type(d, PREUVE_HT))


def _of_request(d: Data, nom: str, column: pd.Series) -> pd.Series:
    """Map a column of the requests onto the rows of another sheet; missing where the request cannot be told."""
    known = pd.Series(column[d.unique].array, index=d.demandes.loc[d.unique, "numeroEditeur"])
    return d.frames.of(nom).valeurs["numeroEditeur"].map(known)


@rule("R141", on=PIECES, at="typeFichier", reads=("numeroEditeur",))
def ttc_needs_no_proof(d: Data) -> Mask:
    """The regime TTC asks for none."""
    return d.pieces["typeFichier"].ne(PREUVE_HT) | _of_request(d, PIECES, d.demandes["regimeTVA"]).ne("TTC")


@rule("R150", at="numeroEditeur", counts=_TYPES)
def order_form_is_joined(d: Data) -> Mask:
    """A request has its order form."""
    return d.named_by(_of_type(d, BON_COMMANDE))


@rule("R151", on=PIECES, at="typeFichier", reads=("numeroEditeur",))
def piece_of_a_type_is_the_only_one(d: Data) -> Mask:
    """A request has one attachment of each type: their names in the deposit would collide."""
    keys = d.pieces[["numeroEditeur", "typeFichier"]]
    return ~keys.duplicated() | keys.isna().any(axis=1) | keys["numeroEditeur"].isin(d.liens.doubles)


@rule("R152", on=PIECES, at="fichier", reads=("numeroEditeur", "typeFichier"))
def file_is_of_one_type(d: Data) -> Mask:
    """A file, by its content, is not both the order form and the proof of a request."""
    keys = d.pieces[["numeroEditeur", "typeFichier"]].assign(contenu=_content(d))
    again = keys.duplicated(["numeroEditeur", "contenu"]) & ~keys.duplicated(["numeroEditeur", "typeFichier"])
    return ~again | keys.isna().any(axis=1)


@rule("R160", at="numeroEditeur", counts=(BENEFICIAIRES, "numeroEditeur"))
def an_establishment_is_named(d: Data) -> Mask:
    """A request has at least one establishment."""
    return d.named_by(d.beneficiaires)


def _orphan_rule(nom: str) -> None:
    @rule(UNKNOWN_NUMBER, on=nom, at="numeroEditeur")
    def row_names_a_request(d: Data) -> Mask:
        rows = d.frames.of(nom).valeurs.index
        explained = {ligne for sheet, ligne in d.liens.expliques if sheet == nom}
        return pd.Series(~rows.isin(d.liens.egares(nom)) | rows.isin(explained), index=rows)


_orphan_rule(BENEFICIAIRES)
_orphan_rule(PIECES)


def _first_holder(keys: pd.DataFrame, numbers: pd.Series) -> pd.Series:
    """Return, for each row, the number of the first request that holds the same keys."""
    shared = keys.duplicated(keep=False)  # most stand once, and groups take longer to make than those to find
    among = keys[shared]
    first = numbers[shared].groupby([among[column] for column in among], dropna=False).transform("first")
    return numbers.mask(shared, first)


def _finess_holder(d: Data) -> pd.Series:
    software = _of_request(d, BENEFICIAIRES, d.logiciel.mask(d.demandes["numeroEditeur"].isin(d.refused)))
    return _first_holder(
        pd.DataFrame({"finess": d.beneficiaires["FINESSPMSI"], "logiciel": software}), d.beneficiaires["numeroEditeur"]
    ).where(software.notna())


@rule("R180", on=BENEFICIAIRES, at="FINESSPMSI", reads=("numeroEditeur",), words=lambda d: {"autre": _finess_holder(d)})
def establishment_asks_once(d: Data) -> Mask:
    """An establishment stands in one request for one software."""
    return _finess_holder(d).eq(d.beneficiaires["numeroEditeur"])


def _first_row(d: Data) -> pd.Series:
    rows = d.beneficiaires
    return pd.Series(rows.index, index=rows.index).groupby([rows[name] for name in rows]).transform("min")


@rule("R182", on=BENEFICIAIRES, at="FINESSPMSI", reads=("numeroEditeur",), words=lambda d: {"ligne": _first_row(d)})
def establishment_stands_once(d: Data) -> Mask:
    """An establishment stands once in a request, under one signatory."""
    rows = d.beneficiaires
    return ~rows.duplicated() | rows.isna().any(axis=1) | rows["numeroEditeur"].isin(d.liens.doubles)


def _content(d: Data) -> pd.Series:
    """Return what each file holds, by its hash; by its name where it could not be read."""
    names = d.pieces["fichier"]
    return (
        names.map(d.contents).astype("string").fillna(names)
    )  # of no content at all, pandas makes a column of numbers


def _order_holder(d: Data) -> pd.Series:
    live = d.pieces["typeFichier"].eq(BON_COMMANDE).fillna(False) & ~d.pieces["numeroEditeur"].isin(d.refused)
    content = d.pieces["fichier"].map(d.contents).where(live)
    return _first_holder(pd.DataFrame({"contenu": content}), d.pieces["numeroEditeur"]).where(content.notna())


@rule("R181", on=PIECES, at="fichier", reads=("numeroEditeur",), words=lambda d: {"autre": _order_holder(d)})
def order_form_serves_once(d: Data) -> Mask:
    """One order form, by its content, serves one request."""
    return _order_holder(d).eq(d.pieces["numeroEditeur"])


def _profile_rules(name: str) -> None:
    @rule("R190", at=name)
    def independent_pfi_has_its_profile(d: Data) -> Mask:
        profile = d.frames.parametres["profilIntegrationINS"] or "profilIntegrationINS" in d.frames.refuses
        return ~d.demandes[name] | ~d.runs[programme.DPI] | bool(profile)


for _tag in tags.DPI_TAGS:
    if _tag.nom.endswith("Independante"):
        _profile_rules(_tag.nom)


@rule("R191", at="operateurMessagerie", reads=("logiciel", "isEnvoiMSSPro", "isEnvoiMSSCitoyen"))
def messaging_pfi_names_its_operator(d: Data) -> Mask:
    """A PFI that sends by a MSS names the operator."""
    sends = d.demandes["isEnvoiMSSPro"].fillna(False) | d.demandes["isEnvoiMSSCitoyen"].fillna(False)
    return ~sends | ~d.runs[programme.PFI] | d.demandes["operateurMessagerie"].notna()
