"""The hash of a request: what changes it, and what must not."""

import hashlib
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from converter.checking.demande import Demande
from converter.depositing import deposit
from converter.registry.fingerprint import empreinte, of_pieces, of_values
from converter.spec.shape import builtin_model
from tests.support.lots import CLIENTS, convert, demande, piece, with_values


@pytest.fixture
def request_(tmp_path: Path) -> Demande:
    return demande(tmp_path / "pieces", 1)


def test_row_number_and_order_of_lines_do_not_count(request_: Demande) -> None:
    other = replace(
        with_values(request_, numeroEditeur="99999"),
        ligne=77,
        etablissements=tuple(reversed(request_.etablissements)),
        pieces=tuple(reversed(request_.pieces)),
    )
    assert empreinte(other) == empreinte(request_)


def test_a_blank_said_in_two_ways_is_the_same(request_: Demande) -> None:
    without = {tag: value for tag, value in request_.valeurs.items() if value is not None}
    assert empreinte(replace(request_, valeurs=without)) == empreinte(request_)


@pytest.mark.parametrize(
    ("tag", "value"),
    [
        ("dateCommande", date(2022, 3, 2)),
        ("regimeTVA", "TTC"),
        ("montantSegurHT", 1_375_002),
        ("isMandataire", True),
        ("nomMandataire", "DURAND"),
        ("isEnvoiDMP", True),
        ("isEnvoiDMP", None),
    ],
)
def test_every_value_counts(request_: Demande, tag: str, value: object) -> None:
    assert empreinte(with_values(request_, **{tag: value})).valeurs != empreinte(request_).valeurs


def test_clients_software_and_content_of_pieces_count(request_: Demande, tmp_path: Path) -> None:
    said = empreinte(request_)
    assert empreinte(replace(request_, etablissements=CLIENTS[:1])).valeurs != said.valeurs
    assert empreinte(replace(request_, logiciel="RI")).valeurs != said.valeurs
    same_content = piece(tmp_path, "autre nom.pdf", "BON_COMMANDE", Path(request_.pieces[0].source).read_bytes())
    assert empreinte(replace(request_, pieces=(same_content, request_.pieces[1]))) == said
    other_content = piece(tmp_path, "bon 1.pdf", "BON_COMMANDE", b"%PDF-1.4 autre")
    assert empreinte(replace(request_, pieces=(other_content, request_.pieces[1]))).pieces != said.pieces


def test_files_not_read_are_told_from_files_without_content(request_: Demande) -> None:
    assert of_pieces([]) == ""
    assert empreinte(replace(request_, pieces=())).valeurs == empreinte(request_).valeurs


def test_what_registries_hold_is_told_alike_by_every_version() -> None:
    said = of_values(
        "DPI",
        {"dateCommande": date(2022, 3, 1), "montantSegurHT": 1_375_000, "isMandataire": False, "emailMandataire": None},
        [{"nomClient": "ÉVRARD", "FINESSPMSI": "750000010"}],
    )
    written = (
        "DPI\n"
        '[["dateCommande","2022-03-01"],["isMandataire",false],["montantSegurHT",1375000]]\n'
        '[["FINESSPMSI","750000010"],["nomClient","ÉVRARD"]]'
    )
    assert said == hashlib.sha256(written.encode()).hexdigest()


def test_two_clients_are_not_one_that_joins_their_values() -> None:
    one = of_values("DPI", {}, [{"nomClient": "A", "FINESSPMSI": "1"}])
    two = of_values("DPI", {}, [{"nomClient": "A"}, {"FINESSPMSI": "1"}])
    assert one != two


def test_a_deposit_read_back_says_the_same(tmp_path: Path) -> None:
    requests = [
        demande(tmp_path / "pieces", n, montantSegurHT=cents) for n, cents in ((1, 1), (2, 115), (3, 999_999_999_99))
    ]
    convert(tmp_path / "depots", *requests)
    (tmp_path / "depots" / "registre.sqlite").unlink()
    with deposit.open_depots(tmp_path / "depots", builtin_model()) as depots:
        known = depots.registre.memory().faits
    assert {n: fait.empreinte for n, fait in known.items()} == {r.numero: empreinte(r) for r in requests}
