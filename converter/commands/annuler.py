"""`annuler`: a deposit withdrawn that was never uploaded or was refused whole, its requests free again."""

from pathlib import Path

from converter.commands.outcome import Outcome
from converter.commands.progress import Step
from converter.commands.session import (
    Options,
    ensure_replaceable,
    examine,
    learn,
    opened,
    outcome_of,
    suivis_of,
    write_back,
)
from converter.depositing import deposit
from converter.issues import Issue
from converter.spec.shape import model_for


def annuler(depot: str, chemin: Path, options: Options, *, refuse: bool = False) -> Outcome:
    """Withdraw a deposit, and write into the workbook that its requests are free again.

    It was never uploaded, or the portal refused it whole (`refuse`).

    Raises `Inutilisable` (D024 to D026) and `Empeche`, nothing withdrawn.
    """
    step = Step(options.tell)
    with opened(chemin, options, step) as ouvert:
        if not options.copie:
            ensure_replaceable(chemin)
        with deposit.open_depots(options.depots(chemin), model_for(chemin)) as depots:
            learn(ouvert, depots.registre)
            gone = deposit.withdraw(depots, Path(depot).name, refuse=refuse)
            notices = (*depots.issues, Issue("D040" if refuse else "D039", valeur=gone.nom))
            examen = examine(ouvert, depots.registre.memory(), options, step)
            suivis = suivis_of(examen, {})
            ecrit, left = write_back(examen, suivis, notices, copie=options.copie)
    return outcome_of(examen, suivis, (*notices, *left), ecrit, ())
