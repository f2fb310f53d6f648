"""`modele`: a blank workbook."""

from pathlib import Path

from rich.console import Console

from converter.blank import template
from converter.commands.outcome import FINE
from converter.commands.screen import say
from converter.system.files import new_file, refuse_existing


def modele(target: Path, *, console: Console) -> int:
    """Write a blank workbook. Raises `Inutilisable` (F016) where there is a file already, and `Empeche`."""
    refuse_existing(target)
    with new_file(target) as path:
        template.write(path)
    say(f"Classeur vierge créé : {target}", console)
    return FINE
