"""`modele`: a blank workbook, or one that takes over what an older file holds."""

from functools import partial
from pathlib import Path

from rich.console import Console

from converter.blank import template
from converter.commands.next_number import first_free
from converter.commands.outcome import FINE
from converter.commands.screen import say, tell
from converter.sentences.typography import plural
from converter.spec.sheets import BENEFICIAIRES, DEMANDES, PIECES
from converter.system.files import ensure_output, new_file


def modele(target: Path, *, console: Console) -> int:
    """Write a blank workbook. Raises `Inutilisable` (F016, F030, F032) where something is there, and `Empeche`."""
    ensure_output(target)
    libre = first_free(target.absolute().parent)
    with new_file(target) as path:
        template.write_template(path, libre=libre)
    say(f"Classeur vierge créé : {target}", console)
    if libre:
        say(f"  Premier numéro libre : {libre}", console)
    return FINE


def modele_depuis(source: Path, liste: Path | None, target: Path, *, console: Console) -> int:
    """Write a workbook that holds the data of another file; `liste` tells where its columns go.

    Raises `Inutilisable`: as `modele`, F031 where the output is one of the inputs, and as `old.read_old`,
    `correspondance.read_answers` and `transfer.move`.
    """
    from converter.moving import correspondance, matching, old, transfer

    ensure_output(target, apart=(source, *filter(None, [liste])))
    consignes = correspondance.read_answers(liste) if liste else ()
    ancien = old.read_old(source)
    found = matching.feuillets(ancien, consignes)
    taken = transfer.move(ancien, found)
    sheet = partial(correspondance.write_answers, entrees=matching.entries(found))
    with new_file(target) as path:
        template.write_template(path, rows=taken.rows, parametres=taken.parametres, autres=taken.autres, more=sheet)
    tell((*matching.left_behind(ancien, found, consignes), *taken.issues), console)
    count = taken.counts()
    lines = (plural(count[DEMANDES], "demande"), plural(count[BENEFICIAIRES], "établissement"))
    say(f"Repris : {', '.join(lines)}, {plural(count[PIECES], 'pièce')}.", console)
    say(f"Classeur créé : {target}", console)
    return FINE
