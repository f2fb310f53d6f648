"""`kit`: a folder to work in, and what is said of it."""

from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from converter.commands.outcome import FINE
from converter.kit import wheels
from converter.kit.folder import CLASSEUR, EXEMPLE, GUIDE, PIECES, Kit, write


def kit(dossier: Path, *, hors_ligne: bool, console: Console) -> int:
    """Make a kit and say what is in it. Raises `Inutilisable` (F030) and `Empeche`, nothing changed."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("Préparation du kit", total=len(wheels.CIBLES) if hors_ligne else None)

        def step(cible: wheels.Cible) -> None:
            progress.update(task, description=f"Bibliothèques pour {cible}", completed=wheels.CIBLES.index(cible))

        made = write(dossier, hors_ligne=hors_ligne, step=step)
    for line in _told(made, asked_offline=hors_ligne):
        console.print(line, soft_wrap=True)
    return FINE


def _told(made: Kit, *, asked_offline: bool) -> Iterator[str]:
    where = f"[bold]{escape(str(made.dossier))}[/]"
    if made.mis_a_jour:
        yield f"Kit mis à jour : {where}. Vos classeurs, vos pièces et l’exemple sont restés tels quels."
    else:
        yield f"Kit prêt : {where}"
        yield f"  {CLASSEUR}, à remplir ; {PIECES}/, pour les pièces ; {EXEMPLE}/, l’exemple du guide de l’ASP ;"
        yield f"  {GUIDE}, à lire d’abord ; Convertir.cmd (Windows), Convertir.command (macOS), Convertir.sh (Linux)."
    if not made.hors_ligne:
        yield "  Au premier double-clic, l’outil télécharge ses bibliothèques ; pour s’en passer : --hors-ligne."
        return
    yield (
        f"  Sans réseau : {made.roues} bibliothèques ({made.octets / 1_000_000:.0f} Mo) pour Windows, macOS et Linux, "
        f"Python {wheels.PYTHONS[0]} à {wheels.PYTHONS[-1]}."
    )
    if not asked_offline:
        yield "  Ces bibliothèques n’ont pas été renouvelées ; pour le faire : --hors-ligne."
