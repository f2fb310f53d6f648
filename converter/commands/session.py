"""One run over one workbook: the shell around the pure middle, where paths, clocks, locks and the registry are.

read → check → annotate: what the commands that annotate a workbook share.
"""

import filecmp
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from converter.attachments.inspection import Attachments, Inspection
from converter.attachments.readings import Lectures
from converter.checking.check import Verdict, check_cells, judge
from converter.checking.lecture import Lecture, dossier_pieces, read_cells
from converter.checking.rules import UNKNOWN_NUMBER
from converter.checking.schema import REQUIRED
from converter.commands.outcome import FINE, TO_CORRECT, Outcome, Standing, Upload
from converter.commands.progress import Step, Tell, silent
from converter.issues import Empeche, Gravite, Inutilisable, Issue, Place
from converter.marking import adopting, annotate, remarks
from converter.marking.annotate import CellValue
from converter.marking.remarks import SuiviLigne
from converter.reading import finess_list, workbook
from converter.reading.frames import typed_settings
from converter.registry.fingerprint import of_pieces
from converter.registry.reconcile import (
    Rapprochement,
    Statut,
    already_ordered,
    already_sent,
    histories,
    ordered_twice,
    reconcile,
    without_changed,
)
from converter.registry.rows import Ligne, Rangs
from converter.registry.store import Depot, Memoire, Registry
from converter.sentences.say import gravite, libelle
from converter.spec import programme
from converter.spec.formats import show
from converter.spec.names import json_name
from converter.spec.programme import FIGES, Etat
from converter.spec.sheets import BENEFICIAIRES, DEMANDES, PIECES
from converter.spec.tags import TAG, tool_columns
from converter.system.depots import depots_beside
from converter.system.files import new_file, scratch
from converter.system.processes import Workers
from converter.system.refusals import guarded
from converter.xlsx import save
from converter.xlsx.wanted import Acceptation

COPIE = " - contrôlé"
"""What the name of an annotated copy ends with."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a run is asked for: the day of the deposit, where deposits go, whether to leave the original alone.

    `sortie` is `depots`, beside the workbook, when `None`; `tell` is called with what is being done.
    """

    au: date
    sortie: Path | None = None
    copie: bool = False
    tell: Tell = silent

    def depots(self, chemin: Path) -> Path:
        """Return the folder of the deposits of a workbook."""
        return depots_of(chemin, self.sortie)


@dataclass(frozen=True, slots=True)
class Ouvert:
    """A workbook as it was read: `seen` tells that version of it, `source` is the file that annotations start from.

    `workers` are there for what takes long; `pieces` are its attachments, which they open already, `None` where what
    it says of them may have changed since.
    """

    seen: save.Stamp
    source: Path
    lecture: Lecture
    workers: Workers
    pieces: Attachments | None = None
    acceptations: tuple[Acceptation, ...] = ()
    """What became of the propositions that the user said OUI to."""

    @property
    def chemin(self) -> Path:
        """The user's workbook."""
        return self.lecture.classeur.chemin


@dataclass(frozen=True, slots=True)
class Examen:
    """A workbook read and checked against a registry; `lignes` are what its rows say of themselves."""

    ouvert: Ouvert
    lecture: Lecture
    lignes: Sequence[Ligne]
    statuts: Mapping[int, Statut]
    rapprochement: Rapprochement
    verdict: Verdict


def depots_of(chemin: Path, sortie: Path | None) -> Path:
    """Return the folder of the deposits of a workbook.

    Raises `Inutilisable` (F030) where a file has its name, `Empeche` (E044) where the one named is out of reach.
    """
    folder = sortie or depots_beside(chemin.parent)
    if folder.exists() and not folder.is_dir():
        raise Inutilisable(Issue("F030", faits=(("fichier", str(folder)),)))
    return folder


def read(chemin: Path) -> Lecture:
    """Read a workbook into canonical values; raises `Inutilisable` (F001 to F015) and `Empeche` (E101)."""
    return read_cells(workbook.read(chemin))


@contextmanager
def opened(chemin: Path, options: Options, step: Step) -> Iterator[Ouvert]:
    """Yield the workbook and what it says, with the propositions in it that the user said OUI to.

    Where there are any, annotations start from a copy: the original is written once, at the end of the run.
    """
    step("Lecture du classeur")
    with as_it_stands(chemin, options) as found:
        acceptations = tuple(adopting.adopted(found.lecture, annotate.read_accepted(chemin)))
        before = replace(found, acceptations=acceptations)
        with with_values(before, adopting.accepted_values(acceptations)) as (after, refused):
            yield replace(after, acceptations=adopting.written_back(acceptations, refused))


@contextmanager
def as_it_stands(chemin: Path, options: Options) -> Iterator[Ouvert]:
    """Yield the workbook and what it says; its attachments may be opened already while it is read."""
    with Workers() as workers:
        yield _open(chemin, options, workers)


def _open(chemin: Path, options: Options, workers: Workers) -> Ouvert:
    """Read a workbook; the parts and rows that this took are let go with the call."""
    seen = _stamp_of(chemin)
    book = workbook.open_workbook(chemin)
    pieces = _begun(chemin, book, options, workers)
    return Ouvert(seen, chemin, read_cells(book.classeur()), workers, pieces)


def _begun(chemin: Path, book: workbook.OpenWorkbook, options: Options, workers: Workers) -> Attachments | None:
    """Have the attachments opened that a workbook names at first sight: where it names others, those come later."""
    if book.parametres is None:
        return None
    parametres, _, _ = typed_settings(book.parametres)
    readings = map(TAG["fichier"].format.read, _glanced(book, chemin.parent / save.BACKUPS))
    pieces = _attachments(dossier_pieces(chemin, parametres), parametres, _store(chemin, options))
    pieces.begin([reading.valeur for reading in readings if reading.valeur], workers)
    return pieces


def _glanced(book: workbook.OpenWorkbook, backups: Path) -> list[Any]:
    """Return the names of the attachments as they stand, less those of the requests that say they were converted.

    None was where no earlier run has left a backup, and the requests need not be read first. A column that is missing
    is told when the workbook is read.
    """
    names = book.glance(PIECES, "fichier")
    if not backups.exists():
        return names
    said = zip(book.glance(DEMANDES, "numeroEditeur"), book.glance(DEMANDES, "etat"), strict=False)
    converted = {numero for numero, etat in said if etat in FIGES}
    of = book.glance(PIECES, "numeroEditeur")
    return [name for name, numero in zip(names, of, strict=False) if numero not in converted]


def _stamp_of(chemin: Path) -> save.Stamp:
    """Tell this version of a workbook; what cannot be told at all is refused when it is read."""
    return save.stamp(chemin) if chemin.exists() else (0, 0)


@contextmanager
def with_values(before: Ouvert, values: Sequence[CellValue]) -> Iterator[tuple[Ouvert, tuple[CellValue, ...]]]:
    """Yield the workbook with these values in their cells, and those that an array formula kept out.

    Annotations start from a copy, and the workbook is read again, only where there are values to write.
    """
    if not values:
        yield before, ()
        return
    with scratch() as folder:
        copy = folder / before.source.name
        refused = annotate.annotate(before.source, copy, marks=(), values=values)
        lecture = read_cells(replace(workbook.read(copy), chemin=before.chemin))
        same = _attachment_settings(lecture) == _attachment_settings(before.lecture)
        yield replace(before, source=copy, lecture=lecture, pieces=before.pieces if same else None), refused


def _attachment_settings(lecture: Lecture) -> tuple[Path, bool | None]:
    """Return what the workbook says of its attachments as a whole: their folder, and whether they are read."""
    return lecture.dossier_pieces, lecture.frames.parametres["lectureBonsCommande"]


def inspect(lecture: Lecture) -> Mapping[str, Inspection]:
    """Open every attachment of the requests to convert; return what was found, by name as it is written.

    Their text is read too, unless the workbook says not to.
    """
    pieces = _attachments(lecture.dossier_pieces, lecture.frames.parametres, None)
    return pieces.inspect(lecture.fichiers())


def _attachments(dossier: Path, parametres: Mapping[str, Any], store: Path | None) -> Attachments:
    """Return the attachments of a workbook with these parameters; `store` keeps their text for the next run."""
    lectures = None if parametres["lectureBonsCommande"] is False else Lectures(store)
    return Attachments(dossier, programme.EXTENSIONS, lectures)


def _store(chemin: Path, options: Options) -> Path | None:
    return None if options.copie else chemin.parent / save.BACKUPS / f"{chemin.stem}.lectures"


def _inspected(ouvert: Ouvert, lecture: Lecture, options: Options) -> Mapping[str, Inspection]:
    """Open what is left to be opened, and keep what the files say."""
    store = _store(ouvert.chemin, options)
    pieces = ouvert.pieces or _attachments(lecture.dossier_pieces, lecture.frames.parametres, store)
    pieces.begin(lecture.fichiers(), ouvert.workers)
    found = pieces.inspect(lecture.fichiers())
    pieces.save_texts()
    return found


def learn(ouvert: Ouvert, registre: Registry) -> None:
    """Let the registry learn what only the workbook knows, the portal's answers above all."""
    memoire = registre.memory()
    registre.note(reconcile(Rangs(ouvert.lecture).lignes(memoire), memoire).signalements)


def examine(ouvert: Ouvert, memoire: Memoire, options: Options, step: Step) -> Examen:
    """Check a workbook against a registry, its attachments inspected."""
    lecture = ouvert.lecture
    lignes = list(lecture.frames.demandes.valeurs.index)
    told = Rangs(lecture).lignes(memoire)
    rapprochement = reconcile(told, memoire)
    statuts = dict(zip(lignes, rapprochement.statuts, strict=True))
    frozen = {ligne: statut.etat for ligne, statut in statuts.items() if statut.etat in FIGES and statut.etat}
    lecture = replace(lecture, etats=frozen)
    # What needs no attachment comes first: they may still be opened by others.
    cellules = check_cells(lecture)
    connus = finess_list.find(ouvert.chemin.parent, lecture.frames.parametres["fichierFiness"])
    step("Contrôle des pièces")
    pieces = _inspected(ouvert, lecture, options)
    step("Contrôle des demandes")
    rapprochement = without_changed(rapprochement, lignes, _attached(lecture, pieces, rapprochement))
    statuts = dict(zip(lignes, rapprochement.statuts, strict=True))
    checked = partial(judge, cellules, pieces, options.au, connus=connus)
    verdict = _with_refused(_check(checked, lecture, rapprochement.issues, memoire), statuts)
    verdict = _with_free_numbers(verdict, rapprochement.numeros)
    return Examen(ouvert, lecture, told, statuts, rapprochement, verdict)


def _check(
    checked: Callable[[Sequence[Issue]], Verdict], lecture: Lecture, deja: Sequence[Issue], memoire: Memoire
) -> Verdict:
    """Check, and once more with the requests held back whose order was sent, or stands, under another number."""
    verdict = checked(deja)
    table = lecture.classeur.demandes
    placed = [(table.place(d.ligne, "numeroEditeur"), d) for d in verdict.demandes]
    twins = already_sent(placed, memoire, lecture.refused)
    told = {issue.place for issue in twins}
    twins += already_ordered([each for each in placed if each[0] not in told], memoire, lecture.refused)
    held = {issue.place for issue in twins if gravite(issue.code) is Gravite.ERREUR}
    twins += ordered_twice(each for each in placed if each[0] not in held)
    return checked((*deja, *twins)) if twins else verdict


def _with_refused(verdict: Verdict, statuts: Mapping[int, Statut]) -> Verdict:
    """A refused request stays so, whatever else is found on its row."""
    refused = {ligne: Etat.REJETEE for ligne, statut in statuts.items() if statut.etat is Etat.REJETEE}
    return replace(verdict, etats={**verdict.etats, **refused})


def _with_free_numbers(verdict: Verdict, numeros: Mapping[Place, str]) -> Verdict:
    """Propose a free number where one is missing, unless rows of another sheet wait for the one that was meant."""
    if any(issue.code == UNKNOWN_NUMBER for issue in verdict.issues):
        return verdict
    issues = (
        replace(each, proposition=numeros.get(each.place, "")) if each.code == REQUIRED else each
        for each in verdict.issues
    )
    return replace(verdict, issues=tuple(issues))


def _attached(lecture: Lecture, pieces: Mapping[str, Inspection], found: Rapprochement) -> dict[int, str]:
    """Return the hash of what is attached to the refused requests, to know whether it changed; by Excel row."""
    demandes, rows = lecture.frames.demandes.valeurs, lecture.frames.pieces.valeurs
    asked = (n for n, statut in zip(demandes.index, found.statuts, strict=True) if statut.pieces)
    mine = {n: rows[rows["numeroEditeur"] == demandes.loc[n, "numeroEditeur"]].dropna() for n in asked}
    return {
        n: of_pieces(
            (str(kind), pieces[name].sha256) for kind, name in zip(own["typeFichier"], own["fichier"], strict=True)
        )
        for n, own in mine.items()
    }


def retold(examen: Examen, memoire: Memoire) -> Examen:
    """Return the examination with what the registry has learnt in between told of each row."""
    said = histories(examen.lignes, memoire)
    return replace(examen, rapprochement=replace(examen.rapprochement, historiques=said))


def suivis_of(examen: Examen, done: Mapping[str, Depot]) -> dict[int, SuiviLigne]:
    """Return what the tool's columns say of each request, after the deposits done."""
    historiques = dict(zip(examen.statuts, examen.rapprochement.historiques, strict=True))
    return {
        ligne: _suivi(examen, ligne, etat, done, historiques[ligne]) for ligne, etat in examen.verdict.etats.items()
    }


def _suivi(examen: Examen, ligne: int, etat: Etat, done: Mapping[str, Depot], historique: str) -> SuiviLigne:
    depot = done.get(examen.verdict.numeros.get(ligne, ""))
    if depot and examen.verdict.etats[ligne] is Etat.PRETE:
        return SuiviLigne(Etat.CONVERTIE, depot.json, Statut(depot=depot.nom).jour, historique=historique)
    statut = examen.statuts[ligne]
    if etat in FIGES or etat is Etat.REJETEE:
        fichier = json_name(statut.depot) if statut.depot else ""
        return SuiviLigne(etat, fichier, statut.jour, statut.reponse, historique)
    return SuiviLigne(etat, historique=historique)


def ensure_replaceable(chemin: Path) -> None:
    """Raise `Empeche` (E110 to E114, E020 to E026) when the workbook cannot be replaced now."""
    with guarded(chemin.parent):
        save.ensure_writable(chemin)


def obstacles_to(chemin: Path) -> tuple[Issue, ...]:
    """Return what stands in the way of writing to the workbook, if anything does."""
    try:
        ensure_replaceable(chemin)
    except Empeche as obstacle:
        return (obstacle.issue,)
    return ()


def write_back(
    examen: Examen, suivis: Mapping[int, SuiviLigne], notices: Sequence[Issue], *, copie: bool
) -> tuple[Path, tuple[Issue, ...]]:
    """Write marks, the tool's columns and `Erreurs` into the workbook, or into a copy beside it.

    Return where, and an issue for each value that could not be written in its cell (see `kept_out`).
    """
    values = remarks.tool_values(examen.lecture, examen.verdict, suivis)
    changes = remarks.journal_lines(examen.ouvert.acceptations, datetime.now())  # noqa: DTZ005 - the user's own clock
    shown = remarks.brought_to_light(examen.lecture, examen.verdict)
    told = {issue.place for issue in examen.verdict.issues if issue.code == _KEPT_OUT}
    left: tuple[Issue, ...] = ()

    def put(target: Path) -> tuple[CellValue, ...]:
        issues = (*examen.verdict.issues, *left)
        errors = annotate.grouped(remarks.error_lines((*notices, *issues)))
        return annotate.annotate(
            examen.ouvert.source,
            target,
            marks=remarks.marks(issues),
            values=values,
            errors=errors,
            changes=changes,
            shown=shown,
        )

    def write(target: Path) -> None:
        nonlocal left
        left = tuple(each for each in kept_out(examen.lecture, put(target)) if each.place not in told)
        if left:
            put(target)
        if not filecmp.cmp(target, examen.ouvert.source, shallow=False):  # which has just been opened
            workbook.ensure_opens(target, examen.ouvert.chemin.name)

    chemin = examen.ouvert.chemin
    if not copie:
        save.replace_workbook(chemin, write, examen.ouvert.seen)
        return chemin, left
    copy = chemin.with_name(f"{chemin.stem}{COPIE}{chemin.suffix}")
    _write_copy(copy, write)
    return copy, left


_KEPT_OUT = "S041"
_OF_OURS = frozenset(tag.nom for tag in tool_columns(BENEFICIAIRES))
"""The columns that hold no word of the portal and nothing to keep: they are made anew each time."""


def kept_out(lecture: Lecture, refused: Iterable[CellValue]) -> Iterator[Issue]:
    """Tell each value that an array formula or a data table kept out of its cell."""
    tables = {table.feuille: table for table in lecture.classeur.tables()}
    for value in refused:
        table = tables[value.feuille]
        balise = next((nom for nom, colonne in table.colonnes.items() if colonne == value.colonne), "")
        if balise and balise not in _OF_OURS and value.valeur not in (None, ""):
            faits = (("libelle", libelle(balise)),)
            yield Issue(_KEPT_OUT, table.place(value.ligne, balise), balise, show(value.valeur), faits)


def _write_copy(copy: Path, write: Callable[[Path], object]) -> None:
    """Write an annotated copy; what was corrected in an earlier one is kept, as for the workbook itself."""
    with guarded(copy.parent):
        if copy.is_file():
            save.replace_workbook(copy, write)
            return
        with new_file(copy) as target:
            write(target)


def outcome_of(
    examen: Examen,
    suivis: Mapping[int, SuiviLigne],
    notices: Sequence[Issue],
    ecrit: Path | None,
    envois: tuple[Upload, ...],
) -> Outcome:
    """Return what a run says of itself."""
    feuille = examen.lecture.classeur.demandes.feuille
    issues = (*notices, *examen.verdict.issues)
    demandes = tuple(
        Standing(examen.verdict.numeros.get(ligne, ""), feuille, ligne, suivi.etat, suivi.fichierJSON)
        for ligne, suivi in suivis.items()
    )
    wrong = any(gravite(issue.code) is Gravite.ERREUR for issue in examen.verdict.issues)
    code = TO_CORRECT if wrong else FINE
    return Outcome(
        examen.ouvert.chemin,
        demandes,
        issues,
        envois,
        ecrit,
        code,
        examen.verdict.a_la_main,
        _is_withdrawable(examen, suivis),
        examen.ouvert.acceptations,
    )


def _is_withdrawable(examen: Examen, suivis: Mapping[int, SuiviLigne]) -> bool:
    """Whether a request is in a deposit for which the portal answered nothing."""
    answered = {json_name(statut.depot) for statut in examen.statuts.values() if statut.reponse}
    converted = {suivi.fichierJSON for suivi in suivis.values() if suivi.etat is Etat.CONVERTIE}
    return bool(converted - answered - {""})
