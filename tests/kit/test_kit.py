import os
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from converter import cli
from converter.blank import template
from converter.kit import folder as kit
from converter.kit import wheels
from tests.tools.derived import REPO, load_samples

LAUNCHERS = ("Convertir.cmd", "Convertir.command", "Convertir.sh", "lanceur.py")
OURS = "segur_hop-0.1.0-py3-none-any.whl"


def tree(folder: Path) -> dict[str, bytes]:
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.fixture
def light(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare the building of our wheel, which test_packaging.py is about."""
    monkeypatch.setattr(wheels, "write_own", lambda folder: (folder / OURS).write_bytes(b"segur-hop"))


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Give pip an index of its own, empty, to be filled with wheels by name and tags; two systems, one Python."""
    folder = tmp_path / "index"
    folder.mkdir()
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    windows, linux = wheels.Cible(wheels.SYSTEMES[0], "3.12"), wheels.Cible(wheels.SYSTEMES[3], "3.12")
    monkeypatch.setattr(wheels, "CIBLES", (windows, linux))

    def add(pin: str, tags: str) -> None:
        name, version = pin.split("==")
        stem = f"{name.replace('-', '_')}-{version}"
        with zipfile.ZipFile(folder / f"{stem}-{tags}.whl", "w") as wheel:
            wheel.writestr(f"{stem}.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
            wheel.writestr(f"{stem}.dist-info/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tags}\n")
            wheel.writestr(f"{stem}.dist-info/RECORD", "")

    return add


def fill(add: Callable[[str, str], None], *, but: str = "") -> None:
    """Give the index all that a kit asks for: numpy by system, the rest for all."""
    for pin in {pin for cible in wheels.CIBLES for pin in cible.pins()}:
        name = pin.split("==")[0]
        if name == "numpy":
            add(pin, "cp312-cp312-win_amd64")
            add(pin, "cp312-cp312-manylinux_2_28_x86_64")
        elif name != but:
            add(pin, "py3-none-any")


# --- a new folder -----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("light")
def test_a_kit_holds_all_that_a_finance_team_needs(tmp_path: Path) -> None:
    assert cli.run(["kit", str(tmp_path / "Avances Ségur & Cie")]) == 0
    made = tree(tmp_path / "Avances Ségur & Cie")
    example = REPO / "samples" / "exemple-du-guide"
    template.write(tmp_path / "vierge.xlsx")
    assert made.pop("demandes.xlsx") == (tmp_path / "vierge.xlsx").read_bytes()
    assert made.pop("Guide.html").startswith(b'<!DOCTYPE html>\n<html lang="fr">')
    assert made.pop("roues/requirements.lock") == (REPO / "requirements.lock").read_bytes()
    assert made.pop(f"roues/{OURS}") == b"segur-hop"
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


@pytest.mark.usefixtures("light")
def test_a_library_without_wheel_is_named_and_nothing_is_left(
    tmp_path: Path, index: Callable[[str, str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    fill(index, but="pandas")
    assert cli.run(["kit", str(tmp_path / "kit"), "--hors-ligne"]) == 3
    said = " ".join(capsys.readouterr().err.split())
    assert "La bibliothèque pandas==" in said
    assert "n’existe pas, dans l’index de pip de ce poste, pour Windows, Python 3.12." in said
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
def test_an_offline_kit_holds_each_library_once_or_once_a_system(
    tmp_path: Path, index: Callable[[str, str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    fill(index)
    (tmp_path / "kit" / "roues").mkdir(parents=True)
    (tmp_path / "kit" / "roues" / "numpy-1.0-cp312-cp312-win_amd64.whl").write_bytes(b"ancien")
    assert cli.run(["kit", str(tmp_path / "kit"), "--hors-ligne"]) == 0
    held = {wheel.name for wheel in (tmp_path / "kit" / "roues").glob("*.whl")}
    assert held - {OURS} == {wheel.name for wheel in (tmp_path / "index").iterdir()}
    assert f"{len(held)} bibliothèques" in capsys.readouterr().out


@pytest.mark.parametrize("systeme", wheels.SYSTEMES, ids=lambda systeme: systeme.nom)
def test_each_system_gets_its_libraries(systeme: wheels.Systeme) -> None:
    pins = set(wheels.Cible(systeme, "3.13").pins())
    assert {pin.split("==")[0] for pin in pins} >= {"pandas", "pip", "lxml", "markdown-it-py", "pypdfium2"}


def test_the_kit_takes_the_names_that_the_launcher_and_the_sample_use() -> None:
    assert set(kit.LANCEURS) == {file.name for file in (REPO / "templates").iterdir() if "onvertir" in file.name} | {
        "lanceur.py"
    }
    assert load_samples().guide().nom == kit._SOURCE_EXEMPLE.split("/")[1]
