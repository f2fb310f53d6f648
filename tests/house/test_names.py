"""No homonyms: no two classes, functions, constants or modules share a name, unless listed with a reason."""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache

from tests.support.imports import modules, parsed

SAME_IDEA: Mapping[str, str] = {
    "accepted": "a correction accepted in the workbook, and the module that reads them",
    "attachments": "what is done with attachments, and what is said of it",
    "cells": "cells of a package, and what is said of them",
    "classeur": "a workbook read; the command that makes one",
    "depots": "the folder of deposits held open, and where it lies",
    "files": "what is done with files, and what is said of them",
    "kit": "the folder of the kit, its class, and the command that makes it",
    "moving": "data of an older file on its way, and what is said of it",
    "portal": "the portal's controls, and what is said by them",
    "reading": "what a format reads in a cell, and the folder that reads the workbook",
    "rules": "the rules, and what is said by them",
    "suivi": "the follow-up of all requests, and its command",
}
"""Names that two classes or modules share, case apart, and why they may."""

SAID_TWICE: Mapping[str, str] = {
    "COLUMNS": "of each of the tool's sheets: its columns, with their widths",
    "CONTENT_TYPE": "of each kind of part that is written: its content type",
    "EN_COURS": "of each folder that is made aside: its name until it is whole",
    "HEADING_ROW": "of each of the tool's sheets: the row of its headings",
    "MESSAGES": "of each letter of code: its sentences",
    "ORDER": "of each kind of part that is written: the order of its children in the standard",
    "RULES": "the rules of the workbook, and those of the portal, which are written apart on purpose",
    "Valeurs": "values by tag as the JSON has them; the portal does not consult the way back",
    "columns": "the columns of a sheet: its tags, and the letters by which Excel calls them",
    "commands": "the commands by their words, and the folder of what they do",
    "inspect": "attachments inspected: of a folder; of a workbook, which says where its folder is",
    "read": "a workbook read: its tables; with their values, for other programs",
    "say": "sentences: what each says, and putting one on the screen",
    "verify": "a deposit controlled: its bytes; its files, by the model adopted near them, for other programs",
}
"""Names of functions, constants and types that several modules define, and what one idea they have."""


def named() -> Iterator[tuple[str, str]]:
    """Yield every module and class that is not private: its name without case, and where it stands."""
    for place, path in modules().items():
        yield place.rpartition(".")[2].lower(), place
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.ClassDef):
                yield node.name.lower(), f"{place}.{node.name}"


def is_of(place: str, other: str) -> bool:
    """Tell a class that has the name of its own module or folder: the idea that the module is about."""
    return place.startswith(f"{other}.")


@cache
def homonyms() -> Mapping[str, list[str]]:
    places = defaultdict(list)
    for name, place in named():
        places[name].append(place)
    return {
        name: found
        for name, found in places.items()
        if any(not is_of(one, other) for one in found[1:] for other in found[:1])
    }


def defined(node: ast.stmt) -> Iterator[str]:
    """Yield the names that a statement at the top of a module gives."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        yield from (target.id for target in targets if isinstance(target, ast.Name))


@cache
def said_twice() -> frozenset[str]:
    """Return what several modules define, and functions with the name of another module.

    A command is told twice, by its words and by what it does: `cli.suivi`, `commands.suivi.suivi`.
    """
    places: dict[str, set[str]] = defaultdict(set)
    for place, path in modules().items():
        folder, _, last = place.rpartition(".")
        for node in parsed(path).body:
            for name in defined(node):
                command = (place == "cli" and f"commands.{name}" in modules()) or (
                    folder == "commands" and name == last
                )
                if not name.startswith("_") and not command:
                    places[name].add(place)
    for place in modules():
        last = place.rpartition(".")[2]
        if last in places:
            places[last] |= {place}
    return frozenset(name for name, found in places.items() if len(found) > 1)


def test_two_things_of_one_name_are_one_idea() -> None:
    assert sorted(homonyms().keys() - SAME_IDEA.keys()) == []


def test_what_several_modules_define_is_one_idea() -> None:
    assert sorted(said_twice() - SAID_TWICE.keys()) == []


def test_no_exemption_is_left_over() -> None:
    assert sorted(SAME_IDEA.keys() - homonyms().keys()) == []
    assert sorted(SAID_TWICE.keys() - said_twice()) == []
