"""`kit`: a folder to work in, and what is said of it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from converter.commands.next_number import first_free
from converter.commands.outcome import FINE
from converter.kit.embedded import Embarque
from converter.kit.folder import CLASSEUR, DOSSIER_PYTHON, EXEMPLE, GUIDE, PIECES, Kit, KitVoulu, write_kit
from converter.kit.libraries import Cible


def kit(dossier: Path, voulu: KitVoulu, *, console: Console) -> int:
    """Make a kit and say what is in it. Raises `Inutilisable` (F030, F035) and `Empeche`, nothing changed."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("Préparation du kit", total=len(voulu.cibles) or None)

        def step(cible: Cible) -> None:
            progress.update(task, description=f"Bibliothèques pour {cible}", completed=voulu.cibles.index(cible))

        libre = first_free(dossier, voulu.suite)
        made = write_kit(dossier, replace(voulu, libre=libre), step=step)
    for line in (*_told(made), *_told_python(voulu.python), *_told_suite(voulu, libre)):
        console.print(line, soft_wrap=True)
    return FINE


def _told(made: Kit) -> Iterator[str]:
    where = f"[bold]{escape(str(made.dossier))}[/]"
    if made.mis_a_jour:
        yield f"Kit mis à jour : {where}. Vos classeurs, vos pièces et l’exemple sont restés tels quels."
    else:
        yield f"Kit prêt : {where}"
        yield f"  {CLASSEUR}, à remplir ; {PIECES}/, pour les pièces ; {EXEMPLE}/, l’exemple du guide de l’ASP ;"
        yield f"  {GUIDE}, à lire d’abord ; Convertir.cmd (Windows), Convertir.command (macOS), Convertir.sh (Linux)."
    if made.perimees:
        yield f"  Bibliothèques d’une version précédente, à refaire avec --hors-ligne : {', '.join(made.perimees)}."
    if made.cibles:
        yield f"  Sans réseau, {made.octets / 1_000_000:.0f} Mo en tout : {', '.join(made.cibles)}."
    elif not made.perimees:
        yield "  Au premier double-clic, l’outil télécharge ses bibliothèques ; pour s’en passer : --hors-ligne."


def _told_python(python: Embarque | None) -> Iterator[str]:
    if python:
        yield f"  Python {python.python} pour Windows, dans {DOSSIER_PYTHON}/, de {escape(python.archive.name)}"
        yield f"  (sha256 {python.sha256}, à comparer à celui que donne python.org)."


def _told_suite(voulu: KitVoulu, libre: str) -> Iterator[str]:
    if voulu.suite:
        where = escape(str(voulu.suite))
        yield f"  Ses dépôts iront dans {where}, à la suite des précédents : n’en refaites pas d’autre."
    if voulu.modele:
        yield f"  Le modèle du portail adopté avant ({voulu.modele.name}) y vaut aussi."
    if libre:
        yield f"  Premier numéro libre : {libre}."
