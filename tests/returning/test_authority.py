"""Registry, deposits, workbook and answers come to differ: who is believed, through the commands themselves."""

import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.formula import ArrayFormula

from converter.blank import template
from converter.cli import run
from converter.commands.annuler import annuler
from converter.commands.convertir import convertir
from converter.commands.outcome import Outcome
from converter.commands.retour import retour
from converter.commands.session import Options
from converter.commands.valider import valider
from converter.issues import Inutilisable
from converter.registry.kept import REPONSES
from converter.registry.store import REGISTRE
from converter.returning import rebuild
from converter.spec.sheets import BENEFICIAIRES, DEMANDES, PIECES
from tests.support.cycle import JOUR, SHAPE, Cycle, edited, pdf
from tests.support.erreurs import say_oui

DEPOT = "JSON-1234567890-20220415-001"
REFUSED = {"numeroASP": None, "codeTraitement": "KO", "libelleTraitement": "FINESS inconnu"}
OPTIONS = Options(JOUR)


@pytest.fixture(scope="module")
def filed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two DPI requests in one deposit."""
    cycle = Cycle(tmp_path_factory.mktemp("campagne"))
    cycle.fill(["DPI"] * 2)
    assert cycle.convert() == [DEPOT]
    return cycle.folder


@pytest.fixture
def cycle(filed: Path, tmp_path: Path) -> Cycle:
    shutil.copytree(filed, tmp_path, dirs_exist_ok=True)
    return Cycle(tmp_path)


def bring(cycle: Cycle, answer: bytes, nom: str = DEPOT) -> Outcome:
    file = cycle.folder / f"{nom}.json"
    file.write_bytes(answer)
    return retour(file, cycle.classeur, OPTIONS)


def codes(outcome: Outcome) -> list[str]:
    return sorted(issue.code for issue in outcome.issues)


def registry_lost(cycle: Cycle, _: Path) -> None:
    (cycle.depots / REGISTRE).unlink()


def registry_put_back(cycle: Cycle, before: Path) -> None:
    shutil.copy(before / "depots" / REGISTRE, cycle.depots / REGISTRE)


@pytest.mark.parametrize("mishap", [registry_lost, registry_put_back])
def test_an_answer_survives_its_registry(cycle: Cycle, filed: Path, mishap: Callable[[Cycle, Path], None]) -> None:
    bring(cycle, edited(cycle.answer(DEPOT), _00002=REFUSED))
    before = cycle.table()
    mishap(cycle, filed)
    valider(cycle.classeur, OPTIONS)
    assert [(row["etat"], row["numeroASP"], row["libelleTraitement"]) for row in cycle.table()] == [
        ("Acceptée", "FICTIF-00001", "Demande acceptée"),
        ("Rejetée", "", "FINESS inconnu"),
    ]
    assert [row["historique"] for row in cycle.table()] == [row["historique"] for row in before]
    with pytest.raises(Inutilisable) as refused:
        annuler(DEPOT, cycle.classeur, OPTIONS)
    assert [issue.code for issue in refused.value.issues] == ["D025"]
    convertir(cycle.classeur, OPTIONS)
    answers = {fait.numero: fait.reponse for fait in cycle.memory().faits.values()}
    assert {n: (a.acceptee, a.numeroASP) for n, a in answers.items() if a} == {
        "00001": (True, "FICTIF-00001"),
        "00002": (False, ""),
    }


def test_a_refused_request_waits_for_a_change_or_a_word_of_the_user(cycle: Cycle) -> None:
    bring(cycle, edited(cycle.answer(DEPOT), _00002=REFUSED))
    for _ in range(2):
        outcome = convertir(cycle.classeur, OPTIONS)
        assert (outcome.depots, codes(outcome)) == ((), ["D037"])
        row = cycle.table()[1]
        assert (row["etat"], row["codeTraitement"], row["libelleTraitement"]) == ("Rejetée", "KO", "FINESS inconnu")
    (told,) = convertir(cycle.classeur, OPTIONS).issues
    cycle.put(DEMANDES, told.place.ligne, "etat", told.proposition)  # what OUI writes
    assert [upload.demandes for upload in convertir(cycle.classeur, OPTIONS).depots] == [("00003",)]
    assert "« FINESS inconnu »" in cycle.column("historique")[1]


@pytest.mark.parametrize("change", ["values", "attachment"])
def test_a_corrected_refusal_is_sent_again(cycle: Cycle, change: str) -> None:
    bring(cycle, edited(cycle.answer(DEPOT), _00002=REFUSED))
    if change == "values":
        cycle.put(BENEFICIAIRES, 5, "nomClient", "DURAND")
    else:
        (cycle.folder / "pieces" / "bon 2.pdf").write_bytes(pdf(9))
    assert [upload.demandes for upload in convertir(cycle.classeur, OPTIONS).depots] == [("00003",)]


def test_another_answer_does_not_free_what_was_refused(cycle: Cycle) -> None:
    bring(cycle, edited(cycle.answer(DEPOT), _00002=REFUSED))
    before = cycle.table()
    bring(cycle, edited(cycle.answer(DEPOT), _00002=REFUSED))
    assert cycle.table() == before
    assert convertir(cycle.classeur, OPTIONS).depots == ()


def test_a_refused_number_taken_back_from_an_answer_is_not_filed_again(cycle: Cycle, tmp_path: Path) -> None:
    answer = edited(cycle.answer(DEPOT), _00002=REFUSED)
    found = rebuild.reprendre([answer], SHAPE)
    lone = Cycle(tmp_path / "repris")
    lone.folder.mkdir()
    shutil.copytree(cycle.folder / "pieces", lone.folder / "pieces")
    template.write_template(lone.classeur, rows=found.rows, parametres=found.parametres)
    outcome = convertir(lone.classeur, OPTIONS)
    assert outcome.depots == ()
    assert "D013" in codes(outcome)
    assert lone.column("etat")[1] == "Rejetée"


def renumber(cycle: Cycle, ancien: str, nouveau: str) -> None:
    for feuille in (DEMANDES, BENEFICIAIRES, PIECES):
        for ligne, numero in enumerate(cycle.column("numeroEditeur", feuille), start=3):
            if numero == ancien:
                cycle.put(feuille, ligne, "numeroEditeur", nouveau)


def test_a_converted_request_renumbered_and_edited_is_not_filed_again(cycle: Cycle) -> None:
    renumber(cycle, "00002", "00009")
    cycle.put(BENEFICIAIRES, 5, "telephoneClient", "01 44 55 66 78")
    outcome = convertir(cycle.classeur, OPTIONS)
    assert outcome.depots == ()
    assert "D028" in codes(outcome)


def test_a_second_workbook_with_the_same_order_is_told(cycle: Cycle) -> None:
    other = Cycle(cycle.folder / "autre")
    other.fill(["DPI"] * 2)
    renumber(other, "00001", "00051")
    renumber(other, "00002", "00052")
    other.put(DEMANDES, 3, "montantSegurHT", 20_000)
    other.put(BENEFICIAIRES, 5, "nomClient", "DURAND")
    outcome = convertir(other.classeur, Options(JOUR, sortie=cycle.depots))
    assert {"D028", "D029"} <= set(codes(outcome))
    assert [upload.demandes for upload in outcome.depots] == [("00051",)]


def test_the_users_oui_is_not_lost_to_an_answer(cycle: Cycle) -> None:
    cycle.put(DEMANDES, 5, "numeroEditeur", "00003")
    for balise, valeur in (("numeroEditeur", "00003"), ("typeFichier", "BON_COMMANDE"), ("fichier", "bon1.pdf")):
        cycle.put(PIECES, 5, balise, valeur)
    assert "P014" in codes(valider(cycle.classeur, OPTIONS))
    assert say_oui(cycle.classeur)
    assert "P014" not in codes(bring(cycle, cycle.answer(DEPOT)))
    assert cycle.column("fichier", PIECES)[2] == "bon 1.pdf"


def test_an_older_answer_after_a_newer_one_changes_nothing_silently(cycle: Cycle) -> None:
    newer = cycle.answer(DEPOT)
    bring(cycle, newer)
    before = cycle.table()
    undecided = {"numeroASP": None, "codeTraitement": "", "libelleTraitement": "En cours d’instruction"}
    outcome = bring(cycle, edited(newer, _00001=undecided, _00002=REFUSED))
    assert {"S026", "S011"} <= set(codes(outcome))
    keep = ("etat", "numeroASP", "codeTraitement", "libelleTraitement", "numeroEditeur")
    assert [[row[k] for k in keep] for row in cycle.table()] == [[row[k] for k in keep] for row in before]
    assert "En cours d’instruction" in cycle.column("historique")[0]


def test_one_numero_asp_for_two_requests_is_taken_for_neither(cycle: Cycle) -> None:
    outcome = bring(cycle, edited(cycle.answer(DEPOT), _00002={"numeroASP": "FICTIF-00001"}))
    assert codes(outcome).count("S025") == 2
    assert cycle.column("etat") == ["Convertie"] * 2
    assert all("FICTIF-00001" in told for told in cycle.column("historique"))


def test_a_row_copied_with_its_number_is_told_and_not_counted_twice(cycle: Cycle) -> None:
    row = cycle.table()[0]
    for balise, valeur in row.items():
        cycle.put(DEMANDES, 5, balise, valeur)
    cycle.put(DEMANDES, 5, "montantSegurHT", 99_000)
    outcome = convertir(cycle.classeur, OPTIONS)
    assert "D027" in codes(outcome)
    assert outcome.depots == ()
    assert cycle.column("etat") == ["Convertie", "Convertie", "À corriger"]


def test_an_old_workbook_without_the_history_column_goes_on(cycle: Cycle) -> None:
    book = openpyxl.load_workbook(cycle.classeur)
    sheet = book[DEMANDES]
    (column,) = (cell.column for cell in sheet[1] if cell.value == "historique")
    for row in (1, 2):
        sheet.cell(row, column).value = None
    for table in list(sheet.tables):
        del sheet.tables[table]
    book.save(cycle.classeur)
    bring(cycle, cycle.answer(DEPOT))
    assert "FICTIF-00001" in cycle.column("historique")[0]


def test_a_deposit_refused_whole_is_taken_back_and_its_requests_freed(cycle: Cycle) -> None:
    answer = edited(cycle.sent(DEPOT), entete={"codeTraitement": "KO", "libelleTraitement": "Fichier non conforme"})
    with pytest.raises(Inutilisable) as refused:
        bring(cycle, answer)
    assert [issue.code for issue in refused.value.issues] == ["S027"]
    outcome = annuler(DEPOT, cycle.classeur, OPTIONS, refuse=True)
    assert "D040" in codes(outcome)
    assert cycle.column("etat") == ["Prête"] * 2
    (again,) = convertir(cycle.classeur, OPTIONS).depots
    assert (again.json, again.demandes) == ("JSON-1234567890-20220415-002.json", ("00001", "00002"))


def test_after_a_withdrawal_the_next_rank_is_explained(cycle: Cycle) -> None:
    assert "D039" in codes(annuler(DEPOT, cycle.classeur, OPTIONS))


# --- what the registry learns, and from where -------------------------------------------------------------------------


@pytest.mark.parametrize("lose", [registry_lost, registry_put_back])
def test_an_answer_outlives_the_registry_and_the_workbook_that_told_it(
    cycle: Cycle, tmp_path_factory: pytest.TempPathFactory, lose: Callable[[Cycle, Path], None]
) -> None:
    before = tmp_path_factory.mktemp("avant") / "copie"
    shutil.copytree(cycle.folder, before)
    bring(cycle, cycle.answer(DEPOT, refuse=["00002"]))
    lose(cycle, before)
    shutil.copy(before / cycle.nom, cycle.classeur)
    valider(cycle.classeur, OPTIONS)
    assert (cycle.column("etat"), cycle.column("numeroASP")[0]) == (["Acceptée", "Rejetée"], "FICTIF-00001")
    with pytest.raises(Inutilisable) as refused:
        annuler(DEPOT, cycle.classeur, OPTIONS)
    assert [issue.code for issue in refused.value.issues] == ["D025"]


@pytest.mark.parametrize("line", [b"{", b"\xff\xfe", b'{"depot": 3}', b"[]"])
def test_a_line_that_was_cut_off_takes_no_answer_with_it(cycle: Cycle, line: bytes) -> None:
    path = cycle.depots / REPONSES
    path.write_bytes(line)
    bring(cycle, cycle.answer(DEPOT))
    assert path.read_bytes().startswith(line)
    (cycle.depots / REGISTRE).unlink()
    assert [fait.etat for fait in cycle.memory().faits.values()] == ["Acceptée"] * 2
    kept = path.read_bytes()
    cycle.memory()
    assert path.read_bytes() == kept, "nothing is told twice"


def nothing_kept(cycle: Cycle) -> None:
    for name in (REGISTRE, REPONSES):
        (cycle.depots / name).unlink()


def test_a_mere_check_lets_the_registry_learn_what_the_workbook_alone_tells(cycle: Cycle) -> None:
    before = cycle.classeur.read_bytes()
    bring(cycle, cycle.answer(DEPOT))
    nothing_kept(cycle)
    assert "D019" in codes(valider(cycle.classeur, OPTIONS))
    cycle.classeur.write_bytes(before)
    valider(cycle.classeur, OPTIONS)
    assert cycle.column("numeroASP") == ["FICTIF-00001", "FICTIF-00002"]


def test_a_check_makes_no_folder_of_deposits(cycle: Cycle) -> None:
    bring(cycle, cycle.answer(DEPOT))
    shutil.rmtree(cycle.depots)
    valider(cycle.classeur, OPTIONS)
    assert not cycle.depots.exists()
    assert cycle.column("etat") == ["Acceptée"] * 2


def test_an_answer_learnt_again_keeps_the_day_that_the_workbook_tells(cycle: Cycle) -> None:
    bring(cycle, cycle.answer(DEPOT))
    told = cycle.column("historique")[0]
    (day,) = re.findall(r"\((\d\d/\d\d/\d{4})\)", told)
    cycle.put(DEMANDES, 3, "historique", told.replace(day, "20/04/2022"))
    nothing_kept(cycle)
    valider(cycle.classeur, OPTIONS)
    assert cycle.memory().recues["00001"] == date(2022, 4, 20)


def test_what_an_older_registry_did_not_note_is_read_from_its_deposits(cycle: Cycle) -> None:
    with closing(sqlite3.connect(cycle.depots / REGISTRE)) as base, base:
        base.execute("UPDATE demande SET commande = '', finess = ''")
    renumber(cycle, "00002", "00009")
    cycle.put(BENEFICIAIRES, 5, "telephoneClient", "01 44 55 66 78")
    outcome = convertir(cycle.classeur, OPTIONS)
    assert (outcome.depots, "D028" in codes(outcome)) == ((), True)


def test_one_order_on_two_rows_of_a_workbook_is_filed_once(tmp_path: Path) -> None:
    cycle = Cycle(tmp_path)
    cycle.fill(["DPI"])
    for feuille in (DEMANDES, BENEFICIAIRES, PIECES):
        rows = cycle.rows(feuille)
        copies = {max(rows) + rank: row | {"numeroEditeur": "00007"} for rank, row in enumerate(rows.values(), start=1)}
        filled = {ligne: {nom: v for nom, v in row.items() if v != ""} for ligne, row in copies.items()}
        cycle.type({feuille: filled})
    outcome = convertir(cycle.classeur, OPTIONS)
    assert [upload.demandes for upload in outcome.depots] == [("00001",)]
    assert "D041" in codes(outcome)


# --- cells that we may not overwrite ----------------------------------------------------------------------------------


def hold(cycle: Cycle, balise: str, rows: str = "3:4") -> None:
    """Let an array formula own a column of the two requests."""
    book = openpyxl.load_workbook(cycle.classeur)
    sheet = book[DEMANDES]
    (letter,) = (cell.column_letter for cell in sheet[1] if cell.value == balise)
    first, last = rows.split(":")
    held = [sheet[f"{letter}{ligne}"].value for ligne in (first, last)]
    sheet[f"{letter}{first}"] = ArrayFormula(f"{letter}{first}:{letter}{last}", f'={{"{held[0]}";"{held[1]}"}}')
    for table in list(sheet.tables):
        del sheet.tables[table]
    book.save(cycle.classeur)


@pytest.mark.parametrize("balise", ["numeroASP", "libelleTraitement", "historique", "etat"])
def test_what_the_portal_said_and_a_formula_kept_out_is_told_at_its_cell(cycle: Cycle, balise: str) -> None:
    hold(cycle, balise)
    outcome = bring(cycle, cycle.answer(DEPOT))
    told = {(issue.balise, issue.place.ligne): issue.valeur for issue in outcome.issues if issue.code == "S041"}
    assert {ligne for _, ligne in told} == {3, 4}
    assert {nom for nom, _ in told} == {balise}
    assert balise != "numeroASP" or told[balise, 3] == "FICTIF-00001"


def test_a_payment_that_a_formula_kept_out_is_told(cycle: Cycle, capsys: pytest.CaptureFixture[str]) -> None:
    bring(cycle, cycle.answer(DEPOT))
    hold(cycle, "datePaiement")
    liste = cycle.folder / "liste.csv"
    liste.write_text("N° éditeur;Montant payé;Date de paiement\n00002;4125;20/04/2022\n", encoding="utf-8")
    assert run(["suivi", str(cycle.classeur), "--paiements", str(liste)]) == 1
    told = capsys.readouterr().out.replace("\u00a0", " ").replace("\n", " ")
    assert re.search(r"« Date du paiement » : « 20/04/2022 »\s+devait être inscrit", told), told
