"""The names of files, as section 3.3 of the guide spells them, and read back."""

from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from converter.spec.names import (
    NomDepot,
    NomPiece,
    day_of,
    depot_name,
    depot_within,
    is_zip,
    number_key,
    numero_ans_of,
    zip_name,
    zip_number,
)

NUMEROS_ANS = st.from_regex("[A-Za-z0-9]{10}", fullmatch=True)
DEPOTS = st.builds(NomDepot, NUMEROS_ANS, st.dates(date(1000, 1, 1)), st.integers(1, 999))
PIECES = [
    (f"HOP-{logiciel}-Va1-{code}-aB012.{extension}", NomPiece(logiciel, kind, "aB012", extension.upper()))
    for logiciel, (kind, code), extension in product(
        ("DPI", "PFI", "RI"), (("BON_COMMANDE", "BDC"), ("PREUVE_HT", "HT")), ("pdf", "png", "jpg")
    )
]


def test_the_names_of_a_deposit() -> None:
    nom = NomDepot("abCDE12345", date(2022, 4, 5), 7)
    assert str(nom) == "JSON-abCDE12345-20220405-007"
    assert nom.json == "JSON-abCDE12345-20220405-007.json"
    assert nom.same_day == "JSON-abCDE12345-20220405-___"
    assert zip_name(str(nom), 2) == "PJ-abCDE12345-20220405-007-2.zip"


@given(DEPOTS, st.integers(1, 400))
def test_what_is_written_is_read_back(nom: NomDepot, suite: int) -> None:
    assert NomDepot.of(str(nom)) == NomDepot.within(nom.json) == nom
    assert (numero_ans_of(nom.json), day_of(nom.json), depot_name(nom.json)) == (nom.numeroAns, nom.jour, str(nom))
    zipped = zip_name(str(nom), suite)
    assert is_zip(zipped)
    assert not is_zip(nom.json)
    assert zip_number(zipped) == suite


@pytest.mark.parametrize("spelt", ["{} (2)", "{}"])
def test_a_folder_copied_beside_itself_is_that_deposit(spelt: str) -> None:
    nom = NomDepot("1234567890", date(2022, 4, 15), 12)
    assert NomDepot.of(spelt.format(nom)) == nom


@pytest.mark.parametrize("spelt", ["{} (1).json", "voir {}.json, puis JSON-1234567890-20220416-001", "C:\\depots\\{}"])
def test_a_deposit_is_found_in_what_somebody_wrote(spelt: str) -> None:
    nom = NomDepot("1234567890", date(2022, 4, 15), 12)
    assert depot_within(spelt.format(nom)) == str(nom)


@pytest.mark.parametrize(
    "other",
    [
        "",
        "déposé à la main",
        "JSON-1234567890-20220415-000",
        "JSON-1234567890-20220415-0012",
        "JSON-1234567890-20220415-01",
        "JSON-123456789-20220415-001",
        "JSON-12345678901-20220415-001",
        "JSON-123456789É-20220415-001",
        "JSON-1234567890-20220431-001",
        "JSON-1234567890-20221301-001",
        "PJ-1234567890-20220415-001-1.zip",
    ],
)
def test_what_is_no_name_of_a_deposit(other: str) -> None:
    assert (NomDepot.of(other), depot_within(other), numero_ans_of(other), day_of(other)) == (None, "", "", None)


@pytest.mark.parametrize("other", ["{} - Copie", "{}.json", "x{}", "{} (x)", "{} ()"])
def test_another_folder_is_none_though_it_names_one(other: str) -> None:
    assert NomDepot.of(other.format("JSON-1234567890-20220415-001")) is None


@pytest.mark.parametrize(("written", "nom"), PIECES)
def test_the_name_of_an_attachment(written: str, nom: NomPiece) -> None:
    assert str(nom) == written
    assert NomPiece.of(written) == nom


@pytest.mark.parametrize(
    "other",
    [
        None,
        12,
        "",
        "HOP-DPI-Va1-BDC-0001.pdf",
        "HOP-DPI-Va1-BDC-000001.pdf",
        "HOP-DPI-Va1-BDC-0000É.pdf",
        "HOP-DPI-Va1-RIB-00001.pdf",
        "HOP-LIS-Va1-BDC-00001.pdf",
        "HOP-DPI-Va2-BDC-00001.pdf",
        "MDV-DPI-Va1-BDC-00001.pdf",
        "HOP-DPI-Va1-BDC-00001.PDF",
        "HOP-DPI-Va1-BDC-00001.jpeg",
        "HOP-DPI-Va1-BDC-00001xpdf",
        "HOP-DPI-Va1-BDC-00001.pdf ",
        "pieces/HOP-DPI-Va1-BDC-00001.pdf",
    ],
)
def test_what_is_no_name_of_an_attachment(other: object) -> None:
    assert NomPiece.of(other) is None


def test_one_number_is_spelt_in_either_case() -> None:
    assert number_key("a00B1") == number_key("A00b1") != number_key("A00b2")
