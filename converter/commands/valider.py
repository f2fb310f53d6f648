"""`valider`: every finding written into the workbook."""

from dataclasses import replace
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
from converter.issues import Empeche, Inutilisable, Issue, Place
from converter.moving import renewal
from converter.reading.opendocument import is_opendocument
from converter.reading.workbook import read_opendocument
from converter.spec.shape import model_for
from converter.system.refusals import CHEMIN_LONG, DROITS
from converter.xlsx.save import READ_ONLY_FOLDER

_UNWRITABLE = {DROITS, CHEMIN_LONG, READ_ONLY_FOLDER}
"""What keeps a workbook from being written to, and not from being read and told of."""


def valider(chemin: Path, options: Options) -> Outcome:
    """Check a workbook and write every finding into it, or into a copy where it cannot be written.

    In a folder that can only be read, what was found is told and written nowhere. The registry learns what only the
    workbook still tells of the portal's answers: it may be the workbook that is lost next. A workbook of LibreOffice
    is left as it is: its data go into a new .xlsx beside it, which is checked in its place.
    Raises `Inutilisable` and `Empeche`, nothing written.
    """
    if not is_opendocument(chemin):
        return _checked(chemin, options)
    target, told = _move_data(chemin)
    return _checked(target, replace(options, copie=False), *told)


def _move_data(chemin: Path) -> tuple[Path, tuple[Issue, ...]]:
    """Move the data of a workbook of LibreOffice into a new workbook beside it, which is there for good (F036).

    One that would be refused as an .xlsx is refused as it is, in its own cells. What is told of the old file's cells
    names them in its words, and points at no cell of the new.
    """
    target = chemin.with_suffix(".xlsx")
    faits = (("fichier", chemin.name), ("classeur", target.name))
    if target.exists():
        raise Inutilisable(Issue("F036", faits=faits))
    read_opendocument(chemin)
    told = renewal.renew(chemin, target).issues
    return target, (Issue("S049", faits=faits), *(replace(each, place=Place()) for each in told))


def _checked(chemin: Path, options: Options, *told: Issue) -> Outcome:
    step = Step(options.tell)
    with opened(chemin, options, step) as ouvert:
        obstacles = () if options.copie else obstacles_to(chemin)
        step("Lecture du registre")
        memoire, _, repaired = deposit.consult(options.depots(chemin), model_for(chemin))
        examen = examine(ouvert, memoire, options, step)
        learnt = deposit.note(options.depots(chemin), model_for(chemin), examen.rapprochement.signalements)
        examen = retold(examen, learnt) if learnt else examen
        suivis, notices = suivis_of(examen, {}), (*told, *repaired, *obstacles)
        step("Écriture dans le classeur")
        try:
            ecrit, left = write_back(examen, suivis, notices, copie=options.copie or bool(obstacles))
            notices += left
        except Empeche as obstacle:
            if options.copie or obstacle.issue.code not in _UNWRITABLE:
                raise
            ecrit, notices = None, notices or (obstacle.issue,)
    return outcome_of(examen, suivis, notices, ecrit, ())
