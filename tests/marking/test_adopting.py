"""What becomes of a proposition that the user accepted: written on every sheet that carries it, or told why not."""

import json
import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.formula import ArrayFormula

from converter.cli import run
from tests.support.erreurs import say_oui

SAMPLES = Path(__file__).parents[2] / "samples"
DAY = ("--date-depot", "02/05/2022")


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """The sample with mistakes, where it may be written to."""
    shutil.copytree(SAMPLES / "erreurs", tmp_path / "e", ignore=shutil.ignore_patterns("depots", "attendu"))
    return tmp_path / "e" / "demandes.xlsx"


def put(path: Path, **cells: Any) -> None:
    """Type values into cells named `Feuille_A1`."""
    workbook = openpyxl.load_workbook(path)
    for name, value in cells.items():
        feuille, _, cell = name.rpartition("_")
        workbook[feuille][cell].value = value
    workbook.save(path)


def column(path: Path, feuille: str, tag: str) -> str:
    return next(c.column_letter for c in openpyxl.load_workbook(path)[feuille][1] if c.value == tag)


def accept(path: Path, feuille: str, cell: str) -> int:
    """Say OUI to what is proposed for a cell; return how many times it is."""
    return say_oui(path, Feuille=feuille, Cellule=cell)


def valider(path: Path) -> Any:
    report = path.with_name("rapport.json")
    run(["valider", str(path), *DAY, "--quiet", "--rapport", str(report)])
    return json.loads(report.read_text(encoding="utf-8"))


def journal(path: Path) -> list[tuple[Any, ...]]:
    rows = openpyxl.load_workbook(path)["Journal"].iter_rows(min_row=4, values_only=True)
    return [row[1:6] for row in rows]


def test_a_parameter_takes_the_value_that_was_accepted(book: Path) -> None:
    put(book, Paramètres_C5="732 829 320 00074")
    valider(book)
    assert accept(book, "Paramètres", "C5") == 1
    report = valider(book)
    assert openpyxl.load_workbook(book)["Paramètres"]["C5"].value == "73282932000074"
    assert [(each["cellule"], each["refus"]) for each in report["acceptations"]] == [("C5", "")]
    assert journal(book) == [
        ("Paramètres", "C5", "SIRET du fournisseur", "732 829 320 00074", "73282932000074"),
    ]


def test_a_new_number_goes_to_every_sheet_that_carries_the_old_one(book: Path) -> None:
    put(book, Demandes_A3="1", Bénéficiaires_A3="1", Pièces_A3="00001")
    valider(book)
    assert accept(book, "Demandes", "A3") == 1
    valider(book)
    found = openpyxl.load_workbook(book)
    assert [found[sheet]["A3"].value for sheet in ("Demandes", "Bénéficiaires", "Pièces")] == ["00001"] * 3
    put(book, Demandes_A4="0002", Bénéficiaires_A4="0002", Pièces_A4="0002", Erreurs_C6="A4", Erreurs_D6="4")
    put(book, Erreurs_B6="Demandes", Erreurs_F6="0002", Erreurs_I6="00077", Erreurs_J6="OUI")
    report = valider(book)
    found = openpyxl.load_workbook(book)
    assert [found[sheet]["A4"].value for sheet in ("Demandes", "Bénéficiaires", "Pièces")] == ["00077"] * 3
    assert [each["feuille"] for each in report["acceptations"]] == ["Demandes", "Bénéficiaires", "Pièces"]
    assert len(journal(book)) == 5


def test_lines_that_read_differently_are_accepted_each_for_its_own(book: Path) -> None:
    name = column(book, "Bénéficiaires", "nomClient")
    put(book, **{f"Bénéficiaires_{name}{row}": text for row, text in ((3, "Durand"), (4, "durand"), (5, "DURAND"))})
    valider(book)
    assert accept(book, "Bénéficiaires", f"{name}3") + accept(book, "Bénéficiaires", f"{name}4") == 2
    valider(book)
    found = openpyxl.load_workbook(book)["Bénéficiaires"]
    assert [found[f"{name}{row}"].value for row in (3, 4, 5)] == ["DURAND"] * 3


def test_what_the_user_typed_since_stays_and_the_run_says_so(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = column(book, "Bénéficiaires", "nomClient")
    put(book, **{f"Bénéficiaires_{name}3": "Durand"})
    valider(book)
    accept(book, "Bénéficiaires", f"{name}3")
    put(book, **{f"Bénéficiaires_{name}3": "MARTIN"})
    (refused,) = valider(book)["acceptations"]
    assert refused["refus"] == "la cellule a changé depuis, elle contient «\u00a0MARTIN\u00a0»"
    assert openpyxl.load_workbook(book)["Bénéficiaires"][f"{name}3"].value == "MARTIN"
    assert "Journal" not in openpyxl.load_workbook(book).sheetnames
    capsys.readouterr()


def test_an_answer_given_for_several_values_read_by_an_older_run_holds_for_each(book: Path) -> None:
    name = column(book, "Bénéficiaires", "nomClient")
    put(book, **{f"Bénéficiaires_{name}3": "Durand", f"Bénéficiaires_{name}4": "durand"})
    valider(book)
    put(book, Erreurs_B6="Bénéficiaires", Erreurs_C6=f"{name}3", Erreurs_D6="3-4", Erreurs_F6="Durand ; durand")
    put(book, Erreurs_I6="DURAND", Erreurs_J6="OUI")
    assert [each["refus"] for each in valider(book)["acceptations"]] == ["", ""]


def test_a_proposition_that_an_array_formula_keeps_out_is_told_as_refused(book: Path) -> None:
    name = column(book, "Bénéficiaires", "nomClient")
    array = ArrayFormula(f"{name}3:{name}4", '={"DURAND";"MARTIN"}')
    put(book, **{f"Bénéficiaires_{name}3": array, f"Bénéficiaires_{name}4": "durand"})
    valider(book)
    assert accept(book, "Bénéficiaires", f"{name}4") == 1
    report = valider(book)
    assert [each["refus"] for each in report["acceptations"]] == ["une formule matricielle occupe cette cellule"]
    assert openpyxl.load_workbook(book)["Bénéficiaires"][f"{name}4"].value == "durand"
    assert "Journal" not in openpyxl.load_workbook(book).sheetnames


def test_the_portals_answer_is_brought_back_with_what_was_accepted(tmp_path: Path) -> None:
    folder = tmp_path / "g"
    shutil.copytree(SAMPLES / "exemple-du-guide", folder, ignore=shutil.ignore_patterns("depots", "attendu"))
    book, answer = folder / "demandes.xlsx", tmp_path / "reponse.json"
    siret = str(openpyxl.load_workbook(book)["Paramètres"]["C5"].value)
    put(book, Paramètres_C5=f" {siret} ")
    run(["convertir", str(book), *DAY, "--quiet"])
    (sent,) = (folder / "depots").glob("JSON-*/JSON-*.json")
    assert accept(book, "Paramètres", "C5") == 1
    run(["verifier", str(sent), "--reponse", str(answer), *DAY])
    assert run(["retour", str(answer), str(book), "--quiet"]) == 0
    found = openpyxl.load_workbook(book)
    etat = column(book, "Demandes", "etat")
    assert (found["Paramètres"]["C5"].value, found["Demandes"][f"{etat}3"].value) == (siret, "Acceptée")
    assert [line[:2] for line in journal(book)] == [("Paramètres", "C5")]
