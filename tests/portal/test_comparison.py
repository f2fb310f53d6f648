"""Two files held against each other: what differs, request by request, whatever their shapes."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from converter import cli
from converter.portal.comparison import compare
from converter.spec.shape import decode, read_any
from tests.support.cycle import Cycle

DEPOT = "JSON-1234567890-20220415-001"
Document = dict[str, Any]


@pytest.fixture(scope="module")
def cycle(tmp_path_factory: pytest.TempPathFactory) -> Cycle:
    cycle = Cycle(tmp_path_factory.mktemp("comparaison"))
    cycle.fill(["DPI", "DPI"])
    assert cycle.convert() == [DEPOT]
    return cycle


@pytest.fixture
def ours(cycle: Cycle) -> Document:
    document: Document = json.loads(cycle.sent(DEPOT))
    return document


def said(first: Document | bytes, second: Document | bytes) -> list[str]:
    """Return the differences as `request code tag value/other`."""
    one, two = (
        read_any(decode(each if isinstance(each, bytes) else json.dumps(each).encode(), "f.json"))
        for each in (first, second)
    )
    return [
        f"{numero} {issue.code} {issue.balise} {issue.valeur}/{dict(issue.faits).get('avec', '')}"
        for numero, issue in ((each.numero, each.issue) for each in compare(one, two))
    ]


def test_a_file_says_the_same_as_itself(cycle: Cycle) -> None:
    assert said(cycle.sent(DEPOT), cycle.sent(DEPOT)) == []


FILLED = "K406"


def test_the_portals_answer_differs_by_what_the_portal_fills(cycle: Cycle) -> None:
    assert [line.split("/")[0] for line in said(cycle.sent(DEPOT), cycle.answer(DEPOT, ["00002"]))] == [
        f" {FILLED} impId vide",
        f"00001 {FILLED} numeroASP vide",
        f"00001 {FILLED} codeTraitement vide",
        f"00001 {FILLED} libelleTraitement vide",
        f"00002 {FILLED} codeTraitement vide",
        f"00002 {FILLED} libelleTraitement vide",
    ]


def _amount(document: Document) -> None:
    document["lignesImport"][0]["commande"]["montantSegurHT"] = 13751.5


def _siret(document: Document) -> None:
    document["SIRET"] = "88558855858745"


def _boolean(document: Document) -> None:
    document["lignesImport"][1]["scenarioInstallation"]["DPI"]["isProSanteConnectNeeded"] = False


def _null(document: Document) -> None:
    document["lignesImport"][1]["commande"]["dateCommande"] = None


def _request_gone(document: Document) -> None:
    del document["lignesImport"][1]


def _client(document: Document) -> None:
    document["lignesImport"][0]["beneficiaires"]["EtablissementsClients"][1]["nomClient"] = "DURAND"


def _client_gone(document: Document) -> None:
    del document["lignesImport"][0]["beneficiaires"]["EtablissementsClients"][1]


def _piece(document: Document) -> None:
    document["lignesImport"][0]["piecesJustificatives"][0]["formatFichier"] = "PNG"


def _key(document: Document) -> None:
    document["commentaire"] = "relu par Marie"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (_amount, "00001 K401 montantSegurHT 13751.00/13751.5"),
        (_siret, " K401 SIRET 73282932000074/88558855858745"),
        (_boolean, "00002 K401 isProSanteConnectNeeded true/false"),
        (_null, "00002 K401 dateCommande 01/03/2022/vide"),
        (_request_gone, "00002 K402  /"),
        (_client, "00001 K401 nomClient DUPONT 3/DURAND"),
        (_client_gone, "00001 K404  /"),
        (_piece, "00001 K401 formatFichier PDF/PNG"),
        (_key, " K408  relu par Marie/"),
    ],
)
def test_each_difference_is_told_at_its_request_and_tag(
    cycle: Cycle, ours: Document, change: Callable[[Document], None], expected: str
) -> None:
    changed = copy.deepcopy(ours)
    change(changed)
    assert said(cycle.sent(DEPOT), changed) == [expected]
    (back,) = said(changed, cycle.sent(DEPOT))
    codes = {"K401": "K401", "K402": "K403", "K404": "K405", "K408": "K407"}
    (code,) = {code for code in codes if f" {code} " in expected}
    assert f" {codes[code]} " in back


def test_shape_print_and_order_are_no_differences(cycle: Cycle, ours: Document) -> None:
    other = {key.lower(): held for key, held in ours.items()}
    for demande in other["lignesimport"]:
        demande.update(demande.pop("commande") | demande.pop("beneficiaires"))
        demande["montantSegurHT"] = float(demande["montantSegurHT"])
        demande["EtablissementsClients"].reverse()
        del demande["numeroASP"]
    other["lignesimport"].reverse()
    assert said(cycle.sent(DEPOT), other) == []


def test_the_command_tells_the_differences_in_french(
    cycle: Cycle, ours: Document, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _amount(ours)
    other, rapport = tmp_path / "collègue.json", tmp_path / "rapport.json"
    other.write_text(json.dumps(ours), encoding="utf-8")
    filed = cycle.depots / DEPOT / f"{DEPOT}.json"
    assert cli.run(["verifier", str(filed), "--avec", str(other), "--rapport", str(rapport)]) == 1
    told = capsys.readouterr().out.replace("\u00a0", " ")
    assert "Demande 00001 :" in told
    assert "(montantSegurHT) : 13751.00, contre 13751.5 dans l’autre fichier." in told
    (difference,) = json.loads(rapport.read_text(encoding="utf-8"))["differences"]
    assert (difference["numeroEditeur"], difference["avec"]) == ("00001", "13751.5")

    other.write_bytes(cycle.answer(DEPOT))
    assert cli.run(["verifier", str(filed), "--avec", str(other)]) == 0
    other.write_text("pas du JSON", encoding="utf-8")
    assert cli.run(["verifier", str(filed), "--avec", str(other)]) == 2
