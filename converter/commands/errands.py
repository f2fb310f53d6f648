"""The commands that annotate no workbook: the follow-up, the way back from JSON, an adopted model."""

import json
from collections.abc import Container, Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from converter.blank import template
from converter.checking.check import lire
from converter.commands.outcome import FINE
from converter.commands.rapport import euros
from converter.commands.session import new_file, refuse_existing
from converter.depositing import deposit
from converter.issues import Issue
from converter.reading import workbook
from converter.registry.store import Depot, EtatDepot, Memoire
from converter.returning import adopt as adoption
from converter.returning import rebuild as back
from converter.sentences.say import conseil, phrase
from converter.sentences.typography import plural
from converter.spec.shape import builtin_model, model_for
from converter.spec.tags import TAG, TAUX_AVANCE_POURCENT, Etat
from converter.system.depots import depots_of
from converter.tracking import suivi_sheets
from converter.tracking.follow import DemandeSuivie, Suivi
from converter.tracking.follow import suivi as follow

_SHOWN = 40
"""Requests that the screen lists; `suivi.xlsx` lists all."""


def suivi(
    chemin: Path, sortie: Path | None, target: Path | None, rapport: Path | None, *, console: Console, au: date
) -> int:
    """Tell where every request stands: on screen, in the workbook `target`, which is written anew, in `rapport`."""
    lecture = lire(workbook.read(chemin))
    memoire, depots = _known(sortie or depots_of(chemin.parent), chemin)
    told = follow(lecture, memoire, depots, au)
    _print(told, chemin, console)
    if target:
        with new_file(target) as path:
            path.write_bytes(suivi_sheets.write(told, chemin.name))
        console.print(f"Suivi écrit : {escape(str(target))}", soft_wrap=True)
    if rapport:
        answered = {fait.depot for fait in memoire.faits.values() if fait.reponse}
        data = {"classeur": str(chemin), "depots": [_as_data(depot, answered) for depot in depots]}
        rapport.write_text(json.dumps(data, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return FINE


def _as_data(depot: Depot, answered: Container[str]) -> dict[str, Any]:
    """Return what the launcher's menu says of a deposit; one that the portal answered cannot be withdrawn."""
    return {
        "depot": depot.nom,
        "jour": f"{datetime.fromisoformat(depot.cree_le):%d/%m/%Y}",
        "demandes": [inscrite.numero for inscrite in depot.demandes],
        "montant": euros(sum(inscrite.centimes for inscrite in depot.demandes)),
        "annulable": depot.etat is EtatDepot.PUBLIE and depot.nom not in answered,
    }


def _known(dossier: Path, chemin: Path) -> tuple[Memoire, Sequence[Depot]]:
    if not dossier.exists():
        return Memoire(), ()
    with deposit.opened(dossier, model_for(chemin)) as depots:
        return depots.registre.memory(), depots.registre.depots()


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


def classeur(documents: Sequence[Path], target: Path, *, console: Console) -> int:
    """Write the workbook that JSON files come from, and their attachments from the zips beside them."""
    refuse_existing(target)
    found = back.reprendre(documents, model_for(documents[0].absolute()))
    zips = [archive for document in documents for archive in back.zips_beside(document)]
    with new_file(target) as path:
        template.write(path, rows=found.rows, parametres=found.parametres)
    folder = target.parent / found.parametres.get("dossierPieces", str(TAG["dossierPieces"].vide))
    missing = back.extraire(zips, found.pieces(), folder) if zips else ()
    _tell((*found.issues, *missing), console)
    console.print(f"Classeur créé : {escape(str(target))}", soft_wrap=True)
    return FINE


def adopter(modele: Path, dossier: Path, *, console: Console) -> int:
    """Take the portal's own model file as the shape, and tell what differs from the built-in one."""
    taken = adoption.adopt(modele, dossier)
    _tell(taken.differences, console)
    same = "Il a la forme du modèle livré avec l’outil." if taken.shape.nodes == builtin_model().nodes else ""
    console.print(f"Modèle adopté : {escape(str(taken.chemin))}. {same}", soft_wrap=True)
    return FINE


def _tell(issues: Iterable[Issue], console: Console) -> None:
    for issue in issues:
        console.print(f"  {escape(f'{phrase(issue)} {conseil(issue)}')}", soft_wrap=True)
