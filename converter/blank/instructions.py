"""The sheet `Mode d'emploi`: the cycle in one picture and six steps, the colours, every column from the table."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from converter.blank import theme
from converter.blank.while_typing import Niveau
from converter.sentences.typography import french
from converter.spec.programme import Etat
from converter.spec.sheets import BENEFICIAIRES, DATA_SHEETS, DEMANDES, PARAMETRES, PIECES
from converter.spec.tags import Obligation, Par, Tag, columns

Span = tuple[int, int]

_BOX, _ARROW = 22, 3
_WIDTHS = (2, _BOX, *(_ARROW, _BOX) * 5)
"""Columns A to L, in characters: a margin, then the six boxes of the cycle with an arrow between two."""
_TITLE, _TEXT, _WHOLE = (1, 2), (3, 11), (1, 11)
_TABLE = ((1, 2), (3, 7), (8, 10), (11, 11))
"""The columns, first and last, that a title, a text and the cells of a table extend over."""
_LINE_HEIGHT, _NARROW = 15.5, 0.85
"""Points of a line, and how many digits wide a letter is on average."""

_CYCLE = {
    f"1. {PARAMETRES}": "votre SIRET, vos numéros ANS",
    "2. Trois feuilles": f"{DEMANDES}, {BENEFICIAIRES}, {PIECES}",
    "3. Convertir": "enregistrer, fermer, double-cliquer",
    "4. Corriger": "les cellules marquées, puis refaire 3",
    "5. Déposer": "le dossier sur le portail de l’ASP",
    "6. Réponse": "la glisser sur Convertir",
}

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
    "5. Déposez sur le portail": (
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
    Etat.ATTRIBUEE: "L’ASP a décidé l’avance (colonne Décision de l’ASP) : le paiement est attendu.",
    Etat.PAYEE: "L’avance est payée : le suivi compare le montant reçu à celui attendu.",
    Etat.REFUSEE: "Refusée à l’instruction : redéposez-la corrigée, sur une nouvelle ligne et sous un nouveau n°.",
}

_LEGEND: tuple[tuple[str, Mapping[str, Any], str], ...] = (
    ("Obligatoire", theme.ENTETES[Obligation.TOUJOURS], "Titre d’une colonne à remplir sur chaque ligne."),
    (
        "Selon le cas",
        theme.ENTETES[Obligation.SELON],
        "Titre d’une colonne à remplir dans certains cas : mandataire, type de logiciel.",
    ),
    ("Facultatif", theme.ENTETES[Obligation.FACULTATIF], "Titre d’une colonne qui peut rester vide."),
    ("Rempli par l’outil", theme.ENTETE_OUTIL, "N’y écrivez rien : l’outil et la réponse du portail la remplissent."),
    (
        "À compléter",
        theme.SAISIE[Niveau.A_COMPLETER],
        "Pendant la saisie : une valeur manque, ou une ligne dans la feuille Bénéficiaires ou Pièces.",
    ),
    (
        "À vérifier",
        theme.SAISIE[Niveau.A_VERIFIER],
        "Pendant la saisie : longueur, MAJUSCULES, numéro inconnu ou en double, valeur de trop.",
    ),
    ("Erreur", theme.ERREUR, "Après un contrôle : à corriger, la demande n’est pas convertie."),
    ("Avertissement", theme.AVERTISSEMENT, "Après un contrôle : à vérifier, la demande est convertie quand même."),
    (
        "Correction",
        theme.CORRECTION,
        "Dans la feuille Erreurs : ce que l’outil a réparé de lui-même ; relisez-le.",
    ),
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
        "Une marque à comprendre",
        "La feuille Erreurs dit ce qui a été lu, ce qui est attendu et la correction proposée.",
    ),
    (
        "Un rejet du portail",
        "L’ASP, par le portail Ségur, avec le n° éditeur et le libellé de traitement.",
    ),
    ("Un numéro ANS", "L’ANS : https://esante.gouv.fr/segur-de-la-sante/hopital"),
    ("L’outil ne démarre pas", "Votre service informatique, avec le texte affiché dans la fenêtre de Convertir."),
)


def write_instructions(book: Workbook, sheet: Worksheet) -> None:
    """Fill the sheet: two printed A4 pages, the cycle on the first."""
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
        sheet.set_tab_color(theme.GRIS)
        for column, width in enumerate(_WIDTHS):
            sheet.set_column(column, column, width)
        theme.print_on_a4(sheet)

    def title(self, title: str, below: str) -> None:
        self._put(_WHOLE, title, theme.TITRE)
        self._next_row(34)
        self._put(_WHOLE, below, theme.TEXTE)
        self._next_row(24)

    def cycle(self) -> None:
        """Draw the six boxes of the cycle, an arrow between two."""
        for rank, (title, below) in enumerate(_CYCLE.items()):
            column = 1 + 2 * rank
            if rank:
                self._put((column - 1, column - 1), "►", theme.FLECHE)
            box = self._book.add_format({**theme.BOITE})
            strong = self._book.add_format({"bold": True, "font_color": theme.BLEU})
            self._sheet.write_rich_string(self._row, column, strong, french(title), f"\n{french(below)}", box)
        self._next_row(62)

    def heading(self, text: str) -> None:
        self._next_row(10)
        self._put(_WHOLE, text, theme.SOUS_TITRE)
        self._next_row(22)

    def line(self, title: str, text: str) -> None:
        """Write a title in bold and its text beside it."""
        self._table_row(((_TITLE, title, theme.LIBELLE), (_TEXT, text, theme.TABLEAU)))

    def sentence(self, text: str) -> None:
        self._table_row(((_WHOLE, f"• {text}", theme.TEXTE),))

    def legend(self) -> None:
        """Show each colour as it is in the sheets, with its meaning."""
        for sample, look, meaning in _LEGEND:
            self._table_row(((_TITLE, sample, {**look, **theme.TEXTE}), (_TEXT, meaning, theme.TABLEAU)))

    def columns_of(self, feuille: str) -> None:
        """Explain every column of a sheet, from the table."""
        self.heading(f"Feuille {feuille}")
        headings = ("Colonne", "Ce qu’elle contient", "Format attendu", "Obligation")
        look = {**theme.ENTETES[Obligation.SELON], **theme.TEXTE}
        self._table_row([(span, text, look) for span, text in zip(_TABLE, headings, strict=True)])
        for tag in columns(feuille):
            self._column(tag)

    def _column(self, tag: Tag) -> None:
        by_vendor = tag.par in {Par.FOURNISSEUR, Par.APRES}
        attendu = tag.format.attendu if by_vendor else "–"
        obligation = tag.obligation if by_vendor else f"rempli par {tag.par}"
        quiet = {} if by_vendor else {"font_color": theme.GRIS_TEXTE, "italic": True}
        looks = [{**look, **quiet} for look in (theme.LIBELLE, *(theme.TABLEAU,) * 3)]
        self._table_row(list(zip(_TABLE, (tag.libelle, tag.aide, attendu, obligation), looks, strict=True)))

    def _table_row(self, cells: Sequence[tuple[Span, str, Mapping[str, Any]]]) -> None:
        """Write cells side by side, the row as high as the longest needs: Excel fits no merged cell by itself."""
        for span, text, look in cells:
            self._put(span, text, look)
        lines = max(math.ceil(len(text) * _NARROW / sum(_WIDTHS[a : b + 1])) for (a, b), text, _ in cells)
        self._next_row(_LINE_HEIGHT * lines + 4)

    def _put(self, span: Span, text: str, look: Mapping[str, Any]) -> None:
        style = self._book.add_format({**look})
        first, last = span
        if first == last:
            self._sheet.write_string(self._row, first, french(text), style)
        else:
            self._sheet.merge_range(self._row, first, self._row, last, french(text), style)

    def _next_row(self, height: float) -> None:
        self._sheet.set_row(self._row, height)
        self._row += 1
