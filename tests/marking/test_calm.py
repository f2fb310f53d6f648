"""A run leaves the look of the user's sheets alone: row heights, column widths and the style of every cell."""

import re
import shutil
import warnings
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from converter.cli import run
from converter.issues import Gravite
from converter.marking.annotate import CellValue, ErrorLine, annotate
from tests.support.annotated import parts, placed, sheet_names, three_marks, workbooks

SAMPLES = Path(__file__).parents[2] / "samples"
OURS = {"Erreurs", "Journal"}


def look(path: Path) -> dict[str, Any]:
    """Heights, widths and the style number of every cell that has one, by sheet."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(path)
    known: dict[tuple[int, ...], str] = {}
    return {
        sheet.title: (
            {row: (size.height, size.hidden) for row, size in sheet.row_dimensions.items() if size.height},
            {letter: (size.width, size.hidden) for letter, size in sheet.column_dimensions.items()},
            {
                cell.coordinate: _style(cell, known)
                for cell in sheet._cells.values()  # iter_rows makes those that are not there
                if cell.has_style
            },
        )
        for sheet in book.worksheets
        if sheet.title not in OURS
    }


def _style(cell: Any, known: dict[tuple[int, ...], str]) -> str:
    """All that a cell's style says; many cells share one."""
    key = tuple(cell._style)
    if key not in known:
        known[key] = repr((cell.font, cell.fill, cell.border, cell.number_format, cell.alignment))
    return known[key]


def of_rows(path: Path) -> list[list[bytes]]:
    """What each row says of its height, as it is written."""
    sheets = [data for name, data in sorted(parts(path).items()) if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name)]
    return [re.findall(rb'<row [^>]*?\b(?:ht|customHeight)="[^"]*"', data) for data in sheets]


@pytest.mark.parametrize("sample", ["erreurs", "exemple-du-guide"])
def test_a_run_changes_the_look_of_no_row_column_or_cell(sample: str, tmp_path: Path) -> None:
    folder = tmp_path / sample
    shutil.copytree(SAMPLES / sample, folder, ignore=shutil.ignore_patterns("depots", "attendu"))
    book = folder / "demandes.xlsx"
    before, heights = look(book), of_rows(book)
    run(["convertir", str(book), "--date-depot", "02/05/2022", "--quiet"])
    after = look(book)
    assert of_rows(book) == heights
    for feuille, (rows, columns, cells) in before.items():
        assert after[feuille][:2] == (rows, columns), feuille
        assert {cell: after[feuille][2].get(cell) for cell in cells} == cells, feuille


@pytest.mark.parametrize("name", [*workbooks()[::7], "prefixed.xlsx"])
def test_values_marks_and_errors_change_the_look_of_nothing_in_any_workbook(name: str, tmp_path: Path) -> None:
    source, target = placed(name, tmp_path), tmp_path / "target.xlsx"
    values = [CellValue(sheet, 3, 2, "une longue phrase\nsur deux lignes") for sheet in sheet_names(source)[:1]]
    line = ErrorLine(Gravite.ERREUR, "V001", "", 0, 0, "", "", "", "Vide.", "Remplissez.")
    annotate(source, target, marks=three_marks(source), values=values, errors=[line])
    before, after = look(source), look(target)
    for feuille, (rows, columns, cells) in before.items():
        assert after[feuille][:2] == (rows, columns), feuille
        assert {cell: after[feuille][2].get(cell) for cell in cells} == cells, feuille
