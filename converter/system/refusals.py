"""What the environment refuses, told by a code: disk full, no rights, a folder gone, a name too long, a busy file."""

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from converter.issues import Empeche, Issue

DISQUE_PLEIN, DROITS, DISPARU, CHEMIN_LONG, TROP_GROS, OCCUPE, AUTRE = (f"E02{n}" for n in range(7))

_BY_ERRNO = {
    errno.ENOSPC: DISQUE_PLEIN,
    errno.EDQUOT: DISQUE_PLEIN,
    errno.EACCES: DROITS,
    errno.EPERM: DROITS,
    errno.EROFS: DROITS,
    errno.ENOENT: DISPARU,
    errno.ENOTDIR: DISPARU,
    errno.ESTALE: DISPARU,
    errno.ENAMETOOLONG: CHEMIN_LONG,
    errno.EFBIG: TROP_GROS,
    errno.EBUSY: OCCUPE,
}
# Windows names some refusals more finely than the C library does.
_BY_WINERROR = {32: OCCUPE, 33: OCCUPE, 206: CHEMIN_LONG}
_BY_SQLITE = {
    sqlite3.SQLITE_FULL: DISQUE_PLEIN,
    sqlite3.SQLITE_READONLY: DROITS,
    sqlite3.SQLITE_CANTOPEN: DROITS,
    sqlite3.SQLITE_PERM: DROITS,
    sqlite3.SQLITE_BUSY: OCCUPE,
    sqlite3.SQLITE_LOCKED: OCCUPE,
}
_REASONS = {
    errno.EEXIST: "un fichier y porte déjà ce nom",
    errno.EISDIR: "c’est un dossier, pas un fichier",
    errno.ENOTEMPTY: "un dossier de ce nom n’est pas vide",
    errno.EINVAL: "ce nom ou cette opération n’y sont pas admis",
    errno.EIO: "le disque ne répond pas",
    errno.ELOOP: "ses liens tournent en rond",
    errno.EMFILE: "trop de fichiers sont ouverts",
    errno.ETIMEDOUT: "le réseau ne répond pas",
    errno.EXDEV: "deux disques sont en jeu",
}
"""What the system would say in English."""
_LONGEST_PATH = 259 if os.name == "nt" else 4095
"""Characters of a path that every program of the system can open."""


@contextmanager
def guarded(dossier: Path) -> Iterator[None]:
    """Raise `Empeche` (E020 to E026) for whatever the system refuses while working in a folder."""
    try:
        yield
    except OSError as error:
        raise Empeche(_system_issue(error, dossier)) from error
    except sqlite3.OperationalError as error:
        raise Empeche(_registry_issue(error, dossier)) from error


def refuse_long_path(chemin: Path) -> None:
    """Raise `Empeche` (E023) for a path that could be written and not be opened again."""
    if len(str(chemin.absolute())) > _LONGEST_PATH:
        raise Empeche(_issue(CHEMIN_LONG, chemin, ""))


def _system_issue(error: OSError, dossier: Path) -> Issue:
    code = _BY_WINERROR.get(getattr(error, "winerror", None) or 0) or _BY_ERRNO.get(error.errno or 0, AUTRE)
    where = Path(os.fsdecode(error.filename)) if isinstance(error.filename, str | bytes) else dossier
    return _issue(code, where, reason(error))


def reason(error: OSError) -> str:
    """Say in French why the system refused."""
    return _REASONS.get(error.errno or 0, f"erreur système n° {getattr(error, 'winerror', None) or error.errno or 0}")


def _registry_issue(error: sqlite3.OperationalError, dossier: Path) -> Issue:
    code = _BY_SQLITE.get(error.sqlite_errorcode & 0xFF, AUTRE) if dossier.is_dir() else DISPARU
    return _issue(code, dossier, f"le registre répond {error.sqlite_errorname}")


def _issue(code: str, chemin: Path, raison: str) -> Issue:
    return Issue(code, faits=(("chemin", str(chemin)), ("raison", raison)))
