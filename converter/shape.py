"""The shape of the JSON is data: a model file with one sample request, filled or read back tag by tag.

The built-in model is `modele-hop.json`; a vendor may adopt the portal's own in its place (`adopter`). A model is a
sample document: its keys, their nesting and their order are the shape, and a key is a tag of `spec` when it spells
one, case apart. Source: guide sections 2.2 and 3.2; the keys `piecesJustificatives`, `DPI` and `PFI` are D.
"""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import msgspec

from converter.issues import Inutilisable, Issue
from converter.spec import JSON_TAGS

DEMANDES, ETABLISSEMENTS, PIECES = "demandes", "etablissements", "pieces"
"""The three lists of a document, named by what one row is."""

_ROLE_BY_TAG = {"numeroEditeur": DEMANDES, "FINESSPMSI": ETABLISSEMENTS, "nomFichier": PIECES}
_TAG_BY_FOLDED_KEY = {tag.nom.casefold(): tag.nom for tag in JSON_TAGS}


@dataclass(frozen=True, slots=True)
class Leaf:
    """A key with one value: a known tag, or (`tag` empty) one of the model's own that keeps the model's value."""

    key: str
    tag: str
    sample: Any


@dataclass(frozen=True, slots=True)
class Block:
    """A key that only groups others."""

    key: str
    nodes: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """A key that holds a list; `role` tells of what (requests, establishments or attachments)."""

    key: str
    role: str
    nodes: tuple["Node", ...]


Node = Leaf | Block | Rows


@dataclass(frozen=True, slots=True)
class Shape:
    """A compiled model file.

    `nom` is the name of the model file, `sample` its document, `nodes` its top level in order.
    """

    nom: str
    sample: Mapping[str, Any]
    nodes: tuple[Node, ...]

    def fill(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the document for the values of the tags.

        `values` maps a tag to its JSON value and each role (`demandes`, …) to a sequence of such mappings; a known
        tag that it lacks is `null`.
        """
        return _fill(self.nodes, values)

    def tags(self) -> tuple[str, ...]:
        """Return the known tags in the order of the model."""
        return tuple(leaf.tag for leaf in _leaves(self.nodes) if leaf.tag)

    def unknown_keys(self) -> tuple[str, ...]:
        """Return the keys of the model that are no tag we know, which every file repeats as they are."""
        return tuple(leaf.key for leaf in _leaves(self.nodes) if not leaf.tag)

    def respelled(self) -> tuple[tuple[str, str], ...]:
        """Return (tag, key) for each known tag that the model spells its own way."""
        return tuple((leaf.tag, leaf.key) for leaf in _leaves(self.nodes) if leaf.tag and leaf.tag != leaf.key)

    def read(self, document: Any) -> dict[str, Any]:
        """Return the values of the tags of a document, the inverse of `fill`; what the shape lacks is left out."""
        return _read(self.nodes, document)


def _fill(nodes: Sequence[Node], values: Mapping[str, Any]) -> dict[str, Any]:
    filled: dict[str, Any] = {}
    for node in nodes:
        match node:
            case Leaf():
                filled[node.key] = values.get(node.tag) if node.tag else node.sample
            case Block():
                filled[node.key] = _fill(node.nodes, values)
            case Rows():
                filled[node.key] = [_fill(node.nodes, row) for row in values.get(node.role, ())]
    return filled


def _read(nodes: Sequence[Node], document: Any) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if not isinstance(document, Mapping):
        return values
    for node in nodes:
        held = document.get(node.key)
        match node:
            case Leaf():
                if node.tag and node.key in document:
                    values[node.tag] = held
            case Block():
                values |= _read(node.nodes, held)
            case Rows():
                values[node.role] = [_read(node.nodes, row) for row in held] if isinstance(held, list) else []
    return values


def _leaves(nodes: Sequence[Node]) -> Iterator[Leaf]:
    for node in nodes:
        if isinstance(node, Leaf):
            yield node
        else:
            yield from _leaves(node.nodes)


def _compile(block: Mapping[str, Any]) -> tuple[Node, ...]:
    return tuple(_node(key, value) for key, value in block.items())


def _node(key: str, value: Any) -> Node:
    if isinstance(value, Mapping):
        return Block(key, _compile(value))
    if isinstance(value, list) and len(value) > 0 and isinstance(value[0], Mapping):
        nodes = _compile(value[0])
        direct = {node.tag for node in nodes if isinstance(node, Leaf)}
        role = next((role for tag, role in _ROLE_BY_TAG.items() if tag in direct), "")
        return Rows(key, role, nodes) if role else Leaf(key, "", value)
    return Leaf(key, _TAG_BY_FOLDED_KEY.get(key.casefold(), ""), value)


def compile_model(sample: Any, nom: str) -> Shape:
    """Compile a model document.

    Raises `Inutilisable` with one issue (F020, F021) for each tag that the model does not hold exactly once.
    """
    if not isinstance(sample, Mapping):
        raise Inutilisable(Issue("F022", faits=(("fichier", nom),)))
    shape = Shape(nom, sample, _compile(sample))
    found = shape.tags()
    keys = shape.unknown_keys()
    issues = [
        Issue("F021" if found.count(tag.nom) else "F020", balise=tag.nom, faits=_about(tag.nom, nom, keys))
        for tag in JSON_TAGS
        if found.count(tag.nom) != 1
    ]
    if issues:
        raise Inutilisable(*issues)
    return shape


def _about(tag: str, nom: str, keys: Sequence[str]) -> tuple[tuple[str, str], ...]:
    near = difflib.get_close_matches(tag, keys, n=1, cutoff=0.75)
    hint = f" (« {near[0]} » lui ressemble)" if near else ""
    return (("fichier", nom), ("balise", tag), ("proche", hint))


def load_model(path: Path) -> Shape:
    """Read and compile a model file; raises `Inutilisable` (F001, F022) when it is absent or no JSON."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise Inutilisable(Issue("F001", faits=(("fichier", path.name),))) from None
    try:
        sample = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Inutilisable(Issue("F022", faits=(("fichier", path.name),))) from None
    return compile_model(sample, path.name)


def builtin_model() -> Shape:
    """Return the model shipped with the package."""
    data = resources.files("converter").joinpath("modele-hop.json").read_bytes()
    return compile_model(msgspec.json.decode(data), "modele-hop.json")


ADOPTED = "modele-portail.json"
"""The name under which an adopted model lies beside the workbook."""


def model_for(workbook: Path) -> Shape:
    """Return the model adopted beside the workbook, else the built-in one."""
    adopted = workbook.parent / ADOPTED
    return load_model(adopted) if adopted.exists() else builtin_model()
