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
from converter.checking.lecture import read_cells
from converter.depositing import deposit
from converter.reading import workbook
from converter.returning.rebuild import extraire, reprendre, zips_beside
from converter.spec.programme import Etat
from converter.spec.sheets import BENEFICIAIRES, DEMANDES, PIECES
from converter.spec.tags import vendor_columns
from converter.tracking.follow import Suivi, follow
from tests.support.cycle import NUMEROS_ANS, SHAPE, Cycle, numero

JOUR, JUIN = "15/04/2022", "01/06/2022"
DPI, PFI = "JSON-1234567890-20220415-001", "JSON-ABCDE12345-20220415-001"
SAMPLES = Path(__file__).parents[2] / "samples"


def segur_hop(*arguments: object, jour: str = JOUR) -> int:
    return cli.run([*map(str, arguments), "--date-depot", jour])


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
    with deposit.open_depots(cycle.depots, SHAPE) as depots:
        lecture = read_cells(workbook.read(cycle.classeur))
        return follow(lecture, depots.registre.memory(), depots.registre.depots(), date(2022, 5, 15))


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


def noted(cycle: Cycle, ligne: int, **cells: Any) -> None:
    for balise, valeur in cells.items():
        cycle.put(DEMANDES, ligne, balise, valeur)


def copied(cycle: Cycle, ligne: int, numero: str, **others: Any) -> None:
    """Type a request again in the next free row, with its rows of the other sheets, as a person copies them."""
    former = {sheet: cycle.table(sheet) for sheet in (DEMANDES, BENEFICIAIRES, PIECES)}
    old = former[DEMANDES][ligne - 3]["numeroEditeur"]
    own = {tag.nom for sheet in former for tag in vendor_columns(sheet)}
    for sheet, rows in former.items():
        for rank, row in enumerate([row for row in rows if row["numeroEditeur"] == old], start=3 + len(rows)):
            typed = {nom: value for nom, value in row.items() if nom in own and value != ""}
            for balise, valeur in (typed | {"numeroEditeur": numero}).items():
                cycle.put(sheet, rank, balise, valeur)
    noted(cycle, 3 + len(former[DEMANDES]), **others)


def test_a_campaign_from_the_blank_workbook_to_the_last_payment(  # noqa: PLR0915 - one story
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A refusal at the 2nd control, one at instruction, a short payment; each advance is 30 % of HT by hand.

    Half a centime counts for one, request by request: 13 751,00 gives 4 125,30; 13 752,05 gives 4 125,615, hence
    4 125,62; 13 753,00 gives 4 125,90; 13 754,00 gives 4 126,20.
    """
    cycle = Cycle(tmp_path)
    cycle.fill(["DPI"] * 4)
    cycle.put(DEMANDES, 4, "montantSegurHT", Decimal("13752.05"))
    assert segur_hop("convertir", cycle.classeur) == 0
    assert folded(cycle)

    # The 2nd control refuses 00003; its columns come to light with the first acceptance.
    assert segur_hop("retour", rehearse(cycle, DPI, "00003"), cycle.classeur) == 1
    assert not folded(cycle)
    assert cycle.column("etat") == ["Acceptée", "Acceptée", "Rejetée", "Acceptée"]
    cycle.put(BENEFICIAIRES, 7, "nomClient", "DURAND")
    assert segur_hop("convertir", cycle.classeur) == 0
    second = "JSON-1234567890-20220415-002"
    assert segur_hop("retour", rehearse(cycle, second), cycle.classeur) == 0
    assert cycle.column("numeroEditeur") == ["00001", "00002", "00005", "00004"]
    assert followed(cycle).attendue.avance == 412_530 + 412_562 + 412_590 + 412_620

    # The instruction awards two, refuses 00004, and asks for a change of 00005.
    decided = date(2022, 5, 10)
    for ligne, decision in ((3, "Attribuée"), (4, "Attribuée"), (5, "À modifier"), (6, "Refusée")):
        noted(cycle, ligne, decision=decision, dateDecision=decided)
    assert segur_hop("valider", cycle.classeur, jour=JUIN) == 0
    assert cycle.column("etat") == ["Attribuée", "Attribuée", "Acceptée", "Refusée"]
    told = followed(cycle)
    assert told.attendue.avance == 412_530 + 412_562 + 412_590
    assert [d.numero for d in told.refusees] == ["00004"]
    assert (told.oldest(Etat.ATTRIBUEE) or told.demandes[3]).depuis == decided

    # Nothing of it is converted again, nor is a decision lost when the portal's answer comes once more.
    assert segur_hop("convertir", cycle.classeur, jour=JUIN) == 0
    assert segur_hop("retour", cycle.folder / "téléchargements" / f"{DPI}.json", cycle.classeur, jour=JUIN) == 0
    assert cycle.column("etat") == ["Attribuée", "Attribuée", "Acceptée", "Refusée"]
    assert deposits(cycle) == [DPI, second]

    # The request refused at instruction goes in anew: a copied decision holds it back, a corrected copy is no double.
    copied(cycle, 6, "00006", decision="Refusée", montantSegurHT=Decimal(13754))
    assert segur_hop("convertir", cycle.classeur, jour=JUIN) == 1
    assert cycle.column("etat")[4] == "À corriger"
    noted(cycle, 7, decision=None)
    assert segur_hop("convertir", cycle.classeur, jour=JUIN) == 0
    third = "JSON-1234567890-20220601-001"
    assert numbers_in(cycle, third) == ["00006"]
    assert segur_hop("retour", rehearse(cycle, third), cycle.classeur, jour=JUIN) == 0
    assert cycle.column("etat") == ["Attribuée", "Attribuée", "Acceptée", "Refusée", "Acceptée"]

    # The bank's list: 00001 in full, 00002 short of 125,62.
    liste = cycle.folder / "relevé.csv"
    liste.write_bytes(
        "Date opération;Libellé;Débit;Crédit\r\n20/05/2022;VIR ASP FICTIF-00001;;4 125,30\r\n"
        "20/05/2022;VIR ASP FICTIF-00002;;4 000,00\r\n21/05/2022;LOYER;-900,00;\r\n".encode("cp1252")
    )
    assert cli.run(["suivi", str(cycle.classeur), "--paiements", str(liste)]) == 0
    assert cycle.column("etat") == ["Payée", "Payée", "Acceptée", "Refusée", "Acceptée"]
    told = followed(cycle)
    assert told.total([Etat.PAYEE]).paye == 812_530
    assert (told.ecart, [d.numero for d in told.ecarts]) == (-12_562, ["00002"])
    assert told.reste == 412_590 + 412_620
    assert told.attendue.avance == told.total().paye - told.ecart + told.reste
    assert "-125,62\u00a0€" in capsys.readouterr().out

    # The rest is paid, noted by hand; the last figures.
    paid_on = date(2022, 6, 1)
    for ligne, paid in ((5, "4125,90"), (7, "4 126,20 €")):
        noted(cycle, ligne, decision="Attribuée", dateDecision=paid_on, montantPaye=paid, datePaiement=paid_on)
    assert segur_hop("valider", cycle.classeur, jour=JUIN) == 0
    assert cycle.column("etat") == ["Payée", "Payée", "Payée", "Refusée", "Payée"]
    target = tmp_path / "suivi.xlsx"
    assert cli.run(["suivi", str(cycle.classeur), "-o", str(target)]) == 0
    book = openpyxl.load_workbook(target, data_only=True)
    *rows, _, total = book["Solde"].iter_rows(min_row=2, values_only=True)
    assert [(row[0], row[1], row[2], *row[6:]) for row in rows] == [
        ("FICTIF-00001", "00001", "1234567890", 13_751, 4_125.3, 9_625.7),
        ("FICTIF-00002", "00002", "1234567890", 13_752.05, 4_000, 9_752.05),
        ("FICTIF-00005", "00005", "1234567890", 13_753, 4_125.9, 9_627.1),
        ("FICTIF-00006", "00006", "1234567890", 13_754, 4_126.2, 9_627.8),
    ]
    assert total[6:] == (55_010.05, 16_377.4, 38_632.65)
    *_, paid_total = book["Paiements"].iter_rows(min_row=2, values_only=True)
    assert paid_total[4:7] == (16_503.02, 16_377.4, -125.62)


def folded(cycle: Cycle) -> bool:
    """Tell whether the columns of decision and payment are hidden."""
    dimensions = openpyxl.load_workbook(cycle.classeur)[DEMANDES].column_dimensions
    return bool(dimensions["AD"].hidden)


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
    template.write_template(again.classeur, rows=reprise.rows, parametres=reprise.parametres)
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
