"""Find the attachments that a workbook names, and check each file once: names in, inspections out.

A typed name is never handed to the file system: it is looked up, part by part, in the listing of its folder. So a
path that leads out, a device or a stream of another file is simply not there, and only links need a closer look.
"""

import difflib
import hashlib
import os
import re
import stat
import time
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import chain, islice
from pathlib import Path

from converter.attachments import contents
from converter.attachments.contents import Flaw
from converter.attachments.readings import SANS, Lectures, Transcript
from converter.system.processes import each_done

OCTETS = 3 * 1024 * 1024
"""A larger attachment is an error (specification, Bytes)."""

OCTETS_SURS = 3_000_000
"""A larger attachment is a warning: the guide says 3 Mo and not which (specification, Bytes)."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """What stands under one typed name, and what is wrong with it; fine when no finding is an error.

    `path` is the real file, `octets` its size, `format` its `formatFichier`, `sha256` the hex digest of its
    content; each stays empty where the check stopped before. `texte` is what it says, `None` where it was not read.
    """

    path: Path | None = None
    octets: int = 0
    format: str = ""
    sha256: str = ""
    findings: tuple[Flaw, ...] = ()
    texte: Transcript | None = None


def inspect(
    names: Iterable[str], dossier: Path, extensions: Mapping[str, str], lectures: Lectures | None = None
) -> dict[str, Inspection]:
    r"""Look each distinct name up under `dossier` and check its file, which is read once.

    `names` as typed: relative, with `/` or `\`; `extensions` says the `formatFichier` of each lower-case
    extension; the text of PDFs is read where there are `lectures` to read it. Nothing is raised for what a user or a
    file can do. Source: specification, Bytes.
    """
    distinct = list(dict.fromkeys(names))
    root = _root(dossier)
    if isinstance(root, Flaw):
        return dict.fromkeys(distinct, Inspection(findings=(root,)))
    tree = _Tree(root, extensions)
    places = {name: tree.find(name) for name in distinct}
    files = _read_all(dict.fromkeys(p.path for p in places.values() if isinstance(p, _Place)), extensions, lectures)
    return {name: _inspection(place, files) for name, place in places.items()}


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


# --- from a typed name to a real file -------------------------------------------------------------------

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])\s*(\..*)?", re.IGNORECASE)
_ABSOLUTE = re.compile(r"/|[a-z][a-z0-9+.-]*:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Place:
    """A real file; `spelling` is its name relative to the folder, when another was typed."""

    path: str
    spelling: str


class _Folder:
    """One folder, listed once."""

    def __init__(self, path: str) -> None:
        self.path = path
        with os.scandir(path) as listing:
            self.entries = {entry.name: entry for entry in listing}

    def get(self, name: str) -> os.DirEntry[str] | None:
        """Return the entry of that name, or else the only one that reads alike."""
        if name in self.entries:
            return self.entries[name]
        alike = self._alike.get(_alike(name), [])
        return alike[0] if len(alike) == 1 else None

    @cached_property
    def _alike(self) -> dict[str, list[os.DirEntry[str]]]:
        alike = defaultdict(list)
        for name, entry in self.entries.items():
            alike[_alike(name)].append(entry)
        return alike


class _Tree:
    """The folder of the attachments: each of its folders is listed when first met."""

    def __init__(self, root: _Folder, extensions: Mapping[str, str]) -> None:
        self._root = root
        self._inside = Path(root.path)
        self._folders: dict[str, _Folder | Flaw] = {}
        self._neighbours = _Neighbours(root.path, extensions)

    def find(self, name: str) -> _Place | Flaw:
        """Return the file that `name` means, or why there is none."""
        parts = _parts(name)
        if isinstance(parts, Flaw):
            return replace(parts, proposition=self._neighbours.of(name)) if parts.code == "P011" else parts
        place = self._walk(parts)
        if place is None:
            proposition = self._neighbours.of("/".join(parts))
            return Flaw("P014" if proposition else "P013", proposition=proposition)
        return place

    def _walk(self, parts: list[str]) -> _Place | Flaw | None:
        folder, met = self._root, []
        for depth, part in enumerate(parts, 1):
            entry = folder.get(part)
            if entry is None:
                return None
            met.append(entry.name)
            target = self._target(entry)
            if isinstance(target, Flaw):
                return target
            if isinstance(target, str):
                return _Place(target, _respelt(parts, met)) if depth == len(parts) else None
            folder = target
        return Flaw("P015")

    def _target(self, entry: os.DirEntry[str]) -> str | _Folder | Flaw:
        """Return the real path of a file, or the folder, that an entry leads to."""
        try:
            if entry.is_file(follow_symlinks=False):
                return entry.path
            if entry.is_dir():
                return self._folder(entry.path)
            if not entry.is_symlink():
                return Flaw("P016")
            real = self._real(entry.path)
            return Flaw("P016") if isinstance(real, str) and not Path(real).is_file() else real
        except OSError:
            return Flaw("P020")

    def _folder(self, path: str) -> _Folder | Flaw:
        if path not in self._folders:
            real = self._real(path)
            self._folders[path] = real if isinstance(real, Flaw) else _Folder(real)
        return self._folders[path]

    def _real(self, path: str) -> str | Flaw:
        """Follow links and junctions, as long as they stay inside."""
        real = os.path.realpath(path, strict=True)
        return real if Path(real).is_relative_to(self._inside) else Flaw("P017")


def _root(dossier: Path) -> _Folder | Flaw:
    faits = (("dossier", str(dossier)),)
    try:
        return _Folder(os.path.realpath(dossier, strict=True))
    except (FileNotFoundError, NotADirectoryError):
        return Flaw("P001", faits)
    except (OSError, ValueError):  # ValueError: a NUL in the path
        return Flaw("P002", faits)


def _parts(name: str) -> list[str] | Flaw:
    """Split a typed name; `..` is taken back as far as the folder itself."""
    if _CONTROL.search(name):
        return Flaw("P010")
    text = name.strip().strip('"').replace("\\", "/")
    if _ABSOLUTE.match(text):
        return Flaw("P011")
    parts: list[str] = []
    for part in text.split("/"):
        if part == ".." and not parts:
            return Flaw("P012")
        if _RESERVED.fullmatch(part):
            return Flaw("P010")
        if part == "..":
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return parts


def _alike(name: str) -> str:
    """Fold what nobody sees or means: case, Unicode composition, kinds of spaces and apostrophes."""
    folded = unicodedata.normalize("NFKC", name).casefold().replace("’", "'")
    return unicodedata.normalize("NFC", " ".join(folded.split()))


def _respelt(typed: list[str], met: list[str]) -> str:
    """Return the real name when one can see that it differs from the typed one."""
    if typed == met:
        return ""
    spelling = "/".join(met)
    return "" if _composed("/".join(typed)) == _composed(spelling) else spelling


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


# --- what was perhaps meant -----------------------------------------------------------------------------


class _Neighbours:
    """The existing name nearest to one that does not exist; the whole tree is listed at the first such name."""

    _FILES = 100_000
    _GROUP = 2_000
    _SEARCHES = 100
    """After so many names without a like, the folder is wrong rather than the names."""

    def __init__(self, root: str, extensions: Mapping[str, str]) -> None:
        self._root = root
        self._extensions = extensions
        self._searches = 0

    def of(self, name: str) -> str:
        """Return the relative path of the nearest file, `""` when none is near.

        The digits must be the same: with numbered files the neighbour of a missing one is another request's.
        """
        key = _key(name)
        if key not in self._by_key:
            key = self._near(key)
        return _closest(name, self._by_key.get(key, []), 0)

    def _near(self, key: str) -> str:
        self._searches += 1
        group = self._by_digits.get(_digits(key), [])
        if self._searches > self._SEARCHES or len(group) > self._GROUP:
            return ""
        return _closest(key, group, 0.75)

    @cached_property
    def _by_key(self) -> dict[str, list[str]]:
        """Relative paths by what identifies their last part."""
        by_key = defaultdict(list)
        for path in islice(self._files(), self._FILES):
            by_key[_key(path)].append(path)
        return dict(by_key)

    @cached_property
    def _by_digits(self) -> dict[str, list[str]]:
        by_digits = defaultdict(list)
        for key in self._by_key:
            by_digits[_digits(key)].append(key)
        return by_digits

    def _files(self) -> Iterable[str]:
        for folder, folders, files in os.walk(self._root):
            folders.sort()
            within = os.path.relpath(folder, self._root).replace(os.sep, "/")
            for name in sorted(files):
                if _extension(name) in self._extensions and not name.startswith("."):
                    yield name if within == os.curdir else f"{within}/{name}"


def _key(name: str) -> str:
    """Keep the letters and digits of the last part, without accents, case and extension."""
    stem = re.sub(r"\.[A-Za-z]{2,5}$", "", name.strip('" ').replace("\\", "/").rpartition("/")[2])
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKD", stem).casefold()))


def _digits(key: str) -> str:
    return "".join(filter(str.isdigit, key))


def _closest(text: str, candidates: list[str], cutoff: float) -> str:
    if len(candidates) == 1 and not cutoff:
        return candidates[0]
    return next(iter(difflib.get_close_matches(text, candidates, 1, cutoff)), "")


# --- from a real file to its inspection -----------------------------------------------------------------

_WORKERS = 8
_SAMPLE = 32
_WAITING = 0.001
"""Seconds a file: a disk of the machine answers in a tenth of that, a network drive in a few times that."""
MANY_FILES = 5_000
"""Files from which on several processes open them: fewer take less than starting those does."""
_BATCH = 250


def _read_all(paths: Iterable[str], extensions: Mapping[str, str], lectures: Lectures | None) -> dict[str, Inspection]:
    """Check each file; several at a time where reading is waiting, as on a network drive, or where they are many.

    On a disk of the machine itself threads would only be in each other's way: the first files tell.
    """
    todo, known = list(paths), _Known(lectures)
    sample, rest = todo[:_SAMPLE], todo[_SAMPLE:]
    with contents.quiet():
        done, waits = [], [0.0]
        for path in sample:
            started = time.perf_counter() - time.thread_time()
            done.append(_check(path, extensions, known))
            waits.append(time.perf_counter() - time.thread_time() - started)
        if sorted(waits)[len(waits) // 2] > _WAITING:  # of most, as a busy machine makes any of them wait for its turn
            with ThreadPoolExecutor(_WORKERS) as pool:
                done += pool.map(lambda path: _check(path, extensions, known), rest)
        elif len(rest) >= MANY_FILES and not (lectures and lectures.known):
            done += _by_processes(rest, extensions, lectures)
        else:
            done += [_check(path, extensions, known) for path in rest]
    return dict(zip(todo, done, strict=True))


def _by_processes(
    paths: Sequence[str], extensions: Mapping[str, str], lectures: Lectures | None
) -> Iterator[Inspection]:
    """Check files by several processes, each file by one, and keep the texts that they read."""
    parts = [paths[start : start + _BATCH] for start in range(0, len(paths), _BATCH)]
    work = partial(_batch, dict(extensions), lectures is not None)
    with closing(each_done(work, parts, shared=True)) as done:
        for found in chain.from_iterable(done):
            if lectures and found.texte and found.format == "PDF":
                lectures.learn(found.sha256, found.texte)
            yield found


def _batch(extensions: Mapping[str, str], read: bool, paths: Sequence[str]) -> list[Inspection]:
    known = _Known(Lectures() if read else None)
    with contents.quiet():
        return [_check(path, extensions, known) for path in paths]


def _check(path: str, extensions: Mapping[str, str], known: "_Known") -> Inspection:
    extension = _extension(path)
    expected = extensions.get(extension, "")
    if not expected:
        return Inspection(Path(path), findings=(Flaw("P031", (("extension", extension or "(aucune)"),)),))
    try:
        data = read_at_most(path, OCTETS)
        octets = len(data) if len(data) <= OCTETS else os.stat(path, follow_symlinks=False).st_size  # noqa: PTH116 - speed
    except OSError:
        return Inspection(Path(path), format=expected, findings=(Flaw("P020"),))
    if not data or octets > OCTETS:
        finding = Flaw("P041", _size(octets)) if data else Flaw("P040")
        return Inspection(Path(path), octets, expected, findings=(finding,))
    sha256, findings, texte = known.examine(data, expected)
    if octets > OCTETS_SURS:
        findings = (*findings, Flaw("P042", _size(octets)))
    return Inspection(Path(path), octets, expected, sha256, findings, texte)


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
            self._findings[key] = contents.flaws_of(data, expected)
        findings = self._findings[key]
        return sha256, findings, self._text(sha256, data, expected) if _opens(findings) else None

    def _text(self, sha256: str, data: bytes, expected: str) -> Transcript | None:
        if self._lectures is None:
            return None
        return self._lectures.of(sha256, data) if expected == "PDF" else SANS


def _opens(findings: Iterable[Flaw]) -> bool:
    return all(finding.code == "P061" for finding in findings)


def _inspection(place: _Place | Flaw, files: dict[str, Inspection]) -> Inspection:
    if isinstance(place, Flaw):
        return Inspection(findings=(place,))
    inspection = files[place.path]
    if not place.spelling:
        return inspection
    respelt = Flaw("P018", proposition=place.spelling)
    return replace(inspection, findings=(respelt, *inspection.findings))


def _extension(name: str) -> str:
    return os.path.splitext(name)[1].lower()  # noqa: PTH122 - speed


def _size(octets: int) -> tuple[tuple[str, str], ...]:
    """Write a size the French way."""
    return ("taille", f"{octets / 1e6:.2f}".replace(".", ",")), ("octets", f"{octets:,}".replace(",", "\u202f"))
