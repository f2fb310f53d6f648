"""`verifier`: the portal's controls on a deposit, told on screen, in a report and as the answer it would give."""

import json as jsonlib
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from converter import portal
from converter.commands.outcome import FINE, TO_CORRECT
from converter.commands.rapport import is_rapport
from converter.commands.screen import told
from converter.issues import Gravite, Inutilisable, Issue
from converter.portal import Controle, Finding, Report
from converter.portal.comparison import Difference, compare
from converter.sentences.say import conseil, discreet, gravite, phrase
from converter.sentences.typography import plural
from converter.spec.shape import ADOPTED, Shape, builtin_model, decode, load_model, read_any
from converter.system.files import ensure_output, read_bytes, write_whole

_TITLES = {
    Controle.STRUCTURE: "1er contrôle, la structure du fichier",
    Controle.DEMANDES: "2e contrôle, les demandes",
    Controle.ZIPS: "Les zips",
}


def verifier(
    json: Path,
    zips: Sequence[Path],
    *,
    console: Console,
    au: date,
    reponse: Path | None,
    refuser: Sequence[str],
    rapport: Path | None,
) -> int:
    """Control a deposit; return `FINE` where the portal would take all of it, else `TO_CORRECT`.

    Raises `Inutilisable` (F001, F017) when a file cannot be read, and `Empeche`.
    """
    _ensure_outputs(json, zips, reponse, rapport)
    report = verify(json, zips, au)
    for line in _told(json, zips, report):
        console.print(line, soft_wrap=True)
    if rapport:
        write_whole(rapport, jsonlib.dumps(report_as_data(json, report), ensure_ascii=False, indent=2).encode() + b"\n")
    answer = portal.answer(report, refuser) if reponse else None
    if reponse and answer is not None:
        write_whole(reponse, answer)
        console.print(f"  Réponse d’exercice écrite : {escape(str(reponse))}", soft_wrap=True)
    elif reponse:
        console.print("  Pas de réponse d’exercice : le portail refuserait le fichier entier.")
    return FINE if report.conforme else TO_CORRECT


def comparer(json: Path, avec: Path, *, console: Console, rapport: Path | None) -> int:
    """Hold a JSON file against another; return `FINE` where they say the same but for the portal's own tags.

    Raises `Inutilisable` (F001, F017, F021, F022) when one cannot be read, and `Empeche`.
    """
    if rapport:
        ensure_output(rapport, is_ours=is_rapport, apart=(json, avec))
    first, second = (read_any(decode(read_bytes(path), path.name)) for path in (json, avec))
    differences = compare(first, second)
    for line in _compared(json, avec, differences):
        console.print(line, soft_wrap=True)
    if rapport:
        data = {"json": str(json), "avec": str(avec), "differences": [_as_difference(each) for each in differences]}
        write_whole(rapport, jsonlib.dumps(data, ensure_ascii=False, indent=2).encode() + b"\n")
    return TO_CORRECT if any(_matters(each) for each in differences) else FINE


def _matters(difference: Difference) -> bool:
    return gravite(difference.issue.code) is not Gravite.CORRECTION


def _compared(json: Path, avec: Path, differences: Sequence[Difference]) -> Iterator[str]:
    yield f"\n[bold]{escape(json.name)}[/bold] comparé à [bold]{escape(avec.name)}[/bold]"
    if not differences:
        yield "  [green]Les deux fichiers disent la même chose.[/]"
    for numero, found in groupby(differences, key=lambda each: each.numero):
        yield f"  {escape(f'Demande {numero}' if numero else 'Le fichier')} :"
        for each in found:
            colour = "yellow" if _matters(each) else "cyan"
            yield f"    [{colour}]{each.issue.code}[/] {escape(phrase(discreet(each.issue)))}"
    matter = sum(map(_matters, differences))
    if differences:
        filled = plural(len(differences) - matter, "ajout") + " sans conséquence"
        yield f"  {plural(matter, 'différence')}, {filled} (réponse du portail, clés hors du guide)."


def _as_difference(difference: Difference) -> dict[str, Any]:
    issue = difference.issue
    return {
        "numeroEditeur": difference.numero,
        "code": issue.code,
        "balise": issue.balise,
        "valeur": issue.valeur,
        "avec": dict(issue.faits).get("avec", ""),
        "message": phrase(issue),
    }


def print_schema(json: Path | None) -> int:
    """Write the JSON Schema of a deposit to standard output."""
    schema = portal.schema_of(_shape_near(json) if json else builtin_model())
    sys.stdout.write(jsonlib.dumps(schema, ensure_ascii=False, indent=2) + "\n")
    return FINE


def _ensure_outputs(json: Path, zips: Sequence[Path], reponse: Path | None, rapport: Path | None) -> None:
    if reponse:
        ensure_output(reponse, is_ours=lambda path: portal.is_rehearsed(read_bytes(path)), apart=(json, *zips))
    if rapport:
        ensure_output(rapport, is_ours=is_rapport, apart=(json, *zips, *filter(None, [reponse])))


def verify(json: Path, zips: Sequence[Path], au: date) -> Report:
    """Control the files of a deposit as the portal would on a day, by the model adopted near them.

    Raises `Inutilisable` (F001, F017) when one cannot be read.
    """
    data = read_bytes(json)
    try:
        return portal.verify(data, zips, shape=_shape_near(json), au=au, nom=json.name)
    except OSError as error:
        raise Inutilisable(Issue("F017", faits=(("fichier", str(error.filename)),))) from None


def _shape_near(json: Path) -> Shape:
    """Return the model adopted beside the workbook that the deposit comes from, else the built-in one."""
    adopted = (folder / ADOPTED for folder in json.absolute().parents[:3])
    return next((load_model(path) for path in adopted if path.exists()), None) or builtin_model()


def _told(json: Path, zips: Sequence[Path], report: Report) -> Iterator[str]:
    kind = "réponse du portail" if report.reponse else f"dépôt {report.logiciel}"
    yield f"\n[bold]{escape(json.name)}[/bold] : {kind}, {plural(len(report.demandes), 'demande')}"
    for controle, title in _TITLES.items():
        found = [finding for finding in report.findings if finding.controle is controle]
        skipped = controle is Controle.ZIPS and not zips
        yield f"  {title} : " + ("non contrôlés, aucun n’est donné." if skipped else _verdict(found))
        yield from (f"    {_line(finding)}" for finding in found)
    refused = [situation for situation in report.demandes if situation.premiere]
    if refused:
        yield f"  Le portail refuserait {plural(len(refused), 'demande')}, chacune pour sa première erreur :"
        for situation in refused:
            assert situation.premiere  # noqa: S101 - chosen above
            yield f"    {escape(situation.numeroEditeur or '?')} : {escape(situation.premiere.libelle)}"


def _verdict(found: Sequence[Finding]) -> str:
    errors = sum(finding.gravite is Gravite.ERREUR for finding in found)
    return f"[red]{plural(errors, 'erreur')}[/]" if errors else "[green]rien à redire.[/]"


def _line(finding: Finding) -> str:
    where = f"ligne {finding.ligne}" if finding.ligne else finding.fichier
    colour = {Gravite.ERREUR: "red", Gravite.AVERTISSEMENT: "yellow"}.get(finding.gravite, "cyan")
    place = escape(" — ".join(filter(None, (where, finding.lieu, finding.chemin))))
    return f"[{colour}]{finding.code}[/] {place} : {escape(told(finding.issue))}"


def report_as_data(json: Path, report: Report) -> dict[str, Any]:
    """Return the machine-readable result."""
    return {
        "json": str(json),
        "conforme": report.conforme,
        "demandes": [
            {
                "numLigne": situation.numLigne,
                "numeroEditeur": situation.numeroEditeur,
                "premiere": situation.premiere.code if situation.premiere else None,
            }
            for situation in report.demandes
        ],
        "anomalies": [
            {
                "code": finding.code,
                "gravite": finding.gravite.value,
                "controle": int(finding.controle),
                "chemin": finding.chemin,
                "ligne": finding.ligne,
                "numeroEditeur": finding.numeroEditeur,
                "fichier": finding.fichier,
                "balise": finding.issue.balise,
                "valeur": finding.issue.valeur,
                "message": phrase(finding.issue),
                "conseil": conseil(finding.issue),
            }
            for finding in report.findings
        ],
    }
