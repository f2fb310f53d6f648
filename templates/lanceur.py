"""The road behind the three launchers: do what was dropped, or chosen from the menu, with the libraries of the kit.

Standard library only, in a syntax that Python 3.8 still reads, so that an old Python can be told that it is too old.
A kit without libraries for the Python at work makes a private environment once: a plain folder filled by `pip install
--target`, never a venv: it needs no `venv` module (absent from the embeddable Python and from Debian's), holds no
absolute path, and so is built aside and published by one rename.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import importlib.util
import itertools
import json
import os
import re
import subprocess
import sys
import time
import unicodedata
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Callable, Iterable, Iterator, NamedTuple, Sequence  # noqa: UP035 - Python 3.8

HERE = Path(__file__).absolute().parent  # not resolved: a mapped drive keeps its letter
UNATTENDED = "--sans-attente"
EXIT_CODES = FINE, TO_CORRECT, UNUSABLE, REFUSED = range(4)  # of the tool
STAMP = "empreinte.txt"  # in an environment: what it was made from
BROKEN = 86  # of AMORCE: the environment lacks something
BLOCKED = 87  # of AMORCE: a security policy of this PC refuses one of its files
INTERRUPTED = 130
CONFLICTS = ("S011", "S020")  # of the tool: an answer that contradicts another
ANSWERS = b'name="Correspondance"'  # in a workbook: the sheet that says where columns go
FOREIGN = ("F003", "F009")  # of the tool: a format that it only takes over, no sheet of the model

WORKBOOK_SUFFIXES = (".xlsx", ".xlsm")
LIBREOFFICE = ".ods"
COUSINS = (".xls", ".xlsb", LIBREOFFICE, ".csv")  # the tool says what to do with each
BINARIES = (".exe", ".dll", ".pyd")  # what a policy judges
MADE_BY_THE_TOOL = ("bordereau.xlsx", "suivi.xlsx")
LOCK_FILES = ("~${}", ".~lock.{}#")  # left beside an open workbook by Excel, by LibreOffice

# What Windows says, in English or French, when AppLocker (1260) or WDAC (4551) refuses a file.
POLICY = r"WinError (4551|1260)\b|Application Control policy|contrôle d.application|group policy|stratégie de groupe"

# Runs a module out of some folders (or wheels), see `interpreter`: what is installed beside the user's Python stays out
# (-S), and so do PYTHONPATH and the folder of the launcher (-I), where anyone may drop a json.py.
AMORCE = f"""
import json, re, runpy, sys
sys.path.extend(json.loads(sys.argv.pop(1)))
try:
    runpy.run_module(sys.argv.pop(1), run_name="__main__", alter_sys=True)
except (ImportError, OSError) as absent:
    if re.search({POLICY!r}, str(absent), re.IGNORECASE):
        print(absent, file=sys.stderr)
        sys.exit({BLOCKED})
    if not isinstance(absent, ImportError):
        raise
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
KIT_DAMAGED = (
    "Le kit est abîmé : un fichier manque au dossier « {folder} », ou ne va pas avec ce poste. Recopiez le kit"
    " complet ; si cela revient, un antivirus l’a peut-être retiré : transmettez les lignes ci-dessus à votre service"
    " informatique."
)
POLICY_REFUSES = (
    "La politique de sécurité de ce poste (AppLocker ou WDAC) bloque des fichiers de l’outil, qui ne sont pas signés :"
    " rien n’a été fait. Transmettez ceci à votre service informatique, avec la liste des {count} fichiers à autoriser"
    " (chemin et empreinte SHA-256) : {list}"
)
OUTDATED_LIBRARIES = (
    "Ce kit n’est pas à jour : l’outil y a été renouvelé, ses bibliothèques non. Demandez à qui vous l’a remis un kit"
    " refait « hors ligne »."
)
NEWER_WORKBOOK = (
    "Ce kit n’est pas à jour : « {name} » a été fait par la version {theirs} de l’outil, et ce kit a la version {ours}."
    " Demandez un kit à jour à qui vous l’a remis."
)
NEWER_TOOL = (
    "Ce kit n’est pas à jour : la version {theirs} de l’outil a déjà servi sur ce poste, et ce kit a la version {ours}."
    " Demandez un kit à jour à qui vous l’a remis."
)
ANSWERED = "La feuille Correspondance de « {name} » dit où vont ses colonnes."
RENEWED = "Continuez dans « {workbook} » ; « {about} » reste tel quel, et ne sert plus."
NOT_FOLLOWED = "Les dépôts n’ont pas pu être lus : suivez le conseil ci-dessus."
NO_DEPOSIT = {
    "annulable": "Aucun dépôt de « {name} » ne peut être annulé : aucun n’est fait, ou le portail a répondu à tous.",
    "present": "« {name} » n’a aucun dépôt.",
}
NO_GUIDE = "Le guide n’est pas dans « {folder} » : recopiez le kit complet."
NOTHING = "Rien à convertir : remplissez le classeur dans « {folder} », ou déposez un classeur sur le lanceur."
NO_WORKBOOK = "Aucun classeur dans « {folder} » : déposez ensemble la {what} et son classeur."
WHICH_WORKBOOK = "Plusieurs classeurs dans « {folder} » : déposez ensemble la {what} et son classeur."
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
    """One call of the tool: what to do with a workbook, with which answer, deposit, list or old file, and how."""

    command: str
    workbook: Path
    about: str = ""
    how: str = ""

    def arguments(self) -> list[str]:
        """Return the tool's command and its files."""
        about = [self.about] if self.about else []
        if self.command == RENEW:
            told = earlier(Path(self.about))
            return [
                RENEW,
                "--depuis",
                *about,
                "-o",
                str(self.workbook),
                *(["--correspondance", str(told)] if told else []),
            ]
        if self.command == "suivi":
            payments = [PAYMENTS, *about] if about else []
            return ["suivi", str(self.workbook), "-o", str(self.follow_up()), *payments]
        if self.how == REMAKE:
            return [self.command, str(self.workbook), REMAKE, *about]
        return [self.command, *about, str(self.workbook), *([self.how] if self.how else [])]

    def follow_up(self) -> Path:
        """Return where the follow-up of the workbook is written."""
        return self.workbook.with_name("suivi.xlsx")

    def title(self) -> str:
        """Return what the user is told before."""
        kind = self.how or (PAYMENTS if self.command == "suivi" and self.about else self.command)
        return TITLES[kind].format(workbook=self.workbook.name, about=Path(self.about).name)


RENEW = "modele"
REFUSED_WHOLE, REPLACE, REMAKE, PAYMENTS = "--refuse-en-bloc", "--remplacer", "--refaire-zips", "--paiements"
TITLES = {
    "valider": "Vérification de « {workbook} », sans rien déposer…",
    "convertir": "Contrôle et conversion de « {workbook} »…",
    "suivi": "Suivi de « {workbook} »…",
    "annuler": "Annulation du dépôt {about} de « {workbook} »…",
    "retour": "Réponse du portail « {about} » reportée dans « {workbook} »…",
    REFUSED_WHOLE: "Dépôt {about} refusé en entier : ses demandes sont reprises dans « {workbook} »…",
    REPLACE: "Réponse du portail « {about} » reportée dans « {workbook} », à la place de la précédente…",
    REMAKE: "Zips du dépôt {about} refaits…",
    PAYMENTS: "Liste de paiements « {about} » inscrite dans « {workbook} »…",
    RENEW: "Données de « {about} » reprises dans un classeur neuf, « {workbook} »…",
}


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


def target() -> str:
    """Return the name of the folder of libraries made for this system and Python: `windows-3.13`."""
    if sys.platform == "win32":
        system = "windows" if "AMD64" in sys.version else "windows-arm"
    elif sys.platform == "darwin":
        system = "macos-arm" if os.uname().machine == "arm64" else "macos-intel"
    else:
        system = "linux" if os.uname().machine == "x86_64" else "linux-autre"
    return f"{system}-{python_version(2)}"


def unpacked(source: Source) -> list[Path]:
    """Return the folders of the kit that hold our code and its libraries, none where they are not of one making."""
    ours, libraries = HERE / "bibliotheques" / "segur-hop", HERE / "bibliotheques" / target()
    stamp = libraries / STAMP
    made_of = stamp.read_bytes() if stamp.is_file() else b""
    same = source.lock.is_file() and made_of == source.lock.read_bytes()
    return [ours, libraries] if same and (ours / f"segur_hop-{source.version}.dist-info").is_dir() else []


def warnings(source: Source, todo: list[Job]) -> Iterator[str]:
    """Say what is out of date in this kit, beside what it works on."""
    if (HERE / "bibliotheques" / target()).is_dir() and not unpacked(source):
        yield OUTDATED_LIBRARIES
    for workbook in dict.fromkeys(job.workbook for job in todo):
        theirs = workbook_version(workbook)
        if numbers(theirs) > numbers(source.version):
            yield NEWER_WORKBOOK.format(name=workbook.name, theirs=theirs, ours=source.version)
    used = [place.name.split("-")[0] for place in data_folder().glob("[0-9]*-*")]
    newest = max(used, key=numbers, default="0")
    if numbers(newest) > numbers(source.version):
        yield NEWER_TOOL.format(theirs=newest, ours=source.version)


def workbook_version(workbook: Path) -> str:
    """Return the version of the tool that laid a workbook out, `0` where it does not say."""
    said = member(workbook, "docProps/custom.xml").decode("utf-8", "replace")
    found = re.search(r'name="segur-hop\.version"[^>]*>\s*<[^>]*>([0-9.]+)<', said)
    return found[1] if found else "0"


def member(workbook: Path, name: str) -> bytes:
    """Return a part of a workbook, nothing where it has none."""
    import zipfile

    try:
        with zipfile.ZipFile(workbook) as package:
            return package.read(name)
    except (OSError, KeyError, zipfile.BadZipFile):
        return b""


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
        if wait_with_dots([*interpreter("pip", pip), *install_arguments(source, target), *links], log):
            say(" terminé.")
            return
    raise Stop(NOT_INSTALLED, cause=cause(log.read_text("utf-8", "replace")), log=os.path.realpath(log))


def install_arguments(source: Source, target: Path) -> list[str]:
    """Return what pip is told; binary packages only, since this PC has no compiler."""
    return [
        *("install", str(source.package), "--target", str(target), "--only-binary", ":all:"),
        *(("--find-links", str(source.wheels)) if source.wheels.is_dir() else ()),
        *(("--constraint", str(source.lock)) if source.lock.is_file() else ()),
        "--no-warn-conflicts",  # with what else this Python has: the tool never sees it, and to compare takes long
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


def interpreter(module: str, *folders: Path, options: tuple[str, ...] = ()) -> list[str]:
    """Return the beginning of a command that runs this module out of these folders or wheels."""
    places = json.dumps([str(folder) for folder in folders])
    return [sys.executable, "-I", "-S", "-X", "utf8", *options, "-c", AMORCE, places, module]


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
    """Say what to do with what was dropped; the user is asked when nothing was, or the folder converted unasked."""
    if arguments:
        return dropped_jobs(*sort_out(arguments))
    return chosen_jobs() if interactive() else each("convertir", workbooks_here())


def dropped_jobs(workbooks: list[Path], brought: list[Path]) -> list[Job]:
    """Convert the workbooks, unless answers or payments came along: then one workbook says where they go."""
    if brought:
        workbook = home_of(brought[0], workbooks or workbooks_here())
        return [Job("suivi" if is_list(file) else "retour", workbook, str(file)) for file in brought]
    return each("convertir", workbooks)


def is_list(path: Path) -> bool:
    """Tell a list of payments by its name: no workbook that the tool reads is a .csv."""
    return path.suffix.lower() == ".csv"


def each(command: str, workbooks: list[Path]) -> list[Job]:
    """Do the same with each workbook; there must be one. Checking one of LibreOffice makes an .xlsx to go on with."""
    if not workbooks:
        raise Stop(NOTHING, UNUSABLE, folder=HERE)
    return [Job("valider" if book.suffix.lower() == LIBREOFFICE else command, book) for book in workbooks]


def sort_out(arguments: list[str]) -> tuple[list[Path], list[Path]]:
    """Return the workbooks, and the answers and lists of payments, among what was dropped; say what is none."""
    workbooks: list[Path] = []
    brought: list[Path] = []
    for path in (Path(argument).absolute() for argument in arguments):
        held = workbooks_in(path) if path.is_dir() else []
        refusal = "" if held else why_not_input(path)
        if refusal:
            say(f"« {path.name} » est laissé de côté : {refusal}.")
        elif held or (is_workbook(path, COUSINS) and not is_list(path)):
            workbooks += held or [path]
        else:
            brought.append(path)
    return workbooks, brought


def workbooks_here() -> list[Path]:
    """Return the user's workbooks beside the launcher."""
    return workbooks_in(HERE)


def workbooks_in(folder: Path) -> list[Path]:
    """Return the workbooks of a folder, or else what is almost one, of which the tool says what to do."""
    files = [file for file in sorted(folder.iterdir()) if not why_not_input(file)]
    return [file for file in files if is_workbook(file)] or [file for file in files if is_workbook(file, COUSINS)]


# The menu

MENU = (
    "Vérifier le classeur, sans rien déposer",
    "Convertir : vérifier, puis préparer les dépôts pour le portail",
    "Suivi : où en est chaque demande",
    "Annuler un dépôt : jamais envoyé au portail, ou refusé par lui en entier",
    "Rapporter une réponse du portail dans le classeur",
    "Inscrire une liste de paiements dans le classeur",
    "Refaire les zips d’un dépôt, perdus ou abîmés",
    "Reprendre un ancien classeur, ou votre propre liste, dans un classeur neuf",
    "Ouvrir le guide",
)
CHECK, CONVERT, FOLLOW, WITHDRAW, ANSWER, PAID, ZIPS, TAKE_OVER, GUIDE = range(1, 10)
WHY = (
    "Il n’a jamais été envoyé au portail",
    "Le portail l’a refusé en entier, sans lire ses demandes (aucune n’a reçu de réponse)",
)


def chosen_jobs() -> list[Job]:
    """Ask what to do; none where it is done already."""
    say("Que voulez-vous faire ?")
    show_numbered(MENU)
    action = ask_number(len(MENU), usual=CONVERT)
    if action == GUIDE:
        open_guide()
        return []
    if action == TAKE_OVER:
        return [renewal(ask_file("l’ancien classeur ou votre liste (.xlsx, .xls, .ods ou .csv)", why_not_old))]
    if action in (CHECK, CONVERT):
        return each("valider" if action == CHECK else "convertir", workbooks_here())
    workbook = choose(workbooks_here(), "De quel classeur s’agit-il ?")
    return [job_about(action, workbook)]


def job_about(action: int, workbook: Path) -> Job:
    """Ask what the action needs beside the workbook."""
    if action == FOLLOW:
        return Job("suivi", workbook)
    if action == ANSWER:
        return Job("retour", workbook, str(ask_answer()))
    if action == PAID:
        return Job("suivi", workbook, str(ask_file("la liste (.xlsx ou .csv)", why_not_list)))
    if action == ZIPS:
        return Job("convertir", workbook, ask_deposit(workbook, "Les zips de quel dépôt ?", "present"), REMAKE)
    depot = ask_deposit(workbook, "Quel dépôt annuler ?", "annulable")
    say("Pourquoi l’annuler ?")
    show_numbered(WHY)
    return Job("annuler", workbook, depot, REFUSED_WHOLE if ask_number(len(WHY)) == len(WHY) else "")


def renewal(old: Path) -> Job:
    """Take an old file over into the first workbook of its names that is not there yet."""
    return Job(RENEW, next(path for path in renewed(old) if not path.exists()), str(old))


def renewed(old: Path) -> Iterator[Path]:
    """Yield the names, beside an old file, of the workbooks that take it over, one after the other."""
    if not is_workbook(old):
        yield old.with_suffix(".xlsx")
    yield old.with_name(f"{old.stem} - repris.xlsx")
    for rank in itertools.count(2):
        yield old.with_name(f"{old.stem} - repris {rank}.xlsx")


def earlier(old: Path) -> Path | None:
    """Return the last workbook that took an old file over and says on a sheet where its columns go."""
    made = list(itertools.takewhile(os.path.exists, renewed(old)))
    return next((path for path in reversed(made) if ANSWERS in member(path, "xl/workbook.xml")), None)


def show_numbered(lines: Iterable[str]) -> None:
    """List what the user chooses from."""
    for number, line in enumerate(lines, 1):
        say(f"  {number}. {line}")


def open_guide() -> None:
    """Open the guide of the kit."""
    guide = HERE / "Guide.html"
    if not guide.is_file():
        raise Stop(NO_GUIDE, UNUSABLE, folder=HERE)
    open_for_user(guide)


def ask_answer() -> Path:
    """Ask for the portal's answer, among those found here and downloaded, or dragged into the window."""
    recent = recent_answers()
    if recent:
        say("Quelle réponse du portail ? Les plus récentes d’abord :")
        show_numbered(f"{file.name}, dans « {file.parent.name} », du {day(file)}" for file in recent)
    return ask_file("le fichier .json", why_not_answer, recent)


def ask_file(what: str, why_not: Callable[[Path], str], listed: Sequence[Path] = ()) -> Path:
    """Ask for a file, dragged into the window or of those listed, until it is one that will do."""
    start = "Tapez son numéro, ou faites" if listed else "Faites"
    while True:
        said = ask(f"{start} glisser ici {what}, puis Entrée (q pour abandonner) : ")
        give_up_at_q(said)
        if said.isdecimal() and 1 <= int(said) <= len(listed):
            return listed[int(said) - 1]
        path = dragged(said)
        refusal = no_file(path) or why_not(path)
        if said and not refusal:
            return path
        if said:
            say(f"« {path.name or path} » : {refusal}.")


def no_file(path: Path) -> str:
    """Say what stands where a file is meant, `""` when it is one."""
    if os.path.isdir(path):  # noqa: PTH112 - false, where `Path` raises at a name too long
        return "c’est un dossier, il faut un fichier"
    return "" if os.path.isfile(path) else f"aucun fichier à cet endroit ({path})"  # noqa: PTH113 - likewise


def why_not_answer(path: Path) -> str:
    """Say why this file is no answer of the portal."""
    return why_not_input(path) or ("c’est un classeur, pas une réponse" if is_workbook(path, COUSINS) else "")


def why_not_list(path: Path) -> str:
    """Say why this file is no list of payments."""
    return "" if is_workbook(path, COUSINS) else "ce n’est pas une liste .xlsx ou .csv"


def why_not_old(path: Path) -> str:
    """Say why the data of this file cannot be taken over; a copy's, or those of what the tool made, can."""
    return "" if is_workbook(path, COUSINS) else "ce n’est ni un classeur, ni une liste .csv"


def recent_answers() -> list[Path]:
    """Return what may be answers of the portal, here and among the downloads, the most recent first."""
    places = (HERE, Path.home() / "Downloads", Path.home() / "Téléchargements")
    found = [file for place in places if place.is_dir() for file in place.glob("JSON-*.json") if file.is_file()]
    return sorted(found, key=lambda file: -file.stat().st_mtime)[:8]


def day(file: Path) -> str:
    """Return the day of a file, the French way."""
    return time.strftime("%d/%m/%Y", time.localtime(file.stat().st_mtime))


def dragged(said: str) -> Path:
    """Return the path that a terminal types when a file is dragged into it: quoted, or escaped by backslashes."""
    plain = said.strip("\"' ")
    if sys.platform != "win32" and plain == said:
        plain = re.sub(r"\\(.)", r"\1", plain)
    plain = plain.replace("'\\''", "'")  # how a shell writes an apostrophe between quotes
    return Path(os.path.expanduser(plain)).absolute()  # noqa: PTH111 - `Path` raises at an unknown user


def ask_deposit(workbook: Path, question: str, which: str) -> str:
    """Ask which deposit is meant, of those that the report says this of."""
    code, told = call_with_report(find_source(), ["suivi", str(workbook), "--quiet"])
    if code != FINE:
        raise Stop(NOT_FOLLOWED, code if code in EXIT_CODES else REFUSED)
    meant = [deposit for deposit in told["depots"] if deposit[which]]
    if not meant:
        raise Stop(NO_DEPOSIT[which], UNUSABLE, name=workbook.name)
    say(question)
    show_numbered(
        f"{deposit['depot']}, du {deposit['jour']}, {deposit['montant']} HT : {shortened(deposit['demandes'])}"
        for deposit in meant
    )
    return str(meant[ask_number(len(meant)) - 1]["depot"])


def shortened(requests: list[str]) -> str:
    """Name the first requests of a deposit, and how many more."""
    shown = 5
    more = f" et {len(requests) - shown} de plus" if len(requests) > shown else ""
    return f"demande{'s' if len(requests) > 1 else ''} {', '.join(requests[:shown])}{more}"


# What is dropped, what is chosen


def is_workbook(path: Path, more: tuple[str, ...] = ()) -> bool:
    """Judge by the name."""
    return path.suffix.lower() in (*WORKBOOK_SUFFIXES, *more)


def why_not_input(path: Path) -> str:
    """Say why this file is not one to work on, `""` when it is."""
    name = unicodedata.normalize("NFC", path.name).lower()
    if path.is_dir():
        return "ce dossier ne contient aucun classeur à convertir"
    if not path.is_file():
        return f"aucun fichier à cet endroit ({path})"
    if not is_workbook(path, COUSINS):
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


def home_of(brought: Path, candidates: list[Path]) -> Path:
    """Return the workbook that an answer or a list of payments belongs to."""
    what = "liste de paiements" if is_list(brought) else "réponse du portail"
    if not candidates or (len(candidates) > 1 and not interactive()):
        raise Stop(WHICH_WORKBOOK if candidates else NO_WORKBOOK, UNUSABLE, folder=HERE, what=what)
    return choose(candidates, f"À quel classeur appartient cette {what} ?")


def choose(candidates: list[Path], question: str) -> Path:
    """Return the workbook that is meant; the user is asked when there are several."""
    if not candidates:
        raise Stop(NOTHING, UNUSABLE, folder=HERE)
    if len(candidates) == 1:
        return candidates[0]
    say(question)
    show_numbered(candidate.name for candidate in candidates)
    return candidates[ask_number(len(candidates)) - 1]


def ask_number(last: int, usual: int = 0) -> int:
    """Ask until a number from 1 to `last` is typed; Entrée alone stands for the usual one, where there is one."""
    prompt = f"Tapez son numéro (1 à {last}), puis Entrée (q puis Entrée pour abandonner) : "
    if usual:
        prompt = f"Tapez un numéro, puis Entrée (Entrée seule : {usual} ; q puis Entrée pour fermer) : "
    while True:
        answer = ask(prompt)
        give_up_at_q(answer)
        if usual and not answer:
            return usual
        if answer.isdecimal() and 1 <= int(answer) <= last:
            return int(answer)


def give_up_at_q(answer: str) -> None:
    """Stop where the user wants to."""
    if answer.lower() == "q":
        raise Stop(ABANDONED, INTERRUPTED)


# The work


def run(source: Source, job: Job) -> int:
    """Do one job, again as long as it is refused and the user wants it; open what it wrote."""
    say(f"\n{job.title()}")
    code, outcome = attempt(source, job)
    while code == REFUSED and wants_again(job.workbook):
        code, outcome = attempt(source, job)
    if code not in EXIT_CODES or (code == TO_CORRECT and not outcome):
        say(UNFORESEEN)
    elif wants_replaced(outcome, job):
        return run(source, job._replace(how=REPLACE))
    elif wants_renewed(outcome, job):
        return run(source, renewal(job.workbook))
    elif outcome and interactive():
        open_results(outcome, job)
    return code


def attempt(source: Source, job: Job) -> tuple[int, dict[str, Any]]:
    """Return the tool's exit code and its report, which is but the name of a workbook that took an old one over."""
    if job.command != RENEW:
        return call_with_report(source, job.arguments())
    old = Path(job.about)
    told = earlier(old)
    if told:
        say(ANSWERED.format(name=told.name))
    code = run_tool(source, job.arguments())
    if code != FINE:
        return code, {}
    say(RENEWED.format(workbook=job.workbook.name, about=old.name))
    return code, {"classeur": str(job.workbook)}


def call_with_report(source: Source, arguments: list[str]) -> tuple[int, dict[str, Any]]:
    """Return the tool's exit code and its report, empty where it wrote none."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "rapport.json"
        code = run_tool(source, [*arguments, "--rapport", str(report)])
        return code, json.loads(report.read_text("utf-8")) if report.is_file() else {}


def run_tool(source: Source, arguments: list[str]) -> int:
    """Return the tool's exit code, run out of the kit where that holds its libraries."""
    places = unpacked(source)
    code = call(places, arguments, *bytecode_apart()) if places else run_installed(source, arguments)
    if code == BLOCKED:
        raise Stop(POLICY_REFUSES, REFUSED, **list_binaries([HERE / "python", *(places or [environment(source)])]))
    if code == BROKEN:
        raise Stop(KIT_DAMAGED, folder=HERE / "bibliotheques")
    return code


def run_installed(source: Source, arguments: list[str]) -> int:
    """Return the tool's exit code; an environment that lacks something is made anew, once."""
    place = environment(source)
    if not holds(place, source):
        install(source, place, instead_of=identity(place))
    seen = identity(place)
    code = call([place], arguments)
    if code == BROKEN:
        say("L’installation de l’outil est abîmée : elle est refaite.")
        install(source, place, instead_of=seen)
        code = call([place], arguments)
    if code == BROKEN:
        raise Stop(DOES_NOT_START, folder=os.path.realpath(place))
    return code


def call(places: list[Path], arguments: list[str], *options: str) -> int:
    """Run the tool in this window; stopped by Ctrl-C, as we are, it is left the time to put everything in order."""
    command = interpreter("converter", *places, options=options)
    with subprocess.Popen([*command, *arguments]) as tool:  # noqa: S603 - our own Python
        try:
            return tool.wait()
        except KeyboardInterrupt:
            tool.wait()  # `subprocess.call` would kill it
            raise


def bytecode_apart() -> tuple[str, str]:
    """Return what keeps bytecode on this user's disk: many share the kit, perhaps none may write there."""
    return "-X", f"pycache_prefix={data_folder() / 'bytecode'}"


def list_binaries(folders: list[Path]) -> dict[str, object]:
    """Write the list of the files that a policy has to allow, beside the launcher or else where we may write."""
    found = [file for folder in folders for file in sorted(folder.rglob("*")) if file.suffix.lower() in BINARIES]
    files = list(dict.fromkeys([Path(sys.executable), *found]))
    lines = "".join(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file}\n" for file in files)
    for folder in (HERE, data_folder()):
        path = folder / "fichiers-a-autoriser.txt"
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            path.write_text(lines, "utf-8")
            return {"count": len(files), "list": path}
    return {"count": len(files), "list": f"\n{lines}"}


def wants_again(workbook: Path) -> bool:
    """Ask whether what stood in the way is mended (mostly: Excel is closed)."""
    if not interactive():
        return False
    if any((workbook.parent / pattern.format(workbook.name)).exists() for pattern in LOCK_FILES):
        advice = "Fermez le classeur dans Excel"
    else:
        advice = "Suivez le conseil ci-dessus (le classeur ouvert dans Excel : fermez-le)"
    return ask(f"{advice}, puis appuyez sur Entrée pour réessayer (q puis Entrée pour abandonner) : ").lower() != "q"


def wants_replaced(outcome: dict[str, Any], job: Job) -> bool:
    """Ask whether an answer that contradicts what is known is to take its place."""
    if job.command != "retour" or job.how or found_in(outcome).isdisjoint(CONFLICTS) or not interactive():
        return False
    say("Cette réponse contredit ce qui est déjà connu (voir ci-dessus) : rien n’en a été remplacé.")
    return says_yes("Si vous l’avez vérifiée sur le portail, tapez OUI pour qu’elle le remplace ; sinon Entrée : ")


def wants_renewed(outcome: dict[str, Any], job: Job) -> bool:
    """Ask whether the data of a workbook that is not ours are to be taken over at once."""
    if found_in(outcome).isdisjoint(FOREIGN) or not interactive():
        return False
    new = renewal(job.workbook).workbook.name
    say(f"Les données de « {job.workbook.name} » peuvent être reprises dans un classeur neuf, « {new} ».")
    return says_yes("Tapez OUI pour le faire maintenant ; sinon Entrée : ")


def found_in(outcome: dict[str, Any]) -> set[str]:
    """Return the codes of what the tool found."""
    return {str(issue.get("code")) for issue in outcome.get("anomalies", ())}


def says_yes(question: str) -> bool:
    """Tell whether the user types the whole word, in capitals or not."""
    return ask(question).casefold() == "oui"


# The end


def open_results(outcome: dict[str, Any], job: Job) -> None:
    """Open the workbook when something is to be corrected in it, and the folder of what is to be uploaded."""
    workbook = job.workbook
    if job.command == "suivi":
        open_for_user(job.follow_up())
        return
    if job.command == RENEW:
        open_for_user(workbook)
        return
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
    return (sys.stdin.readline() or "q").strip()


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
        for warning in warnings(source, todo):
            say(f"\n{warning}")
        code = max([run(source, job) for job in todo], default=FINE)
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
    with contextlib.suppress(KeyboardInterrupt):
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
