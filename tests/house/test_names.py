"""No homonyms: no two classes or modules share a name, case apart, unless listed with a reason."""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping

from tests.support.imports import modules

SAME_IDEA: Mapping[str, str] = {
    "accepted": "a correction accepted in the workbook, and the module that reads them",
    "attachments": "what is done with attachments, and what is said of it",
    "cells": "cells of a package, and what is said of them",
    "classeur": "a workbook read; the command that makes one",
    "depots": "the folder of deposits held open, and where it lies",
    "files": "what is done with files, and what is said of them",
    "kit": "the folder of the kit, its class, and the command that makes it",
    "lock": "the lock of a folder of ours; Excel's own beside a workbook",
    "moving": "data of an older file on its way, and what is said of it",
    "portal": "the portal's controls, and what is said by them",
    "reading": "what a format reads in a cell, and the folder that reads the workbook",
    "retour": "what an answer changes, and the command that brings it back",
    "rows": "a list of the model; the rows of the workbook",
    "rules": "the rules, and what is said by them",
    "suivi": "the tool's columns of one row; the follow-up of all, and its command",
    "values": "the values of cells; the formats of the tags",
}
"""Names that two share, and why they may."""


def named() -> Iterator[tuple[str, str]]:
    """Yield every module and class that is not private: its name without case, and where it stands."""
    for place, path in modules().items():
        yield place.rpartition(".")[2].lower(), place
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                yield node.name.lower(), f"{place}.{node.name}"


def is_of(place: str, other: str) -> bool:
    """Tell a class that has the name of its own module or folder: the idea that the module is about."""
    return place.startswith(f"{other}.")


def homonyms() -> Mapping[str, list[str]]:
    places = defaultdict(list)
    for name, place in named():
        places[name].append(place)
    return {
        name: found
        for name, found in places.items()
        if any(not is_of(one, other) for one in found[1:] for other in found[:1])
    }


def test_two_things_of_one_name_are_one_idea() -> None:
    assert sorted(homonyms().keys() - SAME_IDEA.keys()) == []


def test_no_exemption_is_left_over() -> None:
    assert sorted(SAME_IDEA.keys() - homonyms().keys()) == []
