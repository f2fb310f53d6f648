"""Every path that a command is given × what may stand there: the exit code, a French sentence, and nothing replaced."""

import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from converter.cli import run
from tests.support.kits import make_kits_quickly
from tests.support.rights import public_folder, read_only

SAMPLE = Path(__file__).parents[2] / "samples" / "exemple-du-guide"
NAME = "JSON-1234567890-20220502-001"
ENGLISH = re.compile(r"Traceback|Error|Missing|No such|Invalid|Usage|exists|directory|denied", re.IGNORECASE)
posix = pytest.mark.skipif(os.name == "nt", reason="rights of POSIX")


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    """A team's folder after a conversion and its answer: `demandes.xlsx`, `depots/`, `envoi.json`, `reponse/`."""
    with public_folder() as folder:
        shutil.copytree(SAMPLE, folder, ignore=shutil.ignore_patterns("depots", "attendu"), dirs_exist_ok=True)
        assert run(["convertir", str(folder / "demandes.xlsx"), "--quiet", "--date-depot", "02/05/2022"]) == 0
        sent, answer = folder / "depots" / NAME / f"{NAME}.json", folder / "reponse" / f"{NAME}.json"
        assert run(["verifier", str(sent), "--reponse", str(answer), "--date-depot", "02/05/2022"]) == 0
        shutil.copy(Path(__file__).parents[2] / "converter" / "spec" / "modele-hop.json", folder / "modele.json")
        yield folder


@pytest.fixture
def team(made: Path) -> Iterator[Path]:
    with public_folder() as folder:
        shutil.copytree(made, folder, dirs_exist_ok=True)
        yield folder


BOOK, SENT, ANSWER = "demandes.xlsx", f"depots/{NAME}/{NAME}.json", f"reponse/{NAME}.json"
DAY = "--date-depot 02/05/2022"


def call(team: Path, line: str, path: Path | None = None) -> int:
    """Run a command line in which `@x` is `x` in the team's folder and `?` the path in question."""
    words = [str(path) if word == "?" else word for word in line.split()]
    return run([str(team / word[1:]) if word.startswith("@") else word for word in words])


def said(capsys: pytest.CaptureFixture[str]) -> str:
    captured = capsys.readouterr()
    text = (captured.out + captured.err).replace("\u00a0", " ").replace("\n", " ")
    assert not ENGLISH.search(text), text
    return text


# --- what is read -----------------------------------------------------------------------------------------------------

READ = {
    "valider": "valider ?",
    "convertir": "convertir ?",
    "annuler": f"annuler {NAME} ?",
    "retour, classeur": f"retour @{ANSWER} ?",
    "retour, réponse": f"retour ? @{BOOK}",
    "suivi": "suivi ?",
    "verifier": "verifier ?",
    "convertir --refaire-zips": f"convertir ? --refaire-zips {NAME}",
    "suivi --paiements": f"suivi @{BOOK} --paiements ?",
    "verifier --avec": f"verifier @{SENT} --avec ?",
    "verifier, zip": f"verifier @{SENT} ? {DAY}",
    "classeur": "classeur ? -o @neuf.xlsx",
    "adopter": "adopter ?",
}


def broken_input(team: Path, state: str) -> Path:
    path = team / "en cause"
    if state == "folder":
        path.mkdir()
    elif state == "other file":
        path.write_bytes(b"Bonjour.\n")
    elif state == "in a file":
        (team / "fichier").touch()
        return team / "fichier" / "en cause"
    elif state == "name too long":
        return team / f"{'n' * 300}.xlsx"
    return path


@pytest.mark.parametrize("state", ["missing", "folder", "other file", "in a file", "name too long"])
@pytest.mark.parametrize("command", READ)
def test_an_input_that_is_none_is_told(
    command: str, state: str, team: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(team)
    path, before = broken_input(team, state), everything(team)
    code = call(team, READ[command], path)
    text = said(capsys)
    if (command, state) == ("verifier", "other file"):
        assert code == 1, "a file that is no JSON fails the first control"
    elif (command, state) == ("verifier, zip", "other file"):
        assert code == 1, "nor is it a zip"
    elif state == "name too long":
        assert code in {2, 3}
    else:
        assert code == 2
    assert re.search("introuvable|n’est pas|n’a pas|ne peut pas|trop long|erreur", text), text
    assert everything(team) == before


@pytest.mark.parametrize(("command", "code"), [("valider", 0), ("convertir", 3), ("annuler", 3), ("retour", 3)])
def test_a_read_only_workbook_is_left_alone(
    command: str, code: int, team: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = team / BOOK
    before = book.read_bytes()
    book.chmod(0o444)
    line = {"annuler": f"annuler {NAME} @{BOOK}", "retour": f"retour @{ANSWER} @{BOOK}"}
    assert call(team, line.get(command, f"{command} @{BOOK} {DAY}")) == code
    assert "est en lecture seule" in said(capsys)
    assert book.read_bytes() == before


# --- what is written --------------------------------------------------------------------------------------------------

WRITTEN = {
    "valider --rapport": f"valider @{BOOK} --rapport ? --quiet {DAY}",
    "convertir --rapport": f"convertir @{BOOK} --rapport ? --quiet {DAY}",
    "annuler --rapport": f"annuler {NAME} @{BOOK} --rapport ? --quiet {DAY}",
    "retour --rapport": f"retour @{ANSWER} @{BOOK} --rapport ? --quiet {DAY}",
    "verifier --rapport": f"verifier @{SENT} --rapport ? {DAY}",
    "verifier --reponse": f"verifier @{SENT} --reponse ? {DAY}",
    "convertir --refaire-zips --rapport": f"convertir @{BOOK} --refaire-zips {NAME} --rapport ? --quiet",
    "verifier --avec --rapport": f"verifier @{SENT} --avec @{ANSWER} --rapport ?",
    "suivi -o": f"suivi @{BOOK} -o ?",
    "modele -o": "modele -o ?",
    "classeur -o": f"classeur @{SENT} -o ?",
}
NEVER_REPLACED = {"modele -o", "classeur -o"}
INPUT = {
    "verifier --rapport": SENT,
    "verifier --reponse": SENT,
    "verifier --avec --rapport": ANSWER,
    "modele -o": "modele.json",
    "classeur -o": SENT,
}


def everything(team: Path) -> dict[str, bytes]:
    """What the user has; the registry's own lock and notes apart."""
    ours = {".verrou", ".verrou-qui.json"}
    return {
        path.relative_to(team).as_posix(): path.read_bytes()
        for path in team.rglob("*")
        if path.is_file() and path.name not in ours
    }


@pytest.mark.parametrize("option", WRITTEN)
def test_a_missing_folder_is_made(option: str, team: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = team / "a" / "b" / "sortie"
    assert call(team, WRITTEN[option], path) == 0, said(capsys)
    assert [each.name for each in path.parent.iterdir() if each.name != "pieces"] == ["sortie"]


@pytest.mark.parametrize("option", WRITTEN)
@pytest.mark.parametrize(
    ("state", "code", "sentence"),
    [
        ("folder", 2, "est un dossier, pas un fichier"),
        ("other file", 2, "existe déjà ; il n’est pas remplacé"),
        ("input", 2, "n’est pas remplacé"),
        ("in a file", 2, "est un fichier, pas un dossier"),
        ("name too long", 3, "trop long"),
    ],
)
def test_an_output_replaces_nothing_of_the_users_and_is_tried_before_the_work(
    option: str, state: str, code: int, sentence: str, *, team: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = team / INPUT.get(option, BOOK) if state == "input" else broken_input(team, state)
    before = everything(team)
    assert call(team, WRITTEN[option], path) == code
    assert sentence in said(capsys)
    assert everything(team) == before


@pytest.mark.parametrize("option", WRITTEN)
def test_the_same_output_is_replaced_or_told(option: str, team: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if option == "annuler --rapport":
        pytest.skip("a deposit is withdrawn once")
    path = team / "sortie"
    assert call(team, WRITTEN[option], path) == 0
    assert call(team, WRITTEN[option], path) == (2 if option in NEVER_REPLACED else 0), said(capsys)
    if option not in NEVER_REPLACED:
        path.chmod(0o444)
        before = path.read_bytes()
        assert call(team, WRITTEN[option], path) == 3
        assert "en lecture seule" in said(capsys)
        assert path.read_bytes() == before


@posix
@pytest.mark.parametrize("option", WRITTEN)
def test_an_unwritable_folder_is_told_before_the_work(
    option: str, team: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    closed = team / "fermé"
    closed.mkdir()
    warm(team, WRITTEN[option])
    before = everything(team)
    with read_only(closed):
        assert call(team, WRITTEN[option], closed / "sortie") == 3
    assert "ne peut pas être écrit" in said(capsys)
    assert everything(team) == before


def warm(team: Path, line: str) -> None:
    """Import what a command needs while its libraries may be read: nobody may not."""
    call(team, line, team / "demandes.xlsx" / "x")


@pytest.mark.parametrize(
    ("there", "code", "sentence"),
    [
        ("Bonjour.", 2, "existe déjà ; il n’est pas remplacé"),
        ('{"a": 1}', 2, "existe déjà ; il n’est pas remplacé"),
        ("the model", 0, "Modèle adopté"),
    ],
)
def test_an_adopted_model_replaces_nothing_but_a_model(
    there: str, code: int, sentence: str, team: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target, model = team / "modele-portail.json", team / "modele.json"
    target.write_bytes(model.read_bytes() + b"\n" if there == "the model" else there.encode())
    before = everything(team)
    assert call(team, "adopter @modele.json --dossier ?", team) == code
    assert sentence in said(capsys)
    after = {"modele-portail.json": model.read_bytes()} if code == 0 else {}
    assert everything(team) == before | after


@pytest.mark.parametrize(
    ("changed", "code", "sentence"),
    [(None, 0, "Modèle adopté"), ([], 2, "sert déjà à cette commande")],
    ids=["as it is", "to be completed"],
)
def test_a_model_that_lies_in_its_place_is_never_rewritten(
    changed: object, code: int, sentence: str, team: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = team / "modele-portail.json"
    model = json.loads((team / "modele.json").read_bytes())
    if changed is not None:
        model["lignesImport"][0]["piecesJustificatives"] = changed
    target.write_text(json.dumps(model), encoding="utf-8")
    before = everything(team)
    assert call(team, f"adopter ? --dossier {team}", target) == code
    assert sentence in said(capsys)
    assert everything(team) == before


@pytest.mark.parametrize("name", ["roues", "bibliotheques", "python", "Guide.html", "lanceur.py"])
def test_a_kit_replaces_nothing_in_a_folder_that_is_no_kit(
    name: str, team: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = team / "dossier"
    folder.mkdir()
    if "." in name:
        (folder / name).write_text("à moi", encoding="utf-8")
    else:
        (folder / name).mkdir()
        (folder / name / "à moi.txt").write_text("à moi", encoding="utf-8")
    before = everything(team)
    assert call(team, "kit ?", folder) == 2
    assert "existe déjà ; il n’est pas remplacé" in said(capsys)
    assert everything(team) == before


def test_a_kit_goes_on_with_one_folder_of_deposits(
    team: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_kits_quickly(monkeypatch)
    other, new = team / "autre", team / "neuf"
    (other / "depots").mkdir(parents=True)
    assert call(team, f"kit ? --suite {team}", new) == 0
    assert call(team, f"kit ? --suite {team}", new) == 0, "the same again"
    before = everything(team)
    assert call(team, f"kit ? --suite {other}", new) == 2
    assert "dossier-des-depots.txt » existe déjà" in said(capsys)
    assert everything(team) == before


def test_two_outputs_are_two_files(team: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(team, f"verifier @{SENT} --rapport ? --reponse ? {DAY}", team / "un.json") == 2
    assert "sert déjà à cette commande" in said(capsys)
    assert not (team / "un.json").exists()


def test_a_list_of_payments_is_no_output(team: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (team / "liste.csv").write_text("N° éditeur;Montant payé\n00001;4125\n", encoding="utf-8")
    before = everything(team)
    assert call(team, f"suivi @{BOOK} --paiements ? -o ?", team / "liste.csv") == 2
    assert "sert déjà à cette commande" in said(capsys)
    assert everything(team) == before


def test_a_copy_that_was_corrected_is_kept(team: Path) -> None:
    copy = team / "demandes - contrôlé.xlsx"
    assert call(team, f"valider @{BOOK} --copie --quiet {DAY}") == 0
    copy.write_bytes(b"what the user made of it")
    assert call(team, f"valider @{BOOK} --copie --quiet {DAY}") == 0
    assert b"what the user made of it" in {kept.read_bytes() for kept in (team / "sauvegardes").iterdir()}


# --- folders ----------------------------------------------------------------------------------------------------------

FOLDERS = {
    "valider --sortie": f"valider @{BOOK} --quiet --sortie ? {DAY}",
    "convertir --sortie": f"convertir @{BOOK} --quiet --sortie ? {DAY}",
    "annuler --sortie": f"annuler {NAME} @{BOOK} --quiet --sortie ?",
    "retour --sortie": f"retour @{ANSWER} @{BOOK} --quiet --sortie ?",
    "suivi --sortie": f"suivi @{BOOK} --sortie ?",
    "kit": "kit ?",
    "adopter --dossier": "adopter @modele.json --dossier ?",
}
ONLY_READ = {"valider --sortie", "suivi --sortie"}


@pytest.mark.parametrize("option", FOLDERS)
def test_a_file_is_no_folder(option: str, team: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = everything(team)
    assert call(team, FOLDERS[option], team / "modele.json") == 2
    assert "est un fichier, pas un dossier" in said(capsys)
    assert everything(team) == before


@posix
@pytest.mark.parametrize("option", FOLDERS)
def test_a_folder_that_cannot_be_written_is_told_or_only_read(
    option: str, team: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    closed = team / "fermé"
    closed.mkdir()
    warm(team, FOLDERS[option])
    open_to_all(team)
    capsys.readouterr()
    with read_only(closed):
        code = call(team, FOLDERS[option], closed)
    assert code == (0 if option in ONLY_READ else 3)
    assert option in ONLY_READ or "ne peut pas être écrit" in said(capsys)
    assert list(closed.iterdir()) == []


def open_to_all(team: Path) -> None:
    for path in (team, *team.rglob("*")):
        path.chmod(0o777)


def test_a_kit_leaves_a_file_of_the_users_of_the_same_name(team: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (team / "Guide.html").write_text("Mon guide", encoding="utf-8")
    before = everything(team)
    assert call(team, "kit ?", team) == 2
    assert "existe déjà" in said(capsys)
    assert everything(team) == before


@posix
@pytest.mark.parametrize("line", [f"valider @{BOOK} {DAY}", f"suivi @{BOOK}"])
def test_a_folder_that_can_only_be_read_is_checked_and_followed(
    line: str, team: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call(team, line)
    capsys.readouterr()
    (team / "depots").chmod(0o555)
    before = everything(team)
    with read_only(team):
        assert call(team, line) == 0
    text = said(capsys)
    assert "1 convertie" in text if "valider" in line else "Convertie" in text
    assert everything(team) == before


# --- what was met -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("line", ["valider @demandes.xlsx", "convertir @demandes.xlsx", "suivi @demandes.xlsx -o @s"])
def test_a_file_name_of_a_day_that_is_none(line: str, team: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from openpyxl import load_workbook

    shutil.rmtree(team / "depots")
    book = load_workbook(team / BOOK)
    sheet = book["Demandes"]
    column = next(cell.column for cell in sheet[1] if cell.value == "fichierJSON")
    sheet.cell(3, column).value = "JSON-1234567890-20221399-001.json"
    book.save(team / BOOK)
    assert call(team, line) in {0, 1}
    said(capsys)


@pytest.mark.parametrize("depot", ["", ".", "..", "*", "annulés", "x" * 5000])
@pytest.mark.parametrize("line", ["annuler {} @demandes.xlsx", "convertir @demandes.xlsx --refaire-zips {}"])
def test_a_deposit_that_is_none_is_told_and_nothing_done(
    line: str, depot: str, team: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = everything(team)
    words = [depot if word == "{}" else str(team / word[1:]) if word[0] == "@" else word for word in line.split()]
    assert run(words) == 2
    assert re.search("Aucun dépôt ne s’appelle|ne connaît pas de dépôt", said(capsys))
    assert everything(team) == before


@pytest.mark.parametrize("content", [None, b"{", b"[]"])
@pytest.mark.parametrize(
    "line",
    [
        f"valider @{BOOK}",
        f"convertir @{BOOK}",
        f"suivi @{BOOK}",
        f"annuler {NAME} @{BOOK}",
        f"retour @{ANSWER} @{BOOK}",
        f"verifier @{SENT}",
        f"verifier --schema @{SENT}",
        "classeur @envoi.json -o @neuf.xlsx",
    ],
)
def test_an_adopted_model_that_is_none(
    line: str, content: bytes | None, team: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(team / SENT, team / "envoi.json")
    model = team / "modele-portail.json"
    if content is None:
        model.mkdir()
    else:
        model.write_bytes(content)
    assert call(team, line) == 2
    assert re.search("modele-portail.json", said(capsys))


@pytest.mark.parametrize(("command", "code"), [("valider", 0), ("convertir", 3), ("suivi", 0)])
def test_a_workbook_name_of_250_letters(
    command: str, code: int, team: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    long = team / f"{'n' * 245}.xlsx"
    (team / BOOK).rename(long)
    assert call(team, f"{command} ?", long) == code
    assert code == 0 or "trop long" in said(capsys)


@posix
@pytest.mark.parametrize(
    ("line", "codes"),
    [
        ("valider x.xlsx", {2}),
        ("modele -o x.xlsx", {3}),
        ("kit x", {3}),
        ("verifier x.json", {2}),
        ("classeur x.json -o y.xlsx", {2, 3}),
        ("adopter x.json", {2}),
        ("suivi x.xlsx -o s.xlsx", {2, 3}),
        ("retour x.json x.xlsx", {2}),
    ],
)
def test_a_current_folder_that_was_deleted(
    line: str, codes: set[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert run(line.split()) in codes
    said(capsys)


def test_a_report_of_a_run_is_valid_json_after_another_was_there(team: Path) -> None:
    path = team / "rapport.json"
    assert call(team, f"verifier @{SENT} --rapport ? {DAY}", path) == 0
    assert call(team, f"valider @{BOOK} --quiet --rapport ? {DAY}", path) == 0
    assert json.loads(path.read_bytes())["annote"]


@pytest.mark.parametrize("line", ["valider --copie=oui x", "suivi x -o", "verifier --date-depot 31/02/2022 x"])
def test_a_wrong_option_is_told_in_french(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(line.split()) == 2
    assert "--help" in said(capsys)
