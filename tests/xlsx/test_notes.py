"""Notes: what is said, where it stands beside the user's own, and what happens to theirs."""

import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
from lxml import etree

from converter.issues import Gravite
from converter.marking.annotate import Mark, mark_cells, unmark_cells
from tests.support.annotated import MAIN, OFFICE, bare, parts, placed, readings, threaded

ERROR = Gravite.ERREUR


def notes(path: Path, sheet: str) -> dict[str, str]:
    """What openpyxl reads of a sheet's notes, by cell."""
    cells = openpyxl.load_workbook(path)[sheet]._cells.values()
    return {cell.coordinate: cell.comment.text for cell in cells if cell.comment}


def marked(source: Path, *marks: Mark) -> Path:
    target = source.with_name(f"marked-{source.name}")
    mark_cells(source, target, marks)
    return target


def test_a_note_says_what_it_is_then_each_text_on_a_line(tmp_path: Path) -> None:
    source = placed("values.xlsx", tmp_path)
    target = marked(
        source,
        Mark("Demandes", 5, 3, Gravite.CORRECTION, "lu 12\nau lieu de 13"),
        Mark("Demandes", 5, 3, Gravite.AVERTISSEMENT, "clé fausse"),
        Mark("Demandes", 6, 3, ERROR, "trop court"),
    )
    assert notes(target, "Demandes") == {
        "C5": "segur-hop — à vérifier\n• lu 12 au lieu de 13\n• clé fausse",
        "C6": "segur-hop — à corriger\n• trop court",
    }


def test_the_title_of_a_note_is_bold_and_its_text_is_not(tmp_path: Path) -> None:
    target = marked(placed("values.xlsx", tmp_path), Mark("Demandes", 5, 3, ERROR, "faux"))
    (comments,) = (data for name, data in parts(target).items() if "comments" in name)
    runs = [("".join(run.itertext()), run.find(f".//{{{MAIN}}}b") is not None) for run in texts(comments, "r")]
    assert runs == [("segur-hop — à corriger", True), ("\n• faux", False)]


def texts(comments: bytes, tag: str) -> list[etree._Element]:
    return list(etree.fromstring(comments).iter(f"{{{MAIN}}}{tag}"))


def commented(path: Path, *comments: str) -> Path:
    """Write a workbook whose sheet has a part of comments, be it empty."""
    said = "".join(comments)
    part = (
        f'<comments xmlns="{MAIN}"><authors><author>Marie</author></authors>'
        f"<commentList>{said}</commentList></comments>"
    )
    rels = f'<Relationship Id="c" Type="{OFFICE}/comments" Target="/xl/comments.xml"/>'
    path.write_bytes(bare(f'<worksheet xmlns="{MAIN}"><sheetData/></worksheet>', rels, part))
    return path


@pytest.mark.parametrize("user", [(), ('<comment ref="B9" authorId="0"><text><t>la mienne</t></text></comment>',)])
def test_the_part_of_the_users_comments_stays_be_it_empty(user: tuple[str, ...], tmp_path: Path) -> None:
    source, undone = commented(tmp_path / "source.xlsx", *user), tmp_path / "undone.xlsx"
    target = marked(source, Mark("S", 1, 1, ERROR, "faux"))
    assert len(texts(parts(target)["xl/comments.xml"], "comment")) == len(user) + 1
    unmark_cells(target, undone)
    left = parts(undone)["xl/comments.xml"]
    assert b"segur-hop" not in left
    assert etree.tostring(etree.fromstring(left), method="c14n") == etree.tostring(
        etree.fromstring(parts(source)["xl/comments.xml"]), method="c14n"
    )


@pytest.mark.parametrize(
    "text",
    [
        "<t>la mienne</t>",
        "<r><t>la mienne</t></r>",
        '<r><rPr><b/></rPr><t>la </t></r><r><t>mienne</t></r><rPh sb="0" eb="1"><t>laa</t></rPh>',
    ],
)
def test_a_note_under_that_of_the_user_is_cut_out_again(text: str, tmp_path: Path) -> None:
    source = commented(tmp_path / "source.xlsx", f'<comment ref="B9" authorId="0"><text>{text}</text></comment>')
    target, undone = marked(source, Mark("S", 9, 2, ERROR, "faux")), tmp_path / "undone.xlsx"
    (comment,) = texts(parts(target)["xl/comments.xml"], "text")
    said = "".join(each.text or "" for each in comment.iter(f"{{{MAIN}}}t") if "rPh" not in each.getparent().tag)
    assert said == "la mienne\n\nsegur-hop — à corriger\n• faux"
    unmark_cells(target, undone)
    assert [f"<text>{text}</text>"] == [
        etree.tostring(each).decode().replace(f' xmlns="{MAIN}"', "")
        for each in texts(parts(undone)["xl/comments.xml"], "text")
    ]


def test_once_the_user_deleted_theirs_the_part_goes_with_our_notes(tmp_path: Path) -> None:
    mine = '<comment ref="B9" authorId="0"><text><t>la mienne</t></text></comment>'
    source, undone = commented(tmp_path / "source.xlsx", mine), tmp_path / "undone.xlsx"
    target, edited = marked(source, Mark("S", 1, 1, ERROR, "faux")), tmp_path / "edited.xlsx"
    with zipfile.ZipFile(target) as archive, zipfile.ZipFile(edited, "w") as out:
        for name in archive.namelist():
            out.writestr(name, re.sub(rb'<comment ref="B9".*?</comment>', b"", archive.read(name)))
    unmark_cells(edited, undone)
    assert "xl/comments.xml" not in parts(undone)


def test_a_note_goes_under_that_of_the_user(tmp_path: Path) -> None:
    source = placed("notes.xlsx", tmp_path)
    target = marked(source, Mark("Demandes", 1, 1, ERROR, "faux"), Mark("Demandes", 9, 6, ERROR, "vide"))
    found = notes(target, "Demandes")
    assert found["A1"] == "vu avec Paul\nle 3 mars\n\nsegur-hop — à corriger\n• faux"
    assert found["F9"] == "\n\nsegur-hop — à corriger\n• vide"


def test_what_the_user_adds_to_our_note_stays(tmp_path: Path) -> None:
    source = placed("values.xlsx", tmp_path)
    target = marked(source, Mark("Demandes", 5, 3, ERROR, "faux"), Mark("Demandes", 6, 3, ERROR, "faux"))
    edited = tmp_path / "edited.xlsx"
    with zipfile.ZipFile(target) as archive, zipfile.ZipFile(edited, "w") as out:
        for name in archive.namelist():
            text = archive.read(name)
            out.writestr(name, text.replace("• faux".encode(), "• faux\nvu avec Paul".encode(), 1))
    undone = tmp_path / "undone.xlsx"
    unmark_cells(edited, undone)
    assert {place: text.strip() for place, text in notes(undone, "Demandes").items()} == {"C5": "vu avec Paul"}


def test_a_conversation_is_left_to_excel(tmp_path: Path) -> None:
    source = tmp_path / "threaded.xlsx"
    source.write_bytes(threaded())
    target = marked(source, Mark("S", 1, 1, ERROR, "faux"), Mark("S", 1, 2, ERROR, "faux"))
    comments = parts(target)["xl/comments.xml"].decode()
    assert ">[Threaded comment]</t></text></comment>" in comments
    assert "la mienne\n\nsegur-hop — à corriger\n• faux" in comments
    assert b'sqref="A1:B1"' in parts(target)["sheet.xml"]


def test_an_empty_text_is_a_fill_without_a_note(tmp_path: Path) -> None:
    source = placed("values.xlsx", tmp_path)
    target = marked(source, Mark("Demandes", 5, 3, ERROR, ""))
    assert notes(target, "Demandes") == {}
    assert b"segur-hop:erreur" in parts(target)["xl/worksheets/sheet1.xml"]


@pytest.mark.parametrize("text", ["=1+1", "\x00\x07\x1f", "_x000D_", "a\r\nb", "\ud800", "<t>&amp;"])
def test_any_text_can_be_said(text: str, tmp_path: Path) -> None:
    source = placed("values.xlsx", tmp_path)
    target = marked(source, Mark("Demandes", 1, 1, ERROR, f"lu « {text} »"))
    said = notes(target, "Demandes")["A1"]
    assert said.startswith("segur-hop — à corriger\n• lu « ")
    undone = tmp_path / "undone"
    unmark_cells(target, undone)
    assert readings(undone) == readings(source)


def boxes(path: Path) -> list[list[int]]:
    vml = parts(path)["xl/drawings/vmlDrawingSegurHop1.vml"].decode()
    return [[int(each) for each in anchor.split(",")] for anchor in re.findall("<x:Anchor>(.*?)</x:Anchor>", vml)]


def test_a_box_is_hidden_and_as_large_as_its_text(tmp_path: Path) -> None:
    source = placed("values.xlsx", tmp_path)
    target = marked(source, Mark("Demandes", 10, 3, ERROR, "court"), Mark("Demandes", 40, 3, ERROR, "long " * 60))
    short, long = boxes(target)
    # Rows of 20 pixels, 4 left free above: 2 lines of 15 and a margin of 8 end in the third row, 8 lines in the 7th.
    assert (short[2], short[6] - short[2]) == (8, 2)
    assert long[6] - long[2] == 6
    vml = parts(target)["xl/drawings/vmlDrawingSegurHop1.vml"]
    assert vml.count(b"visibility:hidden") == 2
    assert b"<x:Visible" not in vml


def test_a_box_reaches_over_rows_and_columns_that_are_hidden(tmp_path: Path) -> None:
    rows = "".join(f'<row r="{row}" hidden="1"/>' for row in range(3, 5000))
    sheet = (
        f'<worksheet xmlns="{MAIN}"><cols><col min="2" max="40" width="0" hidden="1" customWidth="1"/></cols>'
        f"<sheetData>{rows}</sheetData></worksheet>"
    )
    source = tmp_path / "hidden.xlsx"
    source.write_bytes(bare(sheet))
    target = marked(source, Mark("S", 2, 1, ERROR, "mot " * 40), Mark("S", 100, 1, ERROR, "mot " * 40))
    visible, hidden = boxes(target)
    assert visible[6] > 4999  # 0-based: past the last hidden row
    assert visible[4] > 40
    assert hidden[6] < 120  # shown once its row is


def test_a_box_at_the_last_cell_stays_on_the_sheet(tmp_path: Path) -> None:
    source = placed("values.xlsx", tmp_path)
    target = marked(source, Mark("Demandes", 1_048_576, 16_384, ERROR, "mot " * 99))
    left, _, top, _, right, _, bottom, _ = boxes(target)[0]
    assert 0 <= left < right <= 16_383
    assert 0 <= top < bottom <= 1_048_575


def test_vml_that_is_no_xml_is_kept_as_it_is(tmp_path: Path) -> None:
    source = placed("buttons.xlsx", tmp_path)
    broken = tmp_path / "broken.xlsx"
    with zipfile.ZipFile(source) as archive, zipfile.ZipFile(broken, "w") as out:
        for name in archive.namelist():
            data = archive.read(name)
            out.writestr(name, data.replace(b"</font>", b"<br></font>") if name.endswith(".vml") else data)
    target = marked(broken, Mark("Boutons", 1, 1, ERROR, "faux"))
    assert b"<br></font>" in parts(target)["xl/drawings/vmlDrawing1.vml"]
    assert b"_x0000_t202" in parts(target)["xl/drawings/vmlDrawing1.vml"]
    undone = tmp_path / "undone"
    unmark_cells(target, undone)
    assert parts(undone)["xl/drawings/vmlDrawing1.vml"] == parts(broken)["xl/drawings/vmlDrawing1.vml"]


def test_a_note_of_ours_that_a_program_wrote_anew_is_known_by_its_first_line(tmp_path: Path) -> None:
    comments = (
        f'<comments xmlns="{MAIN}"><authors><author> </author></authors><commentList>'
        '<comment ref="A1" authorId="0"><text><r><t xml:space="preserve">segur-hop — à corriger\n</t></r><r>'
        '<t xml:space="preserve">• faux</t></r></text></comment>'
        '<comment ref="A2" authorId="0"><text><r><t>la mienne\n</t></r><r><t>\nsegur-hop — à vérifier\n• faux</t></r>'
        "</text></comment></commentList></comments>"
    )
    rels = f'<Relationship Id="c" Type="{OFFICE}/comments" Target="/xl/comments.xml"/>'
    source, undone = tmp_path / "resaved.xlsx", tmp_path / "undone.xlsx"
    source.write_bytes(bare(f'<worksheet xmlns="{MAIN}"><sheetData/></worksheet>', rels, comments))
    unmark_cells(source, undone)
    left = etree.fromstring(parts(undone)["xl/comments.xml"])
    assert ["".join(each.itertext()) for each in left.iter(f"{{{MAIN}}}comment")] == ["la mienne"]
