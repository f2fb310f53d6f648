"""What the environment refuses: every time a French sentence, no half deposit, and the next run goes through."""

import errno
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from converter.checking.demande import Demande
from converter.depositing import deposit
from converter.issues import Empeche
from converter.system.lock import Tenant
from converter.system.processes import Workers
from converter.system.refusals import guarded
from tests.support.kill import halves, published
from tests.support.lots import JOUR, SHAPE, codes, convert, demandes, in_lots, say
from tests.support.rights import public_folder, read_only

posix = pytest.mark.skipif(os.name == "nt", reason="forks")


@pytest.fixture
def depots(tmp_path: Path) -> Path:
    return tmp_path / "depots"


@pytest.fixture
def requests(tmp_path: Path) -> tuple[Demande, ...]:
    return demandes(tmp_path / "pieces", 6, octets=20_000)


def refusal(depots: Path, requests: tuple[Demande, ...]) -> str:
    with pytest.raises(Empeche) as refused:
        convert(depots, *requests)
    assert say(refused.value.issue)
    return refused.value.issue.code


def in_child(work: Callable[[], Any]) -> int:
    """Do the work in a process of its own; return its exit status (0: fine, 1: an exception, shown)."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException:  # noqa: BLE001 - the child must end here, whatever happens
            sys.excepthook(*sys.exc_info())
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


# --- the disk ---------------------------------------------------------------------------------------------------------


@contextmanager
def small_disk(kilobytes: int) -> Iterator[Path]:
    where = Path(tempfile.mkdtemp(prefix="small-"))
    mount = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(where)]
    try:
        done = subprocess.run(mount, check=False, capture_output=True)
    except FileNotFoundError:
        pytest.skip("no mount here")
    if done.returncode:
        pytest.skip("not allowed to mount a small disk")
    try:
        yield where
    finally:
        subprocess.run(["umount", str(where)], check=True)
        where.rmdir()


def test_a_full_disk_at_any_moment_leaves_nothing_half_done(requests: tuple[Demande, ...]) -> None:
    outcomes = []
    with small_disk(1_000) as disk:
        for kept_free in (0, 8, 40, 64, 80, 96, 120, 160, 240, 300, 320, 340, 360, 400, 700):
            ballast = disk / "ballast"
            ballast.write_bytes(bytes(max(0, shutil.disk_usage(disk).free - kept_free * 1024)))
            outcomes.append(outcome(disk / "depots", requests))
            ballast.unlink()
            with deposit.open_depots(disk / "depots", SHAPE) as opened:
                assert len(opened.registre.memory().faits) == (6 if outcomes[-1] == "whole" else 0)
            assert halves(disk / "depots") == []
            assert len(published(disk / "depots")) == (outcomes[-1] == "whole")
            shutil.rmtree(disk / "depots")
    assert set(outcomes) == {"E020", "whole"}
    assert outcomes == sorted(outcomes), "once there is room enough there is for good"


def outcome(depots: Path, requests: tuple[Demande, ...]) -> str:
    try:
        convert(depots, *requests)
    except Empeche as refused:
        return refused.issue.code
    return "whole"


@posix
def test_a_file_too_large_for_the_disk_is_said(depots: Path, requests: tuple[Demande, ...]) -> None:
    convert(depots, requests[0])  # the registry is there and small

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
        assert refusal(depots, requests[1:]) == "E024"

    assert in_child(limited) == 0
    assert halves(depots) == []
    assert convert(depots, *requests[1:])[0].nom == "JSON-1234567890-20220415-002"


@pytest.fixture
def public() -> Iterator[Path]:
    with public_folder() as folder:
        yield folder


@posix
def test_a_read_only_folder_is_said_and_nothing_is_written(public: Path) -> None:
    requests = demandes(public / "pieces", 3)
    with read_only(public):
        assert refusal(public / "depots", requests) == "E021"
    assert not (public / "depots").exists()
    (public / "depots").mkdir()
    with read_only(public / "depots"):
        assert refusal(public / "depots", requests) == "E021"
    assert list((public / "depots").iterdir()) == []
    assert convert(public / "depots", *requests)


@posix
def test_a_folder_that_becomes_read_only_keeps_its_deposits(public: Path) -> None:
    requests = demandes(public / "pieces", 3)
    convert(public / "depots", requests[0])
    before = sorted((public / "depots").rglob("*"))
    with read_only(public / "depots"):
        assert refusal(public / "depots", requests[1:]) == "E021"
    assert sorted((public / "depots").rglob("*")) == before
    assert convert(public / "depots", *requests[1:])[0].nom == "JSON-1234567890-20220415-002"


@posix
def test_a_folder_removed_meanwhile_is_said(depots: Path, requests: tuple[Demande, ...]) -> None:
    def remove(_: int) -> None:
        shutil.rmtree(depots, ignore_errors=True)

    with pytest.raises(Empeche) as refused, deposit.open_depots(depots, SHAPE) as opened:
        deposit.convert(opened, in_lots(*requests), JOUR, remove, Workers())
    assert refused.value.issue.code == "E022"
    assert "disparu" in say(refused.value.issue)
    assert convert(depots, *requests)[0].nom == "JSON-1234567890-20220415-001"


@posix
def test_a_folder_moved_meanwhile_is_said_and_recovers_where_it_is(
    depots: Path, requests: tuple[Demande, ...], tmp_path: Path
) -> None:
    with pytest.raises(Empeche) as refused, deposit.open_depots(depots, SHAPE) as opened:
        deposit.convert(opened, in_lots(*requests), JOUR, lambda _: depots.rename(tmp_path / "ailleurs"), Workers())
    assert refused.value.issue.code == "E022"
    with deposit.open_depots(tmp_path / "ailleurs", SHAPE) as opened:
        assert set(codes(opened.issues)) <= {"D001"}
        assert opened.registre.memory().faits == {}
    assert sorted(path.name for path in (tmp_path / "ailleurs").glob("[!.]*")) == ["registre.sqlite"]


def test_a_path_too_long_is_said(
    tmp_path: Path, requests: tuple[Demande, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert refusal(tmp_path / ("d" * 300), requests) == "E023"
    fits = len(str(tmp_path / "depots" / ".en-cours" / "JSON-1234567890-20220415-001"))
    monkeypatch.setattr("converter.system.refusals._LONGEST_PATH", fits + 5)
    assert refusal(tmp_path / "depots", requests) == "E023"
    assert published(tmp_path / "depots") == []


def test_a_file_in_the_place_of_the_folder_is_said(depots: Path, requests: tuple[Demande, ...]) -> None:
    depots.touch()
    assert refusal(depots, requests) == "E026"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (OSError(errno.EDQUOT, "quota"), "E020"),
        (OSError(errno.EROFS, "ro"), "E021"),
        (OSError(errno.ESTALE, "nfs"), "E022"),
        (OSError(errno.EBUSY, "busy"), "E025"),
        (OSError(errno.EIO, "Input/output error"), "E026"),
        (OSError("no number"), "E026"),
    ],
)
def test_every_refusal_of_the_system_has_its_sentence(tmp_path: Path, error: OSError, code: str) -> None:
    with pytest.raises(Empeche) as refused, guarded(tmp_path):
        raise error
    assert codes([refused.value.issue]) == [code]


@posix
def test_publishing_refused_for_good_is_finished_by_the_next_run(public: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    requests = demandes(public / "pieces", 3)
    monkeypatch.setattr("converter.depositing.deposit._PAUSES", (0.001,))
    staged = deposit._publish

    def refused_once(depots: deposit.Depots, noms: tuple[str, ...]) -> None:
        with monkeypatch.context() as only_here:
            only_here.setattr(Path, "rename", _denied)
            staged(depots, noms)

    monkeypatch.setattr(deposit, "_publish", refused_once)
    assert refusal(public / "depots", requests) == "E032"
    assert published(public / "depots") == []
    with deposit.open_depots(public / "depots", SHAPE) as opened:
        assert codes(opened.issues) == ["D002"]
        assert len(opened.registre.memory().faits) == 3
    assert halves(public / "depots") == []


def _denied(*_: object) -> None:
    raise PermissionError(errno.EACCES, "scanned by a virus scanner")


def test_a_refusal_that_lasts_a_moment_is_waited_out(
    depots: Path, requests: tuple[Demande, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    rename, tries = Path.rename, []

    def refused_twice(path: Path, target: Path) -> Path:
        tries.append(path)
        if len(tries) < 3:
            _denied()
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refused_twice)
    assert convert(depots, *requests)[0].nom == "JSON-1234567890-20220415-001"
    assert len(tries) == 4  # two refused, then one aside and one to publish it


# --- two at once ------------------------------------------------------------------------------------------------------


@contextmanager
def another_process(work: Callable[[int, int], None]) -> Iterator[tuple[int, int]]:
    """Run `work(ready, go)` in a process of its own, the ends of two pipes; yield (ready to read, go to write)."""
    ready_read, ready_write = os.pipe()
    go_read, go_write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(go_write)
        work(ready_write, go_read)
        os._exit(0)
    try:
        yield ready_read, go_write
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        for end in (ready_read, ready_write, go_read, go_write):
            os.close(end)


HOLDER = "marie"


def holds(depots: Path) -> Callable[[int, int], None]:
    def work(ready: int, go: int) -> None:
        os.environ["USERNAME"] = HOLDER
        with deposit.open_depots(depots, SHAPE):
            os.write(ready, b"1")
            os.read(go, 1)

    return work


@posix
def test_the_second_waits_then_says_who_holds_it(depots: Path, requests: tuple[Demande, ...]) -> None:
    told: list[Tenant] = []
    with another_process(holds(depots)) as (ready, _):
        os.read(ready, 1)
        begun = time.monotonic()
        with pytest.raises(Empeche) as refused, deposit.open_depots(depots, SHAPE, attente=0.5, prevenir=told.append):
            pass
        assert 0.5 <= time.monotonic() - begun < 5
    issue = refused.value.issue
    assert codes([issue]) == ["E030"]
    assert dict(issue.faits)["machine"] == os.uname().nodename
    assert dict(issue.faits)["utilisateur"] == HOLDER
    assert time.strftime("%d/%m/%Y") in say(issue)
    assert [(tenant.utilisateur, tenant.depuis) for tenant in told] == [(HOLDER, dict(issue.faits)["depuis"])]
    assert convert(depots, *requests), "a holder that was killed holds nothing any more"


@posix
def test_the_second_goes_on_when_the_first_is_done(depots: Path) -> None:
    with another_process(holds(depots)) as (ready, go):
        os.read(ready, 1)
        with deposit.open_depots(depots, SHAPE, attente=30, prevenir=lambda _: os.write(go, b"1") and None):
            pass


@posix
def test_conversions_at_once_share_the_day_without_a_clash(depots: Path, tmp_path: Path) -> None:
    groups = [demandes(tmp_path / "pieces", 5, first=1 + 5 * n) for n in range(4)]
    children = []
    for group in groups:
        child = os.fork()
        if child == 0:
            convert(depots, *group)
            os._exit(0)
        children.append(child)
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0, 0, 0, 0]
    assert [path.name[-3:] for path in published(depots)] == ["001", "002", "003", "004"]
    assert halves(depots) == []
    with deposit.open_depots(depots, SHAPE) as opened:
        assert len(opened.registre.memory().faits) == 20


@posix
def test_the_same_requests_at_once_are_converted_once(depots: Path, requests: tuple[Demande, ...]) -> None:
    from tests.support.kill import run

    children = []
    for _ in range(3):
        child = os.fork()
        if child == 0:
            run(depots, requests)
            os._exit(0)
        children.append(child)
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0, 0, 0]
    assert len(published(depots)) == 1
