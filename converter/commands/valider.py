"""`valider`: every finding written into the workbook."""

from pathlib import Path

from converter.commands.outcome import Outcome
from converter.commands.progress import Step
from converter.commands.session import (
    Options,
    examine,
    obstacles_to,
    opened,
    outcome_of,
    retold,
    suivis_of,
    write_back,
)
from converter.depositing import deposit
from converter.issues import Empeche
from converter.spec.shape import model_for
from converter.system.refusals import CHEMIN_LONG, DROITS
from converter.xlsx.save import READ_ONLY_FOLDER

_UNWRITABLE = {DROITS, CHEMIN_LONG, READ_ONLY_FOLDER}
"""What keeps a workbook from being written to, and not from being read and told of."""


def valider(chemin: Path, options: Options) -> Outcome:
    """Check a workbook and write every finding into it, or into a copy where it cannot be written.

    In a folder that can only be read, what was found is told and written nowhere. The registry learns what only the
    workbook still tells of the portal's answers: it may be the workbook that is lost next.
    Raises `Inutilisable` and `Empeche`, nothing written.
    """
    step = Step(options.tell)
    with opened(chemin, step) as ouvert:
        obstacles = () if options.copie else obstacles_to(chemin)
        step("Lecture du registre")
        memoire, _, repaired = deposit.consult(options.depots(chemin), model_for(chemin))
        examen = examine(ouvert, memoire, options, step)
        learnt = deposit.note(options.depots(chemin), model_for(chemin), examen.rapprochement.signalements)
        examen = retold(examen, learnt) if learnt else examen
        suivis, notices = suivis_of(examen, {}), (*repaired, *obstacles)
        step("Écriture dans le classeur")
        try:
            ecrit, left = write_back(examen, suivis, notices, copie=options.copie or bool(obstacles))
            notices += left
        except Empeche as obstacle:
            if options.copie or obstacle.issue.code not in _UNWRITABLE:
                raise
            ecrit, notices = None, notices or (obstacle.issue,)
    return outcome_of(examen, suivis, notices, ecrit, ())
