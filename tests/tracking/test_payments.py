"""A list of payments, whatever its layout, set against the workbook: filled in, never over what stands there."""

import io
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from converter import cli
from converter.checking.lecture import read_cells
from converter.issues import Inutilisable
from converter.reading import workbook
from converter.registry.rows import Rangs
from converter.spec.sheets import DEMANDES
from converter.tracking import payments, statement
from converter.tracking.payments import Rapproche
from tests.support.cycle import Cycle

ASP = ("FICTIF-00001", "FICTIF-00002", "FICTIF-00003")
DAY = date(2022, 7, 20)
MIDNIGHT = datetime(2022, 7, 20)  # noqa: DTZ001 - a cell has no time zone
KNOWN = statement.Connus.of(ASP, ("00001", "00002", "00003"))


def xlsx(*rows: tuple[Any, ...]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


PORTAL = "N° ASP;N° éditeur;Statut;Montant HT;Montant payé;Date de paiement\r\n"

LAYOUTS = {
    "the portal's table in cp1252": (
        PORTAL + "FICTIF-00001;00001;Décidée et payée;13 751,00;4 125,30 €;20/07/2022\r\n"
    ).encode("cp1252"),
    "the same in UTF-8 with a mark": (
        PORTAL + "FICTIF-00001;00001;Décidée et payée;13 751,00;4125,30;20/07/2022\r\n"
    ).encode("utf-8-sig"),
    "UTF-16 with tabs, as Excel saves Unicode text": (
        "Numéro ASP\tMontant versé\tDate du versement\nFICTIF-00001\t4125,30\t20/07/2022\n"
    ).encode("utf-16"),
    "a bank's list: the number in a label, debit beside credit, a title above, a total below": (
        b"Releve du compte 123;;;;\n;;;;\nDate operation;Libelle;Debit;Credit;Solde\n"
        b"19/07/2022;PRLV EDF;-120,00;;880,00\n"
        b"20/07/2022;VIR ASP SEGUR FICTIF-00001 AVANCE;;4 125,30;5005,30\nTotal;;;4125,30;\n"
    ),
    "numbers of the vendor that lost their zeros": xlsx(("N° éditeur", "Avance", "Date"), (1, 4125.3, MIDNIGHT)),
    "no headings at all": xlsx((MIDNIGHT, "FICTIF-00001", 4125.3)),
    "headings further down, blank rows and columns": xlsx(
        (None, "Avis de paiement"),
        (),
        (None, None, "Réf. ASP", None, "Date de valeur", "Crédit (€)"),
        (),
        (None, None, "fictif-00001", None, "20/07/2022", "4 125,30"),
    ),
    "commas and quoted amounts": b'Numero ASP,Montant paye,Date paiement\nFICTIF-00001,"4125,30",2022-07-20\n',
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_payment_is_found_whatever_the_layout(layout: str) -> None:
    found = [each for each in statement.read_statement(LAYOUTS[layout], "liste", KNOWN) if each.numero]
    assert [(each.numero in {"FICTIF-00001", "00001"}, each.centimes, each.jour) for each in found] == [
        (True, 412_530, DAY)
    ]


def test_lines_without_a_request_are_kept_to_be_told() -> None:
    data = LAYOUTS["the portal's table in cp1252"] + b"FICTIF-77777;77777;;1,00;2,00;20/07/2022\r\n"
    (_, other) = statement.read_statement(data, "liste", KNOWN)
    assert (other.ligne, other.numero, other.centimes) == (3, "", 200)
    assert "FICTIF-77777" in other.texte


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"PK\x03\x04 abime", "A201"),
        ("N° ASP;Statut\nFICTIF-00001;ok\n".encode(), "A202"),
        ("N° ASP;Montant payé\nX;12,00\n".encode(), "A203"),
        # Two columns of amounts, neither named as paid: the amount of the order must not pass for the advance.
        ("N° ASP;Montant HT;Avance attendue\nFICTIF-00001;13751,00;4125,30\n".encode(), "A202"),
        (xlsx(("FICTIF-00001", 13751.0, 4125.3)), "A202"),
        # A number of the vendor within a label could be anything.
        ("Date;Libellé;Crédit\n20/07/2022;LOYER REF 00001;900,00\n".encode(), "A203"),
        # Nor is a short number of the ASP's column one of the vendor's.
        ("N° ASP;Montant payé\n1;900,00\n".encode(), "A203"),
    ],
)
def test_what_is_no_list_of_payments_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(Inutilisable) as refusal:
        statement.read_statement(data, "liste", KNOWN)
    assert [issue.code for issue in refusal.value.issues] == [code]


@pytest.fixture
def cycle(tmp_path: Path) -> Cycle:
    """Four requests: three accepted, one without an answer."""
    cycle = Cycle(tmp_path)
    cycle.fill(["DPI", "DPI", "DPI", "PFI"])
    depot, _ = cycle.convert()
    cycle.retour(cycle.answer(depot), f"{depot}.json")
    return cycle


def settled(cycle: Cycle, *lines: str) -> Rapproche:
    rangs, memoire = Rangs(read_cells(workbook.read(cycle.classeur))), cycle.memory()
    data = "\n".join(("Référence;Montant payé;Date de paiement", *lines)).encode()
    return payments.settle(
        statement.read_statement(data, "liste.csv", payments.numbers(rangs, memoire).connus), rangs, memoire
    )


def test_a_line_with_the_numbers_of_two_requests_is_left_alone(cycle: Cycle) -> None:
    rangs, memoire = Rangs(read_cells(workbook.read(cycle.classeur))), cycle.memory()
    known = payments.numbers(rangs, memoire).connus
    for numbers in ("FICTIF-00001;00002", "FICTIF-99999;00001"):
        data = f"N° ASP;N° éditeur;Montant payé\n{numbers};4125,30\n".encode()
        found = payments.settle(statement.read_statement(data, "liste", known), rangs, memoire)
        assert ([issue.code for issue in found.issues], found.valeurs) == (["A216"], {})


GOOD = "FICTIF-00001;4125,30;20/07/2022"


def test_blank_cells_are_filled_and_the_payment_proves_the_attribution(cycle: Cycle) -> None:
    found = settled(cycle, GOOD)
    assert found.valeurs == {3: {"montantPaye": 412_530, "datePaiement": DAY, "decision": "Attribuée"}}
    assert found.issues == ()


@pytest.mark.parametrize(
    ("typed", "lines", "codes"),
    [
        ({}, (GOOD, "inconnu;5,00;20/07/2022"), ["A210"]),
        ({}, (GOOD, GOOD), ["A211"]),
        ({}, ("FICTIF-00001;-5,00;20/07/2022",), ["A212"]),
        ({}, ("FICTIF-00001;1.234;20/07/2022", "FICTIF-00002;1,00;"), ["A212"]),
        ({"montantPaye": 4000.0}, (GOOD,), ["A213"]),
        ({"datePaiement": "21/07/2022"}, (GOOD,), ["A213"]),
        ({"montantPaye": "illisible"}, (GOOD,), ["A213"]),
        ({}, ("00004;1,00;20/07/2022",), ["A214"]),
        ({"decision": "Refusée"}, (GOOD,), ["A215"]),
        ({"decision": "À modifier"}, (GOOD,), ["A215"]),
    ],
)
def test_a_conflict_is_said_and_nothing_of_its_line_written(
    cycle: Cycle, typed: dict[str, Any], lines: tuple[str, ...], codes: list[str]
) -> None:
    for balise, valeur in typed.items():
        cycle.put(DEMANDES, 3, balise, valeur)
    found = settled(cycle, *lines)
    assert [issue.code for issue in found.issues] == codes
    assert 3 not in found.valeurs or codes == ["A210"]


def test_what_is_typed_already_is_no_news_and_what_is_blank_beside_it_is_filled(cycle: Cycle) -> None:
    cycle.put(DEMANDES, 3, "montantPaye", "4 125,30 €")
    assert settled(cycle, GOOD).valeurs == {3: {"datePaiement": DAY, "decision": "Attribuée"}}
    for balise, valeur in {"datePaiement": "20/07/2022", "decision": "Attribuée"}.items():
        cycle.put(DEMANDES, 3, balise, valeur)
    found = settled(cycle, GOOD)
    assert (found.valeurs, found.connues, found.issues) == ({}, (3,), ())


def run(cycle: Cycle, *lines: str) -> int:
    liste = cycle.folder / "paiements.csv"
    liste.write_bytes("\r\n".join(("N° ASP;Montant payé;Date de paiement", *lines)).encode("cp1252"))
    return cli.run(["suivi", str(cycle.classeur), "--paiements", str(liste)])


def test_the_command_fills_the_workbook_in_place_after_a_copy(cycle: Cycle, capsys: pytest.CaptureFixture[str]) -> None:
    before = cycle.classeur.read_bytes()
    assert run(cycle, GOOD, "FICTIF-00002;4000,00;20/07/2022") == 0
    assert cycle.column("etat") == ["Payée", "Payée", "Acceptée", "Convertie"]
    assert cycle.column("montantPaye")[:2] == [4125.3, 4000.0]
    assert cycle.column("decision")[:2] == ["Attribuée"] * 2
    assert before in [copy.read_bytes() for copy in (cycle.folder / "sauvegardes").iterdir()]
    said = capsys.readouterr().out
    assert "2 paiements inscrits" in said
    assert "-125,60\u00a0€" in said  # 30 % of 13 752,00 are 4 125,60

    again = cycle.classeur.read_bytes()
    assert run(cycle, GOOD) == 0
    assert cycle.classeur.read_bytes() == again
    assert run(cycle, "FICTIF-00001;4000,00;20/07/2022") == 1
    assert cycle.column("montantPaye")[0] == 4125.3


def test_an_open_workbook_is_left_alone(cycle: Cycle) -> None:
    before = cycle.classeur.read_bytes()
    cycle.classeur.with_name("~$demandes.xlsx").write_bytes(b"\x05Marie".ljust(165))
    assert run(cycle, GOOD) == 3
    assert cycle.classeur.read_bytes() == before


def test_a_workbook_that_lacks_the_columns_gets_them(cycle: Cycle) -> None:
    book = openpyxl.load_workbook(cycle.classeur)
    sheet = book[DEMANDES]
    sheet.tables["tDemandes"].ref = sheet.tables["tDemandes"].ref.replace("AG", "AC")
    sheet.tables["tDemandes"].tableColumns = sheet.tables["tDemandes"].tableColumns[:29]
    sheet.delete_cols(30, 4)
    for letters in ("AD", "AE", "AF", "AG", "AH"):
        sheet.column_dimensions.pop(letters, None)
    book.save(cycle.classeur)
    assert run(cycle, GOOD) == 0
    assert cycle.column("etat")[0] == "Payée"
    assert cycle.column("montantPaye")[0] == 4125.3
