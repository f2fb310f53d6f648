import csv
import io
import os
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
import zipfile
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from converter.kit import libraries, wheels
from converter.system.resources import checkout, shipped
from tests.tools.derived import REPO

PROJECT = tomllib.loads((REPO / "pyproject.toml").read_text(encoding="utf-8"))["project"]
SHIPPED = (
    "spec/modele-hop.json",
    "commands/rapport.schema.json",
    "portal/schema-hop.json",
    "requirements.lock",
    "templates/GUIDE.md",
    "templates/images/cycle.png",
    "templates/Convertir.cmd",
    "templates/Convertir.command",
    "templates/Convertir.sh",
    "templates/lanceur.py",
    "templates/segur-hop.xlsx",
    "samples/exemple-du-guide/demandes.xlsx",
    "samples/exemple-du-guide/pieces/Attestation TVA.png",
)


def call(*words: object, folder: Path, **environment: str) -> str:
    """Run a program in a folder, away from the checkout; return what it says."""
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | environment
    command = [str(word) for word in words]
    return subprocess.run(command, cwd=folder, env=env, check=True, capture_output=True, encoding="utf-8").stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel as `kit` does from a checkout, with the hatchling at hand rather than one from the network."""
    folder = tmp_path_factory.mktemp("roues")
    os.environ["PIP_NO_BUILD_ISOLATION"] = "false"  # pip's way to say: no isolation
    try:
        wheels.write_own(folder)
    finally:
        del os.environ["PIP_NO_BUILD_ISOLATION"]
    (made,) = folder.iterdir()
    return made


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel into a fresh environment, which borrows the libraries of this one; return its Python."""
    place = tmp_path_factory.mktemp("installé")
    venv.create(place / "env")
    scripts = place / "env" / ("Scripts" if os.name == "nt" else "bin")
    python = scripts / "python"
    pip = (sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-index", "--no-deps")
    call(*pip, "--disable-pip-version-check", wheel, folder=place)
    site = call(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", folder=place).strip()
    Path(site, "emprunts.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    return python


@pytest.fixture(scope="module")
def kit(python: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a kit with the installed tool."""
    place = tmp_path_factory.mktemp("kit")
    call(python, "-m", "converter", "kit", "kit", folder=place)
    return place / "kit"


def contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as package:
        return {name: package.read(name) for name in package.namelist()}


# --- what is in it ----------------------------------------------------------------------------------------------------


def test_in_a_checkout_what_is_shipped_is_found_where_it_is_kept() -> None:
    assert checkout() == REPO
    assert [name for name in SHIPPED if not shipped(name).is_file()] == []


def test_the_wheel_holds_all_that_is_shipped_and_nothing_else(wheel: Path) -> None:
    held = contents(wheel)
    assert wheel.name == "segur_hop-0.1.0-py3-none-any.whl"
    assert [name for name in SHIPPED if f"converter/{name}" not in held] == []
    known = {"converter", "segur_hop-0.1.0.dist-info"}
    assert {name.split("/")[0] for name in held} == known
    assert not [name for name in held if "__pycache__" in name or "/tests/" in name or "attendu" in name]
    assert {name.split("/")[2] for name in held if name.startswith("converter/samples/")} == {"exemple-du-guide"}


def test_the_source_archive_holds_what_the_tests_need(tmp_path: Path) -> None:
    build = "import sys; from hatchling.build import build_sdist; print(build_sdist(sys.argv[1]))"
    name = call(sys.executable, "-c", build, tmp_path, folder=REPO).splitlines()[-1]
    with tarfile.open(tmp_path / name) as archive:
        held = {member.name.split("/", 1)[1] for member in archive if member.isfile()}
    assert {"pyproject.toml", "LICENSE", "README.md", "CHANGELOG.md", "requirements-test.lock"} <= held
    assert {"tests/house/test_packaging.py", "samples/build.py", "samples/erreurs/attendu/rapport.json"} <= held
    assert not [name for name in held if name.startswith((".venv", "essai", "depots"))]


# --- installed --------------------------------------------------------------------------------------------------------


def test_the_installed_tool_runs_without_the_checkout(python: Path, tmp_path: Path) -> None:
    where = call(python, "-c", "import converter; print(converter.__file__)", folder=tmp_path)
    assert "installé" in where
    assert "convertir" in call(python, "-m", "converter", "--help", folder=tmp_path)
    assert call(python.with_name("segur-hop"), "--version", folder=tmp_path) == "segur-hop 0.1.0\n"


def test_the_installed_tool_makes_a_kit_whose_wheel_is_the_one_installed(kit: Path, wheel: Path) -> None:
    (again,) = (kit / "roues").glob("*.whl")
    assert again.name == wheel.name
    record = "segur_hop-0.1.0.dist-info/RECORD"
    first, second = contents(wheel), contents(again)
    assert {**second, record: b""} == {**first, record: b""}
    lines = [{tuple(row) for row in csv.reader(io.StringIO(held[record].decode()))} for held in (first, second)]
    assert lines[0] == lines[1]


def test_a_wheel_made_again_is_the_same_to_the_byte_and_installs(python: Path, tmp_path: Path) -> None:
    make = "import sys; from pathlib import Path; from converter.kit import wheels; wheels.write_own(Path(sys.argv[1]))"
    made = []
    for name in ("un", "deux"):
        (tmp_path / name).mkdir()
        call(python, "-c", make, tmp_path / name, folder=tmp_path)
        made += (tmp_path / name).iterdir()
    assert made[0].read_bytes() == made[1].read_bytes()
    pip = (sys.executable, "-m", "pip", "install", "-q", "--no-index", "--no-deps", "--disable-pip-version-check")
    call(*pip, "--no-compile", "--target", tmp_path / "cible", made[0], folder=tmp_path)
    assert (tmp_path / "cible" / "converter" / "templates" / "lanceur.py").is_file()


def test_the_installed_tool_converts_the_example_of_its_kit(python: Path, kit: Path, tmp_path: Path) -> None:
    workbook = kit / "exemple" / "demandes.xlsx"
    call(python, "-m", "converter", "convertir", workbook, "--date-depot", "02/05/2022", folder=tmp_path)
    name = "JSON-1234567890-20220502-001"
    made = workbook.parent / "depots" / name / f"{name}.json"
    assert made.read_bytes() == (REPO / "samples" / "exemple-du-guide" / "attendu" / made.name).read_bytes()


def test_a_copy_that_pip_did_not_install_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wheels, "checkout", lambda: None)

    def absent(name: str) -> None:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(wheels, "distribution", absent)
    with pytest.raises(wheels.Empeche) as refusal:
        wheels.write_own(tmp_path)
    assert refusal.value.issue.code == "E040"


def test_what_pip_says_of_another_failure_is_passed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wheels, "checkout", lambda: tmp_path)  # where there is nothing to build
    with pytest.raises(wheels.Empeche) as refusal:
        wheels.write_own(tmp_path)
    assert refusal.value.issue.code == "E043"
    assert str(tmp_path) in dict(refusal.value.issue.faits)["raison"]


# --- the lock ---------------------------------------------------------------------------------------------------------


def needed(cible: libraries.Cible) -> set[str]:
    """Return the name of every library that segur-hop needs there, from what the installed ones say of themselves."""
    markers = {**cible.systeme.marqueurs, "python_version": cible.python, "python_full_version": f"{cible.python}.0"}
    found: set[str] = set()
    todo = [(Requirement(line), "") for line in PROJECT["dependencies"]]
    while todo:
        requirement, extra = todo.pop()
        name = canonicalize_name(requirement.name)
        if requirement.marker is None or requirement.marker.evaluate({**markers, "extra": extra}):
            todo += [] if name in found else [(one, e) for one in said_by(name) for e in ("", *requirement.extras)]
            found.add(name)
    return found


def said_by(name: str) -> list[Requirement]:
    try:
        return [Requirement(line) for line in requires(name) or ()]
    except PackageNotFoundError:  # a library of another system
        return []


@pytest.mark.parametrize("cible", libraries.CIBLES, ids=str)
def test_the_lock_names_what_each_system_needs(cible: libraries.Cible) -> None:
    pinned = {canonicalize_name(pin.split("==")[0]) for pin in cible.pins()}
    assert needed(cible) - pinned == set()
    assert pinned - needed(cible) <= {"tzdata"}  # tzdata is pure, so it may as well be there on every system
