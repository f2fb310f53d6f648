"""Deposits built by several processes: the same bytes, and nothing left by a run that is killed while they build."""

import concurrent.futures
import gc
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from converter.depositing import deposit
from converter.issues import Empeche
from converter.system.processes import Workers
from tests.support.kill import faults, halves, killed_after, run
from tests.support.lots import SHAPE, codes, convert, demandes
from tests.support.parts import cycles, slowly


@pytest.fixture
def shared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have processes build whatever the number of requests and of processors."""
    monkeypatch.setattr(deposit, "MANY_DEMANDES", 1)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)


def contents(dossier: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(dossier.rglob("*")):
        if path.is_file() and path.parent != dossier:
            yield path.relative_to(dossier).as_posix(), path.read_bytes()


@pytest.mark.parametrize("many", ["MANY_DEMANDES", "MANY_OCTETS"])
def test_several_processes_build_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, many: str) -> None:
    requests = demandes(tmp_path / "pieces", 402)
    alone = convert(tmp_path / "alone", *requests)
    monkeypatch.setattr(deposit, many, 1)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    with mock.patch.object(Workers, "begin", autospec=True, side_effect=Workers.begin) as begin:
        together = convert(tmp_path / "shared", *requests)
    begin.assert_called_once()
    assert [depot.fichiers for depot in together] == [each.fichiers for each in alone]
    assert dict(contents(tmp_path / "shared")) == dict(contents(tmp_path / "alone"))
    assert len(alone) == 3


def done(work: Callable[[Any], Any], parts: Sequence[object]) -> list[object]:
    with Workers() as workers:
        return list(workers.begin(work, parts))


def test_a_process_looks_for_cycles_as_seldom_as_the_one_that_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    before = gc.get_threshold()
    gc.set_threshold(123_456, 7, 8)
    try:
        assert done(cycles, [1, 2]) == [(123_456, 7, 8)] * 2
    finally:
        gc.set_threshold(*before)


@pytest.mark.usefixtures("shared")
def test_what_a_process_meets_is_told_and_all_is_undone(tmp_path: Path) -> None:
    requests = demandes(tmp_path / "pieces", 201)
    Path(requests[-1].pieces[0].source).write_bytes(b"changed")
    with pytest.raises(Empeche) as refused:
        convert(tmp_path / "depots", *requests)
    assert codes([refused.value.issue]) == ["E031"]
    with deposit.open_depots(tmp_path / "depots", SHAPE) as depots:
        assert (depots.issues, depots.registre.depots()) == ((), ())
    assert not (tmp_path / "depots" / deposit.EN_COURS).exists()


@pytest.mark.skipif(os.name == "nt", reason="forks")
@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize("seconds", [0.6, 1.2])
def test_a_run_killed_while_processes_build_is_undone_by_the_next(tmp_path: Path, seconds: float) -> None:
    requests = demandes(tmp_path / "pieces", 402)
    killed_after(seconds, lambda: run(tmp_path / "depots", requests))
    assert halves(tmp_path / "depots") == []
    assert faults(tmp_path / "depots", requests) == []


def begun(folder: Path) -> list[int]:
    return [int(path.name.rpartition(" ")[2]) for path in folder.iterdir()]


def waited(what: object) -> bool:
    assert callable(what)
    until = time.monotonic() + 20
    while not what() and time.monotonic() < until:
        time.sleep(0.02)
    return bool(what())


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{process}/stat").read_text(encoding="ascii").split()[2] != "Z"


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="processes are asked of /proc")
@pytest.mark.usefixtures("shared")
def test_no_process_outlives_the_run(tmp_path: Path) -> None:
    parts = [(tmp_path, 0), (tmp_path, 0)]
    child = os.fork()
    if child == 0:
        done(slowly, parts)
        os._exit(0)
    assert waited(lambda: len(begun(tmp_path)) == 2)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    assert waited(lambda: not any(map(alive, begun(tmp_path))))


@pytest.mark.skipif(os.name == "nt", reason="kills")
@pytest.mark.usefixtures("shared")
def test_what_an_ended_process_leaves_is_done_here(tmp_path: Path) -> None:
    def end_one() -> None:
        if waited(lambda: begun(tmp_path)):
            os.kill(begun(tmp_path)[0], signal.SIGKILL)

    ending = threading.Thread(target=end_one)
    ending.start()
    assert done(slowly, [(tmp_path, number) for number in (1, 2, 3)]) == [1, 2, 3]
    ending.join()
    assert os.getpid() in begun(tmp_path)


@pytest.mark.usefixtures("shared")
def test_where_no_process_may_be_started_this_one_does_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(concurrent.futures, "ProcessPoolExecutor", refused)
    assert done(slowly, [(tmp_path, 1), (tmp_path, 2)]) == [1, 2]
    assert {*begun(tmp_path)} == {os.getpid()}
