"""Kill a conversion of 450 requests at random moments, run again, and count what went wrong: by hand, it takes minutes.

    python -m tests.support.kill [--fois 200] [--graine 1] [--depot 400 [--lignes]]

Each round is a fresh folder: `convertir` over the sample of 450 requests (three JSON files) in a process of its own is
killed with SIGKILL at a random moment, in one round of three once more while it recovers; then one run is left to
finish. Deposits and workbook are looked at right after each kill and at the end.

With `--depot N` the deposit of N requests alone is run, and no workbook ever learns of it, so that every run has to
know from the registry what was converted already; with `--lignes` it is killed at a random line of our code.
"""

import argparse
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, Protocol

import msgspec
from openpyxl import load_workbook

from converter import cli, portal
from converter.checking.demande import Demande
from converter.depositing import deposit
from converter.issues import Place
from converter.reading import workbook
from converter.registry.fingerprint import empreinte
from converter.registry.found import measure
from converter.registry.reconcile import Ligne, reconcile
from converter.registry.store import EtatDepot
from converter.spec.programme import FIGES, Etat
from converter.spec.sheets import DATA_SHEETS
from converter.spec.tags import tool_columns
from converter.system.processes import Workers
from tests.support.lots import JOUR, SHAPE, demandes, in_lots

SAMPLE = Path(__file__).parents[2] / "samples" / "450-demandes"
OURS = (
    "store.py",
    "deposit.py",
    "building.py",
    "moving.py",
    "found.py",
    "lock.py",
    "pack.py",
    "zip_file.py",
    "refusals.py",
)


def run(dossier: Path, requests: tuple[Demande, ...]) -> int:
    """Convert what is still to be converted, as a second double-click would; return how many requests that was."""
    with Workers() as workers, deposit.open_depots(dossier, SHAPE) as depots:
        rows = [Ligne(Place(), request.numero, empreinte(request).valeurs) for request in requests]
        statuts = reconcile(rows, depots.registre.memory()).statuts
        waiting = [request for request, statut in zip(requests, statuts, strict=True) if statut.etat not in FIGES]
        if waiting:
            deposit.convert(depots, in_lots(*waiting), JOUR, lambda _: None, workers)
        return len(waiting)


def _forked(work: Callable[[], Any]) -> int:
    """Do the work in a process of its own; return its number."""
    child = os.fork()
    if child == 0:
        work()
        os._exit(0)
    return child


def killed_after(seconds: float, work: Callable[[], Any]) -> bool:
    """Do the work in a process of its own, killed after so many seconds; tell whether it was still at it."""
    child = _forked(work)
    timer = threading.Timer(seconds, os.kill, (child, signal.SIGKILL))
    timer.start()
    _, status = os.waitpid(child, 0)
    timer.cancel()
    return _was_killed(status)


def killed_once(come: Callable[[], bool], work: Callable[[], Any]) -> bool:
    """Do the work in a process of its own, killed once something has come about; tell whether it was still at it."""
    child = _forked(work)
    while not come():
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return _was_killed(status)
        time.sleep(0.005)
    os.kill(child, signal.SIGKILL)
    return _was_killed(os.waitpid(child, 0)[1])


def killed_at_line(line: int, work: Callable[[], Any]) -> bool:
    """Do the work in a process of its own, killed at the so-manieth line of our code that it comes to."""

    def traced() -> None:
        sys.settrace(_Countdown(line))
        work()

    return _was_killed(os.waitpid(_forked(traced), 0)[1])


def _was_killed(status: int) -> bool:
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return True
    assert os.waitstatus_to_exitcode(status) == 0, "the run failed by itself"
    return False


class _Countdown:
    """A trace function that counts the lines of our modules down to the kill."""

    def __init__(self, line: int) -> None:
        self.left = line

    def __call__(self, frame: FrameType, event: str, _: Any) -> "_Countdown | None":
        if not frame.f_code.co_filename.endswith(OURS):
            return None
        if event == "line":
            self.left -= 1
            if self.left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return self


def lines_of(work: Callable[[], Any]) -> int:
    """Return how many lines of our code the work comes to."""
    count = _Countdown(0)
    sys.settrace(count)
    try:
        work()
    finally:
        sys.settrace(None)
    return -count.left


def published(dossier: Path) -> list[Path]:
    """Return the folders of deposits that a user sees."""
    return sorted(path for path in dossier.glob("JSON-*") if path.is_dir())


def halves(dossier: Path) -> list[str]:
    """Return the deposits that a user sees and that are not whole."""
    return [folder.name for folder in published(dossier) if not _is_whole(folder)]


def _is_whole(folder: Path) -> bool:
    json = folder / f"{folder.name}.json"
    zips = sorted(folder.glob("PJ-*.zip"))
    if not json.exists() or not zipfile.is_zipfile(folder / "bordereau.xlsx"):
        return False
    report = portal.verify(json.read_bytes(), zips, shape=SHAPE, au=JOUR, nom=json.name, ouvrir=False)
    return report.conforme and len(list(folder.iterdir())) == len(zips) + 2


def numbers(dossier: Path) -> list[str]:
    """Return every numeroEditeur in the published JSON files, one for each time it is there."""
    return [numero for folder in published(dossier) for numero in numbers_of(folder)]


def numbers_of(folder: Path) -> list[str]:
    """Return every numeroEditeur in the JSON file of a deposit."""
    document = msgspec.json.decode((folder / f"{folder.name}.json").read_bytes())
    return [request["numeroEditeur"] for request in document["lignesImport"]]


def stage(dossier: Path) -> str:
    """Tell how far a killed run had come."""
    if not (dossier / "registre.sqlite").exists():
        return "before the registry"
    with_folders = "published" if published(dossier) else "nothing published"
    building = ", building" if (dossier / deposit.EN_COURS).exists() else ""
    return with_folders + building


def faults(dossier: Path, requests: tuple[Demande, ...]) -> list[str]:
    """Finish with two more runs and return what is wrong then."""
    wrong = []
    run(dossier, requests)
    if run(dossier, requests):
        wrong.append("a request is converted again and again")
    if halves(dossier):
        wrong.append("a half deposit at the end")
    if sorted(numbers(dossier)) != sorted(request.numero for request in requests):
        wrong.append("a number used twice, or a request left out")
    if (dossier / deposit.EN_COURS).exists():
        wrong.append("left-overs")
    return wrong + _registry_faults(dossier, requests)


def _registry_faults(dossier: Path, requests: tuple[Demande, ...]) -> list[str]:
    with deposit.open_depots(dossier, SHAPE) as depots:
        known = depots.registre.memory().faits
        states = {numero: fait.etat for numero, fait in known.items()}
        wrong = [] if states == {r.numero: Etat.CONVERTIE for r in requests} else ["the registry says otherwise"]
        for depot in depots.registre.depots():
            files = tuple(measure(dossier / depot.nom / fichier.nom) for fichier in depot.fichiers)
            if depot.etat is not EtatDepot.PUBLIE or files != depot.fichiers:
                wrong.append(f"{depot.nom} is not what the registry says")
    return wrong


class Scenario(Protocol):
    """Something to kill: how to prepare a folder for it, to run it, and to tell what is wrong then."""

    def prepare(self, folder: Path) -> None:
        """Make the folder that a round works in."""

    def run(self, folder: Path) -> object:
        """Run to the end."""

    def wrong_after_kill(self, folder: Path) -> list[str]:
        """Tell what is wrong right after a kill."""

    def wrong_at_end(self, folder: Path) -> list[str]:
        """Finish, and tell what is wrong then."""


@dataclass(frozen=True)
class DepotAlone:
    """The deposit of requests, by itself; the folder is that of the deposits."""

    requests: tuple[Demande, ...]

    def prepare(self, folder: Path) -> None:
        """Leave it to the run."""

    def run(self, folder: Path) -> object:
        return run(folder, self.requests)

    def wrong_after_kill(self, folder: Path) -> list[str]:
        return [f"{name} is half a deposit" for name in halves(folder)]

    def wrong_at_end(self, folder: Path) -> list[str]:
        return faults(folder, self.requests)


class Command:
    """`convertir` over the sample of 450 requests; the folder is that of the workbook."""

    def __init__(self) -> None:
        self.sample = SAMPLE / "demandes.xlsx"
        self.before = self.read(self.sample)
        self.whole = {self.sample.read_bytes()}
        """The workbooks that were read and have lost nothing."""

    @staticmethod
    def read(book: Path) -> dict[str, Any]:
        """Return what the vendor wrote, cell by cell, as two libraries read it."""
        load_workbook(book).close()
        tables = workbook.read(book).tables()
        own = {tag.nom for feuille in DATA_SHEETS for tag in tool_columns(feuille)}
        return {table.nom: table.brut.drop(columns=list(own & set(table.brut))).to_dict() for table in tables}

    def prepare(self, folder: Path) -> None:
        shutil.copytree(SAMPLE, folder, ignore=shutil.ignore_patterns("depots", "sauvegardes", "attendu"))

    def run(self, folder: Path) -> object:
        book, told = str(folder / "demandes.xlsx"), folder / "rapport.json"
        day = f"{JOUR:%d/%m/%Y}"
        code = cli.run(["convertir", book, "--date-depot", day, "--quiet", "--rapport", str(told)])
        if code:
            findings = msgspec.json.decode(told.read_bytes())["anomalies"]
            msg = f"exit code {code}: {Counter((each['code'], each['message']) for each in findings).most_common(5)}"
            raise AssertionError(msg)
        return code

    def wrong_after_kill(self, folder: Path) -> list[str]:
        return [f"{name} is half a deposit" for name in halves(folder / "depots")] + self._lost(folder)

    def wrong_at_end(self, folder: Path) -> list[str]:
        self.run(folder)
        sent = published(folder / "depots")
        self.run(folder)  # what was told of the kill is told no more
        settled = (folder / "demandes.xlsx").read_bytes()
        self.run(folder)
        wrong = self.wrong_after_kill(folder)
        if (settled, sent) != ((folder / "demandes.xlsx").read_bytes(), published(folder / "depots")):
            wrong.append("one more double-click changes something")
        if sorted(numbers(folder / "depots")) != [f"{n:05d}" for n in range(1, 451)]:
            wrong.append("a number used twice, or a request left out")
        # The temporary file of a killed annotation is left for a day: another process may be at it.
        if (folder / "depots" / deposit.EN_COURS).exists():
            wrong.append("left-overs")
        return wrong + self._untold(folder)

    def _lost(self, folder: Path) -> list[str]:
        books = [folder / "demandes.xlsx", *(folder / "sauvegardes").glob("*.xlsx")]
        distinct = {content: book for book in books if (content := book.read_bytes()) not in self.whole}
        lost = {content for content, book in distinct.items() if self.read(book) != self.before}
        self.whole |= distinct.keys() - lost
        return [f"{distinct[content].name} lost something" for content in lost]

    @staticmethod
    def _untold(folder: Path) -> list[str]:
        table = workbook.read(folder / "demandes.xlsx").demandes.brut
        told = dict(zip(table["numeroEditeur"], zip(table["etat"], table["fichierJSON"], strict=True), strict=True))
        sent = {
            n: ("Convertie", f"{path.name}.json") for path in published(folder / "depots") for n in numbers_of(path)
        }
        return [] if told == sent else ["the workbook says otherwise than the deposits"]


def one_round(
    scenario: Scenario, folder: Path, kill: Callable[[Callable[[], Any]], bool], *, twice: bool
) -> tuple[str, bool, list[str]]:
    """Kill one run, once more if told so, and finish; return where the kill met it, if twice, and what is wrong."""

    def work() -> object:
        return scenario.run(folder)

    scenario.prepare(folder)
    while not kill(work):
        shutil.rmtree(folder)
        scenario.prepare(folder)
    depots = folder / "depots" if isinstance(scenario, Command) else folder
    met, wrong = stage(depots), scenario.wrong_after_kill(folder)
    if twice := twice and kill(work):
        wrong += scenario.wrong_after_kill(folder)
    return met, twice, wrong + scenario.wrong_at_end(folder)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fois", type=int, default=200)
    parser.add_argument("--graine", type=int, default=1)
    parser.add_argument("--depot", type=int, default=0)
    parser.add_argument("--lignes", action="store_true")
    options = parser.parse_args()
    chance = random.Random(options.graine)  # noqa: S311 - chance, not secrecy
    met: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    again = 0
    with tempfile.TemporaryDirectory(prefix="kill-") as base:
        alone = DepotAlone(demandes(Path(base, "pieces"), options.depot))
        scenario: Scenario = alone if options.depot else Command()
        kill, unit = _killer(scenario, Path(base, "essai"), chance, by_line=options.lignes)
        say(f"one run, left alone: {unit}")
        for rank in range(options.fois):
            folder = Path(base, f"{rank:03d}")
            where, twice, found = one_round(scenario, folder, kill, twice=rank % 3 == 0)
            met[where] += 1
            again += twice
            wrong.update(found)
            shutil.rmtree(folder)
    say(f"{options.fois} kills, and {again} more while recovering; found after the first: {dict(met)}")
    say(f"faults: {dict(wrong) or 'none'}")
    return 1 if wrong else 0


def _killer(
    scenario: Scenario, folder: Path, chance: random.Random, *, by_line: bool
) -> tuple[Callable[[Callable[[], Any]], bool], str]:
    """Measure a run that is left alone; return what kills one at a random moment of it."""
    scenario.prepare(folder)
    scenario.run(folder)  # so that what is imported on the way does not count
    shutil.rmtree(folder)
    scenario.prepare(folder)
    if by_line:
        lines = lines_of(lambda: scenario.run(folder))
        return lambda work: killed_at_line(chance.randint(1, lines), work), f"{lines} lines"
    begun = time.perf_counter()
    scenario.run(folder)
    seconds = time.perf_counter() - begun
    return lambda work: killed_after(chance.uniform(0, seconds), work), f"{seconds:.3f} s"


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
