"""The road behind the three launchers: make the tool's private environment once, then convert what was dropped.

Standard library only, in a syntax that Python 3.8 still reads, so that an old Python can be told that it is too old.
The environment is a plain folder filled by `pip install --target`, never a venv: it needs no `venv` module (absent from
the embeddable Python and from Debian's), holds no absolute path, and so is built aside and published by one rename.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import importlib.util
import json
import os
import re
import subprocess
import sys
import time
import unicodedata
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Iterator, NamedTuple  # noqa: UP035 - Python 3.8

HERE = Path(__file__).absolute().parent  # not resolved: a mapped drive keeps its letter
UNATTENDED = "--sans-attente"
EXIT_CODES = FINE, TO_CORRECT, UNUSABLE, REFUSED = range(4)  # of the tool
STAMP = "empreinte.txt"  # in an environment: what it was made from
BROKEN = 86  # of AMORCE: the environment lacks something
INTERRUPTED = 130

WORKBOOK_SUFFIXES = (".xlsx", ".xlsm")
MADE_BY_THE_TOOL = ("bordereau.xlsx", "suivi.xlsx")
LOCK_FILES = ("~${}", ".~lock.{}#")  # left beside an open workbook by Excel, by LibreOffice

# Runs a module out of one folder (or wheel), see `interpreter`: what is installed beside the user's Python stays out
# (-S), and so do PYTHONPATH and the folder of the launcher (-I), where anyone may drop a json.py.
AMORCE = f"""
import runpy, sys
sys.path.append(sys.argv.pop(1))
try:
    runpy.run_module(sys.argv.pop(1), run_name="__main__", alter_sys=True)
except ImportError as absent:
    print("Il manque :", absent, file=sys.stderr)
    sys.exit({BROKEN})
"""

TOO_OLD = (
    "Il faut Python 3.11 ou plus récent ; celui de ce poste est en version {found} ({program}). Installez-le depuis"
    " python.org, le Microsoft Store ou le portail d’entreprise, ou demandez-le à votre service informatique."
)
NOT_64_BITS = (
    "Il faut un Python en 64 bits ; celui de ce poste est en 32 bits ({program}) : demandez-en un à votre service"
    " informatique."
)
NO_KIT = (
    "Il manque le dossier « roues » à côté du lanceur, dans « {folder} » : recopiez le kit complet (s’il est dans un"
    " fichier .zip, faites d’abord « Extraire tout »)."
)
OFFLINE_KIT = (
    " Sinon, demandez à la personne qui vous a remis cet outil un kit « hors ligne » pour Python {python} : il"
    " s’installe sans réseau."
)
NO_PIP = (
    "Le Python de ce poste ({program}) n’a pas le module pip : demandez à votre service informatique le Python complet"
    " de python.org (sous Linux : le paquet python3-pip)." + OFFLINE_KIT
)
NOT_INSTALLED = "{cause}\nJournal de l’installation : {log}"
DOES_NOT_START = (
    "L’outil vient d’être réinstallé et ne démarre pas : un antivirus ou une règle de sécurité le bloque peut-être."
    " Transmettez les lignes ci-dessus à votre service informatique, avec ce nom de dossier : {folder}"
)
NOTHING = "Rien à convertir : remplissez le classeur dans « {folder} », ou déposez un classeur sur le lanceur."
NO_WORKBOOK = "Aucun classeur dans « {folder} » : déposez ensemble la réponse du portail et son classeur."
WHICH_WORKBOOK = "Plusieurs classeurs dans « {folder} » : déposez ensemble la réponse du portail et son classeur."
UNFORESEEN = "L’outil s’est arrêté sur une erreur imprévue : transmettez les lignes ci-dessus à qui vous l’a remis."
ABANDONED = "Abandonné."

# What pip's log or the system says, the cause before what it entails, and what the user can do about it.
CAUSES = {
    r"No space left|Errno 28\b|Errno 122\b|WinError 112\b": (
        "Le disque est plein : libérez au moins 500 Mo, puis relancez."
    ),
    r"Permission denied|Access is denied|Errno 13\b|Errno 30\b|WinError (5|32)\b": (
        "L’écriture est refusée dans « {folder} » : fermez les autres fenêtres de cet outil, puis relancez ; si cela"
        " persiste, demandez à votre service informatique le droit d’y écrire."
    ),
    r"CERTIFICATE_VERIFY_FAILED|SSLError": (
        "Le réseau de l’entreprise contrôle les connexions, et Python ne connaît pas son certificat : demandez à votre"
        " service informatique de l’indiquer à pip, puis relancez." + OFFLINE_KIT
    ),
    r"ProxyError|Cannot connect to proxy|407 Proxy|Tunnel connection failed": (
        "Le proxy de l’entreprise n’a pas laissé passer la connexion : demandez à votre service informatique de"
        " l’indiquer à pip, puis relancez." + OFFLINE_KIT
    ),
    r"NewConnectionError|NameResolution|getaddrinfo|Connect(ion)?Timeout|ReadTimeout|Connection(Reset|Refused)|"
    r"Failed to establish|Network is unreachable|Remote end closed": (
        "Le réseau ne répond pas : vérifiez que ce poste est connecté, puis relancez." + OFFLINE_KIT
    ),
    r"No matching distribution|not a supported wheel|requires a different Python": (
        "Une bibliothèque manque pour Python {python} sur ce poste : demandez à votre service informatique une autre"
        " version de Python (3.13 par exemple), puis relancez." + OFFLINE_KIT
    ),
    r"": "L’installation a échoué : transmettez ce qui suit à votre service informatique.",
}


class Stop(Exception):  # noqa: N818 - what ends the road is mostly no error of ours
    """The road ends here: a French sentence that says what to do, and the exit code."""

    def __init__(self, sentence: str, code: int = REFUSED, **facts: object) -> None:
        super().__init__(sentence.format(**facts))
        self.code = code


class Source(NamedTuple):
    """What is installed: our package, the wheels beside it (perhaps none), what pins the libraries, and their print."""

    version: str
    package: Path
    wheels: Path
    lock: Path
    content: str


class Job(NamedTuple):
    """One call of the tool: `convertir` a workbook, or `retour` of the portal's answer into it."""

    workbook: Path
    answer: Path | None = None

    def arguments(self) -> list[str]:
        """Return the tool's command and its files."""
        if self.answer:
            return ["retour", str(self.answer), str(self.workbook)]
        return ["convertir", str(self.workbook)]

    def title(self) -> str:
        """Return what the user is told before."""
        if self.answer:
            return f"Réponse du portail « {self.answer.name} » reportée dans « {self.workbook.name} »…"
        return f"Contrôle et conversion de « {self.workbook.name} »…"


# What to install


def find_source() -> Source:
    """Find our package: the newest wheel of the kit, else the checkout around us; never a name on a registry."""
    wheels = HERE / "roues"
    ours = max(wheels.glob("segur_hop-*.whl"), key=lambda wheel: numbers(wheel_version(wheel)), default=None)
    if ours:
        lock = wheels / "requirements.lock"
        return Source(wheel_version(ours), ours, wheels, lock, fingerprint([ours, lock]))
    if (HERE.parent / "pyproject.toml").is_file():
        return checkout_source(HERE.parent)
    raise Stop(NO_KIT, UNUSABLE, folder=HERE)


def wheel_version(wheel: Path) -> str:
    """Return `0.1.0` of `segur_hop-0.1.0-py3-none-any.whl`."""
    return wheel.name.split("-")[1]


def numbers(version: str) -> list[int]:
    """Return `[0, 10, 0]` of `0.10.0`, which comes after `0.9.0`."""
    return [int(number) for number in re.findall(r"\d+", version)]


def checkout_source(checkout: Path) -> Source:
    """Take the sources around `templates/`; their print covers what goes into the wheel."""
    project, lock = checkout / "pyproject.toml", checkout / "requirements.lock"
    version = re.search(
        r'^__version__ = "(.+)"', (checkout / "converter" / "__init__.py").read_text("utf-8"), re.MULTILINE
    )
    parts = [file for folder in ("converter", "templates") for file in sorted((checkout / folder).rglob("*"))]
    code = [file for file in parts if file.is_file() and "__pycache__" not in file.parts]
    return Source(version[1] if version else "0", checkout, HERE / "roues", lock, fingerprint([project, lock, *code]))


def fingerprint(files: list[Path]) -> str:
    """Return eight characters that change with any byte of these files; an absent one counts as empty."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(hashlib.sha256(file.read_bytes() if file.is_file() else b"").digest())
    return digest.hexdigest()[:8]


# The environment


def data_folder() -> Path:
    """Return where this user's programs keep their data, on this system."""
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return base / "segur-hop"


def environment(source: Source) -> Path:
    """Return the folder of the libraries for this version and Python: it exists whole or not at all."""
    return data_folder() / f"{source.version}-{sys.implementation.cache_tag}"


def holds(place: Path, source: Source) -> bool:
    """Tell whether this environment was made from this very content."""
    stamp = place / STAMP
    return stamp.is_file() and stamp.read_text("utf-8") == source.content


def identity(place: Path) -> int:
    """Tell one making of an environment from the next; 0 where there is none."""
    return place.stat().st_ino if place.is_dir() else 0


def install(source: Source, place: Path, instead_of: int) -> None:
    """Make the environment aside and publish it, unless another launcher did so since `instead_of` was seen."""
    place.parent.mkdir(parents=True, exist_ok=True)
    aside, discarded = place.with_name("en-cours"), place.with_name("a-jeter")
    with locked(place.with_name("installation.verrou")):
        if identity(place) != instead_of:
            return
        run_pip(source, aside)
        (aside / STAMP).write_text(source.content, "utf-8")
        clear(discarded)
        if place.exists():
            move(place, discarded)
        move(aside, place)
        clear(discarded)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold this file alone; the system lets go of it when the process ends, however it ends."""
    with path.open("ab") as handle:
        if not take(handle):
            say("Une autre fenêtre installe déjà l’outil : patientez…")
            while not take(handle):
                time.sleep(0.3)
        yield


def take(handle: BinaryIO) -> bool:
    """Try to lock this file; false while another process holds it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as refusal:
        if refusal.errno not in (errno.EACCES, errno.EAGAIN):
            raise
        return False
    return True


def move(origin: Path, target: Path) -> None:
    """Rename a folder, waiting up to 5 s for the virus scanner that holds one of its new files on Windows."""
    for _ in range(10):
        with contextlib.suppress(PermissionError):
            origin.rename(target)
            return
        time.sleep(0.5)
    origin.rename(target)


def clear(folder: Path) -> None:
    """Remove a folder, as far as the system allows."""
    import shutil

    shutil.rmtree(folder, ignore_errors=True)


def run_pip(source: Source, target: Path) -> None:
    """Install from the wheels beside us alone, else with the network's help; what pip says goes to a log."""
    log = target.with_name("installation.log")
    pip, beside = find_pip(source.wheels), source.wheels.is_dir()
    say("Installation de l’outil sur ce poste (une à deux minutes, une seule fois) ", end="")
    for links in [("--no-index",), ()] if beside else [()]:
        clear(target)
        if wait_with_dots([*interpreter(pip, "pip"), *install_arguments(source, target), *links], log):
            say(" terminé.")
            return
    raise Stop(NOT_INSTALLED, cause=cause(log.read_text("utf-8", "replace")), log=os.path.realpath(log))


def install_arguments(source: Source, target: Path) -> list[str]:
    """Return what pip is told; binary packages only, since this PC has no compiler."""
    return [
        *("install", str(source.package), "--target", str(target), "--only-binary", ":all:"),
        *(("--find-links", str(source.wheels)) if source.wheels.is_dir() else ()),
        *(("--constraint", str(source.lock)) if source.lock.is_file() else ()),
        *("--no-input", "--disable-pip-version-check", "--progress-bar", "off", "--retries", "1", "--timeout", "20"),
    ]


def find_pip(wheels: Path) -> Path:
    """Find where to import pip from: the kit's wheel, this Python's packages, or the wheel that it keeps in reserve."""
    installed, reserve = importlib.util.find_spec("pip"), importlib.util.find_spec("ensurepip")
    found = sorted(wheels.glob("pip-*.whl"))
    if not found and installed and installed.origin:
        found = [Path(installed.origin).parent.parent]
    if not found and reserve and reserve.origin:
        found = sorted(Path(reserve.origin).parent.glob("_bundled/pip-*.whl"))
    if not found:
        raise Stop(NO_PIP, program=sys.executable, python=python_version(2))
    return found[-1]


def interpreter(folder: Path, module: str) -> list[str]:
    """Return the beginning of a command that runs this module out of this folder or wheel."""
    return [sys.executable, "-I", "-S", "-X", "utf8", "-c", AMORCE, str(folder), module]


def wait_with_dots(command: list[str], log: Path) -> bool:
    """Run a command, its words to the log, a dot every two seconds to the screen; true when it succeeds."""
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - our own Python
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
        while True:
            try:
                return process.wait(timeout=2) == FINE
            except subprocess.TimeoutExpired:
                say(".", end="")


def cause(words: str) -> str:
    """Find the French sentence for what pip or the system said."""
    sentence = next(sentence for pattern, sentence in CAUSES.items() if re.search(pattern, words))
    return sentence.format(folder=data_folder(), python=python_version(2))


def python_version(figures: int) -> str:
    """Return `3.11` (two figures) or `3.11.7` (three) of the Python at work."""
    return ".".join(map(str, sys.version_info[:figures]))


# What to work on


def dropped_on_windows(line: str) -> list[str]:
    r"""Split the rest of a `cmd /c ""…\Convertir.cmd" …"` line into paths.

    Explorer quotes a path only where it holds a space, so cmd itself would cut `R&D.xlsx` at its `&`.
    """
    line = re.sub('^"', "", line)  # of the launcher's own path
    if line.count('"') % 2:  # of the whole line
        line = "".join(line.rsplit('"', 1))
    return [quoted or plain for quoted, plain in re.findall(r'"([^"]*)"|([^\s"]+)', line)]


def jobs(arguments: list[str]) -> list[Job]:
    """Say what to do with what was dropped, or with the launcher's folder when nothing was."""
    workbooks, answers = sort_out(arguments) if arguments else (workbooks_here(), [])
    if answers:  # a workbook dropped with an answer says where the answer goes
        workbook = choose(workbooks or workbooks_here())
        return [Job(workbook, answer) for answer in answers]
    if not workbooks:
        raise Stop(NOTHING, UNUSABLE, folder=HERE)
    return [Job(workbook) for workbook in workbooks]


def sort_out(arguments: list[str]) -> tuple[list[Path], list[Path]]:
    """Return the workbooks and the portal's answers among what was dropped, after a word on the rest."""
    workbooks: list[Path] = []
    answers: list[Path] = []
    for path in (Path(argument).absolute() for argument in arguments):
        refusal = why_not_input(path)
        if refusal:
            say(f"« {path.name} » est laissé de côté : {refusal}.")
        else:
            (workbooks if is_workbook(path) else answers).append(path)
    return workbooks, answers


def workbooks_here() -> list[Path]:
    """Return the user's workbooks beside the launcher."""
    return sorted(file for file in HERE.iterdir() if is_workbook(file) and not why_not_input(file))


def is_workbook(path: Path) -> bool:
    """Judge by the name."""
    return path.suffix.lower() in WORKBOOK_SUFFIXES


def why_not_input(path: Path) -> str:
    """Say why this file is not one to work on, `""` when it is."""
    name = unicodedata.normalize("NFC", path.name).lower()
    if not path.is_file():
        return f"aucun fichier à cet endroit ({path})"
    if not is_workbook(path):
        return (
            "" if name.endswith(".json") else "ce n’est ni un classeur .xlsx ou .xlsm, ni une réponse .json du portail"
        )
    if name.startswith(("~$", ".")):
        return "c’est un fichier de travail d’Excel ou du système"
    if name.endswith(tuple(f" - contrôlé{suffix}" for suffix in WORKBOOK_SUFFIXES)):
        return "c’est une copie à regarder ; déposez le classeur d’origine"
    if name in MADE_BY_THE_TOOL or is_deposited(path):
        return "c’est un document que l’outil a produit"
    if path.parent.name.lower() == "sauvegardes":
        return "c’est une copie de secours ; pour la reprendre, recopiez-la à côté du lanceur"
    return ""


def is_deposited(path: Path) -> bool:
    """Tell our `depots` (it holds the registry) from a folder of that name in which the user works."""
    return any(folder.name.lower() == "depots" and (folder / "registre.sqlite").exists() for folder in path.parents)


def choose(candidates: list[Path]) -> Path:
    """Return the workbook that an answer belongs to; the user is asked when there are several."""
    if not candidates:
        raise Stop(NO_WORKBOOK, UNUSABLE, folder=HERE)
    if len(candidates) == 1:
        return candidates[0]
    if not interactive():
        raise Stop(WHICH_WORKBOOK, UNUSABLE, folder=HERE)
    say("À quel classeur appartient cette réponse du portail ?")
    for number, candidate in enumerate(candidates, 1):
        say(f"  {number}. {candidate.name}")
    return candidates[ask_number(len(candidates)) - 1]


def ask_number(last: int) -> int:
    """Ask until a number from 1 to `last` is typed."""
    while True:
        answer = ask(f"Tapez son numéro (1 à {last}), puis Entrée (q puis Entrée pour abandonner) : ")
        if answer == "q":
            raise Stop(ABANDONED, INTERRUPTED)
        if answer.isdecimal() and 1 <= int(answer) <= last:
            return int(answer)


# The work


def run(source: Source, job: Job) -> int:
    """Do one job, again as long as it is refused and the user wants it; open what it wrote."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "rapport.json"
        arguments = [*job.arguments(), "--rapport", str(report)]
        say(f"\n{job.title()}")
        code = run_tool(source, arguments)
        while code == REFUSED and wants_again(job.workbook):
            code = run_tool(source, arguments)
        outcome = json.loads(report.read_text("utf-8")) if report.is_file() else {}
    if code not in EXIT_CODES or (code == TO_CORRECT and not outcome):
        say(UNFORESEEN)
    elif outcome and interactive():
        open_results(outcome, job.workbook)
    return code


def run_tool(source: Source, arguments: list[str]) -> int:
    """Return the tool's exit code; an environment that lacks something is made anew, once."""
    place = environment(source)
    if not holds(place, source):
        install(source, place, instead_of=identity(place))
    seen = identity(place)
    command = [*interpreter(place, "converter"), *arguments]
    code = subprocess.call(command)  # noqa: S603 - our own Python
    if code == BROKEN:
        say("L’installation de l’outil est abîmée : elle est refaite.")
        install(source, place, instead_of=seen)
        code = subprocess.call(command)  # noqa: S603 - likewise
    if code == BROKEN:
        raise Stop(DOES_NOT_START, folder=os.path.realpath(place))
    return code


def wants_again(workbook: Path) -> bool:
    """Ask whether what stood in the way is mended (mostly: Excel is closed)."""
    if not interactive():
        return False
    if any((workbook.parent / pattern.format(workbook.name)).exists() for pattern in LOCK_FILES):
        advice = "Fermez le classeur dans Excel"
    else:
        advice = "Suivez le conseil ci-dessus (le classeur ouvert dans Excel : fermez-le)"
    return ask(f"{advice}, puis appuyez sur Entrée pour réessayer (q puis Entrée pour abandonner) : ") != "q"


# The end


def open_results(outcome: dict[str, Any], workbook: Path) -> None:
    """Open the workbook when something is to be corrected in it, and the folder of what is to be uploaded."""
    annotated = outcome.get("annote", outcome["classeur"])  # null where nothing could be written
    if annotated and any(issue["gravite"] == "erreur" for issue in outcome["anomalies"]):
        open_for_user(workbook.parent / annotated)
    folders = {(workbook.parent / deposit["json"]).parent for deposit in outcome["depots"]}
    if folders:
        first = min(folders)
        open_for_user(first if len(folders) == 1 else first.parent)


def open_for_user(path: Path) -> None:
    """Open a file or folder as a double-click would, or say where it is."""
    try:
        double_click(path)
    except OSError:
        say(f"À ouvrir : {path}")


def double_click(path: Path) -> None:
    """Hand the path to the desktop; an `OSError` where there is none."""
    if sys.platform == "win32":
        os.startfile(path)  # noqa: S606 - what a double-click does
        return
    if sys.platform != "darwin" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise FileNotFoundError(path)
    opener = "open" if sys.platform == "darwin" else "xdg-open"
    subprocess.Popen([opener, str(path)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 - likewise


def interactive() -> bool:
    """Tell whether someone sits before the window."""
    return sys.stdin.isatty() and not os.environ.get("CI") and UNATTENDED not in sys.argv


def say(sentence: str, end: str = "\n") -> None:
    """Show at once, since the tool writes to the same window."""
    print(sentence, end=end, flush=True)  # noqa: T201 - the window is the interface


def ask(question: str) -> str:
    """Return what the user types; `q` when the window gives nothing more."""
    say(question, end="")
    return (sys.stdin.readline() or "q").strip().lower()


def check_python() -> None:
    """Stop where this Python cannot run the tool."""
    if sys.version_info < (3, 11):  # noqa: UP036 - someone may well run it with an older one
        raise Stop(TOO_OLD, found=python_version(3), program=sys.executable)
    if sys.maxsize < 2**32:
        raise Stop(NOT_64_BITS, program=sys.executable)


def main(arguments: list[str]) -> int:
    """Do what was asked and keep the window open until it is read."""
    try:
        check_python()
        todo, source = jobs(arguments), find_source()
        code = max([run(source, job) for job in todo])
    except Stop as stop:
        say(f"\n{stop}")
        code = stop.code
    except OSError as refusal:
        say(f"\n{cause(str(refusal))}\n{refusal}")
        code = REFUSED
    except KeyboardInterrupt:
        say(f"\n{ABANDONED}")
        code = INTERRUPTED
    keep_open()
    return code


def keep_open() -> None:
    """Leave the window to be read."""
    if interactive():
        ask("\nAppuyez sur Entrée pour fermer cette fenêtre. ")


def show_bug(kind: type[BaseException], bug: BaseException, trace: TracebackType | None) -> None:
    """Show a mistake of this program before the window closes."""
    sys.__excepthook__(kind, bug, trace)
    say(UNFORESEEN)
    keep_open()


if __name__ == "__main__":
    sys.excepthook = show_bug
    line = os.environ.pop("SEGUR_HOP_DEPOSES", None)  # set by Convertir.cmd
    dropped = sys.argv[1:] if line is None else dropped_on_windows(line)
    sys.exit(main([argument for argument in dropped if argument != UNATTENDED]))
