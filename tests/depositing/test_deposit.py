"""A deposit: whole, checked, the same bytes for the same input, known to the registry, and withdrawn as a whole."""

import hashlib
import json
import os
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import msgspec
import pytest

from converter.checking.demande import Demande, Entete, Lot
from converter.depositing import deposit, pack
from converter.issues import Empeche, Inutilisable
from converter.registry.fingerprint import empreinte
from converter.registry.store import Depot, EtatDepot, Memoire, Reponse
from converter.spec.shape import compile_model
from converter.system.processes import Workers
from tests.support.drives import sync_no_folder
from tests.support.lots import (
    JOUR,
    NUMEROS_ANS,
    SHAPE,
    SIRET,
    codes,
    convert,
    demande,
    demandes,
    in_lots,
    say,
    with_values,
)

NAME = "JSON-1234567890-20220415-001"


@pytest.fixture
def depots(tmp_path: Path) -> Path:
    return tmp_path / "depots"


@pytest.fixture
def requests(tmp_path: Path) -> tuple[Demande, ...]:
    return demandes(tmp_path / "pièces & cie", 5)


def visible(depots: Path) -> set[str]:
    return {path.name for path in depots.iterdir() if not path.name.startswith(".")}


def memory(depots: Path) -> Memoire:
    with deposit.open_depots(depots, SHAPE) as opened:
        assert codes(opened.issues) == []
        return opened.registre.memory()


# --- what a conversion leaves -----------------------------------------------------------------------------------------


def test_a_deposit_holds_its_json_zip_and_slip_and_nothing_else(depots: Path, requests: tuple[Demande, ...]) -> None:
    (depot,) = convert(depots, *requests)
    assert visible(depots) == {NAME, "registre.sqlite"}
    folder = depots / NAME
    assert {path.name for path in folder.iterdir()} == {
        f"{NAME}.json",
        "PJ-1234567890-20220415-001-1.zip",
        "bordereau.xlsx",
    }
    written = json.loads((folder / f"{NAME}.json").read_bytes())
    assert [line["numeroEditeur"] for line in written["lignesImport"]] == ["00001", "00002", "00003", "00004", "00005"]
    with zipfile.ZipFile(folder / "PJ-1234567890-20220415-001-1.zip") as archive:
        assert archive.read("HOP-DPI-Va1-HT-00004.pdf") == Path(requests[3].pieces[1].source).read_bytes()
        assert len(archive.namelist()) == 10
    assert (depot.nom, depot.json, depot.zips) == (NAME, f"{NAME}.json", ("PJ-1234567890-20220415-001-1.zip",))
    assert [each.numero for each in depot.demandes] == ["00001", "00002", "00003", "00004", "00005"]


def test_the_registry_knows_the_files_by_their_hash(depots: Path, requests: tuple[Demande, ...]) -> None:
    (depot,) = convert(depots, *requests)
    assert depot.etat is EtatDepot.PUBLIE
    for fichier in depot.fichiers:
        data = (depots / NAME / fichier.nom).read_bytes()
        assert (fichier.octets, fichier.sha256) == (len(data), hashlib.sha256(data).hexdigest())


def test_each_software_and_each_200_requests_make_a_deposit(depots: Path, tmp_path: Path) -> None:
    many = demandes(tmp_path / "p", 201)
    pfi = demande(tmp_path / "p", 900, logiciel="PFI", **dict.fromkeys(
        ("isPFIpourEnvoiMSSProIndependante", "isPFIpourEnvoiMSSPCitoyenIndependante", "isProSanteConnectNeeded"), False
    ))  # fmt: skip
    done = convert(depots, *many, pfi)
    assert [(depot.nom, len(depot.demandes), depot.logiciel) for depot in done] == [
        ("JSON-1234567890-20220415-001", 200, "DPI"),
        ("JSON-1234567890-20220415-002", 1, "DPI"),
        ("JSON-ABCDE12345-20220415-001", 1, "PFI"),
    ]


def test_the_same_input_and_date_give_the_same_bytes(tmp_path: Path, requests: tuple[Demande, ...]) -> None:
    def everything(depots: Path) -> dict[str, bytes]:
        convert(depots, *requests)
        return {path.name: path.read_bytes() for path in (depots / NAME).iterdir()}

    first = everything(tmp_path / "a")
    for request in requests:
        os.utime(request.pieces[0].source, (0, 0))
    assert everything(tmp_path / "b") == first


def test_the_day_is_the_one_asked_for(depots: Path, requests: tuple[Demande, ...]) -> None:
    (depot,) = convert(depots, *requests, jour=date(2023, 1, 2))
    assert depot.nom == "JSON-1234567890-20230102-001"


@pytest.mark.skipif(os.name == "nt", reason="Windows syncs no folder")
def test_a_drive_that_syncs_no_folder_is_no_obstacle(
    depots: Path, requests: tuple[Demande, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    sync_no_folder(monkeypatch)
    assert convert(depots, *requests)


def test_progress_counts_every_request(depots: Path, tmp_path: Path) -> None:
    told: list[int] = []
    with deposit.open_depots(depots, SHAPE) as opened:
        deposit.convert(opened, in_lots(*demandes(tmp_path / "p", 201)), JOUR, told.append, Workers())
    assert sum(told) == 201


def test_attachments_over_the_limit_go_into_several_zips(
    depots: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = pack.plan
    monkeypatch.setattr("converter.depositing.building.plan", lambda requests: plan(requests, limit=20_000))
    (depot,) = convert(depots, *demandes(tmp_path / "p", 12, octets=3_200))
    assert [int(nom[:-4].rsplit("-", 1)[1]) for nom in depot.zips] == list(range(1, len(depot.zips) + 1))
    assert len(depot.zips) > 3
    for nom in depot.zips:
        with zipfile.ZipFile(depots / NAME / nom) as archive:
            numbers = [name[-9:-4] for name in archive.namelist()]
        assert all(numbers.count(number) == 2 for number in numbers)


def test_the_folder_may_be_anywhere_and_bear_any_name(tmp_path: Path, requests: tuple[Demande, ...]) -> None:
    odd = tmp_path / "Dépôts d'avance & 100 % (été)" / "#1?x=y"
    (depot,) = convert(odd, *requests)
    assert (odd / depot.nom / depot.json).exists()


# --- all or nothing ---------------------------------------------------------------------------------------------------


def nothing_happened(depots: Path, requests: tuple[Demande, ...]) -> None:
    """No deposit, no leftover, no number taken: the same conversion then goes through under the first rank."""
    assert visible(depots) == {"registre.sqlite"}
    assert not (depots / deposit.EN_COURS).exists()
    assert memory(depots).numeros == frozenset()
    assert convert(depots, *requests)[0].nom == NAME


def test_an_attachment_changed_since_its_check_undoes_everything(depots: Path, requests: tuple[Demande, ...]) -> None:
    source = Path(requests[3].pieces[0].source)
    good = source.read_bytes()
    for spoil in (lambda: source.write_bytes(good[:-1] + b"!"), lambda: source.write_bytes(good + b"!"), source.unlink):
        spoil()
        with pytest.raises(Empeche) as refused:
            convert(depots, *requests)
        assert codes([refused.value.issue]) == ["E031"]
        assert "bon 4.pdf" in say(refused.value.issue)
        source.write_bytes(good)
    nothing_happened(depots, requests)


def test_a_fault_in_a_later_lot_undoes_the_earlier_ones(depots: Path, tmp_path: Path) -> None:
    many = demandes(tmp_path / "p", 201)
    Path(many[200].pieces[0].source).unlink()
    with pytest.raises(Empeche):
        convert(depots, *many)
    assert visible(depots) == {"registre.sqlite"}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda request: with_values(request, montantSegurHT=0),
        lambda request: with_values(request, dateCommande=date(2022, 4, 16)),
        lambda request: replace(request, pieces=request.pieces[1:]),
        lambda request: replace(request, etablissements=()),
    ],
)
def test_what_the_portal_would_refuse_is_never_published(
    depots: Path, requests: tuple[Demande, ...], spoil: Callable[[Demande], Demande]
) -> None:
    with pytest.raises(RuntimeError, match="portal's controls"):
        convert(depots, *requests[:2], spoil(requests[2]))
    nothing_happened(depots, requests)


def test_an_interruption_by_the_user_undoes_everything(depots: Path, requests: tuple[Demande, ...]) -> None:
    def interrupted(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), deposit.open_depots(depots, SHAPE) as opened:
        deposit.convert(opened, in_lots(*requests), JOUR, interrupted, Workers())
    nothing_happened(depots, requests)


def test_no_rank_left_is_said_before_anything_is_built(depots: Path, requests: tuple[Demande, ...]) -> None:
    (depots / "JSON-1234567890-20220415-998").mkdir(parents=True)
    entete = Entete(SIRET, "DPI", NUMEROS_ANS["DPI"])
    built: list[int] = []
    with deposit.open_depots(depots, SHAPE) as opened:
        with pytest.raises(Inutilisable) as refused:
            deposit.convert(opened, [Lot(entete, (each,)) for each in requests[:2]], JOUR, built.append, Workers())
        assert codes(refused.value.issues) == ["D020"]
    assert built == []
    assert visible(depots) == {"JSON-1234567890-20220415-998", "registre.sqlite"}


def test_a_number_in_use_is_not_deposited_again(depots: Path, requests: tuple[Demande, ...]) -> None:
    convert(depots, *requests[:2])
    with pytest.raises(Inutilisable) as refused:
        convert(depots, *requests[1:])
    assert codes(refused.value.issues) == ["D022"]
    assert visible(depots) == {NAME, "registre.sqlite"}


def test_a_foreign_folder_in_the_way_is_never_touched(depots: Path, requests: tuple[Demande, ...]) -> None:
    def someone_makes_it(_: int) -> None:
        (depots / NAME).mkdir(exist_ok=True)
        (depots / NAME / "notes.txt").write_text("à moi")

    with deposit.open_depots(depots, SHAPE) as opened, pytest.raises(Empeche) as refused:
        deposit.convert(opened, in_lots(*requests), JOUR, someone_makes_it, Workers())
    assert codes([refused.value.issue]) == ["E032"]
    with deposit.open_depots(depots, SHAPE) as opened:
        assert codes(opened.issues) == ["D001", "D007"]
    assert [path.name for path in (depots / NAME).iterdir()] == ["notes.txt"]
    assert convert(depots, *requests)[0].nom == "JSON-1234567890-20220415-002"


# --- withdrawing ------------------------------------------------------------------------------------------------------


def withdraw(depots: Path, nom: str = NAME) -> Depot:
    with deposit.open_depots(depots, SHAPE) as opened:
        return deposit.withdraw(opened, nom)


def test_a_withdrawn_deposit_moves_aside_and_frees_its_numbers(depots: Path, requests: tuple[Demande, ...]) -> None:
    convert(depots, *requests)
    before = {path.name: path.read_bytes() for path in (depots / NAME).iterdir()}
    assert withdraw(depots, f"{NAME}.json").nom == NAME
    assert visible(depots) == {"annulés", "registre.sqlite"}
    assert {path.name: path.read_bytes() for path in (depots / "annulés" / NAME).iterdir()} == before
    known = memory(depots)
    assert known.faits == {}
    assert known.annules == {NAME}
    assert convert(depots, *requests)[0].nom == "JSON-1234567890-20220415-002"


def test_a_name_taken_among_the_withdrawn_is_told_apart(depots: Path, requests: tuple[Demande, ...]) -> None:
    convert(depots, *requests)
    (depots / "annulés" / NAME).mkdir(parents=True)
    withdraw(depots)
    assert {path.name for path in (depots / "annulés").iterdir()} == {NAME, f"{NAME} (2)"}


def test_only_a_deposit_that_may_be_withdrawn_is(depots: Path, requests: tuple[Demande, ...]) -> None:
    def refusal(nom: str) -> list[str]:
        with pytest.raises(Inutilisable) as refused:
            withdraw(depots, nom)
        return codes(refused.value.issues)

    convert(depots, *requests[:2])
    convert(depots, *requests[2:])
    second = "JSON-1234567890-20220415-002"
    with deposit.open_depots(depots, SHAPE) as opened:
        opened.registre.record_answers(second, [Reponse("00003", acceptee=True, numeroASP="A")], "a" * 64)
    assert refusal(second) == ["D025"]
    assert refusal("JSON-9999999999-20220415-001") == ["D024"]
    assert refusal("../..") == ["D024"]
    withdraw(depots)
    assert refusal(NAME) == ["D026"]
    assert (depots / second).is_dir()


def test_a_deposit_deleted_by_hand_can_still_be_withdrawn(depots: Path, requests: tuple[Demande, ...]) -> None:
    convert(depots, *requests)
    (depots / NAME).rename(depots / "ailleurs")
    withdraw(depots)
    assert memory(depots).faits == {}


# --- a lost registry --------------------------------------------------------------------------------------------------


def test_a_lost_registry_is_made_anew_from_the_deposits(depots: Path, requests: tuple[Demande, ...]) -> None:
    convert(depots, *requests[:2])
    convert(depots, *requests[2:4])
    withdraw(depots, "JSON-1234567890-20220415-002")
    (depots / "registre.sqlite").unlink()
    with deposit.open_depots(depots, SHAPE) as opened:
        assert codes(opened.issues) == ["D006", "D006"]
        known = opened.registre.memory()
        (first, _) = opened.registre.depots()
    assert {n: fact.empreinte for n, fact in known.faits.items()} == {r.numero: empreinte(r) for r in requests[:2]}
    assert known.annules == {"JSON-1234567890-20220415-002"}
    assert (first.logiciel, first.zips, first.modele) == ("DPI", (f"PJ{NAME[4:]}-1.zip",), "modele-hop.json")
    assert [(d.num_ligne, d.centimes) for d in first.demandes] == [(1, 1_375_001), (2, 1_375_002)]
    assert convert(depots, *requests[2:])[0].nom == "JSON-1234567890-20220415-003"


def test_a_deposit_in_another_model_is_read_by_the_one_it_fits(depots: Path, requests: tuple[Demande, ...]) -> None:
    convert(depots, *requests)
    (depots / "registre.sqlite").unlink()
    text = (
        json.dumps(SHAPE.sample).replace('"lignesImport"', '"demandes"').replace('"numeroEditeur"', '"NumeroEditeur"')
    )
    with deposit.open_depots(depots, compile_model(json.loads(text), "modele-portail.json")) as opened:
        assert len(opened.registre.memory().faits) == 5


HOSTILE = [
    b"",
    b"{",
    b"[]",
    b"null",
    b'{"lignesImport": [{"numeroEditeur": null}]}',
    b'{"lignesImport": [{"numeroEditeur": 12, "numLigne": "x"}]}',
    b'{"lignesImport": 7}',
    b'{"lignesImport": [7, [], null]}',
    b"\xff\xfe",
]


@pytest.mark.parametrize("contents", HOSTILE)
def test_a_deposit_that_holds_nothing_readable_keeps_its_rank(
    depots: Path, contents: bytes, requests: tuple[Demande, ...]
) -> None:
    folder = depots / NAME
    folder.mkdir(parents=True)
    (folder / f"{NAME}.json").write_bytes(contents)
    with deposit.open_depots(depots, SHAPE) as opened:
        assert codes(opened.issues) in (["D006"], ["D007"])
    assert memory(depots).numeros == frozenset()
    assert convert(depots, *requests)[0].nom == "JSON-1234567890-20220415-002"


@pytest.mark.parametrize(
    "wrong",
    [
        {"dateCommande": 7},
        {"dateCommande": "hier"},
        {"montantSegurHT": "cher"},
        {"montantSegurHT": 1e300},
        {"montantSegurHT": [1]},
        {"regimeTVA": {"x": 1}},
    ],
)
def test_odd_values_in_a_found_deposit_do_no_harm(depots: Path, wrong: dict[str, object]) -> None:
    sample = msgspec.json.decode(msgspec.json.encode(SHAPE.sample))
    sample["lignesImport"][0]["commande"] |= wrong
    sample["lignesImport"][0]["numLigne"] = "un"
    (depots / NAME).mkdir(parents=True)
    (depots / NAME / f"{NAME}.json").write_bytes(msgspec.json.encode(sample))
    (depots / NAME / "PJ.zip").write_bytes(b"PK\x03\x04 torn")
    with deposit.open_depots(depots, SHAPE) as opened:
        assert codes(opened.issues) == ["D006"]
        assert set(opened.registre.memory().faits) == {"00001"}


def test_a_number_in_two_found_deposits_is_told(depots: Path, requests: tuple[Demande, ...]) -> None:
    convert(depots, requests[0])
    copy = depots / "JSON-1234567890-20220415-007"
    (depots / NAME).rename(copy)
    (copy / f"{NAME}.json").rename(copy / f"{copy.name}.json")
    with deposit.open_depots(depots, SHAPE) as opened:
        assert codes(opened.issues) == ["D006", "D008"]
        assert opened.registre.memory().faits["00001"].depot == NAME


def test_other_folders_are_no_deposits(depots: Path, requests: tuple[Demande, ...]) -> None:
    convert(depots, requests[0])
    for name in (f"{NAME} - Copie", "JSON-1234567890-20220415-0011", "JSON-1234567890-20220415-000", "json", "notes"):
        (depots / name).mkdir()
    (depots / "JSON-1234567890-20220415-009").touch()
    assert set(memory(depots).faits) == {"00001"}
    assert convert(depots, requests[1])[0].nom == "JSON-1234567890-20220415-002"


def test_consulting_makes_no_folder(depots: Path, requests: tuple[Demande, ...]) -> None:
    assert deposit.consult(depots, SHAPE) == (Memoire(), (), ())
    assert not depots.exists()
    convert(depots, *requests)
    known, held, issues = deposit.consult(depots, SHAPE)
    assert (len(known.faits), len(held), issues) == (5, 1, ())
