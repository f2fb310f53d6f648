"""Where the deposits of a workbook are: beside it, or where an earlier folder of the same vendor has them.

A vendor has one folder of deposits for ever, so that no number and no rank of a file is ever used twice: a second
campaign's folder names that of the first instead of having its own.
"""

import os
from pathlib import Path

from converter.issues import Empeche, Issue

DEPOTS = "depots"
"""The folder of the deposits, beside the workbook."""
SUITE = "dossier-des-depots.txt"
"""Beside the workbook of a later campaign: the path of the folder of deposits, from there where that is near."""


def depots_beside(dossier: Path) -> Path:
    """Return the folder of the deposits of the workbooks in a folder.

    Raises `Empeche` (E044) where the one that is named is out of reach: a new one beside would begin again at 001.
    """
    name = dossier / SUITE
    if not name.is_file():
        return dossier / DEPOTS
    named = dossier / name.read_text("utf-8-sig").strip()
    if not named.is_dir():
        raise Empeche(Issue("E044", faits=(("chemin", str(named)), ("fichier", str(name)))))
    return named


def name_depots(depots: Path, dossier: Path) -> None:
    """Write in a folder where its deposits are: two folders side by side may be moved together."""
    near = depots.parent.parent == dossier.parent
    path = os.path.relpath(depots, dossier) if near else str(depots)
    (dossier / SUITE).write_text(f"{Path(path).as_posix()}\n", "utf-8")
