"""The portal's answer brought back: what is written, what is recorded, what is left alone and told."""

import json
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from converter.depositing import deposit
from converter.depositing.document import encode
from converter.issues import Inutilisable, Issue
from converter.returning import received
from converter.returning.bring_back import Effect
from converter.returning.received import Sens
from converter.sentences.say import catalogue
from converter.spec.sheets import BENEFICIAIRES, DEMANDES, PIECES
from tests.support.cycle import NUMEROS_ANS, SHAPE, Cycle, edited

DEPOT = "JSON-1234567890-20220415-001"
NOM = f"{DEPOT}.json"
MOTIF = "FINESS inconnu"
REFUSED = {"numeroASP": None, "codeTraitement": "KO", "libelleTraitement": MOTIF}


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with three DPI requests in one deposit."""
    cycle = Cycle(tmp_path_factory.mktemp("campagne"))
    cycle.fill(["DPI"] * 3)
    assert cycle.convert() == [DEPOT]
    return cycle.folder


@pytest.fixture
def cycle(converted: Path, tmp_path: Path) -> Cycle:
    shutil.copytree(converted, tmp_path, dirs_exist_ok=True)
    return Cycle(tmp_path)


def codes(found: Effect) -> list[tuple[str, str]]:
    return [(issue.code, issue.valeur) for issue in found.issues]


def say(issue: Issue) -> str:
    message = catalogue()[issue.code]
    return f"{message.phrase} {message.conseil}".format_map(dict(issue.faits) | {"valeur": issue.valeur})


def refusal(cycle: Cycle, answer: bytes, nom: str = NOM) -> str:
    """Return the code by which an answer is refused as a whole; nothing may have changed."""
    before = cycle.classeur.read_bytes(), cycle.memory()
    with pytest.raises(Inutilisable) as found:
        cycle.retour(answer, nom)
    assert (cycle.classeur.read_bytes(), cycle.memory()) == before
    (issue,) = found.value.issues
    assert say(issue)
    return issue.code


# --- accepted and refused ---------------------------------------------------------------------------------------------


def test_an_accepted_request_gets_its_numero_asp(cycle: Cycle) -> None:
    found = cycle.retour(cycle.answer(DEPOT), NOM)
    assert cycle.column("etat") == ["Acceptée"] * 3
    assert cycle.column("numeroASP") == ["FICTIF-00001", "FICTIF-00002", "FICTIF-00003"]
    assert cycle.column("libelleTraitement") == ["Demande acceptée"] * 3
    assert cycle.column("numeroEditeur") == ["00001", "00002", "00003"]
    assert (found.issues, found.rejetees) == ((), ())
    assert found.acceptees == ("00001", "00002", "00003")
    assert all(fait.reponse and fait.reponse.acceptee for fait in cycle.memory().faits.values())


def test_a_refused_request_gets_a_new_number_on_the_three_sheets(cycle: Cycle) -> None:
    found = cycle.retour(edited(cycle.answer(DEPOT), _00002=REFUSED), NOM)
    assert cycle.column("numeroEditeur") == ["00001", "00004", "00003"]
    assert cycle.column("anciensNumeros") == ["", "00002", ""]
    assert cycle.column("etat") == ["Acceptée", "Rejetée", "Acceptée"]
    assert cycle.column("libelleTraitement")[1] == MOTIF
    assert cycle.column("numeroEditeur", BENEFICIAIRES) == ["00001"] * 2 + ["00004"] * 2 + ["00003"] * 2
    assert cycle.column("numeroEditeur", PIECES) == ["00001", "00004", "00003"]
    (issue,) = found.issues
    assert (issue.code, issue.place.feuille, issue.place.cellule) == ("S010", DEMANDES, "A4")
    assert MOTIF in say(issue)
    assert "00004" in say(issue)
    assert found.lignes_rejetees == (4,)


def test_a_new_number_was_never_used_anywhere(cycle: Cycle) -> None:
    cycle.put(PIECES, 9, "numeroEditeur", "00005")  # a stray row of the user's
    cycle.put(PIECES, 9, "typeFichier", "BON_COMMANDE")
    cycle.put(DEMANDES, 3, "anciensNumeros", "00004")
    cycle.retour(edited(cycle.answer(DEPOT), _00001=REFUSED, _00003=REFUSED), NOM)
    assert cycle.column("numeroEditeur") == ["00006", "00002", "00007"]
    assert cycle.column("anciensNumeros") == ["00004, 00001", "", "00003"]


def test_the_same_answer_twice_changes_nothing(cycle: Cycle) -> None:
    answer = edited(cycle.answer(DEPOT), _00002=REFUSED)
    cycle.retour(answer, NOM)
    before, memoire = cycle.classeur.read_bytes(), cycle.memory()
    again = cycle.retour(answer, NOM)
    assert (again.values, again.reponses) == ((), ())
    assert codes(again) == [("S010", "00002")]  # still to be corrected
    assert cycle.memory() == memoire
    assert cycle.classeur.read_bytes() == before


def test_cut_off_before_the_workbook_the_next_run_completes_it(cycle: Cycle) -> None:
    answer = edited(cycle.answer(DEPOT), _00002=REFUSED)
    first = cycle.retour(answer, NOM, cut_off=True)
    assert cycle.column("etat") == ["Convertie"] * 3
    second = cycle.retour(answer, NOM)
    assert second.values == first.values
    assert second.reponses == ()
    assert cycle.column("numeroEditeur") == ["00001", "00004", "00003"]


def test_cut_off_before_the_workbook_a_refused_number_is_not_converted_again(cycle: Cycle) -> None:
    cycle.retour(edited(cycle.answer(DEPOT), _00002=REFUSED), NOM, cut_off=True)
    assert cycle.convert() == []


def test_a_refused_request_is_converted_under_its_new_number(cycle: Cycle) -> None:
    cycle.retour(edited(cycle.answer(DEPOT), _00002=REFUSED), NOM)
    cycle.put(BENEFICIAIRES, 5, "nomClient", "DURAND")
    (second,) = cycle.convert()
    assert second == "JSON-1234567890-20220415-002"
    assert b'"numeroEditeur": "00004"' in cycle.sent(second)
    assert b"HOP-DPI-Va1-BDC-00004.pdf" in cycle.sent(second)
    assert b"00001" not in cycle.sent(second)
    old = cycle.retour(edited(cycle.answer(DEPOT), _00002=REFUSED), NOM)  # the first answer once more
    assert (old.values, old.reponses, old.issues) == ((), (), ())
    cycle.retour(cycle.answer(second), f"{second}.json")
    assert cycle.column("etat") == ["Acceptée"] * 3
    assert cycle.column("libelleTraitement") == ["Demande acceptée"] * 3


# --- what the portal says ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asp", "code", "libelle", "sens"),
    [
        (None, None, None, Sens.AUCUN),
        ("", " ", "", Sens.AUCUN),
        ("123", None, None, Sens.ACCEPTEE),
        (123, 0, None, Sens.ACCEPTEE),
        (None, None, "Demande acceptée", Sens.ACCEPTEE),
        (None, "OK", "DEMANDE ACCEPTEE.", Sens.ACCEPTEE),
        (None, None, " demande acceptee ", Sens.ACCEPTEE),
        (None, None, "Demande non acceptée", Sens.REJETEE),
        (None, "E1", "Montant invalide", Sens.REJETEE),
        ("123", "E1", "Montant invalide", Sens.INDECIS),
        ("123", None, "Demande acceptée", Sens.ACCEPTEE),
        ("123", None, "Demande acceptée sous réserve", Sens.ACCEPTEE),
        ("null", None, None, Sens.AUCUN),
        (0, "", " ", Sens.AUCUN),
        ("0000", "null", "NULL", Sens.AUCUN),
        (None, None, "Acceptée sous réserve", Sens.INDECIS),
        (None, None, "En cours d’instruction", Sens.INDECIS),
        (None, None, "Votre demande n’est pas acceptée", Sens.REJETEE),
        (None, "E1", None, Sens.INDECIS),
        (None, "OK", None, Sens.INDECIS),
        (None, None, "Demande acceptée sous réserve", Sens.INDECIS),
    ],
)
def test_acceptance_is_a_numero_asp_or_the_label(asp: Any, code: Any, libelle: Any, sens: Sens) -> None:
    demande = {"numeroASP": asp, "codeTraitement": code, "libelleTraitement": libelle}
    assert received.sens(received.reponse(demande)) is sens


def test_a_contradiction_decides_nothing_and_is_told(cycle: Cycle) -> None:
    found = cycle.retour(edited(cycle.answer(DEPOT), _00002={"libelleTraitement": MOTIF}), NOM)
    assert codes(found) == [("S017", "00002")]
    assert cycle.column("etat")[1] == "Convertie"
    assert cycle.column("numeroEditeur")[1] == "00002"
    assert [said.numeroASP for said in found.paroles] == ["FICTIF-00001", "FICTIF-00002", "FICTIF-00003"]


def test_an_acceptance_without_numero_asp_is_told_and_completed_later(cycle: Cycle) -> None:
    found = cycle.retour(edited(cycle.answer(DEPOT), _00002={"numeroASP": None}), NOM)
    assert codes(found) == [("S018", "00002")]
    assert cycle.column("etat")[1] == "Acceptée"
    later = cycle.retour(cycle.answer(DEPOT), NOM)
    assert codes(later) == []
    assert cycle.column("numeroASP")[1] == "FICTIF-00002"
    earlier = cycle.retour(edited(cycle.answer(DEPOT), _00002={"numeroASP": None}), NOM)
    assert (earlier.values, earlier.reponses) == ((), ())  # what an older file lacks takes nothing away


def test_a_request_not_dealt_with_stays_converted(cycle: Cycle) -> None:
    waiting = {"numeroASP": None, "codeTraitement": None, "libelleTraitement": None}
    found = cycle.retour(edited(cycle.answer(DEPOT), _00002=waiting, _00003={**waiting, "codeTraitement": 12}), NOM)
    assert codes(found) == [("S015", "00002"), ("S015", "00003")]
    assert cycle.column("etat") == ["Acceptée", "Convertie", "Convertie"]


# --- conflicts --------------------------------------------------------------------------------------------------------


def test_another_answer_is_a_conflict_and_overwrites_nothing(cycle: Cycle) -> None:
    cycle.retour(cycle.answer(DEPOT), NOM)
    before, memoire = cycle.classeur.read_bytes(), cycle.memory()
    other = edited(cycle.answer(DEPOT), _00002={"numeroASP": "AUTRE"})
    found = cycle.retour(other, NOM)
    assert codes(found) == [("S011", "AUTRE")]
    assert "FICTIF-00002" in say(found.issues[0])
    assert cycle.classeur.read_bytes() == before
    assert cycle.memory() == memoire
    cycle.retour(other, NOM, remplacer=True)
    assert cycle.column("numeroASP")[1] == "AUTRE"
    known = cycle.memory().faits["00002"].reponse
    assert known
    assert known.numeroASP == "AUTRE"


def test_a_numero_asp_typed_by_hand_is_not_overwritten(cycle: Cycle) -> None:
    cycle.put(DEMANDES, 4, "numeroASP", "À LA MAIN")
    assert codes(cycle.retour(cycle.answer(DEPOT), NOM)) == [("S011", "FICTIF-00002")]
    assert cycle.column("numeroASP") == ["FICTIF-00001", "À LA MAIN", "FICTIF-00003"]
    assert cycle.memory().faits["00002"].reponse is None


def test_a_refusal_after_an_acceptance_is_a_conflict(cycle: Cycle) -> None:
    cycle.retour(cycle.answer(DEPOT), NOM)
    refused = edited(cycle.answer(DEPOT), _00002=REFUSED)
    assert {code for code, _ in codes(cycle.retour(refused, NOM))} == {"S011"}
    assert cycle.column("etat")[1] == "Acceptée"
    cycle.retour(refused, NOM, remplacer=True)
    assert [cycle.column(nom)[1] for nom in ("etat", "numeroEditeur", "numeroASP")] == ["Rejetée", "00004", ""]


def test_an_acceptance_after_a_refusal_gives_the_number_back_when_asked_to(cycle: Cycle) -> None:
    cycle.retour(edited(cycle.answer(DEPOT), _00002=REFUSED), NOM)
    assert {code for code, _ in codes(cycle.retour(cycle.answer(DEPOT), NOM))} == {"S011"}
    assert cycle.column("numeroEditeur")[1] == "00004"
    cycle.retour(cycle.answer(DEPOT), NOM, remplacer=True)
    assert cycle.column("numeroEditeur") == ["00001", "00002", "00003"]
    assert cycle.column("numeroEditeur", BENEFICIAIRES)[2:4] == ["00002", "00002"]
    assert cycle.column("etat") == ["Acceptée"] * 3
    assert cycle.column("anciensNumeros") == ["", "", ""]


def test_an_acceptance_of_what_was_sent_again_changes_nothing_even_when_asked_to(cycle: Cycle) -> None:
    cycle.retour(edited(cycle.answer(DEPOT), _00002=REFUSED), NOM)
    cycle.put(DEMANDES, 4, "etat", "Prête")
    assert len(cycle.convert()) == 1
    before, memoire = cycle.column("numeroEditeur"), cycle.memory()
    found = cycle.retour(cycle.answer(DEPOT), NOM, remplacer=True)
    assert codes(found) == [("S023", "00002")]
    assert cycle.column("numeroEditeur") == before
    assert cycle.memory() == memoire


def test_a_request_answered_twice_in_one_file_is_left_alone(cycle: Cycle) -> None:
    answer = cycle.answer(DEPOT).replace(b'"numeroEditeur": "00003"', b'"numeroEditeur": "00002"')
    assert codes(cycle.retour(answer, NOM)) == [("S016", "00002"), ("S014", "00003")]
    assert cycle.column("etat") == ["Acceptée", "Convertie", "Convertie"]


# --- requests that do not match ---------------------------------------------------------------------------------------


def test_an_unknown_request_is_listed(cycle: Cycle) -> None:
    answer = cycle.answer(DEPOT).replace(b'"numeroEditeur": "00003"', b'"numeroEditeur": "99999"')
    found = cycle.retour(answer, NOM)
    assert codes(found) == [("S012", "99999"), ("S014", "00003")]
    assert cycle.column("etat") == ["Acceptée", "Acceptée", "Convertie"]


@pytest.mark.parametrize("odd", [b"null", b"12", b"[]", b'""', b'{"a": 1}'])
def test_a_request_whose_number_is_no_text_is_listed(cycle: Cycle, odd: bytes) -> None:
    answer = cycle.answer(DEPOT).replace(b'"numeroEditeur": "00003"', b'"numeroEditeur": ' + odd)
    assert [code for code, _ in codes(cycle.retour(answer, NOM))] == ["S012", "S014"]


def test_a_request_gone_from_the_workbook_is_recorded_and_listed(cycle: Cycle) -> None:
    for balise in ("numeroEditeur", "logiciel", "etat", "fichierJSON"):
        cycle.put(DEMANDES, 4, balise, None)
    found = cycle.retour(cycle.answer(DEPOT), NOM)
    assert codes(found) == [("S013", "00002")]
    known = cycle.memory().faits["00002"].reponse
    assert known
    assert known.acceptee


def test_a_number_on_two_rows_is_not_written_and_completed_later(cycle: Cycle) -> None:
    cycle.put(DEMANDES, 5, "numeroEditeur", "00002")
    answer = cycle.answer(DEPOT)
    assert codes(cycle.retour(answer, NOM)) == [("S024", "00002"), ("S013", "00003")]
    cycle.put(DEMANDES, 5, "numeroEditeur", "00003")
    assert codes(cycle.retour(answer, NOM)) == []
    assert cycle.column("etat") == ["Acceptée"] * 3


def test_an_accepted_request_edited_since_is_told(cycle: Cycle) -> None:
    cycle.put(BENEFICIAIRES, 5, "nomClient", "DURAND")
    assert codes(cycle.retour(cycle.answer(DEPOT), NOM)) == [("S019", "00002")]
    assert cycle.column("etat")[1] == "Acceptée"


def test_an_answer_that_says_something_else_than_was_sent_is_not_taken(cycle: Cycle) -> None:
    answer = cycle.answer(DEPOT).replace(b"DUPONT 5", b"DURAND")
    assert codes(cycle.retour(answer, NOM)) == [("S020", "00002")]
    assert cycle.column("etat") == ["Acceptée", "Convertie", "Acceptée"]
    assert cycle.memory().faits["00002"].reponse is None


def test_amounts_printed_otherwise_are_the_same(cycle: Cycle) -> None:
    answer = cycle.answer(DEPOT).replace(b"13751.00", b"13751").replace(b"13752.00", b"13752.0")
    assert cycle.retour(answer, NOM).issues == ()


# --- which deposit ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "nom", ["réponse.json", f"{DEPOT} (1).json", f"Copie de {DEPOT}.json", "JSON-9999999999-20220415-001.json"]
)
def test_the_deposit_is_found_by_its_name_else_by_its_content(cycle: Cycle, nom: str) -> None:
    assert cycle.retour(cycle.answer(DEPOT), nom).depot == DEPOT
    assert cycle.column("etat") == ["Acceptée"] * 3


def test_an_answer_may_be_spelled_as_the_portals_own_model(cycle: Cycle) -> None:
    answer = (
        cycle.answer(DEPOT)
        .replace(b'"SIRET"', b'"siret"')
        .replace(b'"EtablissementsClients"', b'"etablissementsClients"')
    )
    assert cycle.retour(answer, NOM).issues == ()


def test_the_file_as_it_was_sent_is_no_answer(cycle: Cycle) -> None:
    assert refusal(cycle, cycle.sent(DEPOT)) == "S002"


def test_an_answer_of_another_vendor_is_refused(cycle: Cycle) -> None:
    assert refusal(cycle, edited(cycle.answer(DEPOT), entete={"SIRET": "88558855858745"})) == "S003"


def test_an_answer_of_another_campaign_is_refused(cycle: Cycle, tmp_path: Path) -> None:
    other = Cycle(tmp_path / "autre")
    other.fill(["PFI"])
    (depot,) = other.convert()
    assert refusal(cycle, other.answer(depot), f"{depot}.json") == "S004"


def test_an_answer_that_speaks_of_two_deposits_is_refused(cycle: Cycle) -> None:
    cycle.retour(edited(cycle.answer(DEPOT), _00002=REFUSED), NOM)
    cycle.put(DEMANDES, 4, "etat", "Prête")
    (second,) = cycle.convert()
    both = json.loads(cycle.answer(DEPOT), parse_float=Decimal)
    both["lignesImport"] += json.loads(cycle.answer(second), parse_float=Decimal)["lignesImport"]
    assert refusal(cycle, encode(both), "réponse.json") == "S007"


def test_an_answer_under_the_name_of_another_numero_ans_is_refused(cycle: Cycle) -> None:
    assert refusal(cycle, edited(cycle.answer(DEPOT), entete={"numeroAns": NUMEROS_ANS["PFI"]})) == "S006"


@pytest.mark.parametrize("nom", [NOM, "réponse.json"])
def test_an_answer_to_a_withdrawn_deposit_is_refused(cycle: Cycle, nom: str) -> None:
    answer = cycle.answer(DEPOT)
    with deposit.open_depots(cycle.depots, SHAPE) as depots:
        deposit.withdraw(depots, DEPOT)
    assert refusal(cycle, answer, nom) == "S005"


@pytest.mark.parametrize(
    ("data", "code"), [(b"", "F022"), (b"PK\x03\x04", "F022"), (b"{}", "S001"), (b'{"lignesImport": [3]}', "S002")]
)
def test_a_file_that_is_no_deposit_is_refused(cycle: Cycle, data: bytes, code: str) -> None:
    with pytest.raises(Inutilisable) as found:
        cycle.retour(data, NOM)
    assert found.value.issues[0].code == code


def test_a_lost_registry_is_made_anew_and_the_answer_taken(cycle: Cycle) -> None:
    answer = edited(cycle.answer(DEPOT), _00002=REFUSED)
    (cycle.depots / "registre.sqlite").unlink()
    cycle.retour(answer, NOM)
    assert cycle.column("numeroEditeur") == ["00001", "00004", "00003"]
    assert cycle.memory().faits["00001"].reponse is not None


def test_without_any_deposit_left_the_workbook_is_believed(cycle: Cycle) -> None:
    answer = edited(cycle.answer(DEPOT), _00002=REFUSED)
    shutil.rmtree(cycle.depots)
    found = cycle.retour(answer, NOM)
    assert [code for code, _ in codes(found)] == ["S010"]
    assert cycle.column("etat") == ["Acceptée", "Rejetée", "Acceptée"]
    again = cycle.retour(answer, NOM)
    assert again.values == ()


# --- formulas ---------------------------------------------------------------------------------------------------------


def put_formula(cycle: Cycle, sheet: str, cell: str, formula: str, cached: str) -> None:
    """Type a formula as Excel saves it, with its value."""
    book = openpyxl.load_workbook(cycle.classeur)
    book[sheet][cell] = f"={formula}"
    book.save(cycle.classeur)
    _cache(cycle.classeur, sheet, cell, cached)


def _cache(path: Path, sheet: str, cell: str, cached: str) -> None:
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    rank = openpyxl.load_workbook(path, read_only=True).sheetnames.index(sheet) + 1
    name = f"xl/worksheets/sheet{rank}.xml"
    text = parts[name].decode()
    text, count = re.subn(
        rf'(<c r="{cell}"[^>]*?)(?: t="\w+")?>(<f>[^<]*</f>)<v ?/?>(?:</v>)?', rf'\1 t="str">\2<v>{cached}</v>', text
    )
    assert count == 1
    parts[name] = text.encode()
    with zipfile.ZipFile(path, "w") as package:
        for part, data in parts.items():
            package.writestr(part, data)


def test_a_formula_on_a_child_sheet_is_left_to_follow(cycle: Cycle) -> None:
    put_formula(cycle, BENEFICIAIRES, "A5", "Demandes!A4", "00002")
    found = cycle.retour(edited(cycle.answer(DEPOT), _00002=REFUSED), NOM)
    assert codes(found) == [("S021", "00002"), ("S010", "00002")]
    assert found.issues[0].place.cellule == "A5"
    sheet = openpyxl.load_workbook(cycle.classeur)[BENEFICIAIRES]
    assert (sheet["A5"].value, sheet["A6"].value) == ("=Demandes!A4", "00004")
    assert openpyxl.load_workbook(cycle.classeur).calculation.fullCalcOnLoad
    # Until Excel has computed it anew, the cell still shows the old number: nothing is sent that way.
    assert cycle.convert() == []


def test_a_formula_in_the_request_itself_gives_way_and_is_told(cycle: Cycle) -> None:
    put_formula(cycle, DEMANDES, "A4", 'TEXT(ROW()-2,"00000")', "00002")
    found = cycle.retour(edited(cycle.answer(DEPOT), _00002=REFUSED), NOM)
    assert codes(found) == [("S022", "00002"), ("S010", "00002")]
    assert openpyxl.load_workbook(cycle.classeur)[DEMANDES]["A4"].value == "00004"


# --- whatever the portal says -----------------------------------------------------------------------------------------


def answers() -> Iterator[st.SearchStrategy[dict[str, Any]]]:
    said = st.sampled_from([None, "", "OK", "Demande acceptée", MOTIF, 7])
    for numero in ("00001", "00002", "00003"):
        tags = dict.fromkeys(("numeroASP", "codeTraitement", "libelleTraitement"), said)
        yield st.fixed_dictionaries(tags).map(lambda values, n=numero: {f"_{n}": values})


@settings(max_examples=12, deadline=None)
@given(st.tuples(*answers()), st.tuples(*answers()), st.booleans())
def test_any_answers_in_any_order_keep_numbers_unique_and_the_second_run_idle(
    converted: Path, first: Any, second: Any, remplacer: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(converted, folder, dirs_exist_ok=True)
        cycle = Cycle(Path(folder))
        for chosen in (first, second):
            answer = edited(cycle.answer(DEPOT), **{key: value for each in chosen for key, value in each.items()})
            if all(
                received.sens(received.reponse(each)) is Sens.AUCUN
                for each in received.read_answer(answer, NOM).demandes
            ):
                assert refusal(cycle, answer) == "S002"
                continue
            cycle.retour(answer, NOM, remplacer=remplacer)
            again = cycle.plan(answer, NOM)
            assert (again.values, again.reponses) == ((), ())
        numbers = cycle.column("numeroEditeur")
        assert len(set(numbers)) == 3
        former = {n for told in cycle.column("anciensNumeros") for n in str(told or "").split(", ") if n}
        assert not former & set(numbers)
        assert {row["numeroEditeur"] for row in cycle.table(PIECES)} == set(numbers)
        for etat, asp in zip(cycle.column("etat"), cycle.column("numeroASP"), strict=True):
            assert etat == "Acceptée" or not asp
