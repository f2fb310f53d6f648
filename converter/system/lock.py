"""One conversion at a time in a folder of deposits: the second waits, then is told who is at it.

The lock is the system's and ends with its process, so a killed conversion leaves none behind; the note beside it only
says who holds it.
"""

import os
import platform
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import msgspec
from filelock import FileLock, Timeout

from converter.issues import Empeche, Issue

VERROU = ".verrou"
_NOTE = ".verrou-qui.json"


@dataclass(frozen=True, slots=True)
class Tenant:
    """Who holds the lock: user, machine, and since when (`JJ/MM/AAAA à HH:MM`)."""

    utilisateur: str
    machine: str
    depuis: str


INCONNU = Tenant("un autre utilisateur", "une autre machine", "un instant")


@contextmanager
def locked(dossier: Path, attente: float, prevenir: Callable[[Tenant], None]) -> Iterator[None]:
    """Hold the lock of a folder that exists.

    Waits `attente` seconds at most, after calling `prevenir` with who holds it; then raises `Empeche` (E030).
    """
    lock = FileLock(dossier / VERROU)
    _acquire(lock, dossier, attente, prevenir)
    try:
        _write_note(dossier)
        yield
    finally:
        with suppress(OSError):  # someone reads it right now
            (dossier / _NOTE).unlink(missing_ok=True)
        lock.release()


def _acquire(lock: FileLock, dossier: Path, attente: float, prevenir: Callable[[Tenant], None]) -> None:
    try:
        lock.acquire(timeout=0)
    except Timeout:
        prevenir(_holder(dossier))
    else:
        return
    try:
        lock.acquire(timeout=attente, poll_interval=0.1)
    except Timeout:
        faits = tuple((nom, str(valeur)) for nom, valeur in asdict(_holder(dossier)).items())
        raise Empeche(Issue("E030", faits=(("chemin", str(dossier)), *faits))) from None


def _write_note(dossier: Path) -> None:
    user = os.environ.get("USERNAME") or os.environ.get("USER") or INCONNU.utilisateur
    since = f"{datetime.now().astimezone():%d/%m/%Y à %H:%M}"
    (dossier / _NOTE).write_bytes(msgspec.json.encode(Tenant(user, platform.node(), since)))


def _holder(dossier: Path) -> Tenant:
    try:
        return msgspec.json.decode((dossier / _NOTE).read_bytes(), type=Tenant)
    except (OSError, msgspec.DecodeError):
        return INCONNU
