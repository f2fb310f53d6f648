"""Files written whole or not at all: what is unfinished lies beside, under a name of its own."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from converter.issues import Inutilisable, Issue
from converter.system.refusals import guarded

_UNFINISHED = ".segur-hop-"


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """Yield a path to write to, which becomes `path` in one step once it is written; nothing is left of a failure.

    Its folder is made where it is missing. Raises `Empeche` (E020 to E026).
    """
    with guarded(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = _temporary(path.parent)
        try:
            yield unfinished
            unfinished.chmod(0o666 & ~_umask())
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)


def refuse_existing(path: Path) -> None:
    """Raise `Inutilisable` (F016) rather than write over a file of the user's."""
    if path.exists():
        raise Inutilisable(Issue("F016", faits=(("fichier", str(path)),)))


def _temporary(folder: Path) -> Path:
    handle, name = tempfile.mkstemp(prefix=_UNFINISHED, suffix=".tmp", dir=folder)
    os.close(handle)
    return Path(name)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
