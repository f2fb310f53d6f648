"""`modele`: a blank workbook."""

from pathlib import Path

from rich.console import Console

from converter.blank import template
from converter.commands.next_number import first_free
from converter.commands.outcome import FINE
from converter.commands.screen import say
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
