"""Workbooks as they come back after months of use: each tired in one way, with what reading and checking it gives."""

import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from converter.issues import Gravite, Inutilisable
from converter.marking.annotate import Mark, mark_cells, unmark_cells
from converter.reading import workbook
from converter.spec.sheets import DEMANDES, PIECES
from tests.support.annotated import lost, readings
from tests.support.foreign import remade
from tests.support.tired import CHANGED, TIRED, Book, Changing, Tiring, a_conversation_on_a_request
from tests.support.workbooks import examine, good, opened


@pytest.mark.parametrize(("tire", "found"), TIRED, ids=[tire.__name__ for tire, _ in TIRED])
def test_a_tired_workbook_is_read_for_what_it_says(tire: Tiring, found: set[str], tmp_path: Path) -> None:
    book = opened()
    tire(book)
    book.save(tmp_path / "demandes.xlsx")
    assert set(examine(tmp_path / "demandes.xlsx").issues) == found


# --- refused, with the reason -----------------------------------------------------------------------------------------


def a_column_duplicated(book: Book) -> None:
    for row in range(1, 6):
        book[DEMANDES][f"AE{row}"] = book[DEMANDES][f"C{row}"].value


def a_column_deleted(book: Book) -> None:
    book[DEMANDES].delete_cols(5)


def a_sheet_deleted(book: Book) -> None:
    del book[PIECES]


def all_requests_deleted(book: Book) -> None:
    for row in range(3, 8):
        for cell in book[DEMANDES][row]:
            cell.value = None


@pytest.mark.parametrize(
    ("tire", "code"),
    [
        (a_column_duplicated, "F012"),
        (a_column_deleted, "F011"),
        (a_sheet_deleted, "F010"),
        (all_requests_deleted, "F014"),
    ],
)
def test_a_workbook_too_tired_is_refused_with_the_reason(tire: Tiring, code: str, tmp_path: Path) -> None:
    book = opened()
    tire(book)
    book.save(tmp_path / "demandes.xlsx")
    with pytest.raises(Inutilisable) as refused:
        workbook.read(tmp_path / "demandes.xlsx")
    assert {issue.code for issue in refused.value.issues} == {code}


# --- other programs, other systems ------------------------------------------------------------------------------------


def test_days_are_the_same_in_a_workbook_of_1904(tmp_path: Path) -> None:
    book = opened()
    book.epoch = CALENDAR_MAC_1904
    book.save(tmp_path / "demandes.xlsx")
    found = examine(tmp_path / "demandes.xlsx")
    assert found.issues == []
    assert {demande.valeurs["dateCommande"] for demande in found.verdict.demandes} == {date(2022, 4, 15)}


@pytest.mark.parametrize(("change", "found"), CHANGED, ids=[change.__name__ for change, _ in CHANGED])
def test_a_workbook_of_another_program_is_read_for_what_it_says(
    change: Changing, found: set[str], tmp_path: Path
) -> None:
    (tmp_path / "demandes.xlsx").write_bytes(remade(good(), change))
    assert set(examine(tmp_path / "demandes.xlsx").issues) == found


def test_a_conversation_stays_whole_under_our_marks(tmp_path: Path) -> None:
    source, target = tmp_path / "demandes.xlsx", tmp_path / "marqué.xlsx"
    source.write_bytes(remade(good(), a_conversation_on_a_request))
    mark_cells(
        source, target, [Mark(DEMANDES, 3, 1, Gravite.ERREUR, "faux"), Mark(DEMANDES, 3, 5, Gravite.ERREUR, "f")]
    )
    assert lost(source, target) == []
    unmark_cells(target, tmp_path / "net.xlsx")
    assert readings(tmp_path / "net.xlsx") == readings(source)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_a_workbook_through_libreoffice_and_back_is_read_alike(tmp_path: Path) -> None:
    (tmp_path / "demandes.xlsx").write_bytes(good())
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    for kind, source in (("ods", "demandes.xlsx"), ("xlsx", "demandes.ods")):
        command = ["soffice", profile, "--headless", "--convert-to", kind, "--outdir", str(tmp_path), source]
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=120)
    assert examine(tmp_path / "demandes.xlsx").issues == []
