"""`annuler`: a deposit that was never uploaded withdrawn, its requests free again."""

from pathlib import Path

from converter.commands.outcome import Outcome
from converter.commands.progress import Step
from converter.commands.session import Options, ensure_writable, examine, opened, outcome_of, suivis_of, write_back
from converter.depositing import deposit
from converter.spec.shape import model_for


def annuler(depot: str, chemin: Path, options: Options) -> Outcome:
    """Withdraw a deposit that was never uploaded, and write into the workbook that its requests are free again.

    Raises `Inutilisable` (D024 to D026) and `Empeche`, nothing withdrawn.
    """
    step = Step(options.tell)
    with opened(chemin, step) as ouvert:
        if not options.copie:
            ensure_writable(chemin)
        with deposit.opened(options.depots(chemin), model_for(chemin)) as depots:
            deposit.withdraw(depots, Path(depot).name)
            examen = examine(ouvert, depots.registre.memory(), options, step)
            suivis = suivis_of(examen, {})
            ecrit = write_back(examen, suivis, depots.issues, copie=options.copie)
    return outcome_of(examen, suivis, depots.issues, ecrit, ())
