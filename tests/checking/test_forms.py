"""The order form read: its facts are found in every layout, and no good form raises an alarm."""

from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from converter.attachments import pdf
from converter.attachments.readings import SANS, Transcript
from converter.checking import forms
from converter.checking.french_text import amounts, days, folded, says_amount
from converter.checking.lecture import Lecture, read_cells
from converter.issues import Issue
from converter.reading import workbook
from converter.sentences.say import phrase
from tests.support.mistakes import CASES, Case, P
from tests.support.order_forms import (
    FINESS,
    OFFICE,
    SPELLINGS,
    WITH_TEXT,
    WITHOUT_TEXT,
    Facts,
    Layout,
    by_office,
    lines,
)
from tests.support.workbooks import edited, examine, inspected

AMOUNTS = (1_375_000, 123_450, 98_000, 11_375_075)
CORPUS = {
    f"{layout}, {spelling}": Facts(AMOUNTS[(rank + shift) % 4], spelling, DAYS[(rank + shift) % 5])
    for DAYS in [("15/04/2022", "15 avril 2022", "15.04.2022", "2022-04-15", "15 avr. 2022")]
    for rank, layout in enumerate(WITH_TEXT)
    for shift, spelling in enumerate(SPELLINGS)
}
"""Every layout with every spelling, amounts and days in turn."""


@cache
def request_of(centimes: int) -> Lecture:
    """Return the workbook whose request 00001 asks for an amount."""
    with TemporaryDirectory() as folder:
        book = edited(Path(folder, "d.xlsx"), {"Demandes!G3": centimes / 100})
        return read_cells(workbook.read(book))


def held(texte: Transcript, centimes: int) -> forms.Comparaison:
    """Hold a form against the request of an amount."""
    return forms.compare_forms(request_of(centimes).frames, {"bdc 1.pdf": inspected("bdc 1.pdf", texte=texte)})


def read(content: bytes) -> Transcript:
    _, said = pdf.inspect_pdf(content, read=True)
    assert said
    return Transcript.of(said[0], entier=said[1])


def codes(found: forms.Comparaison) -> list[str]:
    return [issue.code for issue in found.issues]


@pytest.mark.parametrize("name", CORPUS)
def test_a_good_form_is_read_and_raises_no_alarm(name: str) -> None:
    facts = CORPUS[name]
    texte = read(WITH_TEXT[name.split(",", maxsplit=1)[0]](facts))
    found = held(texte, facts.centimes)
    assert says_amount(texte.texte, facts.centimes), texte.texte
    assert found == forms.Comparaison()


def wrong_amount(centimes: int) -> int:
    """Swap two figures, as a hand does."""
    euros = str(centimes // 100)
    at = next(i for i in range(len(euros) - 1) if euros[i] != euros[i + 1])
    return int(euros[:at] + euros[at + 1] + euros[at] + euros[at + 2 :]) * 100 + centimes % 100


@pytest.mark.parametrize("name", [name for name in CORPUS if not name.startswith("table,")])
def test_a_wrong_amount_is_told_with_the_right_one(name: str) -> None:
    facts = CORPUS[name]
    found = held(read(WITH_TEXT[name.split(",", maxsplit=1)[0]](facts)), wrong_amount(facts.centimes))
    assert codes(found) == ["R200"]
    right = french(facts.centimes)
    if not name.startswith("prose"):  # where it is cut at the end of a line, only the other one is quoted
        assert f"porte {right}" in phrase(found.issues[0])
    assert found.issues[0].proposition in {right, ""}
    assert found.issues[0].place.cellule == "G3"


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_table_whose_amounts_add_up_to_others_tells_what_is_none_of_them(spelling: str) -> None:
    texte = read(WITH_TEXT["table"](Facts(1_375_000, spelling)))
    assert codes(held(texte, 1_357_000)) == ["R200"]
    assert codes(held(texte, 1_375_000 + 45_000)) == []  # its total
    assert codes(held(texte, 45_000 + 54_000)) == []  # a sum of two


def french(centimes: int) -> str:
    return f"{centimes // 100:,}".replace(",", "\u202f") + f",{centimes % 100:02d}\u00a0€"


def test_the_corpus_is_as_large_as_was_promised() -> None:
    assert len(CORPUS) >= 100
    assert len(WITH_TEXT) >= 12


@pytest.mark.parametrize("layout", WITHOUT_TEXT.values(), ids=WITHOUT_TEXT)
def test_what_no_program_reads_raises_no_alarm_and_is_left_to_a_person(layout: Layout) -> None:
    found = held(read(layout(Facts(1_375_000, "spaces"))), 1_357_000)
    assert found == forms.Comparaison((), {"00001": None})


def test_an_image_is_left_to_a_person() -> None:
    assert held(SANS, 1_375_000) == forms.Comparaison((), {"00001": None})


@pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not there")
def test_forms_printed_by_libreoffice_are_read(tmp_path: Path) -> None:
    told = {f"form {rank}": Facts(centimes, "spaces") for rank, centimes in enumerate(AMOUNTS)}
    for name, content in by_office(told, tmp_path).items():
        texte, centimes = read(content), told[name].centimes
        assert says_amount(texte.texte, centimes)
        assert held(texte, centimes) == forms.Comparaison()
        assert codes(held(texte, wrong_amount(centimes))) == ["R200"]


# --- no alarm without evidence ----------------------------------------------------------------------------------------


GOOD = Facts(1_375_000, "spaces")


def form(*changed: tuple[str, str], facts: Facts = GOOD) -> Transcript:
    """Return the text of a form with some of its words changed."""
    text = "\n".join(lines(facts))
    for old, new in changed:
        assert old in text
        text = text.replace(old, new)
    return Transcript.of(text)


QUIET = {
    "only the total with tax": form(("Montant total HT : 13 750,00 €\n", ""), ("TVA 20,00 % : 2 750,00 €\n", "")),
    "two parts that add up": form(
        ("13 750,00 €", "20 000,00 €"), ("informatisé", "informatisé, lot 1 : 10 000,00 €, lot 2 : 3 750,00 €")
    ),
    "no total, a price and a quantity": form(
        ("Montant total HT : 13 750,00 €", "Prix par poste : 275,00 €, 50 postes"), ("2 750,00", "0,00"),
        ("Montant total TTC : 16 500,00 €\n", ""),
    ),
    "a list of prices": Transcript.of("\n".join([*lines(GOOD)[:5], *(f"Poste : {n},00 €" for n in range(7000, 7100))])),
    "no amount at all": form(("13 750,00 €", "voir devis"), ("2 750,00 €", ""), ("16 500,00 €", "")),
    "a foreign text": Transcript.of("Purchase order 12, total 12 345,00 EUR, signed by John Smith"),
    "pages that were not read": Transcript.of("\n".join(lines(Facts(9_900_000, "spaces"))), entier=False),
    "figures drawn apart": form(("13 750,00", "1 3  7 5 0 , 0 0")),
    "another day, which is the offer's": form(("Signé le 15/04/2022 par", "Signé par")),
    "the day of the vendor's signature": form(("Signé le 15/04/2022", "Pour le fournisseur, signé le 02/03/2022")),
    "no signatory": form(("Signé le 15/04/2022 par M. Jean DUPONT, directeur", "Bon pour accord")),
    "the vendor's signatory": form(("par M. Jean DUPONT", ""), ("Devis", "Fournisseur, signataire : Paul MARTIN\n")),
    "a name with its title, and another case": form(("M. Jean DUPONT", "Madame le Docteur Dupont-Durand")),
    "a name cut into letters": form(("M. Jean DUPONT", "J e a n  D U P O N T")),
    "the other FINESS of the hospital": form((FINESS, "750000523")),
}  # fmt: skip


@pytest.mark.parametrize("texte", QUIET.values(), ids=QUIET)
def test_what_is_no_evidence_raises_no_alarm(texte: Transcript) -> None:
    assert codes(held(texte, 1_375_000)) == []


# --- alarms -----------------------------------------------------------------------------------------------------------


def only(texte: Transcript, centimes: int = 1_375_000) -> Issue:
    (issue,) = held(texte, centimes).issues
    return issue


def test_an_amount_typed_with_its_tax_is_told() -> None:
    issue = only(form(), 1_650_000)
    assert (issue.code, issue.place.cellule, issue.proposition) == ("R201", "G3", french(1_375_000))


@pytest.mark.parametrize("day", ["4 janvier 2022", "04/01/2022", "04.01.22", "4 JANVIER 2022", "4 janv. 2022"])
def test_another_day_of_signature_is_told(day: str) -> None:
    issue = only(form(facts=Facts(1_375_000, "spaces", day)))
    assert (issue.code, issue.place.cellule, issue.proposition) == ("R202", "E3", "04/01/2022")


def test_another_signatory_is_told_at_each_of_the_rows_that_name_him() -> None:
    texte = form(("directeur", ""), facts=Facts(1_375_000, "spaces", signatory="M. Rémi LÉVÊQUE"))
    found = held(Transcript.of(texte.texte.replace("le 15/04/2022 par", "par") + " 15/04/2022"), 1_375_000).issues
    assert [(i.code, i.place.cellule, i.proposition) for i in found] == [
        ("R203", "C3", "LÉVÊQUE"),
        ("R203", "C4", "LÉVÊQUE"),
    ]


def test_a_finess_of_which_one_figure_slipped_is_told(tmp_path: Path) -> None:
    book = edited(tmp_path / "d.xlsx", {"Bénéficiaires!F3": "750712148"})
    found = examine(book, {"bdc 1.pdf": inspected("bdc 1.pdf", texte=form())})
    assert found.issues == ["R204 Bénéficiaires!F3", "V041 Bénéficiaires!F3"]
    assert found.propositions["R204 Bénéficiaires!F3"] == FINESS


ATTESTATION = (
    "Attestation. Je soussigné, comptable des {who}, atteste que la société Logiciels Médicaux est exonérée de la TVA "
    "pour ses prestations de santé. Fait à Lyon par le service pour servir et valoir ce que de droit."
)


@pytest.mark.parametrize(
    "who",
    [
        "Finances publiques",
        "F I N A N C E S P U B L I Q U E S",
        "impôts (DGFiP)",
        "services : service des impôts des entreprises de Lyon",
        "impôts, www.impots.gouv.fr",
    ],
)
def test_a_proof_of_the_tax_office_is_good(who: str, tmp_path: Path) -> None:
    assert proof(Transcript.of(ATTESTATION.format(who=who)), tmp_path) == []


def test_a_proof_of_another_is_told_unless_it_cannot_be_read(tmp_path: Path) -> None:
    assert proof(Transcript.of(ATTESTATION.format(who="comptes")), tmp_path) == ["P080 Pièces!D4"]
    assert proof(Transcript.of(ATTESTATION.format(who="comptes"), entier=False), tmp_path) == []
    assert proof(SANS, tmp_path) == []


def proof(texte: Transcript, folder: Path) -> list[str]:
    return examine(edited(folder / "d.xlsx", {}), {"ht 1.pdf": inspected("ht 1.pdf", texte=texte)}).issues


# --- the words --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "centimes"),
    [
        ("13 750,00 €", 1_375_000), ("13.750,00", 1_375_000), ("13750 EUR", 1_375_000), ("13 750 €", 1_375_000),
        ("13 750,5 €", 1_375_050), ("13 750 € 50", 1_375_050), ("1 13 750,00 20 %", 1_375_000),
        ("13'750.00", 1_375_000),
        ("13 7 50, 00", 1_375_000), ("13 750,- €", 1_375_000), ("980,00", 98_000), ("1 250 000,00", 125_000_000),
    ],
)  # fmt: skip
def test_an_amount_is_found_in_every_spelling(text: str, centimes: int) -> None:
    assert says_amount(text, centimes)
    assert says_amount(f"HT : {text}\n", centimes)


@pytest.mark.parametrize("text", ["13 570,00", "313 750,00", "13 750,50", "1 375,00", "137 500,00", "13750000"])
def test_another_amount_is_not_taken_for_it(text: str) -> None:
    assert not says_amount(text, 1_375_000)


def test_what_is_surely_an_amount() -> None:
    text = "Devis 2022 118, 3 postes, 1 234,50 EUR, 12.000,00 et 15 €, tél. 01 44 55 66 77, le 15/04/2022"
    assert [amount.centimes for amount in amounts(text)] == [123_450, 1_200_000, 1_500]


def test_days_in_figures_and_in_words() -> None:
    text = "le 4 janvier 2022, 1er février 2022, 04/03/22, 2022-04-05, 06.05.2022, 31/02/2022, 1 er août 2022, 12/2022"
    told = [(1, 4), (2, 1), (3, 4), (4, 5), (5, 6), (8, 1)]
    assert [day.jour for day in days(folded(text))] == [date(2022, month, day) for month, day in told]


@pytest.mark.parametrize(
    "case", [case for case in CASES if any(P in cell for cell in case.edits)], ids=lambda case: case.name
)
def test_a_form_of_a_row_that_is_wrong_is_read_without_harm(case: Case, tmp_path: Path) -> None:
    book = edited(tmp_path / "d.xlsx", case.edits)
    names = read_cells(workbook.read(book)).fichiers()
    told = {name: inspected(name, texte=Transcript.of("un texte sans rapport")) for name in names}
    assert {*case.found} <= {*examine(book, told).issues}
