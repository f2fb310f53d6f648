"""A zip written from its first byte to its last, each entry whole: so its hash is known when it is, unread again.

`zipfile` goes back to the head of each entry, and takes longer over a small one than reading and deflating it does. It
reads every zip of ours before it is published (`portal`).
"""

import hashlib
import struct
from typing import BinaryIO, NamedTuple

LOCAL, CENTRAL = 30, 46
"""Bytes of the two heads of an entry, beside its name in each."""
END = 22 + 56 + 20
"""Bytes of the end at most, with the records of zip64."""
_FILES = 0xFFFF
"""Entries that a zip without the records of zip64 can tell of."""

_STORED, _DEFLATED = 0, 8
_UNIX = 3
_MODE = 0o100644 << 16
_EPOCH = 1 << 5 | 1  # 1 January 1980, the first day of zips

# Little-endian, field by field: APPNOTE 4.3.7, 4.3.12, 4.3.14 to 4.3.16.
_LOCAL_HEAD = struct.Struct("<4s5H3L2H")
_CENTRAL_HEAD = struct.Struct("<4s4B4H3L5H2L")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR_64 = struct.Struct("<4sLQL")
_END_HEAD = struct.Struct("<4s4H2LH")


class Payload(NamedTuple):
    """What an entry holds: its bytes, the same deflated where that pays, and their checksum."""

    data: bytes
    deflated: bytes | None
    crc: int


class NewZip:
    """A zip being written; the same entries give the same bytes on any system.

    `octets` and `sha256` are those of the whole once it is closed. A zip of 4 GB is beyond it.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self._directory: list[bytes] = []
        self.octets = 0

    @property
    def sha256(self) -> str:
        """The hex digest of what was written."""
        return self._hash.hexdigest()

    def add(self, name: str, payload: Payload) -> None:
        """Write one entry, deflated where that is given; `name` is ASCII."""
        data, deflated, crc = payload
        kind, written = (_STORED, data) if deflated is None else (_DEFLATED, deflated)
        facts = (kind, 0, _EPOCH, crc, len(written), len(data), len(name))
        encoded = name.encode("ascii")
        self._directory.append(
            _CENTRAL_HEAD.pack(b"PK\1\2", 20, _UNIX, 20, 0, 0, *facts, 0, 0, 0, 0, _MODE, self.octets) + encoded
        )
        self._write(_LOCAL_HEAD.pack(b"PK\3\4", 20, 0, *facts, 0) + encoded)
        self._write(written)

    def close(self) -> None:
        """Write the directory: nothing may be added then."""
        start, count = self.octets, len(self._directory)
        self._write(b"".join(self._directory))
        size = self.octets - start
        if count > _FILES:
            self._write(_END_64.pack(b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, start))
            self._write(_LOCATOR_64.pack(b"PK\6\7", 0, start + size, 1))
        shown = min(count, _FILES)
        self._write(_END_HEAD.pack(b"PK\5\6", 0, 0, shown, shown, size, start, 0))

    def _write(self, data: bytes) -> None:
        self._hash.update(data)
        self.octets += len(data)
        self._file.write(data)
