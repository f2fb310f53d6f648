"""The workbook a finance team fills: blank, or filled from rows; everything in it derives from the table.

Excel features are chosen to last: drop-downs and checks that look at another sheet go through defined names, formats
are those of whole columns so that a new row has them, and each data sheet is one Excel table, which grows when its
next row is typed.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO

import xlsxwriter
from xlsxwriter.format import Format as XlsxFormat
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from converter import __version__
from converter.blank import instructions, theme
from converter.blank.while_typing import CHOIX, LAST_ROW, Nom, alertes, validation
from converter.sentences.typography import french
from converter.spec.formats import KNOWN_ERRORS, CellFault, Code
from converter.spec.programme import LOGICIELS
from converter.spec.sheets import (
    BENEFICIAIRES,
    DATA_SHEETS,
    DEMANDES,
    FIRST_ROW,
    HEADING_ROW,
    MODE_EMPLOI,
    PARAMETRES,
    PIECES,
    TAG_ROW,
)
from converter.spec.sheets import LISTES as LISTES_SHEET
from converter.spec.tags import (
    MANDATAIRE_TAGS,
    PFI_TAGS,
    Obligation,
    Par,
    Parametre,
    Tag,
    columns,
    later_columns,
    tool_columns,
)
from converter.spec.tags import parametres as spec_parametres


@dataclass(frozen=True, slots=True)
class Cellule:
    """A cell moved as another workbook has it: its raw value, and its number format, `""` for that of its column."""

    brut: Any
    format: str = ""


Value = str | bool | date | Decimal | float | Cellule | None
Rows = Mapping[str, Sequence[Mapping[str, Value]]]
NO_OTHERS: Mapping[str, Sequence[str]] = MappingProxyType({})

VERSION_PROPERTY = "segur-hop.version"
"""The custom document property that says which version laid the workbook out."""

TABLES = MappingProxyType({DEMANDES: "tDemandes", BENEFICIAIRES: "tBeneficiaires", PIECES: "tPieces"})
"""The name of each data sheet's Excel table."""

PARAMETRES_FIRST_ROW = 5
_NARROWEST, _WIDEST = 12, 40
"""Characters of a column of the user's own."""
_HEADINGS = 44
"""Points of the row of headings: two lines, and below them the button of the filter."""
_CREATED = datetime(2022, 4, 15, 12, 0, 0)  # noqa: DTZ001 - fixed, so that the same content gives the same bytes


def write_template(
    target: str | Path | BinaryIO,
    *,
    rows: Rows | None = None,
    parametres: Mapping[str, Value] | None = None,
    libre: str = "",
    autres: Mapping[str, Sequence[str]] = NO_OTHERS,
    more: Callable[[Workbook], None] = lambda _: None,
) -> None:
    """Write the workbook, blank without `rows`, to a path or a binary file; the same content gives the same bytes.

    `rows` are dictionaries by tag for each data sheet: `True` is written OUI, a `Decimal` is an amount in euros, a
    `date` a date, a `str` a text; a `float` is a number as it would be typed. `parametres` are the values of the
    sheet `Paramètres` by tag (`numeroAns.DPI`); `libre` is the first number to give, where some have served. `autres`
    are the headings of the user's own columns of each sheet, which `rows` name like tags; `more` adds what else the
    workbook is to have. Raises `OSError` where the path cannot be written.
    """
    content = build(rows or {}, parametres or {}, libre, Beside(autres, more))
    if isinstance(target, str | Path):
        Path(target).write_bytes(content)
    else:
        target.write(content)


@dataclass(frozen=True, slots=True)
class Beside:
    """What a workbook has beside ours: the headings of the user's own columns by sheet, and what `more` adds."""

    autres: Mapping[str, Sequence[str]] = field(default_factory=dict)
    more: Callable[[Workbook], None] = lambda _: None


NOTHING = Beside()


def build(rows: Rows, values: Mapping[str, Value], libre: str = "", beside: Beside = NOTHING) -> bytes:
    """Return the workbook's bytes; see `write_template`."""
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        book.set_properties(
            {
                "title": "Demande d’avance Ségur, couloir Hôpital",
                "subject": "Classeur de saisie des demandes d’avance DPI, PFI et RI",
                "author": "segur-hop",
                "company": "Fournisseur de la prestation Ségur",
                "created": _CREATED,
            }
        )
        book.set_custom_property(VERSION_PROPERTY, __version__)
        sheets = {name: book.add_worksheet(name) for name in (MODE_EMPLOI, PARAMETRES, *DATA_SHEETS, LISTES_SHEET)}
        instructions.write_instructions(book, sheets[MODE_EMPLOI])
        _write_parametres(book, sheets[PARAMETRES], values)
        for feuille in DATA_SHEETS:
            own = beside.autres.get(feuille, ())
            _DataSheet(book, sheets[feuille], feuille, libre, own).write(rows.get(feuille, ()))
        _write_listes(book, sheets[LISTES_SHEET])
        _define_names(book)
        beside.more(book)
        sheets[DEMANDES if rows else MODE_EMPLOI].activate()
    return buffer.getvalue()


@dataclass(frozen=True, slots=True)
class _DataSheet:
    """One data sheet under construction."""

    book: Workbook
    sheet: Worksheet
    feuille: str
    libre: str
    autres: Sequence[str]

    @property
    def tags(self) -> tuple[Tag, ...]:
        return columns(self.feuille)

    def write(self, rows: Sequence[Mapping[str, Value]]) -> None:
        self._lay_out_columns(unfolded={tag for row in rows for tag, value in row.items() if value is not None})
        self._write_headings(len(rows))
        self._write_rows(rows)
        for column, tag in enumerate(self.tags):
            self._check_while_typing(column, tag)
        self._prepare_view_and_print()

    def _lay_out_columns(self, unfolded: set[str]) -> None:
        """Set widths and formats; what few requests need, or only later, is folded behind a + unless a row fills it."""
        later = {tag.nom for tag in later_columns(self.feuille)}
        groups = [{*MANDATAIRE_TAGS}, {tag.nom for tag in PFI_TAGS}, later]
        folded = {nom: not group & unfolded for group in groups for nom in group}
        previous = ""
        for column, tag in enumerate(self.tags):
            outline = {"level": 1, "hidden": folded[tag.nom]} if tag.nom in folded else {}
            if previous in folded and tag.nom not in folded:
                outline = {"collapsed": folded[previous]}
            style = self.book.add_format({**theme.colonne(tag)})
            self.sheet.set_column(column, column, tag.largeur, style, outline)
            previous = tag.nom
        if previous in folded:
            self.sheet.set_column(len(self.tags), len(self.tags), None, None, {"collapsed": folded[previous]})
        for column, titre in enumerate(self.autres, start=len(self.tags)):
            outline = {"collapsed": folded[previous]} if column == len(self.tags) and previous in folded else {}
            width = min(max(_NARROWEST, len(titre) + 2), _WIDEST)
            self.sheet.set_column(column, column, width, self.book.add_format({**theme.AUTRE}), outline)

    def _write_headings(self, filled: int) -> None:
        """Write the machine tags, hidden, and the table with its French headings; a blank table has one empty row."""
        self.sheet.set_row(TAG_ROW - 1, None, None, {"hidden": True})
        self.sheet.set_row(HEADING_ROW - 1, _HEADINGS)
        self.sheet.write_row(TAG_ROW - 1, 0, [tag.nom for tag in self.tags])
        self.sheet.add_table(
            HEADING_ROW - 1,
            0,
            HEADING_ROW - 1 + max(filled, 1),
            len(self.tags) + len(self.autres) - 1,
            {"name": TABLES[self.feuille], "style": "Table Style Light 1", "columns": [*self._headings()]},
        )

    def _headings(self) -> Iterator[dict[str, Any]]:
        for tag in self.tags:
            yield {"header": french(tag.libelle), "header_format": self.book.add_format({**theme.entete(tag)})}
        for titre in self.autres:
            yield {"header": titre, "header_format": self.book.add_format({**theme.ENTETE_AUTRE})}

    def _write_rows(self, rows: Sequence[Mapping[str, Value]]) -> None:
        position = {nom: column for column, nom in enumerate([*(tag.nom for tag in self.tags), *self.autres])}
        codes = {value.format for row in rows for value in row.values() if isinstance(value, Cellule)}
        looks = {code: self.book.add_format({**theme.AUTRE, "num_format": code}) for code in codes if code}
        for line, row in enumerate(rows, start=FIRST_ROW - 1):
            for nom, value in row.items():
                look = looks.get(value.format) if isinstance(value, Cellule) else None
                _write_cell(self.sheet, line, position[nom], value, look)

    def _check_while_typing(self, column: int, tag: Tag) -> None:
        area = (FIRST_ROW - 1, column, LAST_ROW - 1, column)
        self.sheet.data_validation(*area, self._resolve(validation(self.feuille, tag, self.libre), column))
        if tag in tool_columns(self.feuille):
            return
        for alerte in alertes(self.feuille, tag):
            rule = {"type": "formula", "criteria": alerte.formule}
            style = self.book.add_format({**theme.SAISIE[alerte.niveau]})
            self.sheet.conditional_format(*area, {**self._resolve(rule, column), "format": style})

    def _resolve(self, options: Mapping[str, Any], column: int) -> dict[str, Any]:
        """Put the references of the first row in the place of the names in formulas."""
        references = {tag.nom: f"${xl_col_to_name(c)}{FIRST_ROW}" for c, tag in enumerate(self.tags)}
        references["x"] = references[self.tags[column].nom]
        references["ligne"] = self._typed()
        return {
            key: value.format_map(references) if isinstance(value, str) and value.startswith("=") else value
            for key, value in options.items()
        }

    def _typed(self) -> str:
        """Return the cells of the first row that the vendor fills, as arguments of a function."""
        vendor = [tag.par is Par.FOURNISSEUR for tag in self.tags]
        letters = [f"${xl_col_to_name(column)}{FIRST_ROW}" for column in range(len(vendor))]
        starts = [c for c, filled in enumerate(vendor) if filled and not (c and vendor[c - 1])]
        ends = [c for c, filled in enumerate(vendor) if filled and not any(vendor[c + 1 : c + 2])]
        return ",".join(f"{letters[first]}:{letters[last]}" for first, last in zip(starts, ends, strict=True))

    def _prepare_view_and_print(self) -> None:
        sheet = self.sheet
        sheet.freeze_panes(HEADING_ROW, 1 + [tag.nom for tag in self.tags].index("controle"))
        sheet.set_selection(FIRST_ROW - 1, 0, FIRST_ROW - 1, 0)
        sheet.set_zoom(90)
        sheet.hide_gridlines(1)
        sheet.set_tab_color(theme.BLEU)
        # A code kept as text is right here: no green triangle on each.
        last = xl_col_to_name(len(self.tags) - 1)
        sheet.ignore_errors({"number_stored_as_text": f"A{FIRST_ROW}:{last}{LAST_ROW}"})
        sheet.repeat_rows(HEADING_ROW - 1)
        sheet.repeat_columns(0)
        theme.print_on_a4(sheet, landscape=True, pages_wide=2 if self.feuille == DEMANDES else 1)


def _write_cell(sheet: Worksheet, row: int, column: int, value: Value, look: XlsxFormat | None = None) -> None:
    match value:
        case None:
            return
        case Cellule():
            _write_raw(sheet, (row, column), value.brut, look)
        case bool():
            sheet.write_string(row, column, "OUI" if value else "NON")
        case str():
            sheet.write_string(row, column, value)
        case date():
            sheet.write_datetime(row, column, value)
        case Decimal() | float():
            sheet.write_number(row, column, float(value))
        case _:
            # An int could be euros or centimes: the caller says which by giving a Decimal, in euros.
            raise TypeError(value)


def _write_raw(sheet: Worksheet, cell: tuple[int, int], brut: Any, look: XlsxFormat | None) -> None:
    match brut:
        case CellFault():
            error = brut.texte if brut.texte in KNOWN_ERRORS else "#VALUE!"
            sheet.write_formula(*cell, f"={error}", look, error)
        case bool():
            sheet.write_boolean(*cell, brut, look)
        case str():
            sheet.write_string(*cell, brut, look)
        case int() | float():
            sheet.write_number(*cell, brut, look)
        case _:
            sheet.write_datetime(*cell, brut, look)


def _write_parametres(book: Workbook, sheet: Worksheet, values: Mapping[str, Value]) -> None:
    sheet.hide_gridlines(2)
    sheet.set_tab_color(theme.BLEU_CLAIR)
    sheet.set_column("A:A", 24, None, {"hidden": True})
    for column, width in enumerate((50, 26, 80), start=1):
        sheet.set_column(column, column, width)
    sheet.set_row(0, 32)
    sheet.write(0, 1, "Paramètres", book.add_format({**theme.TITRE}))
    sheet.write(1, 1, french("À remplir une fois : ces valeurs valent pour toutes les demandes du classeur."))
    heading = book.add_format({**theme.ENTETES[Obligation.TOUJOURS]})
    sheet.write_row(PARAMETRES_FIRST_ROW - 2, 1, ("Paramètre", "Valeur", "Aide"), heading)
    for row, parametre in enumerate(spec_parametres(), start=PARAMETRES_FIRST_ROW - 1):
        _write_parametre(book, sheet, row, parametre, values.get(parametre.nom, parametre.tag.vide or ""))
    sheet.set_selection(PARAMETRES_FIRST_ROW - 1, 2, PARAMETRES_FIRST_ROW - 1, 2)
    theme.print_on_a4(sheet, landscape=True)


def _write_parametre(book: Workbook, sheet: Worksheet, row: int, parametre: Parametre, value: Value) -> None:
    tag = parametre.tag
    sheet.set_row(row, 36)
    sheet.write_string(row, 0, parametre.nom)
    sheet.write_string(row, 1, french(parametre.libelle), book.add_format({**theme.LIBELLE}))
    cell = book.add_format({**theme.VALEUR, "num_format": tag.format.excel})
    sheet.write_blank(row, 2, None, cell)
    if value:
        _write_raw(sheet, (row, 2), value.brut if isinstance(value, Cellule) else value, cell)
    sheet.write_string(row, 3, french(f"{tag.aide}{_example(tag)}"), book.add_format({**theme.TABLEAU}))
    sheet.data_validation(row, 2, row, 2, validation(PARAMETRES, tag))
    sheet.ignore_errors({"number_stored_as_text": f"C{PARAMETRES_FIRST_ROW}:C{row + 1}"})


def _example(tag: Tag) -> str:
    return f" Exemple : {tag.exemple}." if isinstance(tag.format, Code) else ""


def _write_listes(book: Workbook, sheet: Worksheet) -> None:
    """Write the lists of the drop-downs, one a column, under their name; the user never sees this sheet."""
    for column, (nom, valeurs) in enumerate(CHOIX.items()):
        sheet.write_column(0, column, (nom, *valeurs))
        letter = xl_col_to_name(column)
        book.define_name(nom, f"={LISTES_SHEET}!${letter}$2:${letter}${len(valeurs) + 1}")
    sheet.hide()


def _define_names(book: Workbook) -> None:
    """Define the names through which one sheet sees another."""
    numeros = _column(DEMANDES, "numeroEditeur")
    rows = {parametre.nom: row for row, parametre in enumerate(spec_parametres(), start=PARAMETRES_FIRST_ROW)}
    ans = [rows[f"numeroAns.{logiciel}"] for logiciel in LOGICIELS]
    for nom, formula in {
        # Down to the last text or number only: a drop-down with empty lines opens at its end.
        Nom.NUMEROS_EDITEUR: f"{_first(DEMANDES, 'numeroEditeur')}:INDEX({numeros},"
        f'MAX(IFERROR(MATCH(REPT("z",9),{numeros}),1),IFERROR(MATCH(1E+99,{numeros}),1)))',
        Nom.NUMEROS_BENEFICIAIRES: _column(BENEFICIAIRES, "numeroEditeur"),
        Nom.NUMEROS_PIECES: _column(PIECES, "numeroEditeur"),
        Nom.PIECES_TYPE: _column(PIECES, "typeFichier"),
        Nom.NUMEROS_ANS: f"{PARAMETRES}!$C${ans[0]}:$C${ans[-1]}",
        Nom.LOGICIEL_SEUL: f'IF(COUNTA({Nom.NUMEROS_ANS})=1,INDEX({Nom.LOGICIELS},MATCH("?*",{Nom.NUMEROS_ANS},0)),"")',
        Nom.PROFIL_INS: f"{PARAMETRES}!$C${rows['profilIntegrationINS']}",
    }.items():
        book.define_name(nom, f"={formula}")


def _letter(feuille: str, nom: str) -> str:
    return str(xl_col_to_name([tag.nom for tag in columns(feuille)].index(nom)))


def _first(feuille: str, nom: str) -> str:
    return f"{feuille}!${_letter(feuille, nom)}${FIRST_ROW}"


def _column(feuille: str, nom: str) -> str:
    return f"{_first(feuille, nom)}:${_letter(feuille, nom)}${LAST_ROW}"
