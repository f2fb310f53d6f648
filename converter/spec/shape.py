"""The shape of the JSON is data: a model file with one sample request, filled or read back tag by tag.

The built-in model is `modele-hop.json`; a vendor may adopt the portal's own in its place (`adopter`). A model is a
sample document: its keys, their nesting and their order are the shape, and a key is a tag of `spec` when it spells
one; case, accents and signs apart. Source: guide sections 2.2 and 3.2; the keys `piecesJustificatives`, `DPI` and
`PFI` are D.
"""

import codecs
import difflib
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from converter.issues import Inutilisable, Issue
from converter.spec.sheets import BENEFICIAIRES as SHEET_OF_CLIENTS
from converter.spec.sheets import PARAMETRES
from converter.spec.tags import JSON_TAGS, TAG, Tag

DEMANDES, ETABLISSEMENTS, PIECES = "demandes", "etablissements", "pieces"
"""The three lists of a document, named by what one row is."""


def fold_key(key: str) -> str:
    """Fold a key to its letters and digits, without case or accents: `FINESS_PMSI` is `FINESSPMSI`."""
    decomposed = unicodedata.normalize("NFKD", key).casefold()
    return "".join(c for c in decomposed if c.isalnum())


def _role(tag: Tag) -> str:
    if tag.bloc == TAG["nomFichier"].bloc:
        return PIECES
    if SHEET_OF_CLIENTS in tag.feuilles and tag.nom != "numeroEditeur":
        return ETABLISSEMENTS
    return "" if tag.nom == "impId" or PARAMETRES in tag.feuilles else DEMANDES


ROLE_BY_TAG: Mapping[str, str] = {tag.nom: _role(tag) for tag in JSON_TAGS}
"""The list whose rows hold each tag, `""` for the head of the file."""
_TAG_BY_FOLDED_KEY = {fold_key(tag.nom): tag.nom for tag in JSON_TAGS}


def _tag(key: str) -> str:
    return _TAG_BY_FOLDED_KEY.get(fold_key(key), "")


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
class ListKey:
    """A key that holds a list; `role` tells of what (requests, establishments or attachments)."""

    key: str
    role: str
    nodes: tuple["Node", ...]


Node = Leaf | Block | ListKey


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

    def read(self, document: Any) -> dict[str, Any]:
        """Return the values of the tags of a document, the inverse of `fill`; what the shape lacks is left out."""
        return _read(self.nodes, document)

    def paths(self) -> dict[str, tuple[str, ...]]:
        """Return the keys that lead from the top, through blocks and lists, to each known tag; in order."""
        return dict(_paths(self.nodes, ()))

    def lists(self) -> dict[str, str]:
        """Return the key of the list of each role."""
        return dict(_lists(self.nodes))


def _fill(nodes: Sequence[Node], values: Mapping[str, Any]) -> dict[str, Any]:
    filled: dict[str, Any] = {}
    for node in nodes:
        match node:
            case Leaf():
                filled[node.key] = values.get(node.tag) if node.tag else node.sample
            case Block():
                filled[node.key] = _fill(node.nodes, values)
            case ListKey():
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
            case ListKey():
                values[node.role] = [_read(node.nodes, row) for row in held] if isinstance(held, list) else []
    return values


@dataclass(frozen=True, slots=True)
class Releve:
    """What a document of any shape says: `values` as `Shape.read` gives them, and `autres`, whatever is no tag of ours.

    `autres` are (path, value) pairs; a path is the keys, with the rank in a list from 1, joined by ` › `.
    """

    values: Mapping[str, Any]
    autres: tuple[tuple[str, Any], ...]


def read_any(document: Any) -> Releve:
    """Read a document by its own keys, wherever its blocks put them and however it spells them.

    So a handmade file, the portal's answer and a deposit older than an adopted model are all read alike.
    """
    autres: list[tuple[str, Any]] = []
    return Releve(_gather(document, "", autres), tuple(autres))


def _gather(block: Any, path: str, autres: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the values of an object and of its blocks, a list of objects under its role."""
    values: dict[str, Any] = {}
    if not isinstance(block, Mapping):
        autres.append((path, block))
        return values
    for key, held in block.items():
        here = f"{path} › {key}" if path else key
        found = _member(key, held, here, autres)
        autres += [(here, held) for nom in found if nom in values and values[nom] != found[nom]]
        values = found | values
    return values


def _member(key: str, held: Any, path: str, autres: list[tuple[str, Any]]) -> dict[str, Any]:
    if tag := _tag(key):
        return {tag: held}
    if isinstance(held, Mapping):
        return _gather(held, path, autres)
    role = _roles_by_folded_key().get(fold_key(key)) or (role_of(_tags_within(held)) if is_rows(held) else "")
    if role and isinstance(held, list):
        return {role: [_gather(row, f"{path} › {rank}", autres) for rank, row in enumerate(held, start=1)]}
    autres.append((path, held))
    return {}


def _tags_within(rows: Sequence[Any]) -> Iterator[str]:
    for row in rows:
        for key, held in row.items():
            yield _tag(key)
            if isinstance(held, Mapping):
                yield from _tags_within([held])


@cache
def _roles_by_folded_key() -> Mapping[str, str]:
    return {fold_key(key): role for role, key in builtin_model().lists().items()}


def _leaves(nodes: Sequence[Node]) -> Iterator[Leaf]:
    for node in nodes:
        if isinstance(node, Leaf):
            yield node
        else:
            yield from _leaves(node.nodes)


def _paths(nodes: Sequence[Node], above: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for node in nodes:
        path = (*above, node.key)
        if not isinstance(node, Leaf):
            yield from _paths(node.nodes, path)
        elif node.tag:
            yield node.tag, path


def _lists(nodes: Sequence[Node]) -> Iterator[tuple[str, str]]:
    for node in nodes:
        if isinstance(node, ListKey):
            yield node.role, node.key
        if not isinstance(node, Leaf):
            yield from _lists(node.nodes)


def _compile(block: Mapping[str, Any]) -> tuple[Node, ...]:
    return tuple(_node(key, value) for key, value in block.items())


def _node(key: str, value: Any) -> Node:
    if isinstance(value, Mapping):
        return Block(key, _compile(value))
    if is_rows(value):
        nodes = _compile(_merged(value))
        role = role_of(_own_tags(nodes))
        return ListKey(key, role, nodes) if role else Leaf(key, "", value)
    return Leaf(key, _tag(key), value)


def is_rows(value: Any) -> bool:
    """Tell whether a value is a list of objects, of one at least."""
    return isinstance(value, list) and bool(value) and all(isinstance(row, Mapping) for row in value)


def role_of(tags: Iterable[str]) -> str:
    """Return the role of a list from the tags of its rows: the role of most of them, `""` where they have none."""
    roles = Counter(ROLE_BY_TAG[tag] for tag in tags if tag)
    del roles[""]
    return roles.most_common(1)[0][0] if roles else ""


def _own_tags(nodes: Sequence[Node]) -> Iterator[str]:
    """Yield the tags of a row, those of its lists apart."""
    for node in nodes:
        match node:
            case Leaf():
                yield node.tag
            case Block():
                yield from _own_tags(node.nodes)


def _merged(samples: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return one sample with the keys of all: a model may show a DPI and a PFI request, each with its own block."""
    merged: dict[str, Any] = {}
    for sample in samples:
        for key, value in sample.items():
            held = merged.get(key)
            if isinstance(held, Mapping) and isinstance(value, Mapping):
                merged[key] = _merged([held, value])
            elif isinstance(held, list) and isinstance(value, list):
                merged[key] = [*held, *value]
            else:
                merged.setdefault(key, value)
    return merged


def compile_model(sample: Any, nom: str) -> Shape:
    """Compile a model document.

    Raises `Inutilisable` with one issue for each tag that the model does not hold (F020), holds more than once (F021)
    or holds in another list than its own (S043); F022 when it is no object, S042 when it has no sample request.
    """
    if not isinstance(sample, Mapping):
        raise Inutilisable(Issue("F022", faits=(("fichier", nom),)))
    shape = Shape(nom, sample, _compile(sample))
    if DEMANDES not in shape.lists():
        raise Inutilisable(Issue("S042", faits=(("fichier", nom),)))
    found = Counter(shape.tags())
    keys = shape.unknown_keys()
    issues = [
        Issue("F021" if found[tag.nom] else "F020", balise=tag.nom, faits=_about(tag.nom, nom, keys))
        for tag in JSON_TAGS
        if found[tag.nom] != 1
    ]
    astray = [Issue("S043", balise=tag, faits=_about(tag, nom, ())) for tag in _astray(shape.nodes, "")]
    if issues or astray:
        raise Inutilisable(*issues, *astray)
    return shape


_HOLDER = {DEMANDES: "", ETABLISSEMENTS: DEMANDES, PIECES: DEMANDES}
"""In which list each list stands: anywhere else, `fill` has nothing to put into it."""


def _astray(nodes: Sequence[Node], role: str) -> Iterator[str]:
    """Yield the tags that stand in another list than their own, where `fill` would leave them null."""
    for node in nodes:
        match node:
            case Leaf():
                if node.tag and ROLE_BY_TAG[node.tag] != role:
                    yield node.tag
            case Block():
                yield from _astray(node.nodes, role)
            case ListKey() if _HOLDER[node.role] != role:
                yield from (leaf.tag for leaf in _leaves(node.nodes) if leaf.tag)
            case ListKey():
                yield from _astray(node.nodes, node.role)


def _about(tag: str, nom: str, keys: Sequence[str]) -> tuple[tuple[str, str], ...]:
    near = difflib.get_close_matches(tag, keys, n=1, cutoff=0.75)
    hint = f" (« {near[0]} » lui ressemble)" if near else ""
    return (("fichier", nom), ("balise", tag), ("proche", hint))


def load_model(path: Path) -> Shape:
    """Read and compile a model file; raises `Inutilisable` (F001 absent, F017 unreadable, F022 no JSON)."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise Inutilisable(Issue("F001", faits=(("fichier", path.name),))) from None
    except OSError:
        raise Inutilisable(Issue("F017", faits=(("fichier", str(path)),))) from None
    return compile_model(decode(data, path.name, reel=float), path.name)


_COMMENT = re.compile(r'("(?:\\.|[^"\\])*")|//[^\r\n]*|/\*.*?\*/', re.DOTALL)
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_DEEPEST = 40
"""Levels of nesting that a document may have; the guide's has five."""
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def decode(data: bytes, nom: str, *, reel: Callable[[str], Any] = Decimal) -> Any:
    """Decode a JSON document, its decimal numbers by `reel`: to the letter, unless asked otherwise.

    A byte order mark, UTF-16, line ends of any kind and comments are put up with. Raises `Inutilisable`: F022 when it
    is no JSON, F021 when a block holds a key twice, of which a decoder would silently drop the first.
    """
    try:
        text = data.decode("utf-16" if data.startswith(_UTF16) else "utf-8-sig")
        document = json.loads(
            _COMMENT.sub(lambda match: match[1] or " ", text),
            parse_float=reel,
            parse_constant=_refuse_constant,
            object_pairs_hook=lambda pairs: _object(pairs, nom),
        )
        _refuse_depth(document)
        if _SURROGATE.search(text):  # half a character, which no file can hold
            json.dumps(document, ensure_ascii=False, default=str).encode()
    except (ValueError, RecursionError):
        raise Inutilisable(Issue("F022", faits=(("fichier", nom),))) from None
    return document


def _refuse_depth(document: Any) -> None:
    level = [document]
    for _ in range(_DEEPEST):
        level = [child for each in level for child in _children(each)]
        if not level:
            return
    raise ValueError(_DEEPEST)


def _children(value: Any) -> Iterable[Any]:
    return value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()


def _refuse_constant(constant: str) -> None:
    raise ValueError(constant)


def _object(pairs: Sequence[tuple[str, Any]], nom: str) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        twice = next(key for key, times in Counter(key for key, _ in pairs).items() if times > 1)
        raise Inutilisable(Issue("F021", balise=twice, faits=_about(twice, nom, ())))
    return members


def builtin_model() -> Shape:
    """Return the model shipped with the package."""
    data = resources.files("converter.spec").joinpath("modele-hop.json").read_bytes()
    return compile_model(decode(data, "modele-hop.json", reel=float), "modele-hop.json")


ADOPTED = "modele-portail.json"
"""The name under which an adopted model lies beside the workbook."""


def model_for(workbook: Path) -> Shape:
    """Return the model adopted beside the workbook, else the built-in one."""
    adopted = workbook.parent / ADOPTED
    return load_model(adopted) if adopted.exists() else builtin_model()
