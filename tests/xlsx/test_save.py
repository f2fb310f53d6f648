"""Replacing the user's workbook: whole or not at all, a dated copy first, and who stands in the way is told."""

import errno
import os
import re
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from converter.issues import Empeche
from converter.xlsx import save
from tests.support.drives import sync_no_folder


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    path = tmp_path / "Campagne & été.xlsx"
    path.write_bytes(b"old")
    return path


def writing(data: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(data)


def only_copy(path: Path) -> Path:
    """Return the dated copy beside a workbook that was replaced once."""
    (copy,) = (path.parent / "sauvegardes").iterdir()
    return copy


def code(path: Path) -> str:
    with pytest.raises(Empeche) as refusal:
        save.ensure_writable(path)
    return refusal.value.issue.code


def test_the_workbook_is_replaced_after_a_dated_copy(workbook: Path) -> None:
    save.replace_workbook(workbook, writing(b"new"))
    kept = only_copy(workbook)
    assert workbook.read_bytes() == b"new"
    assert kept.read_bytes() == b"old"
    assert re.fullmatch(r"Campagne & été \d{4}-\d\d-\d\d \d\dh\d\dm\d\d\.xlsx", kept.name)
    assert sorted(each.name for each in workbook.parent.iterdir()) == [workbook.name, "sauvegardes"]


@pytest.mark.skipif(os.name == "nt", reason="Windows syncs no folder")
def test_a_drive_that_syncs_no_folder_is_no_obstacle(workbook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sync_no_folder(monkeypatch)
    save.replace_workbook(workbook, writing(b"new"))
    assert workbook.read_bytes() == b"new"


def test_nothing_is_done_when_nothing_changes(workbook: Path) -> None:
    before = workbook.stat().st_mtime_ns
    save.replace_workbook(workbook, writing(b"old"))
    assert workbook.stat().st_mtime_ns == before
    assert list(workbook.parent.iterdir()) == [workbook]


def test_the_last_twenty_copies_of_each_workbook_are_kept(workbook: Path) -> None:
    other = workbook.with_name("Campagne & été 2.xlsx")
    other.write_bytes(b"other")
    folder = workbook.parent / "sauvegardes"
    folder.mkdir()
    (folder / "à moi.xlsx").write_bytes(b"mine")
    for number in range(25):
        save.replace_workbook(workbook, writing(b"%d" % number))
    save.replace_workbook(other, writing(b"changed"))
    names = sorted(each.name for each in folder.iterdir())
    ours = [name for name in names if re.match(r"Campagne & été \d{4}-", name)]
    assert len(ours) == 20
    assert sorted((folder / name).read_bytes() for name in ours) == sorted(b"%d" % number for number in range(4, 24))
    assert len(names) == 22


def test_the_rights_of_the_workbook_stay(workbook: Path) -> None:
    workbook.chmod(0o640)
    save.replace_workbook(workbook, writing(b"new"))
    assert stat.S_IMODE(workbook.stat().st_mode) == 0o640


def test_behind_a_link_the_real_workbook_is_replaced(workbook: Path, tmp_path: Path) -> None:
    link = tmp_path / "ailleurs" / "lien.xlsx"
    link.parent.mkdir()
    link.symlink_to(workbook)
    save.replace_workbook(link, writing(b"new"))
    assert link.is_symlink()
    assert workbook.read_bytes() == b"new"
    assert only_copy(workbook).parent == workbook.parent / "sauvegardes"


def owner_file(workbook: Path, name: str) -> Path:
    """What Excel lays beside an open workbook: 165 bytes, the name in ANSI and in UTF-16."""
    ansi = name.encode("cp1252", "replace")
    data = bytes([len(ansi)]) + ansi.ljust(54, b" ") + len(name).to_bytes(2, "little") + name.encode("utf-16-le")
    path = workbook.with_name(f"~${workbook.name}")
    path.write_bytes(data.ljust(165, b" "))
    return path


@pytest.mark.parametrize("name", ["Marie Lefèvre", "Ω Ελένη"])
def test_who_has_it_open_in_excel_is_told(workbook: Path, name: str) -> None:
    owner_file(workbook, name)
    with pytest.raises(Empeche) as refusal:
        save.replace_workbook(workbook, writing(b"new"))
    issue = refusal.value.issue
    assert (issue.code, dict(issue.faits)["qui"]) == ("E110", name)
    assert dict(issue.faits)["verrou"] == f"~${workbook.name}"
    assert workbook.read_bytes() == b"old"


def test_an_owner_file_without_a_name_still_counts(workbook: Path) -> None:
    owner_file(workbook, "").write_bytes(b"")
    assert code(workbook) == "E110"


def test_who_has_it_open_in_libreoffice_is_told(workbook: Path) -> None:
    lock = workbook.with_name(f".~lock.{workbook.name}#")
    lock.write_text(",marie,poste-12,23.11.2026 17:21,file:///home/marie/.config/libreoffice/4;", encoding="utf-8")
    found = save.lock_state(workbook)
    assert found is not None
    assert (found.code, found.qui, found.machine) == ("E111", "marie", "poste-12")


def test_what_a_crash_left_does_not_count_where_the_system_says_who_has_it_open(
    workbook: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner_file(workbook, "Marie")
    monkeypatch.setattr(save, "_NT", True)
    save.ensure_writable(workbook)
    monkeypatch.setattr(save, "_opens", lambda _: False)
    assert code(workbook) == "E110"


def test_a_sharing_violation_is_told(workbook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(save, "_opens", lambda _: False)
    assert code(workbook) == "E112"


def test_a_read_only_workbook_is_the_users_decision(workbook: Path) -> None:
    workbook.chmod(0o444)
    assert code(workbook) == "E113"
    assert workbook.read_bytes() == b"old"


def test_a_read_only_folder_is_told(workbook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert code(workbook) == "E114"


def test_what_the_user_saves_meanwhile_is_not_overwritten(workbook: Path) -> None:
    def meanwhile(path: Path) -> None:
        path.write_bytes(b"ours")
        workbook.write_bytes(b"saved by the user")

    with pytest.raises(Empeche, match="E115"):
        save.replace_workbook(workbook, meanwhile)
    assert workbook.read_bytes() == b"saved by the user"


@pytest.mark.parametrize(("number", "expected"), [(errno.ENOSPC, "E020"), (errno.EROFS, "E021")])
def test_a_full_disk_leaves_the_workbook_and_no_rubbish(workbook: Path, number: int, expected: str) -> None:
    def full(path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError(number, os.strerror(number))

    with pytest.raises(Empeche, match=expected):
        save.replace_workbook(workbook, full)
    assert workbook.read_bytes() == b"old"
    assert list(workbook.parent.iterdir()) == [workbook]


def test_a_full_disk_while_the_copy_is_made_leaves_no_half_copy(
    workbook: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr("converter.xlsx.save.shutil.copy2", full)
    with pytest.raises(Empeche, match="E020"):
        save.replace_workbook(workbook, writing(b"new"))
    assert workbook.read_bytes() == b"old"
    assert not list((workbook.parent / "sauvegardes").iterdir())


KILLED = """
import sys
from pathlib import Path
from converter.marking.annotate import save
path = Path(sys.argv[1])
print("ready", flush=True)
for number in range(10_000):
    save.replace_workbook(path, lambda target: target.write_bytes(bytes([number % 256]) * 3_000_000))
"""


def test_killed_at_any_moment_the_workbook_is_whole(workbook: Path) -> None:
    workbook.write_bytes(b"\xff" * 3_000_000)
    for pause in (0.003, 0.011, 0.023, 0.041, 0.067):
        with subprocess.Popen([sys.executable, "-c", KILLED, str(workbook)], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(pause)
            process.send_signal(signal.SIGKILL)
        for path in (workbook, *(workbook.parent / "sauvegardes").glob("Campagne*.xlsx")):
            data = path.read_bytes()
            assert len(data) == 3_000_000
            assert len(set(data)) == 1


def test_what_a_power_cut_left_goes_after_a_day(workbook: Path) -> None:
    old, fresh = workbook.with_name(".segur-hop-a.tmp"), workbook.with_name(".segur-hop-b.tmp")
    old.touch()
    fresh.touch()
    os.utime(old, (0, 0))
    save.replace_workbook(workbook, writing(b"new"))
    assert not old.exists()
    assert fresh.exists()
