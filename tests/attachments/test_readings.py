"""The text of PDFs: read once, kept by content, and of no consequence where it cannot be."""

import shutil
import time
import zlib
from pathlib import Path
from typing import Any

import msgspec
import pytest

from converter.attachments import inspection, pdf
from converter.attachments.inspection import Attachments, Inspection, inspect
from converter.attachments.readings import SANS, Lectures, Transcript
from converter.system.processes import Workers
from tests.support.order_forms import WITH_TEXT, Facts

EXTENSIONS = {".pdf": "PDF", ".png": "PNG"}
FORM = WITH_TEXT["plain"](Facts(1_375_000, "spaces"))


def test_the_spaces_dashes_and_apostrophes_of_a_text_are_of_one_kind() -> None:
    typed = "13\u202f750,00\u00a0\u2009€ \r\n l\u2019h\u00f4pital Saint\u2011Ma\u00adrtin\u200b "
    assert Transcript.of(typed).texte == "13 750,00 €\nl'hôpital Saint-Martin"
    assert SANS.texte == ""


@pytest.fixture
def pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Lay two files in a folder; return a list to which the size of each content that is read is added."""
    for name in ("a.pdf", "b.pdf"):
        (tmp_path / "pieces" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "pieces" / name).write_bytes(FORM + name.encode() + b"\n%%EOF\n")
    sizes: list[int] = []

    def noted(data: bytes, *, read: bool) -> tuple[str, pdf.Said]:
        sizes.extend([len(data)] * read)
        return "", ("texte", True)

    monkeypatch.setattr(pdf, "inspect_pdf", noted)
    return sizes


def texts(tmp_path: Path, store: Path, *names: str) -> list[str]:
    """Return the texts of these files as one run finds and keeps them."""
    lectures = Lectures(store)
    found = inspect([f"{name}.pdf" for name in names], tmp_path / "pieces", EXTENSIONS, lectures)
    lectures.save()
    return [each.texte.texte for each in found.values() if each.texte]


def test_a_second_run_reads_nothing_again(tmp_path: Path, pieces: list[int]) -> None:
    store = tmp_path / "sauvegardes" / "demandes.lectures"
    shutil.copyfile(tmp_path / "pieces" / "a.pdf", tmp_path / "pieces" / "c.pdf")
    for _ in range(2):
        assert texts(tmp_path, store, "a", "b", "c") == ["texte"] * 3
    assert len(pieces) == 2
    assert [each.name for each in store.parent.iterdir()] == [store.name]


def test_a_text_that_is_not_asked_for_any_more_is_dropped(tmp_path: Path, pieces: list[int]) -> None:
    store = tmp_path / "demandes.lectures"
    for asked in ("ab", "b", "a"):
        texts(tmp_path, store, *asked)
    assert len(pieces) == 3


def test_a_store_that_is_damaged_anywhere_is_ignored(tmp_path: Path, pieces: list[int]) -> None:
    store = tmp_path / "demandes.lectures"
    texts(tmp_path, store, "a")
    whole = store.read_bytes()
    for at in range(len(whole)):
        store.write_bytes(whole[:at])
        assert texts(tmp_path, store, "a") == ["texte"]
        store.write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
        assert texts(tmp_path, store, "a") == ["texte"]
    store.write_bytes(msgspec.msgpack.encode({"version": 99, "textes": {}}))
    pieces.clear()
    assert texts(tmp_path, store, "a") == ["texte"]
    assert pieces


def test_a_folder_that_cannot_be_written_is_done_without(tmp_path: Path, pieces: list[int]) -> None:
    (tmp_path / "sauvegardes").write_bytes(b"a file")
    assert texts(tmp_path, tmp_path / "sauvegardes" / "demandes.lectures", "a") == ["texte"]
    assert (tmp_path / "sauvegardes").read_bytes() == b"a file"
    assert pieces


def test_only_what_opens_is_read_and_only_where_asked(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(FORM)
    (tmp_path / "b.pdf").write_bytes(FORM[: len(FORM) // 2])
    names = ["a.pdf", "b.pdf"]
    asked = inspect(names, tmp_path, EXTENSIONS, Lectures())
    assert asked["a.pdf"].texte is not None
    assert "13 750,00 €" in asked["a.pdf"].texte.texte
    assert asked["b.pdf"].texte is None
    assert [each.texte for each in inspect(names, tmp_path, EXTENSIONS).values()] == [None, None]


@pytest.fixture
def many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], list[str]]:
    """Lay many files in a folder, for two processes; return their names, and a list of those that this one opens."""
    (tmp_path / "image.png").write_bytes(b"no image")
    for rank in range(600):
        (tmp_path / f"{rank}.pdf").write_bytes(FORM + b"%% %d" % (rank % 500))
    monkeypatch.setattr(inspection, "MANY_FILES", 1)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    opened: list[str] = []
    check = inspection._check

    def noted(path: str, *rest: Any) -> Inspection:
        opened.append(path)
        return check(path, *rest)

    monkeypatch.setattr(inspection, "_check", noted)
    return [path.name for path in tmp_path.iterdir() if path.is_file()], opened


def test_several_processes_find_and_keep_the_same(tmp_path: Path, many: tuple[list[str], list[str]]) -> None:
    names, opened = many
    alone, shared = Lectures(), Lectures(tmp_path / "store")
    expected = inspect(names, tmp_path, EXTENSIONS, alone)
    assert len(opened) == 601
    opened.clear()
    with Workers() as workers:
        pieces = Attachments(tmp_path, EXTENSIONS, shared)
        pieces.begin(names, workers)
        assert pieces.inspect(names) == expected
    assert len(opened) == inspection._SAMPLE
    shared.save()
    assert Lectures(tmp_path / "store").known
    assert shared._asked == alone._asked
    assert len(alone._asked) == 500


@pytest.mark.parametrize("wanted", [slice(0), slice(300, 310), slice(590, 601)], ids=str)
def test_what_nobody_asks_for_is_left(tmp_path: Path, many: tuple[list[str], list[str]], wanted: slice) -> None:
    names, opened = many
    alone, shared = Lectures(), Lectures()
    expected = inspect(names[wanted], tmp_path, EXTENSIONS, alone)
    opened.clear()
    with Workers() as workers:
        pieces = Attachments(tmp_path, EXTENSIONS, shared)
        pieces.begin(names, workers)
        assert pieces.inspect(names[wanted]) == expected
        assert list(workers.begin(abs, [-1])) == [1]  # they are free for other work
    assert len(opened) == inspection._SAMPLE
    assert shared._asked.items() >= alone._asked.items()
    assert len(shared._asked) <= len(alone._asked) + inspection._SAMPLE


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
    assert pdf.inspect_pdf(bomb(), read=True) == ("", ("", False))
    assert time.perf_counter() - started < 5
