"""`modele`: a blank workbook, or one that takes over what an older file holds."""

from functools import partial
from pathlib import Path

from rich.console import Console

from converter.blank import template
from converter.commands.outcome import FINE
from converter.commands.screen import say, tell
from converter.moving import correspondance, matching, moved, old
from converter.sentences.typography import plural
from converter.spec.sheets import BENEFICIAIRES, DEMANDES, PIECES
from converter.system.files import ensure_output, new_file


def modele(target: Path, *, console: Console) -> int:
    """Write a blank workbook. Raises `Inutilisable` (F016, F030, F032) where something is there, and `Empeche`."""
    ensure_output(target)
    with new_file(target) as path:
        template.write(path)
    say(f"Classeur vierge créé : {target}", console)
    return FINE


def reprendre(source: Path, liste: Path | None, target: Path, *, console: Console) -> int:
    """Write a workbook that holds the data of another file; `liste` tells where its columns go.

    Raises `Inutilisable`: as `modele`, F031 where the output is one of the inputs, and as `old.read`,
    `correspondance.read` and `moved.move`.
    """
    ensure_output(target, apart=(source, *filter(None, [liste])))
    consignes = correspondance.read(liste) if liste else ()
    ancien = old.read(source)
    found = matching.feuillets(ancien, consignes)
    taken = moved.move(ancien, found)
    sheet = partial(correspondance.write, entrees=matching.entries(found))
    with new_file(target) as path:
        template.write(path, rows=taken.rows, parametres=taken.parametres, autres=taken.autres, more=sheet)
    tell((*matching.issues(ancien, found, consignes), *taken.issues), console)
    count = taken.counts()
    lines = (plural(count[DEMANDES], "demande"), plural(count[BENEFICIAIRES], "établissement"))
    say(f"Repris : {', '.join(lines)}, {plural(count[PIECES], 'pièce')}.", console)
    say(f"Classeur créé : {target}", console)
    return FINE
