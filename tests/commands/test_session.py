"""From a filled workbook to a deposit, on disk, through the command line: what a finance person's double-click does."""

import json
import shutil
import zipfile
from collections.abc import Callable, Iterable
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from converter.attachments.inspection import Attachments
from converter.cli import run
from converter.commands import session
from converter.depositing import deposit
from converter.marking import annotate
from converter.reading import workbook
from converter.spec.tags import tool_columns
from converter.system.processes import Workers
from tests.support.erreurs import say_oui

SAMPLES = Path(__file__).parents[2] / "samples"
GUIDE, MISTAKES = "exemple-du-guide", "erreurs"
DAY = ("--date-depot", "02/05/2022")


@pytest.fixture
def sample(tmp_path: Path) -> Callable[[str], Path]:
    """A sample folder copied where it may be written to; returns its workbook."""

    def copy(nom: str) -> Path:
        folder = tmp_path / nom
        ours = shutil.ignore_patterns("depots", "sauvegardes", "attendu")
        shutil.copytree(SAMPLES / nom, folder, ignore=ours)
        return folder / "demandes.xlsx"

    return copy


@lru_cache(maxsize=1)
def opened(content: bytes) -> Workbook:
    """The workbook of these bytes, to be read alone: opened once for all that is asked of it."""
    return load_workbook(BytesIO(content))


def cells(path: Path, sheet: str, tag: str) -> dict[int, Any]:
    """The values of a column by Excel row."""
    rows = opened(path.read_bytes())[sheet]
    column = next(cell.column for cell in rows[1] if cell.value == tag)
    return {row: rows.cell(row, column).value for row in range(3, rows.max_row + 1) if rows.cell(row, 1).value}


def put(path: Path, sheet: str, row: int, tag: str, value: Any) -> None:
    book = load_workbook(path)
    rows = book[sheet]
    column = next(cell.column for cell in rows[1] if cell.value == tag)
    rows.cell(row, column).value = value
    book.save(path)


def put_setting(path: Path, nom: str, value: Any) -> None:
    book = load_workbook(path)
    (row,) = (row for row in book["Paramètres"].iter_rows() if any(cell.value == nom for cell in row))
    row[2].value = value
    book.save(path)


def call(*arguments: object) -> tuple[int, dict[str, Any]]:
    """Run a command with --rapport; return its exit code and the report."""
    report = Path(str(arguments[1])).parent / "rapport.json"
    code = run([*map(str, arguments), "--quiet", "--rapport", str(report)])
    return code, json.loads(report.read_text(encoding="utf-8"))


def test_the_guides_example_becomes_one_deposit_and_the_workbook_says_so(sample: Callable[[str], Path]) -> None:
    book = sample(GUIDE)
    code, report = call("convertir", book, *DAY)
    folder = book.parent / "depots" / "JSON-1234567890-20220502-001"
    assert code == 0
    assert sorted(path.name for path in folder.iterdir()) == [
        "JSON-1234567890-20220502-001.json",
        "PJ-1234567890-20220502-001-1.zip",
        "bordereau.xlsx",
    ]
    assert cells(book, "Demandes", "etat") == {3: "Convertie"}
    assert cells(book, "Demandes", "fichierJSON") == {3: "JSON-1234567890-20220502-001.json"}
    assert f"{cells(book, 'Demandes', 'dateDepot')[3]:%d/%m/%Y}" == "02/05/2022"
    assert report["depots"] == [
        {
            "json": str(folder / "JSON-1234567890-20220502-001.json"),
            "zips": [str(folder / "PJ-1234567890-20220502-001-1.zip")],
            "demandes": ["00001"],
        }
    ]
    assert report["demandes"] == [{"numeroEditeur": "00001", "feuille": "Demandes", "ligne": 3, "etat": "Convertie"}]


def test_a_second_double_click_deposits_nothing(sample: Callable[[str], Path]) -> None:
    book = sample(GUIDE)
    call("convertir", book, *DAY)
    code, report = call("convertir", book, *DAY)
    assert (code, report["depots"]) == (0, [])
    assert [path.name for path in (book.parent / "depots").glob("JSON-*")] == ["JSON-1234567890-20220502-001"]


def test_the_original_is_kept_before_it_is_written_to(sample: Callable[[str], Path]) -> None:
    book = sample(GUIDE)
    before = book.read_bytes()
    call("valider", book)
    (kept,) = (book.parent / "sauvegardes").glob("*.xlsx")
    assert kept.read_bytes() == before != book.read_bytes()


def test_checking_twice_gives_the_same_bytes(sample: Callable[[str], Path]) -> None:
    book = sample(MISTAKES)
    assert call("valider", book, *DAY)[0] == 1
    once = book.read_bytes()
    call("valider", book, *DAY)
    assert book.read_bytes() == once


def test_valid_requests_leave_while_the_others_stay_marked(sample: Callable[[str], Path]) -> None:
    book = sample(MISTAKES)
    code, report = call("convertir", book, *DAY)
    states = cells(book, "Demandes", "etat")
    assert code == 1
    assert [row for row, state in states.items() if state == "Convertie"] == [14]
    assert set(states.values()) == {"Convertie", "À corriger"}
    assert [deposit["demandes"] for deposit in report["depots"]] == [["00012"]]


def test_a_corrected_cell_loses_its_marks_at_the_next_run(sample: Callable[[str], Path]) -> None:
    book = sample(MISTAKES)
    call("valider", book, *DAY)
    assert load_workbook(book)["Demandes"]["G6"].comment
    put(book, "Demandes", 6, "montantSegurHT", 1234.5)
    _, report = call("valider", book, *DAY)
    sheet = load_workbook(book)["Demandes"]
    assert sheet["G6"].comment is None
    assert cells(book, "Demandes", "etat")[6] == "Prête"
    assert "G6" not in {finding["cellule"] for finding in report["anomalies"] if finding["feuille"] == "Demandes"}


def test_an_accepted_proposition_is_written_at_the_next_run(sample: Callable[[str], Path]) -> None:
    book = sample(MISTAKES)
    call("valider", book, *DAY)
    assert say_oui(book, Code="P014") == 1
    _, report = call("valider", book, *DAY)
    assert cells(book, "Pièces", "fichier")[13] == "bon de commande 00011.pdf"
    assert "P014" not in {finding["code"] for finding in report["anomalies"]}


@pytest.fixture
def looked_for(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """For each time that a workbook's attachments are opened anew, the names that are looked for at first sight."""
    made: list[list[str]] = []

    class Noted(Attachments):
        def __init__(self, *given: Any) -> None:
            super().__init__(*given)
            made.append([])

        def begin(self, names: Iterable[str], workers: Workers) -> None:
            made[-1] = made[-1] or list(names)
            super().begin(names, workers)

    monkeypatch.setattr(session, "Attachments", Noted)
    return made


def test_attachments_are_opened_once_unless_a_proposition_changes_how(
    sample: Callable[[str], Path], looked_for: list[list[str]]
) -> None:
    book = sample(MISTAKES)
    call("valider", book, *DAY)
    assert say_oui(book, Code="P014") == 1
    call("valider", book, *DAY)
    assert len(looked_for) == 2
    put_setting(book, "lectureBonsCommande", "nno")
    call("valider", book, *DAY)
    assert say_oui(book, Code="V020") == 1
    looked_for.clear()
    call("valider", book, *DAY)
    assert len(looked_for) == 2


def test_attachments_of_converted_requests_are_not_looked_for(
    sample: Callable[[str], Path], looked_for: list[list[str]]
) -> None:
    book = sample(GUIDE)
    call("convertir", book, *DAY)
    call("convertir", book, *DAY)
    first, second = looked_for
    assert len(first) == 2
    assert second == []


def test_a_missing_number_is_answered_by_the_next_free_one(sample: Callable[[str], Path]) -> None:
    book = sample(GUIDE)
    call("convertir", book, *DAY)
    load = load_workbook(book)
    for sheet in ("Demandes", "Bénéficiaires", "Pièces"):
        rows = load[sheet]
        end = rows.max_row
        for column in range(1, rows.max_column + 1):
            rows.cell(end + 1, column).value = rows.cell(end, column).value if column > 3 else None
    load["Demandes"].cell(4, 7).value = 9000
    load.save(book)
    _, report = call("valider", book, *DAY)
    (missing,) = (
        issue
        for issue in report["anomalies"]
        if issue["cellule"] == "A4" and issue["code"] == "V001" and issue["feuille"] == "Demandes"
    )
    assert "(prochain numéro libre : 00002)" in missing["conseil"].replace("\u00a0", " ")


def test_a_copy_is_annotated_and_the_original_left_alone(sample: Callable[[str], Path]) -> None:
    book = sample(MISTAKES)
    before = book.read_bytes()
    code, _ = call("valider", book, "--copie", *DAY)
    assert code == 1
    assert book.read_bytes() == before
    assert "Erreurs" in load_workbook(book.with_name("demandes - contrôlé.xlsx")).sheetnames


def test_open_in_excel_nothing_is_deposited_and_checking_writes_a_copy(sample: Callable[[str], Path]) -> None:
    book = sample(GUIDE)
    book.with_name("~$demandes.xlsx").write_bytes(b"\x05Marie" + b" " * 159)
    before = book.read_bytes()
    code, report = call("convertir", book, *DAY)
    assert (code, report["depots"], [f["code"] for f in report["anomalies"]]) == (3, [], ["E110"])
    assert not list(book.parent.glob("depots/JSON-*"))
    assert call("valider", book, *DAY)[0] == 0
    assert book.read_bytes() == before
    assert book.with_name("demandes - contrôlé.xlsx").exists()


def test_a_withdrawn_deposit_can_be_converted_again_under_another_rank(sample: Callable[[str], Path]) -> None:
    book = sample(GUIDE)
    call("convertir", book, *DAY)
    assert run(["annuler", "JSON-1234567890-20220502-001", str(book), "--quiet", *DAY]) == 0
    assert cells(book, "Demandes", "etat") == {3: "Prête"}
    assert cells(book, "Demandes", "fichierJSON") == {3: None}
    _, report = call("convertir", book, *DAY)
    assert [Path(deposit["json"]).name for deposit in report["depots"]] == ["JSON-1234567890-20220502-002.json"]


def test_a_request_edited_after_its_conversion_is_told_and_not_sent_again(sample: Callable[[str], Path]) -> None:
    book = sample(GUIDE)
    call("convertir", book, *DAY)
    put(book, "Demandes", 3, "montantSegurHT", 1)
    code, report = call("convertir", book, *DAY)
    assert (code, report["depots"]) == (0, [])
    assert "D011" in {finding["code"] for finding in report["anomalies"]}
    assert cells(book, "Demandes", "etat") == {3: "Convertie"}


def test_the_only_date_of_a_converted_request_emptied_is_told(sample: Callable[[str], Path]) -> None:
    book = sample(GUIDE)
    call("convertir", book, *DAY)
    put(book, "Demandes", 3, "dateCommande", None)
    code, report = call("convertir", book, *DAY)
    assert (code, report["depots"]) == (0, [])
    assert "D011" in {finding["code"] for finding in report["anomalies"]}


def test_deleted_tool_columns_are_made_anew(sample: Callable[[str], Path]) -> None:
    book = sample(GUIDE)
    workbook = load_workbook(book)
    sheet = workbook["Demandes"]
    sheet.delete_cols(next(c.column for c in sheet[1] if c.value == "fichierJSON"), 6)
    sheet.delete_cols(next(c.column for c in sheet[1] if c.value == "etat"), 2)
    sheet.tables.clear()
    workbook.save(book)
    call("convertir", book, *DAY)
    assert cells(book, "Demandes", "etat") == {3: "Convertie"}
    assert call("convertir", book, *DAY)[1]["depots"] == []


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("absent.xlsx", None, "F001"),
        ("texte.xlsx", b"SIRET;montant\n1;2\n", "F002"),
        ("vide.xlsx", b"", "F007"),
        ("ancien.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "F003"),
    ],
)
def test_an_unusable_input_is_one_sentence_and_writes_nothing(
    tmp_path: Path, name: str, content: bytes | None, code: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    exit_code, report = call("convertir", path)
    assert (exit_code, [finding["code"] for finding in report["anomalies"]]) == (2, [code])
    assert {p.name for p in tmp_path.iterdir()} <= {name, "rapport.json"}


def test_one_unusable_workbook_does_not_stop_the_others(sample: Callable[[str], Path], tmp_path: Path) -> None:
    book = sample(GUIDE)
    assert run(["convertir", str(tmp_path / "absent.xlsx"), str(book), "--quiet", *DAY]) == 2
    assert cells(book, "Demandes", "etat") == {3: "Convertie"}


@pytest.mark.parametrize(
    "arguments", [["--inconnue"], ["valider"], ["inconnue"], ["valider", "--date-depot", "1/13/22", "x"]]
)
def test_a_wrong_call_is_said_in_french_with_exit_code_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == 2
    said = capsys.readouterr().err
    assert "--help" in said
    assert not {"Error", "Missing", "No such", "Invalid", "Usage"} & set(said.replace(":", " ").split())


def test_the_portals_answer_comes_back_into_the_same_workbook(sample: Callable[[str], Path], tmp_path: Path) -> None:
    book = sample(GUIDE)
    call("convertir", book, *DAY)
    sent = book.parent / "depots" / "JSON-1234567890-20220502-001" / "JSON-1234567890-20220502-001.json"
    answer = tmp_path / sent.name
    assert run(["verifier", str(sent), "--reponse", str(answer), "--refuser", "00001", *DAY]) == 0
    assert run(["retour", str(answer), str(book), "--quiet"]) == 1
    assert cells(book, "Demandes", "etat") == {3: "Rejetée"}
    assert cells(book, "Demandes", "numeroEditeur") == {3: "00002"}
    assert cells(book, "Demandes", "anciensNumeros") == {3: "00001"}
    assert set(cells(book, "Bénéficiaires", "numeroEditeur").values()) == {"00002"}
    assert set(cells(book, "Pièces", "numeroEditeur").values()) == {"00002"}
    once = book.read_bytes()
    assert run(["retour", str(answer), str(book), "--quiet"]) == 1
    assert book.read_bytes() == once


def test_an_answer_that_changes_nothing_has_the_workbook_read_once(
    sample: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = sample(GUIDE)
    call("convertir", book, *DAY)
    sent = book.parent / "depots" / "JSON-1234567890-20220502-001" / "JSON-1234567890-20220502-001.json"
    answer = tmp_path / sent.name
    assert run(["verifier", str(sent), "--reponse", str(answer), *DAY]) == 0
    times: list[Path] = []
    read = workbook.open_workbook
    monkeypatch.setattr(workbook, "open_workbook", lambda path: times.append(path) or read(path))
    assert run(["retour", str(answer), str(book), "--quiet"]) == 0
    assert len(times) == 2, "as it was, then with what the answer changes"
    times.clear()
    assert run(["retour", str(answer), str(book), "--quiet"]) == 0
    assert times == [book]


def test_the_follow_up_says_what_to_do_of_a_request_that_the_portal_holds_incomplete(
    sample: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    book = sample(GUIDE)
    assert run(["suivi", str(book)]) == 0
    assert "incomplète" not in capsys.readouterr().out
    call("convertir", book, *DAY)
    capsys.readouterr()
    assert run(["suivi", str(book)]) == 0
    assert "« Suivi demandes incomplètes »" in capsys.readouterr().out.replace("\u00a0", " ")


def test_a_refused_request_is_corrected_converted_and_accepted(sample: Callable[[str], Path], tmp_path: Path) -> None:
    book = sample(GUIDE)
    call("convertir", book, *DAY)
    deposits = book.parent / "depots"
    for rank, refused in ((1, ["--refuser", "00001"]), (2, [])):
        name = f"JSON-1234567890-20220502-00{rank}"
        sent, answer = deposits / name / f"{name}.json", tmp_path / f"{name}.json"
        assert run(["verifier", str(sent), "--reponse", str(answer), *refused, *DAY]) == 0
        assert run(["retour", str(answer), str(book), "--quiet"]) == (1 if refused else 0)
        if refused:
            put(book, "Demandes", 3, "montantSegurHT", 13751)
            assert call("convertir", book, *DAY)[0] == 0
    assert cells(book, "Demandes", "etat") == {3: "Acceptée"}
    assert cells(book, "Demandes", "numeroASP") == {3: "FICTIF-00002"}
    assert cells(book, "Demandes", "libelleTraitement") == {3: "Demande acceptée"}


def test_a_save_while_the_tool_works_is_never_written_over(
    sample: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    book = sample(GUIDE)
    inspect = Attachments.inspect

    def someone_saves(*arguments: Any) -> Any:
        put(book, "Demandes", 3, "montantSegurHT", 14000)
        return inspect(*arguments)

    monkeypatch.setattr(Attachments, "inspect", someone_saves)
    code, report = call("convertir", book, *DAY)
    assert (code, report["depots"], [f["code"] for f in report["anomalies"]]) == (3, [], ["E115"])
    assert cells(book, "Demandes", "montantSegurHT") == {3: 14000}


def test_a_deposit_is_told_even_where_the_workbook_cannot_say_so_any_more(
    sample: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    book = sample(GUIDE)
    lock = book.with_name("~$demandes.xlsx")
    convert = deposit.convert

    def someone_opens(*arguments: Any) -> Any:
        lock.write_bytes(b"\x05Marie" + b" " * 159)
        return convert(*arguments)

    monkeypatch.setattr(deposit, "convert", someone_opens)
    code, report = call("convertir", book, *DAY)
    assert code == 3
    assert [deposited["demandes"] for deposited in report["depots"]] == [["00001"]]
    monkeypatch.undo()
    lock.unlink()
    assert call("convertir", book, *DAY)[1]["depots"] == []
    assert cells(book, "Demandes", "etat") == {3: "Convertie"}


def test_a_row_that_the_user_emptied_is_no_request_and_its_remarks_go(sample: Callable[[str], Path]) -> None:
    book = sample(MISTAKES)
    call("valider", book, *DAY)
    workbook = load_workbook(book)
    sheet = workbook["Demandes"]
    told = {tag.nom for tag in tool_columns("Demandes")}
    for column in (cell.column for cell in sheet[1] if cell.value not in told):
        sheet.cell(6, column).value = None
    workbook.save(book)
    _, report = call("valider", book, *DAY)
    assert 6 not in {request["ligne"] for request in report["demandes"]}
    emptied = load_workbook(book)["Demandes"][6]
    assert [cell.value for cell in emptied if cell.value] == []


def _cut(path: Path) -> None:
    """Cut a worksheet of a package short, as a write that went wrong would."""
    entries: dict[str, bytes] = {}
    with zipfile.ZipFile(path) as archive:
        entries |= {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in entries.items():
            archive.writestr(name, data[:-20] if name.endswith("sheet3.xml") else data)


def _writing_badly(monkeypatch: pytest.MonkeyPatch) -> None:
    real = annotate.annotate

    def annotate_badly(source: Path, target: Path, **others: Any) -> Any:
        refused = real(source, target, **others)
        _cut(target)
        return refused

    monkeypatch.setattr(annotate, "annotate", annotate_badly)


def test_a_workbook_that_could_not_be_opened_again_does_not_replace_the_users(
    sample: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    book = sample(MISTAKES)
    before = book.read_bytes()
    _writing_badly(monkeypatch)
    code, report = call("valider", book, *DAY)
    assert code == 2
    assert [each["code"] for each in report["anomalies"]] == ["F006"]
    assert book.name in report["anomalies"][0]["message"]
    assert book.read_bytes() == before
    assert not [each for each in book.parent.iterdir() if each.suffix == ".tmp"]


def test_a_deposit_is_told_even_if_the_workbook_written_could_not_be_opened_again(
    sample: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    book = sample(GUIDE)
    before = book.read_bytes()
    _writing_badly(monkeypatch)
    code, report = call("convertir", book, *DAY)
    assert code == 3
    assert report["depots"]
    assert "F006" in [each["code"] for each in report["anomalies"]]
    assert book.read_bytes() == before


def test_nothing_is_deposited_from_a_workbook_that_cannot_be_annotated(sample: Callable[[str], Path]) -> None:
    book = sample(GUIDE)
    entries: dict[str, bytes] = {}
    with zipfile.ZipFile(book) as archive:
        entries |= {name: archive.read(name) for name in archive.namelist()}
    entries["xl/styles.xml"] = entries["xl/styles.xml"].replace(b'numFmtId="', b'numFmtId="x')
    with zipfile.ZipFile(book, "w") as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    code, report = call("convertir", book, *DAY)
    assert code == 2
    assert [each["code"] for each in report["anomalies"]] == ["F018"]
    assert "xl/styles.xml" in report["anomalies"][0]["message"]
    assert not list((book.parent / "depots").glob("JSON-*"))
