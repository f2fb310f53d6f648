"""Names, addresses and telephones go where the user asked for them, and into nothing else that is said or left."""

import io
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import openpyxl
import pytest

from converter import cli
from converter.spec.sheets import BENEFICIAIRES, DEMANDES
from converter.spec.tags import PERSONNELLES, columns
from converter.system import files

SAMPLE = Path(__file__).parents[2] / "samples" / "exemple-du-guide"
NAME = "JSON-1234567890-20220502-001"
MARK = "Zyxwvut"
"""In every name, address and telephone; in no heading, number or file name."""
DAY = ["--date-depot", "02/05/2022"]

OWN = re.compile(
    rf"sauvegardes/.*|demandes( - contrôlé)?\.xlsx|pieces/.*|{NAME}\.json|PJ-.*\.zip|bordereau\.xlsx|rapport\.json|"
    r"reponse/.*|suivi\.xlsx|repris\.xlsx|neuf\.xlsx|liste\.csv|modele\.json|envoi\.json"
)
"""What the user keeps or asks for: the workbook and its copies, the deposit, a report."""


@pytest.fixture
def team(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A team's folder, and a folder of temporary files that is its own."""
    folder, temporary = tmp_path / "équipe", tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    shutil.copytree(SAMPLE, folder, ignore=shutil.ignore_patterns("depots", "attendu"))
    return folder


def personal_cells(book: openpyxl.Workbook) -> Iterator[tuple[str, str, str]]:
    """Yield the sheet, the column and the tag of each column of personal data."""
    for sheet in (DEMANDES, BENEFICIAIRES):
        for cell in book[sheet][1]:
            if cell.value in PERSONNELLES:
                yield sheet, cell.column_letter, str(cell.value)


GOOD = {
    "nom": MARK.upper(),
    "email": f"{MARK}@ch.fr".lower(),
    "telephone": "01 44 55 66 77",
}
WRONG: dict[str, dict[str, str]] = {
    "too long": {"nom": MARK.upper() * 9, "email": f"{MARK * 30}@ch.fr", "telephone": MARK * 9},
    "malformed": {"nom": f"CH {MARK.upper()}", "email": f"{MARK} @ ch", "telephone": f"voir {MARK}"},
    "titles and brackets": {
        "nom": f"MME {MARK.upper()}",
        "email": f"{MARK} <{MARK}@ch,fr>",
        "telephone": f"01 44 55 66 77 {MARK}",
    },
    "repaired": {"nom": f" {MARK}\u200b", "email": f"\u00a0{MARK}@ch.fr ", "telephone": "0144556677\u200b"},
    "small letters": {"nom": MARK, "email": f"{MARK}@ch.fr", "telephone": f"{MARK}"},
}


def fill(path: Path, values: dict[str, str], sheets: tuple[str, ...] = (DEMANDES, BENEFICIAIRES)) -> None:
    path.write_bytes(filled(tuple(values.items()), sheets))


@cache
def filled(values: tuple[tuple[str, str], ...], sheets: tuple[str, ...]) -> bytes:
    """Return the sample's workbook with these values in its columns of personal data."""
    book, made = openpyxl.load_workbook(SAMPLE / "demandes.xlsx"), io.BytesIO()
    for sheet, letter, tag in (each for each in personal_cells(book) if each[0] in sheets):
        value = next(value for start, value in values if tag.startswith(start))
        for row in (3, 4, 5) if sheet == BENEFICIAIRES else (3,):
            if book[sheet][f"A{row}"].value:
                book[sheet][f"{letter}{row}"] = value
    book[BENEFICIAIRES]["C12"] = f"Voir avec {MARK}" if DEMANDES in sheets else None
    book.save(made)
    return made.getvalue()


def silent(capfd: pytest.CaptureFixture[str]) -> str:
    said = "".join(capfd.readouterr())
    assert MARK.casefold() not in said.casefold(), said
    return said


def left(folder: Path) -> list[str]:
    """The files beside the user's own that hold the mark."""
    return [
        path.relative_to(folder).as_posix()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and not any(OWN.fullmatch("/".join(path.relative_to(folder).parts[-n:])) for n in range(1, 3))
        and any(MARK.casefold().encode(code) in path.read_bytes().lower() for code in ("utf-8", "utf-16-le"))
    ]


@pytest.mark.parametrize("kind", WRONG)
@pytest.mark.parametrize("command", ["valider", "convertir"])
def test_a_wrong_value_is_told_by_its_cell_alone(
    kind: str, command: str, team: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    fill(team / "demandes.xlsx", WRONG[kind])
    cli.run([command, str(team / "demandes.xlsx"), "--rapport", str(team / "rapport.json"), *DAY])
    assert "Bénéficiaires" in silent(capfd)
    assert MARK.casefold() in (team / "rapport.json").read_text("utf-8").casefold(), "a report is the user's own"
    assert left(team.parent) == []


def test_the_whole_way_says_and_leaves_nothing(team: Path, capfd: pytest.CaptureFixture[str]) -> None:
    book = str(team / "demandes.xlsx")
    fill(team / "demandes.xlsx", GOOD, (BENEFICIAIRES,))
    assert cli.run(["convertir", book, *DAY]) == 0
    sent = team / "depots" / NAME / f"{NAME}.json"
    assert MARK.upper() in sent.read_text("utf-8")
    answer = str(team / "reponse" / f"{NAME}.json")
    assert cli.run(["verifier", str(sent), "--reponse", answer, *DAY]) == 0
    assert cli.run(["retour", answer, book, *DAY]) == 0
    (team / "liste.csv").write_text(f"libellé;montant\nVIR {MARK};12,00\n00001;4125,00\n", "utf-8")
    cli.run(["suivi", book, "-o", str(team / "suivi.xlsx"), "--paiements", str(team / "liste.csv")])
    cli.run(["classeur", answer, "-o", str(team / "repris.xlsx")])
    cli.run(["modele", "--depuis", book, "-o", str(team / "neuf.xlsx")])
    cli.run(["convertir", book, "--refaire-zips", NAME, *DAY])
    silent(capfd)
    assert left(team.parent) == []
    assert not list((team / "depots").glob(".verrou-qui*")), "nor who ran it"
    assert list((team.parent / "tmp").iterdir()) == []


def _spoilt(team: Path, change: Callable[[str], str]) -> Path:
    """A deposit whose JSON is changed, beside the folder of deposits."""
    path = team / "envoi.json"
    attendu = next(SAMPLE.glob("attendu/**/*.json"))
    text = attendu.read_text("utf-8")
    named = re.sub(r'("nomClient": )"[^"]*"', rf'\1"{MARK.upper()}"', text)
    path.write_text(change(named), "utf-8")
    return path


SPOILT: dict[str, Callable[[str], str]] = {
    "small letters": lambda text: text.replace(MARK.upper(), MARK),
    "too long": lambda text: text.replace(MARK.upper(), MARK.upper() * 30),
    "malformed": lambda text: re.sub(r'("emailClient": )"[^"]*"', rf'\1"{MARK} @ ch"', text),
    "of another type": lambda text: re.sub(r'("telephoneClient": )"[^"]*"', rf'\1["{MARK}"]', text),
    "a key of its own": lambda text: text.replace('"nomClient"', f'"contact": "{MARK}", "nomClient"', 1),
    "a key twice": lambda text: text.replace('"nomClient"', f'"nomClient": "{MARK}", "nomClient"', 1),
    "cut off": lambda text: text[: text.index(MARK.upper()) + len(MARK) + 1],
    "no closing quote": lambda text: text.replace(f'{MARK.upper()}"', MARK.upper(), 1),
}


@pytest.mark.parametrize("spoilt", SPOILT)
def test_a_json_file_is_told_of_without_its_names(spoilt: str, team: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = _spoilt(team, SPOILT[spoilt])
    fill(team / "demandes.xlsx", GOOD)
    attendu = next(SAMPLE.glob("attendu/**/*.json"))
    cli.run(["verifier", str(path), *DAY])
    cli.run(["verifier", str(path), "--avec", str(attendu)])
    cli.run(["retour", str(path), str(team / "demandes.xlsx"), *DAY])
    cli.run(["classeur", str(path), "-o", str(team / "repris.xlsx")])
    silent(capfd)
    assert left(team.parent) == []


def test_a_mistake_of_ours_is_shown_without_what_it_happened_on(tmp_path: Path) -> None:
    code = (
        "from converter import cli\n"
        "def broken(*_): raise ValueError('Zyxwvut') from KeyError('Zyxwvut')\n"
        "cli.run = broken\ncli.main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 1
    assert MARK not in done.stdout + done.stderr
    assert "ValueError (KeyError)" in done.stderr
    assert re.search(r"cli\.py:\d+ main", done.stderr)


def test_what_a_power_cut_left_goes_at_the_next_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    old, fresh, folder, other = (
        tmp_path / n for n in (".segur-hop-a.tmp", ".segur-hop-b.tmp", ".segur-hop-c.tmp", "d")
    )
    folder.mkdir()
    (folder / "demandes.xlsx").write_text(MARK)
    for each in (old, fresh, other):
        each.write_text(MARK)
    long_ago = time.time() - 4000
    for each in (old, folder, other):
        os.utime(each, (long_ago, long_ago))
    files.write_whole(tmp_path / "sortie", b"x")
    assert sorted(each.name for each in tmp_path.iterdir()) == [".segur-hop-b.tmp", "d", "sortie"]
    folder.mkdir()
    os.utime(folder, (long_ago, long_ago))
    with files.scratch():
        assert not folder.exists()


def test_the_table_tells_which_columns_are_personal() -> None:
    told = {tag.nom for sheet in (DEMANDES, BENEFICIAIRES) for tag in columns(sheet)}
    assert {nom for nom in told if re.match("(nom|email|telephone)(Client|Mandataire)", nom)} == PERSONNELLES


def test_a_report_holds_the_value_that_the_screen_does_not(team: Path) -> None:
    fill(team / "demandes.xlsx", WRONG["malformed"])
    cli.run(["valider", str(team / "demandes.xlsx"), "--rapport", str(team / "rapport.json"), *DAY])
    found = json.loads((team / "rapport.json").read_text("utf-8"))["anomalies"]
    assert any(MARK in each["valeur"] for each in found)
