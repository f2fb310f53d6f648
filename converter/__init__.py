"""From one Excel workbook to HOP JSON and zips, and back: what other programs use, which the commands use themselves.

Each name is imported when it is first asked for, so that `segur-hop --help` loads no library of tables.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from converter.checking.check import Verdict, check
    from converter.checking.lecture import Lecture
    from converter.checking.schema import schema
    from converter.commands.convertir import convertir as convert
    from converter.commands.outcome import Outcome
    from converter.commands.retour import retour as bring_back
    from converter.commands.session import Options, inspect, read
    from converter.commands.verifier import verify
    from converter.issues import Empeche, Gravite, Inutilisable, Issue
    from converter.marking.annotate import Mark, mark_cells, unmark_cells

__version__ = "0.1.0"

__all__ = [
    "Empeche",
    "Gravite",
    "Inutilisable",
    "Issue",
    "Lecture",
    "Mark",
    "Options",
    "Outcome",
    "Verdict",
    "__version__",
    "bring_back",
    "check",
    "convert",
    "inspect",
    "mark_cells",
    "read",
    "schema",
    "unmark_cells",
    "verify",
]

_HOMES = {
    "Empeche": "issues:Empeche",
    "Gravite": "issues:Gravite",
    "Inutilisable": "issues:Inutilisable",
    "Issue": "issues:Issue",
    "Lecture": "checking.lecture:Lecture",
    "Mark": "marking.annotate:Mark",
    "Options": "commands.session:Options",
    "Outcome": "commands.outcome:Outcome",
    "Verdict": "checking.check:Verdict",
    "bring_back": "commands.retour:retour",
    "check": "checking.check:check",
    "convert": "commands.convertir:convertir",
    "inspect": "commands.session:inspect",
    "mark_cells": "marking.annotate:mark_cells",
    "read": "commands.session:read",
    "schema": "checking.schema:schema",
    "unmark_cells": "marking.annotate:unmark_cells",
    "verify": "commands.verifier:verify",
}
"""Where each name is at home, by module and name."""


def __getattr__(name: str) -> Any:
    """Import a name of the public API."""
    if name not in _HOMES:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    module, _, at_home = _HOMES[name].partition(":")
    return getattr(import_module(f"{__name__}.{module}"), at_home)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
