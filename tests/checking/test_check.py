"""Which requests are ready, which are held back and by what, and what is left alone because it was filed."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from converter.attachments.contents import Flaw
from converter.checking import check
from converter.checking.lecture import read_cells
from converter.checking.links import Voisins
from converter.checking.rules import RULES, some
from converter.reading import workbook
from converter.spec import tags
from converter.spec.programme import Etat
from tests.support.workbooks import AU, edited, examine, inspected, opened

D, B, P, S = "Demandes", "Bénéficiaires", "Pièces", "Paramètres"
READY, WRONG = "Prête", "À corriger"


def etats(tmp_path: Path, edits: dict[str, Any]) -> list[str]:
    return examine(edited(tmp_path / "demandes.xlsx", edits)).etats


# --- held back --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("edits", "held"),
    [
        ({f"{D}!G3": "gratuit"}, [3]),
        ({f"{B}!F6": "12"}, [4]),
        ({f"{P}!D6": None}, [5]),
        ({f"{P}!A8": "00O05"}, [7]),  # meant for 00005, which lacks it
        ({f"{B}!A3": "ZZZZZ", f"{B}!A10": None}, [3]),
        # a row too many holds back no request (rule 6)
        ({f"{P}!A9": "ZZZZZ", f"{P}!C9": "BON_COMMANDE", f"{P}!D9": "bdc.pdf"}, []),
        ({f"{P}!A9": "00006", f"{P}!C9": "BON_COMMANDE", f"{P}!D9": "bdc.pdf"}, []),
        # warnings and repairs do not
        ({f"{B}!F3": "750712185", f"{B}!C3": "Dupont", f"{B}!E3": "standard"}, []),
        # a parameter holds those that it concerns
        ({f"{S}!C5": "123"}, [3, 4, 5, 6, 7]),
        ({f"{S}!C7": "123"}, [6]),
        ({f"{S}!C8": None}, [7]),
        ({f"{S}!C8": "2234567890"}, [3, 4, 5, 6, 7]),  # two software under one number: which is wrong?
    ],
)
def test_an_error_holds_back_its_request_and_no_other(edits: dict[str, Any], held: list[int], tmp_path: Path) -> None:
    expected = [WRONG if row in held else READY for row in range(3, 8)]
    assert etats(tmp_path, edits) == expected


def test_a_request_held_back_from_elsewhere_says_from_where(tmp_path: Path) -> None:
    edits = {f"{B}!F6": "12", f"{P}!A8": "00O05", f"{S}!C7": "123"}
    verdict = examine(edited(tmp_path / "demandes.xlsx", edits)).verdict
    places = {ligne: [f"{p.feuille}!{p.cellule}" for p in found] for ligne, found in verdict.retenues.items()}
    assert places == {4: [f"{B}!F6"], 7: [f"{P}!A8"], 6: [f"{S}!C7"]}


def test_what_is_ready_is_built_in_the_order_of_the_sheet(tmp_path: Path) -> None:
    verdict = examine(edited(tmp_path / "demandes.xlsx", {f"{D}!E4": None})).verdict
    assert [(d.ligne, d.numero, d.logiciel) for d in verdict.demandes] == [
        (3, "00001", "DPI"),
        (5, "00003", "DPI"),
        (6, "00004", "PFI"),
        (7, "00005", "RI"),
    ]
    first, pfi, ri = verdict.demandes[0], verdict.demandes[2], verdict.demandes[3]
    assert [piece.typeFichier for piece in first.pieces] == ["BON_COMMANDE", "PREUVE_HT"]
    assert (first.valeurs["isEnvoiDMP"], first.valeurs["operateurMessagerie"]) == (False, None)
    assert (pfi.valeurs["isProSanteConnectNeeded"], pfi.valeurs["operateurMessagerie"]) == (False, "Mailiz")
    assert (ri.valeurs["isProSanteConnectNeeded"], ri.valeurs["isEnvoiDMP"]) == (False, False)
    assert (verdict.siret, dict(verdict.numeros_ans)["RI"]) == ("73282932000074", "3234567890")


def test_the_only_software_sold_need_not_be_typed(tmp_path: Path) -> None:
    edits = {f"{S}!C7": None, f"{S}!C8": None, **{f"{D}!D{row}": None for row in range(3, 8)}}
    found = examine(edited(tmp_path / "demandes.xlsx", edits))
    assert {demande.logiciel for demande in found.verdict.demandes} == {"DPI"}
    assert {issue.split()[0] for issue in found.issues} == {"R102", "R103", "R180"}  # rows 6 and 7 are no DPI


def test_true_and_1_are_two_cells_in_one_column(tmp_path: Path) -> None:
    found = examine(edited(tmp_path / "demandes.xlsx", {f"{D}!P3": 1, f"{D}!P4": True, f"{D}!P5": 1}))
    assert found.issues == [f"C008 {D}!P3", f"C008 {D}!P5"]


# --- numbers ----------------------------------------------------------------------------------------------------------


def test_one_number_typed_in_three_ways_is_one(tmp_path: Path) -> None:
    edits = {f"{D}!A3": 1, f"{B}!A3": "00001", f"{B}!A4": " 0000 1", f"{P}!A3": 1, f"{P}!A4": "00001\u00a0"}
    assert etats(tmp_path, edits) == [READY] * 5


def test_a_number_in_small_letters_is_that_of_its_request(tmp_path: Path) -> None:
    edits = {f"{D}!A7": "Ab12c", f"{B}!A9": "AB12C", f"{P}!A8": "ab12c"}
    found = examine(edited(tmp_path / "demandes.xlsx", edits))
    assert found.issues == [f"C010 {B}!A9", f"C010 {P}!A8"]
    assert found.verdict.demandes[-1].numero == "Ab12c"


def test_a_shared_number_names_few_of_many_rows() -> None:
    assert some([3]) == "3"
    assert some([3, 4, 5, 6, 7]) == "3, 4, 5, 6, 7"
    assert some(range(3, 9)) == "3, 4, 5, 6, 7 et 1 autre"
    assert some(range(3, 20_003)) == "3, 4, 5, 6, 7 et 19995 autres"


@pytest.mark.parametrize(
    ("typed", "near"),
    [
        ("00O12", {"00012"}),
        ("0012", {"00012"}),
        ("000012", {"00012"}),
        ("12", {"00012"}),
        ("00102", {"00012"}),
        ("99999", set()),
        ("", set()),
    ],
)
def test_a_near_number_differs_by_one_slip(typed: str, near: set[str]) -> None:
    assert Voisins(["00012", "A0B0C"]).of(typed) == near


def test_between_two_near_numbers_none_is_proposed(tmp_path: Path) -> None:
    edits = {f"{P}!A9": "0000X", f"{P}!C9": "BON_COMMANDE", f"{P}!D9": "bdc.pdf"}  # near to all five, wanted by none
    found = examine(edited(tmp_path / "demandes.xlsx", edits))
    assert found.issues == [f"R161 {P}!A9"]
    assert found.propositions == {}


# --- filed already ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["Convertie", "CONVERTIE", " convertie ", "Acceptée", "ACCEPTEE", "acceptée\u00a0"])
def test_a_request_filed_is_not_checked_again(typed: str, tmp_path: Path) -> None:
    edits = {f"{D}!B7": typed, f"{D}!G7": "gratuit", f"{B}!F9": "12", f"{P}!D8": None, f"{P}!C8": "?"}
    found = examine(edited(tmp_path / "demandes.xlsx", edits))
    assert found.issues == []
    assert found.etats[-1] in {"Convertie", "Acceptée"}
    assert "00005" not in {demande.numero for demande in found.verdict.demandes}


@pytest.mark.parametrize("typed", ["Prête", "Rejetée", "à corriger", "converti ?", "", 12])
def test_any_other_state_is_checked_afresh(typed: Any, tmp_path: Path) -> None:
    edits = {f"{D}!B7": typed, f"{D}!G7": "gratuit"}
    assert etats(tmp_path, edits) == [*[READY] * 4, WRONG]


def test_the_number_of_a_request_filed_is_taken(tmp_path: Path) -> None:
    edits = {f"{D}!B3": "Convertie", f"{D}!A7": "00001"}
    found = examine(edited(tmp_path / "demandes.xlsx", edits))
    assert f"R101 {D}!A7" in found.issues
    assert not [issue for issue in found.issues if issue.endswith(f"{D}!A3")]
    assert found.etats == ["Convertie", READY, READY, READY, WRONG]


def test_the_establishment_of_a_request_filed_counts(tmp_path: Path) -> None:
    edits = {f"{D}!B3": "Convertie", f"{B}!F7": "750712184"}
    assert examine(edited(tmp_path / "demandes.xlsx", edits)).issues == [f"R180 {B}!F7"]


def test_a_request_filed_without_its_number_freezes_nothing_else(tmp_path: Path) -> None:
    edits = {f"{D}!B7": "Convertie", f"{D}!A7": None, f"{B}!A3": None, f"{P}!A3": None}
    found = examine(edited(tmp_path / "demandes.xlsx", edits))
    assert {f"V001 {B}!A3", f"V001 {P}!A3"} <= set(found.issues)


def test_the_files_of_a_request_filed_are_not_looked_at(tmp_path: Path) -> None:
    lecture = read_cells(workbook.read(edited(tmp_path / "demandes.xlsx", {f"{D}!B3": "Convertie"})))
    assert lecture.fichiers() == ("bdc 2.pdf", "bdc 3.pdf", "bdc 4.pdf", "bdc 5.pdf")


def test_what_the_registry_knows_replaces_what_the_sheet_says(tmp_path: Path) -> None:
    lecture = read_cells(workbook.read(edited(tmp_path / "demandes.xlsx", {})))
    filed = replace(lecture, etats={3: Etat.CONVERTIE})
    verdict = check.check(filed, {nom: inspected(nom) for nom in filed.fichiers()}, AU)
    assert [str(etat) for etat in verdict.etats.values()] == ["Convertie", *[READY] * 4]


# --- attachments ------------------------------------------------------------------------------------------------------


def test_a_warning_about_a_file_lets_it_go_and_an_error_does_not(tmp_path: Path) -> None:
    path = edited(tmp_path / "demandes.xlsx", {})
    warned = examine(path, {"bdc 2.pdf": inspected("bdc 2.pdf", findings=(Flaw("P042", (("taille", "3,1 Mo"),)),))})
    assert warned.etats == [READY] * 5
    lost = examine(path, {"bdc 2.pdf": inspected("", path=None, findings=(Flaw("P013"),))})
    assert lost.etats == [READY, WRONG, READY, READY, READY]


def test_a_file_that_serves_two_rows_is_told_at_both(tmp_path: Path) -> None:
    path = edited(tmp_path / "demandes.xlsx", {f"{P}!D6": "bdc 2.pdf"})
    found = examine(path, {"bdc 2.pdf": inspected("bdc 2.pdf", findings=(Flaw("P060"),))})
    assert [issue for issue in found.issues if issue.startswith("P060")] == [f"P060 {P}!D5", f"P060 {P}!D6"]


# --- the day and the order --------------------------------------------------------------------------------------------


def test_the_day_of_the_deposit_decides_what_is_to_come(tmp_path: Path) -> None:
    path = edited(tmp_path / "demandes.xlsx", {})
    assert examine(path, au=date(2022, 4, 14)).issues == [f"V007 {D}!E{row}" for row in range(3, 8)]
    assert examine(path, au=date(2022, 4, 15)).issues == []


def test_issues_come_in_the_order_that_one_reads(tmp_path: Path) -> None:
    edits = {f"{P}!D3": None, f"{B}!F3": None, f"{D}!G4": None, f"{D}!F3": None, f"{S}!C5": None, f"{D}!E3": None}
    found = examine(edited(tmp_path / "demandes.xlsx", edits))
    assert found.issues == [
        f"V001 {cell}" for cell in (f"{S}!C5", f"{D}!E3", f"{D}!F3", f"{D}!G4", f"{B}!F3", f"{P}!D3")
    ]


def test_every_rule_names_columns_that_its_sheet_has() -> None:
    for rule in RULES:
        columns = {tag.nom for tag in tags.vendor_columns(rule.on)}
        assert {rule.at, *rule.reads} <= columns
        if rule.counts:
            sheet, column = rule.counts
            assert column in {tag.nom for tag in tags.vendor_columns(sheet)}


# --- rows that are no data --------------------------------------------------------------------------------------------

TOTAL = {f"{D}!A8": "Total", f"{D}!G8": 30250.5}


def test_a_total_is_no_request_and_holds_none_back(tmp_path: Path) -> None:
    found = examine(edited(tmp_path / "demandes.xlsx", TOTAL))
    assert found.issues == [f"R170 {D}!A8"]
    assert found.etats == [READY] * 5
    assert list(found.verdict.numeros.values()) == ["00001", "00002", "00003", "00004", "00005"]


def test_what_a_former_run_said_of_a_total_is_taken_back(tmp_path: Path) -> None:
    column = next(cell.column_letter for cell in opened()[D][1] if cell.value == "etat")
    path = edited(tmp_path / "demandes.xlsx", {**TOTAL, f"{D}!{column}8": WRONG})
    assert list(read_cells(workbook.read(path)).classeur.demandes.videes.index) == [8]


def test_a_request_that_went_out_is_no_note_though_it_was_emptied(tmp_path: Path) -> None:
    column = next(cell.column_letter for cell in opened()[D][1] if cell.value == "etat")
    path = edited(tmp_path / "demandes.xlsx", {**TOTAL, f"{D}!{column}8": "Convertie"})
    assert 8 in read_cells(workbook.read(path)).frames.demandes.valeurs.index


ADDING_UP = ["TOTAL", "Total", "total", "Somme", "SOMME", "Cumul", "CUMUL"]
"""The words of a total that are five letters, as a request's number is."""


@pytest.mark.parametrize("word", ADDING_UP)
def test_a_request_numbered_by_a_word_of_totals_is_a_request(word: str, tmp_path: Path) -> None:
    found = examine(edited(tmp_path / "demandes.xlsx", {f"{D}!A7": word, f"{B}!A9": word, f"{P}!A8": word}))
    assert (found.issues, found.etats) == ([], [READY] * 5)
    assert found.verdict.demandes[-1].numero == word


@pytest.mark.parametrize("named", [f"{D}!J4", f"{B}!C5", f"{P}!D5"])
def test_a_full_row_that_names_a_word_of_totals_is_a_row(named: str, tmp_path: Path) -> None:
    typed = "SOMME.pdf" if named.startswith(P) else "SOMME"  # a surname, and a département
    edits = {f"{D}!A4": "ABCDE", f"{B}!A5": "ABCDE", f"{B}!A6": "ABCDE", f"{P}!A5": "ABCDE", named: typed}
    found = examine(edited(tmp_path / "demandes.xlsx", edits))
    assert (found.issues, found.etats) == ([], [READY] * 5)


@pytest.mark.parametrize(("cell", "name"), [(f"{B}!A5", f"{B}!C5"), (f"{P}!A5", f"{P}!D5")])
def test_a_row_astray_that_names_a_word_of_totals_is_told_as_one_astray(cell: str, name: str, tmp_path: Path) -> None:
    found = examine(edited(tmp_path / "demandes.xlsx", {cell: "ZZZZZ", name: "SOMME"}))
    assert found.issues == [f"R161 {cell}"]
