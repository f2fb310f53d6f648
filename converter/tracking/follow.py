"""Where every request stands and how it came there: numbers, deposits, answers, the advance expected. Pure.

What an amount gives as advance is the slip's rule (`programme.avance`), and a total is the sum of what its requests
give, so that the figures of workbook, slip and follow-up agree to the centime. Source: section 1.1 for the 30 %; D.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from converter.checking.contenus import Contenu, contenus
from converter.checking.instruction import NON_DIT, Suite
from converter.checking.lecture import Lecture
from converter.registry.reconcile import Statut, reconcile
from converter.registry.rows import Rangs
from converter.registry.store import Depot, EtatDepot, Memoire, Reponse
from converter.spec.formats import Montant
from converter.spec.names import day_of, number_key, numero_ans_of
from converter.spec.programme import ACCEPTEES, ATTENDUS, FIGES, LOGICIELS, Etat, avance


@dataclass(frozen=True, slots=True)
class Etape:
    """One event of a request's life: what became of it under a number, in a deposit of a day (JJ/MM/AAAA, or none)."""

    numero: str
    depot: str
    jour: date | None
    issue: str
    motif: str = ""


@dataclass(frozen=True, slots=True)
class DemandeSuivie:
    """A request: its row in `Demandes`, what it asks for in centimes, where it stands and how it came there.

    `centimes` is what was filed, else what the row says, 0 where it cannot be read; `jour` is the day of its deposit
    and `attente` the days since, both `None` where it is in none. `reponse` is the day of the portal's answer where
    the registry knows it, `suite` what the row says of its instruction and payment.
    """

    ligne: int
    numero: str
    logiciel: str
    client: str
    centimes: int
    etat: Etat
    depot: str
    jour: date | None
    attente: int | None
    numeroASP: str  # noqa: N815 - the tag verbatim
    etapes: tuple[Etape, ...]
    finess: tuple[str, ...] = ()
    numeroAns: str = ""  # noqa: N815 - likewise
    reponse: date | None = None
    suite: Suite = NON_DIT

    @property
    def avance(self) -> int:
        """The advance on its amount, in centimes."""
        return avance(self.centimes)

    @property
    def paye(self) -> int:
        """What was paid of it, in centimes; nothing counts of a request that was not awarded."""
        return self.suite.paye if self.etat is Etat.PAYEE else 0

    @property
    def ecart(self) -> int | None:
        """What was paid less the advance expected, in centimes; `None` until it is paid."""
        return self.paye - self.avance if self.etat is Etat.PAYEE else None

    @property
    def depuis(self) -> date | None:
        """The day of its last known step, from which it waits for the next; `None` where it waits for nothing."""
        steps = {
            Etat.CONVERTIE: (self.jour,),
            Etat.ACCEPTEE: (self.suite.dateDecision, self.reponse, self.jour),
            Etat.ATTRIBUEE: (self.suite.dateDecision, self.reponse, self.jour),
        }
        return next(filter(None, steps.get(self.etat, ())), None)


@dataclass(frozen=True, slots=True)
class DepotSuivi:
    """A deposit, and how many of its requests were answered how; amounts in centimes.

    `attendue` is the advance on those that were not refused.
    """

    nom: str
    logiciel: str
    jour: date
    etat: EtatDepot
    nombre: int
    centimes: int
    avance: int
    attendue: int
    acceptees: int
    rejetees: int

    @property
    def attendues(self) -> int:
        """The requests still without an answer."""
        return self.nombre - self.acceptees - self.rejetees


@dataclass(frozen=True, slots=True)
class Total:
    """How many requests, what they ask for and what was paid of them, in centimes."""

    nombre: int
    centimes: int
    avance: int
    paye: int = 0


@dataclass(frozen=True, slots=True)
class Suivi:
    """The follow-up of a workbook on a day: requests in its order, deposits by day and name."""

    au: date
    demandes: tuple[DemandeSuivie, ...]
    depots: tuple[DepotSuivi, ...]

    def total(self, etats: Iterable[Etat] = Etat, logiciel: str = "") -> Total:
        """Return the total of the requests in some states, of one software or of all."""
        wanted = frozenset(etats)
        chosen = [d for d in self.demandes if d.etat in wanted and logiciel in {"", d.logiciel}]
        return Total(
            len(chosen), sum(d.centimes for d in chosen), sum(d.avance for d in chosen), sum(d.paye for d in chosen)
        )

    @property
    def attendue(self) -> Total:
        """The total of what is filed and refused neither by the portal nor at instruction: what may be expected."""
        return self.total(ATTENDUS)

    @property
    def ecart(self) -> int:
        """What was paid less what was expected of the requests that are paid, in centimes."""
        paid = self.total([Etat.PAYEE])
        return paid.paye - paid.avance

    @property
    def reste(self) -> int:
        """The advance of what is expected and not paid yet, in centimes: attendue = payé - écart + reste."""
        return self.total(ATTENDUS - {Etat.PAYEE}).avance

    @property
    def acceptees(self) -> tuple[DemandeSuivie, ...]:
        """The requests that the portal accepted, refused at instruction or not."""
        return tuple(demande for demande in self.demandes if demande.etat in ACCEPTEES)

    @property
    def ecarts(self) -> tuple[DemandeSuivie, ...]:
        """The requests whose payment is not what was expected."""
        return tuple(demande for demande in self.demandes if demande.ecart)

    @property
    def refusees(self) -> tuple[DemandeSuivie, ...]:
        """The requests refused at instruction."""
        return tuple(demande for demande in self.demandes if demande.etat is Etat.REFUSEE)

    def oldest(self, etat: Etat) -> DemandeSuivie | None:
        """Return the request that has waited longest in a state."""
        waiting = [(d.depuis, d.ligne, d) for d in self.demandes if d.etat is etat and d.depuis]
        return min(waiting)[2] if waiting else None

    def since(self, jour: date | None) -> int | None:
        """Return the days since a step, `None` where it was not taken."""
        return max((self.au - jour).days, 0) if jour else None

    @property
    def logiciels(self) -> tuple[str, ...]:
        """The software types that the requests are for, in the guide's order, an unknown one last."""
        met = {demande.logiciel for demande in self.demandes}
        return tuple(logiciel for logiciel in (*LOGICIELS, "") if logiciel in met)


def follow(
    lecture: Lecture,
    memoire: Memoire,
    depots: Sequence[Depot],
    au: date,
    *,
    etats: Mapping[int, Etat] | None = None,
) -> Suivi:
    """Return the follow-up on the day `au`, of the registry (`Registry.memory()`, `Registry.depots()`) and workbook.

    What a row is, `reconcile` tells, as for every command; where it leaves that to the checks, `etats` (a verdict's,
    by Excel row), else what the workbook says since they last ran.
    """
    rangs, rows = Rangs(lecture), lecture.frames.demandes.valeurs.index
    statuts = dict(zip(rows, reconcile(rangs.lignes(memoire), memoire).statuts, strict=True))
    teller = _Teller(rangs, memoire, _holding(depots), au, etats or lecture.etats, statuts)
    demandes = tuple(teller.demande(contenu) for contenu in contenus(lecture, list(rows)))
    refused = {number_key(demande.numero) for demande in demandes if demande.etat is Etat.REFUSEE}
    told = (_deposit(depot, memoire, refused) for depot in depots)
    return Suivi(au, demandes, tuple(sorted(filter(None, told), key=lambda depot: (depot.jour, depot.nom))))


def _holding(depots: Iterable[Depot]) -> Mapping[str, Sequence[Depot]]:
    """Return the deposits that hold each number, by name."""
    holding: dict[str, list[Depot]] = defaultdict(list)
    for depot in sorted(depots, key=lambda depot: depot.nom):
        for inscrite in depot.demandes:
            holding[number_key(inscrite.numero)].append(depot)
    return holding


def _deposit(depot: Depot, memoire: Memoire, refused: Container[str]) -> DepotSuivi | None:
    """Tell of a deposit; `refused` are the numbers that the instruction refused, by `number_key`."""
    jour = day_of(depot.nom)
    if jour is None:
        return None
    answers = {each.numero: _answer(each.numero, depot.nom, memoire) for each in depot.demandes}
    said = [answer.acceptee for answer in answers.values() if answer]
    kept = [
        each.centimes
        for each in depot.demandes
        if ((answer := answers[each.numero]) is None or answer.acceptee) and number_key(each.numero) not in refused
    ]
    amounts = [each.centimes for each in depot.demandes]
    return DepotSuivi(
        depot.nom,
        depot.logiciel,
        jour,
        depot.etat,
        len(amounts),
        sum(amounts),
        sum(map(avance, amounts)),
        sum(map(avance, kept)),
        said.count(True),
        said.count(False),
    )


def _distinct(contenu: Contenu, balise: str) -> tuple[str, ...]:
    """Return the different values of a tag over the establishments of a request."""
    return tuple(dict.fromkeys(filter(None, (client[balise] for client in contenu.etablissements))))


def _answer(numero: str, depot: str, memoire: Memoire) -> Reponse | None:
    """Return the portal's answer to a request of a deposit; the number may serve another one since."""
    fait = memoire.fait(numero)
    return fait.reponse if fait and fait.depot.upper() == depot.upper() else None


@dataclass(frozen=True, slots=True)
class _Teller:
    """What is needed to tell a request's story; `holding` are the deposits by the numbers they hold."""

    rangs: Rangs
    memoire: Memoire
    holding: Mapping[str, Sequence[Depot]]
    au: date
    etats: Mapping[int, Etat]
    statuts: Mapping[int, Statut]

    def demande(self, contenu: Contenu) -> DemandeSuivie:
        """Tell one request."""
        ligne, numero = contenu.ligne, self.rangs.number(contenu.ligne)
        statut, etat = self.statuts[ligne], self._etat(ligne)
        depot = statut.depot if etat in FIGES else ""
        jour = day_of(depot)
        return DemandeSuivie(
            ligne,
            numero,
            contenu.logiciel,
            ", ".join(_distinct(contenu, "nomClient")),
            self._filed(numero, depot) or contenu.valeurs["montantSegurHT"] or 0,
            etat,
            depot,
            jour,
            max((self.au - jour).days, 0) if jour else None,
            statut.reponse.numeroASP if statut.reponse else "",
            tuple(self._etapes(ligne, numero)),
            _distinct(contenu, "FINESSPMSI"),
            numero_ans_of(depot) or self._numero_ans(contenu.logiciel),
            self.memoire.recues.get(number_key(numero)) if etat in ACCEPTEES else None,
            self.rangs.lecture.suites.of(ligne),
        )

    def _numero_ans(self, logiciel: str) -> str:
        return self.rangs.lecture.frames.parametres.get(f"numeroAns.{logiciel}") or ""

    def _filed(self, numero: str, depot: str) -> int:
        """Return what a request asked for in its deposit, whatever its row says since; 0 where that is not known."""
        key = number_key(numero)
        held = (each for each in self.holding.get(key, ()) if each.nom == depot)
        return next((each.centimes for found in held for each in found.demandes if number_key(each.numero) == key), 0)

    def _etat(self, ligne: int) -> Etat:
        told, statut = self.etats.get(ligne), self.statuts[ligne]
        if told is None or told in FIGES or statut.fige:
            return self.rangs.lecture.suites.etat(ligne, statut.etat or Etat.A_CORRIGER)
        return told  # whether the attachments of a refused request changed, the last run knows

    def _etapes(self, ligne: int, numero: str) -> Iterator[Etape]:
        """Yield what happened under each number, the oldest first."""
        for refused in self.rangs.former(ligne):
            motif = self.rangs.told(ligne, "libelleTraitement")
            yield from self._under(refused) or [Etape(refused, "", None, Etat.REJETEE, motif)]
        told = self.rangs.depots.get(ligne, "") if self.statuts[ligne].fige else ""
        by_row = [self._etape(numero, told, EtatDepot.SIGNALE)] if told else []
        yield from self._under(numero) or by_row
        if self._etat(ligne) in ACCEPTEES:
            yield from self._noted(ligne, numero)

    def _noted(self, ligne: int, numero: str) -> Iterator[Etape]:
        """Yield what the row says of instruction and payment."""
        suite, depot = self.rangs.lecture.suites.of(ligne), self.rangs.depots.get(ligne, "")
        if suite.decision:
            yield Etape(numero, depot, suite.dateDecision, suite.decision)
        if suite.paye:
            yield Etape(numero, depot, suite.datePaiement, Etat.PAYEE, Montant().write(suite.paye))

    def _under(self, numero: str) -> list[Etape]:
        return [
            self._etape(numero, depot.nom, depot.etat, refuse=depot.refuse)
            for depot in self.holding.get(number_key(numero), ())
        ]

    def _etape(self, numero: str, depot: str, etat: EtatDepot, *, refuse: bool = False) -> Etape:
        jour = day_of(depot)
        if etat is EtatDepot.ANNULE:
            return Etape(numero, depot, jour, "Dépôt refusé en bloc" if refuse else "Dépôt annulé")
        reponse = _answer(numero, depot, self.memoire)
        if reponse is None:
            return Etape(numero, depot, jour, Etat.CONVERTIE)
        said = Etat.ACCEPTEE if reponse.acceptee else Etat.REJETEE
        return Etape(numero, depot, jour, said, reponse.numeroASP or reponse.libelleTraitement)
