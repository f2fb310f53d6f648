"""The registry: numbers and ranks used once, answers never lost, a base that heals or says why it cannot."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from converter.checking.demande import Demande, Entete, Lot
from converter.issues import Inutilisable
from converter.registry.fingerprint import Empreinte, empreinte
from converter.registry.store import (
    MIGRATIONS,
    REGISTRE,
    Depot,
    EtatDepot,
    Fichier,
    Inscrite,
    Registry,
    Reponse,
    Signalement,
    open_registry,
)
from converter.spec.programme import Etat
from tests.support.lots import JOUR, NUMEROS_ANS, SIRET, codes, demande, in_lots, say


@pytest.fixture
def registre(tmp_path: Path) -> Iterator[Registry]:
    with open_registry(tmp_path) as (registry, issues):
        assert issues == ()
        yield registry


@pytest.fixture
def requests(tmp_path: Path) -> list[Demande]:
    return [demande(tmp_path / "pieces", number) for number in range(1, 6)]


def reserve(registre: Registry, *chosen: Demande, jour: date = JOUR) -> tuple[str, ...]:
    return registre.reserve(in_lots(*chosen), jour, "modele-hop.json")


def publish(registre: Registry, *chosen: Demande) -> str:
    (nom,) = reserve(registre, *chosen)
    registre.commit_built({nom: [Fichier(f"{nom}.json", 12, "a" * 64)]})
    registre.mark([nom], EtatDepot.PUBLIE)
    return nom


# --- ranks and numbers ------------------------------------------------------------------------------------------------


def test_ranks_count_by_day_and_numero_ans(registre: Registry, requests: list[Demande]) -> None:
    first, second, third, fourth, _ = requests
    assert reserve(registre, first) == ("JSON-1234567890-20220415-001",)
    assert reserve(registre, second) == ("JSON-1234567890-20220415-002",)
    assert reserve(registre, third, jour=JOUR + timedelta(days=1)) == ("JSON-1234567890-20220416-001",)
    other = Lot(Entete(SIRET, "PFI", NUMEROS_ANS["PFI"]), (fourth,))
    assert registre.reserve([other], JOUR, "m") == ("JSON-ABCDE12345-20220415-001",)


def test_lots_of_one_conversion_get_ranks_in_order(registre: Registry, requests: list[Demande]) -> None:
    entete = Entete(SIRET, "DPI", NUMEROS_ANS["DPI"])
    names = registre.reserve([Lot(entete, (each,)) for each in requests], JOUR, "m")
    assert [name[-3:] for name in names] == ["001", "002", "003", "004", "005"]


def test_no_rank_is_left_after_999_and_nothing_is_taken(registre: Registry, requests: list[Demande]) -> None:
    registre.adopt(Depot("JSON-1234567890-20220415-998", "DPI", EtatDepot.PUBLIE, "", "", (), ()))
    entete = Entete(SIRET, "DPI", NUMEROS_ANS["DPI"])
    with pytest.raises(Inutilisable) as refused:
        registre.reserve([Lot(entete, (each,)) for each in requests[:2]], JOUR, "m")
    assert codes(refused.value.issues) == ["D020"]
    assert "15/04/2022" in say(refused.value.issues[0])
    assert registre.memory().numeros == frozenset()
    assert reserve(registre, requests[0]) == ("JSON-1234567890-20220415-999",)


def test_a_number_in_use_is_refused_and_nothing_is_taken(registre: Registry, requests: list[Demande]) -> None:
    nom = publish(registre, *requests[:2])
    with pytest.raises(Inutilisable) as refused:
        reserve(registre, *requests[1:])
    assert [(issue.code, issue.valeur) for issue in refused.value.issues] == [("D022", "00002")]
    assert nom in say(refused.value.issues[0])
    assert [depot.nom for depot in registre.depots()] == [nom]


def test_a_number_twice_in_one_conversion_is_refused(registre: Registry, requests: list[Demande]) -> None:
    with pytest.raises(Inutilisable) as refused:
        reserve(registre, requests[0], requests[0])
    assert codes(refused.value.issues) == ["D022"]


def test_the_base_itself_refuses_a_number_in_two_live_requests(registre: Registry, requests: list[Demande]) -> None:
    publish(registre, requests[0])
    with pytest.raises(sqlite3.IntegrityError):
        registre._base.execute("INSERT INTO demande (numeroEditeur, valeurs, pieces) VALUES ('00001', '', '')")


def test_a_forgotten_reservation_leaves_nothing(registre: Registry, requests: list[Demande]) -> None:
    registre.forget(reserve(registre, *requests))
    assert registre.depots() == ()
    assert registre.memory().numeros == frozenset()
    assert reserve(registre, *requests) == ("JSON-1234567890-20220415-001",)


def test_withdrawing_frees_the_numbers_and_keeps_the_rank(registre: Registry, requests: list[Demande]) -> None:
    nom = publish(registre, *requests)
    registre.mark([nom], EtatDepot.ANNULE)
    memory = registre.memory()
    assert memory.faits == {}
    assert memory.numeros == {"00001", "00002", "00003", "00004", "00005"}
    assert memory.annules == {nom}
    assert reserve(registre, *requests) == ("JSON-1234567890-20220415-002",)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(st.tuples(st.sampled_from(["convert", "undo", "withdraw"]), st.sets(st.integers(1, 5), min_size=1)))
)
def test_no_number_or_rank_ever_serves_twice(
    steps: list[tuple[str, set[int]]], tmp_path_factory: pytest.TempPathFactory, requests: list[Demande]
) -> None:
    live: dict[str, set[int]] = {}
    names: list[str] = []
    with open_registry(tmp_path_factory.mktemp("r")) as (registre, _):
        for step, numbers in steps:
            chosen = [requests[number - 1] for number in sorted(numbers)]
            free = numbers.isdisjoint(set().union(*live.values()))
            if step == "withdraw":
                if live:
                    registre.mark([next(iter(live))], EtatDepot.ANNULE)
                    del live[next(iter(live))]
            elif not free:
                with pytest.raises(Inutilisable):
                    reserve(registre, *chosen)
            elif step == "undo":
                registre.forget(reserve(registre, *chosen))
            else:
                name = publish(registre, *chosen)
                live[name] = numbers
                names.append(name)
        assert names == sorted(set(names))
        assert set(registre.memory().faits) == {f"{n:05d}" for numbers in live.values() for n in numbers}


# --- what it remembers ------------------------------------------------------------------------------------------------


def test_a_deposit_is_remembered_whole(registre: Registry, requests: list[Demande]) -> None:
    nom = publish(registre, *requests[:2])
    depot = registre.depot(nom)
    assert depot is not None
    assert (depot.logiciel, depot.etat, depot.modele) == ("DPI", EtatDepot.PUBLIE, "modele-hop.json")
    assert depot.fichiers == (Fichier(f"{nom}.json", 12, "a" * 64),)
    assert depot.demandes == (
        Inscrite("00001", 1, 1_375_001, empreinte(requests[0]), requests[0].order_form, requests[0].finess),
        Inscrite("00002", 2, 1_375_002, empreinte(requests[1]), requests[1].order_form, requests[1].finess),
    )
    assert registre.depot("JSON-1234567890-20220415-009") is None


def test_a_deposit_refused_whole_is_known_as_such(registre: Registry, requests: list[Demande]) -> None:
    noms = [publish(registre, each) for each in requests[:2]]
    registre.mark_refused(noms[1])
    assert [(depot.nom, depot.refuse) for depot in registre.depots()] == list(zip(noms, (False, True), strict=True))


def answer(numero: str, *, asp: str = "", libelle: str = "Demande acceptée") -> Reponse:
    return Reponse(numero, bool(asp), asp, "0" if asp else "1", libelle)


def test_answers_make_the_state(registre: Registry, requests: list[Demande]) -> None:
    nom = publish(registre, *requests[:3])
    registre.record_answers(nom, [answer("00001", asp="A1"), answer("00002", libelle="FINESS")], "b" * 64)
    states = {numero: fait.etat for numero, fait in registre.memory().faits.items()}
    assert states == {"00001": Etat.ACCEPTEE, "00002": Etat.REJETEE, "00003": Etat.CONVERTIE}
    assert registre.is_answered(nom)


def test_another_answer_replaces_the_last_which_is_kept(registre: Registry, requests: list[Demande]) -> None:
    nom = publish(registre, requests[0])

    def receive(asp: str) -> list[tuple[str, str]]:
        """Return all answers on file once one more was received."""
        registre.record_answers(nom, [answer("00001", asp=asp)], "b" * 64)
        return registre._base.execute("SELECT numeroASP, fichier_sha256 FROM reponse ORDER BY id").fetchall()

    def current() -> str:
        reponse = registre.memory().faits["00001"].reponse
        return reponse.numeroASP if reponse else ""

    assert receive("A1") == [("A1", "b" * 64)]
    assert receive("A1") == [("A1", "b" * 64)]
    assert current() == "A1"
    assert receive("A2") == [("A1", "b" * 64), ("A2", "b" * 64)]
    assert current() == "A2"


def test_an_answer_to_nothing_we_sent_is_not_recorded(registre: Registry, requests: list[Demande]) -> None:
    nom = publish(registre, requests[0])
    registre.record_answers(nom, [answer("00009", asp="A")], "b" * 64)
    registre.mark([nom], EtatDepot.ANNULE)
    registre.record_answers(nom, [answer("00001", asp="A")], "b" * 64)
    assert not registre.is_answered(nom)
    assert registre._base.execute("SELECT count(*) FROM reponse").fetchone() == (0,)


def test_what_a_workbook_shows_is_learnt_and_never_overrules(registre: Registry, requests: list[Demande]) -> None:
    nom = publish(registre, requests[0])
    foreign = "JSON-1234567890-20220301-004"
    registre.note(
        [
            Signalement("00001", Empreinte("x"), foreign),
            Signalement("00777", Empreinte("y"), foreign, Reponse("00777", acceptee=True, numeroASP="ASP7")),
            Signalement("00778", Empreinte(""), reponse=Reponse("00778", acceptee=False)),
        ]
    )
    facts = registre.memory().faits
    assert facts["00001"].depot == nom
    assert (facts["00777"].depot, facts["00777"].etat) == (foreign, Etat.ACCEPTEE)
    assert (facts["00778"].depot, facts["00778"].etat) == ("", Etat.REJETEE)
    assert {(said.numero, said.depot) for said in registre.heard()} == {("00777", foreign), ("00778", "")}
    assert foreign not in registre.found_on_disk()
    assert reserve(registre, requests[1], jour=date(2022, 3, 1)) == ("JSON-1234567890-20220301-005",)


def test_a_deposit_found_completes_what_a_workbook_said(registre: Registry) -> None:
    nom = "JSON-1234567890-20220301-004"
    registre.note([Signalement("00777", Empreinte("y"), nom, Reponse("00777", acceptee=True, numeroASP="ASP7"))])
    found = Depot(
        nom, "DPI", EtatDepot.PUBLIE, "2022-03-01", "m", (), (Inscrite("00777", 1, 500, Empreinte("z", "p")),)
    )
    assert registre.adopt(found) == ()
    fact = registre.memory().faits["00777"]
    assert (fact.empreinte, fact.etat) == (Empreinte("z", "p"), Etat.ACCEPTEE)
    assert nom in registre.found_on_disk()


# --- the base ---------------------------------------------------------------------------------------------------------


def test_the_base_is_fit_for_a_network_drive_and_a_power_cut(registre: Registry) -> None:
    pragma = {nom: registre._base.execute(f"PRAGMA {nom}").fetchone()[0] for nom in ("journal_mode", "synchronous")}
    assert pragma == {"journal_mode": "delete", "synchronous": 3}
    assert registre._base.execute("PRAGMA foreign_keys").fetchone() == (1,)


def test_a_base_that_another_program_gave_a_shared_journal_gets_its_own_back(tmp_path: Path) -> None:
    with open_registry(tmp_path):
        pass
    with closing(sqlite3.connect(tmp_path / REGISTRE)) as base:
        assert base.execute("PRAGMA journal_mode = WAL").fetchone() == ("wal",)
    with open_registry(tmp_path) as (registre, issues):
        assert (registre._base.execute("PRAGMA journal_mode").fetchone(), issues) == (("delete",), ())


def test_what_is_written_is_there_after_reopening(tmp_path: Path, requests: list[Demande]) -> None:
    with open_registry(tmp_path) as (registre, _):
        nom = publish(registre, *requests)
    with open_registry(tmp_path) as (registre, issues):
        assert issues == ()
        assert [depot.nom for depot in registre.depots(EtatDepot.PUBLIE)] == [nom]


def test_a_base_of_an_older_version_is_brought_up_to_date(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_registry(tmp_path) as (registre, _):
        registre.note([Signalement("00001", Empreinte("x"))])
    later = (*MIGRATIONS, "ALTER TABLE depot ADD COLUMN remarque TEXT NOT NULL DEFAULT '';")
    monkeypatch.setattr("converter.registry.store.MIGRATIONS", later)
    with open_registry(tmp_path) as (registre, _):
        assert registre._base.execute("PRAGMA user_version").fetchone() == (len(later),)
        assert registre._base.execute("SELECT remarque FROM depot").fetchall() == []
        assert registre.memory().numeros == {"00001"}


def test_a_base_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    with open_registry(tmp_path) as (registre, _):
        registre._base.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    before = (tmp_path / REGISTRE).read_bytes()
    with pytest.raises(Inutilisable) as refused, open_registry(tmp_path):
        pass
    assert codes(refused.value.issues) == ["D023"]
    assert (tmp_path / REGISTRE).read_bytes() == before


@pytest.mark.parametrize("damage", ["no base", "torn", "another application's"])
def test_a_damaged_base_is_set_aside_whole(tmp_path: Path, damage: str, requests: list[Demande]) -> None:
    path = tmp_path / REGISTRE
    with open_registry(tmp_path) as (registre, _):
        publish(registre, *requests)
    if damage == "no base":
        path.write_bytes(b"Ceci n'est pas une base" * 50)
    elif damage == "torn":
        data = path.read_bytes()
        path.write_bytes(data[:4096] + b"\xff" * 8192 + data[12288:])
    else:
        path.unlink()
        with closing(sqlite3.connect(path)) as base:
            base.execute("CREATE TABLE recettes (plat TEXT)")
    damaged = path.read_bytes()
    with open_registry(tmp_path) as (registre, issues):
        assert codes(issues) == ["D005"]
        assert registre.memory().numeros == frozenset()
    (aside,) = tmp_path.glob("registre-illisible-*.sqlite")
    assert aside.read_bytes() == damaged
    assert aside.name in say(issues[0])


def test_an_empty_file_is_a_new_base(tmp_path: Path) -> None:
    (tmp_path / REGISTRE).touch()
    with open_registry(tmp_path) as (registre, issues):
        assert issues == ()
        assert registre.depots() == ()
