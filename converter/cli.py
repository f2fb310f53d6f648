"""The command line: French words around the runs; it imports what a command needs only when that command runs."""

import gc
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from converter import __version__
from converter.commands.outcome import FINE, INTERRUPTED, PREVENTED, UNUSABLE
from converter.system import bugs
from converter.system.streams import make_sturdy

if TYPE_CHECKING:
    from rich.console import Console

    from converter.commands.outcome import Outcome
    from converter.commands.session import Options
    from converter.issues import Issue


class _MiseEnPage(click.HelpFormatter):
    """Headings with the no-break space of French typography."""

    def write_heading(self, heading: str) -> None:
        """Write the heading of a section."""
        super().write_heading(f"{heading}\u00a0")


class _Contexte(click.Context):
    formatter_class = _MiseEnPage


class _Francais(click.Command):
    """What click says of its own accord, in French."""

    context_class = _Contexte

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the usage line."""
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), prefix="Utilisation\u00a0: ")

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return the option --help."""
        option = super().get_help_option(ctx)
        if option:
            option.help = "Affiche cette aide."
        return option


class _Requise(click.Option):
    """An option that must be given."""

    def get_help_extra(self, ctx: click.Context) -> click.types.OptionHelpExtra:
        """Say so in French."""
        return super().get_help_extra(ctx) | {"required": "obligatoire"}


class _Groupe(_Francais, click.Group):
    """The list of commands, in the order of the work."""

    command_class = _Francais

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order they were declared."""
        return list(self.commands)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands."""
        rows = [(nom, command.get_short_help_str(limit=90)) for nom, command in self.commands.items()]
        with formatter.section("Commandes"):
            formatter.write_dl(rows)


class _Jour(click.ParamType[date]):
    """A day typed JJ/MM/AAAA."""

    name = "JJ/MM/AAAA"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read the day."""
        try:
            return datetime.strptime(str(value), "%d/%m/%Y").date()  # noqa: DTZ007 - a day has no time zone
        except ValueError:
            self.fail(f"« {value} » n’est pas une date JJ/MM/AAAA", param, ctx)


_CLASSEUR = click.Path(path_type=Path)
_ONLY_WITH_DEPUIS = "L’option --correspondance ne va qu’avec --depuis"

_OPTIONS = (
    click.option("--rapport", type=_CLASSEUR, metavar="F.json", help="Écrit aussi le résultat pour une machine."),
    click.option(
        "--date-depot",
        type=_Jour(),
        metavar="JJ/MM/AAAA",
        help="Jour du dépôt sur le portail (par défaut aujourd’hui).",
    ),
    click.option(
        "--sortie",
        type=_CLASSEUR,
        metavar="DOSSIER",
        help="Dossier des dépôts (par défaut « depots », à côté du classeur).",
    ),
    click.option("--copie", is_flag=True, help="Annote une copie « … - contrôlé.xlsx » et laisse l’original intact."),
    click.option("--quiet", is_flag=True, help="N’affiche rien d’autre que les erreurs."),
)


def _common(function: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


@click.group(
    cls=_Groupe,
    name="segur-hop",
    subcommand_metavar="COMMANDE [ARGUMENTS]…",
    epilog="Exemple : segur-hop convertir demandes.xlsx",
)
@click.version_option(__version__, prog_name="segur-hop", message="%(prog)s %(version)s", help="Affiche la version.")
def commands() -> None:
    """Du classeur Excel aux fichiers JSON et zip des demandes d’avance Ségur (couloir HOP), et retour."""


@commands.command(epilog="Exemple : segur-hop modele -o demandes.xlsx")
@click.option(
    "-o", "sortie", type=_CLASSEUR, default=Path("demandes.xlsx"), metavar="FICHIER", help="Le classeur à créer."
)
@click.option(
    "--depuis",
    type=_CLASSEUR,
    metavar="ANCIEN",
    help="Y reprend les données d’un ancien classeur ou de votre propre liste (.xlsx, .xls, .ods, .csv).",
)
@click.option(
    "--correspondance",
    type=_CLASSEUR,
    metavar="F.xlsx|csv",
    help="Dit où vont les colonnes non reconnues : la feuille Correspondance d’un premier essai, complétée.",
)
def modele(sortie: Path, depuis: Path | None, correspondance: Path | None) -> int:
    """Crée un classeur vierge, à remplir, ou repris d’un ancien."""
    from converter.commands.modele import modele as run
    from converter.commands.modele import modele_depuis

    if depuis:
        return _guarded(lambda: modele_depuis(depuis, correspondance, sortie, console=_console()))
    if correspondance:
        raise click.BadParameter(_ONLY_WITH_DEPUIS)
    return _guarded(lambda: run(sortie, console=_console()))


@commands.command(
    epilog="Exemple : segur-hop kit avances-2022 --hors-ligne --python-embarque python-3.13.0-embed-amd64.zip"
)
@click.argument("dossier", type=_CLASSEUR, metavar="DOSSIER")
@click.option("--hors-ligne", is_flag=True, help="Y joint les bibliothèques, pour des postes sans réseau.")
@click.option(
    "--systeme",
    "systemes",
    multiple=True,
    type=click.Choice(("windows", "macos-arm", "macos-intel", "linux")),
    metavar="SYSTÈME",
    help="Pour quels postes : windows (par défaut), macos-arm, macos-intel, linux (répétable).",
)
@click.option(
    "--python",
    "pythons",
    multiple=True,
    type=click.Choice(("3.11", "3.12", "3.13", "3.14")),
    metavar="VERSION",
    help="Pour quel Python : 3.11, 3.12, 3.13 (par défaut), 3.14 (répétable).",
)
@click.option(
    "--python-embarque",
    "archive",
    type=_CLASSEUR,
    metavar="F.zip",
    help="Y met aussi Python pour Windows : l’archive « embeddable » de python.org, telle que téléchargée.",
)
@click.option(
    "--suite",
    type=_CLASSEUR,
    metavar="ANCIEN",
    help="Dossier de la campagne précédente : mêmes dépôts, pour qu’aucun numéro ne serve deux fois.",
)
def kit(dossier: Path, **voulu: Any) -> int:
    """Prépare un dossier prêt à l’emploi : classeur, lanceurs, guide, exemple."""
    from converter.commands.kit import kit as run
    from converter.kit.folder import contenu

    return _guarded(lambda: run(dossier, contenu(**voulu), console=_console()))


@commands.command(epilog="Exemple : segur-hop valider demandes.xlsx")
@click.argument("classeurs", nargs=-1, required=True, type=_CLASSEUR, metavar="CLASSEUR…")
@_common
def valider(classeurs: tuple[Path, ...], **options: Any) -> int:
    """Contrôle un classeur et y inscrit chaque erreur, dans sa cellule."""
    from converter.commands.valider import valider as run

    return _each(classeurs, run, **options)


@commands.command(epilog="Exemple : segur-hop convertir demandes.xlsx")
@click.argument("classeurs", nargs=-1, required=True, type=_CLASSEUR, metavar="CLASSEUR…")
@click.option(
    "--refaire-zips",
    "depot",
    metavar="DEPOT",
    help="Ne convertit rien : refait à l’identique les zips de ce dépôt, que le portail dit incomplet.",
)
@_common
def convertir(classeurs: tuple[Path, ...], depot: str | None, **options: Any) -> int:
    """Contrôle un classeur et dépose ses demandes prêtes : JSON, zips et bordereau."""
    from functools import partial

    from converter.commands.convertir import convertir as run
    from converter.commands.convertir import refaire_zips

    return _each(classeurs, partial(refaire_zips, depot) if depot is not None else run, **options)


@commands.command(
    epilog="Exemple : segur-hop verifier JSON-1234567890-20220502-001.json PJ-1234567890-20220502-001-1.zip"
)
@click.argument("json", required=False, type=_CLASSEUR, metavar="JSON")
@click.argument("zips", nargs=-1, type=_CLASSEUR, metavar="[ZIP…]")
@click.option("--schema", is_flag=True, help="Affiche le schéma JSON du fichier, et rien d’autre.")
@click.option(
    "--reponse", type=_CLASSEUR, metavar="F.json", help="Écrit la réponse que ferait le portail, pour s’exercer."
)
@click.option("--refuser", multiple=True, metavar="N°", help="Demande à refuser dans cette réponse (répétable).")
@click.option("--date-depot", type=_Jour(), metavar="JJ/MM/AAAA", help="Jour du dépôt (par défaut aujourd’hui).")
@click.option(
    "--avec", type=_CLASSEUR, metavar="B.json", help="Ne contrôle rien : dit ce qui diffère de cet autre fichier."
)
@click.option("--rapport", type=_CLASSEUR, metavar="F.json", help="Écrit aussi le résultat pour une machine.")
def verifier(json: Path | None, zips: tuple[Path, ...], *, schema: bool, avec: Path | None, **options: Any) -> int:
    """Refait les deux contrôles du portail sur un dépôt, fait ou non par cet outil, puis contrôle ses zips."""
    from converter.commands.verifier import comparer, print_schema
    from converter.commands.verifier import verifier as run

    if schema:
        return _guarded(lambda: print_schema(json))
    if json is None:
        ctx = click.get_current_context()
        raise click.MissingParameter(ctx=ctx, param=ctx.command.params[0])
    if avec:
        return _guarded(lambda: comparer(json, avec, console=_console(), rapport=options["rapport"]))
    return _guarded(lambda: run(json, zips, console=_console(), au=options.pop("date_depot") or _today(), **options))


@commands.command(epilog="Exemple : segur-hop annuler JSON-1234567890-20220502-001 demandes.xlsx")
@click.argument("depot", metavar="DEPOT")
@click.argument("classeur", type=_CLASSEUR, metavar="CLASSEUR")
@click.option("--refuse-en-bloc", is_flag=True, help="Le portail a refusé le fichier entier, sans lire ses demandes.")
@_common
def annuler(depot: str, classeur: Path, *, refuse_en_bloc: bool, **options: Any) -> int:
    """Retire un dépôt jamais envoyé, ou refusé en bloc : ses demandes redeviennent prêtes, leurs numéros libres."""
    from functools import partial

    from converter.commands.annuler import annuler as run

    return _each((classeur,), partial(run, depot, refuse=refuse_en_bloc), **options)


@commands.command(epilog="Exemple : segur-hop retour JSON-1234567890-20220502-001.json demandes.xlsx")
@click.argument("json", type=_CLASSEUR, metavar="JSON")
@click.argument("classeur", type=_CLASSEUR, metavar="CLASSEUR")
@click.option("--remplacer", is_flag=True, help="Remplace une réponse déjà connue qui dit autre chose.")
@_common
def retour(json: Path, classeur: Path, *, remplacer: bool, **options: Any) -> int:
    """Inscrit la réponse du portail dans le classeur et le registre."""
    from functools import partial

    from converter.commands.retour import retour as run

    return _each((classeur,), partial(run, json, remplacer=remplacer), apart=(json,), **options)


@commands.command(epilog="Exemple : segur-hop suivi demandes.xlsx -o suivi.xlsx")
@click.argument("classeur", type=_CLASSEUR, metavar="CLASSEUR")
@click.option("-o", "sortie_xlsx", type=_CLASSEUR, metavar="suivi.xlsx", help="Écrit aussi le suivi, avec graphiques.")
@click.option(
    "--paiements",
    type=_CLASSEUR,
    metavar="F.xlsx|csv",
    help="Inscrit d’abord cette liste de paiements dans le classeur (n° ASP ou n° éditeur, montant, jour).",
)
@click.option("--sortie", type=_CLASSEUR, metavar="DOSSIER", help="Dossier des dépôts (par défaut « depots »).")
@click.option("--rapport", type=_CLASSEUR, metavar="F.json", help="Écrit aussi la liste des dépôts pour une machine.")
@click.option("--quiet", is_flag=True, help="N’affiche rien d’autre que les erreurs.")
def suivi(
    classeur: Path,
    sortie_xlsx: Path | None,
    paiements: Path | None,
    sortie: Path | None,
    rapport: Path | None,
    *,
    quiet: bool,
) -> int:
    """Dit où en est chaque demande, l’avance de 30 % attendue et celle qui est payée."""
    from converter.commands.suivi import Outputs
    from converter.commands.suivi import suivi as run

    outputs = Outputs(sortie_xlsx, rapport)
    return _guarded(
        lambda: run(classeur, sortie, outputs, console=_console(quiet=quiet), au=_today(), paiements=paiements)
    )


@commands.command(epilog="Exemple : segur-hop classeur JSON-1234567890-20220502-001.json -o repris.xlsx")
@click.argument("json", nargs=-1, required=True, type=_CLASSEUR, metavar="JSON…")
@click.option(
    "-o", "sortie", cls=_Requise, required=True, type=_CLASSEUR, metavar="CLASSEUR", help="Le classeur à créer."
)
def classeur(json: tuple[Path, ...], sortie: Path) -> int:
    """Refait un classeur rempli à partir de fichiers JSON ; leurs pièces sont reprises des zips voisins."""
    from converter.commands.classeur import classeur as run

    return _guarded(lambda: run(json, sortie, console=_console()))


@commands.command(epilog="Exemple : segur-hop adopter modele-hop-asp.json --dossier avances-2022")
@click.argument("modele", type=_CLASSEUR, metavar="MODELE.json")
@click.option(
    "--dossier", type=_CLASSEUR, default=Path(), metavar="DOSSIER", help="Dossier du classeur (par défaut, l’actuel)."
)
def adopter(modele: Path, dossier: Path) -> int:
    """Prend le modèle JSON téléchargé sur le portail pour forme des fichiers à venir ; dit ce qui diffère."""
    from converter.commands.adopter import adopter as run

    return _guarded(lambda: run(modele, dossier, console=_console()))


@commands.command(epilog="Exemple : segur-hop regles")
def regles() -> int:
    """Affiche le catalogue des contrôles."""
    from converter.commands.regles import regles as run

    return run(_console())


def _each(
    classeurs: Sequence[Path],
    run: "Callable[[Path, Options], Outcome]",
    *,
    rapport: Path | None,
    date_depot: date | None,
    sortie: Path | None,
    copie: bool,
    quiet: bool,
    apart: Sequence[Path] = (),
) -> int:
    """Run over each workbook in turn, one that cannot be used not stopping the others; return the gravest exit code."""
    from converter.commands.rapport import is_rapport, write_rapport
    from converter.commands.screen import print_summary, shown
    from converter.commands.session import Options
    from converter.system.files import ensure_output

    def work() -> int:
        if rapport:
            ensure_output(rapport, is_ours=is_rapport, apart=(*classeurs, *apart))
        console = _console(quiet=quiet)
        with shown(console) as tell:
            options = Options(date_depot or _today(), sortie, copie, tell)
            outcomes = [_attempt(run, classeur, options) for classeur in classeurs]
        for outcome in outcomes:
            print_summary(outcome, _console(stderr=True) if outcome.code >= UNUSABLE else console)
        code = max(outcome.code for outcome in outcomes)
        return max(code, _guarded(lambda: write_rapport(outcomes, rapport))) if rapport else code

    return _guarded(work)


def _guarded(run: Callable[[], int]) -> int:
    """Run what is not about one workbook; say what stood in the way."""
    from converter.issues import Empeche, Inutilisable
    from converter.system.refusals import guarded

    try:
        with guarded(Path()):
            return run()
    except Inutilisable as refusal:
        _complain_of(refusal.issues)
        return UNUSABLE
    except Empeche as obstacle:
        _complain_of((obstacle.issue,))
        return PREVENTED


def _attempt(run: "Callable[[Path, Options], Outcome]", classeur: Path, options: "Options") -> "Outcome":
    from converter.commands.outcome import Outcome
    from converter.issues import Empeche, Inutilisable
    from converter.system.refusals import guarded

    try:
        with guarded(classeur.parent):
            return run(classeur, options)
    except Inutilisable as refusal:
        return Outcome(classeur, issues=refusal.issues, code=UNUSABLE)
    except Empeche as obstacle:
        return Outcome(classeur, issues=(obstacle.issue,), code=PREVENTED)


def _today() -> date:
    return datetime.now().astimezone().date()


def _console(*, quiet: bool = False, stderr: bool = False) -> "Console":
    from converter.commands.screen import console

    return console(quiet=quiet, stderr=stderr)


def _complain(text: str) -> None:
    from converter.commands.screen import say

    say(text, _console(stderr=True))


def _complain_of(issues: "Iterable[Issue]") -> None:
    from converter.commands.screen import tell

    tell(issues, _console(stderr=True), margin="")


def _misuse(error: click.UsageError) -> str:
    """Say in French what is wrong with the call."""
    match error:
        case click.NoSuchOption():
            said = f"L’option {error.option_name} n’existe pas."
        case click.MissingParameter():
            named = error.param.make_metavar(error.ctx) if error.param and error.ctx else "un argument"
            said = f"Il manque {named}."
        case click.BadParameter():
            said = f"{error.message}."
        case click.BadOptionUsage() if "not take" in error.message:
            said = f"L’option {error.option_name} n’attend pas de valeur."
        case click.BadOptionUsage():
            said = f"L’option {error.option_name} attend une valeur."
        case _ if error.ctx and isinstance(error.ctx.command, click.Group):
            said = "Cette commande n’existe pas."
        case _:
            said = "Il y a un argument de trop."
    path = error.ctx.command_path if error.ctx else "segur-hop"
    return f"{said} Voir « {path} --help »."


def run(arguments: Sequence[str]) -> int:
    """Run a command line and return its exit code."""
    from click.exceptions import NoArgsIsHelpError

    try:
        return commands.main(list(arguments), prog_name="segur-hop", standalone_mode=False) or FINE
    except NoArgsIsHelpError as help_asked:
        click.echo(help_asked.format_message())
        return UNUSABLE
    except click.UsageError as error:
        _complain(_misuse(error))
        return UNUSABLE
    except (click.Abort, KeyboardInterrupt):
        _complain("Interrompu : rien n’a été laissé à moitié fait.")
        return INTERRUPTED


def main() -> None:
    """Entry point of `segur-hop` and of `python -m converter`."""
    # Rows make no cycles, yet looking for cycles among them after every 700 was a quarter of a large run.
    gc.set_threshold(2_000_000)
    sys.excepthook = bugs.report_bug
    output = make_sturdy()
    code = run(sys.argv[1:])
    if output.refused:
        _complain("La sortie demandée refuse le texte (disque plein ?) : il est donné ici.")
        code = max(code, PREVENTED)
    # Leaving, Python looks for cycles among all that it has loaded, several times: a quarter of a small run.
    gc.freeze()
    sys.exit(code)
