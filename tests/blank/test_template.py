"""The workbook: what a user and the reader find in it, whatever Excel or LibreOffice does to it."""

import io
import re
import shutil
import subprocess
import textwrap
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineWorkbook

import converter
from converter.blank import template
from converter.issues import Gravite
from converter.sentences.typography import french
from converter.spec import programme, tags
from converter.xlsx import fills
from tests.support.audit import findings

REPO = Path(__file__).parents[2]
BUILT = REPO / "templates" / "segur-hop.xlsx"
MAIN = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
SHEETS = ["Mode d'emploi", "Paramètres", "Demandes", "Bénéficiaires", "Pièces", "Listes"]
VENDOR = {
    "Demandes": "numeroEditeur logiciel dateCommande regimeTVA montantSegurHT isMandataire isClientUnique "
    "nomMandataire emailMandataire telephoneMandataire isPFIpourEnvoiDMPIndependante isPFIpourEnvoiMSSProIndependante "
    "isPFIpourEnvoiMSSPCitoyenIndependante isProSanteConnectNeeded isCRBIOAssociated isCRRADAssociated "
    "operateurMessagerie isEnvoiDMP isEnvoiMSSPro isEnvoiMSSCitoyen",
    "Bénéficiaires": "numeroEditeur nomClient emailClient telephoneClient FINESSPMSI",
    "Pièces": "numeroEditeur typeFichier fichier",
}
LATER = {"Demandes": "decision dateDecision montantPaye datePaiement"}
TOOL = {
    "Demandes": (
        "etat controle fichierJSON dateDepot numeroASP codeTraitement libelleTraitement anciensNumeros historique"
    ),
    "Bénéficiaires": "nomEtablissement controle",
    "Pièces": "controle",
}
LAID_OUT = {
    "Demandes": (
        "etat controle",
        VENDOR["Demandes"].removeprefix("numeroEditeur "),
        TOOL["Demandes"].removeprefix("etat controle "),
    ),
    "Bénéficiaires": ("controle", VENDOR["Bénéficiaires"].removeprefix("numeroEditeur "), "nomEtablissement"),
    "Pièces": ("controle", VENDOR["Pièces"].removeprefix("numeroEditeur "), ""),
}
"""After the number, what the tool says of the row; then what the vendor fills; then what became of it."""
CODES = {
    "Demandes": "numeroEditeur telephoneMandataire numeroASP codeTraitement anciensNumeros",
    "Bénéficiaires": "numeroEditeur telephoneClient FINESSPMSI",
    "Pièces": "numeroEditeur",
}
DROP_DOWNS = {
    "logiciel": "=Logiciels",
    "regimeTVA": "=RegimesTVA",
    "isMandataire": "=OuiNon",
    "isEnvoiMSSPro": "=OuiNon",
    "isProSanteConnectNeeded": "=OuiNon",
    "typeFichier": "=TypesPiece",
}

DEMANDE: dict[str, template.Value] = {
    "numeroEditeur": "00001",
    "logiciel": "DPI",
    "dateCommande": date(2022, 4, 15),
    "regimeTVA": "HT",
    "montantSegurHT": Decimal("13750.00"),
    "isMandataire": False,
    "isClientUnique": True,
    "isPFIpourEnvoiDMPIndependante": False,
    "isPFIpourEnvoiMSSProIndependante": True,
    "isPFIpourEnvoiMSSPCitoyenIndependante": True,
    "isProSanteConnectNeeded": True,
}
CLIENT: dict[str, template.Value] = {
    "numeroEditeur": "00001",
    "nomClient": "DUPONT",
    "emailClient": "m.dupont@ch-saint-martin.fr",
    "telephoneClient": "01 44 55 66 77",
    "FINESSPMSI": "010780054",
}
BON: dict[str, template.Value] = {"numeroEditeur": "00001", "typeFichier": "BON_COMMANDE", "fichier": "bon.pdf"}
PREUVE: dict[str, template.Value] = {"numeroEditeur": "00001", "typeFichier": "PREUVE_HT", "fichier": "preuve.PDF"}
ROWS: template.Rows = {"Demandes": [DEMANDE], "Bénéficiaires": [CLIENT], "Pièces": [BON, PREUVE]}
PARAMETRES = {"SIRET": "73282932000074", "numeroAns.DPI": "1234567890", "profilIntegrationINS": "OUI"}


def built(rows: template.Rows | None = None, parametres: dict[str, str] | None = None) -> io.BytesIO:
    buffer = io.BytesIO()
    template.write_template(buffer, rows=rows, parametres=parametres)
    buffer.seek(0)
    return buffer


@pytest.fixture(scope="module")
def blank() -> openpyxl.Workbook:
    return openpyxl.load_workbook(built())


def letters_of(sheet: Worksheet) -> dict[str, str]:
    """The column letter of each tag of row 1."""
    return {cell.value: cell.column_letter for cell in sheet[1]}


def entry(sheet: Worksheet, letter: str) -> DataValidation:
    (only,) = [rule for rule in sheet.data_validations.dataValidation if str(rule.sqref).startswith(f"{letter}3")]
    return only


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {name: package.read(name) for name in package.namelist()}


def test_the_sheets_stand_in_order_and_the_lists_are_hidden(blank: openpyxl.Workbook) -> None:
    assert blank.sheetnames == SHEETS
    assert [sheet.sheet_state for sheet in blank] == ["visible"] * 5 + ["hidden"]
    assert blank.active.title == "Mode d'emploi"


@pytest.mark.parametrize("feuille", VENDOR)
def test_row_1_holds_every_tag_hidden_and_row_2_its_french_heading(blank: openpyxl.Workbook, feuille: str) -> None:
    sheet = blank[feuille]
    first, vendor, tool = LAID_OUT[feuille]
    later = LATER.get(feuille, "")
    assert list(letters_of(sheet)) == f"numeroEditeur {first} {vendor} {tool} {later}".split()
    assert {*letters_of(sheet)} == {*VENDOR[feuille].split(), *TOOL[feuille].split(), *later.split()}
    assert sheet.row_dimensions[1].hidden
    assert not sheet.row_dimensions[2].hidden
    assert [cell.value.replace("\xa0", " ") for cell in sheet[2]] == [
        tags.TAG[tag].libelle for tag in letters_of(sheet)
    ]
    assert sheet.max_row <= 3


def test_parametres_holds_hidden_tags_labels_values_and_help(blank: openpyxl.Workbook) -> None:
    sheet = blank["Paramètres"]
    assert sheet.column_dimensions["A"].hidden
    found = {row[0].value: row[2] for row in sheet.iter_rows(min_row=2) if row[0].value}
    ans = ["numeroAns.DPI", "numeroAns.PFI", "numeroAns.RI"]
    assert list(found) == [
        "SIRET",
        *ans,
        "profilIntegrationINS",
        "dossierPieces",
        "lectureBonsCommande",
        "fichierFiness",
    ]
    assert {cell.number_format for cell in found.values()} == {"@"}
    assert {nom: cell.value for nom, cell in found.items() if cell.value} == {"dossierPieces": "pieces"}
    assert all(row[1].value and row[3].value for row in sheet.iter_rows(min_row=5) if row[0].value)


@pytest.mark.parametrize("feuille", CODES)
def test_code_columns_are_text_dates_french_and_amounts_in_euros(blank: openpyxl.Workbook, feuille: str) -> None:
    sheet = blank[feuille]
    letters = letters_of(sheet)
    for tag in CODES[feuille].split():
        assert sheet.column_dimensions[letters[tag]].number_format == "@", tag
    if feuille == "Demandes":
        assert sheet.column_dimensions[letters["dateCommande"]].number_format == "dd/mm/yyyy"
        assert sheet.column_dimensions[letters["montantSegurHT"]].number_format == '#,##0.00\\ "€"'


@pytest.mark.parametrize("feuille", VENDOR)
def test_no_green_triangle_flags_a_code_for_being_text(feuille: str) -> None:
    xml = parts(built().getvalue())[f"xl/worksheets/sheet{SHEETS.index(feuille) + 1}.xml"]
    assert b'numberStoredAsText="1"' in xml


def test_drop_downs_go_through_defined_names_only(blank: openpyxl.Workbook) -> None:
    for feuille in VENDOR:
        sheet = blank[feuille]
        for rule in sheet.data_validations.dataValidation:
            if rule.type == "list":
                assert rule.formula1 in blank.defined_names
            assert "!" not in (rule.formula1 or "")
            assert len(rule.formula1 or "") <= 255
        for tag, letter in letters_of(sheet).items():
            if tag in DROP_DOWNS:
                assert f"={entry(sheet, letter).formula1}" == DROP_DOWNS[tag]


def test_the_lists_hold_the_values_of_the_guide(blank: openpyxl.Workbook) -> None:
    expected = {
        "OuiNon": ["OUI", "NON"],
        "RegimesTVA": ["HT", "TTC"],
        "Logiciels": ["DPI", "PFI", "RI"],
        "TypesPiece": ["BON_COMMANDE", "PREUVE_HT"],
    }
    for name, values in expected.items():
        ((feuille, area),) = blank.defined_names[name].destinations
        assert [cell.value for (cell,) in blank[feuille][area]] == values


@pytest.mark.parametrize("feuille", VENDOR)
def test_every_column_prompts_and_alerts_in_french_within_excel_s_limits(
    blank: openpyxl.Workbook, feuille: str
) -> None:
    sheet = blank[feuille]
    for tag, letter in letters_of(sheet).items():
        rule = entry(sheet, letter)
        assert 0 < len(rule.promptTitle) <= 32
        assert 0 < len(rule.prompt) <= 255
        assert 0 < len(rule.errorTitle) <= 32
        assert 0 < len(rule.error) <= 255
        assert rule.showInputMessage
        assert rule.showErrorMessage
        assert tags.TAG[tag].aide in rule.prompt.replace("\xa0", " ")


def test_a_tool_column_warns_and_a_number_from_elsewhere_may_be_pasted(blank: openpyxl.Workbook) -> None:
    for feuille in VENDOR:
        sheet = blank[feuille]
        letters = letters_of(sheet)
        for tag in TOOL[feuille].split():
            rule = entry(sheet, letters[tag])
            assert (rule.type, rule.errorStyle) == ("custom", "warning")
            assert rule.error.startswith("Cette colonne est remplie par l’outil")
    for feuille in ("Bénéficiaires", "Pièces"):
        rule = entry(blank[feuille], "A")
        assert (rule.type, rule.formula1, rule.errorStyle) == ("list", "NumerosEditeur", "warning")


@pytest.mark.parametrize("feuille", VENDOR)
def test_each_sheet_is_one_table_that_starts_at_the_first_request(blank: openpyxl.Workbook, feuille: str) -> None:
    sheet = blank[feuille]
    (table,) = sheet.tables.values()
    assert table.name == f"t{feuille.replace('é', 'e').replace('è', 'e')}"
    assert table.ref == f"A2:{sheet[1][-1].column_letter}3"
    assert [column.name for column in table.tableColumns] == [cell.value for cell in sheet[2]]
    assert table.autoFilter.ref == table.ref


def test_a_filled_table_holds_every_row() -> None:
    sheet = openpyxl.load_workbook(built(ROWS))["Pièces"]
    assert sheet.tables["tPieces"].ref == "A2:D4"


@pytest.mark.parametrize("feuille", VENDOR)
def test_headings_and_first_column_stay_in_view_and_on_each_page(blank: openpyxl.Workbook, feuille: str) -> None:
    sheet = blank[feuille]
    assert sheet.freeze_panes == {"Demandes": "D3"}.get(feuille, "C3")
    assert sheet.sheet_view.selection[-1].activeCell == "A3"
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.page_setup.paperSize == 9
    assert sheet.print_title_rows == "$2:$2"
    assert "&P" in sheet.oddFooter.right.text
    assert sheet.sheet_properties.pageSetUpPr.fitToPage


def outline(content: io.BytesIO) -> dict[int, dict[str, str]]:
    xml = etree.fromstring(parts(content.getvalue())["xl/worksheets/sheet3.xml"])
    return {int(col.get("min")): dict(col.attrib) for col in xml.iterfind("m:cols/m:col", MAIN)}


def test_the_columns_that_few_requests_need_are_folded_until_one_fills_them() -> None:
    folded = outline(built())
    rare = [10, 11, 12, *range(17, 23), *range(30, 34)]
    assert [n for n, col in folded.items() if col.get("outlineLevel") == "1"] == rare
    assert [n for n, col in folded.items() if col.get("hidden") == "1"] == rare
    assert [n for n, col in folded.items() if col.get("collapsed") == "1"] == [13, 23, 34]
    filled = {"isEnvoiDMP": True, "nomMandataire": "X", "decision": "Attribuée"}
    unfolded = outline(built({"Demandes": [{"numeroEditeur": "00001", **filled}]}))
    assert not any(col.get("hidden") or col.get("collapsed") for col in unfolded.values())


def test_the_columns_of_decision_and_payment_are_folded_until_they_serve() -> None:
    folded = outline(built())
    assert all(folded[n].get("hidden") == "1" for n in range(30, 34))
    assert folded[34].get("collapsed") == "1"
    unfolded = outline(built({"Demandes": [{"numeroEditeur": "00001", "decision": "Attribuée"}]}))
    assert not any(unfolded[n].get("hidden") for n in range(30, 34))


def test_required_conditional_and_tool_columns_look_apart(blank: openpyxl.Workbook) -> None:
    def fill(tag: str) -> str:
        sheet = blank["Demandes"]
        return sheet[f"{letters_of(sheet)[tag]}2"].fill.fgColor.rgb

    looks = [fill("numeroEditeur"), fill("nomMandataire"), fill("etat")]
    assert len(set(looks)) == 3
    assert fill("dateCommande") == looks[0]
    sheet = blank["Demandes"]
    assert sheet[f"{letters_of(sheet)['controle']}2"].font.i


def test_a_laptop_screen_shows_all_that_a_request_needs_before_scrolling(blank: openpyxl.Workbook) -> None:
    sheet = blank["Demandes"]
    needed = f"numeroEditeur etat controle {VENDOR['Demandes']}".split()[: -len(tags.PFI_TAGS)]
    zoom = sheet.sheet_view.zoomScale / 100
    pixels = sum((round(tags.TAG[nom].largeur * 7) + 5) * zoom for nom in {*needed} if nom not in tags.MANDATAIRE_TAGS)
    assert pixels + 20 <= 1366  # the numbers of the rows and the scroll bar at this zoom


@pytest.mark.parametrize("feuille", VENDOR)
def test_a_heading_takes_two_lines_at_most(feuille: str) -> None:
    for tag in tags.columns(feuille):
        assert len(textwrap.wrap(french(tag.libelle), tag.largeur + 1, break_on_hyphens=False)) <= 2, tag.libelle


@pytest.mark.parametrize("feuille", VENDOR)
def test_no_check_while_typing_blocks_an_entry(blank: openpyxl.Workbook, feuille: str) -> None:
    assert {rule.errorStyle for rule in blank[feuille].data_validations.dataValidation} == {"warning"}


@pytest.mark.parametrize("feuille", VENDOR)
def test_a_printed_sheet_has_the_thin_grey_lines_of_its_cells_only(blank: openpyxl.Workbook, feuille: str) -> None:
    assert not blank[feuille].print_options.gridLines
    look = blank[feuille].column_dimensions["B"].border
    assert (look.bottom.style, look.bottom.color.rgb) == ("thin", "FFD9D9D9")


def test_the_legend_shows_the_colours_of_the_marks(blank: openpyxl.Workbook) -> None:
    shown = {row[1].value: row[1].fill.fgColor.rgb for row in blank["Mode d'emploi"].iter_rows(max_col=2)}
    for gravite, word in (
        (Gravite.ERREUR, "Erreur"),
        (Gravite.AVERTISSEMENT, "Avertissement"),
        (Gravite.CORRECTION, "Correction"),
    ):
        assert f'rgb="{shown[word]}"' in fills.LOOKS[gravite]


def test_no_check_while_typing_can_be_taken_for_a_mark_of_the_tool() -> None:
    for name, data in parts(built(ROWS).getvalue()).items():
        if name.startswith("xl/"):
            assert b"segur-hop:" not in data, name


def test_mode_d_emploi_explains_every_column_every_state_and_the_cycle(blank: openpyxl.Workbook) -> None:
    words = {
        str(cell.value).replace("\xa0", " ") for row in blank["Mode d'emploi"].iter_rows() for cell in row if cell.value
    }
    text = "\n".join(words)
    for tag in tags.TAGS:
        if tag.feuilles:
            assert {tag.libelle, tag.aide} <= words
    assert set(programme.Etat) <= words
    for needed in (
        "Double-cliquez sur Convertir",
        "« avance »",
        "numéro ANS",
        "depots\\JSON-",
        "glissez-le sur Convertir",
    ):
        assert needed in text
    assert blank["Mode d'emploi"].page_setup.fitToHeight == 0


def every_sentence() -> dict[str, str]:
    texts = {}
    for name, data in parts(built().getvalue()).items():
        if name == "xl/sharedStrings.xml" or name.startswith("xl/worksheets/sheet"):
            found = etree.fromstring(data).xpath("//m:t/text() | //m:dataValidation/@*", namespaces=MAIN)
            texts |= {str(text): name for text in found if " " in text}
    return texts


def test_french_punctuation_never_starts_a_line() -> None:
    for text in every_sentence():
        assert not re.search(r" [:;?!»]|« ", text), text


def test_no_english_word_meets_the_user() -> None:
    english = re.compile(r"\b(the|and|of|sheet|error|value|please|must|with|file|row|column)\b", re.IGNORECASE)
    for text in every_sentence():
        assert not english.search(text), text


def test_the_version_is_stamped_in_the_properties(blank: openpyxl.Workbook) -> None:
    stamp = {prop.name: prop.value for prop in blank.custom_doc_props.props}
    assert stamp == {"segur-hop.version": converter.__version__}
    assert blank.properties.title == "Demande d’avance Ségur, couloir Hôpital"


def test_excel_s_schema_finds_nothing_to_say(tmp_path: Path) -> None:
    for name, rows in (("vierge", None), ("rempli", ROWS)):
        path = tmp_path / f"{name}.xlsx"
        template.write_template(path, rows=rows, parametres=PARAMETRES)
        assert not findings(path)


def test_the_same_content_gives_the_same_bytes() -> None:
    assert built(ROWS, PARAMETRES).getvalue() == built(ROWS, PARAMETRES).getvalue()


def test_the_built_template_is_the_one_of_the_code() -> None:
    fresh, kept = parts(built().getvalue()), parts(BUILT.read_bytes())
    remedy = "rebuild it: python -m tests.tools.derived"
    assert list(fresh) == list(kept), remedy
    assert [name for name in fresh if fresh[name] != kept[name]] == [], remedy


def test_filled_rows_are_read_back_as_they_were_given() -> None:
    book = CalamineWorkbook.from_filelike(built(ROWS, PARAMETRES))
    demande = dict(zip(*book.get_sheet_by_name("Demandes").to_python()[::2], strict=True))
    assert {tag: value for tag, value in demande.items() if value != ""} == {
        "numeroEditeur": "00001",
        "logiciel": "DPI",
        "dateCommande": date(2022, 4, 15),
        "regimeTVA": "HT",
        "montantSegurHT": 13750.0,
        "isMandataire": "NON",
        "isClientUnique": "OUI",
        "isPFIpourEnvoiDMPIndependante": "NON",
        "isPFIpourEnvoiMSSProIndependante": "OUI",
        "isPFIpourEnvoiMSSPCitoyenIndependante": "OUI",
        "isProSanteConnectNeeded": "OUI",
    }
    assert book.get_sheet_by_name("Bénéficiaires").to_python()[2] == [
        CLIENT["numeroEditeur"],
        "",
        *[*CLIENT.values()][1:],
        "",
    ]
    values = {row[0]: row[2] for row in book.get_sheet_by_name("Paramètres").to_python() if row[0]}
    empty = dict.fromkeys(("numeroAns.PFI", "numeroAns.RI", "lectureBonsCommande", "fichierFiness"), "")
    assert values == {**PARAMETRES, **empty, "dossierPieces": "pieces"}


def test_a_text_that_looks_like_a_formula_or_a_link_stays_text() -> None:
    hostile = ["=1+1", "+33 1", "-1", "@a", "http://exemple.fr", "00012", " x ", "_x0041_", "1E5"]
    rows = {"Pièces": [{"numeroEditeur": "00001", "fichier": text} for text in hostile]}
    content = built(rows)
    sheet = CalamineWorkbook.from_filelike(content).get_sheet_by_name("Pièces").to_python()
    assert [row[3] for row in sheet[2:]] == hostile
    xml = parts(content.getvalue())["xl/worksheets/sheet5.xml"]
    assert b"<f>" not in xml
    assert b"<hyperlink" not in xml


@settings(max_examples=5, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cc", "Cn", "Cs"]), min_size=1), min_size=1, max_size=60))
def test_any_text_is_read_back_as_given(texts: list[str]) -> None:
    content = built({"Pièces": [{"numeroEditeur": "00001", "fichier": text} for text in texts]})
    sheet = CalamineWorkbook.from_filelike(content).get_sheet_by_name("Pièces").to_python()
    assert [row[3] for row in sheet[2:]] == texts


@pytest.mark.parametrize("row", [{"montantSegurHT": 13750}, {"inconnue": "x"}])
def test_an_amount_of_unknown_unit_and_an_unknown_tag_are_bugs(row: dict[str, template.Value]) -> None:
    with pytest.raises((TypeError, KeyError)):
        built({"Demandes": [row]})


def test_a_path_that_cannot_be_written_says_so_as_the_system_does(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="absent"):
        template.write_template(tmp_path / "absent" / "x.xlsx")


# What a soft colour must be, cell by cell, worked out by hand: v «à vérifier», c «à compléter».
TYPED: template.Rows = {
    "Demandes": [
        DEMANDE,
        {**DEMANDE, "numeroEditeur": "00002", "isMandataire": True, "isClientUnique": False},
        {**DEMANDE, "numeroEditeur": "00003", "isMandataire": True, "nomMandataire": "Martin"},
        {**DEMANDE, "numeroEditeur": "00003", "regimeTVA": "TTC"},
        {"numeroEditeur": "00005", "logiciel": "PFI", "isEnvoiMSSPro": True},
        {**DEMANDE, "numeroEditeur": "6", "dateCommande": date(2999, 1, 1), "montantSegurHT": Decimal(-3)},
        {**DEMANDE, "numeroEditeur": "00007", "dateCommande": "15/04/22", "montantSegurHT": "gratuit", "logiciel": ""},
        {**DEMANDE, "numeroEditeur": "00008", "isMandataire": "peut-être", "regimeTVA": "ht", "controle": ""},
        {**DEMANDE, "numeroEditeur": "9", "controle": "1 erreur : N° éditeur"},
        {},
    ],
    "Bénéficiaires": [
        CLIENT,
        {**CLIENT, "numeroEditeur": "99999", "nomClient": "Dupont", "emailClient": "m.dupont", "FINESSPMSI": "1234"},
        {"numeroEditeur": "00002", "telephoneClient": "1" * 50, "nomClient": "É" * 49, "emailClient": "a b@c.fr"},
        *({**CLIENT, "numeroEditeur": f"0000{n}"} for n in (3, 5, 7, 8)),
    ],
    "Pièces": [
        BON,
        PREUVE,
        {**BON, "numeroEditeur": "00002", "fichier": "bon.docx"},
        {**BON, "numeroEditeur": "00002", "fichier": "bon.JPEG"},
        {"numeroEditeur": "77777", "typeFichier": "RIB"},
        *({**BON, "numeroEditeur": f"0000{n}"} for n in (3, 5, 7, 8)),
        *({**PREUVE, "numeroEditeur": f"0000{n}"} for n in (2, 7, 8)),
    ],
}
COLOURS = {
    "Demandes": {
        4: "c:isMandataire c:nomMandataire c:emailMandataire c:telephoneMandataire",
        5: "v:numeroEditeur v:isClientUnique v:nomMandataire c:regimeTVA",
        6: "v:numeroEditeur",
        7: "c:dateCommande c:regimeTVA c:montantSegurHT c:isMandataire c:isClientUnique c:operateurMessagerie "
        "c:isCRBIOAssociated c:isCRRADAssociated c:isEnvoiDMP c:isEnvoiMSSCitoyen",
        8: "v:numeroEditeur v:dateCommande v:montantSegurHT c:numeroEditeur c:regimeTVA",
        9: "v:dateCommande v:montantSegurHT",
        10: "v:isMandataire",
    },
    "Bénéficiaires": {
        4: "v:numeroEditeur v:nomClient v:emailClient v:FINESSPMSI",
        5: "v:telephoneClient v:emailClient c:FINESSPMSI",
    },
    "Pièces": {
        5: "v:fichier v:typeFichier",
        6: "v:typeFichier",
        7: "v:numeroEditeur v:typeFichier c:fichier",
    },
}


def recalculated(path: Path, folder: Path) -> openpyxl.Workbook:
    """The workbook as LibreOffice saves it, formulas computed."""
    profile = f"-env:UserInstallation={(folder / 'profil').as_uri()}"
    out = folder / "recalcule"
    command = ["libreoffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", str(out), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    return openpyxl.load_workbook(out / path.name, data_only=True)


def with_colours_as_values(content: io.BytesIO, path: Path) -> dict[str, dict[tuple[int, int], str]]:
    """Write each conditional format's formula into cells far to the right; return what each cell speaks of."""
    book = openpyxl.load_workbook(content)
    meaning: dict[str, dict[tuple[int, int], str]] = {}
    for feuille in VENDOR:
        sheet, column = book[feuille], 60
        meaning[feuille] = {}
        for alerte in sheet.conditional_formatting:
            for rule in alerte.rules:
                tag = sheet.cell(1, next(iter(alerte.sqref.ranges)).min_col).value
                level = "c" if rule.dxf.fill.bgColor.rgb == f"FF{fills.WAITING.fill}" else "v"
                for row in range(3, 15):
                    formula = re.sub(r"(?<=[A-Z])3\b", str(row), rule.formula[0])
                    sheet.cell(row, column, f'=IF({formula},"x","")')
                    meaning[feuille][row, column] = f"{level}:{tag}"
                column += 1
    book.save(path)
    return meaning


@pytest.mark.skipif(shutil.which("libreoffice") is None, reason="LibreOffice is not installed")
def test_the_soft_colours_show_the_simple_mistakes_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "saisie.xlsx"
    meaning = with_colours_as_values(built(TYPED, {"numeroAns.DPI": "1234567890"}), path)
    book = recalculated(path, tmp_path)
    for feuille, cells in meaning.items():
        shown: dict[int, set[str]] = {}
        for (row, column), what in cells.items():
            if book[feuille].cell(row, column).value == "x":
                shown.setdefault(row, set()).add(what)
        assert shown == {row: set(what.split()) for row, what in COLOURS[feuille].items()}, feuille


@pytest.mark.skipif(shutil.which("libreoffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_keeps_drop_downs_tables_and_the_stamp(tmp_path: Path) -> None:
    path = tmp_path / "vierge.xlsx"
    template.write_template(path)
    before, after = openpyxl.load_workbook(path), recalculated(path, tmp_path)
    assert after.sheetnames == SHEETS
    assert set(before.defined_names) <= set(after.defined_names)
    assert [prop.value for prop in after.custom_doc_props.props if prop.name == "segur-hop.version"]
    for feuille in VENDOR:
        assert after[feuille].row_dimensions[1].hidden
        assert list(after[feuille].tables) == list(before[feuille].tables)
        for letter in letters_of(before[feuille]).values():
            if entry(before[feuille], letter).type == "list":
                assert entry(after[feuille], letter).formula1 == entry(before[feuille], letter).formula1
