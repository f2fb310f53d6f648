"""Whatever takes what is said, or refuses to: the text arrives, and the exit code is that of what was done."""

import io
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from converter import cli
from converter.system.streams import Sturdy, make_sturdy

SAMPLE = Path(__file__).parents[2] / "samples" / "exemple-du-guide"
DAY = ("--date-depot", "02/05/2022")
posix = pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")


@pytest.fixture
def book(tmp_path: Path) -> Path:
    shutil.copytree(SAMPLE, tmp_path / "a", ignore=shutil.ignore_patterns("depots", "attendu"))
    return tmp_path / "a" / "demandes.xlsx"


def shell(line: str, **environment: str) -> tuple[int, bytes, bytes]:
    """Run a line of the shell in which `segur-hop` is ours; return exit code, output and errors."""
    command = line.replace("segur-hop", f"'{sys.executable}' -m converter")
    done = subprocess.run(["sh", "-c", command], env={**os.environ, **environment}, capture_output=True, check=False)
    assert b"Traceback" not in done.stderr
    assert b"Exception ignored" not in done.stderr
    return done.returncode, done.stdout, done.stderr


def hear(monkeypatch: pytest.MonkeyPatch, encoding: str) -> tuple[io.BytesIO, io.BytesIO]:
    """Have this process speak in an encoding, as if it was started so; return what will hold output and errors."""
    out, err = io.BytesIO(), io.BytesIO()
    for name, bytes_ in (("stdout", out), ("stderr", err)):
        monkeypatch.setattr(sys, name, io.TextIOWrapper(bytes_, encoding, write_through=True))
    make_sturdy()
    return out, err


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8", "À déposer sur le portail de l’ASP"),
        ("cp1252", "À déposer sur le portail de l’ASP"),
        ("cp850", "À déposer sur le portail de l'ASP"),
        ("ascii", "A deposer sur le portail de l'ASP"),
    ],
)
def test_the_upload_instructions_arrive_in_any_encoding(
    book: Path, encoding: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, err = hear(monkeypatch, encoding)
    code = cli.run(["convertir", str(book), *DAY])
    text = out.getvalue().decode(encoding)
    assert (code, err.getvalue()) == (0, b"")
    assert said in text
    assert "JSON-1234567890-20220502-001.json, puis PJ-1234567890-20220502-001-1.zip" in text
    assert "?" not in text


def test_a_process_speaks_in_the_encoding_that_it_was_given(book: Path) -> None:
    code, out, err = shell(f"segur-hop convertir '{book}' {' '.join(DAY)}", PYTHONIOENCODING="cp850")
    assert (code, err) == (0, b"")
    assert "À déposer sur le portail de l'ASP" in out.decode("cp850")


@posix
@pytest.mark.parametrize(("to", "code"), [(">/dev/full", 3), (">&-", 0)])
def test_what_the_output_refuses_is_said_on_standard_error(book: Path, to: str, code: int) -> None:
    done, _, err = shell(f"segur-hop convertir '{book}' --date-depot 02/05/2022 {to}", PYTHONIOENCODING="utf-8")
    assert done == code
    assert "puis PJ-1234567890-20220502-001-1.zip" in err.decode()
    assert (book.parent / "depots" / "JSON-1234567890-20220502-001").is_dir()


@posix
@pytest.mark.parametrize("words", ["--help", "--version", "regles", "verifier --schema"])
def test_a_full_disk_is_no_success(words: str) -> None:
    code, _, err = shell(f"segur-hop {words} >/dev/full")
    assert code == 3
    assert err


@posix
def test_nothing_at_all_to_speak_to_still_works(book: Path) -> None:
    line = f"segur-hop convertir '{book}' --date-depot 02/05/2022"
    assert shell(f"{line} >/dev/full 2>/dev/full")[0] == 3
    assert shell(f"{line} >&- 2>&-")[0] == 0


@posix
def test_a_reader_who_leaves_changes_no_exit_code(book: Path) -> None:
    line = f"(segur-hop valider '{book}' --date-depot 02/05/2022; echo $? >'{book.parent}/code') | true"
    shell(line)
    assert (book.parent / "code").read_text().strip() == "0"


def test_a_stream_of_none_takes_text() -> None:
    stream = Sturdy(None)
    assert stream.write("abc") == 3
    assert not stream.isatty()
    assert not stream.refused


@posix
@pytest.mark.parametrize("line", ["annuler ODD BOOK", "convertir BOOK --refaire-zips ODD"])
def test_a_name_of_bytes_that_are_no_text_is_told(book: Path, line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    odd = os.fsdecode(b"JSON-\xe9")  # what Python makes of such an argument
    out, err = hear(monkeypatch, "utf-8")
    code = cli.run([{"ODD": odd, "BOOK": str(book)}.get(word, word) for word in line.split()])
    assert (code, out.getvalue().strip()) == (2, b"")
    assert "JSON-" in err.getvalue().decode()
