"""Kill a conversion of 400 requests at random moments, run again, and count what went wrong: by hand, it takes minutes.

    python tests/kill_conversion.py [--fois 200] [--demandes 400] [--graine 1] [--lignes]

Each round is a fresh folder: a conversion in its own process is killed with SIGKILL at a random moment (with
`--lignes`: at a random line of our code), in one round of three once more while it recovers; then one run is left to
finish. Deposits are looked at right after the kill and at the end. The workbook never learns of its states here, so
every run has to know from the registry alone what was converted already.
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
from pathlib import Path
from types import FrameType
from typing import Any

import msgspec
from deposit_cases import JOUR, SHAPE, demandes, in_lots

from converter import deposit, portal
from converter.document import Demande
from converter.empreinte import empreinte
from converter.found import measure
from converter.issues import Place
from converter.reconcile import Ligne, reconcile
from converter.registry import EtatDepot
from converter.spec import Etat

OURS = ("registry.py", "deposit.py", "found.py", "lock.py", "pack.py", "environment.py")


def run(dossier: Path, requests: tuple[Demande, ...]) -> int:
    """Convert what is still to be converted, as a second double-click would; return how many requests that was."""
    with deposit.opened(dossier, SHAPE) as depots:
        rows = [Ligne(Place(), request.numero, empreinte(request).valeurs) for request in requests]
        statuts = reconcile(rows, depots.registre.memory()).statuts
        waiting = [request for request, statut in zip(requests, statuts, strict=True) if not statut.fige]
        if waiting:
            deposit.convert(depots, in_lots(*waiting), JOUR, lambda _: None)
        return len(waiting)


def killed_after(seconds: float, work: Callable[[], Any]) -> bool:
    """Do the work in a process of its own, killed after so many seconds; tell whether it was still at it."""
    child = os.fork()
    if child == 0:
        work()
        os._exit(0)
    timer = threading.Timer(seconds, os.kill, (child, signal.SIGKILL))
    timer.start()
    _, status = os.waitpid(child, 0)
    timer.cancel()
    return _was_killed(status)


def killed_at_line(line: int, work: Callable[[], Any]) -> bool:
    """Do the work in a process of its own, killed at the so-manieth line of our code that it comes to."""
    child = os.fork()
    if child == 0:
        sys.settrace(_Countdown(line))
        work()
        os._exit(0)
    return _was_killed(os.waitpid(child, 0)[1])


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
    return [
        request["numeroEditeur"]
        for folder in published(dossier)
        for request in msgspec.json.decode((folder / f"{folder.name}.json").read_bytes())["lignesImport"]
    ]


def stage(dossier: Path) -> str:
    """Tell how far a killed run had come."""
    if not (dossier / "registre.sqlite").exists():
        return "avant le registre"
    with_folders = "publié" if published(dossier) else "rien de publié"
    building = ", en cours" if (dossier / deposit.EN_COURS).exists() else ""
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
    with deposit.opened(dossier, SHAPE) as depots:
        known = depots.registre.memory().faits
        states = {numero: fait.etat for numero, fait in known.items()}
        wrong = [] if states == {r.numero: Etat.CONVERTIE for r in requests} else ["the registry says otherwise"]
        for depot in depots.registre.depots():
            files = tuple(measure(dossier / depot.nom / fichier.nom) for fichier in depot.fichiers)
            if depot.etat is not EtatDepot.PUBLIE or files != depot.fichiers:
                wrong.append(f"{depot.nom} is not what the registry says")
    return wrong


def one_round(
    dossier: Path, requests: tuple[Demande, ...], kill: Callable[[Callable[[], Any]], bool], twice: bool
) -> tuple[str, bool, list[str]]:
    """Kill one conversion, once more if told so, and finish; return where the kill met it, if twice, what is wrong."""

    def work() -> int:
        return run(dossier, requests)

    while not kill(work):
        shutil.rmtree(dossier)
    met = stage(dossier)
    wrong = [f"{name} is half a deposit after the kill" for name in halves(dossier)]
    twice = twice and kill(work)
    wrong += [f"{name} is half a deposit after the second kill" for name in halves(dossier)]
    return met, twice, wrong + faults(dossier, requests)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fois", type=int, default=200)
    parser.add_argument("--demandes", type=int, default=400)
    parser.add_argument("--graine", type=int, default=1)
    parser.add_argument("--lignes", action="store_true")
    options = parser.parse_args()
    chance = random.Random(options.graine)  # noqa: S311 - chance, not secrecy
    with tempfile.TemporaryDirectory(prefix="kill-") as base:
        requests = demandes(Path(base, "pieces"), options.demandes)
        kill, unit = _killer(Path(base, "essai"), requests, chance, by_line=options.lignes)
        say(f"one run of {options.demandes} requests: {unit}")
        met: Counter[str] = Counter()
        wrong: Counter[str] = Counter()
        again = 0
        for rank in range(options.fois):
            where, twice, found = one_round(Path(base, f"{rank:03d}"), requests, kill, rank % 3 == 0)
            met[where] += 1
            again += twice
            wrong.update(found)
            shutil.rmtree(Path(base, f"{rank:03d}"))
    say(f"{options.fois} kills, and {again} more while recovering; found after the first: {dict(met)}")
    say(f"faults: {dict(wrong) or 'none'}")
    return 1 if wrong else 0


def _killer(
    dossier: Path, requests: tuple[Demande, ...], chance: random.Random, *, by_line: bool
) -> tuple[Callable[[Callable[[], Any]], bool], str]:
    """Measure a run that is left alone; return what kills one at a random moment of it."""
    if by_line:
        lines = lines_of(lambda: run(dossier, requests))
        return lambda work: killed_at_line(chance.randint(1, lines), work), f"{lines} lines"
    begun = time.perf_counter()
    run(dossier, requests)
    seconds = time.perf_counter() - begun
    return lambda work: killed_after(chance.uniform(0, seconds), work), f"{seconds:.3f} s"


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
