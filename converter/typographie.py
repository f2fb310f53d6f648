"""French typography: the no-break spaces that keep a sign with its word. Sentences are written with plain spaces."""

import re

_BEFORE = re.compile(" (?=[:;?!»%€])")


def french(text: str) -> str:
    """Put no-break spaces before `: ; ? ! » % €` and after `«`."""
    return _BEFORE.sub("\u00a0", text).replace("« ", "«\u00a0")
