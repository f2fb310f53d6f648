"""What we did to a part, noted in a comment before its root: who re-saves the part drops the note with our order."""

from typing import Any

from lxml import etree

OURS = "segur-hop"
ALONE = "alone"
"""Noted of a part that holds nothing of the user's."""

Tree = Any
"""An lxml element; lxml ships no types."""


def traces(root: Tree) -> dict[str, str]:
    """What is noted of this part, by name."""
    note = _note(root)
    return {} if note is None else dict(each.split("=", 1) for each in note.text.split()[1:] if "=" in each)


def trace(root: Tree, name: str, value: str = "") -> Tree:
    """Note one thing more; the root again."""
    _write(root, traces(root) | {name: value})
    return root


def erase(root: Tree, name: str) -> None:
    """Forget what is noted under a name."""
    _write(root, {key: value for key, value in traces(root).items() if key != name})


def _note(root: Tree) -> Tree | None:
    before = root.itersiblings(preceding=True)
    return next((each for each in before if each.tag is etree.Comment and each.text.startswith(f"{OURS} ")), None)


def _write(root: Tree, facts: dict[str, str]) -> None:
    if (note := _note(root)) is not None:
        root.append(note)  # what stands before a root can only be taken away from within it
        root.remove(note)
    if facts:
        root.addprevious(etree.Comment(" ".join([OURS, *(f"{key}={value}" for key, value in sorted(facts.items()))])))
