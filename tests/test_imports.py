"""Imports go one way, from the shell to the core; no module of ours imports one above it."""

import ast
from pathlib import Path

import pytest

import converter

ROOT = Path(converter.__file__).parent

LAYERS: tuple[frozenset[str], ...] = (
    # words and formats
    frozenset({"issues", "typographie"}),
    frozenset({"formats", "environment", "plainpdf"}),
    # the one table, and what a package of Open XML is
    frozenset({"spec", "ooxml", "lock", "anypdf"}),
    frozenset({"messages", "shape", "saisie", "workbook", "contents"}),
    # reading, checking: pure from here to `check`
    frozenset({"frames", "document", "attachments", "charte"}),
    frozenset({"liens", "schema"}),
    frozenset({"rules"}),
    frozenset({"check"}),
)
"""The core, lowest first: a module imports from lower layers only."""

LAST = frozenset({"cli", "__main__"})
"""What nothing else may import: the shell's outermost modules."""

PURE = ("formats", "spec", "frames", "liens", "schema", "rules", "document", "messages", "issues", "typographie")
"""Modules without paths to open, clocks or processes."""

SHELL = frozenset({"os", "subprocess", "sqlite3", "shutil", "tempfile", "time", "socket", "random", "click", "rich"})


def modules() -> dict[str, Path]:
    """Return every module of the package by its dotted name."""
    return {".".join(p.relative_to(ROOT).with_suffix("").parts): p for p in sorted(ROOT.rglob("*.py"))}


def imported(path: Path, *, at_run_time: bool = True) -> set[str]:
    """Return the modules that a file imports, ours without the package's name, those of type checkers left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    hidden = {
        id(node)
        for test in ast.walk(tree)
        if at_run_time and isinstance(test, ast.If) and ast.unparse(test.test) == "TYPE_CHECKING"
        for node in ast.walk(test)
    }
    names: set[str] = set()
    for node in ast.walk(tree):
        if id(node) in hidden:
            continue
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            own = node.module == "converter"
            names |= {f"converter.{alias.name}" for alias in node.names} if own else {str(node.module)}
    return {name.removeprefix("converter.") if name.startswith("converter.") else f"::{name}" for name in names}


def ours(path: Path) -> set[str]:
    """Return the top-level modules of ours that a file imports."""
    return {name.split(".")[0] for name in imported(path) if not name.startswith("::")} - {"__version__"}


def at_the_top(path: Path) -> set[str]:
    """Return the libraries imported as soon as the module is."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    return {
        name.split(".")[0]
        for node in nodes
        for name in ([str(node.module)] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names])
    }


@pytest.mark.parametrize("name", sorted(module for layer in LAYERS for module in layer))
def test_the_core_imports_only_what_lies_below(name: str) -> None:
    rank = {module: depth for depth, layer in enumerate(LAYERS) for module in layer}
    catalogues = {f"messages_{part}" for part in ("classeur", "depot", "kit", "portail", "retour")}
    below = {module for module, depth in rank.items() if depth < rank[name]} | (
        catalogues if name == "messages" else set()
    )
    assert ours(modules()[name]) <= below


@pytest.mark.parametrize("name", sorted(modules()))
def test_nothing_imports_the_outermost_modules(name: str) -> None:
    allowed = {"cli"} if name == "__main__" else set()
    assert not ours(modules()[name]) & LAST - allowed


def test_there_is_no_circle() -> None:
    """A catalogue of messages builds on `messages`, which collects it when first asked only, and not at import."""
    graph = {name: at_import(path) for name, path in modules().items()}

    def visit(name: str, road: tuple[str, ...]) -> None:
        assert name not in road, " → ".join((*road, name))
        for other in graph.get(name, set()):
            visit(other, (*road, name))

    for name in graph:
        visit(name, ())


def at_import(path: Path) -> set[str]:
    """Return our modules that a file imports as soon as it is imported, by dotted name."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("converter"):
            base = str(node.module).removeprefix("converter").removeprefix(".")
            found |= {f"{base}.{alias.name}".removeprefix(".") for alias in node.names} | {base}
    return found & modules().keys()


@pytest.mark.parametrize("name", PURE)
def test_the_middle_is_pure(name: str) -> None:
    libraries = {module.removeprefix("::").split(".")[0] for module in imported(modules()[name]) if module[:2] == "::"}
    assert not libraries & SHELL
    calls = {
        ast.unparse(node.func)
        for node in ast.walk(ast.parse(modules()[name].read_text("utf-8")))
        if isinstance(node, ast.Call)
    }
    assert not calls & {"open", "print", "input", "date.today", "datetime.now", "datetime.today", "Path.cwd"}


def test_the_portal_s_control_does_not_consult_the_converter_s() -> None:
    own = {"check", "rules", "schema", "frames", "liens", "workbook"}
    for name, path in modules().items():
        if name.startswith("portal"):
            assert not ours(path) & own, name


@pytest.mark.parametrize("name", ["cli", "spec", "formats", "issues", "messages", "typographie"])
def test_help_needs_no_pandas(name: str) -> None:
    assert not at_the_top(modules()[name]) & {"pandas", "pandera", "numpy", "openpyxl", "pypdf", "PIL", "lxml"}


def test_every_module_says_its_idea_in_its_first_line() -> None:
    for name, path in modules().items():
        text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
        assert text, name
        assert text.splitlines()[0].endswith((".", ":")), name
