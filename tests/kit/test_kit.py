import hashlib
import json
import os
import shutil
import stat
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from converter import cli
from converter.blank import template
from converter.kit import folder as kit
from converter.kit import libraries
from converter.spec import shape
from converter.system.depots import depots_beside
from tests.support.kits import OURS, make_kits_quickly
from tests.tools.derived import REPO, load_samples

LAUNCHERS = ("Convertir.cmd", "Convertir.command", "Convertir.sh", "lanceur.py")


def tree(folder: Path) -> dict[str, bytes]:
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.fixture
def light(monkeypatch: pytest.MonkeyPatch) -> None:
    make_kits_quickly(monkeypatch)


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Give pip an index of its own, empty, to be filled with wheels by name and tags."""
    folder = tmp_path / "index"
    folder.mkdir()
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))

    def add(pin: str, tags: str) -> None:
        name, version = pin.split("==")
        stem = f"{name.replace('-', '_')}-{version}"
        with zipfile.ZipFile(folder / f"{stem}-{tags}.whl", "w") as wheel:
            wheel.writestr(f"{stem}.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
            wheel.writestr(f"{stem}.dist-info/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tags}\n")
            wheel.writestr(f"{stem}.dist-info/RECORD", "")
            for part in ("__init__.py", "tests/test_it.py", "core/tests/x.py"):
                wheel.writestr(f"{name.replace('-', '_').lower()}/{part}", "")

    return add


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a kit ask for two libraries only, where the test is not about which."""
    all_pins = libraries.Cible.pins

    def pins(cible: libraries.Cible) -> Iterator[str]:
        return (pin for pin in all_pins(cible) if pin.startswith(("numpy==", "pandas==")))

    monkeypatch.setattr(libraries.Cible, "pins", pins)


def fill(add: Callable[[str, str], None], *, but: str = "") -> None:
    """Give the index all that a kit asks for: numpy by system, the rest for all."""
    for pin in {pin for cible in libraries.CIBLES for pin in cible.pins()}:
        name = pin.split("==")[0]
        if name == "numpy":
            add(pin, "cp313-cp313-win_amd64")
            add(pin, "cp313-cp313-manylinux_2_28_x86_64")
        elif name != but:
            add(pin, "py3-none-any")


# --- a new folder -----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("light")
def test_a_kit_holds_all_that_a_finance_team_needs(tmp_path: Path) -> None:
    assert cli.run(["kit", str(tmp_path / "Avances Ségur & Cie")]) == 0
    made = tree(tmp_path / "Avances Ségur & Cie")
    example = REPO / "samples" / "exemple-du-guide"
    template.write_template(tmp_path / "vierge.xlsx")
    assert made.pop("demandes.xlsx") == (tmp_path / "vierge.xlsx").read_bytes()
    assert made.pop("Guide.html").startswith(b'<!DOCTYPE html>\n<html lang="fr">')
    assert made.pop("roues/requirements.lock") == (REPO / "requirements.lock").read_bytes()
    assert made.pop(f"roues/{OURS}")
    assert {name: made.pop(name) for name in LAUNCHERS} == {
        name: (REPO / "templates" / name).read_bytes() for name in LAUNCHERS
    }
    assert made == {
        f"exemple/{file.relative_to(example).as_posix()}": file.read_bytes()
        for file in (example / "demandes.xlsx", *(example / "pieces").iterdir())
    }
    assert list((tmp_path / "Avances Ségur & Cie" / "pieces").iterdir()) == []


@pytest.mark.usefixtures("light")
@pytest.mark.skipif(os.name == "nt", reason="Windows has no executable bit")
def test_the_launchers_of_a_kit_can_be_run(tmp_path: Path) -> None:
    cli.run(["kit", str(tmp_path / "kit")])
    for name in ("Convertir.command", "Convertir.sh"):
        assert (tmp_path / "kit" / name).stat().st_mode & stat.S_IXUSR


@pytest.mark.usefixtures("light")
def test_a_kit_may_be_made_in_an_empty_folder_and_below_folders_that_are_not_there(tmp_path: Path) -> None:
    (tmp_path / "vide").mkdir()
    assert cli.run(["kit", str(tmp_path / "vide")]) == 0
    assert cli.run(["kit", str(tmp_path / "a" / "b" / "kit")]) == 0
    assert tree(tmp_path / "vide").keys() == tree(tmp_path / "a" / "b" / "kit").keys()
    assert {path.name for path in tmp_path.iterdir()} == {"vide", "a"}


@pytest.mark.usefixtures("light")
def test_a_kit_cut_off_halfway_leaves_nothing_in_the_way_of_the_next(tmp_path: Path) -> None:
    (tmp_path / f".kit{kit.EN_COURS}" / "roues").mkdir(parents=True)
    assert cli.run(["kit", str(tmp_path / "kit")]) == 0
    (tmp_path / "kit" / kit.EN_COURS / "roues").mkdir(parents=True)
    assert cli.run(["kit", str(tmp_path / "kit")]) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["kit"]
    assert not (tmp_path / "kit" / kit.EN_COURS).exists()


# --- a folder that is a kit already -----------------------------------------------------------------------------------


@pytest.fixture
def old(tmp_path: Path, light: None) -> Path:  # noqa: ARG001 - a fixture takes no usefixtures
    """Return a kit that a team has worked in."""
    folder = tmp_path / "kit"
    cli.run(["kit", str(folder)])
    (folder / "demandes.xlsx").write_bytes(b"le travail d'un mois")
    (folder / "pieces" / "bon.pdf").write_bytes(b"%PDF")
    (folder / "exemple" / "demandes.xlsx").write_bytes("annoté".encode())
    (folder / "depots").mkdir()
    (folder / "depots" / "registre.sqlite").write_bytes(b"registre")
    return folder


def test_an_old_kit_is_renewed_around_the_users_files(old: Path) -> None:
    before = tree(old)
    for name in (*LAUNCHERS, "Guide.html"):
        (old / name).write_bytes(b"ancien")
    (old / "roues" / "segur_hop-0.0.9-py3-none-any.whl").write_bytes(b"ancien")
    assert cli.run(["kit", str(old)]) == 0
    assert tree(old) == before


def test_what_went_missing_from_a_kit_comes_back(old: Path) -> None:
    before = tree(old)
    (old / "lanceur.py").unlink()
    (old / "demandes.xlsx").unlink()
    cli.run(["kit", str(old)])
    after = tree(old)
    assert after.keys() == before.keys()
    assert after["lanceur.py"] == before["lanceur.py"]


def test_a_workbook_of_another_name_gets_no_blank_one_beside_it(old: Path) -> None:
    (old / "demandes.xlsx").rename(old / "Campagne 2022.XLSM")
    cli.run(["kit", str(old)])
    assert not (old / "demandes.xlsx").exists()


def test_a_kit_renewed_without_network_files_keeps_its_libraries(old: Path) -> None:
    (old / "roues" / "numpy-2.0.0-cp312-cp312-win_amd64.whl").write_bytes(b"numpy")
    cli.run(["kit", str(old)])
    assert (old / "roues" / "numpy-2.0.0-cp312-cp312-win_amd64.whl").exists()


def test_a_users_own_file_in_a_folder_of_ours_stays(old: Path) -> None:
    (old / "roues" / "note.txt").write_text("à moi", encoding="utf-8")
    cli.run(["kit", str(old)])
    assert (old / "roues" / "note.txt").read_text(encoding="utf-8") == "à moi"


def test_the_folder_one_stands_in_can_be_renewed(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(old)
    before = tree(old)
    assert cli.run(["kit", "."]) == 0
    assert cli.run(["kit", "pieces/.."]) == 0
    assert tree(old) == before


@pytest.mark.usefixtures("index")
def test_a_failure_leaves_an_old_kit_as_it_was(old: Path) -> None:
    before = tree(old.parent)
    assert cli.run(["kit", str(old), "--hors-ligne"]) == 3
    assert tree(old.parent) == before


# --- what cannot be ---------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("light")
def test_a_file_in_the_place_of_the_folder_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "kit").write_bytes(b"")
    assert cli.run(["kit", str(tmp_path / "kit")]) == 2
    assert "est un fichier, pas un dossier. Donnez le nom d’un dossier." in capsys.readouterr().err
    assert cli.run(["kit", str(tmp_path / "kit" / "dedans")]) == 2
    assert tree(tmp_path) == {"kit": b""}


@pytest.mark.usefixtures("light", "few")
def test_a_library_without_wheel_is_named_and_nothing_is_left(
    tmp_path: Path, index: Callable[[str, str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    fill(index, but="pandas")
    assert cli.run(["kit", str(tmp_path / "kit"), "--hors-ligne"]) == 3
    said = " ".join(capsys.readouterr().err.split())
    assert "La bibliothèque pandas==" in said
    assert "n’existe pas, dans l’index de pip de ce poste, pour Windows, Python 3.13." in said
    assert [path.name for path in tmp_path.iterdir()] == ["index"]


def test_a_python_without_pip_is_told_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    assert cli.run(["kit", str(tmp_path / "kit")]) == 3
    assert "python -m ensurepip" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


# --- without network --------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("light")
def test_an_offline_kit_holds_the_libraries_unpacked_without_their_tests(
    tmp_path: Path, index: Callable[[str, str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    fill(index)
    (tmp_path / "kit" / "roues").mkdir(parents=True)
    for wheel in ("numpy-1.0-cp312-cp312-win_amd64.whl", OURS):  # of a kit of before
        (tmp_path / "kit" / "roues" / wheel).write_bytes(b"ancien")
    assert cli.run(["kit", str(tmp_path / "kit"), "--hors-ligne"]) == 0
    held = tmp_path / "kit" / "bibliotheques"
    assert {folder.name for folder in held.iterdir()} == {"segur-hop", "windows-3.13"}
    assert (held / "segur-hop" / "converter" / "__init__.py").is_file()
    assert (held / "windows-3.13" / "numpy" / "__init__.py").is_file()
    assert not [path for path in held.rglob("*") if path.name in ("tests", "bin", "__pycache__")]
    assert (held / "windows-3.13" / "empreinte.txt").read_bytes() == (REPO / "requirements.lock").read_bytes()
    assert [wheel.name for wheel in (tmp_path / "kit" / "roues").glob("*.whl")] == [OURS]
    assert "en tout : windows-3.13." in plain(capsys.readouterr().out)


def plain(said: str) -> str:
    return " ".join(said.split())


@pytest.mark.usefixtures("light", "few")
def test_systems_and_pythons_are_chosen(tmp_path: Path, index: Callable[[str, str], None]) -> None:
    fill(index)
    assert cli.run(["kit", str(tmp_path / "kit"), "--systeme", "windows", "--systeme", "linux"]) == 0
    held = {folder.name for folder in (tmp_path / "kit" / "bibliotheques").iterdir()}
    assert held == {"segur-hop", "windows-3.13", "linux-3.13"}
    asked = kit.contenu(hors_ligne=True, systemes=("macos-arm",), pythons=("3.12", "3.14"))
    assert [cible.dossier for cible in asked.cibles] == ["macos-arm-3.12", "macos-arm-3.14"]
    assert kit.contenu(hors_ligne=False).cibles == ()


@pytest.mark.usefixtures("light", "few")
def test_libraries_of_an_earlier_version_are_told_when_a_kit_is_renewed(
    tmp_path: Path, index: Callable[[str, str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    fill(index)
    folder = tmp_path / "kit"
    cli.run(["kit", str(folder), "--hors-ligne"])
    stamp = folder / "bibliotheques" / "windows-3.13" / "empreinte.txt"
    (folder / "bibliotheques" / "segur-hop" / "converter" / "__init__.py").write_text("ancien")
    stamp.write_text("pandas==2.0.0")
    capsys.readouterr()
    assert cli.run(["kit", str(folder)]) == 0
    assert "à refaire avec --hors-ligne : windows-3.13." in plain(capsys.readouterr().out)
    assert (folder / "bibliotheques" / "segur-hop" / "converter" / "__init__.py").read_text() == ""
    assert cli.run(["kit", str(folder), "--hors-ligne"]) == 0
    assert stamp.read_bytes() == (REPO / "requirements.lock").read_bytes()


# --- a Python inside --------------------------------------------------------------------------------------------------


def archive(path: Path, *, machine: int = 0x8664, version: str = "313") -> Path:
    """Write what looks like python.org's embeddable archive: a program for a machine, and its `._pth`."""
    program = bytearray(0x90)
    program[0x3C:0x40] = (0x80).to_bytes(4, "little")
    program[0x84:0x86] = machine.to_bytes(2, "little")
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("python.exe", bytes(program))
        package.writestr(f"python{version}._pth", f"python{version}.zip")
    return path


@pytest.mark.usefixtures("light", "few")
def test_a_python_is_unpacked_beside_the_launcher_and_its_print_told(
    tmp_path: Path, index: Callable[[str, str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    fill(index)
    given = archive(tmp_path / "python-3.13.0-embed-amd64.zip")
    assert cli.run(["kit", str(tmp_path / "kit"), "--python-embarque", str(given)]) == 0
    assert (tmp_path / "kit" / "python" / "python.exe").is_file()
    assert {folder.name for folder in (tmp_path / "kit" / "bibliotheques").iterdir()} == {"segur-hop", "windows-3.13"}
    assert hashlib.sha256(given.read_bytes()).hexdigest() in capsys.readouterr().out
    newer = kit.contenu(hors_ligne=True, archive=archive(tmp_path / "3.14.zip", version="314"))
    assert [cible.dossier for cible in newer.cibles] == ["windows-3.14"]


@pytest.mark.parametrize(
    "wrong", [{"machine": 0x14C}, {"version": "310"}, {"version": "27"}, {"machine": 0xAA64}], ids=str
)
def test_another_python_is_refused(tmp_path: Path, wrong: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    given = archive(tmp_path / "python.zip", **wrong)
    assert cli.run(["kit", str(tmp_path / "kit"), "--python-embarque", str(given)]) == 2
    assert "n’est pas l’archive « embeddable » 64 bits" in plain(capsys.readouterr().err)
    assert not (tmp_path / "kit").exists()


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "faux.zip").write_bytes(b"PK")
    with zipfile.ZipFile(tmp_path / "vide.zip", "w"):
        pass
    for name in ("faux.zip", "vide.zip", "absent.zip"):
        assert cli.run(["kit", str(tmp_path / "kit"), "--python-embarque", str(tmp_path / name)]) == 2


# --- a second campaign ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the kit of a campaign whose worked example is deposited: 00001, rank 001."""
    folder = tmp_path_factory.mktemp("campagne") / "2025"
    with pytest.MonkeyPatch.context() as quickly:
        make_kits_quickly(quickly)
        cli.run(["kit", str(folder)])
    shutil.copytree(folder / "exemple", folder, dirs_exist_ok=True)
    assert cli.run(["convertir", str(folder / "demandes.xlsx"), "--date-depot", "02/05/2022"]) == 0
    return folder


@pytest.fixture
def first(campaign: Path, tmp_path: Path, light: None) -> Path:  # noqa: ARG001 - a fixture takes no usefixtures
    """Return such a kit that may be changed."""
    return shutil.copytree(campaign, tmp_path / "2025")


def test_a_second_campaign_goes_on_in_the_deposits_of_the_first(
    first: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    second = tmp_path / "2026"
    assert cli.run(["kit", str(second), "--suite", str(first)]) == 0
    assert "à la suite des précédents" in plain(capsys.readouterr().out)
    shutil.copytree(second / "exemple", second, dirs_exist_ok=True)
    assert cli.run(["convertir", str(second / "demandes.xlsx"), "--date-depot", "02/05/2022"]) in (0, 1)
    assert not (second / "depots").exists()
    assert "JSON-1234567890-20220502-002" not in {path.name for path in (first / "depots").iterdir()}  # 00001 is used
    renumber(second / "demandes.xlsx", "00001", "00002")
    cli.run(["convertir", str(second / "demandes.xlsx"), "--date-depot", "02/05/2022"])
    capsys.readouterr()
    third = tmp_path / "2027"
    assert cli.run(["kit", str(third), "--suite", str(second)]) == 0
    assert (third / "dossier-des-depots.txt").read_text() == "../2025/depots\n"
    cli.run(["suivi", str(second / "demandes.xlsx"), "--quiet", "--rapport", str(tmp_path / "r.json")])
    told = json.loads((tmp_path / "r.json").read_text("utf-8"))
    assert told["depots"][0]["depot"] == "JSON-1234567890-20220502-001"
    assert told["depots"][0]["demandes"] == ["00001"]
    assert told["depots"][0]["annulable"] is True


def test_a_second_campaign_knows_the_next_free_number_and_keeps_the_adopted_model(
    first: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    second = tmp_path / "2026"
    model = shutil.copyfile(Path(shape.__file__).with_name("modele-hop.json"), first / "modele-portail.json")
    assert cli.run(["kit", str(second), "--suite", str(first)]) == 0
    assert "Premier numéro libre : 00002." in plain(capsys.readouterr().out)
    assert (second / "modele-portail.json").read_bytes() == model.read_bytes()
    for workbook in (second / "demandes.xlsx", tmp_path / "2025" / "suite.xlsx"):
        if not workbook.exists():
            assert cli.run(["modele", "-o", str(workbook)]) == 0
        assert "Commencez à 00002 : les précédents ont servi." in plain(number_prompt(workbook))
    cli.run(["modele", "-o", str(tmp_path / "blank.xlsx")])
    assert "Commencez" not in number_prompt(tmp_path / "blank.xlsx")


def number_prompt(workbook: Path) -> str:
    """Return what Excel shows on a cell of the column of numbers."""
    rules = openpyxl.load_workbook(workbook)["Demandes"].data_validations.dataValidation
    return str(next(rule.prompt for rule in rules if "A3" in str(rule.sqref)))


def renumber(workbook: Path, old: str, new: str) -> None:
    """Give a request of a workbook another number, on every sheet."""
    book = openpyxl.load_workbook(workbook)
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value == old:
                    cell.value = new
    book.save(workbook)


def test_folders_side_by_side_are_moved_together(first: Path, tmp_path: Path) -> None:
    cli.run(["kit", str(tmp_path / "2026"), "--suite", str(first)])
    moved = tmp_path / "ailleurs"
    moved.mkdir()
    for name in ("2025", "2026"):
        (tmp_path / name).rename(moved / name)
    assert depots_beside(moved / "2026").resolve() == (moved / "2025" / "depots").resolve()


def test_deposits_out_of_reach_stop_the_conversion_and_begin_no_others(
    first: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    second = tmp_path / "2026"
    cli.run(["kit", str(second), "--suite", str(first)])
    shutil.copytree(second / "exemple", second, dirs_exist_ok=True)
    first.rename(tmp_path / "débranché")
    for command in ("valider", "convertir", "suivi"):
        assert cli.run([command, str(second / "demandes.xlsx")]) == 3
        assert "commun à vos campagnes, est introuvable" in plain(capsys.readouterr().err)
    assert not (second / "depots").exists()


def test_there_must_be_deposits_to_carry_on_and_none_in_their_way(
    first: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "vide").mkdir()
    assert cli.run(["kit", str(tmp_path / "kit"), "--suite", str(tmp_path / "vide")]) == 2
    assert "il n’y a rien à y poursuivre" in plain(capsys.readouterr().err)
    (tmp_path / "autre" / "depots").mkdir(parents=True)
    before = tree(tmp_path)
    assert cli.run(["kit", str(tmp_path / "autre"), "--suite", str(first)]) == 2
    assert "a déjà ses propres dépôts" in plain(capsys.readouterr().err)
    assert tree(tmp_path) == before


def test_the_kit_takes_the_names_that_the_launcher_and_the_sample_use() -> None:
    assert set(kit.LANCEURS) == {file.name for file in (REPO / "templates").iterdir() if "onvertir" in file.name} | {
        "lanceur.py"
    }
    assert load_samples().guide().nom == kit._SOURCE_EXEMPLE.split("/")[1]
