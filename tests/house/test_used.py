"""What only tests use is no product: every function, class and field is read somewhere in the package."""

import ast
from collections.abc import Iterator, Mapping

from tests.support.imports import modules, parsed

CALLED_FROM_OUTSIDE: Mapping[str, str] = {
    "writable": "of a stream: asked by the library that writes to it",
    "formatter_class": "of a command line: read by click",
    "context_class": "of a command line: read by click",
    "command_class": "of a command line: read by click",
    "format_usage": "of a command line: called by click",
    "format_commands": "of a command line: called by click",
    "list_commands": "of a command line: called by click",
}
"""What the package defines for a library to read, and which."""


def trees() -> Mapping[str, ast.Module]:
    return {name: parsed(path) for name, path in modules().items()}


def defined(tree: ast.AST) -> Iterator[str]:
    """Yield the functions, classes and fields; what has a decorator of ours is registered by it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            registered = any(
                isinstance(each, ast.Call) and "dataclass" not in ast.unparse(each) for each in node.decorator_list
            )
            if not (registered or node.name.startswith("__")):
                yield node.name
        if isinstance(node, ast.ClassDef):
            fields = [
                each.target if isinstance(each, ast.AnnAssign) else each.targets[0]
                for each in node.body
                if isinstance(each, ast.AnnAssign | ast.Assign)
            ]
            yield from (each.id for each in fields if isinstance(each, ast.Name) and not each.id.startswith("__"))


def read(tree: ast.AST) -> Iterator[str]:
    """Yield what is read: names, attributes, imports under another name, and the homes of the public API."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.ImportFrom):
            yield from (alias.name for alias in node.names if alias.asname)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value.rpartition(":")[2]


def test_everything_is_read_somewhere() -> None:
    said = {name for tree in trees().values() for name in read(tree)}
    unread = {f"{place}: {name}" for place, tree in trees().items() for name in defined(tree) if name not in said}
    assert sorted(each for each in unread if each.rpartition(" ")[2] not in CALLED_FROM_OUTSIDE) == []


def test_no_exemption_is_left_over() -> None:
    assert CALLED_FROM_OUTSIDE.keys() <= {name for tree in trees().values() for name in defined(tree)}
