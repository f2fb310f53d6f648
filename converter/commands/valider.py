"""`valider`: every finding written into the workbook."""

from pathlib import Path

from converter.commands.outcome import Outcome
from converter.commands.progress import steps
from converter.commands.session import Options, examine, obstacles_to, outcome_of, read, suivis_of, write_back
from converter.depositing import deposit
from converter.spec.shape import model_for


def valider(chemin: Path, options: Options) -> Outcome:
    """Check a workbook and write every finding into it, or into a copy where it cannot be written.

    Raises `Inutilisable` and `Empeche`, nothing written.
    """
    with steps(options.console) as step, read(chemin, step) as ouvert:
        obstacles = () if options.copie else obstacles_to(chemin)
        step("Lecture du registre")
        memoire, repaired = deposit.consult(options.depots(chemin), model_for(chemin))
        examen = examine(ouvert, memoire, options.au, step)
        notices = (*repaired, *obstacles)
        step("Écriture dans le classeur")
        ecrit = write_back(examen, suivis_of(examen, {}), notices, copie=options.copie or bool(obstacles))
    return outcome_of(examen, suivis_of(examen, {}), notices, ecrit, ())
