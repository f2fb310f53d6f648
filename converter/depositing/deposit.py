"""Deposits exist whole or not at all: built and checked aside, published by a rename, remembered in the registry.

The commit of the registry between building and renaming is the one point of no return: a conversion cut off before it
is undone by the next run, one cut off after it is finished. All deposits of a conversion share that point.
"""

import shutil
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeAlias

from converter.checking.demande import Lot
from converter.issues import Empeche, Inutilisable, Issue
from converter.registry import found, kept
from converter.registry.store import (
    CUT_OFF,
    REGISTRE,
    Depot,
    EtatDepot,
    Fichier,
    Memoire,
    Registry,
    Signalement,
    open_registry,
)
from converter.sentences.typography import plural
from converter.spec.names import depot_name
from converter.spec.shape import Shape
from converter.system.files import is_writable, scratch, sync_folder
from converter.system.lock import Tenant, locked
from converter.system.processes import Workers
from converter.system.refusals import guarded, reason

EN_COURS = ".en-cours"
"""Where deposits are built: beside the published ones, hence on the same disk."""
ANNULES = "annulés"
ATTENTE = 30.0
"""Seconds that a conversion waits for another one in the same folder."""

# What a virus scanner or an indexer makes Windows refuse for a moment is granted a little later.
_PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8)

MANY_DEMANDES = 5_000
"""Requests from which on several processes build their deposits: fewer take less than starting those does."""
MANY_OCTETS = 500_000_000
"""Bytes of attachments from which on they do too, however few the requests."""

Built: TypeAlias = dict[str, tuple[Fichier, ...]]
"""The files of each deposit."""

Progress = Callable[[int], None]
"""Told how many more requests are in a deposit that is built."""


@dataclass(frozen=True, slots=True)
class Depots:
    """A folder of deposits that is ours alone for now, its registry, and what opening it had to repair."""

    dossier: Path
    registre: Registry
    shape: Shape
    issues: tuple[Issue, ...]

    @property
    def en_cours(self) -> Path:
        """Where its deposits are built."""
        return self.dossier / EN_COURS

    @property
    def annules(self) -> Path:
        """Where its withdrawn deposits lie."""
        return self.dossier / ANNULES


def _say_nothing(_: Tenant) -> None:
    """Wait without a word."""


@contextmanager
def open_depots(
    dossier: Path, shape: Shape, *, attente: float = ATTENTE, prevenir: Callable[[Tenant], None] = _say_nothing
) -> Iterator[Depots]:
    """Open a folder of deposits, made where it is missing, for this process alone.

    Whatever was cut off is finished or undone first, a lost registry made anew from the deposits found, and both told
    in `issues` (D001 to D008). Waits `attente` seconds for another process, after calling `prevenir` with who it is.
    Raises `Empeche` (E020 to E026, E030), or `Inutilisable` (D023) where a newer version wrote the registry.
    """
    with ExitStack() as stack:
        with guarded(dossier):
            dossier.mkdir(parents=True, exist_ok=True)
            stack.enter_context(locked(dossier, attente, prevenir))
            registre, issues = stack.enter_context(open_registry(dossier))
            depots = Depots(dossier, registre, shape, ())
            issues = (*issues, *_recover(depots), *_adopt_found(depots))
            kept.recall(registre, dossier)
            stack.callback(kept.keep, registre, dossier)
        stack.enter_context(guarded(dossier))
        yield Depots(dossier, registre, shape, issues)


def consult(dossier: Path, shape: Shape) -> tuple[Memoire, Sequence[Depot], tuple[Issue, ...]]:
    """Return what a folder of deposits remembers, its deposits, and what opening it repaired.

    A missing folder stays missing; one that can only be read is left as it is, whatever was cut off in it.
    """
    if not dossier.exists():
        return Memoire(), (), ()
    with open_depots(dossier, shape) if is_writable(dossier) else _copied(dossier, shape) as depots:
        return depots.registre.memory(), depots.registre.depots(), depots.issues


def note(dossier: Path, shape: Shape, signalements: Sequence[Signalement]) -> Memoire | None:
    """Let a folder of deposits learn what a workbook tells; return what it remembers then, `None`: it learnt nothing.

    A missing folder stays missing, and one that can only be read as it is.
    """
    if not (signalements and dossier.exists() and is_writable(dossier)):
        return None
    with open_depots(dossier, shape) as depots:
        depots.registre.note(signalements)
        return depots.registre.memory()


@contextmanager
def _copied(dossier: Path, shape: Shape) -> Iterator[Depots]:
    """Open a copy of the registry of a folder that can only be read."""
    with guarded(dossier), scratch() as folder:
        for file in dossier.glob(f"{REGISTRE}*"):  # the journal of a cut-off is part of it
            shutil.copyfile(file, folder / file.name)
        with open_registry(folder) as (registre, issues):
            found_there = tuple(_adopt_found(Depots(dossier, registre, shape, ())))
            kept.recall(registre, dossier)
            yield Depots(dossier, registre, shape, (*issues, *found_there))


# --- converting -------------------------------------------------------------------------------------------------------


def convert(depots: Depots, lots: Sequence[Lot], jour: date, progress: Progress, workers: Workers) -> tuple[Depot, ...]:
    """Deposit lots under the date of a day: all of them, or none when anything stands in the way.

    `workers` build them where they are many.
    Raises `Inutilisable` before anything is built (D020, D022), `Empeche` with everything undone (E020 to E026; E031
    when an attachment changed since its check) or, past the point of no return, to be finished by the next run (E032).
    """
    with guarded(depots.dossier):
        noms = depots.registre.reserve(lots, jour, depots.shape.nom)
        with ExitStack() as undo:
            undo.callback(_undo, depots, noms)
            built = _built(depots, dict(zip(noms, lots, strict=True)), jour, progress, workers)
            sync_folder(depots.en_cours)
            depots.registre.commit_built(built)
            undo.pop_all()
        _publish(depots, noms)
    return tuple(depot for nom in noms if (depot := depots.registre.depot(nom)))


def _undo(depots: Depots, noms: Sequence[str]) -> None:
    shutil.rmtree(depots.en_cours, ignore_errors=True)
    depots.registre.forget(noms)


def _built(depots: Depots, lots: Mapping[str, Lot], jour: date, progress: Progress, workers: Workers) -> Built:
    """Build the deposits of these names, each beside the others, and give each its name."""
    from converter.depositing.building import Order, build_deposit  # runs that build nothing do without

    depots.en_cours.mkdir()
    orders = [Order(depots.en_cours, nom, lot, jour, depots.shape) for nom, lot in lots.items()]
    built = {}
    with ExitStack() as stack:
        shared = stack.enter_context(closing(workers.begin(build_deposit, orders))) if _is_long(lots.values()) else None
        for order, (folder, files) in zip(orders, shared or map(build_deposit, orders), strict=True):
            _move(folder, depots.en_cours / order.nom)
            built[order.nom] = files
            progress(len(order.lot.demandes))
    return built


def _is_long(lots: Collection[Lot]) -> bool:
    """Tell whether building the deposits of lots is worth starting processes for."""
    demandes = [demande for lot in lots for demande in lot.demandes]
    octets = sum(piece.octets for demande in demandes for piece in demande.pieces)
    return len(lots) > 1 and (len(demandes) >= MANY_DEMANDES or octets >= MANY_OCTETS)


def _publish(depots: Depots, noms: Sequence[str]) -> None:
    try:
        for nom in noms:
            _move(depots.en_cours / nom, depots.dossier / nom)
        sync_folder(depots.dossier)
    except OSError as error:
        faits = (("chemin", str(depots.dossier)), ("raison", reason(error)))
        raise Empeche(Issue("E032", faits=faits)) from error
    depots.registre.mark(noms, EtatDepot.PUBLIE)
    shutil.rmtree(depots.en_cours, ignore_errors=True)


def _move(source: Path, target: Path) -> None:
    for pause in _PAUSES:
        try:
            source.rename(target)
        except PermissionError:
            time.sleep(pause)
        else:
            return
    source.rename(target)


# --- withdrawing ------------------------------------------------------------------------------------------------------


def withdraw(depots: Depots, nom: str, *, refuse: bool = False) -> Depot:
    """Withdraw a deposit that was never uploaded, or that the portal refused whole at its first control (`refuse`).

    Its folder goes to `annulés`, its requests' numbers are free again: no control of requests has seen them.
    `nom` is the name of its folder or of its JSON file. The rank of the file is not used again. Raises `Inutilisable`
    (D024 unknown, D025 answered by the portal, D026 already withdrawn), `Empeche` with nothing changed.
    """
    depot = _withdrawable(depots.registre, depot_name(nom))
    with guarded(depots.dossier):
        depots.registre.mark([depot.nom], EtatDepot.RETRAIT)
        with ExitStack() as undo:
            undo.callback(depots.registre.mark, [depot.nom], depot.etat)
            _move_aside(depots, depot.nom)
            undo.pop_all()
        depots.registre.mark([depot.nom], EtatDepot.ANNULE)
        if refuse:
            depots.registre.mark_refused(depot.nom)
    return depot


def _withdrawable(registre: Registry, nom: str) -> Depot:
    depot = registre.depot(nom)
    if depot is None:
        raise Inutilisable(Issue("D024", valeur=nom))
    if depot.etat is EtatDepot.ANNULE:
        raise Inutilisable(Issue("D026", valeur=nom))
    if registre.is_answered(nom):
        raise Inutilisable(Issue("D025", valeur=nom))
    return depot


def _move_aside(depots: Depots, nom: str) -> None:
    """Move a folder among the withdrawn ones; one that the user has deleted is no obstacle."""
    if not (depots.dossier / nom).exists():
        return
    depots.annules.mkdir(exist_ok=True)
    target, suite = depots.annules / nom, 1
    while target.exists():
        suite += 1
        target = depots.annules / f"{nom} ({suite})"
    _move(depots.dossier / nom, target)
    sync_folder(depots.annules)
    sync_folder(depots.dossier)


# --- after a cut-off --------------------------------------------------------------------------------------------------


def _recover(depots: Depots) -> Iterator[Issue]:
    """Finish or undo what was cut off, and say so."""
    cut = {etat: depots.registre.depots(etat) for etat in CUT_OFF}
    yield from _undo_reserved(depots, cut[EtatDepot.RESERVE])
    for depot in cut[EtatDepot.CONSTRUIT]:
        yield _finish(depots, depot)
    for depot in cut[EtatDepot.RETRAIT]:
        _move_aside(depots, depot.nom)
        depots.registre.mark([depot.nom], EtatDepot.ANNULE)
        yield _told("D003", depot)
    if depots.en_cours.is_symlink():
        depots.en_cours.unlink()
    elif depots.en_cours.exists():
        shutil.rmtree(depots.en_cours)


def _undo_reserved(depots: Depots, cut: Sequence[Depot]) -> Iterator[Issue]:
    for depot in cut:
        depots.registre.forget([depot.nom])
        yield _told("D001", depot)


def _finish(depots: Depots, depot: Depot) -> Issue:
    staged, target = depots.en_cours / depot.nom, depots.dossier / depot.nom
    if staged.is_dir():
        if target.exists() or tuple(found.files_in(staged)) != tuple(sorted(depot.fichiers, key=lambda each: each.nom)):
            depots.registre.forget([depot.nom])
            return _told("D001", depot)
        _move(staged, target)
        sync_folder(depots.dossier)
    depots.registre.mark([depot.nom], EtatDepot.PUBLIE)
    # Neither here nor there: it may have been taken away for upload, and a request sent twice is worse than none.
    return _told("D002" if target.exists() else "D004", depot)


def _told(code: str, depot: Depot) -> Issue:
    return Issue(code, faits=(("depot", depot.nom), ("demandes", plural(len(depot.demandes), "demande"))))


def _adopt_found(depots: Depots) -> Iterator[Issue]:
    """Take in the deposits that the registry does not know: it was lost, or they were brought here."""
    known = set(depots.registre.found_on_disk())
    places = ((depots.dossier, EtatDepot.PUBLIE), (depots.annules, EtatDepot.ANNULE))
    for place, etat in places:
        for nom, folder in found.folders(place):
            if nom not in known:
                known.add(nom)
                yield from _adopt(depots, nom, folder, etat)
    _read_again(depots)


def _read_again(depots: Depots) -> None:
    """Read what an older version of the tool did not note of its deposits: order forms and establishments."""
    for nom in depots.registre.unread():
        if depot := found.read_deposit(nom, depots.dossier / nom, EtatDepot.PUBLIE, depots.shape):
            depots.registre.complete(depot)


def _adopt(depots: Depots, nom: str, folder: Path, etat: EtatDepot) -> Iterator[Issue]:
    depot = found.read_deposit(nom, folder, etat, depots.shape)
    clashes = depots.registre.adopt(depot or found.unreadable_deposit(nom, etat))
    yield _told("D006", depot) if depot else Issue("D007", faits=(("depot", nom),))
    for numero in clashes:
        yield Issue("D008", valeur=numero, faits=(("depot", nom),))
