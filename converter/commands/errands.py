"""The commands that annotate no workbook: the follow-up, the way back from JSON, an adopted model."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from converter.blank import template
from converter.checking.check import lire
from converter.commands.outcome import FINE, TO_CORRECT
from converter.commands.rapport import euros
from converter.commands.session import DEPOTS, Options, new_file, noter, refuse_existing
from converter.depositing import deposit
from converter.issues import Issue
from converter.reading import workbook
from converter.registry.store import Depot, Memoire
from converter.returning import adopt as adoption
from converter.returning import rebuild as back
from converter.sentences.say import conseil, phrase
from converter.sentences.typography import plural
from converter.spec.programme import TAUX_AVANCE_POURCENT, Etat
from converter.spec.shape import builtin_model, model_for
from converter.spec.tags import TAG
from converter.tracking import suivi_sheets
from converter.tracking.follow import DemandeSuivie, Suivi
from converter.tracking.follow import suivi as follow
from converter.tracking.payments import Rapproche

_SHOWN = 40
"""Requests that the screen lists; `suivi.xlsx` lists all."""


def suivi(
    chemin: Path,
    sortie: Path | None,
    target: Path | None,
    *,
    console: Console,
    au: date,
    paiements: Path | None = None,
) -> int:
    """Tell where every request stands, on screen and, where asked for, in `target`, which is written anew.

    A list of `paiements` is written into the workbook first; `TO_CORRECT` where a line of it was left to decide on.
    """
    noted = noter(paiements, chemin, Options(au, sortie, copie=False, console=console)) if paiements else None
    lecture = lire(workbook.read(chemin))
    memoire, depots, answered = _known(sortie or chemin.parent / DEPOTS, chemin)
    told = follow(lecture, memoire, depots, au, answered=answered)
    _print(told, chemin, console)
    if target:
        with new_file(target) as path:
            path.write_bytes(suivi_sheets.write(told, chemin.name))
        console.print(f"Suivi écrit : {escape(str(target))}", soft_wrap=True)
    if noted is None:
        return FINE
    _print_payments(noted, console)
    return TO_CORRECT if noted.issues else FINE


def _print_payments(noted: Rapproche, console: Console) -> None:
    written = plural(len(noted.valeurs), "paiement inscrit")
    console.print(f"Liste des paiements : {written}, {plural(len(noted.connues), 'paiement')} déjà dans le classeur.")
    _tell(noted.issues, console)


def _known(dossier: Path, chemin: Path) -> tuple[Memoire, Sequence[Depot], Mapping[str, date]]:
    if not dossier.exists():
        return Memoire(), (), {}
    with deposit.opened(dossier, model_for(chemin)) as depots:
        registre = depots.registre
        return registre.memory(), registre.depots(), registre.answered_on()


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
