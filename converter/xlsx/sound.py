"""What we rely on in a part: numbers that are numbers, children and attributes that are there."""

import re

from converter.xlsx.trace import Tree

_WHOLE = re.compile(r"\s*[+-]?\d{1,10}\s*")


class Malformed(ValueError):  # noqa: N818 - not an error of ours
    """A part says what the standard does not let it say; `Package.interpreting` tells which part."""


def whole(text: str | bytes | None, default: int | None = None) -> int:
    """The whole number that an attribute holds; `default` where there is none."""
    if text is None and default is not None:
        return default
    told = text.decode("utf-8", "replace") if isinstance(text, bytes) else text or ""
    if not _WHOLE.fullmatch(told):
        raise Malformed(told)
    return int(told)


def decimal(text: bytes | None, default: float) -> float:
    """The length that an attribute holds; `default` where it is none: Excel passes over those."""
    try:
        found = default if text is None else float(text)
    except ValueError:
        return default
    return found if 0 <= found < 1_000_000 else default  # noqa: PLR2004 - longer than any row or column, infinity too


def child(element: Tree, tag: str) -> Tree:
    """The first child of that tag."""
    found = element.find(tag)
    if found is None:
        raise Malformed(tag)
    return found


def required(element: Tree, attribute: str) -> str:
    """The value of an attribute."""
    found: str | None = element.get(attribute)
    if found is None:
        raise Malformed(attribute)
    return found
