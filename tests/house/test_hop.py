"""HOP in one folder: what is true of this couloir, wave and software is spelt under `spec/` alone."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from converter.spec.programme import BON_COMMANDE, COULOIR, LOGICIELS, PREUVE_HT, VAGUE
from converter.spec.tags import TAG
from tests.support.imports import modules

CODES = (COULOIR, VAGUE, "DPI", "PFI", BON_COMMANDE, PREUVE_HT)
"""What no other module spells, not even within another word: `RI` has two letters, and is spelt nowhere either."""

TAGS_ARE_NAMED: Mapping[str, str] = {
    "blank.template": "the key column and the drop-down of attachment types have a place of their own",
    "blank.while_typing": "a check while typing reads the cells of the rule that it anticipates",
    "checking": "a rule is a predicate over the columns of the specification, by their names; links join by the number",
    "commands": "the keys of --rapport and the parameters are tags; the suivi of a row fills the tool's columns",
    "depositing.bordereau": "the slip shows these tags of a request, and reads three back to tick them off",
    "depositing.document": "the tags that the tool fills, and the head of the file",
    "depositing.remake": "the numbers and attachments of a deposit whose zips are made again",
    "kit": "the example names its file",
    "marking": "the tool's own columns, written; the number that a correction is told by",
    "moving": "the number that ties the rows of a list together",
    "portal": "the portal's rules, written from the specification apart from ours, by the tags' names",
    "reading": "the number that joins the sheets; the tags that tell a heading row from a title",
    "registry": "the number, state and deposit of a request, and the tags of a deposit found on disk",
    "returning": "the tags of an answer, and those that become columns of another name",
    "tracking": "the tags that the follow-up shows",
}
"""The folders and modules whose subject are certain tags, and why; any other has them from the table."""

WORDS = frozenset({"fichier", "logiciel", "etat", "controle"})
"""Tags that are also everyday words, and name the facts of a sentence everywhere."""


def literals(path: Path) -> Iterator[str]:
    """Yield the strings of a module, docstrings apart."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    bare = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in bare:
            yield node.value


def is_sentence(text: str) -> bool:
    """Tell French said to the user, which names what it speaks of, from a value."""
    return " " in text.strip()


MODULES = [name for name in modules() if name.split(".")[0] not in {"spec", ""}]


@pytest.mark.parametrize("name", MODULES)
def test_no_other_module_spells_the_couloir(name: str) -> None:
    said = [text for text in literals(modules()[name]) if not is_sentence(text)]
    assert [text for text in said if any(code in text for code in CODES) or text in LOGICIELS] == []


@pytest.mark.parametrize("name", MODULES)
def test_a_tag_is_named_only_where_it_is_the_subject(name: str) -> None:
    if not any(name == place or name.startswith(f"{place}.") for place in TAGS_ARE_NAMED):
        assert {text for text in literals(modules()[name]) if text in TAG} - WORDS == set()


def test_every_exemption_is_needed() -> None:
    for place in TAGS_ARE_NAMED:
        inside = [path for name, path in modules().items() if name == place or name.startswith(f"{place}.")]
        assert any(text in TAG for path in inside for text in literals(path)), place
