"""A cell becomes a canonical value, is repaired where that is certain, and refused where it is ambiguous."""
# ruff: noqa: DTZ001, DTZ901 - Excel knows no time zone

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from converter.issues import Gravite
from converter.sentences.say import gravite
from converter.spec import tags, values
from converter.spec.formats import CellFault, Format, Reading, show, tidy
from tests.support.examples import EXAMPLES

FORMATS = {nom: value for nom, value in vars(tags).items() if isinstance(value, Format)}
TYPED = {nom: FORMATS[nom] for nom in EXAMPLES}
EVERY = [*FORMATS.values(), *(tag.format for tag in tags.TAGS)]


def broken(kind: Format, valeur: Any) -> list[str]:
    """Return the codes of the conditions that a canonical value breaks."""
    column = pd.Series(pd.array([valeur], dtype=kind.dtype))
    return [condition.code for condition in kind.conditions if not condition.holds(column).all()]


def errors(kind: Format, raw: Any) -> list[str]:
    reading = kind.read(raw)
    found = [reading.refus] if reading.refus else broken(kind, reading.valeur)
    return [code for code in found if gravite(code) is Gravite.ERREUR]


# --- the examples of the table ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "raw", "read"),
    [(FORMATS[nom], raw, read) for nom, (good, _) in EXAMPLES.items() for raw, read in good.items()],
)
def test_the_good_examples_are_read_so(kind: Format, raw: Any, read: Any) -> None:
    valeur = kind.read(raw).valeur
    assert read in (valeur, kind.write(valeur))
    assert errors(kind, raw) == []


@pytest.mark.parametrize(("kind", "raw"), [(FORMATS[nom], raw) for nom, (_, bad) in EXAMPLES.items() for raw in bad])
def test_the_bad_examples_are_errors(kind: Format, raw: Any) -> None:
    assert errors(kind, raw) != []


# --- any cell ---------------------------------------------------------------------------------------------------------

CELLS = st.one_of(
    st.none(),
    st.text(),
    st.text(alphabet="0123456789 .,-/€OUINonhtTC\u00a0\u202f\u00ad\u200b", max_size=20),
    st.integers(),
    st.floats(allow_nan=True, allow_infinity=True),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
    st.builds(CellFault, st.sampled_from(["V050", "V051"]), st.text()),
)


@settings(max_examples=300)
@given(CELLS, st.booleans())
@example(10**5000, False)
@example("9" * 5000, False)
@example(float("inf"), True)
@example(float("-inf"), False)
@example(float("nan"), False)
@example(datetime.max, False)
@example(date.min, False)
@example("\ud800", False)
@example("²³", False)
@example("١٥/٠٤/٢٠٢٢", False)
def test_reading_never_raises(raw: Any, date1904: bool) -> None:
    for kind in EVERY:
        reading = kind.read(raw, date1904=date1904)
        assert not (reading.refus and reading.valeur is not None)
        assert isinstance(show(raw), str)
        if reading.valeur is not None:
            broken(kind, reading.valeur)
            kind.write(reading.valeur)


@settings(max_examples=300)
@given(CELLS)
@example("\u0390")  # its capital comes in pieces
def test_what_was_read_reads_the_same_again(raw: Any) -> None:
    for nom, kind in TYPED.items():
        valeur = kind.read(raw).valeur
        if valeur is None or errors(kind, raw):
            continue
        again = kind.read(kind.write(valeur))
        assert again.valeur == valeur, nom


@given(CELLS)
def test_a_proposition_is_a_value_that_passes(raw: Any) -> None:
    for nom, kind in TYPED.items():
        proposition = kind.read(raw).proposition
        assert not proposition or errors(kind, proposition) in ([], ["V012"]), nom


@given(st.text())
def test_tidying_twice_changes_nothing_more(text: str) -> None:
    once, _ = tidy(text)
    assert tidy(once) == (once, ())


@pytest.mark.parametrize("raw", [None, "", " ", "\u00a0", "\u202f\n\t", "\u200b", "\ufeff \u00ad"])
def test_spaces_and_invisible_signs_are_a_blank(raw: str | None) -> None:
    assert {kind.read(raw) for kind in TYPED.values()} == {Reading()}


def test_faults_of_a_cell_are_refused_under_their_own_code() -> None:
    for kind in TYPED.values():
        assert kind.read(CellFault("V050", "#N/A")).refus == "V050"


# --- amounts, worked out by hand --------------------------------------------------------------------------------------

AMOUNTS = {
    # French
    "13 750,00 € HT": 1375000,
    "13\u202f750,00\u00a0€": 1375000,
    "13\u00a0750,5": 1375050,
    "13750": 1375000,
    "13750,00": 1375000,
    "1 234 567,89 euros": 123456789,
    "13750EUR": 1375000,
    "€ 13 750": 1375000,
    "13 750,00 € H.T.": 1375000,
    # German, Swiss, English
    "13.750,00": 1375000,
    "13'750.00": 1375000,
    "13’750.00": 1375000,
    "13,750.00": 1375000,
    "1,234,567.8": 123456780,
    "1.234.567": 123456700,
    # no thousands to take a point or comma for
    "1234.5678": 123457,
    "1.5": 150,
    "0,01": 1,
    "12 345": 1234500,
    "+5": 500,
    "-13 750,00 €": -1375000,
    "−5": -500,
    # numbers
    13750.0: 1375000,
    13750.005: 1375001,
    13750.004: 1375000,
    0.1 + 0.2: 30,
    1e-9: 0,
    -0.005: -1,
    1.005: 101,
    2.675: 268,
    999_999_999.99: 99999999999,
}


@pytest.mark.parametrize(("raw", "centimes"), AMOUNTS.items())
def test_amounts_are_read_to_the_cent(raw: Any, centimes: int) -> None:
    assert values.MONTANT.read(raw).valeur == centimes


@pytest.mark.parametrize("raw", ["1.234", "1,234", "12.345 €", "999,999"])
def test_an_amount_that_reads_two_ways_is_refused(raw: str) -> None:
    assert values.MONTANT.read(raw) == Reading(refus="V011")


@pytest.mark.parametrize(
    "raw",
    [
        "1 23",
        "12 34,00",
        "1.23.456",
        "1,2,3",
        "13 750 + 200",
        "(13 750)",
        "13k",
        "20 %",
        "1e5",
        "€",
        "12-",
        "1.234,567.8",
        "1 234.567,8",
        "12 345,678",
        float("nan"),
        float("inf"),
        1e12,
        "1" * 13,
        "13 750 $",
    ],
)
def test_what_is_no_amount_is_refused(raw: Any) -> None:
    assert values.MONTANT.read(raw).refus == "V010"


@pytest.mark.parametrize(
    ("raw", "refus"),
    [
        ("13 750,00 € TTC", "V013"),
        ("13 750,00 T.T.C.", "V013"),
        ("13750ttc", "V013"),
        ("13 750 € toutes taxes comprises", "V013"),
        ("13 750 € HT (16 500 € TTC)", "V010"),
        ("16 500 € TTC, soit 13 750 € hors taxe", "V010"),
        ("13 750,00 € H.T.", ""),
    ],
)
def test_an_amount_with_tax_is_no_amount_before_it(raw: str, refus: str) -> None:
    assert values.MONTANT.read(raw).refus == refus


@pytest.mark.parametrize("raw", [True, date(2022, 4, 15), time(1), timedelta(1)])
def test_another_kind_of_value_is_no_amount(raw: Any) -> None:
    assert values.MONTANT.read(raw).refus == "V052"


def test_rounding_is_told_and_the_noise_of_floats_is_not() -> None:
    assert values.MONTANT.read(13750.005).corrections == ("C007",)
    assert values.MONTANT.read("13 750,005").corrections == ()  # refused: is it 13 750 005 ?
    assert values.MONTANT.read("13750,0051").corrections == ("C006", "C007")
    assert values.MONTANT.read(0.1 + 0.2).corrections == ()


@given(st.integers(min_value=-(10**13), max_value=10**13))
def test_an_amount_survives_being_written_and_typed_again(centimes: int) -> None:
    assert values.MONTANT.read(values.MONTANT.write(centimes)).valeur == centimes
    assert values.MONTANT.read(centimes / 100).valeur == centimes


# --- days -------------------------------------------------------------------------------------------------------------

DAYS = {
    "15/04/2022": date(2022, 4, 15),
    "5/4/2022": date(2022, 4, 5),
    "15-04-2022": date(2022, 4, 15),
    "15.04.2022": date(2022, 4, 15),
    "15 04 2022": date(2022, 4, 15),
    "2022-04-15": date(2022, 4, 15),
    "2022/04/15": date(2022, 4, 15),
    "2022-04-15T00:00:00": date(2022, 4, 15),
    "15/04/2022 00:00": date(2022, 4, 15),
    "15/04/2022 à 14h30": date(2022, 4, 15),
    "15 avril 2022": date(2022, 4, 15),
    "15\u00a0AVRIL 2022": date(2022, 4, 15),
    "vendredi 15 avril 2022": date(2022, 4, 15),
    "le 1er mars 2022": date(2022, 3, 1),
    "1er mars 2022": date(2022, 3, 1),
    "3 févr. 2022": date(2022, 2, 3),
    "15-avr.-2022": date(2022, 4, 15),
    "31 août 2021": date(2021, 8, 31),
    "25 déc 2021": date(2021, 12, 25),
    "29/02/2024": date(2024, 2, 29),
    44666.0: date(2022, 4, 15),
    44666.75: date(2022, 4, 15),
    datetime(2022, 4, 15, 23, 59): date(2022, 4, 15),
    date(2022, 4, 15): date(2022, 4, 15),
}


@pytest.mark.parametrize(("raw", "jour"), DAYS.items())
def test_days_are_read_as_the_french_write_them(raw: Any, jour: date) -> None:
    assert values.DATE.read(raw).valeur == jour


def test_serials_count_from_1904_in_such_a_workbook() -> None:
    assert values.DATE.read(44666.0 - 1462, date1904=True).valeur == date(2022, 4, 15)
    assert values.DATE.read(43204.0).valeur == date(2018, 4, 14)  # the same number elsewhere: another day, not an error


@pytest.mark.parametrize(
    "raw",
    [
        "29/02/2022",
        "29/02/2100",
        "31/04/2022",
        "00/04/2022",
        "15/00/2022",
        "15/13/2022",
        "32/01/2022",
        "15 floréal 2022",
        "avril 2022",
        "2022",
        "15/04",
        "demain",
        "15/04/20222",
        "15//04/2022",
        "1/2/3",
        2022.0,
        0.0,
        -1.0,
        1e6,
        10**9,
    ],
)
def test_what_is_no_day_is_refused(raw: Any) -> None:
    assert values.DATE.read(raw).refus == "V005"


@pytest.mark.parametrize(
    ("raw", "refus", "proposition"),
    [
        ("15/04/22", "V006", "15/04/2022"),
        ("15-avr-22", "V006", "15/04/2022"),
        ("04/15/2022", "V005", "15/04/2022"),
        ("15042022", "V005", "15/04/2022"),
        (1042022.0, "V005", "01/04/2022"),
        ("31/02/22", "V005", ""),
    ],
)
def test_a_likely_day_is_proposed_not_taken(raw: Any, refus: str, proposition: str) -> None:
    reading = values.DATE.read(raw)
    assert (reading.valeur, reading.refus, reading.proposition) == (None, refus, proposition)


def test_the_hour_left_aside_is_told() -> None:
    assert values.DATE.read(datetime(2022, 4, 15, 14)).corrections == ("C005",)
    assert values.DATE.read(datetime(2022, 4, 15, 0, 0, 0, 9000)).corrections == ()  # a computed date, 9 ms off
    assert values.DATE.read("15/04/2022 14:30").corrections == ("C003", "C005")
    assert values.DATE.read("15/04/2022 00:00").corrections == ("C003",)


# --- codes, answers, lists --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "raw", "code"),
    [
        (values.NUMERO_EDITEUR, 7.0, "00007"),
        (values.NUMERO_EDITEUR, "00007", "00007"),
        (values.NUMERO_EDITEUR, "a b c 1 2", "abc12"),
        (values.FINESS, 10780054.0, "010780054"),
        (values.FINESS, "2b0000014", "2B0000014"),
        (values.NUMERO_SIRET, 7.3282932000074e13, "73282932000074"),
        (values.NUMERO_SIRET, 5480546000018.0, "05480546000018"),
        (values.NUMERO_ANS, 1234567890.0, "1234567890"),
    ],
)
def test_codes_keep_or_get_back_their_zeros(kind: Format, raw: Any, code: str) -> None:
    assert kind.read(raw).valeur == code
    assert errors(kind, raw) == []


@pytest.mark.parametrize("raw", [0.0, "0", 780054.0, 12.0])
def test_a_finess_never_gets_more_than_one_zero_back(raw: Any) -> None:
    assert errors(values.FINESS, raw) == ["V002"]


@pytest.mark.parametrize("kind", [values.NUMERO_EDITEUR, values.NUMERO_ANS, values.NUMERO_SIRET, values.FINESS])
def test_the_zero_that_a_formula_makes_of_a_blank_is_no_code(kind: Format) -> None:
    assert errors(kind, 0.0) == ["V002"]


# --- what a whole code must satisfy: one fault, one word --------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "code", "told"),
    [
        (values.NUMERO_SIRET, "73282932000074", []),
        (values.NUMERO_SIRET, "88558855858745", ["V042"]),  # the guide's own example
        (values.NUMERO_SIRET, "73282932000075", ["V042"]),
        (values.NUMERO_SIRET, "35600000009075", []),  # La Poste: its figures add up to a multiple of 5
        (values.NUMERO_SIRET, "7328293200007", ["V002"]),
        (values.NUMERO_SIRET, "732829320000745", ["V002"]),
        (values.NUMERO_SIRET, "7328293200007A", ["V003"]),
        (values.NUMERO_SIRET, "7328293200007²", ["V003"]),
        (values.FINESS, "2A0000014", []),
        (values.FINESS, "2B0000014", []),
        (values.FINESS, "2A0900014", []),
        (values.FINESS, "2C0000014", ["V040"]),
        (values.FINESS, "2a0000014", ["V040"]),
        (values.FINESS, "75071218X", ["V040"]),
        (values.FINESS, "75071218", ["V002"]),
        (values.FINESS, "7507121844", ["V002"]),
        (values.NUMERO_EDITEUR, "aZ09", ["V002"]),
        (values.NUMERO_EDITEUR, "aZ-09", ["V003"]),
        (values.NUMERO_ANS, "123456789", ["V002"]),
        (values.NUMERO_ANS, "123456789É", ["V003"]),
    ],
)
def test_a_fault_of_a_code_is_told_once(kind: Format, code: str, told: list[str]) -> None:
    assert broken(kind, code) == told


def luhn(number: str) -> bool:
    from stdnum import luhn as key

    return bool(key.is_valid(number))


# By hand: the 2nd, 4th, 6th and 8th figures doubled, 9 taken from what passes 9, the sum a multiple of 10.
@pytest.mark.parametrize("number", ["000000000", "750712184", "010780054", "000000018", "000000091"])
def test_the_key_of_a_finess_holds(number: str) -> None:
    assert luhn(number)
    assert broken(values.FINESS, number) == []


@given(st.lists(st.from_regex("[0-9]{9}", fullmatch=True), min_size=1, max_size=5))
def test_the_key_of_a_finess_is_that_of_luhn_in_a_whole_column(numbers: list[str]) -> None:
    (key,) = (condition for condition in values.FINESS.conditions if condition.code == "V041")
    corse = "2A0000014"
    column = pd.Series([*numbers, corse], dtype="string")
    assert list(key.holds(column)) == [*map(luhn, numbers), True]


# "VARCHAR (<50)" is read strictly: 49 characters at most.
@pytest.mark.parametrize(
    ("kind", "most"),
    [(values.NOM, 49), (values.OPERATEUR, 49), (values.NOM_FICHIER, 49), (values.TELEPHONE, 49), (values.EMAIL, 149)],
)
def test_a_text_is_shorter_than_what_the_guide_says(kind: Format, most: int) -> None:
    assert "V004" not in broken(kind, "A" * most)
    assert "V004" in broken(kind, "A" * (most + 1))
    assert kind.schema()["maxLength"] == most


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (values.MONTANT, [0.01, 13750.00, 1], [0, -0.01, "13750.00", True, None]),
        (
            values.DATE,
            ["01/01/2022", "31/12/2022"],
            ["1/1/2022", "32/01/2022", "00/01/2022", "01/13/2022"],
        ),
        (
            values.NUMERO_SIRET,
            ["73282932000074"],
            ["7328293200007", "732829320000745", "7328293200007A", 1],
        ),
        (values.FINESS, ["750712184", "2A0000014"], ["75071218", "2C0000014", "7507121844"]),
        (values.NOM, ["HÉLÈNE D’HAUT"], ["Hélène", "", None]),
        (values.BOOLEEN, [True, False], ["OUI", 1, None]),
        (values.REGIME_TVA, ["HT", "TTC"], ["ht", ""]),
    ],
)
def test_the_json_schema_of_a_value(kind: Format, good: list[Any], bad: list[Any]) -> None:
    schema = Draft202012Validator(kind.schema())
    assert [value for value in (*good, *bad) if schema.is_valid(value)] == good


YES = ["OUI", "oui", " Oui ", "O", "vrai", "VRAI", "Yes", "x", "X", "1", "✓", "✔️", "Oui\u00a0", True, 1.0, 1]
NO = ["NON", "non", "N", "faux", "FAUX", "No", "0", False, 0.0, 0]


@pytest.mark.parametrize(("raws", "answer"), [(YES, True), (NO, False)])
def test_yes_and_no_in_all_the_ways_people_type_them(raws: list[Any], answer: bool) -> None:
    assert {values.BOOLEEN.read(raw).valeur for raw in raws} == {answer}


@pytest.mark.parametrize(
    ("raw", "proposition"),
    [
        ("Oui.", "OUI"),
        ("ouii", "OUI"),
        ("nonn", "NON"),
        ("non applicable", "NON"),
        ("oui ou non", ""),
        ("ko", ""),
        ("-", ""),
    ],
)
def test_a_likely_answer_is_proposed(raw: str, proposition: str) -> None:
    assert values.BOOLEEN.read(raw) == Reading(refus="V020", proposition=proposition)


@pytest.mark.parametrize(
    ("kind", "raw", "read", "proposition"),
    [
        (values.REGIME_TVA, "ht", "HT", ""),
        (values.REGIME_TVA, "H.T.", "HT", ""),
        (values.REGIME_TVA, "régime TTC", None, "TTC"),
        (values.REGIME_TVA, "HT/TTC", None, ""),
        (values.TYPE_FICHIER, "Bon de commande", "BON_COMMANDE", ""),
        (values.TYPE_FICHIER, "BDC", "BON_COMMANDE", ""),
        (values.TYPE_FICHIER, "attestation HT", None, "PREUVE_HT"),
        (values.TYPE_FICHIER, "RIB", None, ""),
        (values.LOGICIEL, "DP1", None, "DPI"),
        (values.LOGICIEL, "P.F.I", "PFI", ""),
    ],
)
def test_a_list_takes_its_synonyms_and_proposes_the_nearest(
    kind: Format, raw: str, read: Any, proposition: str
) -> None:
    assert (kind.read(raw).valeur, kind.read(raw).proposition) == (read, proposition)


# --- people -----------------------------------------------------------------------------------------------------------


def test_names_become_capitals_and_keep_their_accents() -> None:
    assert values.NOM.read("Hélène d’Hautefeuille-Cœur").valeur == "HÉLÈNE D’HAUTEFEUILLE-CŒUR"
    assert values.NOM.read("Straße").valeur == "STRASSE"
    assert values.NOM.read("E\u0301LISE").valeur == "ÉLISE"  # as macOS composes it
    assert values.NOM.read("E\u0301LISE").corrections == ()


@pytest.mark.parametrize(
    ("name", "untitled"),
    [
        ("MME DUPONT", "DUPONT"),
        ("M. DUPONT", "DUPONT"),
        ("M.DUPONT", "DUPONT"),
        ("DR DUPONT", "DUPONT"),
        ("MAÎTRE DUPONT", "DUPONT"),
        ("ME. DUPONT", "DUPONT"),
        ("DUPONT MME", "DUPONT"),
        ("DUPONT, MR.", "DUPONT"),
        ("DUPONT (MADAME)", "DUPONT"),
        # names that end or begin like a title
        ("LEMME", ""),
        ("OMAR", ""),
        ("DUMR", ""),
        ("PRÉVOST", ""),
        ("DRAPIER", ""),
        ("MMERCIER", ""),
        ("ME DUPONT", ""),
        ("DUPONT MARIE", ""),
    ],
)
def test_a_title_is_no_part_of_a_name(name: str, untitled: str) -> None:
    assert values.NOM.read(name).proposition == untitled
    assert ("V034" in broken(values.NOM, name)) is bool(untitled)


def test_copied_text_loses_what_nobody_sees() -> None:
    assert values.NOM.read("DU\u00adPONT\r\nMARIE\u200b").valeur == "DUPONT MARIE"
    assert values.TELEPHONE.read("\u202a01\u00a044\u202f55 66 77\u202c").valeur == "01 44 55 66 77"


@pytest.mark.parametrize(
    ("raw", "read"),
    [(144556677.0, "0144556677"), (33144556677.0, "+33144556677"), (144556677, "0144556677"), (15.0, "15")],
)
def test_a_telephone_typed_as_a_number_gets_its_prefix_back(raw: float, read: str) -> None:
    assert values.TELEPHONE.read(raw).valeur == read


@pytest.mark.parametrize("raw", [0.0, -144556677.0, 1.5, True, 1e300])
def test_a_number_that_is_no_telephone_is_refused(raw: Any) -> None:
    assert values.TELEPHONE.read(raw).refus == "V052"


@pytest.mark.parametrize(
    "number",
    [
        "01 44 55 66 77",
        "0144556677",
        "01.44.55.66.77",
        "+33 1 44 55 66 77",
        "0033144556677",
        "+32 2 123 45 67",
        "+262 262 90 50 50",
        "01 44 55 66 77 poste 12",
    ],
)
def test_telephones_that_ring_raise_no_doubt(number: str) -> None:
    assert broken(values.TELEPHONE, number) == []


@pytest.mark.parametrize("number", ["01 44 55", "standard", "3639", "01 44 55 66 77 88 99 00 11", "-"])
def test_other_telephones_do(number: str) -> None:
    assert broken(values.TELEPHONE, number) == ["V031"]


def _refused_by_the_library(address: str) -> bool:
    from email_validator import EmailNotValidError, validate_email

    try:
        validate_email(address, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        return True
    return False


_SIGNS = st.text(alphabet="aZ09._+-@", min_size=1, max_size=8)


@given(st.builds("{}@{}.{}".format, _SIGNS, _SIGNS, st.sampled_from(["fr", "com", "org", "eu", "net", "f", "local"])))
@example("a" * 64 + "@ch.fr")
@example("a" * 65 + "@ch.fr")
@example("a@" + "b" * 63 + ".fr")
@example("a@" + "b" * 64 + ".fr")
@example("a@xn--.fr")
@example("a@b--c.fr")
@example("a@example.com")
def test_the_short_cut_takes_no_address_that_the_library_refuses(address: str) -> None:
    assert bool(errors(values.EMAIL, address)) == _refused_by_the_library(address)


@pytest.mark.parametrize(
    ("raw", "proposition"),
    [
        ("m.dupont@ch,fr", "m.dupont@ch.fr"),
        ("m.dupont @ ch.fr", "m.dupont@ch.fr"),
        ("M. Dupont <m.dupont@ch.fr>", "m.dupont@ch.fr"),
        ("mailto:m.dupont@ch.fr", "m.dupont@ch.fr"),
        ("hélène@ch.fr", "helene@ch.fr"),
        ("m.dupont@ch.fr;", "m.dupont@ch.fr"),
        ("a@b.fr; c@d.fr", ""),
        ("dupont m@ch.fr", ""),
        ("m.dupont", ""),
    ],
)
def test_an_obvious_slip_in_an_address_is_proposed(raw: str, proposition: str) -> None:
    assert errors(values.EMAIL, raw) == ["V030"]
    assert values.EMAIL.read(raw).proposition == proposition


# --- the JSON and back ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "valeur", "json"),
    [
        (values.DATE, date(2022, 4, 5), "05/04/2022"),
        (values.DATE, None, None),
        (values.MONTANT, 1_375_000, Decimal("13750.00")),
        (values.MONTANT, 1, Decimal("0.01")),
        (values.MONTANT, None, None),
        (values.BOOLEEN, False, False),
        (values.NOM, "HÉLÈNE", "HÉLÈNE"),
    ],
)
def test_a_value_goes_into_the_json_and_comes_back(kind: Format, valeur: Any, json: Any) -> None:
    assert repr(kind.to_json(valeur)) == repr(json)
    assert kind.from_json(json) == valeur


@pytest.mark.parametrize(
    ("kind", "json", "valeur"),
    [
        (values.DATE, "5/4/2022", date(2022, 4, 5)),
        (values.DATE, "31/04/2022", None),
        (values.DATE, 44666, None),
        (values.DATE, True, None),
        (values.MONTANT, 13750, 1_375_000),
        (values.MONTANT, 13750.5, 1_375_050),
        (values.MONTANT, 0.1, 10),
        (values.MONTANT, Decimal("0.014"), 1),
        (values.MONTANT, True, None),
        (values.MONTANT, "13750.00", None),
        (values.MONTANT, Decimal("1e400"), None),
        (values.MONTANT, float("-inf"), None),
        (values.NOM, 12, 12),
    ],
)
def test_a_json_value_of_any_type_is_compared_not_trusted(kind: Format, json: Any, valeur: Any) -> None:
    assert repr(kind.from_json(json)) == repr(valeur)


@pytest.mark.parametrize(
    ("kind", "json", "cell"),
    [
        (values.DATE, "05/04/2022", date(2022, 4, 5)),
        (values.DATE, "5/4/2022", None),
        (values.DATE, "01/03/1900", date(1900, 3, 1)),
        (values.DATE, "28/02/1900", None),
        (values.MONTANT, Decimal("13750.00"), Decimal("13750.00")),
        (values.MONTANT, 13750, Decimal(13750)),
        (values.MONTANT, Decimal("0.12345678901234567890"), None),
        (values.MONTANT, "13750.00", None),
        (values.BOOLEEN, False, False),
        (values.BOOLEEN, 0, None),
        (values.BOOLEEN, "OUI", None),
        (values.NOM, "HÉLÈNE", None),
    ],
)
def test_what_a_cell_holds_of_a_json_value(kind: Format, json: Any, cell: Any) -> None:
    assert repr(kind.excel_of_json(json)) == repr(cell)


@pytest.mark.parametrize(
    ("kind", "texte", "cell"),
    [
        (values.DATE, "15/04/2022", date(2022, 4, 15)),
        (values.DATE, "bientôt", "bientôt"),
        (values.MONTANT, "13 750,00 €", Decimal("13750.00")),
        (values.MONTANT, "cher", "cher"),
        (values.NOM, "HÉLÈNE", "HÉLÈNE"),
    ],
)
def test_what_a_cell_holds_of_a_proposition(kind: Format, texte: str, cell: Any) -> None:
    assert repr(kind.excel_of_proposition(texte)) == repr(cell)


# --- what is shown ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (12.0, "12"),
        (12.5, "12,5"),
        (88558855858745.0, "88558855858745"),
        (True, "VRAI"),
        (date(2022, 4, 5), "05/04/2022"),
        (datetime(2022, 4, 5, 14, 30), "05/04/2022 14:30"),
        (time(9, 5), "09:05"),
        (timedelta(hours=36, minutes=5), "36:05"),
        (None, ""),
        (CellFault("V050", "#N/A"), "#N/A"),
        (1e300, "1e+300"),
    ],
)
def test_a_value_is_quoted_as_excel_shows_it(raw: Any, shown: str) -> None:
    assert show(raw) == shown


@pytest.mark.parametrize("euros", [999_999_999_999.99, -999_999_999_999.99, "999 999 999 999,99 €"])
def test_the_greatest_amount_is_a_centime_under_a_million_million(euros: Any) -> None:
    assert abs(values.MONTANT.read(euros).valeur) == 99_999_999_999_999


@pytest.mark.parametrize("euros", [10**12, -(10**12), "1 000 000 000 000"])
def test_a_million_million_is_no_amount(euros: Any) -> None:
    assert values.MONTANT.read(euros).refus == "V010"


def test_an_amount_of_the_json_has_the_same_limit() -> None:
    assert values.MONTANT.from_json(Decimal("999999999999.99")) == 99_999_999_999_999
    assert values.MONTANT.from_json(Decimal(10**12)) is None


def test_a_number_is_read_whole_up_to_what_excel_keeps() -> None:
    assert values.TEXTE_LIBRE.read(float(10**15 - 1)).valeur == "999999999999999"
    assert values.TEXTE_LIBRE.read(float(10**15)).refus == "V052"
