"""The text of PDFs: read once, kept by content, and of no consequence where it cannot be."""

import time
import zlib
from pathlib import Path

import msgspec
import pytest

from converter.attachments import pdf, readings
from converter.attachments.inspection import inspect
from converter.attachments.readings import SANS, Lectures, Transcript
from tests.support.order_forms import WITH_TEXT, Facts

EXTENSIONS = {".pdf": "PDF", ".png": "PNG"}
FORM = WITH_TEXT["plain"](Facts(1_375_000, "spaces"))


def test_the_spaces_dashes_and_apostrophes_of_a_text_are_of_one_kind() -> None:
    typed = "13\u202f750,00\u00a0\u2009€ \r\n l\u2019h\u00f4pital Saint\u2011Ma\u00adrtin\u200b "
    assert Transcript.of(typed).texte == "13 750,00 €\nl'hôpital Saint-Martin"
    assert SANS.texte == ""


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count the files that are read."""
    read: list[int] = []

    def text(data: bytes) -> tuple[str, bool]:
        read.append(len(data))
        return "texte", True

    monkeypatch.setattr(readings.pdf, "written_text", text)
    return read


def test_a_second_run_reads_nothing_again(tmp_path: Path, counted: list[int]) -> None:
    store = tmp_path / "sauvegardes" / "demandes.lectures"
    for _ in range(2):
        lectures = Lectures(store)
        assert [lectures.of(name, FORM).texte for name in ("a", "b", "a")] == ["texte"] * 3
        lectures.save()
    assert len(counted) == 2
    assert [each.name for each in store.parent.iterdir()] == [store.name]


def test_a_text_that_is_not_asked_for_any_more_is_dropped(tmp_path: Path, counted: list[int]) -> None:
    store = tmp_path / "demandes.lectures"
    for asked in (["a", "b"], ["b"], ["a"]):
        lectures = Lectures(store)
        for name in asked:
            lectures.of(name, FORM)
        lectures.save()
    assert len(counted) == 3


def test_a_store_that_is_damaged_anywhere_is_ignored(tmp_path: Path, counted: list[int]) -> None:
    store = tmp_path / "demandes.lectures"
    lectures = Lectures(store)
    lectures.of("a", FORM)
    lectures.save()
    whole = store.read_bytes()
    for at in range(len(whole)):
        store.write_bytes(whole[:at])
        assert Lectures(store).of("a", FORM).texte == "texte"
        store.write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
        assert Lectures(store).of("a", FORM).texte == "texte"
    store.write_bytes(msgspec.msgpack.encode({"version": 99, "textes": {}}))
    counted.clear()
    assert Lectures(store).of("a", FORM).texte == "texte"
    assert counted


def test_a_folder_that_cannot_be_written_is_done_without(tmp_path: Path, counted: list[int]) -> None:
    (tmp_path / "sauvegardes").write_bytes(b"a file")
    lectures = Lectures(tmp_path / "sauvegardes" / "demandes.lectures")
    lectures.of("a", FORM)
    lectures.save()
    assert (tmp_path / "sauvegardes").read_bytes() == b"a file"
    assert counted


def test_only_what_opens_is_read_and_only_where_asked(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(FORM)
    (tmp_path / "b.pdf").write_bytes(FORM[: len(FORM) // 2])
    names = ["a.pdf", "b.pdf"]
    asked = inspect(names, tmp_path, EXTENSIONS, Lectures())
    assert asked["a.pdf"].texte is not None
    assert "13 750,00 €" in asked["a.pdf"].texte.texte
    assert asked["b.pdf"].texte is None
    assert [each.texte for each in inspect(names, tmp_path, EXTENSIONS).values()] == [None, None]


def test_several_processes_find_and_keep_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "image.png").write_bytes(b"no image")
    for rank in range(600):
        (tmp_path / f"{rank}.pdf").write_bytes(FORM + b"%% %d" % (rank % 500))
    names, alone, shared = [path.name for path in tmp_path.iterdir()], Lectures(), Lectures(tmp_path / "store")
    expected = inspect(names, tmp_path, EXTENSIONS, alone)
    monkeypatch.setattr("converter.attachments.inspection.MANY_FILES", 1)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    assert inspect(names, tmp_path, EXTENSIONS, shared) == expected
    shared.save()
    assert Lectures(tmp_path / "store").known
    assert shared._asked == alone._asked
    assert len(alone._asked) == 500


def bomb() -> bytes:
    """Make a PDF whose page unfolds to 60 MB of text."""
    packed = zlib.compress(b"BT /F 12 Tf 10 10 Td (abcdefgh) Tj ET\n" * 1_500_000, 9)
    head = b"<< /Filter /FlateDecode /Length %d >>\nstream\n" % len(packed)
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 900 900] /Contents 4 0 R >>",
        head + packed + b"\nendstream",
    ]
    out, rows = b"%PDF-1.4\n", b"0000000000 65535 f \n"
    for number, body in enumerate(bodies, 1):
        rows += b"%010d 00000 n \n" % len(out)
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    return out + b"xref\n0 5\n%btrailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (rows, len(out))


def test_a_page_that_unfolds_without_end_is_not_read() -> None:
    started = time.perf_counter()
    assert pdf.fault(bomb()) == ""
    assert pdf.written_text(bomb()) == ("", False)
    assert time.perf_counter() - started < 5
