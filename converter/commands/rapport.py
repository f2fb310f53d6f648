"""The outcome of a run, and its two readers' forms: `--rapport` for a machine, a summary for a finance person."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from converter.issues import Gravite, Issue
from converter.marking.adopting import Acceptation
from converter.sentences.say import catalogue, conseil, gravite, phrase
from converter.sentences.typography import plural
from converter.spec.formats import Montant
from converter.spec.programme import TAUX_AVANCE_POURCENT, Etat

_LISTED = 8
"""How many findings the summary lists before it sends the reader to the sheet `Erreurs`."""
_OF_A_KIND = 3
"""How many of them may be of one code."""


@dataclass(frozen=True, slots=True)
class LigneDemande:
    """Where one request of the workbook stands after the run."""

    numeroEditeur: str  # noqa: N815 - the tag verbatim
    feuille: str
    ligne: int
    etat: Etat
    fichierJSON: str = ""  # noqa: N815 - likewise


@dataclass(frozen=True, slots=True)
class Envoi:
    """A deposit to upload: its folder, its JSON, its zips in order, and what it asks for in centimes."""

    dossier: Path
    json: str
    zips: tuple[str, ...]
    demandes: tuple[str, ...]
    logiciel: str
    numeroAns: str  # noqa: N815 - the tag verbatim
    centimes: int
    avance: int


@dataclass(frozen=True, slots=True)
class Bilan:
    """The outcome of a run over one workbook; `ecrit` is the annotated workbook, `None` where none was written."""

    classeur: Path
    demandes: tuple[LigneDemande, ...] = ()
    issues: tuple[Issue, ...] = ()
    depots: tuple[Envoi, ...] = ()
    ecrit: Path | None = None
    code: int = 0
    acceptations: tuple[Acceptation, ...] = ()

    def count(self, etat: Etat) -> int:
        """Count the requests in a state."""
        return sum(demande.etat is etat for demande in self.demandes)


def _anomaly(issue: Issue) -> dict[str, Any]:
    return {
        "code": issue.code,
        "gravite": gravite(issue.code).value,
        "feuille": issue.place.feuille,
        "cellule": issue.place.cellule,
        "balise": issue.balise,
        "valeur": issue.valeur,
        "message": phrase(issue),
        "conseil": conseil(issue),
    }


def as_data(bilan: Bilan) -> dict[str, Any]:
    """Return the machine-readable result; its JSON Schema is `rapport.schema.json`."""
    return {
        "classeur": str(bilan.classeur),
        "annote": str(bilan.ecrit) if bilan.ecrit else None,
        "demandes": [
            {"numeroEditeur": d.numeroEditeur, "feuille": d.feuille, "ligne": d.ligne, "etat": d.etat.value}
            for d in bilan.demandes
        ],
        "anomalies": [_anomaly(issue) for issue in bilan.issues],
        "acceptations": [
            {
                "feuille": each.place.feuille,
                "cellule": each.place.cellule,
                "ancien": each.ancien,
                "nouveau": each.nouveau,
                "refus": each.refus,
            }
            for each in bilan.acceptations
        ],
        "depots": [
            {
                "json": str(envoi.dossier / envoi.json),
                "zips": [str(envoi.dossier / nom) for nom in envoi.zips],
                "demandes": list(envoi.demandes),
            }
            for envoi in bilan.depots
        ],
    }


def write_rapport(bilans: Sequence[Bilan], path: Path) -> None:
    """Write the machine-readable result: an object for one workbook, a list of them for several."""
    data = [as_data(bilan) for bilan in bilans]
    text = json.dumps(data[0] if len(data) == 1 else data, ensure_ascii=False, indent=2)
    path.write_text(text + "\n", encoding="utf-8")


def euros(centimes: int) -> str:
    """Write centimes the French way."""
    return Montant().write(centimes)


def print_summary(bilan: Bilan, console: Console) -> None:
    """Tell a finance person what is ready, what to correct and where, what was written, and what to upload."""
    console.print(f"\n[bold]{escape(bilan.classeur.name)}[/bold]", highlight=False)
    for line in (
        *_counts(bilan),
        *_accepted(bilan),
        *_kept_out(bilan),
        *_findings(bilan),
        *_written(bilan),
        *_uploads(bilan),
    ):
        console.print(line, highlight=False, soft_wrap=True)


def _counts(bilan: Bilan) -> Iterable[str]:
    counts = Counter(demande.etat for demande in bilan.demandes)
    colours = {Etat.A_CORRIGER: "red", Etat.PRETE: "green", Etat.ACCEPTEE: "green", Etat.REJETEE: "red"}
    if not counts:
        return
    total = plural(len(bilan.demandes), "demande")
    parts = [f"[{colours.get(etat, 'cyan')}]{_standing(counts[etat], etat)}[/]" for etat in Etat if counts[etat]]
    yield f"  {total} : {', '.join(parts)}."


def _kept_out(bilan: Bilan) -> Iterable[str]:
    """Say why converted requests are not converted again."""
    fresh = {numero for envoi in bilan.depots for numero in envoi.demandes}
    waiting = [d for d in bilan.demandes if d.etat is Etat.CONVERTIE and d.numeroEditeur not in fresh]
    if waiting:
        files = sorted({d.fichierJSON for d in waiting if d.fichierJSON})
        named = ", ".join(files[:_LISTED]) + (", …" if len(files) > _LISTED else "")
        yield f"  {plural(len(waiting), 'demande convertie')} auparavant, et pas une seconde fois : {escape(named)}"
        yield "    Pour l’annuler avant tout envoi au portail : segur-hop annuler DEPOT CLASSEUR."


def _accepted(bilan: Bilan) -> Iterable[str]:
    """Say what became of the propositions that the user accepted."""
    done = [each for each in bilan.acceptations if not each.refus]
    if done:
        yield f"  {plural(len(done), 'correction acceptée')} : voir la feuille « Journal »."
    for each in bilan.acceptations:
        if each.refus:
            place = f"{each.place.feuille} {each.place.cellule}"
            yield f"  Correction acceptée mais non écrite, {escape(place)} : {escape(each.refus)}."


def _standing(count: int, etat: Etat) -> str:
    return f"{count} à corriger" if etat is Etat.A_CORRIGER else plural(count, etat.value.lower())


def _findings(bilan: Bilan) -> Iterable[str]:
    by_gravity = {level: [i for i in bilan.issues if gravite(i.code) is level] for level in Gravite}
    errors, warnings, minor = (by_gravity[level] for level in Gravite)
    repairs = [issue for issue in minor if _is_repair(issue)]
    notices = [issue for issue in minor if not _is_repair(issue)]
    for title, colour, found in (
        ("À corriger", "red", errors),
        ("À vérifier", "yellow", warnings),
        ("À savoir", "cyan", notices),
    ):
        if found:
            yield f"  [{colour}]{title}[/] ({plural(len(found), 'point')}) :"
            shown = _shown(found)
            yield from (f"    {_where(issue)}{escape(f'{phrase(issue)} {conseil(issue)}')}" for issue in shown)
            if len(found) > len(shown):
                others = plural(len(found) - len(shown), "autre")
                yield f"    … et {others} : voir la feuille « Erreurs » du classeur."
    if repairs:
        yield (
            f"  {plural(len(repairs), 'saisie comprise')} malgré la forme (zéros, espaces, majuscules…) : "
            "voir la feuille « Erreurs »."
        )


def _shown(found: Sequence[Issue]) -> list[Issue]:
    """Choose what the screen lists: a few of each kind, so that one repeated a hundred times hides no other."""
    met: Counter[str] = Counter()
    shown: list[Issue] = []
    for issue in found:
        met[issue.code] += 1
        if met[issue.code] <= _OF_A_KIND and len(shown) < _LISTED:
            shown.append(issue)
    return shown


def _is_repair(issue: Issue) -> bool:
    """Whether it tells of a cell understood in spite of its form; other minor issues tell of deposits."""
    return issue.code[0] in "CP"


def _where(issue: Issue) -> str:
    if issue.place.cellule:
        return f"[bold]{escape(issue.place.feuille)} {issue.place.cellule}[/] : "
    return f"[bold]{escape(issue.place.feuille)}[/] : " if issue.place.feuille else ""


def _written(bilan: Bilan) -> Iterable[str]:
    if bilan.ecrit:
        yield f"  Classeur annoté : {escape(str(bilan.ecrit))}"


def _uploads(bilan: Bilan) -> Iterable[str]:
    if not bilan.depots:
        return
    yield "  [bold]À déposer sur le portail de l’ASP[/], type de demande « avance », dans cet ordre :"
    for rank, envoi in enumerate(bilan.depots, start=1):
        yield (
            f"    {rank}. Numéro ANS {envoi.numeroAns} ({envoi.logiciel}) — {plural(len(envoi.demandes), 'demande')}, "
            f"{euros(envoi.centimes)} HT, avance {euros(envoi.avance)}"
        )
        yield f"       dossier {escape(str(envoi.dossier))}"
        yield f"       {escape(', puis '.join((envoi.json, *envoi.zips)))}"
    if len(bilan.depots) > 1:
        total, advance = (sum(e.centimes for e in bilan.depots), sum(e.avance for e in bilan.depots))
        yield f"  Total : {euros(total)} HT, avance de {TAUX_AVANCE_POURCENT} % : {euros(advance)}."


def print_catalogue(console: Console) -> None:
    """Print every check: code, gravity, what it finds, what to do, and where it comes from."""
    from rich.table import Table

    table = Table("Code", "Gravité", "Contrôle", "Ce qui est dit", "Que faire", "Source", show_lines=True)
    for code, message in sorted(catalogue().items()):
        source = "notre choix" if message.section == "D" else f"guide, {message.section}"
        table.add_row(code, message.gravite.value, message.titre, message.phrase, message.conseil, source)
    console.print(table)
