"""Killed anywhere, a conversion or a withdrawal is finished or undone by the next run, which says so."""

import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from converter.depositing import deposit
from converter.registry.store import EtatDepot
from converter.system.processes import Workers
from tests.support.kill import (
    Command,
    DepotAlone,
    faults,
    halves,
    killed_after,
    killed_at_line,
    killed_once,
    lines_of,
    numbers,
    one_round,
    run,
)
from tests.support.lots import JOUR, SHAPE, codes, convert, demandes, in_lots
from tests.tools.derived import REPO

pytestmark = pytest.mark.skipif(os.name == "nt", reason="forks")

NAME = "JSON-1234567890-20220415-001"


def test_killed_at_random_lines(tmp_path: Path) -> None:
    requests = demandes(tmp_path / "pieces", 3)
    lines = lines_of(lambda: run(tmp_path / "whole", requests))
    chance = random.Random(4)  # noqa: S311 - chance, not secrecy
    met = set()
    for rank, line in enumerate(sorted(chance.sample(range(1, lines + 1), 24))):
        where, _, wrong = one_round(
            DepotAlone(requests),
            tmp_path / f"{rank}",
            lambda work, line=line: killed_at_line(line, work),
            twice=rank % 3 == 0,
        )
        assert wrong == [], f"killed at line {line} of {lines}"
        met.add(where)
    assert len(met) > 1


def test_killed_at_random_moments(tmp_path: Path) -> None:
    requests = demandes(tmp_path / "pieces", 40)
    for rank, milliseconds in enumerate((5, 25, 60, 100)):
        dossier = tmp_path / f"{rank}"
        killed_after(milliseconds / 1000, lambda dossier=dossier: run(dossier, requests))
        assert halves(dossier) == []
        assert faults(dossier, requests) == []


def test_the_workbook_is_whole_and_in_step_after_a_kill(tmp_path: Path) -> None:
    command = Command()
    building, published, replacing = f"depots/{deposit.EN_COURS}", "depots/JSON-*", "sauvegardes/*.xlsx"
    # Many more: tests.support.kill, by hand.
    for rank, moments in enumerate(((building, published), (published, replacing))):
        folder, comes = tmp_path / f"{rank}", iter(moments)

        def kill(work: Callable[[], Any], folder: Path = folder, comes: Iterator[str] = comes) -> bool:
            moment = next(comes, published)  # where another came too late
            return killed_once(lambda: any(folder.glob(moment)), work)

        _, _, wrong = one_round(command, folder, kill, twice=True)
        assert wrong == []


SHARING = """
import os, time
os.cpu_count = lambda: 2
from converter.system.processes import Workers
if __name__ == "__main__":
    with Workers() as workers:
        print(list(workers.begin(abs, [-1, -2])), flush=True)
        time.sleep(60)
"""


def test_processes_that_worked_for_a_killed_run_end_without_a_word(tmp_path: Path) -> None:
    script = tmp_path / "sharing.py"
    script.write_text(SHARING, encoding="utf-8")
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [sys.executable, script], env={"PYTHONPATH": str(REPO)}, stdout=pipe, stderr=pipe, encoding="utf-8"
    ) as sharing:
        assert sharing.stdout
        assert sharing.stdout.readline() == "[1, 2]\n"
        sharing.kill()
        _, said = sharing.communicate(timeout=20)  # until the last of them has let go of its screen
    assert said == ""


def test_killed_while_withdrawing(tmp_path: Path) -> None:
    requests = demandes(tmp_path / "pieces", 2)

    def withdraw(dossier: Path) -> None:
        with deposit.open_depots(dossier, SHAPE) as depots:
            deposit.withdraw(depots, NAME)

    convert(tmp_path / "whole", *requests)
    lines = lines_of(lambda: withdraw(tmp_path / "whole"))
    ends = set()
    for line in range(1, lines + 1, max(1, lines // 16)):
        dossier = tmp_path / f"{line}"
        convert(dossier, *requests)
        assert killed_at_line(line, lambda dossier=dossier: withdraw(dossier))
        with deposit.open_depots(dossier, SHAPE) as depots:
            told = codes(depots.issues)
            state = depots.registre.depot(NAME)
            free = depots.registre.memory().faits == {}
        assert state is not None
        ends.add((state.etat, tuple(told)))
        assert (
            free
            == (state.etat is EtatDepot.ANNULE)
            == (numbers(dossier) == [])
            == (dossier / "annulés" / NAME).exists()
        )
    assert {etat for etat, _ in ends} == {EtatDepot.PUBLIE, EtatDepot.ANNULE}
    assert (EtatDepot.ANNULE, ("D003",)) in ends


def cut_at(monkeypatch: pytest.MonkeyPatch, name: str, tmp_path: Path) -> Path:
    """Convert two lots in a child that dies as it comes to a function of `deposit`; return the folder."""
    requests = demandes(tmp_path / "pieces", 201)
    dossier = tmp_path / "depots"

    def die(*_: object) -> None:
        os._exit(0)

    with monkeypatch.context() as only_here:
        child = os.fork()
        if child == 0:
            only_here.setattr(f"converter.depositing.{name}", die)
            convert(dossier, *requests)
        os.waitpid(child, 0)
    return dossier


def test_cut_off_while_building_is_undone_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dossier = cut_at(monkeypatch, "building.bordereau.write_bordereau", tmp_path)
    with deposit.open_depots(dossier, SHAPE) as depots:
        assert codes(depots.issues) == ["D001", "D001"]
        assert depots.registre.depots() == ()
    assert not (dossier / deposit.EN_COURS).exists()


def test_cut_off_before_publishing_is_finished_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dossier = cut_at(monkeypatch, "deposit._publish", tmp_path)
    with deposit.open_depots(dossier, SHAPE) as depots:
        assert codes(depots.issues) == ["D002", "D002"]
        assert len(depots.registre.memory().faits) == 201
    assert halves(dossier) == []
    assert len(numbers(dossier)) == 201


def test_a_deposit_taken_away_after_a_cut_off_counts_as_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dossier = cut_at(monkeypatch, "deposit._publish", tmp_path)
    (dossier / deposit.EN_COURS / NAME).rename(tmp_path / NAME)
    with deposit.open_depots(dossier, SHAPE) as depots:
        assert codes(depots.issues) == ["D004", "D002"]
        assert len(depots.registre.memory().faits) == 201


def test_a_deposit_damaged_after_a_cut_off_is_undone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dossier = cut_at(monkeypatch, "deposit._publish", tmp_path)
    json = dossier / deposit.EN_COURS / NAME / f"{NAME}.json"
    json.write_bytes(json.read_bytes()[:-100])
    with deposit.open_depots(dossier, SHAPE) as depots:
        assert codes(depots.issues) == ["D001", "D002"]
        assert len(depots.registre.memory().faits) == 1


def test_left_overs_without_a_registry_are_cleared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dossier = cut_at(monkeypatch, "deposit._publish", tmp_path)
    (dossier / "registre.sqlite").unlink()
    with deposit.open_depots(dossier, SHAPE) as depots:
        assert codes(depots.issues) == []
        assert depots.registre.memory().faits == {}
    assert not (dossier / deposit.EN_COURS).exists()


def test_a_link_in_the_place_of_the_left_overs_is_not_followed(tmp_path: Path) -> None:
    mine = tmp_path / "mes documents"
    mine.mkdir()
    (mine / "important.txt").write_text("à garder")
    (tmp_path / "depots").mkdir()
    (tmp_path / "depots" / deposit.EN_COURS).symlink_to(mine)
    with deposit.open_depots(tmp_path / "depots", SHAPE) as depots:
        deposit.convert(depots, in_lots(*demandes(tmp_path / "pieces", 1)), JOUR, lambda _: None, Workers())
    assert (mine / "important.txt").read_text() == "à garder"
    assert [path.name for path in mine.iterdir()] == ["important.txt"]
