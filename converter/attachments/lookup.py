"""Where the attachments that a workbook names are: typed names in, real files or what is wrong with the name out.

A typed name is never handed to the file system: it is looked up, part by part, in the listing of its folder. So a
path that leads out, a device or a stream of another file is simply not there, and only links need a closer look.
"""

import difflib
import os
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from pathlib import Path

from converter.attachments.contents import Flaw

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])\s*(\..*)?", re.IGNORECASE)
_ABSOLUTE = re.compile(r"/|[a-z][a-z0-9+.-]*:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RealFile:
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


class Lookup:
    """The folder of the attachments: each of its folders is listed when first met."""

    def __init__(self, dossier: Path, extensions: Mapping[str, str]) -> None:
        """List the folder; where it cannot be, that is what is found of every name."""
        self._root = _listed(dossier)
        root = "" if isinstance(self._root, Flaw) else self._root.path
        self._inside = Path(root)
        self._folders: dict[str, _Folder | Flaw] = {}
        self._neighbours = _Neighbours(root, extensions)

    def find(self, name: str) -> RealFile | Flaw:
        """Return the file that `name` means, or why there is none."""
        if isinstance(self._root, Flaw):
            return self._root
        parts = _parts(name)
        if isinstance(parts, Flaw):
            return replace(parts, proposition=self._neighbours.of(name)) if parts.code == "P011" else parts
        place = self._walk(self._root, parts)
        if place is None:
            proposition = self._neighbours.of("/".join(parts))
            return Flaw("P014" if proposition else "P013", proposition=proposition)
        return place

    def _walk(self, folder: _Folder, parts: list[str]) -> RealFile | Flaw | None:
        met = []
        for depth, part in enumerate(parts, 1):
            entry = folder.get(part)
            if entry is None:
                return None
            met.append(entry.name)
            target = self._target(entry)
            if isinstance(target, Flaw):
                return target
            if isinstance(target, str):
                return RealFile(target, _respelt(parts, met)) if depth == len(parts) else None
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


def _listed(dossier: Path) -> _Folder | Flaw:
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
                if extension(name) in self._extensions and not name.startswith("."):
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


def extension(name: str) -> str:
    """Return what the name of a file ends with, in lower case, with its dot."""
    return os.path.splitext(name)[1].lower()  # noqa: PTH122 - speed
