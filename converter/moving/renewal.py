"""The one way from an older file to a new workbook: read, each column placed, written, what became of it told."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from converter.blank import template
from converter.issues import Issue
from converter.moving import correspondance, matching, old, transfer
from converter.system.files import new_file


@dataclass(frozen=True, slots=True)
class Repris:
    """How many rows each sheet of the new workbook has, and what is told of the others and of their columns."""

    lignes: Mapping[str, int]
    issues: tuple[Issue, ...]


def renew(source: Path, target: Path, liste: Path | None = None) -> Repris:
    """Write a workbook, where there is none, that holds the data of another file; `liste` tells where columns go.

    Raises `Inutilisable`, nothing written: as `correspondance.read_answers`, `old.read_old` and `transfer.move`.
    """
    consignes = correspondance.read_answers(liste) if liste else ()
    ancien = old.read_old(source)
    found = matching.feuillets(ancien, consignes)
    taken = transfer.move(ancien, found)
    sheet = partial(correspondance.write_answers, entrees=matching.entries(found))
    with new_file(target) as path:
        template.write_template(path, rows=taken.rows, parametres=taken.parametres, autres=taken.autres, more=sheet)
    return Repris(taken.counts(), (*matching.left_behind(ancien, found, consignes), *taken.issues))
