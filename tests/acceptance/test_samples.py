import hashlib
import json
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from converter import cli
from tests.tools.derived import REPO, load_samples

SAMPLES = REPO / "samples"
NAMES = ("exemple-du-guide", "erreurs", "450-demandes")
DAY = "20220502"


def files(folder: Path) -> dict[str, bytes]:
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def converted(name: str, folder: Path, *, code: int) -> dict[str, Any]:
    """Convert a copy of a sample; return its report."""
    shutil.copytree(SAMPLES / name, folder / name)
    rapport = folder / "rapport.json"
    arguments = ("convertir", folder / name / "demandes.xlsx", "--date-depot", "02/05/2022", "--rapport", rapport)
    assert cli.run([*map(str, arguments), "--quiet"]) == code
    return dict(json.loads(rapport.read_text(encoding="utf-8")))


def jsons(folder: Path) -> Iterator[Path]:
    yield from sorted(folder.glob("depots/JSON-*/JSON-*.json"))


@pytest.mark.parametrize("sample", list(load_samples().samples()), ids=lambda sample: sample.nom)
def test_a_sample_is_what_its_script_builds(sample: Any, tmp_path: Path) -> None:
    sample.write(tmp_path)
    kept = {name: data for name, data in files(SAMPLES / sample.nom).items() if not name.startswith("attendu/")}
    assert sorted(kept) == sorted(files(tmp_path))
    assert kept == files(tmp_path), "python -m tests.tools.derived"


def test_every_sample_says_what_is_expected_of_it() -> None:
    assert {folder.name for folder in SAMPLES.iterdir() if folder.is_dir() and folder.name != "__pycache__"} == set(
        NAMES
    )
    assert all(list((SAMPLES / name / "attendu").iterdir()) for name in NAMES)


def test_the_guides_example_gives_the_json_of_the_specification_to_the_byte(tmp_path: Path) -> None:
    converted("exemple-du-guide", tmp_path, code=0)
    folder = tmp_path / "exemple-du-guide"
    (made,) = jsons(folder)
    assert made.name == f"JSON-1234567890-{DAY}-001.json"
    assert made.read_bytes() == (SAMPLES / "exemple-du-guide" / "attendu" / made.name).read_bytes()


def test_the_guides_example_gives_its_attachments_renamed(tmp_path: Path) -> None:
    converted("exemple-du-guide", tmp_path, code=0)
    deposit = tmp_path / "exemple-du-guide" / "depots" / f"JSON-1234567890-{DAY}-001"
    pieces = SAMPLES / "exemple-du-guide" / "pieces"
    with zipfile.ZipFile(deposit / f"PJ-1234567890-{DAY}-001-1.zip") as package:
        assert {name: package.read(name) for name in package.namelist()} == {
            "HOP-DPI-Va1-BDC-00001.pdf": (pieces / "Bon de commande Saint-Martin.pdf").read_bytes(),
            "HOP-DPI-Va1-HT-00001.png": (pieces / "Attestation TVA.png").read_bytes(),
        }


def test_converting_the_example_again_elsewhere_gives_the_same_bytes(tmp_path: Path) -> None:
    deposits = []
    for place in ("un", "deux"):
        (tmp_path / place).mkdir()
        converted("exemple-du-guide", tmp_path / place, code=0)
        made = files(tmp_path / place / "exemple-du-guide" / "depots" / f"JSON-1234567890-{DAY}-001")
        deposits.append({name: data for name, data in made.items() if name != "bordereau.xlsx"})
    assert deposits[0] == deposits[1]
    assert len(deposits[0]) == 2


def test_each_mistake_is_found_at_its_cell_and_nothing_else(tmp_path: Path) -> None:
    rapport = converted("erreurs", tmp_path, code=1)
    folder = f"{tmp_path / 'erreurs'}/"
    for anomaly in rapport["anomalies"]:
        del anomaly["message"], anomaly["conseil"]
    told = json.loads(json.dumps(rapport).replace(json.dumps(folder)[1:-1], ""))
    assert told == json.loads((SAMPLES / "erreurs" / "attendu" / "rapport.json").read_text(encoding="utf-8"))


def test_a_campaign_of_450_makes_three_files_of_the_expected_bytes(tmp_path: Path) -> None:
    rapport = converted("450-demandes", tmp_path, code=0)
    assert [len(depot["demandes"]) for depot in rapport["depots"]] == [200, 200, 50]
    sums = [
        f"{hashlib.sha256(made.read_bytes()).hexdigest()}  {made.name}" for made in jsons(tmp_path / "450-demandes")
    ]
    expected = (SAMPLES / "450-demandes" / "attendu" / "SHA256SUMS").read_text(encoding="utf-8")
    assert sums == expected.splitlines()
