"""Standard output that always takes the text: spelt plainly where its encoding is poor, else said on standard error."""

import codecs
import io
import os
import sys
import unicodedata
from contextlib import suppress
from typing import TextIO, cast

_PLAIN = {
    **dict.fromkeys("’‘", "'"),
    **dict.fromkeys("“”„", '"'),
    **dict.fromkeys("–—−‐‑─━", "-"),
    **dict.fromkeys("\u00a0\u202f\u2009\u2007", " "),
    "«": '"',
    "»": '"',
    "…": "...",
    "€": "EUR",
    "œ": "oe",
    "Œ": "OE",
    "æ": "ae",
    "Æ": "AE",
    "°": "o",
    "×": "x",
    "›": ">",
    "→": "->",
    "•": "-",
    "│": "|",
    "┃": "|",
}
_DEGRADED = "segur-hop-degraded"


def _degrade(error: UnicodeError) -> tuple[str, int]:
    """Spell what an encoding lacks with letters that every encoding has."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    return "".join(map(_plain, lacking)), error.end


def _plain(character: str) -> str:
    if character in _PLAIN:
        return _PLAIN[character]
    decomposed = unicodedata.normalize("NFKD", character)
    return decomposed.encode("ascii", "ignore").decode() or "?"


codecs.register_error(_DEGRADED, _degrade)


class Sturdy(io.TextIOBase):
    """A text stream that never fails: what it can no longer take goes to another one, and then nowhere."""

    def __init__(self, stream: TextIO | None, fallback: "Sturdy | None" = None) -> None:
        """Write to `stream` while it takes anything, then to `fallback`; `None` where the process has none."""
        self._stream, self._fallback = stream, fallback
        self.refused = False
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_DEGRADED)

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """The encoding of the stream behind."""
        return getattr(self._stream, "encoding", None) or "utf-8"

    @property
    def errors(self) -> str:  # type: ignore[override]
        """How what the encoding lacks is written."""
        return _DEGRADED

    def isatty(self) -> bool:
        """Whether a person reads it."""
        return self._stream is not None and not self._stream.closed and self._stream.isatty()

    def fileno(self) -> int:
        """Return the descriptor behind."""
        if self._stream is None:
            raise io.UnsupportedOperation
        return self._stream.fileno()

    def writable(self) -> bool:
        """Text may always be written."""
        return True

    def write(self, text: str | bytes) -> int:
        """Write a text, at once, so that a refusal is known while the text is at hand."""
        if isinstance(text, bytes):
            if not text:  # click asks whether the stream is a binary one, and has some bytes to say in any case
                raise TypeError
            text = text.decode()
        if self._stream is not None:
            try:
                self._stream.write(text)
                self._stream.flush()
            except (OSError, ValueError) as error:
                self.refused = self.refused or not isinstance(error, BrokenPipeError)
                _silence(self._stream)
                self._stream = None
            else:
                return len(text)
        if self._fallback is not None:
            self._fallback.write(text)
        return len(text)

    def flush(self) -> None:
        """Nothing waits: each text was flushed."""


def _silence(stream: TextIO) -> None:
    """Let what a refusing stream still holds go nowhere, or the interpreter would fail on it at its end."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def make_sturdy() -> Sturdy:
    """Make standard output and error take any text; return the output, which tells whether it refused."""
    errors = Sturdy(sys.stderr)
    output = Sturdy(sys.stdout, errors)
    sys.stdout, sys.stderr = cast("TextIO", output), cast("TextIO", errors)
    return output
