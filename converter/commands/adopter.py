"""`adopter`: the portal's own model file as the shape of the files to come."""

from pathlib import Path

from rich.console import Console

from converter.commands.outcome import FINE
from converter.commands.screen import say, tell
from converter.returning import adopt as adoption
from converter.spec.shape import builtin_model


def adopter(modele: Path, dossier: Path, *, console: Console) -> int:
    """Take the portal's own model file as the shape, and tell what differs from the built-in one."""
    taken = adoption.adopt(modele, dossier)
    tell(taken.differences, console)
    same = "Il a la forme du modèle livré avec l’outil." if taken.shape.nodes == builtin_model().nodes else ""
    say(f"Modèle adopté : {taken.chemin}. {same}", console)
    return FINE
