"""What the screen shows of a run: for a finance person, in French."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape

from converter.commands.outcome import Outcome, Standing
from converter.commands.progress import Tell, silent
from converter.issues import Gravite, Issue
from converter.sentences.say import conseil, discreet, gravite, phrase
from converter.sentences.typography import plural
from converter.spec.formats import Montant
from converter.spec.programme import TAUX_AVANCE_POURCENT, Etat
from converter.spec.tags import PERSONNELLES

_LISTED = 8
"""How many findings the summary lists in all, the gravest first; the sheet `Erreurs` has the others."""
_OF_A_KIND = 3
"""How many of them may be of one code."""


def console(*, quiet: bool = False, stderr: bool = False) -> Console:
    """Return where to say things: standard output, or standard error."""
    return Console(quiet=quiet, stderr=stderr, highlight=False)


@contextmanager
def shown(screen: Console) -> Iterator[Tell]:
    """Show what is being done on one line that vanishes, where there is a screen to show it on."""
    if screen.quiet or not screen.is_terminal:
        yield silent
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=screen, transient=True) as progress:
        task, at = progress.add_task("", total=None), ""

        def tell(said: str, done: int, total: int | None) -> None:
            nonlocal at
            if said != at:
                at = said
                progress.reset(task, description=said, total=total)
            progress.update(task, completed=done)

        yield tell


def say(text: str, screen: Console) -> None:
    """Say a line as it is."""
    screen.print(text, markup=False, soft_wrap=True)


def tell(issues: Iterable[Issue], screen: Console, margin: str = "  ") -> None:
    """Say each issue and what to do about it."""
    for issue in issues:
        say(f"{margin}{told(issue)}", screen)


def told(issue: Issue) -> str:
    """Return what the screen says of a finding: what is wrong, what to do, and no personal data."""
    plain = discreet(issue)
    return f"{phrase(plain)} {conseil(plain)}"


def euros(centimes: int) -> str:
    """Write centimes the French way."""
    return Montant().write(centimes)


def print_summary(outcome: Outcome, console: Console) -> None:
    """Tell a finance person what is ready, what to correct and where, what was written, and what to upload."""
    console.print(f"\n[bold]{escape(outcome.classeur.name)}[/bold]", highlight=False)
    for part in (_counts, _accepted, _uploads, _findings, _kept_out, _withdrawal, _by_hand, _written):
        for line in part(outcome):
            console.print(line, highlight=False, soft_wrap=True)


def _counts(outcome: Outcome) -> Iterable[str]:
    if not outcome.demandes:
        return
    earlier = set(_earlier(outcome))
    counts = Counter((demande.etat, demande in earlier) for demande in outcome.demandes)
    colours = {Etat.A_CORRIGER: "red", Etat.PRETE: "green", Etat.ACCEPTEE: "green", Etat.REJETEE: "red"}
    parts = (
        f"[{colours.get(etat, 'cyan')}]{_standing(counts[etat, before], etat)}{' auparavant' if before else ''}[/]"
        for etat in Etat
        for before in (False, True)
        if counts[etat, before]
    )
    yield f"  {plural(len(outcome.demandes), 'demande')} : {', '.join(parts)}."


def _earlier(outcome: Outcome) -> list[Standing]:
    """Return the requests that wait for the portal since an earlier run."""
    fresh = {numero for envoi in outcome.depots for numero in envoi.demandes}
    return [d for d in outcome.demandes if d.etat is Etat.CONVERTIE and d.numeroEditeur not in fresh]


def _accepted(outcome: Outcome) -> Iterable[str]:
    """Say what became of the propositions that the user accepted."""
    done = [each for each in outcome.acceptations if not each.refus]
    if done:
        yield f"  {plural(len(done), 'correction acceptée')} : voir la feuille « Journal »."
    for each in outcome.acceptations:
        if each.refus:
            place = f"{each.place.feuille} {each.place.cellule}"
            why = "voir la feuille « Journal »" if each.balise in PERSONNELLES else each.refus
            yield f"  Correction acceptée mais non écrite, {escape(place)} : {escape(why)}."


def _standing(count: int, etat: Etat) -> str:
    return f"{count} à corriger" if etat is Etat.A_CORRIGER else plural(count, etat.value.lower())


def _kept_out(outcome: Outcome) -> Iterable[str]:
    """Say why converted requests are not converted again."""
    waiting = _earlier(outcome)
    if waiting:
        files = sorted({d.fichierJSON for d in waiting if d.fichierJSON})
        named = ", ".join(files[:_LISTED]) + (", …" if len(files) > _LISTED else "")
        yield f"  {plural(len(waiting), 'demande convertie')} auparavant, et pas une seconde fois : {escape(named)}"


def _withdrawal(outcome: Outcome) -> Iterable[str]:
    """Say what can be undone, where something can."""
    if outcome.annulable:
        yield "  Pour annuler un dépôt avant tout envoi au portail : « Annuler un dépôt », au menu de Convertir."


def _findings(outcome: Outcome) -> Iterable[str]:
    by_gravity = {level: [i for i in outcome.issues if gravite(i.code) is level] for level in Gravite}
    errors, warnings, minor = (by_gravity[level] for level in Gravite)
    repairs = [issue for issue in minor if _is_repair(issue)]
    notices = [issue for issue in minor if not _is_repair(issue)]
    left = _LISTED
    for title, colour, found in (
        ("À corriger", "red", errors),
        ("À vérifier", "yellow", warnings),
        ("À savoir", "cyan", notices),
    ):
        if found:
            listed = _shown(found, left) if outcome.ecrit else found
            left -= len(listed)
            yield from _section(f"  [{colour}]{title}[/] ({plural(len(found), 'point')}) :", listed, len(found))
    if repairs:
        yield (
            f"  {plural(len(repairs), 'saisie comprise')} malgré la forme (zéros, espaces, majuscules…) : "
            "voir la feuille « Erreurs »."
        )


def _section(heading: str, listed: Sequence[Issue], count: int) -> Iterable[str]:
    if not listed:
        yield f"{heading} voir la feuille « Erreurs » du classeur."
        return
    yield heading
    yield from (f"    {_where(issue)}{escape(told(issue))}" for issue in listed)
    if count > len(listed):
        yield f"    … et {plural(count - len(listed), 'autre')} : voir la feuille « Erreurs » du classeur."


def _shown(found: Sequence[Issue], most: int) -> list[Issue]:
    """Choose what the screen lists: a few of each kind, so that one repeated a hundred times hides no other."""
    met: Counter[str] = Counter()
    shown: list[Issue] = []
    for issue in found:
        met[issue.code] += 1
        if met[issue.code] <= _OF_A_KIND and len(shown) < most:
            shown.append(issue)
    return shown


def _is_repair(issue: Issue) -> bool:
    """Whether it tells of a cell understood in spite of its form; other minor issues tell of deposits."""
    return issue.code[0] in "CP"


def _where(issue: Issue) -> str:
    if issue.place.cellule:
        return f"[bold]{escape(issue.place.feuille)} {issue.place.cellule}[/] : "
    return f"[bold]{escape(issue.place.feuille)}[/] : " if issue.place.feuille else ""


def _by_hand(outcome: Outcome) -> Iterable[str]:
    """Say which order forms were not compared."""
    if outcome.a_la_main:
        named = ", ".join(outcome.a_la_main[:_LISTED]) + (", …" if len(outcome.a_la_main) > _LISTED else "")
        yield f"  {plural(len(outcome.a_la_main), 'bon')} de commande sans texte lisible (numérisé) : {escape(named)}"
        yield "    L’outil n’a pu les comparer à leur demande : vérifiez vous-même montant, date et signataire."


def _written(outcome: Outcome) -> Iterable[str]:
    if outcome.ecrit:
        yield f"  Classeur annoté : {escape(str(outcome.ecrit))}"


def _uploads(outcome: Outcome) -> Iterable[str]:
    if not outcome.depots:
        return
    yield "  [bold]À déposer sur le portail de l’ASP[/], type de demande « avance », dans cet ordre :"
    for rank, envoi in enumerate(outcome.depots, start=1):
        yield (
            f"    {rank}. Numéro ANS {envoi.numeroAns} ({envoi.logiciel}) — {plural(len(envoi.demandes), 'demande')}, "
            f"{euros(envoi.centimes)} HT, avance {euros(envoi.avance)}"
        )
        yield f"       dossier {escape(str(envoi.dossier))}"
        yield f"       {escape(', puis '.join((envoi.json, *envoi.zips)))}"
    if len(outcome.depots) > 1:
        total, advance = (sum(e.centimes for e in outcome.depots), sum(e.avance for e in outcome.depots))
        yield f"  Total : {euros(total)} HT, avance de {TAUX_AVANCE_POURCENT} % : {euros(advance)}."
