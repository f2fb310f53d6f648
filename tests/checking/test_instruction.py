"""What the vendor notes of an accepted request: read, checked, and turned into its state."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from converter.blank import template
from converter.checking import check
from converter.checking.instruction import Suite
from converter.checking.lecture import read_cells
from converter.reading import workbook
from converter.spec.programme import Etat
from converter.spec.sheets import DEMANDES
from tests.support.workbooks import PARAMETRES, ROWS, inspected

AU = date(2022, 8, 1)
NOTED = ("decision", "dateDecision", "montantPaye", "datePaiement")


def found(path: Path, etat: str, **noted: Any) -> tuple[Etat, list[str]]:
    """Return the state of the first request and what is said of it, `code column`, with these cells filled."""
    first = {**ROWS[DEMANDES][0], "etat": etat, "dateDepot": date(2022, 6, 1), **noted}
    template.write_template(path, rows={**ROWS, DEMANDES: [first, *ROWS[DEMANDES][1:]]}, parametres=PARAMETRES)
    lecture = read_cells(workbook.read(path))
    verdict = check.check(lecture, {name: inspected(name) for name in lecture.fichiers()}, AU)
    return verdict.etats[3], [f"{issue.code} {issue.balise}" for issue in verdict.issues if issue.place.ligne == 3]


DAY, LATER = date(2022, 7, 1), date(2022, 7, 15)
PAID = {"decision": "Attribuée", "dateDecision": DAY, "montantPaye": 4125.0, "datePaiement": LATER}


@pytest.mark.parametrize(
    ("noted", "etat", "issues"),
    [
        ({}, "Acceptée", []),
        (PAID, "Payée", []),
        ({"decision": "Décidée et payée", "dateDecision": DAY}, "Attribuée", []),
        ({"decision": "Refusée", "dateDecision": DAY}, "Refusée", []),
        ({"decision": "A modifier"}, "Acceptée", []),
        ({"decision": "peut-être"}, "Acceptée", ["V021 decision"]),
        ({"decision": "Attribuée", "dateDecision": date(2022, 8, 2)}, "Attribuée", ["A103 dateDecision"]),
        ({"decision": "Attribuée", "dateDecision": date(2022, 5, 31)}, "Attribuée", ["A104 dateDecision"]),
        ({"dateDecision": DAY}, "Acceptée", ["A105 decision"]),
        (PAID | {"montantPaye": 0.0}, "Attribuée", ["A106 montantPaye"]),
        (PAID | {"montantPaye": "-5"}, "Attribuée", ["A106 montantPaye"]),
        (PAID | {"decision": "Refusée"}, "Refusée", ["A107 montantPaye"]),
        (PAID | {"decision": "À modifier"}, "Acceptée", ["A107 montantPaye"]),
        ({"montantPaye": 4125.0, "datePaiement": DAY}, "Payée", ["A108 decision"]),
        ({"decision": "Attribuée", "datePaiement": DAY}, "Attribuée", ["A109 montantPaye"]),
        ({"decision": "Attribuée", "montantPaye": "4 125,00 €"}, "Payée", ["A110 datePaiement"]),
        (PAID | {"datePaiement": date(2022, 6, 30)}, "Payée", ["A111 datePaiement"]),
        (PAID | {"montantPaye": 13750.01}, "Payée", ["A112 montantPaye"]),
        (PAID | {"montantPaye": "1.234"}, "Attribuée", ["V011 montantPaye"]),
    ],
)
def test_a_state_follows_what_is_noted(tmp_path: Path, noted: dict[str, Any], etat: str, issues: list[str]) -> None:
    assert found(tmp_path / "demandes.xlsx", "Acceptée", **noted) == (etat, issues)


@pytest.mark.parametrize("written", ["Acceptée", "Attribuée", "PAYEE", "refusée"])
def test_the_state_comes_from_the_columns_not_from_the_word(tmp_path: Path, written: str) -> None:
    assert found(tmp_path / "demandes.xlsx", written) == ("Acceptée", [])


def test_a_row_never_sent_speaks_of_another_request(tmp_path: Path) -> None:
    assert found(tmp_path / "demandes.xlsx", "", **PAID) == ("À corriger", ["A101 decision"])
    assert found(tmp_path / "demandes.xlsx", "Convertie", **PAID) == ("Convertie", ["A102 decision"])


def test_what_was_refused_at_instruction_may_be_asked_for_again(tmp_path: Path) -> None:
    """The same hospital, software and order form in another row: told of a living request, not of a refused one."""
    for decision, doubles in ((None, {"R180", "R181"}), ("Refusée", set())):
        path = tmp_path / f"{decision}.xlsx"
        sent = {**ROWS[DEMANDES][2], "etat": "Acceptée", "decision": decision}
        rows = {**ROWS, DEMANDES: [*ROWS[DEMANDES][:2], sent, *ROWS[DEMANDES][3:]]}
        rows = {
            sheet: [*lines, *({**line, "numeroEditeur": "00009"} for line in lines if line["numeroEditeur"] == "00003")]
            for sheet, lines in rows.items()
        }
        rows[DEMANDES][-1] |= {"etat": None, "decision": None}
        template.write_template(path, rows=rows, parametres=PARAMETRES)
        lecture = read_cells(workbook.read(path))
        verdict = check.check(lecture, {name: inspected(name) for name in lecture.fichiers()}, AU)
        assert {issue.code for issue in verdict.issues} == doubles
        assert verdict.etats[8] is Etat.PRETE


def test_a_request_to_modify_is_expected_whatever_is_noted_as_paid() -> None:
    assert Suite("À modifier", None, 100).etat(Etat.ACCEPTEE) is Etat.ACCEPTEE
    assert Suite("Refusée").etat(Etat.CONVERTIE) is Etat.CONVERTIE


def test_a_workbook_without_these_columns_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "demandes.xlsx"
    template.write_template(path, rows=ROWS, parametres=PARAMETRES)
    classeur = workbook.read(path)
    old = replace(classeur, demandes=replace(classeur.demandes, brut=classeur.demandes.brut.drop(columns=[*NOTED])))
    assert read_cells(old).suites.lignes == {}
