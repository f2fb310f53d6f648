"""The fill of a mark: which cells, in which look, and its rank among the conditional formats of the user's."""

import re
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from converter.issues import Gravite
from converter.marking.annotate import Mark, mark_cells, unmark_cells
from converter.xlsx.sheet import areas, cells_of
from tests.support.annotated import MAIN, bare, parts, placed


def fills(path: Path, sheet: str) -> dict[str, tuple[str, str]]:
    """The cells of our conditional formats, with formula and colour, as openpyxl reads them."""
    found = openpyxl.load_workbook(path)[sheet].conditional_formatting
    return {
        str(each.sqref): (rule.formula[0], rule.dxf.fill.bgColor.rgb)
        for each in found
        for rule in each.rules
        if "segur-hop" in rule.formula[0]
    }


def marked(source: Path, *marks: Mark) -> Path:
    target = source.with_name(f"marked-{source.name}")
    mark_cells(source, target, marks)
    return target


def test_one_conditional_format_for_each_gravity_and_no_style_changed(tmp_path: Path) -> None:
    source = placed("values.xlsx", tmp_path)
    cells = [(1, 1), (2, 1), (3, 1), (1, 2), (2, 2), (3, 2), (9, 9)]
    target = marked(
        source,
        *(Mark("Demandes", *cell, Gravite.ERREUR, "faux") for cell in cells),
        Mark("Demandes", 5, 5, Gravite.CORRECTION, "lu"),
        Mark("Demandes", 5, 5, Gravite.AVERTISSEMENT, "douteux"),
    )
    assert fills(target, "Demandes") == {
        "A1:B3 I9": ('LEN("segur-hop:erreur")>0', "FFFFC7CE"),
        "E5": ('LEN("segur-hop:avertissement")>0', "FFFFE0B2"),
    }
    rows = [re.findall(b"<row.*</row>", parts(path)["xl/worksheets/sheet1.xml"]) for path in (source, target)]
    assert rows[0] == rows[1]


def test_a_mark_inside_a_merged_area_stands_at_its_first_cell(tmp_path: Path) -> None:
    source = placed("merged.xlsx", tmp_path)
    target = marked(source, *(Mark("Fusion", row, 5, Gravite.ERREUR, f"{row}") for row in (7, 900, 1001)))
    assert list(fills(target, "Fusion")) == ["E1 E1001"]
    assert openpyxl.load_workbook(target)["Fusion"]["E1"].comment.text.endswith("• 7\n• 900")


CONDITIONS = (
    f'<worksheet xmlns="{MAIN}" xmlns:x14="urn:x14" xmlns:xm="urn:xm"><sheetData/>'
    '<conditionalFormatting sqref="A1:A9 C:C"><cfRule type="expression" priority="2"><formula>TRUE</formula></cfRule>'
    '</conditionalFormatting><extLst><ext uri="u"><x14:cfRule type="dataBar" id="i"/>'
    '<x14:cfRule type="iconSet" priority="1" id="j"/><xm:sqref>E1:E9</xm:sqref></ext></extLst></worksheet>'
)


@pytest.mark.parametrize(
    ("cell", "theirs", "ours"),
    [((5, 2), [2, 1], 3), ((5, 1), [3, 2], 1), ((99, 3), [3, 2], 1), ((9, 5), [3, 2], 1), ((10, 5), [2, 1], 3)],
)
def test_ours_come_first_only_where_the_users_would_paint_over_a_mark(
    cell: tuple[int, int], theirs: list[int], ours: int, tmp_path: Path
) -> None:
    source, undone = tmp_path / "source.xlsx", tmp_path / "undone.xlsx"
    source.write_bytes(bare(CONDITIONS))
    target = marked(source, Mark("S", *cell, Gravite.ERREUR, ""))
    text = parts(target)["sheet.xml"].decode()
    rules = {rule: int(priority) for rule, priority in re.findall(r'cfRule type="(\w+)"[^>]*priority="(\d+)"', text)}
    found = [int(each) for each in re.findall(r'type="(?:expression|iconSet)"[^>]*priority="(\d+)"', text)]
    assert rules["iconSet"] == theirs[1]
    assert sorted(found) == sorted([*theirs, ours])
    unmark_cells(target, undone)
    assert parts(undone)["sheet.xml"] == parts(source)["sheet.xml"]


@given(st.sets(st.tuples(st.integers(1, 8), st.integers(1, 8)), max_size=40))
def test_areas_cover_exactly_the_cells(cells: set[tuple[int, int]]) -> None:
    covered = [
        (row, column)
        for top, left, bottom, right in map(cells_of, areas(cells))
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
    ]
    assert sorted(covered) == sorted(cells)


@pytest.mark.parametrize(
    ("reference", "expected"),
    [("B2", (2, 2, 2, 2)), ("$A$1:C9", (1, 1, 9, 3)), ("C:D", (1, 3, 1_048_576, 4)), ("7:7", (7, 1, 7, 16_384))],
)
def test_a_reference_is_a_cell_an_area_rows_or_columns(reference: str, expected: tuple[int, int, int, int]) -> None:
    assert cells_of(reference) == expected


def test_a_very_scattered_column_takes_several_conditional_formats(tmp_path: Path) -> None:
    source = placed("values.xlsx", tmp_path)
    target = marked(source, *(Mark("Demandes", row, 1, Gravite.ERREUR, "") for row in range(1, 4001, 2)))
    found = fills(target, "Demandes")
    assert [len(each.split()) for each in found] == [1000, 1000]
