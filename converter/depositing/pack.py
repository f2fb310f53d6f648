"""Pack attachments into zips: plan which request goes into which, then write each, byte for byte reproducible."""

import hashlib
import re
import zipfile
import zlib
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from converter.attachments.inspection import read_at_most

K = TypeVar("K", bound=Hashable)

LIMIT = 200_000_000
"""A finished zip weighs at most this many bytes (specification, Bytes)."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,48}")
_LOCAL, _CENTRAL = 30, 46
_END = 22 + 56 + 20  # with the records of zip64, needed from 65 536 files on
_EPOCH = (1980, 1, 1, 0, 0, 0)
_SLICE, _SLICES = 4_096, 16


@dataclass(frozen=True, slots=True)
class Entry:
    """One file to pack: its name in the zip (ours), the real file, and its size and SHA-256 when inspected."""

    name: str
    path: Path
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

    def __init__(self, path: Path) -> None:
        """Keep which file it is."""
        super().__init__(str(path))
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
            room.append(limit - _END)
        if weights[index] > room[chosen]:
            msg = f"request {requests[index][0]!r} needs {weights[index] + _END} bytes, a zip has {limit}"
            raise ValueError(msg)
        members[chosen].append(index)
        room[chosen] -= weights[index]
    return tuple(_lot(requests, weights, sorted(indices)) for indices in sorted(members, key=min))


def write_zip(target: Path, entries: Iterable[Entry]) -> None:
    """Write a new zip, one file in memory at a time: the same entries give the same bytes.

    The caller syncs and publishes it. Raises `FichierChange` for a file that is not the inspected one any more,
    `ValueError` for a name that is not ours or twice there, `FileExistsError` where `target` exists.
    """
    entries = tuple(entries)
    _check_names([entry.name for entry in entries])
    with zipfile.ZipFile(target, "x") as archive:
        for entry in entries:
            _write(archive, entry)


def _weight(entry: Entry) -> int:
    return _LOCAL + _CENTRAL + 2 * len(entry.name) + entry.octets


def _tightest(room: list[int], weight: int) -> int | None:
    fitting = [lot for lot, left in enumerate(room) if left >= weight]
    return min(fitting, key=room.__getitem__, default=None)


def _lot(requests: Sequence[tuple[K, Sequence[Entry]]], weights: list[int], indices: list[int]) -> PlannedZip[K]:
    return PlannedZip(
        keys=tuple(requests[i][0] for i in indices),
        entries=tuple(entry for i in indices for entry in requests[i][1]),
        octets=_END + sum(weights[i] for i in indices),
    )


def _check_names(names: list[str]) -> None:
    if foreign := [name for name in names if not _NAME.fullmatch(name)]:
        msg = f"not names of ours: {foreign}"
        raise ValueError(msg)
    if len({name.casefold() for name in names}) < len(names):
        msg = "a name stands twice in the zip"
        raise ValueError(msg)


def _write(archive: zipfile.ZipFile, entry: Entry) -> None:
    data = _unchanged(entry)
    info = zipfile.ZipInfo(entry.name, _EPOCH)
    info.create_system = 3  # whatever the system: the bytes depend on nothing else
    info.external_attr = 0o100644 << 16
    info.compress_type = zipfile.ZIP_DEFLATED if _deflates(data) else zipfile.ZIP_STORED
    archive.writestr(info, data)


def _unchanged(entry: Entry) -> bytes:
    try:
        data = read_at_most(entry.path, entry.octets)
    except OSError as reason:
        raise FichierChange(entry.path) from reason
    if len(data) != entry.octets or hashlib.sha256(data).hexdigest() != entry.sha256:
        raise FichierChange(entry.path)
    return data


def _deflates(data: bytes) -> bool:
    """Tell whether deflating pays; a large file is tried on slices spread over it, a small one whole.

    A tenth must be gained on the slices, each deflated alone: what the rest can then lose to deflation (5 bytes
    in 16 kB) is far less, so an entry is never larger than its file.
    """
    if len(data) <= _SLICE * _SLICES:
        return len(zlib.compress(data, wbits=-15)) < len(data)
    step = len(data) // _SLICES
    slices = [data[start : start + _SLICE] for start in range(0, _SLICES * step, step)]
    return sum(len(zlib.compress(part, 1)) for part in slices) < 0.9 * _SLICE * _SLICES
