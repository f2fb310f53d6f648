"""Every mistake is found at its very cell, once, well said, and with nothing that only follows from it.

Each case edits a few cells of the good workbook and names all that checking it finds, repairs apart where they are not
the point; `good` is the twin that a rule lets pass. Expected cells are read off the sheets, not computed.
"""

import re
from pathlib import Path
from typing import Any

import pytest

from converter.attachments.contents import Flaw
from converter.issues import Issue
from converter.sentences.say import catalogue, conseil, phrase
from tests.support.mistakes import CASES, TEN_O_CLOCK, B, Case, D, P, S
from tests.support.workbooks import edited, examine, inspected, opened

REPAIRS = [
    # cell, what is typed, repairs, what it reads
    (f"{D}!A7", 5, {"C001"}),
    (f"{B}!F4", 10780054, {"C001"}),
    (f"{S}!C5", 73282932000074, set()),
    (f"{B}!E3", 144556677, {"C001"}),
    (f"{B}!D3", " m.dupont@ch.fr\u00a0", {"C002"}),
    (f"{B}!D3", "m.dupont@\u00adch.fr", {"C002"}),
    (f"{D}!E3", "15 avril 2022", {"C003"}),
    (f"{D}!E3", "Le 15/04/2022", {"C003"}),
    (f"{D}!E3", 44666, {"C004"}),
    (f"{D}!E3", 44666.5, {"C004", "C005"}),
    (f"{D}!E3", TEN_O_CLOCK, {"C005"}),
    (f"{D}!G3", "13\u202f750,00\u00a0€", {"C006"}),
    (f"{D}!G3", 13750.005, {"C007"}),
    (f"{D}!H3", "Faux", {"C008"}),
    (f"{D}!H3", False, set()),
    (f"{B}!C3", "Dupont\n(marie)", {"C009"}),
    (f"{D}!F3", "h.t.", {"C010"}),
    (f"{B}!E3", 33144556677, {"C011"}),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_mistake_is_found_at_its_cell_and_nothing_else(case: Case, tmp_path: Path) -> None:
    found = examine(edited(tmp_path / "demandes.xlsx", case.edits))
    assert sorted(i for i in found.issues if i[0] != "C") == sorted(case.found)
    assert {issue: found.propositions.get(issue) for issue in case.proposed} == dict(case.proposed)
    for issue in found.verdict.issues:
        assert_well_said(issue)


def assert_well_said(issue: Issue) -> None:
    """Assert that a sentence found all its words, and that they are set as French sets them."""
    said = f"{phrase(issue)} {conseil(issue)}"
    said = said.replace(issue.valeur, "…") if issue.valeur else said
    assert not re.search(r"[{}]|None|<NA>|nan\b|NaT", said), said
    assert not re.search(r" [:;?!»%€]|« ", said), said


@pytest.mark.parametrize("case", [case for case in CASES if case.good is not None], ids=lambda case: case.name)
def test_its_good_twin_passes(case: Case, tmp_path: Path) -> None:
    assert case.good is not None
    found = examine(edited(tmp_path / "demandes.xlsx", case.good))
    assert [i for i in found.issues if i[0] != "C"] == []
    assert set(found.etats) == {"Prête"}


@pytest.mark.parametrize(("cell", "typed", "repairs"), REPAIRS)
def test_a_repair_is_told_and_holds_nothing_back(cell: str, typed: Any, repairs: set[str], tmp_path: Path) -> None:
    found = examine(edited(tmp_path / "demandes.xlsx", {cell: typed}))
    assert set(found.issues) == {f"{code} {cell}" for code in repairs}
    assert set(found.etats) == {"Prête"}


@pytest.mark.parametrize("number_format", ["0%", "0.00%", '#,##0.0" "%', "0 %;[Red]-0 %"])
def test_an_amount_that_excel_shows_as_a_percentage_is_refused(number_format: str, tmp_path: Path) -> None:
    book = opened()
    for cell, shown in (("G3", number_format), ("G4", '0.00" %"'), ("C3", "0%")):  # the second is a word, not a format
        book[D][cell].number_format = shown
    book[D]["G3"] = 13.75
    book.save(tmp_path / "demandes.xlsx")
    found = examine(tmp_path / "demandes.xlsx")
    assert found.issues == [f"V014 {D}!G3"]
    assert [issue.valeur for issue in found.verdict.issues] == ["1375 %"]


PIECES = sorted(code for code in catalogue() if code.startswith("P"))
FOLDER = ["P001", "P002"]
FILES = ["bdc 1.pdf", "ht 1.pdf", "bdc 2.pdf", "bdc 3.pdf", "bdc 4.pdf", "bdc 5.pdf"]
"""The files of the good workbook in the order of its rows, the first of which is row 3."""
IN_FILES = [code for code in PIECES if code not in FOLDER]


@pytest.mark.parametrize("codes", [IN_FILES[at : at + 6] for at in range(0, len(IN_FILES), 6)], ids=" ".join)
def test_what_is_found_in_a_file_stands_at_the_cell_that_names_it(codes: list[str], tmp_path: Path) -> None:
    flaws = {
        name: inspected(name, findings=(Flaw(code, (), "autre.pdf"),)) for name, code in zip(FILES, codes, strict=False)
    }
    found = examine(edited(tmp_path / "demandes.xlsx", {}), flaws)
    assert found.issues == [f"{code} {P}!D{row}" for row, code in enumerate(codes, start=3)]


@pytest.mark.parametrize("code", FOLDER)
def test_what_is_found_of_the_folder_stands_at_its_parameter(code: str, tmp_path: Path) -> None:
    inspection = inspected("bdc 2.pdf", findings=(Flaw(code, (), "bdc deux.pdf"),))
    found = examine(edited(tmp_path / "demandes.xlsx", {}), {"bdc 2.pdf": inspection})
    assert found.issues == [f"{code} {S}!C10"]


def test_an_order_form_that_serves_twice_is_told_at_its_second_place(tmp_path: Path) -> None:
    twin = {"bdc 3.pdf": inspected("bdc 3.pdf", sha256="content of bdc 2.pdf")}
    assert examine(edited(tmp_path / "demandes.xlsx", {}), twin).issues == [f"R181 {P}!D6"]
    proof = {"ht 1.pdf": inspected("ht 1.pdf", sha256="content of bdc 2.pdf")}
    assert examine(edited(tmp_path / "demandes.xlsx", {}), proof).issues == []


ELSEWHERE = {
    "A": "checking/test_instruction.py and tracking/test_payments.py",
    "F0": "test_workbook.py, test_adopter.py: the file itself",
    "R2": "test_forms.py, test_finess_list.py: what files say",
    "E": "test_annotate_save.py, test_deposit_environment.py, test_workbook.py: the environment",
    "D": "test_deposit.py, test_registry.py, test_reconcile.py: deposits",
    "K": "test_portal.py: the portal's own checks",
    "S": "test_adopter.py: the shape",
    "T": "moving/test_moving.py: data of an older file",
}
"""Codes that other files trigger, by prefix."""


def test_every_code_of_the_catalogue_is_triggered() -> None:
    here = {issue.split()[0] for case in CASES for issue in case.found} | {c for *_, codes in REPAIRS for c in codes}
    missing = catalogue().keys() - here - {"R181", "V014", *PIECES}
    assert {code for code in missing if not code.startswith(tuple(ELSEWHERE))} == set()


def test_the_table_is_as_long_as_was_promised() -> None:
    assert len(CASES) >= 80
    assert len({case.name for case in CASES}) == len(CASES)
