"""Who is believed, the workbook or the registry: each way in which they can come to differ."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from converter.issues import Inutilisable, Place
from converter.registry.fingerprint import Empreinte, empreinte
from converter.registry.reconcile import LIBRE, Ligne, Statut, already_sent, next_free_number, reconcile
from converter.registry.store import Fait, Memoire, Reponse, Signalement
from converter.spec.programme import Etat
from converter.spec.sheets import DEMANDES
from tests.support.lots import codes, demande, say, with_values

DEPOT = "JSON-1234567890-20220415-001"
ROW = Ligne(Place(DEMANDES, 3, 1), "00001", "same")
ACCEPTED = Reponse("00001", acceptee=True, numeroASP="ASP1", libelleTraitement="Demande acceptée")
REFUSED = Reponse("00001", acceptee=False, libelleTraitement="FINESS inconnu")


def memory(valeurs: str = "same", reponse: Reponse | None = None) -> Memoire:
    fact = Fait("00001", Empreinte(valeurs, "p"), DEPOT, "2022-04-15T10:00:00+02:00", reponse)
    return Memoire({"00001": fact}, frozenset({"00001"}))


def judged(row: Ligne, known: Memoire) -> tuple[Statut, list[str]]:
    result = reconcile([row], known)
    return result.statuts[0], codes(result.issues)


CONVERTED = {"etat": "Convertie", "fichierJSON": f"{DEPOT}.json"}


def test_a_new_row_is_to_be_checked() -> None:
    assert judged(ROW, Memoire()) == (LIBRE, [])
    assert judged(replace(ROW, etat="Prête"), Memoire()) == (LIBRE, [])
    assert judged(replace(ROW, numero=""), memory()) == (LIBRE, [])


def test_a_converted_row_stays_so_without_a_word() -> None:
    statut, told = judged(replace(ROW, **CONVERTED), memory())
    assert (statut, told) == (Statut(Etat.CONVERTIE, DEPOT), [])
    assert statut.jour == date(2022, 4, 15)


@pytest.mark.parametrize("etat", ["", "Prête", "À corriger"])
def test_a_conversion_killed_before_its_rows_were_marked_is_known(etat: str) -> None:
    assert judged(replace(ROW, etat=etat), memory()) == (Statut(Etat.CONVERTIE, DEPOT), ["D010"])


def test_an_old_backup_learns_of_the_answer() -> None:
    assert judged(replace(ROW, **CONVERTED), memory(reponse=ACCEPTED)) == (
        Statut(Etat.ACCEPTEE, DEPOT, ACCEPTED),
        ["D010"],
    )


def test_a_row_edited_since_its_conversion_stays_converted() -> None:
    row = replace(ROW, **CONVERTED, valeurs="edited")
    assert judged(row, memory()) == (Statut(Etat.CONVERTIE, DEPOT), ["D011"])
    assert judged(replace(row, etat=""), memory()) == (Statut(Etat.CONVERTIE, DEPOT), ["D011"])


def test_a_number_of_another_request_is_refused_and_the_next_free_one_proposed() -> None:
    row = replace(ROW, valeurs="another request", place=Place(DEMANDES, 9, 2))
    result = reconcile([row, replace(ROW, numero="00040")], memory())
    (issue,) = result.issues
    assert result.statuts[0] == LIBRE
    assert (issue.code, issue.place, issue.proposition) == ("D012", Place(DEMANDES, 9, 2), "00041")
    assert DEPOT in say(issue)


def test_each_row_to_renumber_gets_its_own_proposal() -> None:
    rows = [replace(ROW, valeurs="x"), replace(ROW, valeurs="y")]
    assert [issue.proposition for issue in reconcile(rows, memory()).issues] == ["00002", "00003"]


def test_a_refused_number_asks_for_a_new_one() -> None:
    statut, told = judged(replace(ROW, **CONVERTED), memory(reponse=REFUSED))
    assert (statut.etat, told) == (Etat.REJETEE, ["D013"])
    assert judged(replace(ROW, **CONVERTED, valeurs="fixed"), memory(reponse=REFUSED))[1] == ["D013"]


def test_a_refused_request_under_its_new_number_is_to_be_checked_again() -> None:
    row = replace(ROW, numero="00002", etat="Rejetée", anciensNumeros=("00001",), libelleTraitement="FINESS inconnu")
    known = replace(memory(reponse=REFUSED), depots=frozenset({DEPOT}))
    assert judged(row, known) == (LIBRE, [])
    assert judged(replace(row, fichierJSON=DEPOT), known) == (LIBRE, [])


def test_a_number_that_another_row_gave_up_is_not_for_this_one() -> None:
    gave_up = replace(ROW, numero="00002", anciensNumeros=("00001",))
    result = reconcile([gave_up, ROW], Memoire())
    assert [(issue.code, issue.valeur, issue.proposition) for issue in result.issues] == [("D012", "00001", "00003")]
    assert result.signalements == (Signalement("00001", Empreinte(""), reponse=Reponse("00001", acceptee=False)),)


def test_without_a_registry_the_workbook_is_believed_and_the_registry_learns() -> None:
    converted = replace(ROW, **CONVERTED)
    accepted = replace(ROW, numero="00002", etat="Acceptée", fichierJSON=DEPOT, numeroASP="ASP2")
    result = reconcile([converted, accepted], Memoire())
    answer = Reponse("00002", acceptee=True, numeroASP="ASP2")
    assert result.statuts == (Statut(Etat.CONVERTIE, DEPOT), Statut(Etat.ACCEPTEE, DEPOT, answer))
    assert codes(result.issues) == ["D014", "D014"]
    assert result.signalements == (
        Signalement("00001", Empreinte("same"), DEPOT),
        Signalement("00002", Empreinte("same"), DEPOT, answer),
    )


def test_a_state_without_a_file_is_believed_and_not_learnt() -> None:
    result = reconcile([replace(ROW, etat="Convertie", fichierJSON="déposé à la main")], Memoire())
    assert result.statuts == (Statut(Etat.CONVERTIE, ""),)
    assert codes(result.issues) == ["D014"]
    assert result.signalements == ()


def test_a_withdrawn_deposit_sets_its_rows_free() -> None:
    known = Memoire({}, frozenset({"00001"}), frozenset({DEPOT}))
    assert judged(replace(ROW, **CONVERTED), known) == (LIBRE, ["D015"])


@pytest.mark.parametrize("etat", ["Convertie", "Acceptée", "Prête"])
def test_a_row_copied_to_begin_another_is_new(etat: str) -> None:
    row = replace(ROW, numero="00009", etat=etat, fichierJSON=f"{DEPOT}.json", numeroASP="ASP1")
    known = replace(memory(), depots=frozenset({DEPOT}))
    result = reconcile([row], known)
    assert (result.statuts, codes(result.issues), result.signalements) == ((LIBRE,), ["D017"], ())


def test_one_content_under_two_numbers_is_refused(tmp_path: Path) -> None:
    sent, twin, other = (
        demande(tmp_path, 1),
        with_values(demande(tmp_path, 1), numeroEditeur="00009"),
        demande(tmp_path, 2),
    )
    places = [(Place(DEMANDES, 3 + n, 1), each) for n, each in enumerate((sent, twin, other))]
    fact = Fait("00001", empreinte(sent), DEPOT, "", None)
    known = Memoire({"00001": fact}, frozenset({"00001"}))
    issues = already_sent(places, known)
    assert [(issue.code, issue.place.ligne, issue.valeur) for issue in issues] == [("D016", 4, "00009")]
    assert "00001" in say(issues[0])


def test_a_refused_request_sent_again_unchanged_is_only_warned_of(tmp_path: Path) -> None:
    sent = demande(tmp_path, 1)
    fact = Fait("00001", empreinte(sent), DEPOT, "", REFUSED)
    known = Memoire({"00001": fact}, frozenset({"00001"}))
    again = with_values(sent, numeroEditeur="00009")
    mended = with_values(again, montantSegurHT=1)
    issues = already_sent([(Place(DEMANDES, 4, 1), again), (Place(DEMANDES, 5, 1), mended)], known)
    assert [(issue.code, issue.place.ligne) for issue in issues] == [("D018", 4)]
    assert REFUSED.libelleTraitement in say(issues[0])


def test_a_live_twin_outweighs_a_refused_one(tmp_path: Path) -> None:
    sent = demande(tmp_path, 1)
    live, refused = (Fait(n, empreinte(sent), DEPOT, "", r) for n, r in (("00001", None), ("00002", REFUSED)))
    known = Memoire({"00001": live, "00002": refused}, frozenset({"00001", "00002"}))
    issues = already_sent([(Place(DEMANDES, 4, 1), with_values(sent, numeroEditeur="00009"))], known)
    assert [issue.code for issue in issues] == ["D016"]


def test_the_next_number_follows_the_largest_one() -> None:
    assert next_free_number([]) == "00001"
    assert next_free_number(["00001", "00041", "A0099"]) == "00042"
    assert next_free_number(["A12B3"]) == "00001"
    assert next_free_number(["99999", "00001"]) == "00002"


def test_no_number_left_is_said() -> None:
    with pytest.raises(Inutilisable) as refused:
        next_free_number(f"{number:05d}" for number in range(1, 100_000))
    assert codes(refused.value.issues) == ["D021"]


@given(st.sets(st.integers(0, 99_999).map("{:05d}".format)))
def test_the_next_number_was_never_used(used: set[str]) -> None:
    assert next_free_number(used) not in used
