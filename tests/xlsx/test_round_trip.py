"""Marked, marked again, unmarked: nothing of the user's is lost on the way, on any workbook."""

import io
import re
import warnings
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from converter.issues import Gravite
from converter.marking.annotate import ErrorLine, Mark, annotate, mark_cells, unmark_cells
from tests.support.annotated import (
    CASES,
    EXCEL_MADE,
    case,
    lost,
    placed,
    readings,
    sheet_names,
    three_marks,
    workbooks,
)
from tests.support.audit import findings

LINE = ErrorLine(
    Gravite.ERREUR, "V001", "Demandes", 3, 2, "Date", "hier", "JJ/MM/AAAA", "Date illisible.", "Corrigez.", "01/02/2022"
)
AUDITED = [*CASES, *workbooks()[len(CASES) :: 30]]
"""Excel's validator takes half a second each: all of our cases, a sample of the others (all of them by hand)."""


@pytest.mark.parametrize("name", workbooks())
def test_marks_lose_nothing_come_again_the_same_and_go_without_a_trace(name: str, tmp_path: Path) -> None:
    source = placed(name, tmp_path)
    once, twice, undone = tmp_path / "1", tmp_path / "2", tmp_path / "3"
    marks = three_marks(source)
    mark_cells(source, once, marks)
    assert lost(source, once) == []
    mark_cells(once, twice, marks)
    assert twice.read_bytes() == once.read_bytes()
    unmark_cells(once, undone)
    assert list(readings(undone)) == list(readings(source))
    assert readings(undone) == readings(source)


@pytest.mark.parametrize("name", workbooks()[:: 1 if not EXCEL_MADE.exists() else 6])
def test_the_sheet_of_errors_comes_again_the_same_and_goes_without_a_trace(name: str, tmp_path: Path) -> None:
    source = placed(name, tmp_path)
    once, twice, undone = tmp_path / "1", tmp_path / "2", tmp_path / "3"
    marks = three_marks(source)
    annotate(source, once, marks=marks, errors=[LINE])
    assert lost(source, once) == []
    annotate(once, twice, marks=marks, errors=[LINE])
    assert twice.read_bytes() == once.read_bytes()
    unmark_cells(once, undone)
    assert readings(undone) == readings(source)


@pytest.mark.parametrize("name", AUDITED)
def test_the_validator_finds_nothing_that_the_source_had_not(name: str, tmp_path: Path) -> None:
    source = placed(name, tmp_path)
    target = tmp_path / f"annotated{source.suffix}"
    annotate(source, target, marks=three_marks(source), errors=[LINE])
    assert findings(target) <= findings(source)


@pytest.mark.parametrize("name", workbooks()[::5])
def test_the_result_loads_in_openpyxl(name: str, tmp_path: Path) -> None:
    source = placed(name, tmp_path)
    target = tmp_path / f"annotated{source.suffix}"
    annotate(source, target, marks=three_marks(source), errors=[LINE])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what openpyxl says of Excel's extensions
        assert "Erreurs" in openpyxl.load_workbook(target).sheetnames


POSITIONS = st.tuples(st.integers(1, 30) | st.integers(1, 1_048_576), st.integers(1, 12) | st.integers(1, 16_384))
MARKS = st.lists(
    st.builds(
        lambda sheet, position, gravity, text: (sheet, Mark("", *position, gravity, text)),
        st.integers(0, 1),
        POSITIONS,
        st.sampled_from(Gravite),
        st.text(max_size=60) | st.just("segur-hop — à corriger\n• déjà"),
    ),
    max_size=25,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(list(CASES)), drawn=MARKS, again=MARKS)
def test_any_marks_replace_any_others_and_go_without_a_trace(
    name: str, drawn: list[tuple[int, Mark]], again: list[tuple[int, Mark]], tmp_path: Path
) -> None:
    source = placed(name, tmp_path)
    names = sheet_names(source)
    first, second = (
        [replace(mark, feuille=names[min(sheet, len(names) - 1)]) for sheet, mark in marks] for marks in (drawn, again)
    )
    one, other, both, undone = (tmp_path / each for each in "1234")
    mark_cells(source, one, first)
    mark_cells(source, other, second)
    mark_cells(one, both, second)
    assert readings(both) == readings(other)
    unmark_cells(one, undone)
    assert readings(undone) == readings(source)


def test_many_notes_beside_those_of_the_user_get_identifiers_of_their_own(tmp_path: Path) -> None:
    source, target, undone = placed("notes.xlsx", tmp_path), tmp_path / "1", tmp_path / "2"
    mark_cells(source, target, [Mark("Demandes", row, 2, Gravite.ERREUR, "faux") for row in range(1, 3001)])
    with zipfile.ZipFile(target) as archive:
        vml = archive.read("xl/drawings/vmlDrawing1.vml").decode()
    shapes = [int(each) for each in re.findall(r'id="_x0000_s(\d+)"', vml)]
    blocks = {int(each) for each in re.search(r'idmap [^>]*data="([\d,]+)"', vml)[1].split(",")}
    assert len(shapes) == len(set(shapes)) == 3002
    assert {shape // 1024 for shape in shapes} == blocks == {1, 3, 4, 5}  # 2 is the other sheet's
    unmark_cells(target, undone)
    assert readings(undone) == readings(source)


def test_a_workbook_is_never_written_over_while_it_is_read(tmp_path: Path) -> None:
    source = placed("values.xlsx", tmp_path)
    before = source.read_bytes()
    with pytest.raises(ValueError, match="over its source"):
        mark_cells(source, source, three_marks(source))
    assert source.read_bytes() == before


def entries(path: Path) -> dict[str, tuple[object, ...]]:
    """Each entry of a package as it lies in the file: its date, attributes, method and compressed bytes."""
    found = {}
    with zipfile.ZipFile(path) as archive, path.open("rb") as raw:
        for info in archive.infolist():
            raw.seek(info.header_offset)
            header = raw.read(30)
            told = int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
            kept = header + raw.read(told + info.compress_size)
            found[info.filename] = (info.date_time, info.external_attr, info.create_system, kept)
    return found


def test_what_no_mark_touches_lies_in_the_file_as_it_lay_before(tmp_path: Path) -> None:
    source, target = tmp_path / "source.xlsx", tmp_path / "target.xlsx"
    with zipfile.ZipFile(io.BytesIO(case("charts.xlsx"))) as archive, zipfile.ZipFile(source, "w") as out:
        for number, name in enumerate(archive.namelist()):
            info = zipfile.ZipInfo(name, (1999, 12, 31, 23, 59, number % 30 * 2))
            info.extra = b"\x55\x54\x01\x00\x00"
            out.writestr(info, archive.read(name), zipfile.ZIP_STORED if number % 2 else zipfile.ZIP_DEFLATED, 9)
    mark_cells(source, target, three_marks(source)[:1])
    before, after = entries(source), entries(target)
    changed = {name for name in before if before[name] != after[name]}
    sheet = "xl/worksheets/sheet1.xml"
    assert changed == {"[Content_Types].xml", "xl/styles.xml", sheet, "xl/worksheets/_rels/sheet1.xml.rels"}
