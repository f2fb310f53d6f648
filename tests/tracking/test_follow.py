"""Where every request stands: states, histories, the advance to the centime, and the workbook that shows it."""

import io
import shutil
import zipfile
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from converter.checking.lecture import read_cells
from converter.depositing import deposit
from converter.reading import workbook
from converter.spec.programme import Etat
from converter.spec.sheets import DEMANDES, PIECES
from converter.tracking import suivi_sheets
from converter.tracking.follow import DemandeSuivie, Suivi, follow
from tests.support.audit import findings
from tests.support.cycle import SHAPE, Cycle, edited

AU = date(2022, 5, 1)
DPI, PFI = "JSON-1234567890-20220415-001", "JSON-ABCDE12345-20220415-001"
REFUSED = {"numeroASP": None, "codeTraitement": "KO", "libelleTraitement": "FINESS inconnu"}


def followed(cycle: Cycle, au: date = AU) -> Suivi:
    with deposit.open_depots(cycle.depots, SHAPE) as depots:
        lecture = read_cells(workbook.read(cycle.classeur))
        return follow(lecture, depots.registre.memory(), depots.registre.depots(), au)


@pytest.fixture(scope="module")
def cycle(tmp_path_factory: pytest.TempPathFactory) -> Cycle:
    """Three DPI requests, one of which was refused and sent again, one PFI request waiting, one not sent yet."""
    cycle = Cycle(tmp_path_factory.mktemp("suivi"))
    cycle.fill(["DPI", "DPI", "DPI", "PFI", "DPI"])
    cycle.put(PIECES, 7, "fichier", "absent.pdf")
    assert cycle.convert() == [DPI, PFI]
    cycle.retour(edited(cycle.answer(DPI), _00002=REFUSED, _00003=REFUSED), f"{DPI}.json")
    cycle.put(PIECES, 5, "fichier", "absent.pdf")
    cycle.put(DEMANDES, 4, "etat", "Prête")
    assert cycle.convert(date(2022, 4, 20)) == ["JSON-1234567890-20220420-001"]
    return cycle


@pytest.fixture(scope="module")
def told(cycle: Cycle) -> Suivi:
    return followed(cycle)


def test_each_request_stands_where_registry_and_workbook_say(told: Suivi) -> None:
    assert [(d.numero, d.etat, d.attente) for d in told.demandes] == [
        ("00001", Etat.ACCEPTEE, 16),
        ("00006", Etat.CONVERTIE, 11),
        ("00007", Etat.A_CORRIGER, None),
        ("00004", Etat.CONVERTIE, 16),
        ("00005", Etat.A_CORRIGER, None),
    ]
    assert told.demandes[0].numeroASP == "FICTIF-00001"
    assert [d.logiciel for d in told.demandes] == ["DPI", "DPI", "DPI", "PFI", "DPI"]


def test_a_refused_request_tells_its_whole_story(told: Suivi) -> None:
    assert [(e.numero, e.depot[-12:], e.issue, e.motif) for e in told.demandes[1].etapes] == [
        ("00002", "20220415-001", "Rejetée", "FINESS inconnu"),
        ("00006", "20220420-001", "Convertie", ""),
    ]
    assert [(e.numero, e.issue) for e in told.demandes[2].etapes] == [("00003", "Rejetée")]
    assert told.demandes[4].etapes == ()


def test_totals_are_the_sums_of_the_requests(told: Suivi) -> None:
    # 13 751 to 13 755 euros: the requests are numbered from 1, each asks 13 750 euros and its rank.
    assert told.total().centimes == 6_876_500
    assert told.total([Etat.ACCEPTEE]).avance == 412_530
    assert (told.attendue.nombre, told.attendue.centimes, told.attendue.avance) == (3, 4_125_700, 1_237_710)
    assert told.total(logiciel="PFI").centimes == 1_375_400
    assert told.logiciels == ("DPI", "PFI")


def test_deposits_count_their_answers(told: Suivi) -> None:
    assert [(d.nom, d.nombre, d.acceptees, d.rejetees, d.attendues) for d in told.depots] == [
        (DPI, 3, 1, 2, 0),
        (PFI, 1, 0, 0, 1),
        ("JSON-1234567890-20220420-001", 1, 0, 0, 1),
    ]
    assert told.depots[0].attendue == 412_530


@given(st.lists(st.integers(1, 10**9), max_size=30))
def test_an_advance_rounds_half_a_centime_up_for_each_request(amounts: list[int]) -> None:
    blank = DemandeSuivie(3, "00001", "DPI", "", 0, Etat.CONVERTIE, "", None, None, "", ())
    demandes = tuple(replace(blank, centimes=centimes) for centimes in amounts)
    by_hand = [int((Decimal(each) * 30 / 100).quantize(Decimal(1), "ROUND_HALF_UP")) for each in amounts]
    assert Suivi(AU, demandes, ()).attendue.avance == sum(by_hand)


def test_half_a_centime_on_each_of_two_requests_makes_a_whole_one_more() -> None:
    blank = DemandeSuivie(3, "00001", "DPI", "", 5, Etat.CONVERTIE, "", None, None, "", ())
    assert Suivi(AU, (blank, blank), ()).attendue.avance == 4  # 1,5 centime each: 2 + 2, not 30 % of 10


def test_what_was_filed_counts_whatever_the_row_says_since(cycle: Cycle, tmp_path: Path) -> None:
    shutil.copytree(cycle.folder, tmp_path, dirs_exist_ok=True)
    edited_since = Cycle(tmp_path)
    edited_since.put(DEMANDES, 3, "montantSegurHT", "illisible")
    edited_since.put(DEMANDES, 7, "montantSegurHT", "illisible")
    demandes = followed(edited_since).demandes
    assert (demandes[0].centimes, demandes[4].centimes) == (1_375_100, 0)


def test_without_registry_the_workbook_tells(cycle: Cycle, tmp_path: Path) -> None:
    lone = Cycle(tmp_path)
    lone.classeur.write_bytes(cycle.classeur.read_bytes())
    told = followed(lone)
    assert [(d.numero, d.etat) for d in told.demandes] == [
        ("00001", Etat.ACCEPTEE),
        ("00006", Etat.CONVERTIE),
        ("00007", Etat.A_CORRIGER),
        ("00004", Etat.CONVERTIE),
        ("00005", Etat.A_CORRIGER),
    ]
    assert told.demandes[1].etapes[0].numero == "00002"
    assert told.demandes[0].attente == 16


def test_a_withdrawn_deposit_is_told_and_expects_nothing(tmp_path: Path) -> None:
    cycle = Cycle(tmp_path)
    cycle.fill(["DPI"])
    (depot,) = cycle.convert()
    with deposit.open_depots(cycle.depots, SHAPE) as depots:
        deposit.withdraw(depots, depot)
    cycle.put(DEMANDES, 3, "etat", "Prête")
    told = followed(cycle)
    assert told.demandes[0].etat is Etat.PRETE
    assert [e.issue for e in told.demandes[0].etapes] == ["Dépôt annulé"]
    assert told.attendue.avance == 0


# --- suivi.xlsx -------------------------------------------------------------------------------------------------------


def test_the_workbook_shows_totals_charts_requests_deposits_and_history(told: Suivi) -> None:
    data = suivi_sheets.write_suivi(told, "demandes.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    assert book.sheetnames == ["Synthèse", "Demandes", "Paiements", "Solde", "Dépôts", "Historique"]
    summary = {row[0]: row[1:5] for row in book["Synthèse"].iter_rows(values_only=True) if row[0]}
    assert summary["Acceptée"] == (1, 13751, 4125.3, 0)
    assert summary["Total"] == (5, 68765, 20629.5, 0)
    assert "12\u202f377,10\u00a0€" in str(book["Synthèse"]["A4"].value)
    assert [row[0] for row in book["Demandes"].iter_rows(min_row=2, values_only=True)] == [
        d.numero for d in told.demandes
    ]
    assert book["Demandes"]["K3"].value == "00002"
    assert book["Dépôts"].max_row == 4
    assert book["Historique"].max_row == 6
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        assert len([name for name in package.namelist() if name.startswith("xl/charts/chart")]) == 3


def test_the_days_of_the_chart_add_up(told: Suivi) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(suivi_sheets.write_suivi(told, "d.xlsx")))["Dépôts"]
    assert [[cell.value for cell in row] for row in sheet["L2:N3"]] == [
        ["15/04/2022", 4, 8251.5],  # 00001 and 00004; 00002 and 00003 were refused
        ["20/04/2022", 5, 12377.1],
    ]


def test_the_same_follow_up_gives_the_same_bytes(told: Suivi) -> None:
    assert suivi_sheets.write_suivi(told, "d.xlsx") == suivi_sheets.write_suivi(told, "d.xlsx")


def test_a_follow_up_of_nothing_is_a_workbook_all_the_same() -> None:
    book = openpyxl.load_workbook(io.BytesIO(suivi_sheets.write_suivi(Suivi(AU, (), ()), "d.xlsx")))
    assert len(book.sheetnames) == 6


def test_text_from_outside_stays_text(told: Suivi) -> None:
    hostile = replace(told.demandes[0], client="=cmd|' /C calc'!A0", numeroASP="http://x")
    data = suivi_sheets.write_suivi(replace(told, demandes=(hostile,)), "=d.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(data))["Demandes"]
    assert (sheet["C2"].data_type, sheet["J2"].hyperlink) == ("s", None)


def test_no_finding_of_the_open_xml_audit(told: Suivi, tmp_path: Path) -> None:
    path = tmp_path / "suivi.xlsx"
    path.write_bytes(suivi_sheets.write_suivi(told, "demandes.xlsx"))
    assert not findings(path)
