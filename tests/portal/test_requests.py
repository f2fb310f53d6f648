"""The portal's two controls, on the guide's worked example written by hand and on what can go wrong with it."""

import json
import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from converter.issues import Gravite
from converter.portal import answer, schema_of
from converter.sentences.portal import MESSAGES, SYNTAXE
from converter.spec.shape import Shape, compile_model
from tests.support.portal import (
    BENEF,
    CLIENT,
    COMMANDE,
    DPI,
    EXAMPLE,
    PFI,
    PFI_BLOCK,
    PIECES,
    SHAPE,
    Change,
    R,
    changed,
    errors,
    numbered,
    report_on,
    requests,
    warnings,
)

# --- the guide's worked example ---------------------------------------------------------------------------------------


def test_the_guides_worked_example_passes() -> None:
    report = report_on(EXAMPLE)
    assert report.conforme
    assert errors(report) == []
    assert report.logiciel == "DPI"
    assert report.numeroAns == "1234567890"
    assert not report.reponse
    assert [(d.numLigne, d.numeroEditeur, d.premiere) for d in report.demandes] == [(1, "00001", None)]


def test_the_guides_own_numbers_have_no_valid_key_so_they_only_warn() -> None:
    assert warnings(report_on(EXAMPLE)) == [
        ("K207", "/SIRET"),
        ("K208", f"{CLIENT}/0/FINESSPMSI"),
        ("K208", f"{CLIENT}/1/FINESSPMSI"),
        ("K208", f"{CLIENT}/2/FINESSPMSI"),
        ("K232", f"{DPI}/isPFIpourEnvoiMSSProIndependante"),
        ("K300", ""),  # no zip given
    ]


BETWEEN = EXAMPLE[EXAMPLE.index('"isClientUnique": false') + 23 : EXAMPLE.index('"777777777"')]
"""What stands between isClientUnique and the second FINESS."""

# --- single mutations -------------------------------------------------------------------------------------------------

MUTATIONS = [
    # 1st control: structure
    ("impId missing", ('  "impId": null,\n', ""), "K110", "/impId"),
    ("nomClient missing", ('"nomClient": "DUPONT",\n            "emailC', '"emailC'), "K110", f"{CLIENT}/0/nomClient"),
    ("commande missing a tag", ('"regimeTVA": "HT",\n', "\n"), "K110", f"{COMMANDE}/regimeTVA"),
    ("misspelt tag", ('"nomClient"', '"nomclient"'), "K111", f"{CLIENT}/0/nomclient"),
    ("extra tag", ('"typeAction": "C"', '"typeAction": "C", "commentaire": "x"'), "K111", f"{R}/commentaire"),
    ("boolean as text", ('"isMandataire": false', '"isMandataire": "false"'), "K112", f"{BENEF}/isMandataire"),
    ("boolean as number", ('"isEnvoiDMP": false', '"isEnvoiDMP": 0'), "K112", f"{PFI}/isEnvoiDMP"),
    ("amount as text", ("13750.00", '"13750.00"'), "K112", f"{COMMANDE}/montantSegurHT"),
    ("numéro ANS as number", ('"1234567890"', "1234567890"), "K112", "/numeroAns"),
    ("numLigne as text", ('"numLigne": 1', '"numLigne": "1"'), "K112", f"{R}/numLigne"),
    ("numLigne with a point", ('"numLigne": 1', '"numLigne": 1.0'), "K112", f"{R}/numLigne"),
    ("FINESS as number", ('"999999999"', "999999999"), "K112", f"{CLIENT}/0/FINESSPMSI"),
    ("block replaced by null", (re.search(r'"commande": \{.*?\}', EXAMPLE, re.DOTALL)[0], '"commande": null'), "K112",
     COMMANDE),
    ("numéro éditeur is a list", ('"00001"', '["00001"]'), "K112", f"{R}/numeroEditeur"),
    ("numLigne not from 1", ('"numLigne": 1', '"numLigne": 2'), "K119", f"{R}/numLigne"),
    ("tag twice", ('"typeAction": "C"', '"typeAction": "C", "typeAction": "C"'), "K105", f"{R}/typeAction"),
    ("NaN", ("13750.00", "NaN"), "K106", f"{COMMANDE}/montantSegurHT"),
    # 2nd control: formats
    ("SIRET of 13", ('"88558855858745"', '"8855885585874"'), "K202", "/SIRET"),
    ("SIRET with a letter", ('"88558855858745"', '"8855885585874X"'), "K203", "/SIRET"),
    ("typeAction", ('"typeAction": "C"', '"typeAction": "M"'), "K215", f"{R}/typeAction"),
    ("numeroASP filled", ('"numeroASP": null', '"numeroASP": ""'), "K201", f"{R}/numeroASP"),
    ("impId filled", ('"impId": null', '"impId": 12'), "K201", "/impId"),
    ("day not in calendar", ("15/04/2022", "31/02/2022"), "K211", f"{COMMANDE}/dateCommande"),
    ("day as ISO", ("15/04/2022", "2022-04-15"), "K210", f"{COMMANDE}/dateCommande"),
    ("day of one figure", ("15/04/2022", "5/04/2022"), "K210", f"{COMMANDE}/dateCommande"),
    ("day after the deposit", ("15/04/2022", "21/04/2022"), "K212", f"{COMMANDE}/dateCommande"),
    ("regime in small letters", ('"regimeTVA": "HT"', '"regimeTVA": "ht"'), "K215", f"{COMMANDE}/regimeTVA"),
    ("amount without decimals", ("13750.00", "13750"), "K213", f"{COMMANDE}/montantSegurHT"),
    ("amount of one decimal", ("13750.00", "13750.0"), "K213", f"{COMMANDE}/montantSegurHT"),
    ("amount of three decimals", ("13750.00", "13750.000"), "K213", f"{COMMANDE}/montantSegurHT"),
    ("amount with exponent", ("13750.00", "1.375e4"), "K213", f"{COMMANDE}/montantSegurHT"),
    ("amount of 5000 figures", ("13750.00", "9" * 5000), "K213", f"{COMMANDE}/montantSegurHT"),
    ("amount nought", ("13750.00", "0.00"), "K214", f"{COMMANDE}/montantSegurHT"),
    ("amount negative", ("13750.00", "-13750.00"), "K214", f"{COMMANDE}/montantSegurHT"),
    ("amount null", ("13750.00", "null"), "K200", f"{COMMANDE}/montantSegurHT"),
    ("boolean null", ('"isMandataire": false', '"isMandataire": null'), "K200", f"{BENEF}/isMandataire"),
    ("nomClient empty", ('"DUPONT"', '""'), "K200", f"{CLIENT}/0/nomClient"),
    ("nomClient blank", ('"DUPONT"', '"  "'), "K200", f"{CLIENT}/0/nomClient"),
    ("nomClient in small letters", ('"DUPONT"', '"Dupont"'), "K205", f"{CLIENT}/0/nomClient"),
    ("nomClient small accent", ('"DUPONT"', '"DUPRé"'), "K205", f"{CLIENT}/0/nomClient"),
    ("nomClient of 50", ('"DUPONT"', f'"{"X" * 50}"'), "K204", f"{CLIENT}/0/nomClient"),
    ("emailClient of 150", ('"m.dupont@ch', f'"{"m" * 131}@ch'), "K204", f"{CLIENT}/0/emailClient"),
    ("telephoneClient of 50", ('"01 44 55 66 77"', f'"{"0" * 50}"'), "K204", f"{CLIENT}/0/telephoneClient"),
    ("FINESS of 8", ('"999999999"', '"99999999"'), "K202", f"{CLIENT}/0/FINESSPMSI"),
    ("FINESS of a county that is none", ('"999999999"', '"2C9999999"'), "K209", f"{CLIENT}/0/FINESSPMSI"),
    ("formatFichier", ('"formatFichier": "PDF"', '"formatFichier": "pdf"'), "K215", f"{PIECES}/0/formatFichier"),
    # 2nd control: cross rules
    ("no mandataire, but a name", ('"nomMandataire": null', '"nomMandataire": "MARTIN"'), "K221",
     f"{BENEF}/nomMandataire"),
    ("client unique with two FINESS", (f'"isClientUnique": false{BETWEEN}"777777777"',
                                       f'"isClientUnique": true{BETWEEN}"999999999"'), "K222",
     f"{BENEF}/isClientUnique"),
    ("no mandataire, but an empty text", ('"nomMandataire": null', '"nomMandataire": ""'), "K216",
     f"{BENEF}/nomMandataire"),
    ("client unique with three FINESS", ('"isClientUnique": false', '"isClientUnique": true'), "K222",
     f"{BENEF}/isClientUnique"),
    ("name outside the nomenclature", ("HOP-DPI-Va1-BDC-00001.pdf", "bon de commande.pdf"), "K240",
     f"{PIECES}/0/nomFichier"),
    ("name without extension", ("HOP-DPI-Va1-BDC-00001.pdf", "HOP-DPI-Va1-BDC-00001"), "K240",
     f"{PIECES}/0/nomFichier"),
    ("extension in capitals", ("BDC-00001.pdf", "BDC-00001.PDF"), "K240", f"{PIECES}/0/nomFichier"),
    ("another corridor", ("HOP-DPI-Va1-BDC", "RAD-DPI-Va1-BDC"), "K240", f"{PIECES}/0/nomFichier"),
    ("a path as name", ("HOP-DPI-Va1-BDC", "../HOP-DPI-Va1-BDC"), "K240", f"{PIECES}/0/nomFichier"),
    ("extension against formatFichier", ("BDC-00001.pdf", "BDC-00001.png"), "K241", f"{PIECES}/0/formatFichier"),
    ("number of another request", ("BDC-00001.pdf", "BDC-00002.pdf"), "K243", f"{PIECES}/0/nomFichier"),
    ("PFI block filled", ('"isEnvoiMSSPro": false', '"isEnvoiMSSPro": true'), "K250", f"{PFI}/isEnvoiMSSPro"),
    ("PFI operator named", ('"operateurMessagerie": null', '"operateurMessagerie": "Mailiz"'), "K250",
     f"{PFI}/operateurMessagerie"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "code", "path"), [m[1:] for m in MUTATIONS], ids=[m[0] for m in MUTATIONS])
def test_one_mutation_is_refused_at_its_path_and_nowhere_else(change: Change, code: str, path: str) -> None:
    assert errors(report_on(changed(change))) == [(code, path)]


OTHERS = [
    ("TTC without proof asked, yet one there", (('"regimeTVA": "HT"', '"regimeTVA": "TTC"'),), [], ["K226"]),
    ("order form as proof", (('"typeFichier": "BON_COMMANDE"', '"typeFichier": "PREUVE_HT"'),),
     ["K229", "K227", "K242"], []),
    ("two order forms", (('"typeFichier": "PREUVE_HT"', '"typeFichier": "BON_COMMANDE"'),),
     ["K225", "K228", "K242"], []),
    ("attachment of another software", (("HOP-DPI-Va1-HT", "HOP-PFI-Va1-HT"),), ["K244"], []),
    ("no establishment", ((re.search(r'"EtablissementsClients": \[.*?\n        \]', EXAMPLE, re.DOTALL)[0],
                           '"EtablissementsClients": []'),), ["K230"], []),
    ("no attachment", ((re.search(r'"piecesJustificatives": \[.*?\n      \]', EXAMPLE, re.DOTALL)[0],
                        '"piecesJustificatives": []'),), ["K225", "K227"], []),
    ("mandataire not named", (('"isMandataire": false', '"isMandataire": true'),), ["K220"] * 3, []),
    ("both mandataire and client unique", (('"isMandataire": false', '"isMandataire": true'),
                                           ('"isClientUnique": false', '"isClientUnique": true'),
                                           ('"777777777"', '"999999999"'), ('"888888888"', '"999999999"')),
     [], ["K224", "K233", "K233"]),
    ("several but one FINESS", (('"777777777"', '"999999999"'), ('"888888888"', '"999999999"')), ["K223"],
     ["K233", "K233"]),
    ("a null character in a name", (('"DUPONT"', '"DU\\u0000PONT"'),), ["K218"], []),
    ("half a character in a name", (('"DUPONT"', '"DUPONT\\ud800"'),), ["K218"], []),
    ("a line break in a telephone", (('"01 44 55 66 77"', '"01 44 55 66 77\\n"'),), ["K218"], []),
    ("e-mail without domain", (("m.dupont@ch-saint-martin.fr", "m.dupont"),), [], ["K206"]),
    ("two addresses", (("m.dupont@ch-saint-martin.fr", "a@b.fr; c@d.fr"),), [], ["K206"]),
    ("PFI request with DPI block", (*PFI_BLOCK[3:],), ["K250"] * 3, []),
    ("PFI that sends without operator", (*PFI_BLOCK, ('"isEnvoiMSSPro": false', '"isEnvoiMSSPro": true')),
     [], ["K251"]),
    ("RI request with DPI block", (("HOP-DPI-Va1-BDC", "HOP-RI-Va1-BDC"), ("HOP-DPI-Va1-HT", "HOP-RI-Va1-HT")),
     ["K250"] * 3, []),
    ("same attachment twice", (("HOP-DPI-Va1-HT-00001", "HOP-DPI-Va1-BDC-00001"),), ["K242", "K245"], []),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "refused", "warned"), [o[1:] for o in OTHERS], ids=[o[0] for o in OTHERS])
def test_rules_over_several_tags(changes: tuple[Change, ...], refused: list[str], warned: list[str]) -> None:
    report = report_on(changed(*changes))
    assert sorted(code for code, _ in errors(report)) == sorted(refused)
    usual = {"K300", "K207", "K208", "K232"}
    assert [code for code, _ in warnings(report) if code not in usual] == warned


GOOD = [
    ("a mandataire named", (('"isMandataire": false', '"isMandataire": true'),
                            ('"nomMandataire": null', '"nomMandataire": "MARTIN"'),
                            ('"emailMandataire": null', '"emailMandataire": "martin@ght.fr"'),
                            ('"telephoneMandataire": null', '"telephoneMandataire": "+33 1 44 55 66 77"'))),
    ("client unique", (('"isClientUnique": false', '"isClientUnique": true'), ('"777777777"', '"999999999"'),
                       ('"888888888"', '"999999999"'))),
    ("text of 49", (('"DUPONT"', f'"{"X" * 49}"'),)),
    ("e-mail of 149", (('"m.dupont@ch', f'"{"m" * 130}@ch'),)),
    ("capitals with accent", (('"DUPONT"', '"HÉLÈNE D’ŒUVRE-ÇELIK"'),)),
    ("a FINESS of Corsica", (('"999999999"', '"2A0000014"'),)),
    ("signed on the day of the deposit", (("15/04/2022", "20/04/2022"),)),
    ("a leap day", (("15/04/2022", "29/02/2020"),)),
    ("one cent", (("13750.00", "0.01"),)),
    ("a picture", (("BDC-00001.pdf", "BDC-00001.jpg"), ('"formatFichier": "PDF"', '"formatFichier": "JPG"'))),
    ("a PFI request", (*PFI_BLOCK, ('"isEnvoiMSSPro": false', '"isEnvoiMSSPro": true'),
                       ('"operateurMessagerie": null', '"operateurMessagerie": "Mailiz"'))),
    ("a number of letters", (('"numeroEditeur": "00001"', '"numeroEditeur": "A1b2C"'),
                             ("BDC-00001", "BDC-A1b2C"), ("HT-00001", "HT-A1b2C"))),
    ("accents escaped", (('"DUPONT"', '"\\u00c9LUARD"'),)),
    ("another order of tags", (('"numLigne": 1,\n      "typeAction": "C"',
                                '"typeAction": "C",\n      "numLigne": 1'),)),
]  # fmt: skip


@pytest.mark.parametrize("changes", [g[1] for g in GOOD], ids=[g[0] for g in GOOD])
def test_other_good_requests_pass(changes: tuple[Change, ...]) -> None:
    assert errors(report_on(changed(*changes))) == []


def test_a_file_of_one_line_passes_too() -> None:
    assert report_on(json.dumps(json.loads(EXAMPLE)).replace("13750.0", "13750.00")).conforme


# --- the file as a whole ----------------------------------------------------------------------------------------------


def test_no_request_is_refused() -> None:
    text = EXAMPLE[: EXAMPLE.index("[\n    {")] + "[]\n}\n"
    report = report_on(text)
    assert errors(report) == [("K113", "/lignesImport")]
    assert report.demandes == ()


def file_of(count: int) -> str:
    clients = iter(range(10**8, 10**9))
    rows = [numbered(rank, f"{rank:05}") for rank in range(1, count + 1)]
    return re.sub('"(999999999|777777777|888888888)"', lambda _: f'"{next(clients)}"', requests(*rows))


def test_two_hundred_requests_pass_and_one_more_is_refused() -> None:
    assert errors(report_on(file_of(200))) == []
    assert errors(report_on(file_of(201))) == [("K114", "/lignesImport")]


def test_a_gap_in_the_numbering_is_told_once() -> None:
    text = requests(*(numbered(rank, f"{rank:05}") for rank in (1, 3, 4)))
    assert errors(report_on(text)) == [("K119", "/lignesImport/1/numLigne")]


def test_requests_out_of_order_are_refused() -> None:
    text = requests(*(numbered(rank, f"{rank:05}") for rank in (2, 1)))
    assert [path for _, path in errors(report_on(text))] == ["/lignesImport/0/numLigne", "/lignesImport/1/numLigne"]


def test_a_number_used_twice_is_told_at_the_second() -> None:
    text = requests(numbered(1, "00001"), numbered(2, "00001"))
    report = report_on(text)
    assert ("K120", "/lignesImport/1/numeroEditeur") in errors(report)
    assert [path for code, path in errors(report) if code == "K245"] == [
        "/lignesImport/1/piecesJustificatives/0/nomFichier",
        "/lignesImport/1/piecesJustificatives/1/nomFichier",
    ]


def test_an_establishment_asked_for_twice_is_a_warning() -> None:
    report = report_on(requests(numbered(1, "00001"), numbered(2, "00002")))
    assert report.conforme
    told = [path for code, path in warnings(report) if code == "K231"]
    assert told == [f"/lignesImport/1/beneficiaires/EtablissementsClients/{n}/FINESSPMSI" for n in range(3)]


def test_one_file_holds_one_software() -> None:
    pfi = numbered(3, "00003", changed(*PFI_BLOCK))
    report = report_on(requests(numbered(1, "00001"), numbered(2, "00002"), pfi))
    assert report.logiciel == "DPI"
    path = "/lignesImport/2/piecesJustificatives/{}/nomFichier"
    assert errors(report) == [("K244", path.format(0)), ("K244", path.format(1))]


@pytest.mark.parametrize(
    ("nom", "code"),
    [
        ("demandes.json", "K115"),
        ("JSON-1234567890-20220420-1.json", "K115"),
        ("JSON-1234567890-20220420-000.json", "K115"),
        ("JSON-1234567890-20220420-001.JSON", "K115"),
        ("JSON-1234567899-20220420-001.json", "K116"),
        ("JSON-1234567890-20220431-001.json", "K117"),
    ],
)
def test_the_name_of_the_file_is_the_nomenclatures(nom: str, code: str) -> None:
    report = report_on(EXAMPLE, nom)
    assert errors(report) == [(code, "")]
    assert report.refus_du_fichier.code == code


def test_a_name_of_another_day_only_warns() -> None:
    report = report_on(EXAMPLE, "JSON-1234567890-20220419-001.json")
    assert report.conforme
    assert ("K118", "") in warnings(report)


# --- bytes and syntax -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "K100"),
        (b" \n", "K100"),
        (EXAMPLE.replace("DUPONT", "HÉLÈNE").encode("cp1252"), "K101"),
        (EXAMPLE.encode("utf-16"), "K101"),
        (b"\xef\xbb\xbf" + EXAMPLE.encode(), "K102"),
        (b"[" * 200_000, "K104"),
        (b"[]", "K112"),
        (b'"x"', "K112"),
        (b"null", "K112"),
    ],
)
def test_bytes_that_are_no_deposit_are_one_finding(data: bytes, code: str) -> None:
    assert [code for code, _ in errors(report_on(data))] == [code]


@pytest.mark.parametrize(
    ("change", "slip", "line", "column"),
    [
        (('"libelleTraitement": null', '"libelleTraitement": null,'), "virgule en trop", 73, 5),
        (("13750.00", "13750,00"), "virgule décimale", 14, 33),
        (('"HT",', '"HT"'), "virgule manquante", 14, 9),
        (('"numLigne": 1', '"numLigne": 01'), "zéro en tête", 7, 20),
        (('"DUPONT"', "'DUPONT'"), "guillemets", 24, 26),
        (('"DUPONT"', "«DUPONT»"), "guillemets", 24, 26),
        (('"isMandataire": false', '"isMandataire": False'), "mot", 17, 25),
        (('"numLigne": 1,', '"numLigne": 1, // une'), "commentaire", 7, 22),
        (("DUPONT", "DU\nPONT"), "saut", 24, 29),
        (("DUPONT", "DU\\PONT"), "antislash", 24, 29),
        (('"libelleTraitement": null\n    }\n  ]\n}\n', '"libelleTraitement": nu'), "mot", 72, 28),
        (('"libelleTraitement": null\n    }\n  ]\n}\n', '"libelleTraitement": null'), "fin", 72, 32),
        (("\n  ]\n}\n", "\n  ]\n}\n}\n"), "suite", 76, 1),
        (('"SIRET":', '"SIRET"='), "caractère", 4, 10),
    ],
)
def test_a_slip_of_syntax_is_explained_at_its_line_and_column(
    change: Change, slip: str, line: int, column: int
) -> None:
    (finding,) = report_on(changed(change)).findings
    assert finding.code == "K103"
    assert dict(finding.issue.faits)["cause"] == SYNTAXE[slip]
    assert (finding.ligne, finding.colonne) == (line, column)


# --- what a finding says ----------------------------------------------------------------------------------------------


def test_a_finding_says_request_path_line_and_words() -> None:
    text = requests(numbered(1, "00001"), numbered(2, "00012", changed(('"777777777"', '"77777777"'))))
    (finding,) = report_on(text).erreurs
    assert (finding.code, finding.gravite, finding.controle) == ("K202", Gravite.ERREUR, 2)
    assert (finding.rang, finding.numLigne, finding.numeroEditeur) == (1, 2, "00012")
    assert finding.chemin == "/lignesImport/1/beneficiaires/EtablissementsClients/1/FINESSPMSI"
    assert finding.lieu == "demande 00012, établissement 2, FINESSPMSI"
    assert text.splitlines()[finding.ligne - 1].strip() == '"FINESSPMSI": "77777777"'
    assert text.splitlines()[finding.ligne - 1][finding.colonne - 1 :] == '"77777777"'
    assert finding.issue.valeur == "77777777"


def test_a_misspelt_tag_is_told_with_the_one_meant() -> None:
    (finding,) = report_on(changed(('"FINESSPMSI"', '"FinessPMSI"'))).erreurs
    assert finding.issue.proposition == "FINESSPMSI"


def test_a_wrong_name_is_told_with_the_right_one() -> None:
    (finding,) = report_on(changed(("HOP-DPI-Va1-BDC-00001.pdf", "bon.pdf"))).erreurs
    assert finding.issue.proposition == "HOP-DPI-Va1-BDC-00001.pdf"


def test_the_first_error_of_each_request_is_the_one_the_portal_would_name() -> None:
    spoilt = changed(("13750.00", "13750"), ("15/04/2022", "15-04-2022"), ('"DUPONT"', '"Dupont"'))
    report = report_on(requests(numbered(1, "00001"), numbered(2, "00002", spoilt)))
    assert [code for code, _ in errors(report)] == ["K210", "K213", "K205"]
    assert [d.premiere and d.premiere.code for d in report.demandes] == [None, "K210"]
    assert report.refus_du_fichier is None


def test_a_repeated_tag_is_told_where_it_is_repeated() -> None:
    (finding,) = report_on(changed(('"SIRET"', '"numeroAns": "1234567890",\n  "SIRET"'))).erreurs
    assert (finding.code, finding.chemin, finding.ligne) == ("K105", "/numeroAns", 4)


def test_a_path_escapes_what_a_json_pointer_must() -> None:
    assert errors(report_on(changed(('"typeAction"', '"a/b~c": 1, "typeAction"')))) == [("K111", f"{R}/a~1b~0c")]


def test_a_lapse_in_a_list_that_is_itself_repeated_away_is_told() -> None:
    text = changed(('"typeAction"', '"typeAction": "C", "typeAction"'), ("  ]\n}\n", '  ],\n  "lignesImport": []\n}\n'))
    assert {code for code, _ in errors(report_on(text))} == {"K105", "K113"}


def test_a_mass_of_unknown_tags_takes_no_minutes() -> None:
    strays = ", ".join(f'"tag{number}": {number}' for number in range(20_000))
    assert len(errors(report_on(changed(('  "impId": null,\n', f"{strays},\n"))))) == 20_001


def test_every_message_can_be_said() -> None:
    for code, message in MESSAGES.items():
        assert re.fullmatch(r"K[1234]\d\d", code)
        assert message.phrase.endswith(".")
        assert message.conseil.endswith((".", "{proche}"))


def test_every_code_is_triggered_by_a_test() -> None:
    tests = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    assert [code for code in MESSAGES if f'"{code}"' not in tests] == []


# --- the portal's answer ----------------------------------------------------------------------------------------------

TWO = requests(numbered(1, "00001"), numbered(2, "00002", changed(('"DUPONT"', '"Dupont"'))))


def rows_of(answered: bytes | None) -> list[dict[str, Any]]:
    assert answered
    return json.loads(answered)["lignesImport"]


def test_the_answer_fills_four_tags_and_changes_nothing_else() -> None:
    answered = answer(report_on(TWO)).decode()
    before, after = TWO.splitlines(), answered.splitlines()
    assert len(before) == len(after)
    different = [line.split(":")[0].strip() for line, other in zip(before, after, strict=True) if line != other]
    assert different == [
        '"impId"', '"numeroASP"', '"codeTraitement"', '"libelleTraitement"', '"codeTraitement"', '"libelleTraitement"',
    ]  # fmt: skip
    assert "13750.00" in answered


def test_the_answer_accepts_and_refuses_as_the_portal_would() -> None:
    first, second = rows_of(answer(report_on(TWO)))
    assert (first["codeTraitement"], first["libelleTraitement"]) == ("OK", "Demande acceptée")
    assert first["numeroASP"] == "FICTIF-00001"
    assert (second["codeTraitement"], second["libelleTraitement"]) == ("KO", "nomClient : pas en majuscules")
    assert second["numeroASP"] is None


def test_a_rehearsal_may_refuse_a_good_request() -> None:
    (row,) = rows_of(answer(report_on(EXAMPLE), refuse={"00001"}))
    assert row["numeroASP"] is None
    assert row["libelleTraitement"] == "Demande refusée pour l’exercice"


def test_the_answer_is_the_same_each_time() -> None:
    assert answer(report_on(TWO)) == answer(report_on(TWO))


def test_the_portal_does_not_answer_a_file_that_it_refuses_as_a_whole() -> None:
    assert answer(report_on(changed(('"numLigne": 1', '"numLigne": 2')))) is None
    assert answer(report_on(changed(('"impId": null,', "")))) is None
    assert answer(report_on(b"{")) is None


def test_an_answer_is_recognised_and_its_tags_are_no_errors_of_their_own() -> None:
    report = report_on(answer(report_on(EXAMPLE)))
    assert report.reponse
    assert errors(report) == [("K217", "/impId")]


def test_a_single_tag_filled_is_no_answer() -> None:
    text = requests(numbered(1, "00001", changed(('"codeTraitement": null', '"codeTraitement": "0"'))), TWO)
    report = report_on(text)
    assert not report.reponse
    assert ("K201", f"{R}/codeTraitement") in errors(report)


# --- the schema -------------------------------------------------------------------------------------------------------


def valid(document: Any, **variant: Any) -> bool:
    return jsonschema.Draft202012Validator(schema_of(SHAPE, **variant)).is_valid(document)


def test_the_schema_takes_the_example_and_its_answer() -> None:
    document = json.loads(EXAMPLE)
    answered = json.loads(answer(report_on(EXAMPLE)))
    jsonschema.Draft202012Validator.check_schema(schema_of(SHAPE))
    assert valid(document)
    assert valid(document, logiciel="DPI")
    assert not valid(document, logiciel="PFI")
    assert valid(document, reponse=True)
    assert valid(answered, reponse=True)
    assert not valid(answered)


STRUCTURAL = [m for m in MUTATIONS if m[2].startswith("K1") and m[2] not in {"K105", "K106", "K119"}]


@pytest.mark.parametrize("mutation", [m[1] for m in STRUCTURAL if m[0] != "numLigne with a point"])
def test_the_schema_refuses_what_the_first_control_refuses(mutation: Change) -> None:
    assert not valid(json.loads(changed(mutation)))


def test_the_published_schema_is_the_one_derived() -> None:
    published = resources.files("converter.portal").joinpath("schema-hop.json").read_text(encoding="utf-8")
    assert json.loads(published) == schema_of(SHAPE), "segur-hop verifier --schema > converter/portal/schema-hop.json"


# --- an adopted model -------------------------------------------------------------------------------------------------


def adopted(*changes: Change) -> Shape:
    return compile_model(json.loads(changed(*changes)), "modele-portail.json")


def test_the_shape_is_the_models() -> None:
    spelling = ('"SIRET"', '"siret"')
    shape = adopted(spelling)
    assert report_on(changed(spelling), shape=shape).conforme
    assert errors(report_on(EXAMPLE, shape=shape)) == [("K111", "/SIRET")]


def test_rules_hold_in_a_flat_scenario() -> None:
    flat = (
        ('"DPI": {', ""),
        ('"isProSanteConnectNeeded": true\n        },\n        "PFI": {', '"isProSanteConnectNeeded": true,'),
        ('"isEnvoiMSSCitoyen": false\n        }', '"isEnvoiMSSCitoyen": false'),
    )
    shape = adopted(*flat)
    assert report_on(changed(*flat), shape=shape).conforme
    report = report_on(changed(*flat, ('"isEnvoiDMP": false', '"isEnvoiDMP": true')), shape=shape)
    assert errors(report) == [("K250", f"{R}/scenarioInstallation/isEnvoiDMP")]


def test_a_key_of_the_models_own_must_be_there_and_warns_when_it_has_another_value() -> None:
    own = ('"typeAction": "C"', '"typeAction": "C", "version": "2"')
    shape = adopted(own)
    assert report_on(changed(own), shape=shape).conforme
    assert errors(report_on(EXAMPLE, shape=shape)) == [("K110", f"{R}/version")]
    other = report_on(changed(own, ('"version": "2"', '"version": "3"')), shape=shape)
    assert other.conforme
    assert ("K121", f"{R}/version") in warnings(other)


# --- whatever comes ---------------------------------------------------------------------------------------------------

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.binary(max_size=200))
@settings(deadline=None)
def test_any_bytes_are_reported_and_never_raise(data: bytes) -> None:
    assert report_on(data).findings


def places_of(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for step, inner in items:
        yield from places_of(inner, (*path, step))


PLACES = [path for path in places_of(json.loads(EXAMPLE)) if path]


def replaced(path: tuple[Any, ...], value: Any) -> Any:
    document = json.loads(EXAMPLE)
    holder = document
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value
    return document


@given(st.sampled_from(PLACES), JSON_VALUES)
@settings(deadline=None, max_examples=300)
def test_any_value_at_any_place_is_reported_at_a_path_and_never_raises(path: tuple[Any, ...], value: Any) -> None:
    document = replaced(path, value)
    report = report_on(json.dumps(document))
    for finding in report.findings:
        assert finding.ligne >= 1
        assert finding.chemin == "" or finding.chemin.startswith("/")
    answer(report)


@given(st.sampled_from(PLACES), JSON_VALUES)
@settings(deadline=None, max_examples=200)
def test_the_first_control_and_the_schema_agree_on_structure(path: tuple[Any, ...], value: Any) -> None:
    """What the schema refuses by keys and types, the controls refuse too; the second control sees to the rest."""
    document = replaced(path, value)
    text = json.dumps(document).replace("13750.0", "13750.00")
    report = report_on(text)
    if not valid(document):
        assert not report.conforme
    if any(f.code in {"K110", "K111", "K112"} for f in report.findings) and value != 1.0:
        assert not valid(document)  # 1.0 is a whole number for JSON Schema, not for us
