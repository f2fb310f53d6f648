"""From a verdict to what is written into the workbook: marks, the tool's own columns, the lines of `Erreurs`. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd

from converter.checking.check import Verdict
from converter.checking.lecture import Lecture
from converter.issues import Gravite, Issue, Place
from converter.marking.annotate import CellValue, Change, ErrorLine, Mark
from converter.reading.workbook import Table
from converter.registry.store import Reponse
from converter.sentences.say import attendu, conseil, gravite, libelle, phrase, rang
from converter.sentences.typography import french, plural
from converter.spec import programme, tags
from converter.spec.formats import CellFault, show
from converter.spec.programme import Etat
from converter.spec.sheets import BENEFICIAIRES, DEMANDES
from converter.xlsx.wanted import Acceptation


@dataclass(frozen=True, slots=True)
class SuiviLigne:
    """What the tool's columns say of one request: its state, and where known its file, day, and the portal's answer."""

    etat: Etat
    fichierJSON: str = ""  # noqa: N815 - the tag verbatim
    dateDepot: date | None = None  # noqa: N815 - likewise
    reponse: Reponse | None = None
    historique: str = ""

    def columns(self) -> dict[str, Any]:
        """Return the value of each of the tool's columns that this state decides.

        A refused request keeps the portal's words, under its new number, until it is converted again.
        """
        values = {"etat": self.etat.value, "fichierJSON": self.fichierJSON, "dateDepot": self.dateDepot}
        if self.historique:
            values["historique"] = self.historique
        reponse = self.reponse or (Reponse("", acceptee=False) if self.etat in programme.FIGES else None)
        if reponse is None:
            return values
        told = {nom: getattr(reponse, nom) for nom in ("numeroASP", "codeTraitement", "libelleTraitement")}
        return values | (told if self.etat in programme.FIGES else {nom: text for nom, text in told.items() if text})


_WAITING = frozenset({"V001", "R110"})
"""What is found of an empty cell that waits for a value."""


def marks(issues: Iterable[Issue]) -> list[Mark]:
    """Mark each cell at fault; a correction is no fault and is listed in `Erreurs` only."""
    return [
        Mark(
            issue.place.feuille,
            issue.place.ligne,
            issue.place.colonne,
            gravity,
            f"{phrase(issue)} {conseil(issue)}",
            manque=issue.code in _WAITING,
        )
        for issue in issues
        if issue.place.cellule and (gravity := gravite(issue.code)) is not Gravite.CORRECTION
    ]


_MINOR = 3
"""The rank of what was understood with nothing to do: zeros, spaces, capitals, OUI and NON."""


def error_lines(issues: Iterable[Issue]) -> list[ErrorLine]:
    """List every issue, the gravest first; of what was repaired, amounts and dates that were re-read."""
    lines = [
        ErrorLine(
            gravite(issue.code),
            issue.code,
            issue.place.feuille,
            issue.place.ligne,
            issue.place.colonne,
            libelle(issue.balise),
            issue.valeur,
            attendu(issue.balise),
            phrase(issue),
            conseil(issue),
            issue.proposition or _repaired(issue),
            replie=rang(issue.code) == _MINOR and issue.code[0] in "CP",
        )
        for issue in issues
    ]
    return sorted(lines, key=lambda line: (rang(line.code), line.replie))


def _repaired(issue: Issue) -> str:
    """Return what a correction made of the cell, which the user may accept into it."""
    return dict(issue.faits).get("lu", "") if gravite(issue.code) is Gravite.CORRECTION else ""


def journal_lines(acceptations: Iterable[Acceptation], at: datetime) -> list[Change]:
    """Return the lines of `Journal` that the accepted propositions add."""
    return [
        Change(
            f"{at:%d/%m/%Y %H:%M}",
            each.place.feuille,
            each.place.cellule,
            libelle(each.balise),
            each.ancien,
            each.nouveau,
            each.pourquoi,
        )
        for each in acceptations
        if not each.refus
    ]


def tool_values(lecture: Lecture, verdict: Verdict, suivis: Mapping[int, SuiviLigne]) -> list[CellValue]:
    """Return what changes in the tool's own columns; `suivis` has an entry for each Excel row of `Demandes`."""
    classeur = lecture.classeur
    notes = _notes(verdict.issues)
    wanted = {DEMANDES: _request_columns(lecture, verdict, notes, suivis)}
    for table in (classeur.beneficiaires, classeur.pieces):
        wanted[table.nom] = {
            ligne: {"controle": _counted(notes.get((table.feuille, ligne), ()))} for ligne in table.brut.index
        }
    if verdict.etablissements:
        finess = lecture.frames.beneficiaires.valeurs["FINESSPMSI"].fillna("")
        for ligne, told in wanted[BENEFICIAIRES].items():
            told["nomEtablissement"] = verdict.etablissements.get(finess[ligne], "")
    return [
        value for table in classeur.tables() for value in changes(table, {**wanted[table.nom], **_forgotten(table)})
    ]


def brought_to_light(lecture: Lecture, verdict: Verdict) -> dict[str, list[int]]:
    """Return the columns to show: those of decision and payment, once a request is accepted and until they serve."""
    table = lecture.classeur.demandes
    if lecture.suites.lignes or not programme.ACCEPTEES & {*verdict.etats.values()}:
        return {}
    columns = [table.colonnes[tag.nom] for tag in tags.later_columns(table.nom) if tag.nom in table.colonnes]
    return {table.feuille: columns}


def _forgotten(table: Table) -> dict[int, dict[str, Any]]:
    """Take back what rows still say that the user emptied, but of converted ones, which may be emptied by error."""
    states = table.videes.get("etat", pd.Series(index=table.videes.index))
    passing = {Etat.A_CORRIGER.value, Etat.PRETE.value}
    return {ligne: {"controle": None, **({"etat": None} if etat in passing else {})} for ligne, etat in states.items()}


Notes = Mapping[tuple[str, int], Sequence[Issue]]


def _notes(issues: Iterable[Issue]) -> Notes:
    notes: dict[tuple[str, int], list[Issue]] = defaultdict(list)
    for issue in issues:
        if gravite(issue.code) is not Gravite.CORRECTION:
            notes[issue.place.feuille, issue.place.ligne].append(issue)
    return notes


_NAMED = 3
"""Columns that the line of `controle` names."""
_FITS = 32
"""Letters of that line that its column shows: it is neither cut nor wrapped."""


def _counted(issues: Sequence[Issue], elsewhere: Sequence[Place] = ()) -> str:
    """Return how many errors, or else warnings, and in which columns: one line, the sentences stand in the notes."""
    if not issues:
        return ""
    for gravity, word in ((Gravite.ERREUR, "erreur"), (Gravite.AVERTISSEMENT, "avertissement")):
        found = [issue for issue in issues if gravite(issue.code) is gravity]
        if found:
            shown = list(dict.fromkeys([*filter(None, map(_short, found)), *map(_cell, elsewhere)]))
            return french(_fitting(plural(len(found), word), shown))
    return ""


def _fitting(said: str, names: Sequence[str], between: str = " : ") -> str:
    """Return what is said and as many names as the column shows, one at least."""
    lines = [said]
    for count in range(1, min(len(names), _NAMED) + 1):
        more = ", …" if len(names) > count else ""
        lines.append(f"{said}{between}{', '.join(names[:count])}{more}")
    return next((line for line in reversed(lines[2:]) if len(line) <= _FITS), lines[:2][-1])


def _short(issue: Issue) -> str:
    tag = tags.TAG.get(issue.balise)
    return (tag.court or tag.libelle) if tag else ""


def _cell(place: Place) -> str:
    return f"{place.feuille} {place.cellule}".strip()


def _standing(suivi: SuiviLigne, libelle: str, issues: Sequence[Issue], elsewhere: Sequence[Place]) -> str:
    """Return the one line of a request: where it stands, and what is to be looked at."""
    if suivi.etat is Etat.REJETEE:
        return french(f"{suivi.etat} : {libelle}") if libelle else suivi.etat.value
    counted = _counted(issues, elsewhere)
    if suivi.etat is not Etat.A_CORRIGER:
        return ", ".join(filter(None, (suivi.etat.value, counted)))
    if any(gravite(issue.code) is Gravite.ERREUR for issue in issues):
        return counted
    return french(_fitting(f"{suivi.etat} : voir", [*map(_cell, elsewhere)], " ")) if elsewhere else suivi.etat.value


def _request_columns(
    lecture: Lecture, verdict: Verdict, notes: Notes, suivis: Mapping[int, SuiviLigne]
) -> dict[int, dict[str, Any]]:
    table = lecture.classeur.demandes
    columns: dict[int, dict[str, Any]] = {}
    reasons = table.brut["libelleTraitement"].to_dict() if "libelleTraitement" in table.brut else {}
    for ligne, suivi in suivis.items():
        told = reasons.get(ligne)
        elsewhere = verdict.retenues.get(ligne, ())
        line = _standing(suivi, show(told), notes.get((table.feuille, ligne), ()), elsewhere)
        columns[ligne] = {**suivi.columns(), "controle": line}
    return columns


def changes(table: Table, wanted: Mapping[int, Mapping[str, Any]]) -> Iterator[CellValue]:
    """Yield the cells of the tool's columns that differ from what the workbook holds, by row and tag.

    A column of the tool that the user deleted, or that an older workbook lacks, is made anew.
    """
    written = (*tags.tool_columns(table.nom), *tags.later_columns(table.nom))
    columns = dict(table.colonnes)
    free = table.derniere_colonne
    for tag in written:
        if tag.nom not in columns and any(row.get(tag.nom) for row in wanted.values()):
            free += 1
            columns[tag.nom] = free
            if table.ligne_balises:
                yield CellValue(table.feuille, table.ligne_balises, free, tag.nom)
            yield CellValue(table.feuille, table.ligne_titres or table.ligne_balises + 1, free, tag.libelle)
    for tag in written:
        held: dict[int, Any] = {}
        for rows in (table.brut, table.videes):
            if tag.nom in rows:
                held |= zip(rows.index.tolist(), rows[tag.nom].tolist(), strict=True)
        for ligne, row in wanted.items():
            if tag.nom in row and not _same(held.get(ligne), row[tag.nom]):
                yield CellValue(table.feuille, ligne, columns[tag.nom], row[tag.nom])


def _same(held: Any, wanted: Any) -> bool:
    return not isinstance(held, CellFault) and (held or None) == (wanted or None)
