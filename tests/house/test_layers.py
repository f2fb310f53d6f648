"""Imports go one way, from the shell to the core: no folder imports one above it, no module stands in a circle."""

import ast
from pathlib import Path

import pytest

from tests.support.imports import circles, folder, graph, imported, modules, parsed

MODULES = modules()

LAYERS: tuple[frozenset[str], ...] = (
    frozenset({"columns"}),
    frozenset({"issues", ""}),  # the package's own face imports nothing until asked
    frozenset({"system"}),
    frozenset({"spec", "attachments"}),
    frozenset({"sentences", "xlsx"}),
    frozenset({"reading", "blank", "portal"}),
    frozenset({"checking", "kit", "moving"}),
    frozenset({"registry"}),
    frozenset({"marking", "tracking", "depositing"}),
    frozenset({"returning"}),
    frozenset({"commands"}),
    frozenset({"cli"}),
    frozenset({"__main__"}),
)
"""Every folder, and module that stands beside them, lowest first: each imports from lower layers and from itself."""

RANK = {name: depth for depth, layer in enumerate(LAYERS) for name in layer}

PURE = (
    "columns",
    "issues",
    "sentences",
    "spec.formats",
    "spec.tags",
    "reading.frames",
    "checking",
    "depositing.document",
)
"""Folders and modules without paths to open, clocks or processes."""

SHELL = frozenset({"os", "subprocess", "sqlite3", "shutil", "tempfile", "time", "socket", "random", "click", "rich"})


def libraries(path: Path, *, at_the_top: bool) -> set[str]:
    """Return the other libraries that a file imports, or only those it imports as soon as it is."""
    tree = parsed(path)
    nodes = list(tree.body if at_the_top else ast.walk(tree))
    names = {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}
    names |= {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return {name.split(".")[0] for name in names} - {"converter"}


def within(places: tuple[str, ...]) -> list[str]:
    """Return the modules of these folders, or of these names."""
    return [name for name in MODULES if any(name == place or name.startswith(f"{place}.") for place in places)]


def test_every_module_has_its_layer() -> None:
    assert {folder(name) for name in MODULES} == RANK.keys()


@pytest.mark.parametrize("name", sorted(MODULES))
def test_a_module_imports_from_lower_layers_and_its_own_folder(name: str) -> None:
    here = folder(name)
    above = {other for other in imported(MODULES[name]) if folder(other) != here and RANK[folder(other)] >= RANK[here]}
    assert above == set()


def test_there_is_no_circle() -> None:
    assert circles(graph()) == frozenset()


@pytest.mark.parametrize("name", within(PURE))
def test_the_middle_is_pure(name: str) -> None:
    assert not libraries(MODULES[name], at_the_top=False) & SHELL
    calls = {ast.unparse(node.func) for node in ast.walk(parsed(MODULES[name])) if isinstance(node, ast.Call)}
    assert not calls & {"open", "print", "input", "date.today", "datetime.now", "datetime.today", "Path.cwd"}


@pytest.mark.parametrize("name", sorted(MODULES.keys() - {"system.files"}))
def test_files_are_written_aside_and_synced_in_one_module(name: str) -> None:
    named = {ast.unparse(node) for node in ast.walk(parsed(MODULES[name])) if isinstance(node, ast.Attribute)}
    assert not named & {"os.fsync", "tempfile.mkstemp", "tempfile.NamedTemporaryFile"}


def test_the_portal_s_control_does_not_consult_the_converter_s() -> None:
    own = {"checking", "reading", "registry", "marking", "depositing"}
    for name in within(("portal",)):
        assert not {folder(other) for other in imported(MODULES[name])} & own, name


@pytest.mark.parametrize("name", within(("cli", "spec", "issues", "sentences")))
def test_help_needs_no_pandas(name: str) -> None:
    heavy = {"pandas", "pandera", "numpy", "openpyxl", "pypdf", "PIL", "lxml"}
    assert not libraries(MODULES[name], at_the_top=True) & heavy


def test_every_module_says_its_idea_in_its_first_line() -> None:
    for name, path in MODULES.items():
        text = ast.get_docstring(parsed(path))
        assert text, name
        assert text.splitlines()[0].endswith((".", ":")), name
