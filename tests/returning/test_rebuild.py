"""From JSON back to a workbook: the same JSON again, and nothing lost of what is odd.

A long run of the first property: `python -m tests.returning.test_rebuild 2000`.
"""

import io
import json
import sys
import tempfile
import zipfile
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings

from converter.attachments.inspection import OCTETS, Inspection
from converter.blank import template
from converter.checking import check
from converter.checking.check import Verdict
from converter.checking.demande import Demande, Entete, Lot, Piece
from converter.checking.demande import lots as in_lots
from converter.checking.lecture import read_cells
from converter.depositing.document import encode, write_document
from converter.issues import Inutilisable
from converter.reading import workbook
from converter.returning.rebuild import Reprise, extraire, reprendre, zips_beside
from converter.sentences.say import catalogue
from converter.spec.programme import BON_COMMANDE, PREUVE_HT
from converter.spec.shape import builtin_model, compile_model
from converter.spec.sheets import BENEFICIAIRES, DEMANDES, PIECES
from tests.support.generated import JOUR, NUMEROS_ANS, SIRET, lots
from tests.support.lots import CLIENTS, VALEURS

SHAPE = builtin_model()


def checked(reprise: Reprise, folder: Path) -> Verdict:
    """Write the workbook, read it as a user's, and check it with attachments that are fine."""
    path = folder / "repris.xlsx"
    template.write_template(path, rows=reprise.rows, parametres=reprise.parametres)
    lecture = read_cells(workbook.read(path))
    names = lecture.fichiers()
    formats = {".pdf": "PDF", ".png": "PNG", ".jpg": "JPG"}
    pieces = {
        nom: Inspection(str(folder / nom), 1, formats.get(Path(nom).suffix, ""), f"{rank:064d}")
        for rank, nom in enumerate(names)
    }
    return check.check(lecture, pieces, JOUR)


def converted(reprise: Reprise, folder: Path) -> list[bytes]:
    verdict = checked(reprise, folder)
    return [
        write_document(lot, SHAPE)
        for lot in in_lots(verdict.demandes, verdict.siret, verdict.numeros_ans)
        if lot.demandes
    ]


def guide() -> dict[str, Any]:
    """The guide's example as a document, to change."""
    document: dict[str, Any] = json.loads(json.dumps(SHAPE.sample))
    return document


def changed(**values: Any) -> bytes:
    """The guide's example, changed, as a file."""
    return encode(altered(**values))


def altered(**values: Any) -> dict[str, Any]:
    """The guide's example with other values of its request, order and beneficiary blocks and first establishment."""
    document = guide()
    request = document["lignesImport"][0]
    blocks = (request, request["commande"], request["beneficiaires"], document)
    for block in (
        *blocks,
        request["beneficiaires"]["EtablissementsClients"][0],
        *request["scenarioInstallation"].values(),
    ):
        block |= {nom: value for nom, value in values.items() if nom in block}
    return document


def cell(reprise: Reprise, sheet: str, tag: str, row: int = 0) -> Any:
    return reprise.rows[sheet][row].get(tag)


def one_numbered(numero: str) -> Lot:
    """Return a lot of one request under this number."""
    pieces = tuple(Piece(kind, "PDF", "x", 1, kind) for kind in (BON_COMMANDE, PREUVE_HT))
    request = Demande(3, "DPI", {"numeroEditeur": numero, **VALEURS}, CLIENTS, pieces)
    return Lot(Entete(SIRET, "DPI", NUMEROS_ANS["DPI"]), (request,))


UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])


def comes_back(lot: Lot) -> None:
    """Assert that the JSON of a lot, made a workbook, is the same JSON again."""
    before = write_document(lot, SHAPE)
    with tempfile.TemporaryDirectory() as folder:
        assert converted(reprendre([before], SHAPE), Path(folder)) == [before]


@settings(UNHURRIED, max_examples=20)
@given(lots())
@example(one_numbered("TOTAL"))
@example(one_numbered("Somme"))
def test_json_to_workbook_to_json_is_the_identity(lot: Lot) -> None:
    comes_back(lot)


@settings(UNHURRIED, max_examples=8)
@given(lots("DPI", 2), lots("PFI", 2), lots("RI", 2))
def test_one_file_of_each_software_makes_one_workbook(dpi: Lot, pfi: Lot, ri: Lot) -> None:
    numbered = [
        replace(
            lot,
            demandes=tuple(
                replace(d, valeurs={**d.valeurs, "numeroEditeur": f"{k}000{r}"}) for r, d in enumerate(lot.demandes)
            ),
        )
        for k, lot in enumerate((dpi, pfi, ri))
    ]
    before = [write_document(lot, SHAPE) for lot in numbered]
    reprise = reprendre(before, SHAPE)
    assert reprise.parametres == {"SIRET": SIRET} | {f"numeroAns.{k}": v for k, v in NUMEROS_ANS.items()}
    with tempfile.TemporaryDirectory() as folder:
        assert converted(reprise, Path(folder)) == before


def test_the_guides_example_fills_the_three_sheets() -> None:
    reprise = reprendre([encode(SHAPE.sample)], SHAPE)
    assert reprise.parametres == {"SIRET": "88558855858745", "numeroAns.DPI": "1234567890"}
    assert cell(reprise, DEMANDES, "dateCommande") == date(2022, 4, 15)
    assert cell(reprise, DEMANDES, "montantSegurHT") == Decimal("13750.00")
    assert cell(reprise, DEMANDES, "isPFIpourEnvoiMSSProIndependante") is True
    assert cell(reprise, DEMANDES, "isCRBIOAssociated") is None
    assert cell(reprise, DEMANDES, "etat") is None
    assert cell(reprise, BENEFICIAIRES, "FINESSPMSI") == "999999999"
    assert reprise.rows[PIECES] == [
        {"numeroEditeur": "00001", "typeFichier": "BON_COMMANDE", "fichier": "HOP-DPI-Va1-BDC-00001.pdf"}
    ]
    assert [issue.code for issue in reprise.issues] == ["S036"]


@pytest.mark.parametrize("printed", ["13750", "13750.0", "13750.00", "1.375e4"])
def test_an_amount_is_the_same_however_it_is_printed(printed: str) -> None:
    document = encode(SHAPE.sample).replace(b'"montantSegurHT": 13750.0', f'"montantSegurHT": {printed}'.encode())
    assert printed.encode() in document
    assert cell(reprendre([document], SHAPE), DEMANDES, "montantSegurHT") == 13750


WRONG: list[tuple[str, Any, Any, str]] = [
    ("numeroEditeur", 12, "12", "V002"),
    ("numeroEditeur", "É0001", "É0001", "V003"),
    ("dateCommande", "15/04/22", "15/04/22", "V006"),
    ("dateCommande", "2022-04-15", "2022-04-15", "C003"),
    ("dateCommande", "14/07/1789", "14/07/1789", "V009"),
    ("dateCommande", "31/02/2022", "31/02/2022", "V005"),
    ("dateCommande", 44666, "44666", "V005"),
    ("montantSegurHT", "treize mille", "treize mille", "V010"),
    ("montantSegurHT", True, "true", "V010"),
    ("montantSegurHT", -5, Decimal(-5), "V012"),
    ("montantSegurHT", Decimal("12345678901234.125"), "12345678901234.125", "V011"),
    ("regimeTVA", "TVA", "TVA", "V021"),
    ("regimeTVA", None, None, "V001"),
    ("isMandataire", "peut-être", "peut-être", "V020"),
    ("isMandataire", [True], "[true]", "V020"),
    ("nomMandataire", "DURAND", "DURAND", "R111"),
    ("nomClient", "X" * 60, "X" * 60, "V004"),
    ("emailClient", None, None, "V001"),
    ("FINESSPMSI", "99999999", "99999999", "V002"),
    ("isEnvoiDMP", True, True, "R103"),
]
"""A tag, its value in the JSON, what the workbook keeps of it, and the code that marks it there."""


def test_what_is_wrong_is_kept_and_marked_at_its_cell(tmp_path: Path) -> None:
    document = guide()
    document["lignesImport"] = [
        altered(**{"numeroEditeur": f"{rank:05d}", tag: value})["lignesImport"][0]
        for rank, (tag, value, _, _) in enumerate(WRONG)
    ]
    reprise = reprendre([encode(document)], SHAPE)
    for rank, (tag, _, kept, _) in enumerate(WRONG):
        held = {rows[rank][tag] for rows in reprise.rows.values() if tag in rows[rank]}
        assert held == {kept}, tag
    found = {(issue.place.ligne, issue.code, issue.balise) for issue in checked(reprise, tmp_path).issues}
    assert {(rank, code, tag) for rank, (tag, _, _, code) in enumerate(WRONG, start=3)} <= found


def test_a_wrong_siret_is_kept_and_marked(tmp_path: Path) -> None:
    reprise = reprendre([changed(SIRET=88558855858745)], SHAPE)
    assert reprise.parametres["SIRET"] == "88558855858745"
    assert ("V042", "SIRET") in {(issue.code, issue.balise) for issue in checked(reprise, tmp_path).issues}


@pytest.mark.parametrize("text", ["=1+1", "+33 1 44 55 66 77", "-DUPONT", "@SOMME(A1)", "'DUPONT"])
def test_text_that_looks_like_a_formula_stays_text(text: str, tmp_path: Path) -> None:
    reprise = reprendre([changed(nomClient=text)], SHAPE)
    assert b"<f>" not in _sheets(reprise, tmp_path)
    with zipfile.ZipFile(tmp_path / "repris.xlsx") as package:
        assert text.replace("'", "'").encode() in package.read("xl/sharedStrings.xml")


def _sheets(reprise: Reprise, folder: Path) -> bytes:
    template.write_template(folder / "repris.xlsx", rows=reprise.rows, parametres=reprise.parametres)
    with zipfile.ZipFile(folder / "repris.xlsx") as package:
        return b"".join(package.read(name) for name in package.namelist() if "worksheets/sheet" in name)


def test_an_answer_fills_the_tools_columns(tmp_path: Path) -> None:
    path = tmp_path / "JSON-1234567890-20220415-001.json"
    path.write_bytes(changed(numeroASP="A-77", codeTraitement=0, libelleTraitement="Demande acceptée"))
    reprise = reprendre([path], SHAPE)
    row = reprise.rows[DEMANDES][0]
    assert {nom: row.get(nom) for nom in ("etat", "numeroASP", "codeTraitement", "libelleTraitement")} == {
        "etat": "Acceptée",
        "numeroASP": "A-77",
        "codeTraitement": "0",
        "libelleTraitement": "Demande acceptée",
    }
    assert (row["fichierJSON"], row["dateDepot"]) == (path.name, date(2022, 4, 15))
    assert reprise.issues == ()
    assert checked(reprise, tmp_path).demandes == ()  # it is not converted again


def test_a_refusal_keeps_its_number_and_is_sent_to_retour() -> None:
    reprise = reprendre([changed(libelleTraitement="FINESS inconnu")], SHAPE)
    assert cell(reprise, DEMANDES, "etat") == "Rejetée"
    assert [issue.code for issue in reprise.issues] == ["S037"]


def test_an_unclear_answer_is_not_converted_again(tmp_path: Path) -> None:
    reprise = reprendre([changed(codeTraitement="E12")], SHAPE)
    assert cell(reprise, DEMANDES, "etat") == "Convertie"
    assert checked(reprise, tmp_path).demandes == ()


def test_the_software_is_told_by_the_attachments_else_by_the_scenario_else_by_the_numero_ans() -> None:
    def bare(**values: Any) -> bytes:
        document = json.loads(changed(**values))
        document["lignesImport"][0]["piecesJustificatives"] = []
        for nom in SHAPE.sample["lignesImport"][0]["scenarioInstallation"]["DPI"]:
            document["lignesImport"][0]["scenarioInstallation"]["DPI"][nom] = False
        return encode(document | {"numeroAns": "PFI4567890"})

    named = encode(SHAPE.sample)
    pfi = bare(numeroEditeur="00002", isEnvoiDMP=True)
    unknown = bare(numeroEditeur="00003")
    reprise = reprendre([named, unknown, pfi], SHAPE)
    assert [row["logiciel"] for row in reprise.rows[DEMANDES]] == ["DPI", "PFI", "PFI"]
    alone = reprendre([unknown], SHAPE)
    assert cell(alone, DEMANDES, "logiciel") == "DPI"
    assert "S032" in [issue.code for issue in alone.issues]


def test_what_has_no_column_is_told_once_and_the_models_own_keys_are_not() -> None:
    document = guide() | {"version": "1.2"}
    document["lignesImport"] += [dict(document["lignesImport"][0], commentaire="à revoir", numeroEditeur="00002")]
    document["lignesImport"] += [dict(document["lignesImport"][0], commentaire="urgent", numeroEditeur="00003")]
    told = [i for i in reprendre([encode(document)], SHAPE).issues if i.code == "S033"]
    assert [(dict(i.faits)["chemin"], i.valeur) for i in told] == [
        ("lignesImport › 2 › commentaire", "à revoir"),
        ("version", "1.2"),
    ]
    own = compile_model(guide() | {"version": "1.2"}, "m")
    assert "version" not in str(reprendre([encode(document)], own).issues)


def test_a_handmade_file_may_spell_and_nest_its_keys_its_own_way() -> None:
    document = guide()
    request = document["lignesImport"][0]
    request["scenarioInstallation"] = request["scenarioInstallation"]["DPI"] | request["scenarioInstallation"]["PFI"]
    request["PIECES_JUSTIFICATIVES"] = request.pop("piecesJustificatives")
    document["siret"] = document.pop("SIRET")
    assert reprendre([encode(document)], SHAPE).rows == reprendre([encode(guide())], SHAPE).rows


def test_a_text_that_no_cell_holds_is_cut_and_told() -> None:
    reprise = reprendre([changed(nomClient="X" * 40_000)], SHAPE)
    assert cell(reprise, BENEFICIAIRES, "nomClient") == "X" * 32_000
    (cut,) = [issue for issue in reprise.issues if issue.code == "S034"]
    assert (cut.place.feuille, cut.place.cellule, cut.balise) == (BENEFICIAIRES, "C3", "nomClient")


def test_the_same_file_twice_is_taken_once() -> None:
    reprise = reprendre([encode(guide()), encode(guide())], SHAPE)
    assert len(reprise.rows[DEMANDES]) == 1
    assert "S035" in [issue.code for issue in reprise.issues]


@pytest.mark.parametrize(
    ("second", "code"),
    [(changed(SIRET="73282932000074"), "S030"), (changed(numeroAns="9999999999"), "S031")],
)
def test_files_that_cannot_share_a_workbook_are_refused(second: bytes, code: str) -> None:
    with pytest.raises(Inutilisable) as refusal:
        reprendre([encode(guide()), second], SHAPE)
    assert [issue.code for issue in refusal.value.issues] == [code]


@pytest.mark.parametrize(
    ("data", "code"), [(b"", "F022"), (b"[]", "S001"), (b'{"lignesImport": []}', "S001"), (b"3", "S001")]
)
def test_a_file_without_requests_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(Inutilisable) as refusal:
        reprendre([data], SHAPE)
    assert [issue.code for issue in refusal.value.issues] == [code]


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Inutilisable) as refusal:
        reprendre([tmp_path / "rien.json"], SHAPE)
    assert refusal.value.issues[0].code == "F001"


def test_a_name_without_extension_gets_that_of_its_format_and_a_wrong_one_is_told() -> None:
    document = guide()
    document["lignesImport"][0]["piecesJustificatives"] = [
        {"nomFichier": "bon", "formatFichier": "PDF", "typeFichier": "BON_COMMANDE"},
        {"nomFichier": "preuve.png", "formatFichier": "PDF", "typeFichier": "PREUVE_HT"},
        {"nomFichier": None, "formatFichier": None, "typeFichier": None},
    ]
    reprise = reprendre([encode(document)], SHAPE)
    assert [row["fichier"] for row in reprise.rows[PIECES]] == ["bon.pdf", "preuve.png", None]
    assert [issue.valeur for issue in reprise.issues if issue.code == "S038"] == ["preuve.png"]


@pytest.mark.parametrize("nom", ["../../etc/passwd", "C:\\bon.pdf", "//serveur/bon.pdf", "CON.pdf"])
def test_a_name_that_leads_out_is_only_a_text(nom: str) -> None:
    document = guide()
    document["lignesImport"][0]["piecesJustificatives"][0]["nomFichier"] = nom
    assert nom in str(cell(reprendre([encode(document)], SHAPE), PIECES, "fichier"))


# --- attachments ------------------------------------------------------------------------------------------------------

NOM = "HOP-DPI-Va1-BDC-00001.pdf"


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for nom, data in members.items():
            package.writestr(nom, data)
    return path


def causes(archives: list[Path], noms: list[str], dossier: Path) -> dict[str, str]:
    told = extraire(archives, noms, dossier)
    assert {issue.code for issue in told} <= {"S039"}
    return {issue.valeur: dict(issue.faits)["cause"] for issue in told}


def test_attachments_are_extracted_under_their_own_name(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "PJ.zip", {f"dossier/{NOM}": b"%PDF-", "autre.pdf": b"x"})
    assert causes([archive], [NOM], tmp_path / "pieces") == {}
    assert [(path.name, path.read_bytes()) for path in (tmp_path / "pieces").iterdir()] == [(NOM, b"%PDF-")]
    assert causes([archive], [NOM], tmp_path / "pieces") == {}  # once more changes nothing


@pytest.mark.parametrize(
    "nom", ["../../evil.pdf", "/etc/cron.d/x", "bon.pdf", "HOP-DPI-Va1-BDC-00001.exe", "..\\x.pdf"]
)
def test_a_name_that_is_not_ours_is_never_written(nom: str, tmp_path: Path) -> None:
    archive = zipped(tmp_path / "PJ.zip", {nom: b"x"})
    assert list(causes([archive], [nom], tmp_path / "a" / "pieces")) == [nom]
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == [archive]


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "PJ.zip", {NOM: bytes(OCTETS + 1)})
    assert causes([archive], [NOM], tmp_path / "pieces") == {NOM: "elle pèse plus de 3 Mo"}
    assert list((tmp_path / "pieces").iterdir()) == []


def test_another_file_of_that_name_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "pieces").mkdir()
    (tmp_path / "pieces" / NOM).write_bytes(b"mine")
    assert "existe déjà" in causes([zipped(tmp_path / "PJ.zip", {NOM: b"theirs"})], [NOM], tmp_path / "pieces")[NOM]
    assert (tmp_path / "pieces" / NOM).read_bytes() == b"mine"


def test_a_link_in_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "pieces").mkdir()
    (tmp_path / "pieces" / NOM).symlink_to(tmp_path / "ailleurs")
    assert causes([zipped(tmp_path / "PJ.zip", {NOM: b"x"})], [NOM], tmp_path / "pieces")
    assert not (tmp_path / "ailleurs").exists()


def test_a_damaged_or_encrypted_zip_is_told(tmp_path: Path) -> None:
    data = io.BytesIO(zipped(tmp_path / "PJ.zip", {NOM: b"%PDF-" * 50}).read_bytes())
    flagged = bytearray(data.getvalue())
    flagged[6] |= 1
    flagged[flagged.rindex(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "PJ.zip").write_bytes(bytes(flagged))
    (tmp_path / "rien.zip").write_bytes(b"PK")
    assert causes([tmp_path / "rien.zip", tmp_path / "PJ.zip"], [NOM], tmp_path / "pieces") == {
        NOM: "elle est illisible dans le zip"
    }


def test_the_zips_of_a_deposit_are_found_beside_it(tmp_path: Path) -> None:
    for nom in (
        "PJ-1234567890-20220415-001-1.zip",
        "PJ-1234567890-20220415-001-2.zip",
        "PJ-1234567890-20220415-002-1.zip",
    ):
        (tmp_path / nom).touch()
    assert len(zips_beside(tmp_path / "JSON-1234567890-20220415-001.json")) == 2
    assert len(zips_beside(tmp_path / "demandes.json")) == 3


def test_every_message_is_complete() -> None:
    document = guide() | {"version": 1}
    for data in (encode(document), changed(libelleTraitement="non"), changed(nomClient="X" * 40_000)):
        for issue in reprendre([data, data], SHAPE).issues:
            words = dict(issue.faits) | {"valeur": issue.valeur}
            assert "{" not in catalogue()[issue.code].phrase.format_map(words)


def test_a_deposit_and_its_answer_give_each_request_once() -> None:
    sent, answered = encode(guide()), changed(numeroASP="A-77", libelleTraitement="Demande acceptée")
    for documents in ([sent, answered], [answered, sent]):
        reprise = reprendre(documents, SHAPE)
        assert [row.get("numeroASP") for row in reprise.rows[DEMANDES]] == ["A-77"]
        assert [len(reprise.rows[nom]) for nom in (BENEFICIAIRES, PIECES)] == [
            len(reprendre([sent], SHAPE).rows[nom]) for nom in (BENEFICIAIRES, PIECES)
        ]
        assert "S040" in [issue.code for issue in reprise.issues]


if __name__ == "__main__":
    settings(UNHURRIED, max_examples=int(sys.argv[1]), derandomize=False)(given(lots())(comes_back))()
    sys.stdout.write(f"{sys.argv[1]} lots came back\n")
