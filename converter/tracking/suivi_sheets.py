"""The follow-up as a workbook to read, filter and print: totals and charts first, then each request and deposit."""

import textwrap
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cached_property
from io import BytesIO
from itertools import accumulate
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.chart import Chart
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from converter.blank import theme
from converter.registry.store import EtatDepot
from converter.sentences.typography import french, plural
from converter.spec.formats import Jour, Montant
from converter.spec.programme import ACCEPTEES, ATTENDUS, LOGICIELS_EN_TOUTES_LETTRES, TAUX_AVANCE_POURCENT, Etat
from converter.tracking.follow import DemandeSuivie, DepotSuivi, Suivi, Total

SYNTHESE, DEMANDES, DEPOTS, HISTORIQUE = "Synthèse", "Demandes", "Dépôts", "Historique"
PAIEMENTS, SOLDE = "Paiements", "Solde"
_TITLE = "Suivi des demandes"
"""What the title of the file begins with, which tells a follow-up from any other workbook."""
AVANCE = f"Avance {TAUX_AVANCE_POURCENT} %"

COULEURS: Mapping[Etat, str] = {
    Etat.A_CORRIGER: "#C00000",
    Etat.PRETE: "#8EA9C8",
    Etat.CONVERTIE: theme.BLEU,
    Etat.ACCEPTEE: "#548235",
    Etat.REJETEE: "#E08A2E",
    Etat.ATTRIBUEE: "#A9D08E",
    Etat.PAYEE: "#375623",
    Etat.REFUSEE: "#7F6000",
}
"""The colour of each state in the charts, where the axis names it too."""

ATTENTES: Mapping[Etat, str] = {
    Etat.CONVERTIE: "d’une réponse",
    Etat.ACCEPTEE: "d’une décision",
    Etat.ATTRIBUEE: "d’un paiement",
}
"""What a request in each of these states waits for."""

_HEAD: Mapping[str, Any] = {
    "bold": True,
    "text_wrap": True,
    "valign": "vcenter",
    "align": "center",
    "bg_color": theme.BLEU,
    "font_color": "#FFFFFF",
    "border": 1,
    "border_color": theme.GRIS,
}
_BOX: Mapping[str, Any] = {"border": 1, "border_color": theme.GRIS, "valign": "top"}
_TOTAL: Mapping[str, Any] = {**_BOX, "bold": True, "top": 2, "bg_color": theme.BLEU_PALE}
_LOOKS: Mapping[str, Mapping[str, Any]] = {
    "titre": theme.TITRE,
    "section": theme.SOUS_TITRE,
    "note": {"font_color": theme.GRIS_TEXTE, "italic": True},
    "fort": {"bold": True, "font_size": 12},
    "entete": _HEAD,
    "texte": {**_BOX, "text_wrap": True, "align": "left", "indent": 1},
    "centre": {**_BOX, "align": "center"},
    "nombre": {**_BOX, "num_format": "#,##0", "align": "center"},
    "euro": {**_BOX, "num_format": Montant.excel},
    "jour": {**_BOX, "num_format": Jour.excel, "align": "center"},
    "total": {**_TOTAL, "align": "left", "indent": 1},
    "total nombre": {**_TOTAL, "num_format": "#,##0", "align": "center"},
    "total euro": {**_TOTAL, "num_format": Montant.excel},
}

_LINE, _TALLEST = 15, 405
"""The height of a line of text, and the tallest row that Excel shows, in points."""
_ROOM = 0.85
"""How many letters, capitals and bold ones among them, a column holds for each figure of its width."""

Column = tuple[str, int, str]
"""The heading of a column, its width in letters and the look of its cells."""
Content = str | int | float | date | None


def write_suivi(suivi: Suivi, nom: str) -> bytes:
    """Return the follow-up as an xlsx file; `nom` is the name of the workbook it follows."""
    target = BytesIO()
    with Workbook(target, {"in_memory": True, "strings_to_urls": False, "strings_to_formulas": False}) as book:
        book.set_properties({"title": french(f"{_TITLE} : {nom}"), "created": datetime.combine(suivi.au, time(12))})
        _Report(book, suivi, nom).write()
    return target.getvalue()


def is_follow_up(path: Path) -> bool:
    """Whether a file is a follow-up that was written earlier."""
    try:
        with zipfile.ZipFile(path) as package:
            return f"<dc:title>{_TITLE}".encode() in package.read("docProps/core.xml")
    except (OSError, KeyError, zipfile.BadZipFile):
        return False


def in_euros(centimes: int) -> float:
    """Return centimes as the number of euros that a cell holds."""
    return centimes / 100


@dataclass(frozen=True)
class _Report:
    """The workbook being written."""

    book: Workbook
    suivi: Suivi
    nom: str

    @cached_property
    def looks(self) -> Mapping[str, Format]:
        return {name: self.book.add_format(dict(look)) for name, look in _LOOKS.items()}

    def write(self) -> None:
        names = (SYNTHESE, DEMANDES, PAIEMENTS, SOLDE, DEPOTS, HISTORIQUE)
        sheets = {name: self.book.add_worksheet(name) for name in names}
        self._summary(sheets[SYNTHESE])
        self._list(sheets[DEMANDES], _DEMANDES, [_request(each) for each in self.suivi.demandes])
        accepted = self.suivi.acceptees
        self._list(sheets[PAIEMENTS], _PAIEMENTS, [_payment(each, self.suivi) for each in accepted], summed=True)
        live = [each for each in accepted if each.etat is not Etat.REFUSEE]
        self._list(sheets[SOLDE], _SOLDE, [_balance(each) for each in live], summed=True)
        self._deposits(sheets[DEPOTS])
        self._list(sheets[HISTORIQUE], _HISTORIQUE, list(_events(self.suivi.demandes)))

    # --- the first sheet: totals and charts ---------------------------------------------------------------------------

    def _summary(self, sheet: Worksheet) -> None:
        sheet.hide_gridlines(2)
        sheet.set_tab_color(theme.BLEU)
        for column, width in enumerate((30, 12, 18, 18, 18, 12, 18, 18)):
            sheet.set_column(column, column, width)
        sheet.set_row(0, 30)
        sheet.write_string(0, 0, "Suivi des demandes d’avance Ségur (couloir Hôpital)", self.looks["titre"])
        sheet.write_string(1, 0, french(f"{self.nom}, au {self.suivi.au:%d/%m/%Y}"), self.looks["note"])
        headlines = list(self._headlines())
        for row, said in enumerate(headlines, start=3):
            sheet.write_string(row, 0, french(said), self.looks["fort"])
        states = self._totals(
            sheet, len(headlines) + 5, "Par état", [(etat.value, self.suivi.total([etat])) for etat in Etat]
        )
        softwares = [(_software(each), self.suivi.total(logiciel=each)) for each in self.suivi.logiciels]
        after = self._totals(sheet, states + 3, "Par logiciel", softwares)
        self._charts(sheet, states, after + 2)
        theme.print_on_a4(sheet, landscape=False)

    def _headlines(self) -> Iterator[str]:
        told, attendue, paid = self.suivi, self.suivi.attendue, self.suivi.total([Etat.PAYEE])
        yield f"Avance attendue (demandes déposées, ni rejetées ni refusées) : {_shown(attendue.avance)}"
        yield f"dont acceptée par le portail, payée ou non : {_shown(told.total(ATTENDUS & ACCEPTEES).avance)}"
        yield f"Payé : {_shown(paid.paye)} ({plural(paid.nombre, 'demande')}) ; reste à recevoir : {_shown(told.reste)}"
        yield f"Écart sur les demandes payées : {_shown(told.ecart)} ({plural(len(told.ecarts), 'demande')})"
        yield from filter(None, (self._oldest(etat, word) for etat, word in ATTENTES.items()))

    def _oldest(self, etat: Etat, word: str) -> str:
        oldest = self.suivi.oldest(etat)
        if oldest is None:
            return ""
        days = plural(self.suivi.since(oldest.depuis) or 0, "jour")
        return f"Plus longue attente {word} : {days} (demande {oldest.numero}, dépôt {oldest.depot})"

    def _totals(self, sheet: Worksheet, top: int, title: str, rows: Sequence[tuple[str, Total]]) -> int:
        """Write a table of totals from row `top` (from 0); return the row of its own total."""
        sheet.write_string(top - 1, 0, title, self.looks["section"])
        for column, heading in enumerate(
            (title.removeprefix("Par ").capitalize(), "Demandes", "Montant HT", AVANCE, "Payé")
        ):
            sheet.write_string(top, column, french(heading), self.looks["entete"])
        first = top + 1
        for row, (label, total) in enumerate(rows, start=first):
            sheet.write_string(row, 0, label, self.looks["texte"])
            sheet.write_number(row, 1, total.nombre, self.looks["nombre"])
            sheet.write_number(row, 2, in_euros(total.centimes), self.looks["euro"])
            sheet.write_number(row, 3, in_euros(total.avance), self.looks["euro"])
            sheet.write_number(row, 4, in_euros(total.paye), self.looks["euro"])
        bottom = first + len(rows)
        self._sums(sheet, first, bottom, self.suivi.total())
        return bottom

    def _sums(self, sheet: Worksheet, first: int, bottom: int, total: Total) -> None:
        sheet.write_string(bottom, 0, "Total", self.looks["total"])
        values = (total.nombre, in_euros(total.centimes), in_euros(total.avance), in_euros(total.paye))
        for column, (value, letter) in enumerate(zip(values, "BCDE", strict=True), start=1):
            look = self.looks["total nombre" if letter == "B" else "total euro"]
            if bottom == first:
                sheet.write_number(bottom, column, value, look)
            else:
                sheet.write_formula(bottom, column, f"=SUM({letter}{first + 1}:{letter}{bottom})", look, value)

    def _charts(self, sheet: Worksheet, states: int, top: int) -> None:
        """Draw states by number and by amount side by side, and the filed requests over time under them."""
        first = states - len(Etat)
        for column, (values, title, shown) in enumerate(
            ((1, "Demandes par état", "0"), (2, "Montant HT par état, en milliers d’euros", '#,##0,\\ "k€"'))
        ):
            chart = self.book.add_chart({"type": "column"})
            chart.add_series(
                {
                    "name": title,
                    "categories": [SYNTHESE, first, 0, states - 1, 0],
                    "values": [SYNTHESE, first, values, states - 1, values],
                    "points": [{"fill": {"color": COULEURS[etat]}} for etat in Etat],
                    "data_labels": {"value": True, "num_format": shown, "font": {"size": 9}},
                    "gap": 60,
                }
            )
            _dress(chart, title, shown)
            chart.set_legend({"none": True})
            sheet.insert_chart(top, 0 if column == 0 else 3, chart, {"x_offset": 4 if column == 0 else 24})
        days = _by_day(self.suivi.depots)
        if days:
            sheet.insert_chart(top + 16, 0, self._growth(len(days)), {"x_offset": 4})

    def _growth(self, days: int) -> Chart:
        """Draw the requests filed and the advance to expect of them, added up day by day, from the deposits."""
        chart = self.book.add_chart({"type": "column"})
        line = self.book.add_chart({"type": "line"})
        for drawn, column, colour, axis in ((chart, 1, "#8EA9C8", False), (line, 2, theme.BLEU, True)):
            drawn.add_series(
                {
                    "name": [DEPOTS, _DAYS_TOP, _DAYS_LEFT + column],
                    "categories": [DEPOTS, _DAYS_TOP + 1, _DAYS_LEFT, _DAYS_TOP + days, _DAYS_LEFT],
                    "values": [DEPOTS, _DAYS_TOP + 1, _DAYS_LEFT + column, _DAYS_TOP + days, _DAYS_LEFT + column],
                    "y2_axis": axis,
                    ("line" if axis else "fill"): {"color": colour} | ({"width": 2.5} if axis else {}),
                    **({"marker": {"type": "circle", "size": 6, "fill": {"color": colour}}} if axis else {"gap": 80}),
                }
            )
        chart.combine(line)
        _dress(chart, "Demandes déposées et avance attendue, cumulées", "0")
        chart.set_y_axis({"name": "Demandes", "num_format": "0", "major_gridlines": {"visible": True, "line": _GRID}})
        line.set_y2_axis({"name": "Avance attendue", "num_format": "#,##0\\ €"})
        chart.set_legend({"position": "bottom"})
        chart.set_size({"width": 880, "height": 300})
        return chart

    # --- the lists ----------------------------------------------------------------------------------------------------

    def _list(
        self, sheet: Worksheet, columns: Sequence[Column], rows: Sequence[Sequence[Content]], *, summed: bool = False
    ) -> None:
        """Write a list under one row of headings, frozen, filterable and repeated on each printed page.

        Where it is `summed`, the totals of its amounts follow, apart so that a filter leaves them in view.
        """
        sheet.set_row(0, _LINE * _lines(columns, [heading for heading, _, _ in columns]) + 4)
        for column, (heading, width, _) in enumerate(columns):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, french(heading), self.looks["entete"])
        for row, cells in enumerate(rows, start=1):
            if (lines := _lines(columns, cells)) > 1:
                # Told, not left to the program that opens it: LibreOffice would show one line of several.
                sheet.set_row(row, min(_LINE * lines, _TALLEST))
            for column, (cell, (_, _, look)) in enumerate(zip(cells, columns, strict=True)):
                _write(sheet, row, column, cell, self.looks[look])
        if summed and rows:
            self._sum(sheet, columns, rows)
        sheet.autofilter(0, 0, max(len(rows), 1), len(columns) - 1)
        sheet.freeze_panes(1, 1)
        sheet.repeat_rows(0)
        sheet.ignore_errors({"number_stored_as_text": f"A1:Z{len(rows) + 1}"})
        theme.print_on_a4(sheet, landscape=True)

    def _sum(self, sheet: Worksheet, columns: Sequence[Column], rows: Sequence[Sequence[Content]]) -> None:
        """Write the totals of the columns of amounts one row below the list: of what a filter shows."""
        bottom = len(rows) + 2
        sheet.write_string(bottom, 0, "Total", self.looks["total"])
        for column, (_, _, look) in enumerate(columns[1:], start=1):
            amounts = [row[column] for row in rows]
            if look != "euro":
                sheet.write_blank(bottom, column, None, self.looks["total"])
                continue
            letter = xl_col_to_name(column)
            total = sum(round(100 * each) for each in amounts if isinstance(each, float)) / 100
            formula = f"=SUBTOTAL(109,{letter}2:{letter}{len(rows) + 1})"
            sheet.write_formula(bottom, column, formula, self.looks["total euro"], total)

    def _deposits(self, sheet: Worksheet) -> None:
        """Write the deposits and, apart and not printed, the days that the chart reads."""
        depots = self.suivi.depots
        self._list(sheet, _DEPOTS, [_deposit(each) for each in depots])
        sheet.print_area(0, 0, max(len(depots), 1), len(_DEPOTS) - 1)
        for column, heading in enumerate(("Jour", "Demandes déposées, cumul", "Avance attendue, cumul")):
            sheet.set_column(_DAYS_LEFT + column, _DAYS_LEFT + column, 16)
            sheet.write_string(_DAYS_TOP, _DAYS_LEFT + column, french(heading), self.looks["entete"])
        for row, (jour, nombre, advance) in enumerate(_by_day(depots), start=_DAYS_TOP + 1):
            # The day as text: an axis of dates would leave a gap for each day without a deposit.
            sheet.write_string(row, _DAYS_LEFT, f"{jour:%d/%m/%Y}", self.looks["centre"])
            sheet.write_number(row, _DAYS_LEFT + 1, nombre, self.looks["nombre"])
            sheet.write_number(row, _DAYS_LEFT + 2, in_euros(advance), self.looks["euro"])


_DEMANDES: tuple[Column, ...] = (
    ("N° éditeur", 10, "centre"),
    ("Logiciel", 10, "centre"),
    ("Signataire", 30, "texte"),
    ("Montant HT", 16, "euro"),
    (AVANCE, 16, "euro"),
    ("État", 12, "centre"),
    ("Dépôt", 34, "texte"),
    ("Déposée le", 12, "jour"),
    ("Jours depuis le dépôt", 12, "nombre"),
    ("N° ASP", 22, "texte"),
    ("Anciens n° éditeur", 22, "texte"),
)
_PAIEMENTS: tuple[Column, ...] = (
    ("N° éditeur", 10, "centre"),
    ("N° ASP", 22, "texte"),
    ("État", 12, "centre"),
    ("Décision", 12, "centre"),
    (f"{AVANCE} attendue", 16, "euro"),
    ("Payé", 16, "euro"),
    ("Écart (payé − attendu)", 15, "euro"),
    ("Déposée le", 12, "jour"),
    ("Réponse rapportée le", 12, "jour"),
    ("Décidée le", 12, "jour"),
    ("Payée le", 12, "jour"),
    ("Jours depuis le dépôt", 10, "nombre"),
    ("depuis la réponse", 10, "nombre"),
    ("depuis la décision", 10, "nombre"),
    ("depuis le paiement", 10, "nombre"),
)
_SOLDE: tuple[Column, ...] = (
    ("N° ASP", 22, "texte"),
    ("N° éditeur", 10, "centre"),
    ("Numéro ANS", 14, "centre"),
    ("Client (signataire)", 32, "texte"),
    ("FINESS PMSI", 24, "texte"),
    ("État", 12, "centre"),
    ("Montant HT", 16, "euro"),
    ("Avance payée", 16, "euro"),
    ("Reste (montant HT − avance payée)", 18, "euro"),
)
_DEPOTS: tuple[Column, ...] = (
    ("Dépôt", 34, "texte"),
    ("Déposé le", 12, "jour"),
    ("Logiciel", 10, "centre"),
    ("État", 12, "centre"),
    ("Demandes", 11, "nombre"),
    ("Montant HT", 16, "euro"),
    (AVANCE, 16, "euro"),
    ("Acceptées", 11, "nombre"),
    ("Rejetées", 11, "nombre"),
    ("Sans réponse", 11, "nombre"),
)
_HISTORIQUE: tuple[Column, ...] = (
    ("N° éditeur actuel", 12, "centre"),
    ("N° éditeur alors", 12, "centre"),
    ("Dépôt", 34, "texte"),
    ("Jour", 12, "jour"),
    ("Issue", 16, "centre"),
    ("N° ASP ou motif", 60, "texte"),
)
_DAYS_LEFT, _DAYS_TOP = len(_DEPOTS) + 1, 0
_GRID: Mapping[str, Any] = {"color": theme.GRIS, "width": 0.5}


def _request(demande: DemandeSuivie) -> Sequence[Content]:
    former = dict.fromkeys(etape.numero for etape in demande.etapes if etape.numero != demande.numero)
    return (
        demande.numero,
        demande.logiciel,
        demande.client,
        in_euros(demande.centimes),
        in_euros(demande.avance),
        demande.etat.value,
        demande.depot,
        demande.jour,
        demande.attente,
        demande.numeroASP,
        ", ".join(former),
    )


def _payment(demande: DemandeSuivie, suivi: Suivi) -> Sequence[Content]:
    suite = demande.suite
    steps = (demande.jour, demande.reponse, suite.dateDecision, suite.datePaiement)
    refused = demande.etat is Etat.REFUSEE
    return (
        demande.numero,
        demande.numeroASP,
        demande.etat.value,
        suite.decision or "",
        None if refused else in_euros(demande.avance),
        in_euros(demande.paye) if demande.paye else None,
        None if demande.ecart is None else in_euros(demande.ecart),
        *steps,
        *map(suivi.since, steps),
    )


def _balance(demande: DemandeSuivie) -> Sequence[Content]:
    return (
        demande.numeroASP,
        demande.numero,
        demande.numeroAns,
        demande.client,
        ", ".join(demande.finess),
        demande.etat.value,
        in_euros(demande.centimes),
        in_euros(demande.paye),
        in_euros(demande.centimes - demande.paye),
    )


def _deposit(depot: DepotSuivi) -> Sequence[Content]:
    return (
        depot.nom,
        depot.jour,
        depot.logiciel,
        depot.etat.value.capitalize(),
        depot.nombre,
        in_euros(depot.centimes),
        in_euros(depot.avance),
        depot.acceptees,
        depot.rejetees,
        depot.attendues if depot.etat is not EtatDepot.ANNULE else 0,
    )


def _events(demandes: Iterable[DemandeSuivie]) -> Iterator[Sequence[Content]]:
    for demande in demandes:
        for etape in demande.etapes:
            yield demande.numero, etape.numero, etape.depot, etape.jour, etape.issue, etape.motif


def _by_day(depots: Iterable[DepotSuivi]) -> list[tuple[date, int, int]]:
    """Return the requests filed, and the advance on those not refused, up to each day of a deposit that stands."""
    numbers, advances = Counter[date](), Counter[date]()
    for depot in depots:
        if depot.etat is not EtatDepot.ANNULE:
            numbers[depot.jour] += depot.nombre
            advances[depot.jour] += depot.attendue
    days = sorted(numbers)
    totals = zip(accumulate(numbers[day] for day in days), accumulate(advances[day] for day in days), strict=True)
    return [(day, *total) for day, total in zip(days, totals, strict=True)]


def _dress(chart: Chart, title: str, shown: str) -> None:
    chart.set_title({"name": title, "name_font": {"size": 12, "color": theme.BLEU}})
    chart.set_y_axis({"num_format": shown, "major_gridlines": {"visible": True, "line": _GRID}})
    chart.set_chartarea({"border": {"color": theme.GRIS}})
    chart.set_size({"width": 420, "height": 300})


def _lines(columns: Sequence[Column], cells: Sequence[Content]) -> int:
    """The lines of text that the fullest cell of a row takes."""
    texts = [(cell, width) for cell, (_, width, _) in zip(cells, columns, strict=True) if isinstance(cell, str)]
    return max((len(textwrap.wrap(text, max(round(_ROOM * width), 1))) for text, width in texts), default=1)


def _software(logiciel: str) -> str:
    if not logiciel:
        return "Logiciel à préciser"
    return f"{logiciel} ({LOGICIELS_EN_TOUTES_LETTRES[logiciel]})"


def _shown(centimes: int) -> str:
    return Montant().write(centimes)


def _write(sheet: Worksheet, row: int, column: int, cell: Content, look: Format) -> None:
    match cell:
        case None | "":
            sheet.write_blank(row, column, None, look)
        case str():
            sheet.write_string(row, column, cell, look)
        case date():
            sheet.write_datetime(row, column, cell, look)
        case _:
            sheet.write_number(row, column, cell, look)
