"""A run changes no height, no width and no style: what the user laid out stays laid out."""

import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from lxml import etree

from converter import cli
from tests.support.annotated import parts
from tests.tools.derived import REPO

SAMPLES = sorted(path.parent for path in REPO.glob("samples/*/demandes.xlsx"))
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def look(workbook: Path) -> Mapping[tuple[str, str], tuple[str | None, ...]]:
    """Return heights and styles of rows, widths of columns and styles of cells, by part and place."""
    found: dict[tuple[str, str], tuple[str | None, ...]] = {}
    for name, data in parts(workbook).items():
        if not re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name):  # the tool's own sheets are written anew
            continue
        sheet = etree.fromstring(data)
        for row in sheet.iter(f"{MAIN}row"):
            found[name, f"row {row.get('r')}"] = tuple(map(row.get, ("ht", "customHeight", "s", "hidden")))
        for cell in sheet.iter(f"{MAIN}c"):
            found[name, str(cell.get("r"))] = (cell.get("s"),)
        for column in sheet.iter(f"{MAIN}col"):
            found[name, f"column {column.get('min')}"] = tuple(map(column.get, ("max", "width", "style", "hidden")))
    return found


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_runs_change_no_height_width_or_style(sample: Path, tmp_path: Path) -> None:
    workbook = shutil.copytree(sample, tmp_path / "campagne") / "demandes.xlsx"
    for command in ("valider", "convertir", "valider"):
        before = look(workbook)
        cli.run([command, str(workbook)])
        after = look(workbook)
        assert {place: was for place, was in before.items() if after.get(place) != was} == {}
