"""Workbooks as they come back after months of use: each tired in one way, with what reading and checking it gives."""

import io
import re
import shutil
import subprocess
import zipfile
from datetime import date
from pathlib import Path

import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from converter.issues import Inutilisable
from converter.reading import workbook
from converter.spec.sheets import DEMANDES, PIECES
from tests.support.tired import TIRED, Book, Tiring
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


def _inline(data: bytes, strings: list[bytes]) -> bytes:
    """Put the shared strings of a sheet into its cells, as Google Sheets and many exporters do."""
    return re.sub(
        rb'<c ([^>]*?)t="s"([^>]*)><v>(\d+)</v></c>',
        lambda match: b'<c %bt="inlineStr"%b>' % match.group(1, 2) + strings[int(match[3])] + b"</c>",
        data,
    )


def test_strings_in_the_cells_and_the_tag_row_in_sight_are_read_alike(tmp_path: Path) -> None:
    path = tmp_path / "demandes.xlsx"
    with zipfile.ZipFile(io.BytesIO(good())) as source, zipfile.ZipFile(path, "w") as target:
        items = re.findall(rb"<si>(.*?)</si>", source.read("xl/sharedStrings.xml"), re.DOTALL)
        strings = [b"<is>" + item + b"</is>" for item in items]
        for name in source.namelist():
            data = source.read(name)
            if "/worksheets/sheet" in name:
                data = _inline(data, strings).replace(b' hidden="1"', b"")
            target.writestr(name, data)
    assert b"inlineStr" in zipfile.ZipFile(path).read("xl/worksheets/sheet3.xml")
    assert examine(path).issues == []


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_a_workbook_through_libreoffice_and_back_is_read_alike(tmp_path: Path) -> None:
    (tmp_path / "demandes.xlsx").write_bytes(good())
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    for kind, source in (("ods", "demandes.xlsx"), ("xlsx", "demandes.ods")):
        command = ["soffice", profile, "--headless", "--convert-to", kind, "--outdir", str(tmp_path), source]
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=120)
    assert examine(tmp_path / "demandes.xlsx").issues == []
