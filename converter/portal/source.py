"""The text of a JSON file: read strictly, and where each of its values stands.

The standard decoder reads; it tells no positions, so these are looked up by a second pass over the tokens, which only
runs when there is something to say.
"""

import codecs
import json
import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from converter.portal.findings import Chemin, Ecart
from converter.sentences.portal import SYNTAXE


class Reel(float):
    """A number printed with a point, an exponent or more digits than a whole number needs; `texte` is how."""

    __slots__ = ("texte",)
    texte: str

    def __new__(cls, texte: str) -> Self:
        """Read the number, keeping its text."""
        reel = super().__new__(cls, texte)
        reel.texte = texte
        return reel


class NoNumber(Reel):
    """A constant that JSON does not have (`NaN`, `Infinity`): told as such (K106), and nothing more is asked of it."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was read: its text, its document (`None` when it is no JSON) and what is wrong with its bytes."""

    texte: str
    document: Any = None
    ecarts: tuple[Ecart, ...] = ()


def read_source(data: bytes) -> Source:
    """Read the bytes of a file; whatever they hold, says it rather than raises (K100 to K106)."""
    if not data.strip():
        return Source("", ecarts=(Ecart("K100"),))
    marked = data.startswith(codecs.BOM_UTF8)
    try:
        texte = data.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        return _not_utf8(data, error)
    source = _decode(texte)
    return Source(source.texte, source.document, (Ecart("K102"),) * marked + source.ecarts)


_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def _not_utf8(data: bytes, error: UnicodeDecodeError) -> Source:
    codage = "UTF-16" if data.startswith(_UTF16) else "ANSI (Windows-1252) ou un autre codage"
    before = data[: error.start].decode(errors="replace")
    ecart = Ecart("K101", faits=(("codage", codage), ("octet", f"{data[error.start]:02X}")), position=len(before))
    return Source(before, ecarts=(ecart,))


_WHOLE_DIGITS = 18


def _whole(texte: str) -> int | Reel:
    """Read a whole number; one that no tag could hold keeps to its text, as Python bounds the digits of an `int`."""
    return int(texte) if len(texte) <= _WHOLE_DIGITS else Reel(texte)


@dataclass(slots=True)
class _Strict:
    """The decoder's hooks: they only note that a key is repeated or a constant no JSON; `places` then tells where."""

    lapses: int = 0

    def constant(self, texte: str) -> NoNumber:
        self.lapses += 1
        return NoNumber(texte)

    def pairs(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        self.lapses += len(members) != len(pairs)
        return members


def _decode(texte: str) -> Source:
    strict = _Strict()
    decoder = json.JSONDecoder(
        object_pairs_hook=strict.pairs, parse_float=Reel, parse_int=_whole, parse_constant=strict.constant
    )
    try:
        document = decoder.decode(texte)
    except json.JSONDecodeError as error:
        faits = (("cause", SYNTAXE[_cause(texte, error)]),)
        return Source(texte, ecarts=(Ecart("K103", faits=faits, position=error.pos),))
    except RecursionError:
        return Source(texte, ecarts=(Ecart("K104"),))
    return Source(texte, document, places(texte).lapses if strict.lapses else ())


_WORD = re.compile(r"[A-Za-zÀ-ÿ_]+")
_DECIMAL_COMMA = re.compile(r"[0-9]\s*,\s*$")
_VALUE_END = re.compile(r"[\"}\]0-9el]\s*$")


def _cause(texte: str, error: json.JSONDecodeError) -> str:
    """Return the key in `SYNTAXE` of the likely slip at the place where the decoder stopped."""
    before, after = texte[max(0, error.pos - 200) : error.pos], texte[error.pos : error.pos + 40]
    if error.msg.startswith("Extra data"):
        return "suite"
    if error.msg.startswith("Unterminated string") or not after.strip():
        return "fin"
    if error.msg.startswith("Invalid control"):
        return "saut"
    if error.msg.startswith("Invalid \\"):
        return "antislash"
    return _slip(before, after.lstrip())


def _slip(before: str, after: str) -> str:
    char = after[0]
    if char in "}]" and before.rstrip().endswith(","):
        return "virgule en trop"
    if char.isdigit() and _DECIMAL_COMMA.search(before):
        return "virgule décimale"
    if char.isdigit() and before.endswith(("0", "-0")):
        return "zéro en tête"
    if char in "'‘’“”«»":
        return "guillemets"
    if char in "/#":
        return "commentaire"
    if _WORD.match(after):
        return "mot"
    if char in '"{[' and _VALUE_END.search(before):
        return "virgule manquante"
    return "caractère"


@dataclass(frozen=True, slots=True)
class Places:
    """Where each value stands: its first character and the one after its last; and the lapses, each at its place."""

    spans: Mapping[Chemin, tuple[int, int]]
    lapses: tuple[Ecart, ...]

    def start(self, chemin: Chemin) -> int:
        """Return where a value starts; for a missing one, where the nearest object around it does."""
        while chemin not in self.spans and chemin:
            chemin = chemin[:-1]
        return self.spans.get(chemin, (0, 0))[0]


_LEXEME = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
_NO_JSON = frozenset({"NaN", "Infinity", "-Infinity"})


@dataclass(slots=True)
class _Open:
    """An object or list being read: its path, where it starts, and the key or rank of its next value."""

    chemin: Chemin
    start: int
    step: str | int | None
    seen: set[str] = field(default_factory=set)


def places(texte: str) -> Places:
    """Return the places of all values of a text that the decoder has read."""
    spans: dict[Chemin, tuple[int, int]] = {}
    lapses: list[Ecart] = []
    opened: list[_Open] = []
    for match in _LEXEME.finditer(texte):
        lexeme = match[0]
        around = opened[-1] if opened else None
        if lexeme in "}]" and around:
            spans[around.chemin] = (around.start, match.end())
            opened.pop()
        elif lexeme == "," and around:
            around.step = around.step + 1 if isinstance(around.step, int) else None
        elif around and around.step is None:
            _name(around, match, lapses)
        elif lexeme != ":":
            here = (*around.chemin, around.step) if around and around.step is not None else ()
            if lexeme in "{[":
                opened.append(_Open(here, match.start(), 0 if lexeme == "[" else None))
            else:
                spans[here] = match.span()
                lapses += [Ecart("K106", here, lexeme)] if lexeme in _NO_JSON else []
    return Places(spans, tuple(lapses))


def _name(around: _Open, match: re.Match[str], lapses: list[Ecart]) -> None:
    """Take a lexeme for the key of the next value; one that the object already has is a lapse."""
    lexeme = match[0]
    key: str = json.loads(lexeme) if "\\" in lexeme else lexeme[1:-1]
    around.step = key
    if key in around.seen:
        lapses.append(Ecart("K105", (*around.chemin, key), faits=(("cle", key),), position=match.start()))
    around.seen.add(key)


class Lines:
    """The lines of a text: says the line and column, from 1, of an offset."""

    def __init__(self, texte: str) -> None:
        self._starts = [0, *(match.end() for match in re.finditer("\n", texte))]

    def at(self, position: int) -> tuple[int, int]:
        """Return the line and column of an offset."""
        line = bisect_right(self._starts, position)
        return line, position - self._starts[line - 1] + 1
