"""Who uses the kit has a menu and no command line: nothing said to him names one."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import converter
from converter.sentences.say import catalogue

ROOT = Path(converter.__file__).parent
LAUNCHER = ROOT.parent / "templates" / "lanceur.py"
GUIDE = ROOT.parent / "templates" / "GUIDE.md"

COMMAND = re.compile(r"\bsegur-hop\s+[a-z]|(?<![\w-])--[a-z]|\boptions? -")
"""A call of the tool, or an option."""

FOR_THE_KIT_MAKER = {
    "E040": "the tool was not installed by pip",
    "E042": "pip's index lacks a library for the kit",
    "F034": "the kit of a second campaign goes on in no deposits",
}
"""Sentences said only to whoever makes a kit, at a command line."""

OF_THE_KIT_MAKER = ("cli.py", "commands/kit.py", "kit/")
"""What speaks at a command line, or to pip."""

ASKED_OF_IT = {
    "segur-hop kit NOUVEAU --suite ANCIEN": "asked of whoever makes the kit",
    "segur-hop adopter": "the portal's model, rarely, by IT",
    "segur-hop verifier": "the portal's first control, asked of IT",
}
"""The calls that the guide's user part names: what IT is asked to do."""


def sentences(path: Path) -> Iterator[str]:
    """Yield what a module may say: its strings with a space, no docstrings."""
    tree = ast.parse(path.read_text("utf-8"))
    documented = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) and id(node) not in documented else None
        if isinstance(text, str) and re.search(r"\s", text):
            yield text


def _speaking() -> list[Path]:
    files = [*ROOT.rglob("*.py"), LAUNCHER]
    return [file for file in files if not str(_name(file)).startswith(OF_THE_KIT_MAKER)]


def _name(file: Path) -> str:
    return file.relative_to(ROOT).as_posix() if file.is_relative_to(ROOT) else file.name


@pytest.mark.parametrize("file", sorted(_speaking()), ids=_name)
def test_no_sentence_sheet_or_screen_names_a_command(file: Path) -> None:
    exempt = {text for code in FOR_THE_KIT_MAKER for text in (catalogue()[code].phrase, catalogue()[code].conseil)}
    assert [text for text in sentences(file) if COMMAND.search(text) and text not in exempt] == []


@pytest.mark.parametrize("code", FOR_THE_KIT_MAKER)
def test_no_exemption_is_left_over(code: str) -> None:
    message = catalogue()[code]
    assert COMMAND.search(f"{message.phrase} {message.conseil}")


def test_the_guide_of_the_user_names_only_what_is_asked_of_it() -> None:
    user, rest = GUIDE.read_text("utf-8").split("\n## Pour le service informatique", 1)
    for code in FOR_THE_KIT_MAKER:
        user, count = re.subn(rf"^\| {code} \|.*$", "", user, flags=re.MULTILINE)
        assert count == 1
    for call in ASKED_OF_IT:
        assert user.count(f"`{call}`") == 1
        user = user.replace(f"`{call}`", "")
    assert [line for line in user.splitlines() if COMMAND.search(line)] == []
    assert COMMAND.search(rest)
