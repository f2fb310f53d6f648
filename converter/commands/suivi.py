"""`suivi`: where every request stands, on screen and in a workbook of its own."""

import json
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from converter.commands.outcome import FINE, TO_CORRECT
from converter.commands.progress import Step
from converter.commands.screen import euros, say, shown, tell
from converter.commands.session import (
    Options,
    Ouvert,
    as_it_stands,
    depots_of,
    ensure_replaceable,
    examine,
    kept_out,
    read,
    suivis_of,
    with_values,
    write_back,
)
from converter.depositing import deposit
from converter.marking import remarks
from converter.registry.rows import Rangs
from converter.registry.store import Depot, EtatDepot, Memoire
from converter.sentences.typography import plural
from converter.spec.programme import TAUX_AVANCE_POURCENT, Etat
from converter.spec.shape import model_for
from converter.system.files import ensure_output, read_bytes, write_whole
from converter.tracking import payments, statement, suivi_sheets
from converter.tracking.follow import DemandeSuivie, Suivi, follow
from converter.tracking.payments import Rapproche

_SHOWN = 40
"""Requests that the screen lists; `suivi.xlsx` lists all."""


@dataclass(frozen=True, slots=True)
class Outputs:
    """The files that `suivi` is asked for: the follow-up as a workbook, the list of deposits for a machine."""

    classeur: Path | None = None
    rapport: Path | None = None

    def ensure(self, inputs: Sequence[Path]) -> None:
        """Raise `Inutilisable` where one would replace anything but that of an earlier run."""
        if self.classeur:
            ensure_output(self.classeur, is_ours=suivi_sheets.is_follow_up, apart=inputs)
        if self.rapport:
            ensure_output(self.rapport, is_ours=_is_list, apart=(*inputs, *filter(None, [self.classeur])))


def suivi(
    chemin: Path,
    sortie: Path | None,
    outputs: Outputs,
    *,
    console: Console,
    au: date,
    paiements: Path | None = None,
) -> int:
    """Tell where every request stands: on screen, in a workbook, which is written anew, in a report.

    A list of `paiements` is written into the workbook first; `TO_CORRECT` where a line of it was left to decide on.
    Raises `Inutilisable` before any work where an output is anything but that of an earlier run (F016, F031, F032).
    """
    outputs.ensure((chemin, *filter(None, [paiements])))
    target, rapport = outputs.classeur, outputs.rapport
    memoire, depots, repaired = deposit.consult(depots_of(chemin, sortie), model_for(chemin))
    tell(repaired, console)
    noted = None
    if paiements:
        with shown(console) as telling:
            noted = noter(paiements, chemin, memoire, Options(au, sortie, tell=telling))
    told = follow(read(chemin), memoire, depots, au)
    _print(told, chemin, console)
    if target:
        write_whole(target, suivi_sheets.write_suivi(told, chemin.name))
        say(f"Suivi écrit : {target}", console)
    if rapport:
        answered = {fait.depot for fait in memoire.faits.values() if fait.reponse}
        data = {"classeur": str(chemin), "depots": [_as_data(depot, answered) for depot in depots]}
        write_whole(rapport, f"{json.dumps(data, ensure_ascii=False, indent=2)}\n".encode())
    if noted is None:
        return FINE
    _print_payments(noted, console)
    return TO_CORRECT if noted.issues else FINE


def noter(liste: Path, chemin: Path, memoire: Memoire, options: Options) -> Rapproche:
    """Write a list of payments into the workbook, where it says nothing yet; return what came of each line.

    Raises `Inutilisable` (A201 to A203) when the list cannot be used, and `Empeche`, nothing written.
    """
    step = Step(options.tell)
    ensure_replaceable(chemin)
    step("Lecture de la liste des paiements")
    with as_it_stands(chemin, options) as before:
        return _noted(liste, before, memoire, options, step)


def _noted(liste: Path, before: Ouvert, memoire: Memoire, options: Options, step: Step) -> Rapproche:
    rangs = Rangs(before.lecture)
    versements = statement.read_statement(read_bytes(liste), liste.name, payments.numbers(rangs, memoire).connus)
    found = payments.settle(versements, rangs, memoire)
    if not (found.valeurs or found.issues):
        return found
    with with_values(before, list(remarks.changes(rangs.table, payments.payment_cells(found)))) as (ouvert, refused):
        found = replace(found, issues=(*found.issues, *kept_out(rangs.lecture, refused)))
        examen = examine(ouvert, memoire, options, step)
        step("Écriture dans le classeur")
        write_back(examen, suivis_of(examen, {}), found.issues, copie=False)
    return found


def _print_payments(noted: Rapproche, console: Console) -> None:
    written = plural(len(noted.valeurs), "paiement inscrit")
    say(f"Liste des paiements : {written}, {plural(len(noted.connues), 'paiement')} déjà dans le classeur.", console)
    tell(noted.issues, console)


def _is_list(path: Path) -> bool:
    """Whether a file is the list of deposits of an earlier run."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(found, dict) and found.keys() == {"classeur", "depots"}


def _as_data(depot: Depot, answered: Container[str]) -> dict[str, Any]:
    """Return what the launcher's menu says of a deposit; one that the portal answered cannot be withdrawn."""
    return {
        "depot": depot.nom,
        "jour": f"{datetime.fromisoformat(depot.cree_le):%d/%m/%Y}",
        "demandes": [inscrite.numero for inscrite in depot.demandes],
        "montant": euros(sum(inscrite.centimes for inscrite in depot.demandes)),
        "annulable": depot.etat is EtatDepot.PUBLIE and depot.nom not in answered,
        "present": depot.etat is EtatDepot.PUBLIE,
    }


def _print(told: Suivi, chemin: Path, console: Console) -> None:
    console.print(f"\n[bold]{escape(chemin.name)}[/bold], au {told.au:%d/%m/%Y}")
    requests = Table("N°", "Logiciel", "État", "Montant HT", "Avance", "Dépôt", "Jours", "N° ASP", box=None)
    for column in requests.columns[:5]:
        column.no_wrap = True
    for demande in told.demandes[:_SHOWN]:
        requests.add_row(*_row(demande))
    console.print(requests)
    if len(told.demandes) > _SHOWN:
        console.print(f"… et {plural(len(told.demandes) - _SHOWN, 'autre')} : voir le fichier écrit par -o suivi.xlsx.")
    totals = Table("État", "Demandes", "Montant HT", f"Avance {TAUX_AVANCE_POURCENT} %", "Payé", box=None)
    for name, etats in (*((etat.value, (etat,)) for etat in Etat), ("Toutes", tuple(Etat))):
        total = told.total(etats)
        if total.nombre:
            totals.add_row(name, str(total.nombre), euros(total.centimes), euros(total.avance), euros(total.paye))
    console.print(totals)
    for line in _advances(told):
        console.print(line, soft_wrap=True)


def _advances(told: Suivi) -> Iterator[str]:
    """Say what is expected, what was paid, where they differ, what waits and what was refused."""
    yield f"Avance attendue (demandes déposées, ni rejetées ni refusées) : [bold]{euros(told.attendue.avance)}[/bold]"
    paid = told.total([Etat.PAYEE])
    if paid.nombre:
        yield (
            f"Payé : [bold]{euros(paid.paye)}[/bold] ({plural(paid.nombre, 'demande')}), écart {euros(told.ecart)} ; "
            f"reste à recevoir : {euros(told.reste)}"
        )
    for each in _first(told.ecarts):
        yield (
            f"  Demande {each.numero} ({each.numeroASP}) : payé {euros(each.paye)}, attendu {euros(each.avance)}, "
            f"écart [yellow]{euros(each.ecart or 0)}[/]"
        )
    for etat, word in suivi_sheets.ATTENTES.items():
        if oldest := told.oldest(etat):
            days = plural(told.since(oldest.depuis) or 0, "jour")
            yield f"Plus longue attente {word} : {days} (demande {oldest.numero})"
    if told.refusees:
        yield f"Refusées à l’instruction ({len(told.refusees)}), hors de l’avance attendue : {_numbers(told.refusees)}"
        yield (
            "  Pour en redéposer une : corrigez ce que dit la notification sur une nouvelle ligne de Demandes, avec un "
            "nouveau n° éditeur (et ses lignes de Bénéficiaires et de Pièces) ; laissez l’ancienne ligne, Refusée."
        )
    if told.total([Etat.CONVERTIE, Etat.ACCEPTEE]).nombre:
        yield "Si le portail en tient une pour incomplète (« Suivi demandes incomplètes »), un zip lui manque :"
        yield "  déposez-y les zips de son dépôt, sans le JSON ; perdus, ils se refont (au menu de Convertir)."


def _first(demandes: Sequence[DemandeSuivie]) -> Sequence[DemandeSuivie]:
    return demandes[:_SHOWN]


def _numbers(demandes: Sequence[DemandeSuivie]) -> str:
    more = ", …" if len(demandes) > _SHOWN else ""
    return escape(", ".join(each.numero for each in _first(demandes)) + more)


def _row(demande: DemandeSuivie) -> tuple[str, ...]:
    waited = "" if demande.attente is None else str(demande.attente)
    amounts = (euros(demande.centimes), euros(demande.avance))
    cells = (demande.numero, demande.logiciel, demande.etat.value, *amounts, demande.depot, waited, demande.numeroASP)
    return tuple(map(escape, cells))
