"""`convertir`: the valid requests deposited: read → check → build → pack → deposit → annotate."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from converter.checking.demande import lots
from converter.commands.outcome import PREVENTED, Outcome, Upload
from converter.commands.progress import Step
from converter.commands.session import (
    Examen,
    Options,
    ensure_replaceable,
    examine,
    opened,
    outcome_of,
    read,
    retold,
    suivis_of,
    write_back,
)
from converter.depositing import deposit
from converter.depositing.deposit import Depots
from converter.depositing.remake import remake
from converter.issues import Empeche, Inutilisable
from converter.marking import annotate
from converter.registry.store import Depot
from converter.spec.names import numero_ans_of
from converter.spec.programme import avance
from converter.spec.shape import model_for
from converter.xlsx import save


def convertir(chemin: Path, options: Options) -> Outcome:
    """Check a workbook, deposit its valid requests, and write into it what was found and done.

    Raises `Inutilisable` and `Empeche`; a workbook that could not be written is found out before anything is deposited.
    """
    step = Step(options.tell)
    with opened(chemin, options, step) as ouvert:
        if not options.copie:
            ensure_replaceable(chemin)
        annotate.ensure_markable(ouvert.source)
        step("Lecture du registre")
        with deposit.open_depots(options.depots(chemin), model_for(chemin)) as depots:
            examen = examine(ouvert, depots.registre.memory(), options, step)
            if not options.copie:
                save.ensure_unchanged(chemin, ouvert.seen)
            if learnt := examen.rapprochement.signalements:
                depots.registre.note(learnt)
                examen = retold(examen, depots.registre.memory())
            done = _deposit(examen, depots, options.au, step)
            suivis = suivis_of(examen, _in_files(done))
            envois = tuple(_upload(depots, depot) for depot in done)
            step("Écriture dans le classeur")
            try:
                ecrit, left = write_back(examen, suivis, depots.issues, copie=options.copie)
            except (Empeche, Inutilisable) as obstacle:
                if not done:
                    raise
                # What was deposited must be told; the next run writes it into the workbook, from the registry.
                why = obstacle.issues if isinstance(obstacle, Inutilisable) else (obstacle.issue,)
                told = outcome_of(examen, suivis, (*depots.issues, *why), None, envois)
                return replace(told, code=PREVENTED)
    return outcome_of(examen, suivis, (*depots.issues, *left), ecrit, envois)


def refaire_zips(depot: str, chemin: Path, options: Options) -> Outcome:
    """Make the zips of a deposit again, for a portal that took its JSON and not them; the workbook is only read.

    Raises `Inutilisable` (D030 to D032) and `Empeche`, nothing written.
    """
    step = Step(options.tell)
    step("Lecture du classeur")
    lecture = read(chemin)
    with deposit.open_depots(options.depots(chemin), model_for(chemin)) as depots:
        step("Écriture des zips")
        told = remake(depots, Path(depot).name, lecture)
    return Outcome(chemin, issues=(*depots.issues, told))


def _deposit(examen: Examen, depots: Depots, au: date, step: Step) -> tuple[Depot, ...]:
    ready = lots(examen.verdict.demandes, examen.verdict.siret, examen.verdict.numeros_ans)
    if not ready:
        return ()
    step("Écriture des dépôts", len(examen.verdict.demandes))
    return deposit.convert(depots, ready, au, step.advance, examen.ouvert.workers)


def _in_files(done: Sequence[Depot]) -> dict[str, Depot]:
    """Return the deposit of each numeroEditeur."""
    return {inscrite.numero: depot for depot in done for inscrite in depot.demandes}


def _upload(depots: Depots, depot: Depot) -> Upload:
    amounts = [inscrite.centimes for inscrite in depot.demandes]
    return Upload(
        depots.dossier / depot.nom,
        depot.json,
        depot.zips,
        tuple(inscrite.numero for inscrite in depot.demandes),
        depot.logiciel,
        numero_ans_of(depot.nom),
        sum(amounts),
        sum(map(avance, amounts)),
    )
