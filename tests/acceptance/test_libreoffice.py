"""A workbook that LibreOffice re-saved between two runs: our marks are still known, the user's things still theirs."""

import shutil
import subprocess
from pathlib import Path

import openpyxl
import pytest

from converter.issues import Gravite
from converter.marking.annotate import ErrorLine, annotate, read_accepted, unmark_cells
from tests.support.annotated import parts, placed, three_marks

SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")
NAMES = ("values.xlsx", "notes.xlsx", "hidden.xlsx", "formats.xlsx")
LINE = ErrorLine(
    Gravite.ERREUR, "V012", "Demandes", 4, 3, "Régime", "ttc", "TTC ou HT", "Inconnu.", "Choisissez.", "TTC", (4, 6, 7)
)

FAR = (5000, 200)
"""LibreOffice takes a minute over a note in the very last cell, whoever wrote it."""

pytestmark = [
    pytest.mark.skipif(SOFFICE is None, reason="needs LibreOffice"),
    pytest.mark.filterwarnings("ignore:.*extension is not supported"),  # openpyxl, of what users have
]


@pytest.fixture(scope="module")
def resaved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of annotated workbooks as LibreOffice writes them."""
    folder = tmp_path_factory.mktemp("libreoffice")
    annotated = [folder / name for name in NAMES]
    (folder / "sources").mkdir()
    for path in annotated:
        source = placed(path.name, folder / "sources")
        annotate(source, path, marks=three_marks(source, FAR), errors=[LINE])
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = [str(SOFFICE), profile, "--headless", "--convert-to", "xlsx", "--outdir", str(folder / "out")]
    subprocess.run([*command, *map(str, annotated)], check=True, capture_output=True, timeout=120)
    return folder / "out"


@pytest.mark.parametrize("name", NAMES)
def test_our_marks_are_known_and_go(name: str, resaved: Path, tmp_path: Path) -> None:
    assert any(b"segur-hop:" in data for data in parts(resaved / name).values())
    undone = tmp_path / name
    unmark_cells(resaved / name, undone)
    assert not [part for part, data in parts(undone).items() if b"segur-hop" in data or "à corriger".encode() in data]
    book = openpyxl.load_workbook(undone)
    assert "Erreurs" not in book.sheetnames
    assert book.sheetnames == openpyxl.load_workbook(placed(name, tmp_path)).sheetnames


@pytest.mark.parametrize("name", NAMES)
def test_the_next_run_replaces_them(name: str, resaved: Path, tmp_path: Path) -> None:
    again, twice = tmp_path / "again.xlsx", tmp_path / "twice.xlsx"
    marks = three_marks(resaved / name)[:1]
    annotate(resaved / name, again, marks=marks, errors=[LINE])
    text = b"".join(data for part, data in parts(again).items() if "sheet" in part)
    assert (text.count(b"segur-hop:erreur"), text.count(b"segur-hop:avertissement")) == (1, 0)
    assert openpyxl.load_workbook(again).sheetnames.count("Erreurs") == 1
    annotate(again, twice, marks=marks, errors=[LINE])
    assert twice.read_bytes() == again.read_bytes()


def test_the_notes_of_the_user_stay(resaved: Path, tmp_path: Path) -> None:
    undone = tmp_path / "undone.xlsx"
    unmark_cells(resaved / "notes.xlsx", undone)
    book = openpyxl.load_workbook(undone)
    assert book["Demandes"]["A1"].comment.text.strip() == "vu avec Paul\nle 3 mars"
    assert book["Autre"]["B2"].comment.text.strip() == "la mienne"
    assert [cell.coordinate for cell in book["Demandes"]._cells.values() if cell.comment] in (["A1"], ["A1", "F9"])


def test_what_was_accepted_there_comes_back(resaved: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(resaved / "values.xlsx")
    book["Erreurs"]["J6"].value = "OUI"
    book.save(tmp_path / "answered.xlsx")
    (accepted,) = read_accepted(tmp_path / "answered.xlsx")
    assert (accepted.feuille, accepted.lignes, accepted.colonne, accepted.proposition) == (
        "Demandes",
        (4, 6, 7),
        3,
        "TTC",
    )
