"""What attachments say, held against what their request says: amount, day and signatory, FINESS, issuer. Pure.

An alarm needs evidence: the text must be French, whole and of the file itself (not the guess of a scanner), lack what
was typed, and hold something else in its place. Where it does not, nothing is said, and the form is one of those that
only a person can compare. Source: guide 3.2 (the amount is « strictement » that of the order form), 3.3 for the proof.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import accumulate, combinations
from typing import Any

from converter.attachments.inspection import Inspection
from converter.attachments.readings import Transcript
from converter.checking.french_text import Amount, amounts, days, folded, is_readable, name_words, says_amount
from converter.issues import Facts, Issue
from converter.reading.frames import Frame, Frames
from converter.spec.names import number_key
from converter.spec.programme import BON_COMMANDE, PREUVE_HT
from converter.spec.tags import TAG

# --- one form ---------------------------------------------------------------------------------------------------------


class Form:
    """One order form as text; everything is looked for when first asked."""

    __slots__ = ("__dict__", "_said", "entier", "texte")

    def __init__(self, texte: Transcript) -> None:
        """Unfold the text."""
        self.texte = texte.texte
        self.entier = texte.entier
        self._said: dict[int, bool] = {}

    @cached_property
    def plie(self) -> str:
        """The text without case and accents."""
        return folded(self.texte)

    @cached_property
    def lisible(self) -> bool:
        """Whether it is French."""
        return is_readable(self.plie)

    @cached_property
    def montants(self) -> Sequence[Amount]:
        """The amounts that are surely amounts."""
        return list(amounts(self.texte))

    @cached_property
    def chiffres(self) -> str:
        """The text without what separates the figures of a number."""
        return self.texte.replace(" ", "").replace(".", "").replace(",", "").replace("'", "")

    @cached_property
    def totaux_ht(self) -> frozenset[int]:
        """The amounts, in centimes, that a line calls the total before tax."""
        return frozenset(self._called(_TOTAL_HT))

    @cached_property
    def totaux_ttc(self) -> frozenset[int]:
        """The amounts that a line calls the total with tax."""
        return frozenset(self._called(_TOTAL_TTC))

    def says(self, centimes: int) -> bool:
        """Tell whether an amount stands in the text; each is looked for once."""
        if self.texte and centimes not in self._said:
            self._said[centimes] = says_amount(self.texte, centimes)
        return self._said.get(centimes, False)

    def _called(self, label: re.Pattern[str]) -> Iterator[int]:
        """Yield the first amount after each such label, on its line or alone on the next one."""
        for found in label.finditer(self.texte):
            after = next((a for a in self.montants if found.end() <= a.start), None)
            if after and _BETWEEN.fullmatch(self.texte[found.end() : after.start]):
                yield after.centimes


_HT = r"\(?(?:h\.? ?t\b\.?|hors[ -]taxes?\b)"
_TTC = r"\(?(?:t\.? ?t\.? ?c\b\.?|toutes taxes comprises)"
_NAMED = r"\b(?:total|montant|prestation)\b[^\n\d]{0,40}?"
_TOTAL_HT = re.compile(_NAMED + r"\b" + _HT.removeprefix(r"\(?"), re.IGNORECASE)
_TOTAL_TTC = re.compile(_NAMED + r"\b" + _TTC.removeprefix(r"\(?"), re.IGNORECASE)
_BETWEEN = re.compile(r"[^\n\da-z]{0,30}\n?[^\n\da-z]{0,10}(?:en (?:euros|eur|€)[^\n\da-z]{0,10})?", re.IGNORECASE)


# --- the amount -------------------------------------------------------------------------------------------------------

_QUOTED = 2
"""Amounts of the form that a sentence names."""
_TAXES = (1200, 1100, 1055, 1021)
"""One and the rates of the French VAT, in thousandths: an amount without tax that only its total with tax tells."""
_MOST = 60
"""Amounts of a form beyond which it is a price list, and no evidence."""


def _amount_finding(form: Form, centimes: int) -> tuple[str, Facts, str] | None:
    """Return the code, the facts and the proposition about an amount; `None` where there is nothing to say."""
    if form.says(centimes):
        return _with_tax(form, centimes)
    there = sorted({amount.centimes for amount in form.montants} - {0})
    if not there or not form.entier or len(there) > _MOST or _follows_from(centimes, form):
        return None
    nearest = sorted(there, key=lambda other: (other not in form.totaux_ht, _distance(centimes, other)))
    certain = _sole(form.totaux_ht - form.totaux_ttc)
    told = " ou ".join(map(_euros, nearest[:_QUOTED]))
    return "R200", (("montants", told), ("montant", _euros(centimes))), _euros(certain) if certain else ""


def _with_tax(form: Form, centimes: int) -> tuple[str, Facts, str] | None:
    """Tell an amount typed with its tax: the form calls it TTC, and another one HT that makes it with 20 % more."""
    if str(centimes * 5 // 600)[:-1] not in form.chiffres:  # nearly always: no total before tax is there
        return None
    if centimes not in form.totaux_ttc or centimes in form.totaux_ht:
        return None
    before = [ht for ht in form.totaux_ht if abs(ht * 6 - centimes * 5) <= 5]  # noqa: PLR2004 - half a centime each
    if len(before) != 1:
        return None
    ht = _euros(before[0])
    return "R201", (("ht", ht), ("ttc", _euros(centimes))), ht


def _follows_from(centimes: int, form: Form) -> bool:
    """Tell an amount that the form does not say, but whose parts, or whose sum with tax, it does."""
    told = [amount.centimes for amount in form.montants]
    if any(abs(rate * centimes - 1000 * other) <= 1000 for rate in _TAXES for other in told):  # noqa: PLR2004 - a centime
        return True
    if any(centimes in {a + b, abs(a - b)} for a, b in combinations(told, 2)):
        return True
    sums = {0, *accumulate(told)}
    if any(total + centimes in sums for total in sums):
        return True
    return not form.totaux_ht and any(other and centimes % other == 0 for other in told)


def _distance(centimes: int, other: int) -> tuple[int, int]:
    """Rank what a slip of the hand makes of an amount before what is only near in value."""
    typed, told = str(centimes), str(other)
    slip = sorted(typed) == sorted(told) or (
        len(typed) == len(told) and sum(a != b for a, b in zip(typed, told, strict=True)) == 1
    )
    return (not slip, abs(centimes - other))


def _euros(centimes: int) -> str:
    return TAG["montantSegurHT"].format.write(centimes)


def _sole(found: Iterable[Any]) -> Any:
    distinct = set(found)
    return distinct.pop() if len(distinct) == 1 else None


# --- the day ----------------------------------------------------------------------------------------------------------

_SIGNED = re.compile(
    r"date de (?:la )?signature|sign(?:e|ee|ature)\b[^\n\d]{0,60}?\ble\b|signature du client|bon pour accord"
)
_VENDOR = re.compile(r"fournisseur|editeur|prestataire|vendeur")
_NEAR = re.compile(r"[^\n\d]{0,25}\n?[^\n\d]{0,15}")


def _signature_days(form: Form) -> Iterator[date]:
    """Yield each day that the form calls that of the client's signature."""
    if "sign" not in form.plie and "bon pour accord" not in form.plie:
        return
    for label in _SIGNED.finditer(form.plie):
        after = form.plie[label.end() : label.end() + 80]
        day = next(days(after), None)
        if day is None or not _NEAR.fullmatch(after[: day.start]):
            continue
        if not _VENDOR.search(form.plie[max(0, label.start() - 80) : label.end() + day.start]):
            yield day.jour


def _day_finding(form: Form, jour: date) -> date | None:
    """Return the day that the form says instead of this one; `None` where there is nothing to say."""
    if f"{jour:%d/%m/%Y}" in form.texte:
        return None
    told = _sole(_signature_days(form))
    return told if told and jour not in {day.jour for day in days(form.plie)} else None


# --- the signatory ----------------------------------------------------------------------------------------------------

_WORD = r"[A-ZÀ-ÖØ-Þ][\w'-]+"
_SIGNATORY = re.compile(
    r"(?:(?:nom|Nom|NOM)(?: et pr[ée]nom)? d(?:u|e la) signataire|Signataire(?: du client)?|SIGNATAIRE|"
    r"[Ss]ign[ée]e? (?:électroniquement )?par)"
    r" ?:? ?\n?(?:(?:M\.|Mme|MME|Monsieur|Madame|Dr|Docteur|Pr) )?(" + _WORD + r"(?: " + _WORD + r"){0,3})"
)
_NO_NAME = frozenset(
    {"nom", "prenom", "fonction", "qualite", "date", "signature", "titre", "directeur", "directrice", "cachet", "fait"}
)


def _signatory(form: Form) -> str:
    """Return the name that the form calls its signatory's, `""` where it names none or several."""
    names = set()
    for found in _SIGNATORY.finditer(form.texte):
        if _VENDOR.search(folded(form.texte[max(0, found.start() - 80) : found.end()])):
            continue
        told = [word for word in found[1].split() if folded(word) not in _NO_NAME]
        if len(told) < len(found[1].split()):  # a label of another line, or a title: not sure enough
            return ""
        names.add(" ".join([word for word in told if word.isupper()] or told).upper())
    return _sole(names) or ""


def _names(form: Form, name: str) -> bool:
    """Tell whether a form says a name, whole or cut into letters."""
    if name in form.texte:
        return True
    told = name_words(name)
    return any(word in form.plie for word in told) or "".join(told) in re.sub("[^a-z]", "", form.plie)


# --- the FINESS -------------------------------------------------------------------------------------------------------

_NINE = re.compile(r"(?<!\d)\d{2} ?\d{4} ?\d{3}(?!\d)|(?<!\d)\d{3} ?\d{3} ?\d{3}(?!\d)")


def _finess_meant(form: Form, finess: str) -> str:
    """Return the FINESS of the form of which this one is a slip: its key holds, that of this one does not."""
    from stdnum import luhn

    if "finess" not in form.plie or finess in form.chiffres or not finess.isdigit() or luhn.is_valid(finess):
        return ""
    told = {found[0].replace(" ", "") for found in _NINE.finditer(form.texte)}
    return _sole(other for other in told if luhn.is_valid(other) and _is_slip(finess, other)) or ""


def _is_slip(typed: str, meant: str) -> bool:
    differing = [at for at, (a, b) in enumerate(zip(typed, meant, strict=True)) if a != b]
    first, last = differing[0], differing[-1]
    return last == first or (last == first + 1 and typed[first : last + 1] == meant[first : last + 1][::-1])


# --- the issuer of a proof --------------------------------------------------------------------------------------------

_ISSUER = re.compile("financespubliques|dgfip|servicedesimpots|impotsdesentreprises|impotsgouv|directiondesimpots")


def is_of_the_tax_office(text: str) -> bool:
    """Tell whether a proof says who issued it: the Direction générale des Finances publiques, by one of its names."""
    return _ISSUER.search(re.sub("[^a-z]", "", folded(text))) is not None


# --- all of them ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Comparaison:
    """What was found; `a_la_main` are the numbers of the requests whose form only a person can compare."""

    issues: tuple[Issue, ...] = ()
    a_la_main: Mapping[str, None] = field(default_factory=dict)


def compare_forms(frames: Frames, pieces: Mapping[str, Inspection]) -> Comparaison:
    """Hold every attachment that was read against its request."""
    read = {name: found.texte for name, found in pieces.items() if found.texte is not None}
    if not read:
        return Comparaison()
    rows = frames.pieces.valeurs.dropna(subset="typeFichier")
    rows = rows[rows["fichier"].isin(list(read))]
    requests = _Requests(frames)
    issues: list[Issue] = []
    by_hand: dict[str, None] = {}
    cells = rows[["numeroEditeur", "typeFichier", "fichier"]].to_numpy(object).tolist()
    for ligne, (numero, kind, name) in zip(rows.index.tolist(), cells, strict=True):
        form = Form(read[name])
        if kind == PREUVE_HT and _is_of_another(form):
            issues += frames.pieces.issues("P080", "fichier", [ligne])
        elif kind == BON_COMMANDE and numero in requests.by_number:
            found = requests.hold(numero, form)
            issues += found
            if not (found or requests.is_told(numero, form)):
                by_hand[numero] = None
    return Comparaison(tuple(issues), by_hand)


def _is_of_another(form: Form) -> bool:
    return form.entier and form.lisible and not is_of_the_tax_office(form.texte)


class _Requests:
    """The requests by number, those apart that share one."""

    def __init__(self, frames: Frames) -> None:
        self._demandes, self._beneficiaires = frames.demandes, frames.beneficiaires
        numbers = frames.demandes.said("numeroEditeur")
        times = Counter(map(number_key, numbers.values()))
        self.by_number: Mapping[str, int] = {n: ligne for ligne, n in numbers.items() if times[number_key(n)] == 1}
        self._amounts = _values(frames.demandes, "montantSegurHT")
        self._days = _values(frames.demandes, "dateCommande")
        self._names = _values(frames.beneficiaires, "nomClient")
        self._finess = _values(frames.beneficiaires, "FINESSPMSI")
        self._clients: dict[str, list[int]] = {}
        for ligne, number in frames.beneficiaires.said("numeroEditeur").items():
            self._clients.setdefault(number, []).append(ligne)

    def is_told(self, numero: str, form: Form) -> bool:
        """Tell whether the form says the amount of its request."""
        centimes = self._amounts.get(self.by_number[numero])
        return centimes is None or form.says(centimes)

    def hold(self, numero: str, form: Form) -> list[Issue]:
        """Return what a form says otherwise than its request."""
        if not form.texte:
            return []
        found = [*self._amount(numero, form), *self._day(numero, form), *self._people(numero, form)]
        return found if found and form.lisible else []

    def _amount(self, numero: str, form: Form) -> Iterator[Issue]:
        ligne = self.by_number[numero]
        found = _amount_finding(form, self._amounts[ligne]) if ligne in self._amounts else None
        if found:
            code, faits, proposition = found
            yield from self._demandes.issues(code, "montantSegurHT", [ligne], [faits], [proposition])

    def _day(self, numero: str, form: Form) -> Iterator[Issue]:
        ligne = self.by_number[numero]
        meant = _day_finding(form, self._days[ligne].date()) if ligne in self._days else None
        if meant:
            told = f"{meant:%d/%m/%Y}"
            yield from self._demandes.issues("R202", "dateCommande", [ligne], [(("date", told),)], [told])

    def _people(self, numero: str, form: Form) -> Iterator[Issue]:
        rows = self._clients.get(numero, [])
        named = [ligne for ligne in rows if ligne in self._names]
        if named and not any(_names(form, self._names[ligne]) for ligne in named) and (meant := _signatory(form)):
            faits, propositions = [(("nom", meant),)] * len(named), [meant] * len(named)
            yield from self._beneficiaires.issues("R203", "nomClient", named, faits, propositions)
        for ligne in rows:
            if ligne in self._finess and (meant := _finess_meant(form, self._finess[ligne])):
                yield from self._beneficiaires.issues("R204", "FINESSPMSI", [ligne], [(("finess", meant),)], [meant])


def _values(frame: Frame, balise: str) -> dict[int, Any]:
    """Return the sound values of a column by Excel row."""
    faulty = set(frame.fautif.index[frame.fautif[balise]])
    return {ligne: value for ligne, value in frame.said(balise).items() if ligne not in faulty}
