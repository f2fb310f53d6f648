"""Marks on workbooks as other programs write them: nothing is lost, made invalid or left behind."""

import io
import re
import shutil
import struct
import warnings
import zipfile
from pathlib import Path

import openpyxl
import pytest

from converter.issues import Gravite, Inutilisable
from converter.marking.annotate import CellValue, ErrorLine, Mark, annotate, mark_cells, unmark_cells
from converter.xlsx.parts import Parts
from tests.support.annotated import MAIN, bare, case, lost, parts, readings
from tests.support.audit import findings
from tests.support.foreign import CASES, STRICT, foreign, remade

FOREIGN = Path(__file__).parents[3] / "shared" / "foreign"
LINE = ErrorLine(Gravite.ERREUR, "V001", "Demandes", 3, 2, "Date", "hier", "JJ/MM/AAAA", "Illisible.", "Corrigez.")
MARKS = [Mark(sheet, row, 2, Gravite.ERREUR, "faux") for sheet in ("Demandes", "Autre", "S") for row in (1, 3)]


def loads(path: Path) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            openpyxl.load_workbook(io.BytesIO(path.read_bytes()))  # which leaves a file open that it refuses
        except (KeyError, ValueError, TypeError, IndexError):
            return False
    return True


@pytest.mark.parametrize("name", CASES)
def test_marks_lose_nothing_come_again_the_same_and_go_without_a_trace(name: str, tmp_path: Path) -> None:
    source = tmp_path / "source.xlsx"
    source.write_bytes(foreign(name))
    once = marked_and_unmarked(source, MARKS)
    assert findings(once) <= findings(source)
    assert loads(once) or not loads(source)


def marked_and_unmarked(source: Path, marks: list[Mark]) -> Path:
    """Mark a workbook, again, and no more; return it marked once."""
    once, twice, undone = (source.with_name(f"{each}{source.suffix}") for each in ("once", "twice", "undone"))
    for errors in (None, [LINE]):
        annotate(source, once, marks=marks, errors=errors)
        assert lost(source, once) == []
        annotate(once, twice, marks=marks, errors=errors)
        assert twice.read_bytes() == once.read_bytes()
        unmark_cells(once, undone)
        assert list(readings(undone)) == list(readings(source))
        assert readings(undone) == readings(source)
    return once


THEIRS = [path for path in sorted(FOREIGN.glob("*.xls?")) if not path.name.startswith("mutated-")]
UNSHARED = "Emit shared strings"
"""A remark that stands where cells name strings that are not there, and ours may not take their numbers."""


@pytest.mark.skipif(not FOREIGN.exists(), reason="needs the workbooks of other programs")
@pytest.mark.parametrize("path", THEIRS, ids=lambda path: path.stem[:50])
def test_a_workbook_of_another_program_is_as_whole_with_our_marks(path: Path, tmp_path: Path) -> None:
    source = Path(shutil.copy(path, tmp_path / f"source{path.suffix}"))
    names = list(Parts(path.name, path.read_bytes()).sheets)
    marks = [Mark(name, *cell, Gravite.ERREUR, "faux") for name in (names[0], names[-1]) for cell in ((1, 1), (60, 9))]
    once = marked_and_unmarked(source, marks)
    assert [told for _, told in findings(once) - findings(source) if UNSHARED not in told] == []
    assert loads(once) or not loads(source)


def test_parts_of_ours_are_declared_where_relationships_are_declared_one_by_one(tmp_path: Path) -> None:
    source, target = tmp_path / "source.xlsx", tmp_path / "target.xlsx"
    source.write_bytes(foreign("rels declared one by one"))
    mark_cells(source, target, MARKS)
    found = parts(target)
    added = found.keys() - parts(source).keys()
    assert "xl/worksheets/_rels/sheet1.xml.rels" in added
    assert all(f'PartName="/{name}"'.encode() in found["[Content_Types].xml"] for name in added)


def test_a_drawing_with_other_namespaces_holds_our_boxes(tmp_path: Path) -> None:
    source, target = tmp_path / "source.xlsx", tmp_path / "target.xlsx"
    source.write_bytes(foreign("drawing with other namespaces"))
    mark_cells(source, target, MARKS)
    assert parts(target)["xl/drawings/vmlDrawing1.vml"].count(b"visibility:hidden") >= 2
    assert len(openpyxl.load_workbook(target)["Demandes"]["B3"].comment.text) > 0


def test_shapes_bear_numbers_of_their_own_over_all_sheets_without_a_map(tmp_path: Path) -> None:
    source, target = tmp_path / "source.xlsx", tmp_path / "target.xlsx"
    source.write_bytes(foreign("shapes without a map"))
    mark_cells(source, target, MARKS)
    drawings = b"".join(data for name, data in parts(target).items() if name.endswith(".vml"))
    shapes = re.findall(rb'id="_x0000_s(\d+)"', drawings)
    assert len(shapes) == len(set(shapes)) > 4


def test_a_cell_that_names_a_string_that_is_not_there_does_not_come_to_say_ours(tmp_path: Path) -> None:
    source, target = tmp_path / "source.xlsx", tmp_path / "target.xlsx"
    rows = f'<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row></sheetData></worksheet>'
    source.write_bytes(bare(rows))
    annotate(source, target, marks=MARKS, errors=[LINE])
    assert "xl/sharedStrings.xml" not in parts(target)


def test_a_strict_workbook_stays_strict(tmp_path: Path) -> None:
    source, target = tmp_path / "source.xlsx", tmp_path / "target.xlsx"
    source.write_bytes(foreign("strict"))
    annotate(source, target, marks=MARKS, values=[CellValue("Demandes", 9, 1, "Prête")], errors=[LINE])
    written = parts(target)
    assert len(written) > len(parts(source))
    assert not [name for name, data in written.items() for old in STRICT if old in data]


def test_what_a_strict_part_says_of_the_other_variant_stays(tmp_path: Path) -> None:
    source, target, undone = (tmp_path / f"{each}.xlsx" for each in range(3))
    link = b'<Relationship Id="h" Type="urn:x" Target="%s/x" TargetMode="External"/>' % next(iter(STRICT))
    rels = "xl/worksheets/_rels/sheet1.xml.rels"

    def linked(found: dict[str, bytes]) -> None:
        found[rels] = found[rels].replace(b"</Relationships>", link + b"</Relationships>")

    source.write_bytes(remade(foreign("strict"), linked))
    annotate(source, target, marks=MARKS, errors=[LINE])
    assert link in parts(target)[rels]
    unmark_cells(target, undone)
    assert readings(undone) == readings(source)


def _without_first_sheet(found: dict[str, bytes]) -> None:
    del found["xl/worksheets/sheet1.xml"]


def test_the_sheet_that_the_user_was_on_may_be_gone(tmp_path: Path) -> None:
    source, once, gone, again = (tmp_path / f"{each}.xlsx" for each in range(4))
    source.write_bytes(case("values.xlsx"))
    annotate(source, once, marks=MARKS, errors=[LINE])
    gone.write_bytes(remade(once.read_bytes(), _without_first_sheet))
    annotate(gone, again, marks=MARKS, errors=[LINE])
    assert "xl/worksheets/sheet2.xml" in parts(again)


DAMAGES = {
    "xl/styles.xml": (b"<styleSheet", b"<styleSheet <"),
    "xl/workbook.xml": (b"<sheets>", b"<autres>"),
    "xl/worksheets/sheet1.xml": (b"</sheetData>", b"</sheetData></sheetData>"),
    "xl/worksheets/_rels/sheet1.xml.rels": (b"Target=", b"Cible="),
    "xl/_rels/workbook.xml.rels": (b" Type=", b" Genre="),
    "[Content_Types].xml": (b"<Types", b"<"),
    "xl/comments1.xml": (b'ref="A1"', b'ref="1A"'),
}


@pytest.mark.parametrize("part", DAMAGES)
def test_a_part_that_cannot_be_read_is_named(part: str, tmp_path: Path) -> None:
    source = tmp_path / "source.xlsx"
    old, new = DAMAGES[part]

    def damage(found: dict[str, bytes]) -> None:
        assert old in found[part]
        found[part] = found[part].replace(old, new)

    source.write_bytes(remade(case("notes.xlsx"), damage))
    with pytest.raises(Inutilisable) as refusal:
        annotate(source, tmp_path / "target.xlsx", marks=MARKS, errors=[LINE])
    assert [(issue.code, dict(issue.faits)["partie"]) for issue in refusal.value.issues] == [("F018", part)]


@pytest.mark.parametrize("offset", [2**31, -40], ids=["beyond", "before"])
def test_a_part_told_to_lie_outside_the_file_is_named(offset: int, tmp_path: Path) -> None:
    source = tmp_path / "source.xlsx"
    with zipfile.ZipFile(source, "w") as archive:
        for name, data in parts_of(case("values.xlsx")).items():
            archive.writestr(name, data)
        archive.writestr("docProps/custom.xml", b"<custom/>")
        size = archive.fp.tell() if archive.fp else 0
        # Where the directory lies before where it is told to, `zipfile` counts the difference off every offset.
        archive.getinfo("docProps/custom.xml").header_offset = max(offset, 0)
    if offset < 0:
        source.write_bytes(source.read_bytes().replace(struct.pack("<L", size), struct.pack("<L", size - offset)))
    with pytest.raises(Inutilisable) as refusal:
        annotate(source, tmp_path / "target.xlsx", marks=MARKS, errors=[LINE])
    named = [(issue.code, dict(issue.faits)["partie"]) for issue in refusal.value.issues]
    assert named in ([("F018", "docProps/custom.xml")], [("F018", "[Content_Types].xml")])


def test_a_part_whose_bytes_are_not_those_packed_is_named(tmp_path: Path) -> None:
    source = tmp_path / "source.xlsx"
    with zipfile.ZipFile(source, "w") as archive:
        for name, data in parts_of(case("values.xlsx")).items():
            archive.writestr(name, data)
    source.write_bytes(source.read_bytes().replace(b"<sheetData>", b"<sheetDara>", 1))
    with pytest.raises(Inutilisable) as refusal:
        mark_cells(source, tmp_path / "target.xlsx", MARKS)
    assert refusal.value.issues[0].faits == (("partie", "xl/worksheets/sheet1.xml"),)


def parts_of(data: bytes) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    remade(data, found.update)
    return found


@pytest.mark.skipif(not FOREIGN.exists(), reason="needs the workbooks of other programs")
@pytest.mark.parametrize("path", sorted(FOREIGN.glob("mutated-*.xlsx")), ids=lambda path: path.stem)
def test_a_mutated_workbook_is_marked_or_refused(path: Path, tmp_path: Path) -> None:
    target, again = tmp_path / "1.xlsx", tmp_path / "2.xlsx"
    try:
        annotate(path, target, marks=MARKS, errors=[LINE])
    except Inutilisable:
        return
    annotate(target, again, marks=MARKS, errors=[LINE])
    assert again.read_bytes() == target.read_bytes()
