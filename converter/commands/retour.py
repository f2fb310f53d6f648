"""`retour`: the portal's answer brought into the registry and the workbook."""

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from converter.commands.outcome import Outcome
from converter.commands.progress import Step
from converter.commands.session import (
    Examen,
    Options,
    ensure_replaceable,
    examine,
    kept_out,
    learn,
    opened,
    outcome_of,
    suivis_of,
    with_values,
    write_back,
)
from converter.depositing import deposit
from converter.returning import bring_back, received
from converter.returning.bring_back import Effect
from converter.spec.programme import Etat
from converter.spec.shape import model_for
from converter.system.files import read_bytes


def retour(reponse: Path, chemin: Path, options: Options, *, remplacer: bool = False) -> Outcome:
    """Bring the portal's answer into the registry, then into the workbook: cut off between, the same call completes it.

    Raises `Inutilisable` (S001 to S007) when the file is no answer to a deposit of this workbook, and `Empeche`.
    """
    step = Step(options.tell)
    with ExitStack() as stack:
        step("Lecture de la réponse")
        answer = received.read_answer(read_bytes(reponse), reponse.name)
        before = stack.enter_context(opened(chemin, options, step))
        if not options.copie:
            ensure_replaceable(chemin)
        depots = stack.enter_context(deposit.open_depots(options.depots(chemin), model_for(chemin)))
        registre = depots.registre
        learn(before, registre)
        found = bring_back.bring_back(
            answer,
            before.lecture,
            registre.memory(),
            registre.depots(),
            bring_back.formulas(before.lecture.classeur),
            remplacer=remplacer,
        )
        registre.record_words(found.depot, found.paroles, found.sha256)
        registre.record_answers(found.depot, found.reponses, found.sha256)
        ouvert, refused = stack.enter_context(with_values(before, found.values))
        found = replace(found, issues=(*found.issues, *kept_out(before.lecture, refused)))
        examen = _with_answer(examine(ouvert, registre.memory(), options, step), found)
        suivis = suivis_of(examen, {})
        step("Écriture dans le classeur")
        ecrit, left = write_back(examen, suivis, depots.issues, copie=options.copie)
    return outcome_of(examen, suivis, (*depots.issues, *left), ecrit, ())


def _with_answer(examen: Examen, found: Effect) -> Examen:
    """Add what the answer says; a row that it refuses is told so once, with its new number."""
    verdict = examen.verdict
    etats = {ligne: Etat.REJETEE if ligne in found.lignes_rejetees else etat for ligne, etat in verdict.etats.items()}
    others = (e for e in verdict.issues if e.code != "D037" or e.place.ligne not in found.lignes_rejetees)
    return replace(examen, verdict=replace(verdict, issues=(*found.issues, *others), etats=etats))
