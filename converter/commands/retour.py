"""`retour`: the portal's answer brought into the registry and the workbook."""

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from converter.checking.check import lire
from converter.commands.outcome import Outcome
from converter.commands.progress import Step
from converter.commands.session import (
    Examen,
    Options,
    Ouvert,
    ensure_writable,
    examine,
    outcome_of,
    read_bytes,
    stamp_of,
    suivis_of,
    with_values,
    write_back,
)
from converter.depositing import deposit
from converter.marking import adopting, annotate
from converter.reading import workbook
from converter.returning import bring_back, received
from converter.returning.bring_back import Retour
from converter.spec.programme import Etat
from converter.spec.shape import model_for


def retour(reponse: Path, chemin: Path, options: Options, *, remplacer: bool = False) -> Outcome:
    """Bring the portal's answer into the registry, then into the workbook: cut off between, the same call completes it.

    Raises `Inutilisable` (S001 to S007) when the file is no answer to a deposit of this workbook, and `Empeche`.
    """
    step = Step(options.tell)
    with ExitStack() as stack:
        step("Lecture de la réponse")
        answer = received.lire(read_bytes(reponse), reponse.name)
        seen = stamp_of(chemin)
        classeur = workbook.read(chemin)
        if not options.copie:
            ensure_writable(chemin)
        depots = stack.enter_context(deposit.opened(options.depots(chemin), model_for(chemin)))
        registre = depots.registre
        lecture = lire(classeur)
        acceptations = tuple(adopting.adopted(lecture, annotate.read_accepted(chemin)))
        found = bring_back.bring_back(
            answer,
            lecture,
            registre.memory(),
            registre.depots(),
            bring_back.formulas(classeur),
            remplacer=remplacer,
        )
        registre.record_answers(found.depot, found.reponses, found.sha256)
        values = (*adopting.values(acceptations), *found.values)
        source, refused = stack.enter_context(with_values(chemin, values))
        lecture = lire(replace(workbook.read(source), chemin=chemin))
        ouvert = Ouvert(seen, source, lecture, adopting.written(acceptations, refused))
        examen = _with_answer(examine(ouvert, registre.memory(), options, step), found)
        suivis = suivis_of(examen, {})
        step("Écriture dans le classeur")
        ecrit = write_back(examen, suivis, depots.issues, copie=options.copie)
    return outcome_of(examen, suivis, depots.issues, ecrit, ())


def _with_answer(examen: Examen, found: Retour) -> Examen:
    """Add what the answer says: its refusals stand on their rows until the next run checks what was corrected."""
    verdict = examen.verdict
    etats = {ligne: Etat.REJETEE if ligne in found.lignes_rejetees else etat for ligne, etat in verdict.etats.items()}
    return replace(examen, verdict=replace(verdict, issues=(*found.issues, *verdict.issues), etats=etats))
