"""The slip that goes with a deposit: what to upload where, and each request to tick off. Source: D.

Its figures come from the JSON as it lies on disk, not from the workbook, and its sums are formulas with their values.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from io import BytesIO
from pathlib import PurePath
from typing import Any

import msgspec
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from converter.blank import theme
from converter.checking.demande import Demande, Lot, Piece
from converter.registry.store import Fichier
from converter.sentences.typography import plural
from converter.spec.names import depot_name
from converter.spec.programme import BON_COMMANDE, LOGICIELS_EN_TOUTES_LETTRES, TAUX_AVANCE_POURCENT, avance
from converter.spec.shape import DEMANDES, Block, Leaf, ListKey, Node, Shape
from converter.spec.tags import TAG

BORDEREAU = "bordereau.xlsx"
_FINESS, _SIGNATAIRES = 40, 10
"""The FINESS numbers and signatories of one request that are listed: a row of a sheet holds no more."""
_LINE, _TALLEST = 15, 405
"""The height of a line of text, and the tallest row that Excel shows, in points."""


@dataclass(frozen=True, slots=True)
class Archive:
    """A zip of the deposit and the names of the attachments it holds."""

    fichier: Fichier
    pieces: Sequence[str]


@dataclass(frozen=True, slots=True)
class Remise:
    """What one slip describes; `contenu` are the bytes of the JSON as re-read from disk."""

    lot: Lot
    jour: date
    json: Fichier
    contenu: bytes
    zips: Sequence[Archive]
    shape: Shape


@dataclass(frozen=True, slots=True)
class Declaree:
    """A request as the JSON declares it; `centimes` is its amount HT."""

    num_ligne: int
    numero: str
    centimes: int


def declarees(contenu: bytes, shape: Shape) -> tuple[Declaree, ...]:
    """Return the requests that a JSON file declares, in its order."""
    values = replace(shape, nodes=_only(shape.nodes)).read(msgspec.json.decode(contenu))
    return tuple(
        Declaree(
            demande["numLigne"],
            demande["numeroEditeur"],
            TAG["montantSegurHT"].format.from_json(demande["montantSegurHT"]),
        )
        for demande in values[DEMANDES]
    )


_READ_BACK = ("numLigne", "numeroEditeur", "montantSegurHT")


def _only(nodes: Sequence[Node]) -> tuple[Node, ...]:
    """Prune the shape to the tags that are read back: reading all of them would double the time of a slip."""
    kept: list[Node] = []
    for node in nodes:
        match node:
            case Leaf() if node.tag in _READ_BACK:
                kept.append(node)
            case Block() | ListKey() if below := _only(node.nodes):
                kept.append(replace(node, nodes=below))
    return tuple(kept)


def write_bordereau(remise: Remise) -> bytes:
    """Return the slip as an xlsx file, the same bytes for the same deposit."""
    target = BytesIO()
    with Workbook(target, {"in_memory": True}) as book:
        book.set_properties({"title": remise.json.nom, "created": datetime.combine(remise.jour, time(12))})
        _Slip(book, book.add_worksheet("Bordereau"), remise).write()
    return target.getvalue()


_EURO = '#,##0.00\\ "€"'
_BOX: Mapping[str, Any] = {"border": 1, "border_color": theme.GRIS, "valign": "top"}
_HEAD: Mapping[str, Any] = {
    "bold": True,
    "text_wrap": True,
    "valign": "vcenter",
    "align": "center",
    "border": 1,
    "border_color": theme.GRIS,
    "bg_color": theme.BLEU,
    "font_color": "#FFFFFF",
}
_TOTAL: Mapping[str, Any] = {**_BOX, "bold": True, "top": 2, "bg_color": theme.BLEU_PALE}
_LOOKS: Mapping[str, Mapping[str, Any]] = {
    "titre": theme.TITRE,
    "section": theme.SOUS_TITRE,
    "note": {"text_wrap": True, "valign": "top", "italic": True, "font_color": theme.GRIS_TEXTE},
    "libelle": {"bold": True, "valign": "top"},
    "valeur": {"valign": "top"},
    "entete": _HEAD,
    "case": _BOX,
    "texte": {**_BOX, "text_wrap": True, "align": "left", "indent": 1},
    "centre": {**_BOX, "align": "center"},
    "euro": {**_BOX, "num_format": _EURO},
    "total": _TOTAL,
    "total euro": {**_TOTAL, "num_format": _EURO},
    "conforme": {**_BOX, "bold": True, "align": "center", "bg_color": "#D5EBD3"},
}
_COLUMNS = (
    ("Pointé", 7),
    ("Ligne", 6),
    ("N° éditeur", 9),
    ("Signataire", 24),
    ("FINESS PMSI", 23),
    ("Date de commande", 12),
    ("Régime de TVA", 9),
    ("Montant HT", 15),
    (f"Avance {TAUX_AVANCE_POURCENT} %", 15),
    ("Pièces : nom d’origine → nom déposé (zip)", 66),
)
_HT, _AVANCE, _PIECES = 7, 8, 9
_LAST = len(_COLUMNS) - 1
_WHOLE = 1.05 * sum(width for _, width in _COLUMNS)
"""How many letters a line over all columns holds."""


@dataclass(slots=True)
class _Slip:
    """The sheet being written, from the top down; `row` is the next free row, from 0."""

    book: Workbook
    sheet: Worksheet
    remise: Remise
    row: int = 0
    looks: Mapping[str, Format] = field(default_factory=dict)

    def write(self) -> None:
        self.looks = {name: self.book.add_format(dict(look)) for name, look in _LOOKS.items()}
        self._set_up()
        self._heading()
        self._steps()
        self._requests()
        self._signatures()

    def _set_up(self) -> None:
        for column, (_, width) in enumerate(_COLUMNS):
            self.sheet.set_column(column, column, width)
        theme.print_on_a4(self.sheet, landscape=True)
        self.sheet.set_header("")
        self.sheet.set_footer(f"&L{self.remise.json.nom}&RPage &P sur &N")
        self.sheet.hide_gridlines(2)

    def _text(self, column: int, text: str, look: str) -> None:
        # A name of a file may start with = or hold bytes that are no text.
        self.sheet.write_string(self.row, column, text.encode("utf-8", "replace").decode(), self.looks[look])

    def _section(self, title: str) -> None:
        self.row += 1
        self._text(0, title, "section")
        for column in range(1, _LAST + 1):
            self.sheet.write_blank(self.row, column, None, self.looks["section"])
        self.row += 1

    def _pair(self, libelle: str, valeur: str) -> None:
        self._text(0, libelle, "libelle")
        self._text(3, valeur, "valeur")
        self.row += 1

    def _note(self, text: str) -> None:
        self.sheet.merge_range(self.row, 0, self.row, _LAST, text, self.looks["note"])
        self.sheet.set_row(self.row, _LINE * math.ceil(len(text) / _WHOLE))
        self.row += 1

    def _heading(self) -> None:
        entete, json = self.remise.lot.entete, self.remise.json
        self._text(0, f"Bordereau de dépôt {depot_name(json.nom)}", "titre")
        self.sheet.set_row(self.row, 28)
        self.row += 1
        self._pair("Fournisseur (SIRET)", entete.SIRET)
        self._pair("Logiciel", f"{entete.logiciel} ({LOGICIELS_EN_TOUTES_LETTRES[entete.logiciel]}), couloir HOP")
        self._pair("Numéro ANS", entete.numeroAns)
        self._pair("Date de dépôt", f"{self.remise.jour:%d/%m/%Y} (elle figure dans le nom des fichiers)")
        self._pair("Modèle JSON", self.remise.shape.nom)

    def _steps(self) -> None:
        numero_ans = self.remise.lot.entete.numeroAns
        self._section("1. À téléverser sur le portail de l’ASP, dans cet ordre")
        self._note(
            "Connectez-vous au portail Ségur de l’ASP avec votre compte fournisseur, choisissez le type de demande "
            f"« avance », saisissez le numéro ANS {numero_ans}, puis déposez les fichiers ci-dessous de haut en bas."
        )
        self._file_headings()
        self._file_row(1, self.remise.json, plural(len(self.remise.lot.demandes), "demande"))
        for rank, archive in enumerate(self.remise.zips, start=1):
            contents = plural(len(archive.pieces), "fichier")
            which = f"pièces justificatives, zip {rank} sur {len(self.remise.zips)} : {contents}"
            self._file_row(rank + 1, archive.fichier, which)
        self._note(
            "Si le portail prend le JSON et refuse un zip, les demandes sont sous « Suivi demandes incomplètes » (page "
            "d’accueil) : redéposez-y le zip seul, jamais le JSON. Zip perdu ou abîmé : « Refaire les zips », au "
            "menu de Convertir."
        )

    def _file_headings(self) -> None:
        for column, title in enumerate(
            ("Pointé", "Ordre", "Fichier", "", "", "Taille", "", "Empreinte SHA-256 (début)")
        ):
            self._text(column, title, "entete")
        self.sheet.merge_range(self.row, 2, self.row, 4, "Fichier", self.looks["entete"])
        self.sheet.merge_range(self.row, 5, self.row, 6, "Taille", self.looks["entete"])
        self.sheet.merge_range(self.row, 7, self.row, 8, "Empreinte SHA-256 (début)", self.looks["entete"])
        self._text(_PIECES, "Contenu", "entete")
        self.row += 1

    def _file_row(self, order: int, fichier: Fichier, contents: str) -> None:
        case, centre = self.looks["case"], self.looks["centre"]
        self.sheet.write_blank(self.row, 0, None, case)
        self.sheet.write_number(self.row, 1, order, centre)
        self.sheet.merge_range(self.row, 2, self.row, 4, fichier.nom, case)
        self.sheet.merge_range(self.row, 5, self.row, 6, size(fichier.octets), case)
        self.sheet.merge_range(self.row, 7, self.row, 8, f"{fichier.sha256[:16]}…", case)
        self._text(_PIECES, contents, "texte")
        self.row += 1

    def _requests(self) -> None:
        self._section("2. Demandes")
        for column, (title, _) in enumerate(_COLUMNS):
            self._text(column, title, "entete")
        self.sheet.set_row(self.row, 32)
        self.sheet.repeat_rows(self.row)
        first = self.row = self.row + 1
        declared = declarees(self.remise.contenu, self.remise.shape)
        self._advances(declared)
        zip_of = {nom: rank for rank, archive in enumerate(self.remise.zips, start=1) for nom in archive.pieces}
        for demande, request in zip(self.remise.lot.demandes, declared, strict=True):
            self._request(demande, request, zip_of)
        self._totals(first, declared)

    def _request(self, demande: Demande, declared: Declaree, zip_of: Mapping[str, int]) -> None:
        self.sheet.write_blank(self.row, 0, None, self.looks["case"])
        self.sheet.write_number(self.row, 1, declared.num_ligne, self.looks["centre"])
        self._text(2, declared.numero, "centre")
        signataires = ", ".join(_distinct(demande, "nomClient", _SIGNATAIRES))
        finess = ", ".join(_named(each, demande.noms) for each in _distinct(demande, "FINESSPMSI", _FINESS))
        self._text(3, signataires, "texte")
        self._text(4, finess, "texte")
        self._text(5, TAG["dateCommande"].format.write(demande.valeurs["dateCommande"]), "centre")
        self._text(6, demande.valeurs["regimeTVA"], "centre")
        self._amount(_HT, declared.centimes)
        if declared.num_ligne > 1:  # the first cell holds the formula
            self._amount(_AVANCE, avance(declared.centimes))
        pieces = [
            f"{PurePath(piece.source).name} → {nom} (zip {zip_of[nom]}){_to_read(demande, piece)}"
            for piece, nom in zip(demande.pieces, demande.archive_names(), strict=True)
        ]
        self._text(_PIECES, "\n".join(pieces), "texte")
        lines = max(_lines(_PIECES, *pieces), _lines(3, signataires), _lines(4, finess))
        # Told, not left to the program that opens it: LibreOffice would show one line of several.
        self.sheet.set_row(self.row, min(_LINE * lines, _TALLEST))
        self.row += 1

    def _amount(self, column: int, centimes: int) -> None:
        self.sheet.write_number(self.row, column, centimes / 100, self.looks["euro"])

    def _advances(self, declared: Sequence[Declaree]) -> None:
        """One array formula for the whole column; the rows then write their values into it."""
        last = self.row + len(declared)
        formula = f"{{=ROUND(H{self.row + 1}:H{last}*{TAUX_AVANCE_POURCENT}/100,2)}}"
        cells = (self.row, _AVANCE, last - 1, _AVANCE)
        self.sheet.write_array_formula(*cells, formula, self.looks["euro"], avance(declared[0].centimes) / 100)

    def _formula(self, column: int, formula: str, centimes: int, look: str) -> None:
        self.sheet.write_formula(self.row, column, formula, self.looks[look], centimes / 100)

    def _totals(self, first: int, declared: Sequence[Declaree]) -> None:
        ht = sum(each.centimes for each in declared)
        advance = sum(avance(each.centimes) for each in declared)
        logiciel = self.remise.lot.entete.logiciel
        label = f"Total {logiciel} : {plural(len(declared), 'demande')}"
        self.sheet.merge_range(self.row, 0, self.row, _HT - 1, label, self.looks["total"])
        self._formula(_HT, f"=SUM(H{first + 1}:H{self.row})", ht, "total euro")
        self._formula(_AVANCE, f"=SUM(I{first + 1}:I{self.row})", advance, "total euro")
        self._text(9, "Avance arrondie au centime par demande ; total des arrondis.", "texte")
        self.row += 1
        self.sheet.merge_range(
            self.row, 0, self.row, _HT - 1, "Montant HT relu dans le fichier JSON", self.looks["case"]
        )
        self._amount(_HT, ht)
        check = f'=IF(ROUND(H{self.row}-H{self.row + 1},2)=0,"conforme","ÉCART")'
        self.sheet.write_formula(self.row, _AVANCE, check, self.looks["conforme"], "conforme")
        self.row += 1

    def _signatures(self) -> None:
        self._section("3. Visas")
        for role in ("Préparé par", "Contrôlé par", "Téléversé sur le portail par"):
            self.sheet.merge_range(self.row, 0, self.row, 3, role, self.looks["case"])
            self.sheet.merge_range(self.row, 4, self.row, 6, "le", self.looks["case"])
            self.sheet.merge_range(self.row, 7, self.row, _LAST, "Signature", self.looks["case"])
            self.sheet.set_row(self.row, 34)
            self.row += 1


def _named(finess: str, noms: Mapping[str, str]) -> str:
    """A FINESS with the name of its establishment, where the public list tells it."""
    return f"{finess} {noms[finess]}" if noms.get(finess) else finess


def _to_read(demande: Demande, piece: Piece) -> str:
    """What says that nobody compared an order form with its request yet."""
    return " : à comparer à l’œil" if demande.a_la_main and piece.typeFichier == BON_COMMANDE else ""


def _distinct(demande: Demande, tag: str, most: int) -> list[str]:
    """The different values of a tag over the establishments of a request, in order, `most` of them named."""
    values = list(dict.fromkeys(str(client[tag]) for client in demande.etablissements))
    more = len(values) - most
    return values if more <= 0 else [*values[:most], f"et {plural(more, 'autre')}"]


def _lines(column: int, *paragraphs: str) -> int:
    """The lines that a cell takes at most: capitals and broken words leave a line less than full."""
    room = _COLUMNS[column][1] * 0.9
    return sum(max(1, math.ceil(len(paragraph) / room)) for paragraph in paragraphs)


def size(octets: int) -> str:
    """Return a size as a French reader expects it: `12,3 Mo`, `850 ko`, `12 octets`."""
    for unit, word in ((1_000_000, "Mo"), (1_000, "ko")):
        if octets >= unit:
            return f"{octets / unit:.1f}".replace(".", ",") + f"\u00a0{word}"
    return f"{octets}\u00a0octets"
