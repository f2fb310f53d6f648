"""The user's workbook replaced in place: never half written, never without a dated copy, never under Excel's feet."""

import filecmp
import os
import re
import shutil
import stat
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from converter.issues import Empeche, Issue
from converter.system.files import file_aside, sync_file, sync_folder
from converter.system.refusals import guarded

BACKUPS = "sauvegardes"
KEPT = 20
"""Copies kept of each workbook."""

OPEN_IN_EXCEL, OPEN_IN_LIBREOFFICE, OPEN_ELSEWHERE, READ_ONLY, READ_ONLY_FOLDER, CHANGED = (f"E11{n}" for n in range(6))
_NT = os.name == "nt"


@dataclass(frozen=True, slots=True)
class OwnerFile:
    """The trace a program left beside a workbook it has open: its code, who, and on which machine, where told."""

    code: str
    qui: str
    machine: str
    fichier: Path


Stamp = tuple[int, int]
"""What tells one version of a file from the next: its time in nanoseconds and its size in bytes."""


def replace_workbook(path: Path, write: Callable[[Path], object], seen: Stamp | None = None) -> None:
    """Replace a workbook by what `write` writes to the path it is given, whole or not at all.

    `seen` is its `stamp` when it was read, so that nothing saved since is lost; `None`: it is read by `write` only.
    The workbook as it was stays in `sauvegardes/` beside it, dated; nothing is done where `write` writes the same
    bytes again.

    Raises:
        Empeche: it is open or read-only (E110 to E114), changed meanwhile (E115), or the system refused (E02x);
            the workbook is whole.

    """
    real = path.resolve()
    with guarded(real.parent):
        ensure_writable(real)
        seen = seen or stamp(real)
        with file_aside(real.parent) as unfinished:
            write(unfinished)
            ensure_unchanged(real, seen)
            if filecmp.cmp(unfinished, real, shallow=False):
                return
            shutil.copymode(real, unfinished)
            sync_file(unfinished)
            _keep_copy(real)
            _move(unfinished, real)
        _prune(real)


def ensure_writable(path: Path) -> None:
    """Raise `Empeche` (E110 to E114) when the workbook cannot be replaced now; it is not touched."""
    real = path.resolve()
    if (lock := lock_state(real)) is not None:
        facts = (("qui", lock.qui), ("machine", lock.machine), ("verrou", lock.fichier.name))
        raise _refusal(lock.code, real, *facts)
    if not real.stat().st_mode & stat.S_IWUSR:
        raise _refusal(READ_ONLY, real)
    if not _opens(real):
        raise _refusal(OPEN_ELSEWHERE, real)
    if not os.access(real.parent, os.W_OK | os.X_OK):
        raise _refusal(READ_ONLY_FOLDER, real, ("dossier", str(real.parent)))


def lock_state(path: Path) -> OwnerFile | None:
    """Who has the workbook open, as far as the file that Excel or LibreOffice lays beside it tells.

    Where Windows lets us open the workbook, such a file is what a crash left, and does not count.
    """
    real = path.resolve()
    lock = _excel_lock(real) or _libreoffice_lock(real)
    return None if lock is None or (_NT and _opens(real)) else lock


def _excel_lock(path: Path) -> OwnerFile | None:
    """Excel's owner file: a length, the name in the ANSI code page, then the same in UTF-16 from byte 55."""
    file = path.with_name(f"~${path.name}")
    if not file.exists():
        return None
    data = b""
    with suppress(PermissionError):  # Excel may keep it to itself
        data = file.read_bytes()
    length = int.from_bytes(data[55:57], "little")
    wide = data[57 : 57 + 2 * length].decode("utf-16-le", "replace")
    name = wide or data[1 : 1 + data[0]].decode("cp1252", "replace") if data else ""
    return OwnerFile(OPEN_IN_EXCEL, name.strip("\0 "), "", file)


def _libreoffice_lock(path: Path) -> OwnerFile | None:
    """LibreOffice's lock file: name, login, machine, time and profile, between commas."""
    file = path.with_name(f".~lock.{path.name}#")
    if not file.exists():
        return None
    fields = [*re.split(r"(?<!\\),", file.read_text("utf-8", "replace")), "", "", ""]
    return OwnerFile(OPEN_IN_LIBREOFFICE, fields[0].strip() or fields[1].strip(), fields[2].strip(), file)


def _opens(path: Path) -> bool:
    try:
        with path.open("r+b"):
            return True
    except PermissionError:
        return False


def _refusal(code: str, path: Path, *facts: tuple[str, str]) -> Empeche:
    return Empeche(Issue(code, faits=(("fichier", path.name), *facts)))


def ensure_unchanged(path: Path, seen: Stamp) -> None:
    """Raise `Empeche` (E115) when the workbook was saved since it was `seen`."""
    if stamp(path) != seen:
        raise _refusal(CHANGED, path)


def stamp(path: Path) -> Stamp:
    """Return what tells this version of a file from the next."""
    status = path.stat()
    return status.st_mtime_ns, status.st_size


def _keep_copy(path: Path) -> None:
    """Copy the workbook into `sauvegardes/`; the copy has its name only once it is whole."""
    folder = path.parent / BACKUPS
    folder.mkdir(exist_ok=True)
    moment = f"{datetime.now().astimezone():%Y-%m-%d %Hh%Mm%S}"
    number = 1 + max((rank for when, rank, _ in _copies(path) if when == moment), default=0)
    copy = folder / f"{path.stem} {moment}{f' ({number})' if number > 1 else ''}{path.suffix}"
    with file_aside(folder) as unfinished:
        shutil.copy2(path, unfinished)
        sync_file(unfinished)
        unfinished.replace(copy)


def _copies(path: Path) -> list[tuple[str, int, Path]]:
    """The dated copies of this workbook, oldest first: when, which of that second, and the file."""
    when = r" (\d{4}-\d\d-\d\d \d\dh\d\dm\d\d)(?: \((\d+)\))?"
    dated = re.compile(re.escape(path.stem) + when + re.escape(path.suffix))
    there = (path.parent / BACKUPS).iterdir()
    return sorted((found[1], int(found[2] or 1), each) for each in there if (found := dated.fullmatch(each.name)))


def _prune(path: Path) -> None:
    """Keep the last copies of this workbook; other files of the folder are not ours to remove."""
    for _, _, old in _copies(path)[:-KEPT]:
        with suppress(OSError):  # an old copy that is open somewhere goes next time
            old.unlink()


def _move(temporary: Path, path: Path) -> None:
    try:
        temporary.replace(path)
    except PermissionError:
        raise _refusal(OPEN_ELSEWHERE, path) from None
    sync_folder(path.parent)
