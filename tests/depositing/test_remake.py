"""The zips of a deposit made again: the same bytes, or a sentence that says what is not as it was."""

import shutil
from pathlib import Path

import pytest

from converter import cli
from converter.spec.sheets import PIECES
from tests.support.cycle import Cycle, pdf

DEPOT = "JSON-1234567890-20220415-001"


@pytest.fixture(scope="module")
def deposited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    cycle = Cycle(tmp_path_factory.mktemp("déposé"))
    cycle.fill(["DPI", "DPI", "DPI"])
    assert cycle.convert() == [DEPOT]
    return cycle.folder


@pytest.fixture
def cycle(deposited: Path, tmp_path: Path) -> Cycle:
    return Cycle(shutil.copytree(deposited, tmp_path / "équipe"))


def archive(cycle: Cycle) -> Path:
    (path,) = (cycle.depots / DEPOT).glob("*.zip")
    return path


def again(cycle: Cycle, depot: str = DEPOT) -> int:
    return cli.run(["convertir", "--refaire-zips", depot, str(cycle.classeur)])


@pytest.mark.parametrize("harm", ["lost", "cut", "emptied"])
def test_a_zip_is_made_again_to_the_byte(cycle: Cycle, harm: str, capsys: pytest.CaptureFixture[str]) -> None:
    path, whole, workbook = archive(cycle), archive(cycle).read_bytes(), cycle.classeur.read_bytes()
    path.unlink() if harm == "lost" else path.write_bytes(whole[:-100] if harm == "cut" else b"")
    assert again(cycle) == 0
    assert path.read_bytes() == whole
    assert "à l’identique" in capsys.readouterr().out
    assert cycle.classeur.read_bytes() == workbook
    assert not (cycle.depots / ".en-cours").exists()


def test_of_a_deposit_moved_away_the_zips_alone_come_back(cycle: Cycle) -> None:
    whole, folder = archive(cycle).read_bytes(), cycle.depots / DEPOT
    folder.rename(cycle.folder / "ailleurs")
    assert again(cycle, f"{DEPOT}.json") == 0
    assert [path.read_bytes() for path in folder.iterdir()] == [whole]


def test_zips_that_lie_there_whole_are_left_alone(cycle: Cycle, capsys: pytest.CaptureFixture[str]) -> None:
    before = archive(cycle).stat().st_mtime_ns
    assert again(cycle) == 0
    assert archive(cycle).stat().st_mtime_ns == before
    assert "tels qu’ils ont été faits" in capsys.readouterr().out


def test_a_request_refused_since_and_numbered_anew_keeps_its_place_in_the_zip(cycle: Cycle) -> None:
    whole = archive(cycle).read_bytes()
    cycle.retour(cycle.answer(DEPOT, ["00002"]), f"{DEPOT}.json")
    assert cycle.column("numeroEditeur", PIECES) == ["00001", "00004", "00003"]
    archive(cycle).unlink()
    assert again(cycle) == 0
    assert archive(cycle).read_bytes() == whole


@pytest.mark.parametrize("harm", ["changed", "vanished", "another named"])
def test_an_attachment_that_is_not_what_was_deposited_is_named(
    cycle: Cycle, harm: str, capsys: pytest.CaptureFixture[str]
) -> None:
    archive(cycle).unlink()
    piece = cycle.folder / "pieces" / "bon 2.pdf"
    match harm:
        case "changed":
            piece.write_bytes(pdf(77))
        case "vanished":
            piece.unlink()
        case _:
            cycle.put(PIECES, 4, "fichier", "bon 1.pdf")
    assert again(cycle) == 2
    said = capsys.readouterr().err
    assert "demande 00002" in said.lower().replace("\u00a0", " ")
    assert ("bon 1.pdf" if harm == "another named" else "bon 2.pdf") in said
    assert not list((cycle.depots / DEPOT).glob("*.zip"))


@pytest.mark.parametrize("nom", ["JSON-1234567890-20220415-002", "n’importe quoi"])
def test_an_unknown_deposit_is_refused(cycle: Cycle, nom: str) -> None:
    assert again(cycle, nom) == 2


def test_a_withdrawn_deposit_is_not_made_again(cycle: Cycle) -> None:
    assert cli.run(["annuler", DEPOT, str(cycle.classeur)]) == 0
    assert again(cycle) == 2
