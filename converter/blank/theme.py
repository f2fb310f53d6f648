"""The look of the workbook: its colours, each with one meaning, and the cell properties made of them."""

from collections.abc import Mapping
from typing import Any

from xlsxwriter.worksheet import Worksheet

from converter.blank.while_typing import Niveau
from converter.issues import Gravite
from converter.spec.formats import Booleen, Choix, Code, Jour
from converter.spec.tags import PHRASES, Obligation, Par, Tag
from converter.xlsx.fills import COLOURS, WAITING, Colours

_A4 = 9

BLEU, BLEU_CLAIR, BLEU_PALE = "#1F4E79", "#BDD7EE", "#EEF4FA"
GRIS, GRIS_CLAIR, GRIS_TEXTE = "#D9D9D9", "#F5F5F5", "#595959"


def _drawn(colours: Colours) -> Mapping[str, Any]:
    return {"bg_color": f"#{colours.fill}", "font_color": f"#{colours.font}"}


ERREUR, AVERTISSEMENT, CORRECTION = (_drawn(COLOURS[gravite]) for gravite in Gravite)
"""The marks after a run: here for the legend."""

SAISIE: Mapping[Niveau, Mapping[str, Any]] = {
    Niveau.A_VERIFIER: {"bg_color": "#E2D9F0", "font_color": "#4B2E83"},
    Niveau.A_COMPLETER: _drawn(WAITING),
}
"""The soft colours while typing: neither red nor orange, which are for what the tool finds wrong."""

TITRE: Mapping[str, Any] = {"bold": True, "font_size": 18, "font_color": BLEU, "valign": "vcenter"}
SOUS_TITRE: Mapping[str, Any] = {"bold": True, "font_size": 13, "font_color": BLEU, "bottom": 2, "bottom_color": BLEU}
TEXTE: Mapping[str, Any] = {"text_wrap": True, "valign": "vcenter"}
LIBELLE: Mapping[str, Any] = {**TEXTE, "bold": True, "bottom": 1, "bottom_color": GRIS}
VALEUR: Mapping[str, Any] = {"valign": "vcenter", "border": 1, "border_color": BLEU, "bg_color": "#FFFDF0", "indent": 1}
BOITE: Mapping[str, Any] = {
    "text_wrap": True,
    "align": "center",
    "valign": "vcenter",
    "border": 1,
    "border_color": BLEU,
    "bg_color": BLEU_PALE,
}
FLECHE: Mapping[str, Any] = {"align": "center", "valign": "vcenter", "font_color": BLEU}
TABLEAU: Mapping[str, Any] = {**TEXTE, "indent": 1, "bottom": 1, "bottom_color": GRIS}

_ENTETE: Mapping[str, Any] = {
    "bold": True,
    "font_size": 10,
    "text_wrap": True,
    "valign": "vcenter",
    "border": 1,
    "border_color": "#FFFFFF",
}
ENTETES: Mapping[Obligation, Mapping[str, Any]] = {
    Obligation.TOUJOURS: {**_ENTETE, "bg_color": BLEU, "font_color": "#FFFFFF"},
    Obligation.SELON: {**_ENTETE, "bg_color": BLEU_CLAIR, "font_color": BLEU},
    Obligation.FACULTATIF: {**_ENTETE, "bg_color": BLEU_PALE, "font_color": BLEU},
}
ENTETE_OUTIL: Mapping[str, Any] = {**_ENTETE, "bg_color": GRIS, "font_color": GRIS_TEXTE, "bold": False, "italic": True}
ENTETE_AUTRE: Mapping[str, Any] = {**_ENTETE, "border_color": GRIS, "font_color": GRIS_TEXTE}
AUTRE: Mapping[str, Any] = {"valign": "vcenter", "border": 1, "border_color": GRIS}
"""A column of the user's own."""
COLONNE_OUTIL: Mapping[str, Any] = {"bg_color": GRIS_CLAIR, "font_color": GRIS_TEXTE, "italic": True}


def entete(tag: Tag) -> Mapping[str, Any]:
    """Return the look of a heading: who fills the column, and whether it must be."""
    return ENTETE_OUTIL if tag.par in {Par.OUTIL, Par.ASP} else ENTETES[tag.obligation]


def colonne(tag: Tag) -> Mapping[str, Any]:
    """Return the look of a column, which every new row takes over.

    A column of sentences is no text column: Excel may show more than 255 characters there as ####.
    """
    if tag.nom in PHRASES:
        look: Mapping[str, Any] = {}
    elif isinstance(tag.format, Booleen | Choix | Code | Jour):
        look = {"num_format": tag.format.excel, "align": "center"}
    else:
        look = {"num_format": tag.format.excel}
    return {
        "valign": "vcenter",
        "border": 1,
        "border_color": GRIS,
        **(COLONNE_OUTIL if tag.par in {Par.OUTIL, Par.ASP} else {}),
        **look,
    }


def print_on_a4(sheet: Worksheet, *, landscape: bool = False, pages_wide: int = 1) -> None:
    """Print a sheet on A4 with its name, the file's and the page numbers."""
    sheet.set_paper(_A4)
    if landscape:
        sheet.set_landscape()
    sheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.6)
    sheet.fit_to_pages(pages_wide, 0)
    sheet.set_header("&L&A&R&F")
    sheet.set_footer("&LSégur numérique, couloir Hôpital&RPage &P sur &N")
