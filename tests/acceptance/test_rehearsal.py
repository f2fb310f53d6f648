"""The whole cycle as a finance team lives it, by the command line: every number, state and file at each step."""

import json
import shutil
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from converter import cli
from converter.blank import template
from converter.checking import check
from converter.depositing import deposit
from converter.reading import workbook
from converter.returning.rebuild import extraire, reprendre, zips_beside
from converter.spec.programme import Etat
from converter.spec.sheets import BENEFICIAIRES, DEMANDES, PIECES
from converter.tracking.follow import Suivi, suivi
from tests.support.cycle import NUMEROS_ANS, SHAPE, Cycle, numero

JOUR = "15/04/2022"
DPI, PFI = "JSON-1234567890-20220415-001", "JSON-ABCDE12345-20220415-001"
SAMPLES = Path(__file__).parents[2] / "samples"


def segur_hop(*arguments: object) -> int:
    return cli.run([*map(str, arguments), "--date-depot", JOUR])


def document(cycle: Cycle, depot: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(cycle.sent(depot), parse_float=Decimal)
    return read


def numbers_in(cycle: Cycle, depot: str) -> list[str]:
    return [demande["numeroEditeur"] for demande in document(cycle, depot)["lignesImport"]]


def zipped(cycle: Cycle, depot: str) -> set[str]:
    names: set[str] = set()
    for path in (cycle.depots / depot).glob("PJ-*.zip"):
        with zipfile.ZipFile(path) as package:
            names |= set(package.namelist())
    return names


def declared(cycle: Cycle, depot: str) -> set[str]:
    return {p["nomFichier"] for d in document(cycle, depot)["lignesImport"] for p in d["piecesJustificatives"]}


def deposits(cycle: Cycle) -> list[str]:
    return sorted(path.name for path in cycle.depots.glob("JSON-*"))


def followed(cycle: Cycle) -> Suivi:
    with deposit.opened(cycle.depots, SHAPE) as depots:
        lecture = check.lire(workbook.read(cycle.classeur))
        return suivi(lecture, depots.registre.memory(), depots.registre.depots(), date(2022, 5, 15))


def rehearse(cycle: Cycle, depot: str, *refused: str) -> Path:
    """Let the portal answer a deposit by `verifier --reponse`; return the file it gives back."""
    folder = cycle.depots / depot
    answer = cycle.folder / "téléchargements" / f"{depot}.json"
    answer.parent.mkdir(exist_ok=True)
    refusals = [argument for each in refused for argument in ("--refuser", each)]
    sent = (folder / f"{depot}.json", *sorted(folder.glob("PJ-*.zip")))
    assert segur_hop("verifier", *sent, "--reponse", answer, *refusals) == 0
    return answer


def test_a_campaign_from_the_first_line_to_the_last_acceptance(tmp_path: Path) -> None:  # noqa: PLR0915 - one story
    cycle = Cycle(tmp_path)
    cycle.fill(["DPI"] * 6)
    all_numbers = [numero(rank) for rank in range(1, 7)]

    # Fill: one request has a mistake and stays behind.
    cycle.put(BENEFICIAIRES, 13, "FINESSPMSI", "12")
    assert segur_hop("convertir", cycle.classeur) == 1
    assert deposits(cycle) == [DPI]
    assert numbers_in(cycle, DPI) == all_numbers[:5]
    assert zipped(cycle, DPI) == declared(cycle, DPI) == {f"HOP-DPI-Va1-BDC-{n}.pdf" for n in all_numbers[:5]}
    assert (cycle.depots / DPI / "bordereau.xlsx").exists()
    assert cycle.column("etat") == ["Convertie"] * 5 + ["À corriger"]
    assert cycle.column("fichierJSON") == [f"{DPI}.json"] * 5 + [""]

    # A second double-click does nothing.
    assert segur_hop("convertir", cycle.classeur) == 1
    assert deposits(cycle) == [DPI]

    # Fix it: a second file of the day.
    cycle.put(BENEFICIAIRES, 13, "FINESSPMSI", "750712184")
    assert segur_hop("convertir", cycle.classeur) == 0
    second = "JSON-1234567890-20220415-002"
    assert (deposits(cycle), numbers_in(cycle, second)) == ([DPI, second], ["00006"])

    # The portal refuses a third: two of six, one in each file.
    assert segur_hop("retour", rehearse(cycle, DPI, "00002"), cycle.classeur) == 1
    assert cycle.column("numeroEditeur") == ["00001", "00007", "00003", "00004", "00005", "00006"]
    assert cycle.column("etat") == ["Acceptée", "Rejetée", "Acceptée", "Acceptée", "Acceptée", "Convertie"]
    assert segur_hop("retour", rehearse(cycle, second, "00006"), cycle.classeur) == 1
    assert cycle.column("numeroEditeur") == ["00001", "00007", "00003", "00004", "00005", "00008"]
    assert cycle.column("numeroEditeur", PIECES) == cycle.column("numeroEditeur")
    assert cycle.column("numeroEditeur", BENEFICIAIRES) == [n for n in cycle.column("numeroEditeur") for _ in (0, 1)]
    assert cycle.column("anciensNumeros") == ["", "00002", "", "", "", "00006"]
    assert cycle.column("numeroASP")[0] == "FICTIF-00001"
    assert cycle.column("controle")[5].startswith("Rejetée")
    assert [d.etat for d in followed(cycle).demandes].count(Etat.REJETEE) == 2

    # The same answers once more change nothing.
    before = [cycle.table(sheet) for sheet in (DEMANDES, BENEFICIAIRES, PIECES)]
    memoire = cycle.memory()
    segur_hop("retour", cycle.folder / "téléchargements" / f"{second}.json", cycle.classeur)
    assert cycle.column("numeroEditeur") == [row["numeroEditeur"] for row in before[0]]
    assert cycle.memory() == memoire

    # Fix what was refused, and convert: only those two, under their new numbers.
    cycle.put(BENEFICIAIRES, 5, "nomClient", "DURAND")
    cycle.put(BENEFICIAIRES, 14, "nomClient", "DURAND")
    assert segur_hop("convertir", cycle.classeur) == 0
    third = "JSON-1234567890-20220415-003"
    assert (deposits(cycle), numbers_in(cycle, third)) == ([DPI, second, third], ["00007", "00008"])
    assert [d["numLigne"] for d in document(cycle, third)["lignesImport"]] == [1, 2]
    assert zipped(cycle, third) == declared(cycle, third) == {f"HOP-DPI-Va1-BDC-{n}.pdf" for n in ("00007", "00008")}

    # All accepted.
    assert segur_hop("retour", rehearse(cycle, third), cycle.classeur) == 0
    assert cycle.column("etat") == ["Acceptée"] * 6
    assert cycle.column("numeroASP") == [f"FICTIF-{n}" for n in cycle.column("numeroEditeur")]
    assert set(cycle.column("controle")) == {"Acceptée"}
    told = followed(cycle)
    assert told.attendue == told.total() == told.total([Etat.ACCEPTEE])
    assert told.attendue.centimes == sum(1_375_000 + 100 * rank for rank in range(1, 7))
    assert [etape.numero for etape in told.demandes[1].etapes] == ["00002", "00007"]

    # Nothing is left to convert, and no number was ever used twice.
    assert segur_hop("convertir", cycle.classeur) == 0
    assert deposits(cycle) == [DPI, second, third]
    sent = [n for depot in (DPI, second, third) for n in numbers_in(cycle, depot)]
    assert len(sent) == len(set(sent)) == 8


def test_the_guides_14_dpi_and_22_pfi_make_two_files(tmp_path: Path) -> None:
    """Section 2.1: one file is one software and one numéro ANS. What is stated for DPI is carried over to PFI."""
    cycle = Cycle(tmp_path)
    cycle.fill(["DPI"] * 14 + ["PFI"] * 22)
    assert segur_hop("convertir", cycle.classeur) == 0
    assert deposits(cycle) == [DPI, PFI]
    dpi, pfi = document(cycle, DPI), document(cycle, PFI)
    assert (len(dpi["lignesImport"]), len(pfi["lignesImport"])) == (14, 22)
    assert (dpi["numeroAns"], pfi["numeroAns"]) == (NUMEROS_ANS["DPI"], NUMEROS_ANS["PFI"])
    assert {name[:12] for name in declared(cycle, DPI)} == {"HOP-DPI-Va1-"}
    assert {name[:12] for name in declared(cycle, PFI)} == {"HOP-PFI-Va1-"}
    for demande in dpi["lignesImport"]:
        empty = {nom: None if nom == "operateurMessagerie" else False for nom in demande["scenarioInstallation"]["PFI"]}
        assert demande["scenarioInstallation"]["PFI"] == empty
    for demande in pfi["lignesImport"]:
        assert set(demande["scenarioInstallation"]["DPI"].values()) == {False}
        assert demande["scenarioInstallation"]["PFI"]["operateurMessagerie"] == "Mailiz"
    for depot in (DPI, PFI):
        assert segur_hop("retour", rehearse(cycle, depot), cycle.classeur) == 0
    assert cycle.column("etat") == ["Acceptée"] * 36
    told = followed(cycle)
    assert [told.total(logiciel=each).nombre for each in ("DPI", "PFI")] == [14, 22]


def test_deposits_of_both_software_come_back_to_one_workbook_that_converts_to_the_same(tmp_path: Path) -> None:
    cycle = Cycle(tmp_path / "campagne")
    cycle.fill(["DPI", "PFI", "DPI", "RI"])
    assert segur_hop("convertir", cycle.classeur) == 0
    again = taken_back(cycle, tmp_path / "reprise")
    assert segur_hop("convertir", again.classeur) == 0
    assert deposits(again) == deposits(cycle)
    for depot in deposits(cycle):
        assert again.sent(depot) == cycle.sent(depot)
        assert zipped(again, depot) == zipped(cycle, depot)


def taken_back(cycle: Cycle, folder: Path) -> Cycle:
    """Make a workbook and its attachments anew from the deposits alone."""
    again = Cycle(folder)
    (folder / "pieces").mkdir(parents=True)
    files = [cycle.depots / depot / f"{depot}.json" for depot in deposits(cycle)]
    reprise = reprendre(files, SHAPE)
    template.write(again.classeur, rows=reprise.rows, parametres=reprise.parametres)
    assert extraire([z for path in files for z in zips_beside(path)], reprise.pieces(), folder / "pieces") == ()
    return again


@pytest.mark.parametrize("nom", sorted(path.name for path in SAMPLES.iterdir() if (path / "demandes.xlsx").exists()))
def test_each_sample_comes_back_from_its_deposits(nom: str, tmp_path: Path) -> None:
    cycle = Cycle(tmp_path / "exemple")
    cycle.folder.mkdir()
    shutil.copy(SAMPLES / nom / "demandes.xlsx", cycle.classeur)
    shutil.copytree(SAMPLES / nom / "pieces", cycle.folder / "pieces")
    segur_hop("convertir", cycle.classeur)
    if not deposits(cycle):
        pytest.skip("nothing in this sample converts")
    again = taken_back(cycle, tmp_path / "reprise")
    assert segur_hop("convertir", again.classeur) == 0
    assert deposits(again) == deposits(cycle)
    for depot in deposits(cycle):
        assert again.sent(depot) == cycle.sent(depot)


def test_a_workbook_with_formulas_goes_through_a_refusal(tmp_path: Path) -> None:
    """A child sheet whose numbers are formulas follows once Excel has computed it; until then nothing is sent."""
    cycle = Cycle(tmp_path)
    cycle.fill(["DPI"])
    assert segur_hop("convertir", cycle.classeur) == 0
    answer = rehearse(cycle, DPI, "00001")
    book = openpyxl.load_workbook(cycle.classeur)
    book[BENEFICIAIRES]["A3"] = "=Demandes!A3"
    book.save(cycle.classeur)  # openpyxl drops the computed value, as a workbook never opened in Excel has none
    segur_hop("retour", answer, cycle.classeur)
    assert cycle.column("numeroEditeur") == ["00002"]
    assert segur_hop("convertir", cycle.classeur) == 1
    assert deposits(cycle) == [DPI]
