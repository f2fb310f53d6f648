"""Files read or refused, written whole or not at all, and only where an output may stand."""

import errno
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from converter.issues import Empeche, Inutilisable, Issue
from converter.system.refusals import DROITS, guarded, refuse_long_path

_UNFINISHED = ".segur-hop-"
_DEAD = 3600
"""Seconds after which no run still writes to a temporary file: what is older was left by a power cut."""
_NO_FOLDER_SYNC = (errno.EINVAL, errno.ENOTSUP, errno.EBADF)
"""What a network drive answers that cannot do this for a folder."""


def read_bytes(path: Path) -> bytes:
    """Read a file of the user's; raises `Inutilisable` when it is missing (F001) or cannot be read (F017)."""
    try:
        return path.read_bytes()
    except OSError as error:
        code = "F001" if isinstance(error, FileNotFoundError) else "F017"
        raise Inutilisable(Issue(code, faits=(("fichier", str(path)),))) from None


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """Yield a path to write to, which becomes `path` in one step once it is written; nothing is left of a failure.

    Its folder is made where it is missing. Raises `Empeche` (E020 to E026).
    """
    with guarded(path.parent):
        real = path.resolve()
        real.parent.mkdir(parents=True, exist_ok=True)
        with file_aside(real.parent) as unfinished:
            yield unfinished
            sync_file(unfinished)
            unfinished.chmod(0o666 & ~_umask())
            unfinished.replace(real)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file whole or not at all; see `new_file`."""
    with new_file(path) as target:
        target.write_bytes(data)


@contextmanager
def file_aside(folder: Path) -> Iterator[Path]:
    """Yield an empty file of a folder, to write to before it takes its name; it goes where it has not taken one.

    So do those that a power cut left there.
    """
    handle, name = tempfile.mkstemp(prefix=_UNFINISHED, suffix=".tmp", dir=folder)
    os.close(handle)
    unfinished = Path(name)
    _sweep(unfinished)
    try:
        yield unfinished
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def scratch() -> Iterator[Path]:
    """Yield a folder for what must not outlive the run, and remove those that a power cut left."""
    with tempfile.TemporaryDirectory(prefix=_UNFINISHED, suffix=".tmp") as folder:
        _sweep(Path(folder))
        yield Path(folder)


def _sweep(fresh: Path) -> None:
    """Remove what is of the same kind beside a fresh file or folder and long dead, by the clock of their disk."""
    now = fresh.stat().st_mtime
    for left in fresh.parent.glob(f"{_UNFINISHED}*.tmp"):
        with suppress(OSError):
            if now - left.stat().st_mtime > _DEAD:
                shutil.rmtree(left) if left.is_dir() else left.unlink()


def sync_file(path: Path) -> None:
    """Have the content of a file on the disk before what follows."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk before what follows, where the system and the drive can."""
    if os.name == "nt":  # Windows opens no folder for this, and writes renames through on its own
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _NO_FOLDER_SYNC:
            raise
    finally:
        os.close(descriptor)


def _never(_: Path) -> bool:
    return False


def ensure_output(path: Path, *, is_ours: Callable[[Path], bool] = _never, apart: Sequence[Path] = ()) -> None:
    """Raise, before any work, where an output must not or cannot be written.

    `is_ours` tells the same output of an earlier run, which alone is replaced; `apart` are the other files of the call.

    Raises:
        Inutilisable: it is another file of the call (F031), a folder (F032), there already (F016), or its folder is a
            file (F030).
        Empeche: the system refuses it (E020 to E026).

    """
    faits = (("fichier", str(path)),)
    with guarded(path.parent):
        refuse_long_path(path)
        if any(_same(path, other) for other in apart):
            raise Inutilisable(Issue("F031", faits=faits))
        if path.is_dir():
            raise Inutilisable(Issue("F032", faits=faits))
        if path.exists():
            if not (path.is_file() and is_ours(path)):
                raise Inutilisable(Issue("F016", faits=faits))
            if not path.stat().st_mode & stat.S_IWUSR:
                raise Empeche(Issue(DROITS, faits=(("chemin", str(path)),)))
        ensure_folder(path.parent)


def ensure_folder(folder: Path) -> None:
    """Raise where a folder can be neither used nor made: `Inutilisable` (F030, a file) or `Empeche` (E020 to E026)."""
    with guarded(folder):
        there = next(each for each in (folder, *folder.absolute().parents) if each.exists())
        if not there.is_dir():
            raise Inutilisable(Issue("F030", faits=(("fichier", str(there)),)))
        _try_writing(there)


def is_writable(folder: Path) -> bool:
    """Whether files can be made in a folder, tried out: rights alone do not tell of a read-only disk."""
    try:
        _try_writing(folder)
    except OSError:
        return False
    return True


def _try_writing(folder: Path) -> None:
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        error.filename = str(folder)
        raise


def _same(path: Path, other: Path) -> bool:
    return path.resolve() == other.resolve() or (path.exists() and other.exists() and path.samefile(other))


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
