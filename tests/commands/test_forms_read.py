"""Order forms and the public list through a whole run: told at the cell, on the screen, in the slip, and once only."""

import json
from pathlib import Path

import openpyxl
import pytest

from converter.attachments import pdf
from converter.cli import run
from tests.support.order_forms import WITH_TEXT, WITHOUT_TEXT, Facts
from tests.support.workbooks import PARAMETRES, ROWS, edited

DAY = ("--date-depot", "01/06/2022")
GOOD = Facts(1_375_000, "spaces")
OTHERS = ("bdc 2.pdf", "bdc 3.pdf", "bdc 4.pdf", "bdc 5.pdf")
LIST = (
    "FINESS;Nom\n750712184;CH Saint-Martin\n010780054;CH de Fleyriat\n690781810;HCL\n130786049;AP-HM\n330781196;CHU\n"
)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """The good workbook with its attachments: one order form of text, the others scanned."""
    assert (len(ROWS["Pièces"]), PARAMETRES["SIRET"]) == (6, "73282932000074")
    folder = tmp_path / "pieces"
    folder.mkdir()
    (folder / "bdc 1.pdf").write_bytes(WITH_TEXT["table"](GOOD))
    (folder / "ht 1.pdf").write_bytes(WITHOUT_TEXT["blank"](GOOD))
    for rank, name in enumerate(OTHERS):
        (folder / name).write_bytes(WITHOUT_TEXT["scan"](Facts(100_000 * (rank + 1), "spaces")))
    return edited(tmp_path / "demandes.xlsx", {})


def check(book: Path, command: str = "valider") -> list[str]:
    report = book.parent / "rapport.json"
    run([command, str(book), *DAY, "--quiet", "--rapport", str(report)])
    found = json.loads(report.read_text(encoding="utf-8"))["anomalies"]
    return [f"{each['code']} {each['feuille']}!{each['cellule']}" for each in found if each["code"][0] != "C"]


def test_a_form_that_says_another_amount_is_told_at_the_amount(book: Path) -> None:
    assert check(book) == []
    edited(book, {"Demandes!G3": 13570})
    assert check(book) == ["R200 Demandes!G3"]


def test_a_second_run_opens_no_text_again(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check(book)
    assert (book.parent / "sauvegardes" / "demandes.lectures").is_file()
    asked: list[bool] = []
    inspect_pdf = pdf.inspect_pdf

    def noted(data: bytes, *, read: bool) -> tuple[str, pdf.Said | None]:
        asked.append(read)
        return inspect_pdf(data, read=read)

    monkeypatch.setattr(pdf, "inspect_pdf", noted)
    edited(book, {"Demandes!G3": 13570})
    assert check(book) == ["R200 Demandes!G3"]
    assert asked
    assert not any(asked)


def test_a_workbook_that_says_no_reads_none(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edited(book, {"Demandes!G3": 13570, "Paramètres!C11": "NON"})
    assert check(book) == []
    assert not (book.parent / "sauvegardes" / "demandes.lectures").exists()
    assert run(["valider", str(book), *DAY]) == 0
    assert "sans texte lisible" not in capsys.readouterr().out


def test_what_only_a_person_can_compare_is_told_on_the_screen_and_in_the_slip(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["convertir", str(book), *DAY]) == 0
    assert "4 bons de commande sans texte lisible (numérisé) : 00002, 00003, 00004, 00005" in capsys.readouterr().out
    slips = list((book.parent / "depots").glob("*/bordereau.xlsx"))
    told = "\n".join(str(cell.value) for path in slips for row in openpyxl.load_workbook(path).active for cell in row)
    assert told.count("à comparer à l’œil") == 4


def test_the_names_of_the_list_stand_beside_the_finess_and_in_the_slip(book: Path) -> None:
    (book.parent / "Fichier de calcul.csv").write_text(LIST, encoding="utf-8")
    assert check(book, "convertir") == []
    rows = list(openpyxl.load_workbook(book)["Bénéficiaires"].values)
    column = rows[0].index("nomEtablissement")
    assert [row[column] for row in rows[2:5]] == ["CH Saint-Martin", "CH de Fleyriat", "HCL"]
    (slip, *_) = sorted((book.parent / "depots").glob("*1234567890*/bordereau.xlsx"))
    told = [str(cell.value) for row in openpyxl.load_workbook(slip).active for cell in row]
    assert "750712184 CH Saint-Martin, 010780054 CH de Fleyriat" in told


def test_a_finess_out_of_the_list_is_a_warning_and_the_list_may_be_named(book: Path) -> None:
    (book.parent / "liste.txt").write_text(LIST.replace("010780054", "010780055"), encoding="utf-8")
    edited(book, {"Paramètres!C12": "liste.txt"})
    assert check(book) == ["R210 Bénéficiaires!F4"]
    edited(book, {"Paramètres!C12": "autre.txt"})
    assert check(book) == ["R211 Paramètres!C12"]
