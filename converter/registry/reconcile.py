"""The workbook's own columns against the registry: who is believed, and what each row therefore is.

Of what was sent, the registry is believed where it knows a number, else the workbook; of what the portal answered,
whichever knows more, and the other learns it. So a conversion killed before its rows were marked, an old backup, a
registry lost or put back from an old copy, and a workbook copied elsewhere all end in the same place. Source: D.
"""

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, field, replace
from datetime import date
from itertools import chain

from converter.checking.demande import Demande
from converter.issues import Inutilisable, Issue, Place
from converter.registry.fingerprint import Empreinte, empreinte
from converter.registry.rows import Ligne
from converter.registry.store import Fait, Memoire, Reponse, Signalement, completed
from converter.sentences.answers import day_told, historique
from converter.spec.names import day_of, number_key
from converter.spec.programme import FIGES, Etat

_LONGUEUR = 5
_DERNIER = 10**_LONGUEUR - 1


@dataclass(frozen=True, slots=True)
class Statut:
    """What a row is: its state (`None`: still to be checked), its deposit (`""`: none) and the portal's answer.

    `pieces` is the hash of the attachments that were refused with it, `""` where that does not matter.
    """

    etat: Etat | None = None
    depot: str = ""
    reponse: Reponse | None = None
    pieces: str = ""

    @property
    def fige(self) -> bool:
        """Whether it must not be converted (again)."""
        return self.etat in FIGES

    @property
    def jour(self) -> date | None:
        """The day of its deposit."""
        return day_of(self.depot)


LIBRE = Statut()


@dataclass(frozen=True, slots=True)
class Rapprochement:
    """The status of each row, in order; what to tell; and what the registry has to learn from the workbook.

    A row that claims to be converted and names no deposit is believed as long as it says so, and not learnt.
    `historiques` is all that the portal ever said of each row, under any of its numbers; `numeros` is a free number for
    each row that has none, by its cell.
    """

    statuts: tuple[Statut, ...]
    issues: tuple[Issue, ...]
    signalements: tuple[Signalement, ...]
    historiques: tuple[str, ...] = ()
    numeros: Mapping[Place, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Jugement:
    """What a row is, the code of what to tell of it, and what the registry has to learn."""

    statut: Statut
    code: str = ""
    appris: Signalement | None = None
    autre: str = ""


_FREE = _Jugement(LIBRE)


def reconcile(lignes: Sequence[Ligne], memoire: Memoire) -> Rapprochement:
    """Set the rows of a workbook against the registry.

    Issues: D010 registry believed, D011 edited since, D012 number of another request, D013 number refused, D014 only
    the workbook says so, D015 deposit withdrawn, D017 not in the deposit it names (a row copied to begin another),
    D019 the workbook's answer learnt, D027 a row copied with its number, D036 two answers, D037 refused and unchanged,
    D038 accepted under another number.
    """
    proposals = _free_numbers({*memoire.numeros}.union(*((each.numero, *each.anciensNumeros) for each in lignes)))
    judge = _Juge(lignes, memoire)
    jugements = [judge.judge(rang, ligne) for rang, ligne in enumerate(lignes)]
    issues = [
        _issue(jugement, ligne, memoire, next(proposals, "") if jugement.code in _RENUMBER else "")
        for ligne, jugement in zip(lignes, jugements, strict=True)
        if jugement.code
    ]
    learnt = [
        replace(jugement.appris, jour=day_told(ligne.historique, ligne.numero))
        for ligne, jugement in zip(lignes, jugements, strict=True)
        if jugement.appris
    ]
    refused = [each for ligne in lignes for each in judge.refused_before(ligne)]
    return Rapprochement(
        tuple(jugement.statut for jugement in jugements),
        tuple(issues),
        (*learnt, *refused),
        histories(lignes, memoire),
        {ligne.place: numero for ligne in lignes if not ligne.numero and (numero := next(proposals, ""))},
    )


_RENUMBER = ("D012", "D013", "D027")


def histories(lignes: Sequence[Ligne], memoire: Memoire) -> tuple[str, ...]:
    """Return all that the portal ever said of each row, under any of its numbers."""
    return tuple(_told_of(ligne, memoire) for ligne in lignes)


def _told_of(ligne: Ligne, memoire: Memoire) -> str:
    """Return what the row's own column tells, completed by what the registry heard under any of its numbers."""
    numeros = map(number_key, dict.fromkeys((*ligne.anciensNumeros, ligne.numero)))
    paroles = (said for numero in numeros for said in memoire.paroles.get(numero, ()))
    return historique(ligne.historique, map(astuple, paroles))


class _Juge:
    """Judges each row by itself, by the other rows of the workbook and by the registry."""

    def __init__(self, lignes: Sequence[Ligne], memoire: Memoire) -> None:
        self._lignes = lignes
        self._memoire = memoire
        self._numbers = defaultdict[str, list[int]](list)
        for rang, ligne in enumerate(lignes):
            self._numbers[number_key(ligne.numero)].append(rang)
        self._abandoned = {number_key(numero) for ligne in lignes for numero in ligne.anciensNumeros}
        self._accepted_as = {
            fait.reponse.numeroASP: key
            for key, fait in memoire.faits.items()
            if fait.reponse and fait.reponse.numeroASP
        }
        known_last = sorted(enumerate(lignes), key=lambda each: (memoire.fait(each[1].numero) is not None, -each[0]))
        self._first_with = {ligne.numeroASP: rang for rang, ligne in known_last}

    def judge(self, rang: int, ligne: Ligne) -> _Jugement:
        """Tell what a row is."""
        if not ligne.numero:
            return _FREE
        original = self._original(ligne)
        if original not in {rang, -1}:
            return _Jugement(LIBRE, "D027", autre=str(self._lignes[original].place.ligne))
        fait = self._memoire.fait(ligne.numero)
        told = ligne.acceptation if self._is_its_own(rang, ligne) else None
        return self._by_workbook(rang, ligne, told) if fait is None else self._by_registry(ligne, fait, told)

    def _original(self, ligne: Ligne) -> int:
        """Return the row that a number was sent for, of several that claim it; -1 where none was sent."""
        alike = self._numbers[number_key(ligne.numero)]
        if len(alike) == 1:
            return alike[0]
        fait = self._memoire.fait(ligne.numero)
        said = [rang for rang in alike if fait and self._lignes[rang].valeurs == fait.empreinte.valeurs]
        claiming = [rang for rang in alike if self._lignes[rang].etat in FIGES or self._lignes[rang].acceptation]
        return next(iter((*said, *claiming)), -1)

    def _is_its_own(self, rang: int, ligne: Ligne) -> bool:
        """Tell whether a row's numeroASP is its own: that of another request came with a row that was copied."""
        if not ligne.numeroASP:
            return True
        owner = self._accepted_as.get(ligne.numeroASP)
        if owner is not None:
            return owner == number_key(ligne.numero)
        return self._first_with[ligne.numeroASP] == rang

    def _by_registry(self, ligne: Ligne, fait: Fait, told: Reponse | None) -> _Jugement:
        known = Statut(fait.etat, fait.depot, fait.reponse)
        same = ligne.valeurs == fait.empreinte.valeurs
        if not (same or ligne.depot or ligne.etat in FIGES or told):
            return _Jugement(LIBRE, "D012")
        if told and (learnt := completed(fait.reponse, told)):
            appris = Signalement(fait.numero, fait.empreinte, fait.depot, learnt)
            return _Jugement(Statut(Etat.ACCEPTEE, fait.depot, learnt), "D019", appris)
        if told and fait.reponse and _contradict(fait.reponse, told):
            return _Jugement(Statut(Etat.ACCEPTEE, fait.depot, told), "D036", autre=fait.reponse.numeroASP)
        if known.etat is Etat.REJETEE:
            return _Jugement(known, "D013")
        if not same:
            return _Jugement(known, "D011")
        alike = ligne.etat == known.etat and ligne.depot.lower() == known.depot.lower()
        return _Jugement(known, "" if alike else "D010")

    def _by_workbook(self, rang: int, ligne: Ligne, told: Reponse | None) -> _Jugement:
        if told or ligne.etat == Etat.ACCEPTEE:
            return self._accepted(rang, ligne, told)
        if ligne.depot and ligne.depot in self._memoire.annules:
            return _Jugement(LIBRE, "D015")
        if ligne.anciensNumeros:
            return self._renumbered(ligne)
        if ligne.depot and ligne.depot in self._memoire.depots:
            return _Jugement(LIBRE, "D017")
        if ligne.etat == Etat.REJETEE:
            return _believed(ligne, Statut(Etat.REJETEE, ligne.depot, ligne.rejet), "D013")
        if ligne.etat in FIGES:
            return _believed(ligne, Statut(Etat.CONVERTIE, ligne.depot), "D014")
        return _Jugement(LIBRE, "D012") if number_key(ligne.numero) in self._abandoned else _FREE

    def _accepted(self, rang: int, ligne: Ligne, told: Reponse | None) -> _Jugement:
        """Judge a row that tells an acceptance which the registry does not know."""
        owner = self._accepted_as.get(ligne.numeroASP, "")
        copied = ligne.numeroASP and not self._is_its_own(rang, ligne)
        if copied and owner and owner not in self._numbers:
            return _Jugement(LIBRE, "D038", autre=owner)
        if copied or (not told and ligne.depot in {*self._memoire.depots, *self._memoire.annules}):
            return _Jugement(LIBRE, "D017")
        reponse = told or Reponse(ligne.numero, acceptee=True)
        return _believed(ligne, Statut(Etat.ACCEPTEE, ligne.depot, reponse), "D014")

    def _renumbered(self, ligne: Ligne) -> _Jugement:
        """Judge a row under its new number: refused until its content changes, or the user sets it ready."""
        if ligne.etat in FIGES and ligne.depot not in self._memoire.depots:
            return _believed(ligne, Statut(Etat.CONVERTIE, ligne.depot), "D014")
        sent = self._memoire.fait(ligne.anciensNumeros[-1])
        if ligne.etat == Etat.PRETE or (sent and sent.etat is Etat.ACCEPTEE):
            return _FREE
        said = sent.empreinte if sent else Empreinte("")
        if ligne.valeurs != said.valeurs if said.valeurs else ligne.etat != Etat.REJETEE:
            return _FREE
        reponse = sent.reponse if sent and sent.reponse else ligne.rejet
        return _Jugement(Statut(Etat.REJETEE, "", reponse, said.pieces), "D037")

    def refused_before(self, ligne: Ligne) -> Iterator[Signalement]:
        """Yield the refusals that a row tells by the numbers it gave up, and that the registry does not know."""
        for numero in ligne.anciensNumeros:
            fait = self._memoire.fait(numero)
            last = numero == ligne.anciensNumeros[-1] and ligne.etat == Etat.REJETEE
            reponse = ligne.rejet if last else Reponse(numero, acceptee=False)
            if fait and fait.reponse is None and number_key(numero) not in self._numbers:
                yield Signalement(fait.numero, fait.empreinte, fait.depot, reponse, day_told(ligne.historique, numero))
            elif fait is None and numero not in self._memoire.numeros:
                said = Empreinte(ligne.valeurs if last else "")
                yield Signalement(numero, said, reponse=reponse, jour=day_told(ligne.historique, numero))


def _believed(ligne: Ligne, statut: Statut, code: str) -> _Jugement:
    """Believe a row that the registry does not know, which learns it: not where neither deposit nor answer is told."""
    told = statut.reponse if statut.reponse != Reponse(ligne.numero, acceptee=True) else None
    if not (ligne.depot or told):
        return _Jugement(statut, code)
    return _Jugement(statut, code, Signalement(ligne.numero, Empreinte(ligne.valeurs), ligne.depot, statut.reponse))


def _contradict(known: Reponse, told: Reponse) -> bool:
    return not known.acceptee or bool(known.numeroASP and told.numeroASP and known.numeroASP != told.numeroASP)


def _issue(jugement: _Jugement, ligne: Ligne, memoire: Memoire, proposition: str) -> Issue:
    fait, statut, code = memoire.fait(ligne.numero), jugement.statut, jugement.code
    reponse = fait.reponse if fait and fait.reponse else statut.reponse
    faits = (
        ("depot", (fait.depot if fait else ligne.depot) or "un dépôt non retrouvé"),
        ("etat", str(statut.etat or Etat.PRETE)),
        ("motif", reponse.libelleTraitement if reponse else ""),
        ("numero", ligne.numero),
        ("autre", jugement.autre),
        ("numeroASP", ligne.numeroASP),
    )
    if code == "D037":  # OUI sets the row ready again
        return Issue(code, ligne.place_etat, "etat", Etat.REJETEE.value, faits, Etat.PRETE.value)
    return Issue(code, ligne.place, "numeroEditeur", ligne.numero, faits, proposition)


def without_changed(found: Rapprochement, lignes: Sequence[int], pieces: Mapping[int, str]) -> Rapprochement:
    """Set free the refused rows whose attachments changed.

    `lignes` are the Excel rows of the statuses, `pieces` the hash of what is attached now to those that ask for it.
    """
    freed = {
        ligne
        for ligne, statut in zip(lignes, found.statuts, strict=True)
        if statut.pieces and pieces.get(ligne, statut.pieces) != statut.pieces
    }
    statuts = (LIBRE if n in freed else statut for n, statut in zip(lignes, found.statuts, strict=True))
    issues = (each for each in found.issues if each.code != "D037" or each.place.ligne not in freed)
    return replace(found, statuts=tuple(statuts), issues=tuple(issues))


def already_sent(
    demandes: Iterable[tuple[Place, Demande]], memoire: Memoire, refused: Iterable[str] = ()
) -> tuple[Issue, ...]:
    """Return an issue for each request whose very content, attachments included, was sent under another number.

    D016, an error, where that one still lives: the State would be asked twice. D018, a warning, where it was refused:
    the guide asks for another number (section 1.2), but unchanged it may be refused again. `refused` are the numbers
    that the instruction refused, after the portal had accepted them.
    """
    known = [fait for fait in memoire.faits.values() if fait.empreinte.pieces]
    dead = _dead(known, refused)
    refused_first = sorted(known, key=lambda fait: fait.numero not in dead)
    return tuple(_twins(demandes, {fait.empreinte: fait for fait in refused_first}, dead)) if known else ()


def _dead(faits: Iterable[Fait], refused: Iterable[str]) -> frozenset[str]:
    """Return the numbers that ask for nothing any more: refused by the portal, or at instruction (`refused`)."""
    keys = set(map(number_key, refused))
    return frozenset(fait.numero for fait in faits if fait.etat is Etat.REJETEE or number_key(fait.numero) in keys)


def _twins(
    demandes: Iterable[tuple[Place, Demande]], sent: dict[Empreinte, Fait], dead: Container[str]
) -> Iterator[Issue]:
    for place, demande in demandes:
        twin = sent.get(empreinte(demande))
        if twin and twin.numero != demande.numero:
            motif = twin.reponse.libelleTraitement if twin.reponse and twin.etat is Etat.REJETEE else "à l’instruction"
            faits = (("autre", twin.numero), ("depot", twin.depot), ("motif", motif))
            code = "D018" if twin.numero in dead else "D016"
            yield Issue(code, place, "numeroEditeur", demande.numero, faits)


def already_ordered(
    demandes: Iterable[tuple[Place, Demande]], memoire: Memoire, refused: Iterable[str] = ()
) -> tuple[Issue, ...]:
    """Return an issue for each request that a live one seems to ask for already (rule 8), whatever the workbook.

    D028, an error: the order form, an establishment and the amount of a live request. D029, a warning: its order form,
    or an establishment of it for the same software. `refused` are the numbers that the instruction refused: no
    longer live.
    """
    dead = _dead(memoire.faits.values(), refused)
    live = [fait for fait in memoire.faits.values() if fait.numero not in dead]
    index = defaultdict[tuple[str, str], list[Fait]](list)
    for fait in live:
        for trait in _traits(fait.commande, fait.logiciel, fait.finess):
            index[trait].append(fait)
    return tuple(issue for place, demande in demandes if (issue := _ordered(place, demande, index))) if index else ()


def _traits(commande: str, logiciel: str, finess: Iterable[str]) -> Iterator[tuple[str, str]]:
    if commande:
        yield "le même bon de commande", commande
    yield from (("le même FINESS", f"{logiciel} {each}") for each in finess)


def _ordered(place: Place, demande: Demande, index: Mapping[tuple[str, str], Sequence[Fait]]) -> Issue | None:
    mine = number_key(demande.numero)
    for trait in _traits(demande.order_form, demande.logiciel, demande.finess):
        others = [fait for fait in index.get(trait, ()) if number_key(fait.numero) != mine]
        if others:
            same = [fait for fait in others if _is_same_order(fait, demande)]
            fait = next(iter((*same, *others)))
            jour = Statut(depot=fait.depot).jour
            faits = (
                ("quoi", trait[0]),
                ("autre", fait.numero),
                ("depot", fait.depot or "un dépôt non retrouvé"),
                ("jour", f"{jour:%d/%m/%Y}" if jour else "jour inconnu"),
            )
            return Issue("D028" if same else "D029", place, "numeroEditeur", demande.numero, faits)
    return None


def ordered_twice(demandes: Iterable[tuple[Place, Demande]]) -> tuple[Issue, ...]:
    """Return an error (D041) for each request that asks for what an earlier row of the same workbook asks for.

    Both would be live at once: the order form, an establishment, the software and the amount are the same.
    """
    first: dict[tuple[str, str, int, str], tuple[Place, Demande]] = {}
    issues = []
    held = [(place, demande, demande.order_form) for place, demande in demandes]
    times = Counter(form for _, _, form in held)
    for place, demande, form in held:
        if not form or times[form] == 1:
            continue
        keys = [(form, demande.logiciel, demande.centimes, finess) for finess in demande.finess]
        if met := next((first[key] for key in keys if key in first), None):
            faits = (("autre", met[1].numero), ("ligne", str(met[0].ligne)))
            issues.append(Issue("D041", place, "numeroEditeur", demande.numero, faits))
        else:
            first |= dict.fromkeys(keys, (place, demande))
    return tuple(issues)


def _is_same_order(fait: Fait, demande: Demande) -> bool:
    return (
        fait.commande == demande.order_form
        and fait.centimes == demande.centimes
        and not fait.finess.isdisjoint(demande.finess)
    )


def next_free_number(used: Iterable[str]) -> str:
    """Return the next numeroEditeur: the one after the largest made of digits, else the smallest never used.

    Raises `Inutilisable` (D021) when all of them have been used.
    """
    numero = next(_free_numbers(set(used)), "")
    if not numero:
        raise Inutilisable(Issue("D021"))
    return numero


def _free_numbers(used: set[str]) -> Iterator[str]:
    digits = [int(n) for n in used if len(n) == _LONGUEUR and n.isascii() and n.isdigit()]
    largest = max(digits, default=0)
    taken = set(digits)
    for number in chain(range(largest + 1, _DERNIER + 1), range(1, largest)):
        if number not in taken:
            yield f"{number:05d}"
