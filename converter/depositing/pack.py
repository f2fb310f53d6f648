"""Pack attachments into zips: plan which request goes into which, then write each, byte for byte reproducible."""

import hashlib
import re
import zlib
from collections.abc import Callable, Generator, Hashable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Generic, TypeVar

from converter.attachments.inspection import read_at_most
from converter.depositing.zip_file import CENTRAL, END, LOCAL, NewZip, Payload
from converter.registry.store import Fichier

K = TypeVar("K", bound=Hashable)

LIMIT = 200_000_000
"""A finished zip weighs at most this many bytes (specification, Bytes)."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,48}")
_SLICE, _SLICES = 4_096, 16
_LARGE = 100_000
"""Bytes from which on a file takes longer to read and hash than handing it to a thread does."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file to pack: its name in the zip (ours), the real file, and its size and SHA-256 when inspected."""

    name: str
    path: str
    octets: int
    sha256: str


@dataclass(frozen=True, slots=True)
class PlannedZip(Generic[K]):
    """What one zip holds: requests by key and their entries, both in the order given; `octets` at worst."""

    keys: tuple[K, ...]
    entries: tuple[Entry, ...]
    octets: int


class FichierChange(Exception):  # noqa: N818 - not an error of ours: the user's file changed under our hands
    """A file is no longer the one that was inspected, or cannot be read any more."""

    def __init__(self, path: str) -> None:
        """Keep which file it is."""
        super().__init__(path)
        self.path = path


def plan(requests: Sequence[tuple[K, Sequence[Entry]]], limit: int = LIMIT) -> tuple[PlannedZip[K], ...]:
    """Share requests among as few zips as best fit decreasing finds, none of them split.

    `limit` in bytes holds for the finished zip even where nothing deflates. The lots come in the order of their
    first request. Raises `ValueError` for a request that no zip can hold. Source: specification, Bytes.
    """
    weights = [sum(map(_weight, entries)) for _, entries in requests]
    members: list[list[int]] = []
    room: list[int] = []
    for index in sorted(range(len(requests)), key=lambda i: -weights[i]):
        chosen = _tightest(room, weights[index])
        if chosen is None:
            chosen = len(room)
            members.append([])
            room.append(limit - END)
        if weights[index] > room[chosen]:
            msg = f"request {requests[index][0]!r} needs {weights[index] + END} bytes, a zip has {limit}"
            raise ValueError(msg)
        members[chosen].append(index)
        room[chosen] -= weights[index]
    return tuple(_lot(requests, weights, sorted(indices)) for indices in sorted(members, key=min))


def write_zip(target: Path, entries: Iterable[Entry]) -> Fichier:
    """Write a new zip, two files in memory at a time, and return what it is: the same entries give the same bytes.

    Each file is read once. The caller syncs and publishes the zip. Raises `FichierChange` for a file that is not the
    inspected one any more, `ValueError` for a name that is not ours or twice there, `FileExistsError` where `target`
    exists.
    """
    entries = tuple(entries)
    _check_names([entry.name for entry in entries])
    with target.open("xb") as file, closing(_contents(entries)) as contents:
        archive = NewZip(file)
        for entry, content in zip(entries, contents, strict=True):
            archive.add(entry.name, content)
        archive.close()
    return Fichier(target.name, archive.octets, archive.sha256)


def _weight(entry: Entry) -> int:
    return LOCAL + CENTRAL + 2 * len(entry.name) + entry.octets


def _tightest(room: list[int], weight: int) -> int | None:
    fitting = [lot for lot, left in enumerate(room) if left >= weight]
    return min(fitting, key=room.__getitem__, default=None)


def _lot(requests: Sequence[tuple[K, Sequence[Entry]]], weights: list[int], indices: list[int]) -> PlannedZip[K]:
    return PlannedZip(
        keys=tuple(requests[i][0] for i in indices),
        entries=tuple(entry for i in indices for entry in requests[i][1]),
        octets=END + sum(weights[i] for i in indices),
    )


def _check_names(names: list[str]) -> None:
    if foreign := [name for name in names if not _NAME.fullmatch(name)]:
        msg = f"not names of ours: {foreign}"
        raise ValueError(msg)
    if len({name.casefold() for name in names}) < len(names):
        msg = "a name stands twice in the zip"
        raise ValueError(msg)


def _contents(entries: Iterable[Entry]) -> Generator[Payload, None, None]:
    """Yield what each entry holds; a large one is read while the one before it is written."""
    with ThreadPoolExecutor(1) as beside:
        ready: Callable[[], Payload] | None = None
        for entry in entries:
            following = beside.submit(_content, entry).result if entry.octets > _LARGE else partial(_content, entry)
            if ready:
                yield ready()
            ready = following
        if ready:
            yield ready()


def _content(entry: Entry) -> Payload:
    data = _unchanged(entry)
    return Payload(data, _deflated(data), zlib.crc32(data))


def _unchanged(entry: Entry) -> bytes:
    try:
        data = read_at_most(entry.path, entry.octets)
    except OSError as reason:
        raise FichierChange(entry.path) from reason
    if len(data) != entry.octets or hashlib.sha256(data).hexdigest() != entry.sha256:
        raise FichierChange(entry.path)
    return data


def _deflated(data: bytes) -> bytes | None:
    """Return the data deflated, `None` where that does not pay; a large file is first tried on slices spread over it.

    A tenth must be gained on the slices, each deflated alone: what the rest can then lose to deflation (5 bytes
    in 16 kB) is far less, so an entry is never larger than its file.
    """
    if len(data) > _SLICE * _SLICES and not _slices_deflate(data):
        return None
    deflated = zlib.compress(data, wbits=-15)
    return deflated if len(deflated) < len(data) else None


def _slices_deflate(data: bytes) -> bool:
    step = len(data) // _SLICES
    slices = [data[start : start + _SLICE] for start in range(0, _SLICES * step, step)]
    return sum(len(zlib.compress(part, 1)) for part in slices) < 0.9 * _SLICE * _SLICES
