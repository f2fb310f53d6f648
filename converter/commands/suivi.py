"""`suivi`: where every request stands, on screen and in a workbook of its own."""

import json
from collections.abc import Container
from datetime import date, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from converter.commands.outcome import FINE
from converter.commands.screen import euros, say, tell
from converter.commands.session import depots_of, read
from converter.depositing import deposit
from converter.registry.store import Depot, EtatDepot
from converter.sentences.typography import plural
from converter.spec.programme import TAUX_AVANCE_POURCENT, Etat
from converter.spec.shape import model_for
from converter.system.files import ensure_output, write_whole
from converter.tracking import suivi_sheets
from converter.tracking.follow import DemandeSuivie, Suivi
from converter.tracking.follow import suivi as follow

_SHOWN = 40
"""Requests that the screen lists; `suivi.xlsx` lists all."""


def suivi(
    chemin: Path, sortie: Path | None, target: Path | None, rapport: Path | None, *, console: Console, au: date
) -> int:
    """Tell where every request stands: on screen, in the workbook `target`, which is written anew, in `rapport`.

    Raises `Inutilisable` before any work where one is anything but that of an earlier run (F016, F031, F032).
    """
    if target:
        ensure_output(target, is_ours=suivi_sheets.is_follow_up, apart=(chemin,))
    if rapport:
        ensure_output(rapport, is_ours=_is_list, apart=(chemin, *filter(None, [target])))
    lecture = read(chemin)
    memoire, depots, repaired = deposit.consult(depots_of(chemin, sortie), model_for(chemin))
    tell(repaired, console)
    told = follow(lecture, memoire, depots, au)
    _print(told, chemin, console)
    if target:
        write_whole(target, suivi_sheets.write(told, chemin.name))
        say(f"Suivi écrit : {target}", console)
    if rapport:
        answered = {fait.depot for fait in memoire.faits.values() if fait.reponse}
        data = {"classeur": str(chemin), "depots": [_as_data(depot, answered) for depot in depots]}
        write_whole(rapport, f"{json.dumps(data, ensure_ascii=False, indent=2)}\n".encode())
    return FINE


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
    totals = Table("État", "Demandes", "Montant HT", f"Avance {TAUX_AVANCE_POURCENT} %", box=None)
    for name, etats in (*((etat.value, (etat,)) for etat in Etat), ("Toutes", tuple(Etat))):
        total = told.total(etats)
        if total.nombre:
            totals.add_row(name, str(total.nombre), euros(total.centimes), euros(total.avance))
    console.print(totals)
    console.print(f"Avance attendue (demandes déposées et non rejetées) : [bold]{euros(told.attendue.avance)}[/bold]")


def _row(demande: DemandeSuivie) -> tuple[str, ...]:
    waited = "" if demande.attente is None else str(demande.attente)
    amounts = (euros(demande.centimes), euros(demande.avance))
    cells = (demande.numero, demande.logiciel, demande.etat.value, *amounts, demande.depot, waited, demande.numeroASP)
    return tuple(map(escape, cells))
