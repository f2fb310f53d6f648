"""The text of PDFs, kept by content beside the workbook so that reading the same file again costs nothing.

The store holds what the files beside it say and nothing else: a text that the workbook no longer asks for is dropped,
and whatever cannot be read or written of the store is done without.
"""

import zlib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import msgspec

from converter.issues import Empeche
from converter.system.files import write_whole

_VERSION = 1
"""Of the way texts are read: another one reads all files again."""
_SPACES = dict.fromkeys((0x00A0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000, 0x09), " ")
_UNSEEN = dict.fromkeys((0x00AD, *range(0x200B, 0x2010), 0x2060, 0xFEFF))
_DASHES = dict.fromkeys((0x0002, 0xFFFE, *range(0x2010, 0x2016), 0x2212), "-")
# U+0002 and U+FFFE are how PDFium tells a hyphen at the end of a line.
_PLAIN = {**_SPACES, **_UNSEEN, **_DASHES, 0x2019: "'", 0x0D: None}


class Transcript(msgspec.Struct, frozen=True, array_like=True):
    """What a file says, deflated, nothing as nothing; `entier` is False where some of it may be missing."""

    condense: bytes
    entier: bool

    @classmethod
    def of(cls, text: str, *, entier: bool = True) -> "Transcript":
        """Keep a text, its spaces, dashes and apostrophes each of one kind."""
        plain = "\n".join(" ".join(line.split()) for line in text.translate(_PLAIN).split("\n"))
        said = plain.strip().encode("utf-8", "replace")
        return cls(zlib.compress(said) if said else b"", entier)

    @property
    def texte(self) -> str:
        """The text, a line for each line of the page; `""` where there is none, or nothing but an image of it."""
        return zlib.decompress(self.condense).decode() if self.condense else ""


SANS = Transcript.of("", entier=False)
"""What an image says: nobody but a person can read it."""


class _Store(msgspec.Struct):
    version: int
    textes: dict[str, Transcript]


class Lectures:
    """The texts read in one run, and those of the run before."""

    def __init__(self, store: Path | None = None) -> None:
        """Start from what an earlier run left in `store`, if anything can be made of it."""
        self._store = store
        self._known = _load(store) if store else {}
        self._asked: dict[str, Transcript] = {}

    def of(self, sha256: str) -> Transcript | None:
        """Return the text of a PDF by the hex digest of its content, `None` where neither run has read it."""
        known = self._asked.get(sha256) or self._known.get(sha256)
        if known:
            self._asked[sha256] = known
        return known

    @property
    def known(self) -> bool:
        """Whether an earlier run left any."""
        return bool(self._known)

    def learn(self, sha256: str, texte: Transcript) -> None:
        """Take in the text of a PDF that opens."""
        self._asked[sha256] = texte

    def save(self) -> None:
        """Leave what was asked for to the next run, where the folder allows; whole or not at all."""
        if self._store is None or self._asked == self._known:
            return
        with suppress(Empeche):
            write_whole(self._store, msgspec.msgpack.encode(_Store(_VERSION, self._asked)))


def _load(store: Path) -> Mapping[str, Transcript]:
    try:
        held = msgspec.msgpack.decode(store.read_bytes(), type=_Store)
        for texte in held.textes.values():
            texte.texte  # noqa: B018 - it unfolds, so it is whole
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, zlib.error):
        return {}
    return held.textes if held.version == _VERSION else {}
