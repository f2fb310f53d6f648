"""The table of mistakes: cells edited in the good workbook, and all that checking it finds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from tests.support.workbooks import Edits


@dataclass(frozen=True, slots=True)
class Case:
    """A mistake: the cells edited, the issues found, the twin edit without issue, and the corrections proposed."""

    name: str
    edits: Edits
    found: tuple[str, ...]
    good: Edits | None = None
    proposed: Mapping[str, str] = field(default_factory=dict)


def value(  # noqa: PLR0917 - a line of the table
    name: str, cell: str, typed: Any, code: str, good: Any = None, proposed: str | None = None
) -> Case:
    """Return the case of one cell wrong in itself."""
    issue = f"{code} {cell}"
    proposals = {} if proposed is None else {issue: proposed}
    return Case(name, {cell: typed}, (issue,), None if good is None else {cell: good}, proposals)


D, B, P, S = "Demandes", "Bénéficiaires", "Pièces", "Paramètres"
LONG = "X" * 50
TEN_O_CLOCK = datetime(2022, 4, 15, 10)  # noqa: DTZ001 - Excel knows no time zone

NO_ROW_3 = {f"{D}!{column}3": None for column in "ADEFGHIJKLMNOP"}
NO_ROW_7 = {f"{D}!{column}7": None for column in "ADEFGHIJKLMNOP"}

VALUES = [
    # --- what must be filled
    value("a request without number", f"{D}!A7", None, "V001", proposed="00005"),
    value("no date", f"{D}!E3", None, "V001"),
    value("a date of spaces", f"{D}!E3", " \u00a0\u200b\n", "V001"),
    value("no VAT regime", f"{D}!F3", None, "V001"),
    value("no amount", f"{D}!G3", None, "V001"),
    value("mandataire not answered", f"{D}!H3", None, "V001"),
    value("client unique not answered", f"{D}!I3", None, "V001"),
    value("no signatory", f"{B}!C3", None, "V001"),
    value("no e-mail", f"{B}!D3", None, "V001"),
    value("no telephone", f"{B}!E3", None, "V001"),
    value("no FINESS", f"{B}!F3", None, "V001"),
    value("no type of attachment", f"{P}!C3", None, "V001"),
    value("no file", f"{P}!D3", None, "V001"),
    value("no SIRET", f"{S}!C5", None, "V001"),
    # --- codes
    value("a FINESS of 8 figures in a text", f"{B}!F4", "10780054", "V002", 10780054, "010780054"),
    value("a FINESS of 10 figures", f"{B}!F3", "7507121840", "V002", " 75 071 218 4 "),
    value("a FINESS with a letter", f"{B}!F3", "75071218X", "V040", "750712184"),
    value("a FINESS of Corsica in 2C", f"{B}!F3", "2C0000014", "V040", "2A0000014"),
    value("a FINESS with an O for a 0", f"{B}!F4", "O10780054", "V040", "010780054", "010780054"),
    value("a FINESS with separators", f"{B}!F3", "75-071-218-4", "V002", "75 071 218 4", "750712184"),
    value("a FINESS of which a formula left 0", f"{B}!F3", 0, "V002"),
    value("a FINESS of 7 figures as a number", f"{B}!F3", 7507121, "V002"),
    value("a FINESS with decimals", f"{B}!F3", 75071218.4, "V003"),
    value("a negative FINESS", f"{B}!F3", -750712184, "V003"),
    value("a FINESS whose key is wrong", f"{B}!F3", "750712185", "V041", "750712184"),
    value("a FINESS that is a date", f"{B}!F3", date(2022, 4, 15), "V052"),
    value("a SIRET of 13 figures", f"{S}!C5", "7328293200007", "V002", "732 829 320 00074"),
    value("a SIRET with letters", f"{S}!C5", "7328293200007A", "V003"),
    value("a SIRET wrong in two ways", f"{S}!C5", "73282A", "V003"),
    value("a FINESS wrong in two ways", f"{B}!F3", "7507X", "V002"),
    value("an e-mail both long and wrong", f"{B}!D3", "x" * 150, "V004"),
    value("a SIRET with dots", f"{S}!C5", "732.829.320.00074", "V003", 73282932000074, "73282932000074"),
    value("the SIRET of the guide, whose key is wrong", f"{S}!C5", "88558855858745", "V042"),
    value("a numéro ANS of 9 characters", f"{S}!C6", "12345678X", "V002", "12345678XY"),
    value("a numéro ANS with a hyphen", f"{S}!C6", "12345-6789", "V003", 1234567890),
    value("a FINESS behind its country", f"{B}!F3", "FR750712184", "V002", None, "750712184"),
    value("a FINESS with an exponent", f"{B}!F3", "7.50712184E8", "V002", None, "750712184"),
    value("a FINESS that lost a figure, not its zero", f"{B}!F3", 75071218, "V002"),
    value("a SIREN for a SIRET", f"{S}!C5", 732829320, "V002"),
    value("a numéro ANS short of a figure", f"{S}!C6", 123456789, "V002"),
    value("a number behind its sign", f"{D}!A7", "N°00005", "V003", "00005", "00005"),
    value("the number of an establishment behind its sign", f"{B}!A9", "N°00005", "V003", "00005", "00005"),
    value("the number of an attachment behind its sign", f"{P}!A8", "n° 00005", "V003", "00005", "00005"),
    # --- days
    value("a day that is none", f"{D}!E3", "31/02/2022", "V005", "28/02/2022"),
    value("29 February of a common year", f"{D}!E3", "29/02/2022", "V005"),
    value("an American date", f"{D}!E3", "04/15/2022", "V005", "15/04/2022", "15/04/2022"),
    value("a month for a date", f"{D}!E3", "avril 2022", "V005", "15 avril 2022"),
    value("a year for a date", f"{D}!E3", 2022, "V005", 44666),
    value("what Excel makes of a year typed for a date", f"{D}!E3", date(1905, 7, 14), "V009", date(2021, 7, 14)),
    value("a date without its slashes", f"{D}!E3", 15042022, "V005", None, "15/04/2022"),
    value("a date without its slashes, year first", f"{D}!E3", "20220415", "V005", None, "15/04/2022"),
    value("likewise as a number", f"{D}!E3", 20220415, "V005", None, "15/04/2022"),
    value("an O for a 0 in a date", f"{D}!E3", "15/04/2O22", "V005", "Le 15/04/2022", "15/04/2022"),
    value("a day that is not of its name", f"{D}!E3", "lundi 15 avril 2022", "V005", "vendredi 15 avril 2022",
          "15/04/2022"),
    value("a year of the last century", f"{D}!E3", "15/04/99", "V006"),
    value("a footnote behind a date", f"{D}!E3", "15/04/2022²", "V005"),
    value("a year of two figures", f"{D}!E3", "15/04/22", "V006", "15.04.2022", "15/04/2022"),
    value("a date to come", f"{D}!E3", date(2022, 6, 2), "V007", date(2022, 6, 1)),
    value("a year mistyped into the future", f"{D}!E3", "15/04/2202", "V007"),
    value("a date before the programme", f"{D}!E3", date(2020, 12, 31), "V008", date(2021, 1, 1)),
    value("an hour for a date", f"{D}!E3", time(14, 30), "V052"),
    value("TRUE for a date", f"{D}!E3", True, "V052"),
    # --- amounts
    value("an amount in words", f"{D}!G3", "treize mille", "V010", "13 750,00 € HT"),
    value("an amount with tax", f"{D}!G3", "16 500,00 € TTC", "V013", "13 750,00 € HT"),
    value("a currency sign for a mark", f"{D}!G3", "13750€00", "V010", "13750,00€", "13\u202f750,00\u00a0€"),
    value("a currency sign for a mark, and one figure", f"{D}!G3", "13750€5", "V010", "13750,5 €"),
    value("the decimals of a thousand", f"{D}!G3", "13750,005", "V011", "13750,01", "13\u202f750,01\u00a0€"),
    value("two amounts", f"{D}!G3", "13750 / 2", "V010"),
    value("an amount with its point used twice", f"{D}!G3", "13.750.00", "V010", "13.750,00", "13\u202f750,00\u00a0€"),
    value("an amount that may be a thousand or one", f"{D}!G3", "1.234", "V011", "1 234,00"),
    value("likewise with a comma", f"{D}!G3", "1,234 €", "V011", "1,234.00"),
    value("an amount of zero", f"{D}!G3", 0, "V012", 0.01),
    value("an amount below half a cent", f"{D}!G3", 0.004, "V012"),
    value("a credit", f"{D}!G3", -13750, "V012"),
    value("a date for an amount", f"{D}!G3", date(2022, 4, 15), "V052"),
    # --- answers and lists
    value("neither yes nor no", f"{D}!H3", "peut-être", "V020", "non"),
    value("a yes with a remark", f"{D}!P3", "oui (voir avenant)", "V020", "oui", "OUI"),
    value("a number for a yes", f"{D}!H3", 2, "V020", 0),
    value("no VAT regime of the list", f"{D}!F3", "exonéré", "V021", "ht"),
    value("a VAT regime with its rate", f"{D}!F5", "TTC 20 %", "V021", "ttc", "TTC"),
    value("another corridor's software", f"{D}!D3", "LIS", "V021", "dpi"),
    value("a type of attachment misspelt", f"{P}!C3", "bon de comande", "V021", "Bon de commande", "BON_COMMANDE"),
    # --- people
    value("an e-mail without domain", f"{B}!D3", "m.dupont", "V030"),
    value("two e-mails", f"{B}!D3", "m.dupont@ch.fr ; d.martin@ch.fr", "V030"),
    value("a comma for a dot in an e-mail", f"{B}!D3", "m.dupont@ch,fr", "V030", None, "m.dupont@ch.fr"),
    value("an accent in an e-mail", f"{B}!D3", "hélène@ch.fr", "V030", None, "helene@ch.fr"),
    value("an e-mail copied with its name", f"{B}!D3", "Dupont <m.dupont@ch.fr>", "V030", None, "m.dupont@ch.fr"),
    value("an e-mail of 150 characters", f"{B}!D3", f"{'a' * 60}@{'b' * 43}.{'c' * 42}.fr", "V004",
          f"{'a' * 60}@{'b' * 43}.{'c' * 41}.fr"),
    value("a telephone that is a word", f"{B}!E3", "standard", "V031", "33 1 44 55 66 77"),
    value("a telephone too short", f"{B}!E3", "01 44 55", "V031", "+33144556677"),
    value("a telephone of 50 characters", f"{B}!E3", "0144556677 poste " + "1" * 33, "V004"),
    value("a name of 50 letters", f"{B}!C3", LONG, "V004", LONG[1:]),
    value("a name that is a number", f"{B}!C3", 12, "V052"),
    value("an establishment for a signatory", f"{B}!C3", "CH de Saint-Martin", "V033", "Charles Martin"),
    value("a clinic for a signatory", f"{B}!C3", "CLINIQUE DU PARC", "V033", "PARC"),
    value("a GHT for a mandataire", f"{D}!J4", "GHT OUEST", "V033", "OUEST"),
    value("a title before a name", f"{B}!C3", "Mme Dupont", "V034", "Mmedupont", "DUPONT"),
    value("a title behind a name", f"{B}!C3", "Dupont (Mme)", "V034", "Dupont", "DUPONT"),
    value("two telephones", f"{B}!E3", "01 44 55 66 77 / 06 12 34 56 78", "V035", "01 44 55 66 77", "01 44 55 66 77"),
    value("an O for a 0 in a telephone", f"{B}!E3", "O1 44 55 66 77", "V031", None, "01 44 55 66 77"),
    value("a name that is a dash", f"{B}!C3", "-", "V032", "D'HAUTEFEUILLE"),
    value("an operator of 50 letters", f"{D}!S6", LONG, "V004", LONG[1:]),
    value("a file name that is a date", f"{P}!D3", TEN_O_CLOCK, "V052"),
    # --- cells without value
    value("an error of a formula", f"{D}!G3", "#N/A", "V050"),
    value("a formula never computed", f"{B}!F3", "=1+1", "V051"),
    value("a parameter that is a formula never computed", f"{S}!C6", "=1+1", "V051"),
    value("an answer in Paramètres that is none", f"{S}!C9", "bientôt", "V020", "oui"),
]  # fmt: skip

RULES = [
    # --- numbers
    Case(
        "two requests under one number",
        {f"{D}!A4": "00001"},
        (f"R101 {D}!A3", f"R101 {D}!A4", f"R161 {B}!A5", f"R161 {B}!A6", f"R161 {P}!A5"),
        {f"{D}!A4": "0000A", f"{B}!A5": "0000A", f"{B}!A6": "0000a", f"{P}!A5": "0000A"},
    ),
    Case(
        "one number in two cases",
        {f"{D}!A6": "0000A", f"{D}!A7": "0000a"} | {f"{B}!A8": "0000A", f"{B}!A9": "0000a"}
        | {f"{P}!A7": "0000A", f"{P}!A8": "0000a"},
        (f"R101 {D}!A6", f"R101 {D}!A7"),
    ),
    Case(
        "a number of the requests with a hyphen",
        {f"{D}!A7": "0-005"},
        (f"V003 {D}!A7",),
        proposed={f"V003 {D}!A7": "00005"},
    ),
    Case(
        "a number of the requests in a text without its zeros",
        {f"{D}!A7": "5"},
        (f"V002 {D}!A7",),
        {f"{D}!A7": 5},
        {f"V002 {D}!A7": "00005"},
    ),
    Case(
        "the number of an establishment in a text without its zeros",
        {f"{B}!A9": "5"},
        (f"V002 {B}!A9",),
        {f"{B}!A9": 5},
        {f"V002 {B}!A9": "00005"},
    ),
    Case(
        "an establishment without number, the only one that lacks",
        {f"{B}!A9": None},
        (f"V001 {B}!A9",),
        proposed={f"V001 {B}!A9": "00005"},
    ),
    Case(
        "one of two establishments under a number mistyped",
        {f"{B}!A3": "0000I"},
        (f"R161 {B}!A3",),
        proposed={f"R161 {B}!A3": "00001"},
    ),
    Case(
        "an attachment under a number mistyped",
        {f"{P}!A8": "00O05"},
        (f"R161 {P}!A8",),
        {f"{P}!A8": " 00005"},
        {f"R161 {P}!A8": "00005"},
    ),
    Case(
        "an attachment under quite another number, where one request lacks its own",
        {f"{P}!A8": "ZZZZZ"},
        (f"R161 {P}!A8",),
        proposed={f"R161 {P}!A8": "00005"},
    ),
    Case(
        "rows left behind by a request that was deleted",
        NO_ROW_7,
        (f"R161 {B}!A9", f"R161 {P}!A8"),
    ),
    Case(
        "an O for a 0 in the number of a request, not in those of its rows",
        {f"{D}!A7": "O0005"},
        (f"R162 {D}!A7",),
        {f"{D}!A7": "O0005", f"{B}!A9": "o0005", f"{P}!A8": "O0005"},
        {f"R162 {D}!A7": "00005"},
    ),
    Case(
        "an O for a 0 in the number of a row, not in that of its request",
        {f"{B}!A9": "O0005"},
        (f"R161 {B}!A9",),
        proposed={f"R161 {B}!A9": "00005"},
    ),
    Case(
        "two numbers that an O alone tells apart",
        {f"{D}!A6": "0000I", f"{B}!A8": "0000I", f"{P}!A7": "0000I"},
        (f"R163 {D}!A6",),
    ),
    # --- rows that are no data
    Case("a total under the requests", {f"{D}!A8": "Total", f"{D}!G8": 30250.5}, (f"R170 {D}!A8",)),
    Case("a total by another name", {f"{D}!E9": "Sous-total HT", f"{D}!G9": "=SUM(E3:E7)", f"{D}!H9": 5},
         (f"R170 {D}!E9",)),
    Case("an amount alone", {f"{D}!G10": 30250.5}, (f"R170 {D}!G10",)),
    Case("a note under the requests", {f"{D}!A10": "Vu avec la comptabilité le 3 mai"}, (f"R170 {D}!A10",)),
    Case("a note in a column of dates", {f"{D}!E10": "à relancer"}, (f"R170 {D}!E10",)),
    Case("a note under the establishments", {f"{B}!C11": "Voir avec Mme Martin"}, (f"R170 {B}!C11",)),
    Case("a total under the establishments", {f"{B}!A11": "TOTAL : 7"}, (f"R170 {B}!A11",)),
    Case("a note under the attachments", {f"{P}!D10": "scans à refaire"}, (f"R170 {P}!D10",)),
    Case(
        "an orphan behind a total",
        {f"{D}!A8": "Total", f"{D}!G8": 30250.5} | {f"{P}!A9": "ZZ999", f"{P}!C9": "BON_COMMANDE", f"{P}!D9": "z.pdf"},
        (f"R170 {D}!A8", f"R161 {P}!A9"),
    ),
    Case(
        "an orphan behind a note",
        {f"{D}!F10": "note"} | {f"{P}!A9": "99999", f"{P}!C9": "BON_COMMANDE", f"{P}!D9": "z.pdf"},
        (f"R170 {D}!F10", f"R161 {P}!A9"),
    ),
    Case("a request begun by its number", {f"{D}!A8": "00006"},
         (*(f"V001 {D}!{column}8" for column in "EFGHI"), f"R104 {D}!D8", f"R150 {D}!A8", f"R160 {D}!A8")),
    # --- software
    Case(
        "a software not told, where several are sold",
        {f"{D}!D3": None},
        (f"R104 {D}!D3",),
        {f"{D}!D{row}": None for row in (3, 4, 5)}
        | {f"{D}!{column}{row}": None for column in "DEFGHIQRSTUV" for row in (6, 7)}
        | {f"{D}!A6": None, f"{D}!A7": None, f"{S}!C7": None, f"{S}!C8": None}
        | {f"{B}!{column}{row}": None for column in "ACDEF" for row in (8, 9)}
        | {f"{P}!{column}{row}": None for column in "ACD" for row in (7, 8)},
    ),
    Case("a software without its numéro ANS", {f"{S}!C8": None}, (f"R105 {S}!C8",)),
    Case("no numéro ANS at all", {f"{S}!C6": None, f"{S}!C7": None, f"{S}!C8": None}, (f"R106 {S}!C6",)),
    Case("one numéro ANS for two software", {f"{S}!C7": "1234567890"}, (f"R107 {S}!C7",), {f"{S}!C7": "1234567891"}),
    # --- scenarios
    Case("a scenario not answered", {f"{D}!M3": None}, (f"R102 {D}!M3",), {f"{D}!M3": "n"}),
    Case("a PFI scenario not answered", {f"{D}!T6": None}, (f"R102 {D}!T6",), {f"{D}!T6": "non"}),
    Case("the scenario of another software", {f"{D}!Q3": "OUI"}, (f"R103 {D}!Q3",), {f"{D}!Q3": "NON"}),
    Case("a PFI scenario answered as a DPI's", {f"{D}!M6": "OUI"}, (f"R103 {D}!M6",), {f"{D}!M6": "NON"}),
    Case("an operator for a DPI", {f"{D}!S3": "Mailiz"}, (f"R103 {D}!S3",), {f"{D}!S3": " "}),
    Case("an independent PFI without the profile", {f"{S}!C9": "NON"},
         tuple(f"R190 {D}!{cell}" for cell in ("N3", "O3", "N4", "O4", "N5", "O5")), {f"{S}!C9": "O"}),
    Case("a PFI that sends by MSS without operator", {f"{D}!S6": None}, (f"R191 {D}!S6",),
         {f"{D}!S6": None, f"{D}!U6": "NON"}),
    # --- mandataire
    Case("a mandataire without name", {f"{D}!J4": None}, (f"R110 {D}!J4",), {f"{D}!J4": "Martin"}),
    Case("a mandataire without e-mail", {f"{D}!K4": None}, (f"R110 {D}!K4",)),
    Case("a mandataire without telephone", {f"{D}!L4": None}, (f"R110 {D}!L4",)),
    Case("a mandataire's name where there is none", {f"{D}!J3": "MARTIN"}, (f"R111 {D}!J3",), {f"{D}!J3": ""}),
    Case("a dash for a mandataire's e-mail where there is none", {f"{D}!K3": "-"}, (f"V030 {D}!K3",)),
    Case("mandataire and client unique", {f"{D}!H5": "OUI"}, (f"R130 {D}!H5",), {f"{D}!H5": "NON"}),
    Case("mandataire and client unique, and the mandataire named", {f"{D}!H5": "OUI", f"{D}!J5": "MARTIN"},
         (f"R130 {D}!H5", f"R111 {D}!J5")),
    # --- establishments
    Case("one client with two FINESS", {f"{D}!I3": "OUI"}, (f"R120 {D}!I3",),
         {f"{D}!I3": "OUI", f"{B}!F4": "750712184", f"{B}!D4": "durand@ch.fr"}),
    Case("several clients with one FINESS", {f"{D}!I5": "NON"}, (f"R121 {D}!I5",),
         {f"{D}!I5": "NON", f"{B}!A10": "00003", f"{B}!C10": "DURAND", f"{B}!D10": "d@ch.fr", f"{B}!E10": "0144556678",
          f"{B}!F10": "310781406"}),
    Case("no establishment", {f"{B}!{column}9": None for column in "ACDEF"}, (f"R160 {D}!A7",)),
    Case("an establishment twice in a request", {f"{D}!I3": "OUI", f"{B}!F4": "750712184"}, (f"R182 {B}!F4",),
         {f"{D}!I3": "OUI", f"{B}!F4": "750712184", f"{B}!C4": "DURAND"}),
    Case("an establishment in two requests", {f"{B}!F5": "750712184"}, (f"R180 {B}!F5",)),
    # --- attachments
    Case("no proof of the HT regime", {f"{P}!{column}4": None for column in "ACD"}, (f"R140 {D}!F3",),
         {f"{D}!F3": "TTC"} | {f"{P}!{column}4": None for column in "ACD"}),
    Case("a proof that the TTC regime does not ask for", {f"{D}!F3": "TTC"}, (f"R141 {P}!C4",)),
    Case("no order form", {f"{P}!{column}8": None for column in "ACD"}, (f"R150 {D}!A7",)),
    Case("a file for order form and proof", {f"{P}!D4": "bdc 1.pdf"}, (f"R152 {P}!D4",), {f"{P}!D4": "ht.pdf"}),
    Case("two order forms", {f"{P}!A9": "00005", f"{P}!C9": "BON_COMMANDE", f"{P}!D9": "bdc 5 bis.pdf"},
         (f"R151 {P}!C9",)),
    # --- one mistake, one error
    Case("a parameter refused does not spoil the rows", {f"{S}!C9": 12}, (f"V020 {S}!C9",)),
    Case("a FINESS too short is not another FINESS", {f"{D}!I3": "OUI", f"{B}!F4": "75071218"}, (f"V002 {B}!F4",)),
    Case("a row of which only one cell is filled", {f"{P}!D9": "note.pdf"}, (f"V001 {P}!A9", f"V001 {P}!C9")),
    Case("an attachment of no type is no order form used twice", {f"{P}!C8": None, f"{P}!D8": "bdc 1.pdf"},
         (f"V001 {P}!C8",)),
    Case("a type of attachment refused is no order form missing", {f"{P}!C8": "RIB"}, (f"V021 {P}!C8",)),
    Case("an unknown software asks for no scenario", {f"{D}!D7": "LIS", f"{D}!Q7": "OUI"}, (f"V021 {D}!D7",)),
]  # fmt: skip

CASES = VALUES + RULES
