"""The attachments that a workbook names, each file opened once: names in, inspections out."""

import hashlib
import os
import stat
import time
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path

from converter.attachments import contents
from converter.attachments.contents import Flaw
from converter.attachments.lookup import Lookup, RealFile, extension
from converter.attachments.pdf import OPEN
from converter.attachments.readings import SANS, Lectures, Transcript
from converter.system.processes import Workers

OCTETS = 3 * 1024 * 1024
"""A larger attachment is an error (specification, Bytes)."""

OCTETS_SURS = 3_000_000
"""A larger attachment is a warning: the guide says 3 Mo and not which (specification, Bytes)."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """What stands under one typed name, and what is wrong with it; fine when no finding is an error.

    `path` is the real file, as text since there may be tens of thousands, `octets` its size, `format` its
    `formatFichier`, `sha256` the hex digest of its content; each stays empty where the check stopped before. `texte`
    is what it says, `None` where it was not read.
    """

    path: str = ""
    octets: int = 0
    format: str = ""
    sha256: str = ""
    findings: tuple[Flaw, ...] = ()
    texte: Transcript | None = None


def inspect(
    names: Iterable[str], dossier: Path, extensions: Mapping[str, str], lectures: Lectures | None = None
) -> dict[str, Inspection]:
    """Look each distinct name up under `dossier` and check its file, which is read once; see `Attachments`."""
    return Attachments(dossier, extensions, lectures).inspect(names)


def read_at_most(path: str | Path, most: int) -> bytes:
    """Read at most `most + 1` bytes of a regular file.

    Raises `OSError` when it cannot be read, is a link (where the system can tell) or is no regular file.
    """
    file = os.open(path, _READING)
    try:
        status = os.fstat(file)
        if not stat.S_ISREG(status.st_mode):
            raise OSError
        return _at_most(file, min(status.st_size, most) + 1)
    finally:
        os.close(file)


# Not blocking: the file may have become a pipe since its folder was listed. Some flags are of one system only.
_READING = os.O_RDONLY
for _flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY", "O_CLOEXEC", "O_NOINHERIT"):
    _READING |= getattr(os, _flag, 0)


def _at_most(file: int, octets: int) -> bytes:
    data = os.read(file, octets)
    while len(data) < octets and (more := os.read(file, octets - len(data))):
        data += more
    return data


# --- from names to inspections ----------------------------------------------------------------------------------------

_WORKERS = 8
_SAMPLE = 32
_WAITING = 0.001
"""Seconds a file: a disk of the machine answers in a tenth of that, a network drive in a few times that."""
MANY_FILES = 5_000
"""Files from which on several processes open them: fewer take less than starting those does."""
_BATCH = 250


class Attachments:
    """The attachments under a folder: each name is looked up once, each file opened once."""

    def __init__(self, dossier: Path, extensions: Mapping[str, str], lectures: Lectures | None = None) -> None:
        """List the folder.

        `extensions` says the `formatFichier` of each lower-case extension; the text of PDFs is read where there are
        `lectures` to read it.
        """
        self._lookup = Lookup(dossier, extensions)
        self._extensions = dict(extensions)
        self._known = _Known(lectures)
        self._lectures = lectures
        self._places: dict[str, RealFile | Flaw] = {}
        self._files: dict[str, Inspection] = {}
        self._begun: Generator[list[Inspection], None, None] | None = None

    def begin(self, names: Iterable[str], workers: Workers) -> None:
        """Have other processes open the files of these names while this one goes on, where that saves time.

        It does where they are many and on a disk of this machine, and no earlier run has left what they say.
        """
        distinct = [] if self._begun else list(dict.fromkeys(names))
        if len(distinct) < MANY_FILES or (self._lectures and self._lectures.known):
            return
        todo = self._unopened(distinct)
        if self._is_slow(list(islice(todo, _SAMPLE))):
            return
        parts = iter(lambda: list(islice(todo, _BATCH)), [])
        self._begun = workers.begin(partial(_batch, self._extensions, self._lectures is not None), parts)

    def inspect(self, names: Iterable[str]) -> dict[str, Inspection]:
        r"""Return what stands under each of these names, and what is wrong with it.

        Names as typed: relative, with `/` or `\`. Nothing is raised for what a user or a file can do. Source:
        specification, Bytes.
        """
        distinct = list(dict.fromkeys(names))
        todo = list(self._unopened(distinct))
        if self._begun:
            self._take(set(todo), self._begun)
        self._open([path for path in todo if path not in self._files])
        return {name: self._inspection(name) for name in distinct}

    def _take(self, wanted: set[str], begun: Generator[list[Inspection], None, None]) -> None:
        """Take over what other processes have found, up to the last file that is wanted; the rest is left."""
        while wanted and (batch := next(begun, None)):
            for found in batch:
                if found.path in wanted:
                    wanted.remove(found.path)
                    self._files[found.path] = found
                    if self._lectures and found.texte and found.format == "PDF":
                        self._lectures.learn(found.sha256, found.texte)
        begun.close()

    def save_texts(self) -> None:
        """Leave the texts that were read to the next run, where they are kept."""
        if self._lectures:
            self._lectures.save()

    def _unopened(self, names: Iterable[str]) -> Iterator[str]:
        """Yield the files of these names that are still to be opened, each once, as they are looked up."""
        given: set[str] = set()
        for place in map(self._place, names):
            if isinstance(place, RealFile) and place.path not in self._files and place.path not in given:
                given.add(place.path)
                yield place.path

    def _place(self, name: str) -> RealFile | Flaw:
        if name not in self._places:
            self._places[name] = self._lookup.find(name)
        return self._places[name]

    def _open(self, paths: Sequence[str]) -> None:
        """Open files, several at a time where that is waiting, as on a network drive.

        On a disk of the machine itself threads would only be in each other's way: the first files tell.
        """
        sample, rest = paths[:_SAMPLE], paths[_SAMPLE:]
        if self._is_slow(sample):
            with ThreadPoolExecutor(_WORKERS) as pool, contents.quiet():
                self._files |= zip(rest, pool.map(self._check, rest), strict=True)
        else:
            with contents.quiet():
                self._files |= zip(rest, map(self._check, rest), strict=True)

    def _is_slow(self, sample: Sequence[str]) -> bool:
        """Open some files, and tell whether the disk makes most of them wait: a busy machine makes any of them."""
        waits = [0.0]
        with contents.quiet():
            for path in sample:
                started = time.perf_counter() - time.thread_time()
                self._files[path] = self._check(path)
                waits.append(time.perf_counter() - time.thread_time() - started)
        return sorted(waits)[len(waits) // 2] > _WAITING

    def _check(self, path: str) -> Inspection:
        return _check(path, self._extensions, self._known)

    def _inspection(self, name: str) -> Inspection:
        place = self._place(name)
        if isinstance(place, Flaw):
            return Inspection(findings=(place,))
        found = self._files[place.path]
        if not place.spelling:
            return found
        respelt = Flaw("P018", proposition=place.spelling)
        return replace(found, findings=(respelt, *found.findings))


def _batch(extensions: Mapping[str, str], read: bool, paths: Sequence[str]) -> list[Inspection]:
    known = _Known(Lectures() if read else None)
    with contents.quiet():
        return [_check(path, extensions, known) for path in paths]


# --- from a real file to its inspection -------------------------------------------------------------------------------


def _check(path: str, extensions: Mapping[str, str], known: "_Known") -> Inspection:
    ending = extension(path)
    expected = extensions.get(ending, "")
    if not expected:
        return Inspection(path, findings=(Flaw("P031", (("extension", ending or "(aucune)"),)),))
    try:
        data = read_at_most(path, OCTETS)
        octets = len(data) if len(data) <= OCTETS else os.stat(path, follow_symlinks=False).st_size  # noqa: PTH116 - speed
    except OSError:
        return Inspection(path, format=expected, findings=(Flaw("P020"),))
    if not data or octets > OCTETS:
        finding = Flaw("P041", _size(octets)) if data else Flaw("P040")
        return Inspection(path, octets, expected, findings=(finding,))
    sha256, findings, texte = known.examine(data, expected)
    if octets > OCTETS_SURS:
        findings = (*findings, Flaw("P042", _size(octets)))
    return Inspection(path, octets, expected, sha256, findings, texte)


class _Known:
    """What was found in contents already seen: one order form may serve under several names."""

    def __init__(self, lectures: Lectures | None) -> None:
        self._findings: dict[tuple[str, str], tuple[Flaw, ...]] = {}
        self._lectures = lectures

    def examine(self, data: bytes, expected: str) -> tuple[str, tuple[Flaw, ...], Transcript | None]:
        """Return the hex SHA-256, findings and text; two threads may both examine the same bytes, to no harm."""
        sha256 = hashlib.sha256(data).hexdigest()
        key = sha256, expected
        if key not in self._findings:
            self._findings[key] = self._look(sha256, data, expected)
        findings = self._findings[key]
        return sha256, findings, self._text(sha256, expected) if _opens(findings) else None

    def _look(self, sha256: str, data: bytes, expected: str) -> tuple[Flaw, ...]:
        """Return what is wrong with a content, its text learnt where it is wanted and not known yet."""
        wanted = self._lectures is not None and self._text(sha256, expected) is None
        findings, said = contents.content_of(data, expected, read=wanted)
        if self._lectures and said:
            self._lectures.learn(sha256, Transcript.of(said[0], entier=said[1]))
        return findings

    def _text(self, sha256: str, expected: str) -> Transcript | None:
        """Return what is known of the text of a content that opens: images have none."""
        if self._lectures is None:
            return None
        return self._lectures.of(sha256) if expected == "PDF" else SANS


def _opens(findings: Iterable[Flaw]) -> bool:
    return all(finding.code in OPEN for finding in findings)


def _size(octets: int) -> tuple[tuple[str, str], ...]:
    """Write a size the French way."""
    return ("taille", f"{octets / 1e6:.2f}".replace(".", ",")), ("octets", f"{octets:,}".replace(",", "\u202f"))
