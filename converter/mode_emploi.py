"""The sheet `Mode d'emploi`: the cycle in one picture and six steps, the colours, every column from the table."""

import math
from collections.abc import Mapping
from typing import Any

from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from converter import charte
from converter.saisie import Niveau, french
from converter.spec import (
    BENEFICIAIRES,
    DATA_SHEETS,
    DEMANDES,
    PARAMETRES,
    PIECES,
    Etat,
    Obligation,
    Par,
    Tag,
    tool_columns,
    vendor_columns,
)

_WIDTHS = (2, 30, 66, 38, 15)
"""Columns A to E, in characters: a margin, then what, how, the format, the obligation."""
_SAFETY, _LINE_HEIGHT = 1.15, 15
_BOX_WIDTH, _ARROW_WIDTH, _BOX_HEIGHT, _CYCLE_ROWS = 148, 26, 58, 3

_CYCLE = (
    ("1", PARAMETRES, "votre SIRET, vos numéros ANS"),
    ("2", "Trois feuilles", f"{DEMANDES}, {BENEFICIAIRES}, {PIECES}"),
    ("3", "Convertir", "un double-clic"),
    ("4", "Corriger", "et recommencer en 3"),
    ("5", "Déposer", "sur le portail de l’ASP"),
    ("6", "Réponse", "la glisser sur Convertir"),
)

_STEPS = {
    "1. Remplissez Paramètres": (
        "Une seule fois : votre SIRET, le numéro ANS de chaque logiciel que vous vendez (DPI, PFI, RI), le "
        "dossier des pièces."
    ),
    "2. Remplissez les trois feuilles": (
        "Demandes : une ligne par bon de commande. Bénéficiaires : une ligne par établissement. Pièces : une "
        "ligne par fichier joint, à ranger dans le dossier « pieces » à côté de ce classeur. Le n° éditeur relie "
        "les trois feuilles. Une cellule choisie vous dit ce qu’elle attend."
    ),
    "3. Double-cliquez sur Convertir": (
        "Après avoir enregistré et fermé le classeur. L’outil contrôle tout ; les demandes sans erreur sont "
        "écrites dans un dossier prêt à déposer, les autres attendent."
    ),
    "4. Corrigez, recommencez": (
        "Rouvrez le classeur : les cellules à corriger sont marquées, la colonne Contrôle et la feuille Erreurs "
        "disent quoi faire. Corrigez puis recommencez en 3 : seules les demandes restées en attente sont "
        "converties."
    ),
    "5. Déposez sur le portail de l’ASP": (
        "Le dossier depots\\JSON-… contient le fichier JSON, ses fichiers .zip et bordereau.xlsx, qui dit quoi "
        "déposer où. Sur le portail : type de demande « avance », numéro ANS du logiciel, puis le JSON et tous "
        "ses .zip."
    ),
    "6. Rapportez la réponse": (
        "Téléchargez le fichier JSON que le portail rend et glissez-le sur Convertir : le n° ASP ou la raison du "
        "rejet s’inscrit sur chaque demande. Une demande rejetée reçoit un nouveau n° éditeur ; corrigez, "
        "recommencez en 3."
    ),
}

_ETATS = {
    Etat.A_CORRIGER: "Au moins une erreur : voyez la colonne Contrôle. La demande n’est pas convertie.",
    Etat.PRETE: "Sans erreur : elle partira à la prochaine conversion.",
    Etat.CONVERTIE: "Écrite dans un fichier JSON : à déposer sur le portail, ou déjà déposée. Ne la modifiez plus.",
    Etat.ACCEPTEE: "Acceptée par le portail : gardez son n° ASP, la demande de solde l’exigera.",
    Etat.REJETEE: "Refusée par le portail : corrigez selon le libellé de traitement, puis convertissez à nouveau.",
}

_LEGEND: tuple[tuple[str, Mapping[str, Any], str], ...] = (
    ("Obligatoire", charte.ENTETES[Obligation.TOUJOURS], "Titre d’une colonne à remplir sur chaque ligne."),
    (
        "Selon le cas",
        charte.ENTETES[Obligation.SELON],
        "Titre d’une colonne à remplir dans certains cas : mandataire, type de logiciel.",
    ),
    ("Facultatif", charte.ENTETES[Obligation.FACULTATIF], "Titre d’une colonne qui peut rester vide."),
    ("Rempli par l’outil", charte.ENTETE_OUTIL, "N’y écrivez rien : l’outil et la réponse du portail la remplissent."),
    (
        "À compléter",
        charte.SAISIE[Niveau.A_COMPLETER],
        "Pendant la saisie : une valeur manque, ou une ligne dans la feuille Bénéficiaires ou Pièces.",
    ),
    (
        "À vérifier",
        charte.SAISIE[Niveau.A_VERIFIER],
        "Pendant la saisie : longueur, MAJUSCULES, numéro inconnu ou en double, valeur de trop.",
    ),
    ("Erreur", {"bg_color": charte.ROUGE}, "Après un contrôle : à corriger, la demande n’est pas convertie."),
    ("Avertissement", {"bg_color": charte.ORANGE}, "Après un contrôle : à vérifier, la demande est convertie."),
)

_DECISIONS = (
    "Le guide de l’ASP écrit « moins de 50 caractères » : l’outil en accepte 49 au plus (149 pour un courriel).",
    "Une date de commande dans le futur et un montant nul ou négatif sont des erreurs.",
    "La clé du SIRET ou du FINESS ne donne qu’un avertissement : certains numéros valides ne la suivent pas.",
    "Une pièce de plus de 3 Mo est refusée, de même qu’un PDF vide, illisible ou protégé par un mot de passe.",
    "Une demande compte exactement un bon de commande, et une preuve HT si votre régime est HT.",
    "Un n° éditeur ne sert qu’une fois, même après un rejet : l’outil y veille.",
)

_HELP = (
    (
        "Une cellule marquée que vous ne comprenez pas",
        "La feuille Erreurs dit ce qui a été lu, ce qui est attendu et la correction proposée.",
    ),
    (
        "Une règle de fond, un rejet du portail",
        "L’ASP, par le portail Ségur, avec le n° éditeur et le libellé de traitement.",
    ),
    ("Le référencement, le numéro ANS", "L’ANS : https://esante.gouv.fr/segur-de-la-sante/hopital"),
    ("L’outil ne démarre pas", "Votre service informatique, avec le texte affiché dans la fenêtre de Convertir."),
)


def write(book: Workbook, sheet: Worksheet) -> None:
    """Fill the sheet, for two printed A4 pages."""
    page = _Page(book, sheet)
    page.set_up()
    page.title("Demandes d’avance Ségur : mode d’emploi", "Couloir Hôpital (DPI, PFI, RI). Une minute suffit.")
    page.cycle()
    page.heading("Les six étapes")
    for title, text in _STEPS.items():
        page.line(title, text)
    page.heading("Les couleurs")
    page.legend()
    page.heading("L’état d’une demande")
    for etat, text in _ETATS.items():
        page.line(etat, text)
    page.heading("Nos choix, là où le guide de l’ASP ne tranche pas")
    for text in _DECISIONS:
        page.sentence(text)
    page.heading("À qui demander")
    for title, text in _HELP:
        page.line(title, text)
    page.new_printed_page()
    for feuille in (PARAMETRES, *DATA_SHEETS):
        page.columns_of(feuille)


class _Page:
    """A pen that writes downwards, row by row."""

    def __init__(self, book: Workbook, sheet: Worksheet) -> None:
        self._book = book
        self._sheet = sheet
        self._row = 0

    def set_up(self) -> None:
        sheet = self._sheet
        sheet.hide_gridlines(2)
        sheet.set_tab_color(charte.GRIS)
        for column, width in enumerate(_WIDTHS):
            sheet.set_column(column, column, width)
        charte.print_on_a4(sheet)

    def title(self, title: str, below: str) -> None:
        self._sheet.set_row(self._row, 34)
        self._write(1, title, charte.TITRE)
        self._row += 1
        self._write(1, below, {})
        self._row += 2

    def cycle(self) -> None:
        """Draw the six boxes of the cycle, an arrow between two."""
        for rank, (number, title, below) in enumerate(_CYCLE):
            left = 16 + rank * (_BOX_WIDTH + _ARROW_WIDTH)
            self._box(left, f"{number}. {title}\n{below}")
            if number != _CYCLE[-1][0]:
                self._arrow(left + _BOX_WIDTH)
        self._row += _CYCLE_ROWS

    def heading(self, text: str) -> None:
        self._sheet.set_row(self._row, 30)
        for column in range(1, len(_WIDTHS)):
            self._write(column, text if column == 1 else "", {**charte.SOUS_TITRE, "valign": "bottom"})
        self._row += 1

    def line(self, title: str, text: str) -> None:
        """Write a title in bold and its text beside it."""
        self._write(1, title, charte.LIBELLE)
        self._merge(2, text, charte.TABLEAU)

    def sentence(self, text: str) -> None:
        self._merge(1, f"• {text}", charte.TEXTE)

    def legend(self) -> None:
        """Show each colour as it is in the sheets, with its meaning."""
        for sample, look, meaning in _LEGEND:
            self._write(1, sample, {**charte.TEXTE, **look})
            self._merge(2, meaning, charte.TABLEAU)

    def new_printed_page(self) -> None:
        self._sheet.set_h_pagebreaks([self._row])

    def columns_of(self, feuille: str) -> None:
        """Explain every column of a sheet, from the table."""
        self.heading(f"Feuille {feuille}")
        for column, text in enumerate(("Colonne", "Ce qu’elle contient", "Format attendu", "Obligation"), start=1):
            self._write(column, text, charte.ENTETES[Obligation.SELON])
        self._row += 1
        for tag in (*vendor_columns(feuille), *tool_columns(feuille)):
            self._column(tag)

    def _column(self, tag: Tag) -> None:
        by_vendor = tag.par is Par.FOURNISSEUR
        cells = (
            tag.libelle,
            tag.aide,
            tag.format.attendu if by_vendor else "",
            tag.obligation if by_vendor else f"rempli par {tag.par}",
        )
        for column, text in enumerate(cells, start=1):
            look = charte.LIBELLE if column == 1 else charte.TABLEAU
            self._write(column, text, look if by_vendor else {**look, "font_color": charte.GRIS_TEXTE, "italic": True})
        self._advance(*zip(cells, _WIDTHS[1:], strict=True))

    def _write(self, column: int, text: str, look: Mapping[str, Any]) -> None:
        self._sheet.write_string(self._row, column, french(text), self._book.add_format({**look}))

    def _merge(self, first: int, text: str, look: Mapping[str, Any]) -> None:
        """Write a text over all columns from `first` and go to the next row."""
        last = len(_WIDTHS) - 1
        self._sheet.merge_range(self._row, first, self._row, last, french(text), self._book.add_format({**look}))
        self._advance((text, sum(_WIDTHS[first:])))

    def _advance(self, *texts: tuple[str, int]) -> None:
        """Make the row as high as its longest text needs: Excel fits no merged cell by itself."""
        lines = max(math.ceil(len(text) * _SAFETY / width) for text, width in texts)
        self._sheet.set_row(self._row, _LINE_HEIGHT * max(lines, 1) + 3)
        self._row += 1

    def _box(self, left: int, text: str) -> None:
        self._textbox(left, _BOX_WIDTH, text, {"fill": {"color": charte.BLEU_PALE}, "line": {"color": charte.BLEU}})

    def _arrow(self, left: int) -> None:
        self._textbox(left, _ARROW_WIDTH, "➜", {"fill": {"none": True}, "line": {"none": True}})

    def _textbox(self, left: int, width: int, text: str, look: Mapping[str, Any]) -> None:
        options = {
            "x_offset": left,
            "width": width,
            "height": _BOX_HEIGHT,
            "align": {"vertical": "middle", "horizontal": "center"},
            "font": {"color": charte.BLEU, "size": 11, "bold": text == "➜"},
            "description": "" if text == "➜" else french(text),
            "decorative": text == "➜",
            "object_position": 3,
            **look,
        }
        self._sheet.insert_textbox(self._row, 0, french(text), options)
