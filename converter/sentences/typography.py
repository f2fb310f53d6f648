"""French typography: the no-break spaces that keep a sign with its word. Sentences are written with plain spaces."""

import re

_BEFORE = re.compile(" (?=[:;?!»%€])")


def french(text: str) -> str:
    """Put no-break spaces before `: ; ? ! » % €` and after `«`."""
    return _BEFORE.sub("\u00a0", text).replace("« ", "«\u00a0")


def plural(count: int, words: str) -> str:
    """Write a count with its words: `1 demande acceptée`, `12 demandes acceptées`."""
    several = count >= 2  # noqa: PLR2004 - the French plural begins with two
    return f"{count} " + " ".join(f"{word}s" if several else word for word in words.split(" "))
