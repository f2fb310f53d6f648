"""`classeur`: the workbook that JSON files come from."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from converter.blank import template
from converter.commands.outcome import FINE
from converter.commands.screen import say, tell
from converter.returning import rebuild as back
from converter.spec.shape import model_for
from converter.spec.tags import TAG
from converter.system.files import ensure_output, new_file


def classeur(documents: Sequence[Path], target: Path, *, console: Console) -> int:
    """Write the workbook that JSON files come from, and their attachments from the zips beside them."""
    ensure_output(target, apart=documents)
    found = back.reprendre(documents, model_for(documents[0].absolute()))
    zips = [archive for document in documents for archive in back.zips_beside(document)]
    with new_file(target) as path:
        template.write_template(path, rows=found.rows, parametres=found.parametres)
    folder = target.parent / found.parametres.get("dossierPieces", str(TAG["dossierPieces"].vide))
    missing = back.extraire(zips, found.pieces(), folder) if zips else ()
    tell((*found.issues, *missing), console)
    say(f"Classeur créé : {target}", console)
    return FINE
