"""What becomes of an accepted request: the decision and the payment that the vendor notes, read and checked.

A workbook may lack these columns, and none of them is sent. Sources: section 1.2; the rules are D.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from converter.issues import Issue
from converter.reading.frames import Frame
from converter.spec import tags
from converter.spec.formats import show
from converter.spec.programme import A_MODIFIER, ATTRIBUEE, FIGES, REFUSEE, Etat
from converter.spec.sheets import DEMANDES


@dataclass(frozen=True, slots=True)
class Suite:
    """What a row says of its request once accepted, `None` where it says nothing readable; amounts in centimes."""

    decision: str | None = None
    dateDecision: date | None = None  # noqa: N815 - the tag verbatim
    montantPaye: int | None = None  # noqa: N815 - likewise
    datePaiement: date | None = None  # noqa: N815 - likewise

    @property
    def paye(self) -> int:
        """The amount paid, 0 where none was."""
        return max(self.montantPaye or 0, 0)

    def etat(self, etat: Etat) -> Etat:
        """Return where a request stands, of which the portal said `etat`; an amount paid proves the attribution."""
        if etat is not Etat.ACCEPTEE:
            return etat
        if self.decision == REFUSEE:
            return Etat.REFUSEE
        if self.paye and self.decision != A_MODIFIER:
            return Etat.PAYEE
        return Etat.ATTRIBUEE if self.decision == ATTRIBUEE else Etat.ACCEPTEE


NON_DIT = Suite()


@dataclass(frozen=True, slots=True)
class Suites:
    """What the workbook says of its accepted requests, by Excel row of `Demandes`, and what cannot be read of it."""

    lignes: Mapping[int, Suite] = field(default_factory=dict)
    issues: tuple[Issue, ...] = ()

    def of(self, ligne: int) -> Suite:
        """Return what a row says."""
        return self.lignes.get(ligne, NON_DIT)

    def etat(self, ligne: int, etat: Etat) -> Etat:
        """Return where the request of a row stands, of which the portal said `etat`."""
        return self.of(ligne).etat(etat)


def read_suites(frame: Frame, *, date1904: bool) -> Suites:
    """Read the later columns of `Demandes`; a cell that cannot be read says nothing and has its issue."""
    rows: dict[int, dict[str, Any]] = {}
    issues: list[Issue] = []
    for tag in tags.later_columns(DEMANDES):
        for ligne, raw in _filled(frame, tag.nom):
            reading = tag.format.read(raw, date1904=date1904)
            rows.setdefault(ligne, {})[tag.nom] = reading.valeur
            if reading.refus:
                issues += frame.issues(reading.refus, tag.nom, [ligne], [reading.faits], [reading.proposition])
    return Suites({ligne: Suite(**values) for ligne, values in rows.items()}, tuple(issues))


def _filled(frame: Frame, balise: str) -> Iterator[tuple[int, Any]]:
    brut = frame.table.brut
    for ligne, raw in brut[balise].items() if balise in brut else ():
        if raw is not None and show(raw).strip():
            yield int(ligne), raw


# --- checking ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Cas:
    """A row to check: what it says, the day of its deposit where known, its amount in centimes, today."""

    suite: Suite
    depot: date | None
    centimes: int
    au: date


_Faulty = Callable[[_Cas], bool]


def _to_come(balise: str) -> _Faulty:
    return lambda cas: _day(cas, balise) > cas.au


def _before_deposit(balise: str) -> _Faulty:
    return lambda cas: (
        cas.depot is not None and getattr(cas.suite, balise) is not None and _day(cas, balise) < cas.depot
    )


def _day(cas: _Cas, balise: str) -> date:
    day: date | None = getattr(cas.suite, balise)
    return day or date.min


def _paid(suite: Suite) -> bool:
    return suite.montantPaye is not None or suite.datePaiement is not None


_CHECKS: tuple[tuple[str, str, _Faulty], ...] = (
    ("A103", "dateDecision", _to_come("dateDecision")),
    ("A104", "dateDecision", _before_deposit("dateDecision")),
    ("A105", "decision", lambda cas: cas.suite.dateDecision is not None and cas.suite.decision is None),
    ("A106", "montantPaye", lambda cas: cas.suite.montantPaye is not None and cas.suite.montantPaye <= 0),
    ("A107", "montantPaye", lambda cas: _paid(cas.suite) and cas.suite.decision in {REFUSEE, A_MODIFIER}),
    ("A108", "decision", lambda cas: _paid(cas.suite) and cas.suite.decision is None),
    ("A109", "montantPaye", lambda cas: cas.suite.datePaiement is not None and cas.suite.montantPaye is None),
    ("A110", "datePaiement", lambda cas: cas.suite.montantPaye is not None and cas.suite.datePaiement is None),
    ("A103", "datePaiement", _to_come("datePaiement")),
    ("A104", "datePaiement", _before_deposit("datePaiement")),
    (
        "A111",
        "datePaiement",
        lambda cas: (
            cas.suite.datePaiement is not None and cas.suite.datePaiement < (cas.suite.dateDecision or date.min)
        ),
    ),
    ("A112", "montantPaye", lambda cas: 0 < cas.centimes < cas.suite.paye),
)
"""What is wrong of a row, in the order of the cells: code, cell, and when. One finding a cell is told."""


def check_instruction(frame: Frame, suites: Suites, etats: Mapping[int, Etat], au: date) -> Iterator[Issue]:
    """Yield what is wrong with the later columns; `etats` is what the portal said of the rows that have been sent."""
    yield from suites.issues
    unread = {(issue.place.ligne, issue.balise) for issue in suites.issues}
    for ligne, suite in suites.lignes.items():
        codes = _of_unaccepted(suite, etats.get(ligne)) or _of_accepted(_case(frame, ligne, suite, au))
        for balise, code in codes.items():
            if (ligne, balise) not in unread:
                yield from _issue(frame, code, balise, ligne, au)


def _of_unaccepted(suite: Suite, etat: Etat | None) -> dict[str, str]:
    """A row that was never sent speaks of another request; of one without an answer, the answer is wanted first."""
    if etat is Etat.ACCEPTEE or suite == NON_DIT:
        return {}
    first = next(tag.nom for tag in tags.later_columns(DEMANDES) if getattr(suite, tag.nom) is not None)
    return {first: "A102" if etat in FIGES else "A101"}


def _of_accepted(cas: _Cas) -> dict[str, str]:
    found: dict[str, str] = {}
    for code, balise, faulty in _CHECKS:
        if faulty(cas):
            found.setdefault(balise, code)
    return found


def _case(frame: Frame, ligne: int, suite: Suite, au: date) -> _Cas:
    amount = frame.valeurs["montantSegurHT"].fillna(0).loc[ligne]
    return _Cas(suite, _deposited(frame, ligne), int(amount), au)


def _deposited(frame: Frame, ligne: int) -> date | None:
    """Return the day of the deposit, as the tool's column tells it."""
    (raw,) = frame.raw("dateDepot", [ligne])
    day: date | None = tags.TAG["dateDepot"].format.read(raw).valeur
    return day


def _issue(frame: Frame, code: str, balise: str, ligne: int, au: date) -> Iterable[Issue]:
    day = _deposited(frame, ligne)
    faits = (("au", f"{au:%d/%m/%Y}"), ("depot", f"{day:%d/%m/%Y}" if day else ""))
    return frame.issues(code, balise, [ligne], [faits], [ATTRIBUEE if code == "A108" else ""])
