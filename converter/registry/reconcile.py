"""The workbook's own columns against the registry: who is believed, and what each row therefore is.

The registry is believed where it knows a number, else the workbook. So a conversion killed before its rows were
marked, an old backup, a lost registry and a workbook copied elsewhere all end in the same place. Source: D.
"""

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain

from converter.checking.demande import Demande
from converter.issues import Inutilisable, Issue, Place
from converter.registry.fingerprint import Empreinte, empreinte
from converter.registry.store import Fait, Memoire, Reponse, Signalement
from converter.spec.names import NomDepot
from converter.spec.programme import FIGES, Etat

_LONGUEUR = 5
_DERNIER = 10**_LONGUEUR - 1


@dataclass(frozen=True, slots=True)
class Ligne:
    """A row of `Demandes` as its own columns tell it; what is blank is `""`.

    `place` is the cell of its numeroEditeur; `valeurs` the hash of what it says now (`empreinte.of_values`).
    """

    place: Place
    numero: str
    valeurs: str
    etat: str = ""
    fichierJSON: str = ""  # noqa: N815 - the tag verbatim
    numeroASP: str = ""  # noqa: N815 - likewise
    codeTraitement: str = ""  # noqa: N815 - likewise
    libelleTraitement: str = ""  # noqa: N815 - likewise
    anciensNumeros: tuple[str, ...] = ()  # noqa: N815 - likewise

    @property
    def depot(self) -> str:
        """The deposit it says it is in, `""` where it names none."""
        nom = NomDepot.within(self.fichierJSON)
        return str(nom) if nom else ""


@dataclass(frozen=True, slots=True)
class Statut:
    """What a row is: its state (`None`: still to be checked), its deposit (`""`: none) and the portal's answer."""

    etat: Etat | None = None
    depot: str = ""
    reponse: Reponse | None = None

    @property
    def jour(self) -> date | None:
        """The day of its deposit."""
        nom = NomDepot.within(self.depot)
        return nom.jour if nom else None


LIBRE = Statut()


@dataclass(frozen=True, slots=True)
class Rapprochement:
    """The status of each row, in order; what to tell; and what the registry has to learn from the workbook.

    A row that claims to be converted and names no deposit is believed as long as it says so, and not learnt.
    """

    statuts: tuple[Statut, ...]
    issues: tuple[Issue, ...]
    signalements: tuple[Signalement, ...]


def reconcile(lignes: Sequence[Ligne], memoire: Memoire) -> Rapprochement:
    """Set the rows of a workbook against the registry.

    Issues: D010 registry believed, D011 edited since, D012 number of another request, D013 number refused, D014 only
    the workbook says so, D015 deposit withdrawn, D017 not in the deposit it names (a row copied to begin another).
    """
    used = set(memoire.numeros).union(*((ligne.numero, *ligne.anciensNumeros) for ligne in lignes))
    proposals = _free_numbers(used)
    statuts: list[Statut] = []
    issues: list[Issue] = []
    signalements: list[Signalement] = []
    abandoned = {numero for ligne in lignes for numero in ligne.anciensNumeros}
    for ligne in lignes:
        fait = memoire.faits.get(ligne.numero)
        statut, code = _judge(ligne, fait, memoire, abandoned)
        statuts.append(statut)
        if code:
            proposition = next(proposals, "") if code in _RENUMBER else ""
            issues.append(_issue(code, ligne, statut, fait, proposition))
        if statut.depot and fait is None:
            signalements.append(Signalement(ligne.numero, Empreinte(ligne.valeurs), statut.depot, statut.reponse))
        signalements += _refused_before(ligne, memoire)
    return Rapprochement(tuple(statuts), tuple(issues), tuple(signalements))


_RENUMBER = ("D012", "D013")


def _refused_before(ligne: Ligne, memoire: Memoire) -> Iterator[Signalement]:
    for numero in ligne.anciensNumeros:
        if numero not in memoire.numeros:
            yield Signalement(numero, Empreinte(""), reponse=Reponse(numero, acceptee=False))


def _judge(ligne: Ligne, fait: Fait | None, memoire: Memoire, abandoned: set[str]) -> tuple[Statut, str]:
    if not ligne.numero:
        return LIBRE, ""
    if fait is None:
        return _by_workbook(ligne, memoire, abandoned)
    return _by_registry(ligne, fait)


def _by_registry(ligne: Ligne, fait: Fait) -> tuple[Statut, str]:
    known = Statut(fait.etat, fait.depot, fait.reponse)
    same = ligne.valeurs == fait.empreinte.valeurs
    claims = bool(ligne.depot) or ligne.etat in FIGES
    if not (same or claims):
        return LIBRE, "D012"
    if known.etat is Etat.REJETEE:
        return known, "D013"
    if not same:
        return known, "D011"
    return known, "" if ligne.etat == known.etat and ligne.depot.lower() == known.depot.lower() else "D010"


def _by_workbook(ligne: Ligne, memoire: Memoire, abandoned: set[str]) -> tuple[Statut, str]:
    if ligne.depot and ligne.depot in memoire.annules:
        return LIBRE, "D015"
    if ligne.depot and ligne.depot in memoire.depots:
        # One that was refused has a new number and may still name the deposit of its old one.
        return LIBRE, "" if ligne.anciensNumeros else "D017"
    if ligne.etat in FIGES:
        reponse = Reponse(ligne.numero, True, ligne.numeroASP, ligne.codeTraitement, ligne.libelleTraitement)
        accepted = ligne.etat == Etat.ACCEPTEE or bool(ligne.numeroASP)
        etat = Etat.ACCEPTEE if accepted else Etat.CONVERTIE
        return Statut(etat, ligne.depot, reponse if accepted else None), "D014"
    return LIBRE, "D012" if ligne.numero in abandoned else ""


def _issue(code: str, ligne: Ligne, statut: Statut, fait: Fait | None, proposition: str) -> Issue:
    depot = (fait.depot if fait else ligne.depot) or "un dépôt non retrouvé"
    etat = statut.etat or Etat.PRETE
    motif = fait.reponse.libelleTraitement if fait and fait.reponse else ""
    faits = (("depot", depot), ("etat", str(etat)), ("motif", motif))
    return Issue(code, ligne.place, "numeroEditeur", ligne.numero, faits, proposition)


def already_sent(
    demandes: Iterable[tuple[Place, Demande]], memoire: Memoire, refused: Container[str] = frozenset()
) -> tuple[Issue, ...]:
    """Return an issue for each request whose very content, attachments included, was sent under another number.

    D016, an error, where that one still lives: the State would be asked twice. D018, a warning, where it was refused:
    the guide asks for another number (section 1.2), but unchanged it may be refused again. `refused` are the numbers
    that the instruction refused, after the portal had accepted them.
    """
    known = [fait for fait in memoire.faits.values() if fait.empreinte.pieces]
    dead = {fait.numero for fait in known if fait.etat is Etat.REJETEE or fait.numero in refused}
    refused_first = sorted(known, key=lambda fait: fait.numero not in dead)
    return tuple(_twins(demandes, {fait.empreinte: fait for fait in refused_first}, dead)) if known else ()


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
