"""Who is believed, the workbook or the registry: each way in which they can come to differ."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from converter.checking.demande import Demande
from converter.issues import Inutilisable, Place
from converter.registry.fingerprint import Empreinte, empreinte
from converter.registry.reconcile import LIBRE, Statut, already_ordered, already_sent, next_free_number, reconcile
from converter.registry.rows import Ligne
from converter.registry.store import Fait, Memoire, Parole, Reponse, Signalement
from converter.spec.names import depot_within
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


CONVERTED = {"etat": "Convertie", "depot": depot_within(f"{DEPOT}.json")}


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


def test_each_row_without_a_number_is_offered_a_free_one() -> None:
    rows = [
        replace(ROW, numero=numero, place=Place(DEMANDES, ligne, 1))
        for ligne, numero in enumerate(["", "00012", ""], 3)
    ]
    assert reconcile(rows, memory()).numeros == {Place(DEMANDES, 3, 1): "00013", Place(DEMANDES, 5, 1): "00014"}


def test_a_refused_number_asks_for_a_new_one() -> None:
    statut, told = judged(replace(ROW, **CONVERTED), memory(reponse=REFUSED))
    assert (statut.etat, told) == (Etat.REJETEE, ["D013"])
    assert judged(replace(ROW, **CONVERTED, valeurs="fixed"), memory(reponse=REFUSED))[1] == ["D013"]


def test_a_refused_request_stays_so_under_its_new_number_until_it_changes() -> None:
    row = replace(ROW, numero="00002", etat="Rejetée", anciensNumeros=("00001",), libelleTraitement="FINESS inconnu")
    known = replace(memory(reponse=REFUSED), depots=frozenset({DEPOT}))
    held = Statut(Etat.REJETEE, "", REFUSED, "p")
    assert judged(row, known) == (held, ["D037"])
    assert judged(replace(row, depot=DEPOT, etat="À corriger"), known) == (held, ["D037"])
    assert judged(replace(row, valeurs="corrected"), known) == (LIBRE, [])
    assert judged(replace(row, etat="Prête"), known) == (LIBRE, [])
    (issue,) = reconcile([row], known).issues
    assert (issue.valeur, issue.proposition) == ("Rejetée", "Prête")
    assert "FINESS inconnu" in say(issue)


def test_what_was_refused_is_unknown_and_the_row_stays_refused_until_the_user_says_so() -> None:
    row = replace(ROW, numero="00002", etat="Rejetée", anciensNumeros=("00001",), libelleTraitement="FINESS inconnu")
    result = reconcile([row], Memoire())
    assert result.statuts[0].etat is Etat.REJETEE
    assert result.signalements == (Signalement("00001", Empreinte("same"), reponse=REFUSED),)


def test_a_number_that_the_workbook_shows_refused_is_refused_without_a_registry() -> None:
    row = replace(ROW, etat="Rejetée", depot=DEPOT, libelleTraitement="FINESS inconnu")
    result = reconcile([row], Memoire())
    assert (result.statuts[0].etat, codes(result.issues)) == (Etat.REJETEE, ["D013"])
    assert result.signalements == (Signalement("00001", Empreinte("same"), DEPOT, REFUSED),)


# --- the portal's answer, which the workbook may know alone -----------------------------------------------------------

ANSWERED = {**CONVERTED, "etat": "Acceptée", "numeroASP": "ASP1", "libelleTraitement": "Demande acceptée"}


@pytest.mark.parametrize("known", [None, replace(ACCEPTED, numeroASP="")])
def test_an_answer_that_only_the_workbook_has_is_believed_and_learnt(known: Reponse | None) -> None:
    result = reconcile([replace(ROW, **ANSWERED)], memory(reponse=known))
    assert result.statuts == (Statut(Etat.ACCEPTEE, DEPOT, ACCEPTED),)
    assert codes(result.issues) == ["D019"]
    assert result.signalements == (Signalement("00001", Empreinte("same", "p"), DEPOT, ACCEPTED),)


def test_a_mere_word_in_the_state_is_no_answer() -> None:
    assert judged(replace(ROW, **CONVERTED | {"etat": "Acceptée"}), memory()) == (
        Statut(Etat.CONVERTIE, DEPOT),
        ["D010"],
    )


@pytest.mark.parametrize("known", [REFUSED, replace(ACCEPTED, numeroASP="ASP9")])
def test_two_answers_are_both_kept_and_told(known: Reponse) -> None:
    result = reconcile([replace(ROW, **ANSWERED)], memory(reponse=known))
    assert result.statuts == (Statut(Etat.ACCEPTEE, DEPOT, ACCEPTED),)
    assert (codes(result.issues), result.signalements) == (["D036"], ())


def test_a_refusal_that_only_the_workbook_has_is_learnt_of_the_number_given_up() -> None:
    row = replace(ROW, numero="00002", etat="Rejetée", anciensNumeros=("00001",), libelleTraitement="FINESS inconnu")
    result = reconcile([row], memory())
    assert result.signalements == (Signalement("00001", Empreinte("same", "p"), DEPOT, REFUSED),)
    assert result.statuts[0].etat is Etat.REJETEE


def test_an_accepted_row_given_another_number_is_an_error_and_keeps_its_numero_asp() -> None:
    result = reconcile([replace(ROW, numero="00009", **ANSWERED)], memory(reponse=ACCEPTED))
    assert (result.statuts, codes(result.issues)) == ((LIBRE,), ["D038"])
    assert "00001" in say(result.issues[0])


def test_of_two_rows_with_one_number_the_one_that_says_what_was_sent_is_the_original() -> None:
    copy, original = replace(ROW, **CONVERTED, valeurs="other amount"), replace(ROW, **CONVERTED)
    result = reconcile([copy, original], memory())
    assert result.statuts == (LIBRE, Statut(Etat.CONVERTIE, DEPOT))
    assert [(issue.code, issue.proposition) for issue in result.issues] == [("D027", "00002")]
    assert [s.etat for s in reconcile([original, original], memory()).statuts] == [Etat.CONVERTIE, None]


def test_letters_of_either_case_are_one_number() -> None:
    fact = Fait("A0001", Empreinte("same", "p"), DEPOT, "", None)
    known = Memoire({"A0001": fact}, frozenset({"A0001"}))
    assert judged(replace(ROW, numero="a0001", valeurs="another"), known) == (LIBRE, ["D012"])
    assert judged(replace(ROW, numero="a0001"), known)[0] == Statut(Etat.CONVERTIE, DEPOT)


def test_the_history_keeps_all_that_was_said_under_each_number() -> None:
    said = {
        "00001": (Parole("00001", date(2022, 5, 2), "", "KO", "FINESS inconnu"),),
        "00002": (Parole("00002", date(2022, 6, 1), "ASP2", "OK", "Demande acceptée"),),
    }
    row = replace(
        ROW, numero="00002", anciensNumeros=("00001",), historique="00001 (01/05/2022) : code KO, « FINESS inconnu »"
    )
    (told,) = reconcile([row], Memoire(paroles=said)).historiques
    assert told == (
        "00001 (01/05/2022) : code KO, « FINESS inconnu »"
        " | 00002 (01/06/2022) : N° ASP ASP2, code OK, « Demande acceptée »"
    )


def test_a_number_that_another_row_gave_up_is_not_for_this_one() -> None:
    gave_up = replace(ROW, numero="00002", anciensNumeros=("00001",))
    result = reconcile([gave_up, ROW], Memoire())
    assert [(issue.code, issue.valeur, issue.proposition) for issue in result.issues] == [("D012", "00001", "00003")]
    assert result.signalements == (Signalement("00001", Empreinte(""), reponse=Reponse("00001", acceptee=False)),)


def test_without_a_registry_the_workbook_is_believed_and_the_registry_learns() -> None:
    converted = replace(ROW, **CONVERTED)
    accepted = replace(ROW, numero="00002", etat="Acceptée", depot=DEPOT, numeroASP="ASP2")
    result = reconcile([converted, accepted], Memoire())
    answer = Reponse("00002", acceptee=True, numeroASP="ASP2")
    assert result.statuts == (Statut(Etat.CONVERTIE, DEPOT), Statut(Etat.ACCEPTEE, DEPOT, answer))
    assert codes(result.issues) == ["D014", "D014"]
    assert result.signalements == (
        Signalement("00001", Empreinte("same"), DEPOT),
        Signalement("00002", Empreinte("same"), DEPOT, answer),
    )


def test_a_state_without_a_file_is_believed_and_not_learnt() -> None:
    result = reconcile([replace(ROW, etat="Convertie", depot=depot_within("déposé à la main"))], Memoire())
    assert result.statuts == (Statut(Etat.CONVERTIE, ""),)
    assert codes(result.issues) == ["D014"]
    assert result.signalements == ()


def test_a_withdrawn_deposit_sets_its_rows_free() -> None:
    known = Memoire({}, frozenset({"00001"}), frozenset({DEPOT}))
    assert judged(replace(ROW, **CONVERTED), known) == (LIBRE, ["D015"])


@pytest.mark.parametrize("etat", ["Convertie", "Acceptée", "Prête"])
def test_a_row_copied_to_begin_another_is_new(etat: str) -> None:
    row = replace(ROW, numero="00009", etat=etat, depot=depot_within(f"{DEPOT}.json"), numeroASP="ASP1")
    original = replace(ROW, **ANSWERED)
    known = replace(memory(reponse=ACCEPTED), depots=frozenset({DEPOT}))
    result = reconcile([row, original], known)
    assert (result.statuts[0], codes(result.issues), result.signalements) == (LIBRE, ["D017"], ())


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


def test_a_live_order_is_not_filed_again_whatever_else_its_row_says(tmp_path: Path) -> None:
    sent, other = demande(tmp_path, 1), demande(tmp_path, 2)
    fact = Fait(
        "00001", empreinte(sent), DEPOT, "", None, "DPI", sent.centimes, sent.order_form, frozenset(sent.finess)
    )
    known = Memoire({"00001": fact}, frozenset({"00001"}))
    place = Place(DEMANDES, 3, 1)
    twin = with_values(sent, numeroEditeur="00009", telephoneMandataire="+33144556677")
    dearer = with_values(twin, montantSegurHT=sent.centimes + 100)

    def told(each: Demande, memoire: Memoire = known) -> list[tuple[str, str]]:
        return [(issue.code, dict(issue.faits)["quoi"]) for issue in already_ordered([(place, each)], memoire)]

    assert told(twin) == [("D028", "le même bon de commande")]
    assert told(dearer) == [("D029", "le même bon de commande")]
    assert told(replace(dearer, pieces=other.pieces)) == [("D029", "le même FINESS")]
    assert told(sent) == []
    assert told(replace(with_values(other, numeroEditeur="00009"), logiciel="PFI")) == []
    (issue,) = already_ordered([(place, twin)], known)
    assert all(word in say(issue) for word in ("00001", DEPOT, "15/04/2022"))
    refused = Memoire({"00001": replace(fact, reponse=REFUSED)}, frozenset({"00001"}))
    assert told(twin, refused) == []
    assert already_ordered([(place, twin)], known, ["00001"]) == ()  # refused at its instruction
    unknown = Memoire({"00001": replace(fact, commande="", finess=frozenset())}, frozenset({"00001"}))
    assert told(twin, unknown) == []
