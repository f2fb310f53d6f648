"""The imports of the package, read from its files: which module stands on which."""

import ast
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import converter

ROOT = Path(converter.__file__).parent

Graph = Mapping[str, frozenset[str]]
"""The modules of ours that each module imports, itself left out."""


@cache
def modules(root: Path = ROOT) -> Mapping[str, Path]:
    """Return every module of a package by its dotted name; the package's own face is `""`."""
    dotted = {path: path.relative_to(root).with_suffix("").parts for path in sorted(root.rglob("*.py"))}
    return {".".join(part for part in parts if part != "__init__"): path for path, parts in dotted.items()}


@cache
def parsed(path: Path) -> ast.Module:
    """Return the syntax tree of a file, which nobody changes."""
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imported(path: Path, root: Path = ROOT) -> frozenset[str]:
    """Return the modules of ours that a file imports, wherever in it, those of type checkers left out."""
    tree = parsed(path)
    hidden = {
        id(node)
        for test in ast.walk(tree)
        if isinstance(test, ast.If) and ast.unparse(test.test) == "TYPE_CHECKING"
        for node in ast.walk(test)
    }
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and id(node) not in hidden:
            assert node.level == 0, f"{path}: relative import"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    ours = {name.removeprefix("converter").removeprefix(".") for name in found if name.split(".")[0] == "converter"}
    return frozenset(name if name in modules(root) else name.rpartition(".")[0] for name in ours)


@cache
def graph(root: Path = ROOT) -> Graph:
    """Return what every module of a package imports of it."""
    return {name: imported(path, root) - {name} for name, path in modules(root).items()}


def reachable(edges: Graph, start: str) -> frozenset[str]:
    """Return all that stands below a module, at any depth."""
    below: set[str] = set()
    waiting = [*edges[start]]
    while waiting:
        name = waiting.pop()
        if name not in below:
            below.add(name)
            waiting += edges[name]
    return frozenset(below)


def circles(edges: Graph) -> frozenset[frozenset[str]]:
    """Return the sets of modules that import each other, directly or not."""
    below = {name: reachable(edges, name) for name in edges}
    rings = {name: frozenset(other for other in below[name] if name in below[other]) for name in edges}
    return frozenset(ring for ring in rings.values() if ring)


def floors(edges: Graph) -> Mapping[str, int]:
    """Return the floor of each module: 1 where it imports none, else one above the highest that it imports.

    The modules of a circle share a floor.
    """
    ring = {name: circle for circle in circles(edges) for name in circle}
    found: dict[str, int] = {}

    def floor(name: str) -> int:
        if name not in found:
            mates = ring.get(name, frozenset({name}))
            height = 1 + max((floor(other) for mate in mates for other in edges[mate] - mates), default=0)
            found.update(dict.fromkeys(mates, height))
        return found[name]

    for name in edges:
        floor(name)
    return found


def longest_path(edges: Graph) -> tuple[str, ...]:
    """Return the longest way from importer to imported, one module a floor; the first by name of several."""
    height = floors(edges)
    path = [min(name for name in edges if height[name] == max(height.values()))]
    while height[path[-1]] > 1:
        mates = next((circle for circle in circles(edges) if path[-1] in circle), frozenset({path[-1]}))
        below = {other for mate in mates for other in edges[mate] - mates}
        path.append(min(other for other in below if height[other] == height[path[-1]] - 1))
    return tuple(path)


def folder(name: str) -> str:
    """Return the folder of a module, or the module itself where it stands beside the folders."""
    return name.split(".", maxsplit=1)[0]


def by_folder(edges: Graph) -> Graph:
    """Return the same imports between folders."""
    joined: dict[str, set[str]] = {}
    for name, others in edges.items():
        joined.setdefault(folder(name), set()).update(map(folder, others))
    return {name: frozenset(others - {name}) for name, others in joined.items()}
