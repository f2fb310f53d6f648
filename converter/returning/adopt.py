"""The portal's own model file in place of the built-in shape, and in what it differs. Source: section 1.2; D.

The vendor downloads the model from the portal, which alone is certain about the spelling, order and nesting of keys.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from converter.issues import Inutilisable, Issue
from converter.spec.shape import (
    ADOPTED,
    DEMANDES,
    Block,
    Leaf,
    ListKey,
    Node,
    Shape,
    builtin_model,
    compile_model,
    decode,
    fold_key,
    load_model,
)
from converter.system.files import ensure_output, write_whole
from converter.system.refusals import guarded

_LARGEST = 5_000_000
"""Bytes of a model file: the portal's holds one request."""


@dataclass(frozen=True, slots=True)
class Adoption:
    """An adopted model: where it lies now, its shape, and what differs from the built-in one (S044 to S048)."""

    chemin: Path
    shape: Shape
    differences: tuple[Issue, ...]


def adopt(modele: Path, dossier: Path) -> Adoption:
    """Put a model file beside the workbook, in `dossier`, as the shape of the files to come.

    It replaces at once and whole the one adopted before, and no other file; the very file that is there is left as it
    is. Raises `Inutilisable`, nothing changed, when the file cannot be used: F001 absent, F022 no JSON, F020, F021 and
    S043 for each tag missing, doubled or astray, S042 without a sample request; F016 and F031 where another file
    would be replaced; and `Empeche` when the folder refuses it.
    """
    data = _read(modele)
    sample, completed = _completed(decode(data, modele.name, reel=float))
    shape = compile_model(sample, ADOPTED)
    chemin = dossier / ADOPTED
    adopted = json.dumps(sample, ensure_ascii=False, indent=2).encode() if completed else data
    if not (adopted == data and chemin.exists() and chemin.samefile(modele)):
        ensure_output(chemin, is_ours=_is_model, apart=(modele,))
        write_whole(chemin, adopted)
    return Adoption(chemin, shape, (*completed, *differences(shape, builtin_model())))


def _read(modele: Path) -> bytes:
    faits = (("fichier", modele.name),)
    if not modele.is_file():
        raise Inutilisable(Issue("F001", faits=faits))
    if modele.stat().st_size > _LARGEST:
        raise Inutilisable(Issue("F022", faits=faits))
    with guarded(modele.parent):
        return modele.read_bytes()


def _is_model(path: Path) -> bool:
    """Whether a file is a model that can be used, as the one adopted before is."""
    try:
        load_model(path)
    except Inutilisable:
        return False
    return True


# --- lists that the model leaves empty --------------------------------------------------------------------------------


def _completed(sample: Any) -> tuple[Any, tuple[Issue, ...]]:
    """Return the model with its empty lists of a request filled from the built-in one, and an issue for each."""
    issues: list[Issue] = []
    return _fill_lists(sample, _builtin_rows(), issues), tuple(issues)


def _builtin_rows() -> Mapping[str, Any]:
    """Return the built-in sample of each list, by its folded key; an empty list of requests stays empty."""
    return dict(_sample_lists(builtin_model().nodes, builtin_model().sample))


def _sample_lists(nodes: Sequence[Node], sample: Any) -> Iterator[tuple[str, Any]]:
    for node in nodes:
        match node:
            case Block():
                yield from _sample_lists(node.nodes, sample[node.key])
            case ListKey():
                if node.role != DEMANDES:
                    yield fold_key(node.key), sample[node.key]
                yield from _sample_lists(node.nodes, sample[node.key][0])


def _fill_lists(held: Any, rows: Mapping[str, Any], issues: list[Issue]) -> Any:
    if isinstance(held, list):
        return [_fill_lists(each, rows, issues) for each in held]
    if not isinstance(held, dict):
        return held
    filled = {}
    for key, value in held.items():
        if value == [] and fold_key(key) in rows:
            issues.append(Issue("S048", faits=(("cle", key),)))
            filled[key] = rows[fold_key(key)]
        else:
            filled[key] = _fill_lists(value, rows, issues)
    return filled


# --- what differs -----------------------------------------------------------------------------------------------------


def differences(shape: Shape, reference: Shape) -> tuple[Issue, ...]:
    """Tell how a shape differs from a reference: spelling (S044), nesting (S045), order (S046), added keys (S047)."""
    return (*_respelled(shape, reference), *_moved(shape, reference), *_reordered(shape, reference), *_added(shape))


Keys = tuple[str, ...]


def _respelled(shape: Shape, reference: Shape) -> Iterator[Issue]:
    """Compare the spelling of tags, and of the blocks and lists that both shapes have."""
    ours, theirs = reference.paths(), shape.paths()
    pairs = {(ours[tag][-1], theirs[tag][-1]): None for tag in ours}
    containers = {fold_key(key): key for path in theirs.values() for key in path[:-1]}
    pairs |= {(key, containers.get(fold_key(key), key)): None for path in ours.values() for key in path[:-1]}
    pairs |= {(key, shape.lists()[role]): None for role, key in reference.lists().items()}
    for integre, modele in pairs:
        if integre != modele:
            yield Issue("S044", faits=(("integre", integre), ("modele", modele)))


def _within(shape: Shape) -> dict[str, Keys]:
    """Return the folded blocks that hold each tag, lists apart, which are known by their role."""
    named = {key: role for role, key in shape.lists().items()}
    return {tag: tuple(named.get(key, fold_key(key)) for key in path[:-1]) for tag, path in shape.paths().items()}


def _moved(shape: Shape, reference: Shape) -> Iterator[Issue]:
    ours, theirs = _within(reference), _within(shape)
    moved = [tag for tag in ours if ours[tag] != theirs[tag]]
    for (before, after), tags in groupby(moved, key=lambda tag: (ours[tag], theirs[tag])):
        named = list(tags)
        faits = (
            ("balises", _listed(named)),
            ("integre", _place(reference.paths()[named[0]], len(before))),
            ("modele", _place(shape.paths()[named[0]], len(after))),
        )
        yield Issue("S045", balise=named[0] if len(named) == 1 else "", faits=faits)


def _place(path: Keys, depth: int) -> str:
    return f"« {' › '.join(path[:depth])} »" if depth else "l’entête du fichier"


def _listed(tags: Sequence[str]) -> str:
    return ", ".join(f"« {tag} »" for tag in tags)


def _reordered(shape: Shape, reference: Shape) -> Iterator[Issue]:
    """Compare, block by block, the order of what both shapes have directly in it."""
    ours, theirs = _members(reference), _members(shape)
    for block, members in ours.items():
        common = [member for member in members if member in theirs.get(block, ())]
        there = [member for member in theirs.get(block, ()) if member in members]
        if common != there:
            names = {fold_key(key): key for path in shape.paths().values() for key in path}
            shown = _place(tuple(names.get(key, key) for key in block), len(block))
            faits = (("bloc", shown), ("balises", _listed([names.get(fold_key(m), m) for m in there])))
            yield Issue("S046", faits=faits)


def _members(shape: Shape) -> dict[Keys, list[str]]:
    """Return what each block holds directly, in order: tags by their name, blocks and lists by their folded key."""
    members: dict[Keys, list[str]] = {}
    for tag, path in shape.paths().items():
        folded = tuple(map(fold_key, path[:-1]))
        for depth in range(len(folded)):
            block = members.setdefault(folded[:depth], [])
            if folded[depth] not in block:
                block.append(folded[depth])
        members.setdefault(folded, []).append(tag)
    return members


def _added(shape: Shape) -> Iterator[Issue]:
    for path, sample in _strangers(shape.nodes, ()):
        valeur = json.dumps(sample, ensure_ascii=False, default=str)
        yield Issue("S047", valeur=valeur, faits=(("chemin", _place(path, len(path))),))


def _strangers(nodes: Sequence[Node], above: Keys) -> Iterator[tuple[Keys, Any]]:
    for node in nodes:
        path = (*above, node.key)
        if not isinstance(node, Leaf):
            yield from _strangers(node.nodes, path)
        elif not node.tag:
            yield path, node.sample
