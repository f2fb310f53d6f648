"""One run over one workbook: the shell around the pure middle, where paths, clocks, locks and the registry are.

read → check → annotate, and for `convertir` → build → pack → deposit in between.
"""

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from converter.attachments import inspection
from converter.attachments.inspection import Inspection
from converter.checking.check import Lecture, Verdict, check, contenus, lire
from converter.commands.outcome import FINE, PREVENTED, TO_CORRECT
from converter.commands.rapport import Bilan, Envoi, LigneDemande
from converter.depositing import deposit
from converter.depositing.bordereau import avance
from converter.depositing.deposit import Depots
from converter.depositing.document import lots
from converter.depositing.remake import remake
from converter.issues import Empeche, Gravite, Inutilisable, Issue
from converter.marking import annotate, remarks
from converter.marking.annotate import CellValue
from converter.marking.remarks import Suivi
from converter.reading import workbook
from converter.registry.fingerprint import of_values
from converter.registry.reconcile import Ligne, Rapprochement, Statut, already_sent, reconcile
from converter.registry.rows import Rangs
from converter.registry.store import Depot, Memoire
from converter.returning import bring_back, received
from converter.returning.bring_back import Retour
from converter.sentences.say import gravite
from converter.spec import programme, tags
from converter.spec.programme import FIGES, Etat
from converter.spec.shape import model_for
from converter.spec.sheets import DEMANDES
from converter.system.refusals import guarded
from converter.tracking import payments, statement
from converter.tracking.payments import Rapproche
from converter.xlsx import save

DEPOTS = "depots"
"""The folder of the deposits, beside the workbook."""
COPIE = " - contrôlé"
"""What the name of an annotated copy ends with."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a run is asked for: the day of the deposit, where deposits go, whether to leave the original alone."""

    au: date
    sortie: Path | None
    copie: bool
    console: Console

    def depots(self, chemin: Path) -> Path:
        """Return the folder of the deposits of a workbook."""
        return self.sortie or chemin.parent / DEPOTS


@dataclass(frozen=True, slots=True)
class Ouvert:
    """A workbook as it was read: `seen` tells that version of it, `source` is the file that annotations start from."""

    seen: save.Stamp
    source: Path
    lecture: Lecture

    @property
    def chemin(self) -> Path:
        """The user's workbook."""
        return self.lecture.classeur.chemin


@dataclass(frozen=True, slots=True)
class Examen:
    """A workbook read and checked against a registry."""

    ouvert: Ouvert
    lecture: Lecture
    statuts: Mapping[int, Statut]
    rapprochement: Rapprochement
    verdict: Verdict


def valider(chemin: Path, options: Options) -> Bilan:
    """Check a workbook and write every finding into it, or into a copy where it cannot be written.

    Raises `Inutilisable` and `Empeche`, nothing written.
    """
    with _steps(options.console) as step, _read(chemin, step) as ouvert:
        obstacles = () if options.copie else _obstacles(chemin)
        step("Lecture du registre")
        memoire, repaired = deposit.consult(options.depots(chemin), model_for(chemin))
        examen = _examine(ouvert, memoire, options.au, step)
        notices = (*repaired, *obstacles)
        step("Écriture dans le classeur")
        ecrit = _write_back(examen, _suivis(examen, {}), notices, copie=options.copie or bool(obstacles))
    return _bilan(examen, _suivis(examen, {}), notices, ecrit, ())


def convertir(chemin: Path, options: Options) -> Bilan:
    """Check a workbook, deposit its valid requests, and write into it what was found and done.

    Raises `Inutilisable` and `Empeche`; a workbook that could not be written is found out before anything is deposited.
    """
    with _steps(options.console) as step, _read(chemin, step) as ouvert:
        if not options.copie:
            save.ensure_writable(chemin)
        step("Lecture du registre")
        with deposit.opened(options.depots(chemin), model_for(chemin)) as depots:
            examen = _examine(ouvert, depots.registre.memory(), options.au, step)
            if not options.copie:
                save.ensure_unchanged(chemin, ouvert.seen)
            depots.registre.note(examen.rapprochement.signalements)
            done = _deposit(examen, depots, options.au, step)
            suivis = _suivis(examen, _in_files(done))
            envois = tuple(_envoi(depots, depot) for depot in done)
            step("Écriture dans le classeur")
            try:
                ecrit = _write_back(examen, suivis, depots.issues, copie=options.copie)
            except Empeche as obstacle:
                if not done:
                    raise
                # What was deposited must be told; the next run writes it into the workbook, from the registry.
                told = _bilan(examen, suivis, (*depots.issues, obstacle.issue), None, envois)
                return replace(told, code=PREVENTED)
    return _bilan(examen, suivis, depots.issues, ecrit, envois)


def annuler(depot: str, chemin: Path, options: Options) -> Bilan:
    """Withdraw a deposit that was never uploaded, and write into the workbook that its requests are free again.

    Raises `Inutilisable` (D024 to D026) and `Empeche`, nothing withdrawn.
    """
    with _steps(options.console) as step, _read(chemin, step) as ouvert:
        if not options.copie:
            save.ensure_writable(chemin)
        with deposit.opened(options.depots(chemin), model_for(chemin)) as depots:
            deposit.withdraw(depots, Path(depot).name)
            examen = _examine(ouvert, depots.registre.memory(), options.au, step)
            suivis = _suivis(examen, {})
            ecrit = _write_back(examen, suivis, depots.issues, copie=options.copie)
    return _bilan(examen, suivis, depots.issues, ecrit, ())


def refaire_zips(depot: str, chemin: Path, options: Options) -> Bilan:
    """Make the zips of a deposit again, for a portal that took its JSON and not them; the workbook is only read.

    Raises `Inutilisable` (D030 to D032) and `Empeche`, nothing written.
    """
    with _steps(options.console) as step:
        step("Lecture du classeur")
        lecture = lire(workbook.read(chemin))
        with deposit.opened(options.depots(chemin), model_for(chemin)) as depots:
            step("Écriture des zips")
            told = remake(depots, Path(depot).name, lecture)
    return Bilan(chemin, issues=(*depots.issues, told))


def ramener(reponse: Path, remplacer: bool, chemin: Path, options: Options) -> Bilan:
    """Bring the portal's answer into the registry, then into the workbook: cut off between, the same call completes it.

    Raises `Inutilisable` (S001 to S007) when the file is no answer to a deposit of this workbook, and `Empeche`.
    """
    with _steps(options.console) as step, ExitStack() as stack:
        if not options.copie:
            save.ensure_writable(chemin)
        step("Lecture de la réponse")
        answer = received.lire(read_bytes(reponse), reponse.name)
        seen = _stamp(chemin)
        classeur = workbook.read(chemin)
        depots = stack.enter_context(deposit.opened(options.depots(chemin), model_for(chemin)))
        registre = depots.registre
        found = bring_back.bring_back(
            answer,
            lire(classeur),
            registre.memory(),
            registre.depots(),
            bring_back.formulas(classeur),
            remplacer=remplacer,
        )
        registre.record_answers(found.depot, found.reponses, found.sha256, remplacer=True)
        source = stack.enter_context(_with_values(chemin, found.values))
        ouvert = Ouvert(seen, source, lire(replace(workbook.read(source), chemin=chemin)))
        examen = _with_answer(_examine(ouvert, registre.memory(), options.au, step), found)
        suivis = _suivis(examen, {})
        step("Écriture dans le classeur")
        ecrit = _write_back(examen, suivis, depots.issues, copie=options.copie)
    return _bilan(examen, suivis, depots.issues, ecrit, ())


def noter(liste: Path, chemin: Path, options: Options) -> Rapproche:
    """Write a list of payments into the workbook, where it says nothing yet; return what came of each line.

    Raises `Inutilisable` (A201 to A203) when the list cannot be used, and `Empeche`, nothing written.
    """
    with _steps(options.console) as step:
        save.ensure_writable(chemin)
        step("Lecture de la liste des paiements")
        seen = _stamp(chemin)
        rangs = Rangs(lire(workbook.read(chemin)))
        memoire, repaired = deposit.consult(options.depots(chemin), model_for(chemin))
        versements = statement.read(read_bytes(liste), liste.name, payments.numbers(rangs, memoire).connus)
        found = payments.settle(versements, rangs, memoire)
        if not (found.valeurs or found.issues):
            return found
        with _with_values(chemin, list(remarks.changes(rangs.table, payments.cells(found)))) as source:
            ouvert = Ouvert(seen, source, lire(replace(workbook.read(source), chemin=chemin)))
            examen = _examine(ouvert, memoire, options.au, step)
            step("Écriture dans le classeur")
            _write_back(examen, _suivis(examen, {}), (*repaired, *found.issues), copie=False)
    return found


def _with_answer(examen: Examen, found: Retour) -> Examen:
    """Add what the answer says: its refusals stand on their rows until the next run checks what was corrected."""
    verdict = examen.verdict
    etats = {ligne: Etat.REJETEE if ligne in found.lignes_rejetees else etat for ligne, etat in verdict.etats.items()}
    return replace(examen, verdict=replace(verdict, issues=(*found.issues, *verdict.issues), etats=etats))


# --- reading and checking ---------------------------------------------------------------------------------------------


@contextmanager
def _read(chemin: Path, step: "Step") -> Iterator[Ouvert]:
    """Yield the workbook and what it says, with the propositions in it that the user said OUI to.

    Where there are any, annotations start from a copy: the original is written once, at the end of the run.
    """
    step("Lecture du classeur")
    seen = _stamp(chemin)
    lecture = lire(workbook.read(chemin))
    values = remarks.accepted_values(lecture, annotate.read_accepted(chemin))
    if not values:
        yield Ouvert(seen, chemin, lecture)
        return
    with _with_values(chemin, values) as copy:
        yield Ouvert(seen, copy, lire(replace(workbook.read(copy), chemin=chemin)))


def _stamp(chemin: Path) -> save.Stamp:
    """Tell this version of a workbook; what cannot be told at all is refused when it is read."""
    return save.stamp(chemin) if chemin.exists() else (0, 0)


@contextmanager
def _with_values(chemin: Path, values: Sequence[CellValue]) -> Iterator[Path]:
    """Yield a copy of the workbook with these values in their cells."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / chemin.name
        annotate.annotate(chemin, copy, marks=(), values=values)
        yield copy


def read_bytes(path: Path) -> bytes:
    """Read a file of the user's; raises `Inutilisable` when it is missing (F001) or cannot be read (F017)."""
    try:
        return path.read_bytes()
    except OSError as error:
        code = "F001" if isinstance(error, FileNotFoundError) else "F017"
        raise Inutilisable(Issue(code, faits=(("fichier", str(path)),))) from None


def _examine(ouvert: Ouvert, memoire: Memoire, au: date, step: "Step") -> Examen:
    lecture = ouvert.lecture
    rapprochement = reconcile(_lignes(lecture, memoire), memoire)
    statuts = dict(zip(lecture.frames.demandes.valeurs.index, rapprochement.statuts, strict=True))
    frozen = {ligne: statut.etat for ligne, statut in statuts.items() if statut.etat in FIGES and statut.etat}
    lecture = replace(lecture, etats=frozen)
    step("Contrôle des pièces")
    pieces = inspection.inspect(lecture.fichiers(), lecture.dossier_pieces, programme.EXTENSIONS)
    step("Contrôle des demandes")
    verdict = _check(lecture, pieces, au, rapprochement.issues, memoire)
    return Examen(ouvert, lecture, statuts, rapprochement, verdict)


def _check(
    lecture: Lecture, pieces: Mapping[str, Inspection], au: date, deja: Sequence[Issue], memoire: Memoire
) -> Verdict:
    """Check, and once more with the requests held back whose very content was sent under another number."""
    verdict = check(lecture, pieces, au, deja)
    table = lecture.classeur.demandes
    found = ((table.place(d.ligne, "numeroEditeur"), d) for d in verdict.demandes)
    twins = already_sent(found, memoire, lecture.refused)
    return check(lecture, pieces, au, (*deja, *twins)) if twins else verdict


def _lignes(lecture: Lecture, memoire: Memoire) -> list[Ligne]:
    """Return what each row says of itself; its content is hashed only where there is something to compare it with."""
    frame = lecture.frames.demandes
    numbers = frame.valeurs["numeroEditeur"].fillna("")
    told = {tag.nom: _texts(lecture, tag.nom) for tag in tags.tool_columns(DEMANDES)}
    compared = [ligne for ligne, n in numbers.items() if n in memoire.faits or lecture.etats.get(ligne) in FIGES]
    hashes = {c.ligne: of_values(c.logiciel, c.valeurs, c.etablissements) for c in contenus(lecture, compared)}
    return [
        Ligne(
            frame.table.place(ligne, "numeroEditeur"),
            numero,
            hashes.get(ligne, ""),
            lecture.etats.get(ligne, ""),
            told["fichierJSON"].get(ligne, ""),
            told["numeroASP"].get(ligne, ""),
            told["codeTraitement"].get(ligne, ""),
            told["libelleTraitement"].get(ligne, ""),
            tuple(filter(None, told["anciensNumeros"].get(ligne, "").replace(",", " ").split())),
        )
        for ligne, numero in numbers.items()
    ]


def _texts(lecture: Lecture, balise: str) -> dict[int, str]:
    brut = lecture.classeur.demandes.brut
    if balise not in brut:
        return {}
    read = tags.TAG[balise].format.read
    return {ligne: str(text) for ligne, raw in brut[balise].items() if (text := read(raw).valeur)}


# --- depositing -------------------------------------------------------------------------------------------------------


def _deposit(examen: Examen, depots: Depots, au: date, step: "Step") -> tuple[Depot, ...]:
    ready = lots(examen.verdict.demandes, examen.verdict.siret, examen.verdict.numeros_ans)
    if not ready:
        return ()
    step("Écriture des dépôts", len(examen.verdict.demandes))
    return deposit.convert(depots, ready, au, step.advance)


def _in_files(done: Sequence[Depot]) -> dict[str, Depot]:
    """Return the deposit of each numeroEditeur."""
    return {inscrite.numero: depot for depot in done for inscrite in depot.demandes}


def _envoi(depots: Depots, depot: Depot) -> Envoi:
    amounts = [inscrite.centimes for inscrite in depot.demandes]
    numero_ans = depot.nom.split("-")[1]
    return Envoi(
        depots.dossier / depot.nom,
        depot.json,
        depot.zips,
        tuple(inscrite.numero for inscrite in depot.demandes),
        depot.logiciel,
        numero_ans,
        sum(amounts),
        sum(map(avance, amounts)),
    )


# --- writing back -----------------------------------------------------------------------------------------------------


def _suivis(examen: Examen, done: Mapping[str, Depot]) -> dict[int, Suivi]:
    """Return what the tool's columns say of each request, after the deposits done."""
    return {ligne: _suivi(examen, ligne, etat, done) for ligne, etat in examen.verdict.etats.items()}


def _suivi(examen: Examen, ligne: int, etat: Etat, done: Mapping[str, Depot]) -> Suivi:
    depot = done.get(examen.verdict.numeros.get(ligne, ""))
    if depot:
        return Suivi(Etat.CONVERTIE, depot.json, _day(Statut(depot=depot.nom).jour))
    statut = examen.statuts[ligne]
    if etat in FIGES:
        return Suivi(etat, f"{statut.depot}.json" if statut.depot else "", _day(statut.jour), statut.reponse)
    return Suivi(etat)


@cache
def _day(jour: str) -> date | None:
    return datetime.strptime(jour, "%d/%m/%Y").date() if jour else None  # noqa: DTZ007 - a day has no time zone


def _obstacles(chemin: Path) -> tuple[Issue, ...]:
    """Return what stands in the way of writing to the workbook, if anything does."""
    try:
        save.ensure_writable(chemin)
    except Empeche as obstacle:
        return (obstacle.issue,)
    return ()


def _write_back(examen: Examen, suivis: Mapping[int, Suivi], notices: Sequence[Issue], *, copie: bool) -> Path:
    """Write marks, the tool's columns and `Erreurs` into the workbook, or into a copy beside it."""
    issues = examen.verdict.issues
    marks = remarks.marks(issues)
    values = remarks.tool_values(examen.lecture, examen.verdict, suivis)
    errors = annotate.grouped(remarks.error_lines((*notices, *issues)))
    shown = remarks.brought_to_light(examen.lecture, examen.verdict)

    def write(target: Path) -> None:
        annotate.annotate(examen.ouvert.source, target, marks=marks, values=values, errors=errors, shown=shown)

    chemin = examen.ouvert.chemin
    if not copie:
        save.replace_workbook(chemin, write, examen.ouvert.seen)
        return chemin
    copy = chemin.with_name(f"{chemin.stem}{COPIE}{chemin.suffix}")
    with new_file(copy) as target:
        write(target)
    return copy


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """Yield a path to write to, which becomes `path` in one step once it is written; nothing is left of a failure.

    Its folder is made where it is missing. Raises `Empeche` (E020 to E026).
    """
    with guarded(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = save.temporary(path.parent)
        try:
            yield unfinished
            unfinished.chmod(0o666 & ~_umask())
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)


def refuse_existing(path: Path) -> None:
    """Raise `Inutilisable` (F016) rather than write over a file of the user's."""
    if path.exists():
        raise Inutilisable(Issue("F016", faits=(("fichier", str(path)),)))


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _bilan(
    examen: Examen, suivis: Mapping[int, Suivi], notices: Sequence[Issue], ecrit: Path | None, envois: tuple[Envoi, ...]
) -> Bilan:
    feuille = examen.lecture.classeur.demandes.feuille
    issues = (*notices, *examen.verdict.issues)
    demandes = tuple(
        LigneDemande(examen.verdict.numeros.get(ligne, ""), feuille, ligne, suivi.etat, suivi.fichierJSON)
        for ligne, suivi in suivis.items()
    )
    wrong = any(gravite(issue.code) is Gravite.ERREUR for issue in examen.verdict.issues)
    return Bilan(examen.ouvert.chemin, demandes, issues, envois, ecrit, TO_CORRECT if wrong else FINE)


# --- progress ---------------------------------------------------------------------------------------------------------


class Step:
    """Tells the user what is being done, on one line that vanishes."""

    def __init__(self, progress: Progress) -> None:
        """Start without a task."""
        self._progress = progress
        self._task = progress.add_task("", total=None)

    def __call__(self, said: str, total: int | None = None) -> None:
        """Begin a step of `total` requests, unknown when `None`."""
        self._progress.reset(self._task, description=said, total=total)

    def advance(self, count: int) -> None:
        """Tell that so many more requests are done."""
        self._progress.advance(self._task, count)


@contextmanager
def _steps(console: Console) -> Iterator[Step]:
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        yield Step(progress)
