"""The first number that a new workbook may give, beside deposits that have used some."""

from contextlib import suppress
from pathlib import Path

from converter.issues import Empeche, Inutilisable
from converter.system.depots import depots_beside


def first_free(dossier: Path, depots: Path | None = None) -> str:
    """Return the next number of the deposits of a folder, or of those that it carries on.

    It is `""` where nothing has been deposited, and where that cannot be told: a blank workbook does without.
    """
    with suppress(Inutilisable, Empeche):
        folder = depots or depots_beside(dossier)
        return _next(folder) if folder.is_dir() else ""
    return ""


def _next(depots: Path) -> str:
    from converter.registry.reconcile import next_free_number
    from converter.registry.store import numbers_used

    used = numbers_used(depots)
    return next_free_number(used) if used else ""
