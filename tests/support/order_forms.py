"""Order forms as vendors and hospitals make them: many layouts, many spellings, each of the same few facts."""

import io
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import xlsxwriter
from PIL import Image, ImageDraw
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

pdfmetrics.registerFont(TTFont("Vera", "Vera.ttf"))
pdfmetrics.registerFont(TTFont("Numbered", "VeraIt.ttf", asciiReadable=False))

FINESS = "750712184"
OFFICE = shutil.which("soffice")


@dataclass(frozen=True, slots=True)
class Facts:
    """What an order form says: its amount in centimes, how it spells it, the same with tax, and the day."""

    centimes: int
    spelling: str
    day: str = "15/04/2022"
    signatory: str = "M. Jean DUPONT"

    def says(self, centimes: int) -> str:
        return SPELLINGS[self.spelling](centimes)

    @property
    def ht(self) -> str:
        return self.says(self.centimes)

    @property
    def tva(self) -> str:
        return self.says(self.centimes // 5)

    @property
    def ttc(self) -> str:
        return self.says(self.centimes + self.centimes // 5)


def _grouped(centimes: int, separator: str, mark: str) -> str:
    euros, cents = divmod(centimes, 100)
    return f"{euros:,}".replace(",", separator) + f"{mark}{cents:02d}"


SPELLINGS: dict[str, Callable[[int], str]] = {
    "no-break spaces": lambda c: _grouped(c, "\u00a0", ",") + "\u00a0€",
    "spaces": lambda c: _grouped(c, " ", ",") + " €",
    "dots": lambda c: _grouped(c, ".", ",") + " €",
    "no separator": lambda c: _grouped(c, "", ",") + " EUR",
    "decimal dot": lambda c: _grouped(c, " ", ".") + " €",
    "whole euros": lambda c: (_grouped(c, " ", ",").removesuffix(",00")) + " €",
    "euros in a word": lambda c: _grouped(c, " ", ",") + " euros",
    "no currency": lambda c: _grouped(c, " ", ","),
}


def lines(facts: Facts) -> list[str]:
    """Return a form as lines, a label and a value in each."""
    return [
        "BON DE COMMANDE n° 2022-0417",
        "Fournisseur : Logiciels Médicaux SAS, 12 rue de la Paix 69002 Lyon, SIRET 732 829 320 00074",
        f"Client : Centre hospitalier Saint-Martin, FINESS {FINESS}, téléphone 01 44 55 66 77",
        "Devis du 02/03/2022, référence 2022 118, validité 90 jours",
        "Désignation : prestation Ségur, dossier patient informatisé (quantité 1)",
        f"Montant total HT : {facts.ht}",
        f"TVA 20,00 % : {facts.tva}",
        f"Montant total TTC : {facts.ttc}",
        f"Signé le {facts.day} par {facts.signatory}, directeur",
        "Signature du client et cachet de l’établissement",
    ]


# --- layouts ----------------------------------------------------------------------------------------------------------

Layout = Callable[[Facts], bytes]


def _drawn(draw: Callable[[Canvas], None], size: tuple[float, float] = A4, **options: object) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=size, invariant=1, **options)
    draw(canvas)
    canvas.save()
    return out.getvalue()


def _write(canvas: Canvas, facts: Facts, *, font: str = "Helvetica", size: float = 11, top: float = 780) -> None:
    canvas.setFont(font, size)
    for rank, line in enumerate(lines(facts)):
        canvas.drawString(50, top - 24 * rank, line)


def plain(facts: Facts) -> bytes:
    return _drawn(lambda canvas: _write(canvas, facts))


def embedded(facts: Facts) -> bytes:
    return _drawn(lambda canvas: _write(canvas, facts, font="Vera", size=9), pageCompression=1)


def locked(facts: Facts) -> bytes:
    return _drawn(lambda canvas: _write(canvas, facts), encrypt=StandardEncryption("", "x", canPrint=0))


def rotated_page(facts: Facts) -> bytes:
    def draw(canvas: Canvas) -> None:
        canvas.setPageRotation(90)
        _write(canvas, facts)

    return _drawn(draw)


def rotated_text(facts: Facts) -> bytes:
    def draw(canvas: Canvas) -> None:
        canvas.translate(0, 800)
        canvas.rotate(-90)
        _write(canvas, facts, top=560)

    return _drawn(draw)


def letter_by_letter(facts: Facts) -> bytes:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 11)
        for rank, line in enumerate(lines(facts)):
            x = 50.0
            for letter in line:
                canvas.drawString(x, 780 - 24 * rank, letter)
                x += canvas.stringWidth(letter, "Helvetica", 11)

    return _drawn(draw)


def cut_runs(facts: Facts) -> bytes:
    """Write each line as runs of five letters, one after the other, as a word processor justifies."""

    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 11)
        for rank, line in enumerate(lines(facts)):
            x = 50.0
            for run in re.findall(".{1,5}", line):
                canvas.drawString(x, 780 - 24 * rank, run)
                x += canvas.stringWidth(run, "Helvetica", 11) + 0.4

    return _drawn(draw)


def spaced(facts: Facts) -> bytes:
    def draw(canvas: Canvas) -> None:
        for rank, line in enumerate(lines(facts)):
            text = canvas.beginText(30, 780 - 24 * rank)
            text.setFont("Helvetica", 8)
            text.setCharSpace(1.5)
            text.textOut(line)
            canvas.drawText(text)

    return _drawn(draw)


def bottom_up(facts: Facts) -> bytes:
    """Write the lines in another order than they are read."""

    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 11)
        for rank, line in reversed(list(enumerate(lines(facts)))):
            canvas.drawString(50, 780 - 24 * rank, line)

    return _drawn(draw)


def columns(facts: Facts) -> bytes:
    """Write labels in one column and values in another, column after column."""
    pairs = [line.partition(" : ") for line in lines(facts)]

    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 10)
        for x, part in ((40, 0), (260, 2)):
            for rank, pair in enumerate(pairs):
                canvas.drawString(x, 780 - 24 * rank, pair[part][:70])

    return _drawn(draw)


def _document(*flowables: object, size: tuple[float, float] = A4) -> bytes:
    out = io.BytesIO()
    SimpleDocTemplate(out, pagesize=size, invariant=1).build(list(flowables))
    return out.getvalue()


_STYLES = getSampleStyleSheet()


def _grid(facts: Facts) -> Table:
    """A price table: quantities and references beside the amounts, HT and TTC in neighbouring columns."""
    other = 45_000  # a product that is no Ségur
    rows = [
        ["Réf.", "Désignation", "Qté", "Prix unitaire HT", "Montant HT", "TVA", "Montant TTC"],
        ["2022 118", "Prestation Ségur DPI", "1", facts.ht, facts.ht, "20 %", facts.ttc],
        ["2021 977", "Formation", "2", facts.says(other // 2), facts.says(other), "20 %", facts.says(other * 6 // 5)],
        ["", "Total", "", "", facts.says(facts.centimes + other), "", facts.says((facts.centimes + other) * 6 // 5)],
    ]
    table = Table(rows)
    table.setStyle(TableStyle([("GRID", (0, 0), (-1, -1), 0.5, (0, 0, 0)), ("ALIGN", (2, 0), (-1, -1), "RIGHT")]))
    return table


def _paragraphs(facts: Facts, *ranks: int) -> Iterator[object]:
    for rank in ranks:
        yield Paragraph(lines(facts)[rank], _STYLES["Normal"])
        yield Spacer(1, 8)


def table(facts: Facts) -> bytes:
    return _document(*_paragraphs(facts, 0, 1, 2, 3), _grid(facts), *_paragraphs(facts, 8, 9), size=landscape(A4))


def two_pages(facts: Facts) -> bytes:
    filler = [
        Paragraph("Conditions générales de vente : les prestations sont dues à 30 jours.", _STYLES["Normal"])
    ] * 60
    return _document(*_paragraphs(facts, 0, 1, 2, 3, 4), *filler, *_paragraphs(facts, 5, 6, 7, 8, 9))


def prose(facts: Facts) -> bytes:
    """A letter for an order form."""
    text = (
        f"Le Centre hospitalier Saint-Martin (FINESS {FINESS}) commande par la présente à la société Logiciels "
        "Médicaux la prestation Ségur pour son dossier patient informatisé, au prix hors taxes de "
        f"{facts.ht}, soit {facts.ttc} toutes taxes comprises. Fait à Lyon, le {facts.day}. Pour l’établissement, "
        f"{facts.signatory}, directeur."
    )
    return _document(Paragraph(text, _STYLES["Normal"]))


def narrow(facts: Facts) -> bytes:
    """A table of narrow cells, whose words go over several lines."""
    cells = [[Paragraph(part, _STYLES["Normal"]) for part in line.partition(" : ")[::2]] for line in lines(facts)]
    return _document(Table(cells, colWidths=[90, 110]))


WITH_TEXT: dict[str, Layout] = {
    layout.__name__: layout
    for layout in (
        plain, embedded, locked, rotated_page, rotated_text, letter_by_letter, cut_runs, spaced, bottom_up, columns,
        table, two_pages, prose, narrow,
    )
}  # fmt: skip


# --- what no program reads --------------------------------------------------------------------------------------------


def _image(facts: Facts) -> Image.Image:
    image = Image.new("L", (827, 1169), 255)
    drawing = ImageDraw.Draw(image)
    for rank, line in enumerate(lines(facts)):
        drawing.text((60, 80 + 30 * rank), line.encode("latin-1", "replace").decode("latin-1"), fill=0)
    return image


def scan(facts: Facts) -> bytes:
    out = io.BytesIO()
    _image(facts).save(out, "PDF", resolution=100)
    return out.getvalue()


def guessed_scan(facts: Facts) -> bytes:
    """A scan over which a machine laid the text that it guessed, wrongly."""
    wrong = Facts(facts.centimes + 90, facts.spelling, "16/04/2022", "M. Jean DUPOMT")

    def draw(canvas: Canvas) -> None:
        canvas.drawImage(ImageReader(_image(facts)), 0, 0, *A4)
        text = canvas.beginText(50, 780)
        text.setTextRenderMode(3)
        text.setFont("Helvetica", 10)
        text.textLines(lines(wrong))
        canvas.drawText(text)

    return _drawn(draw)


def without_letters(facts: Facts) -> bytes:
    """A font that draws the right shapes and does not say which letters they are."""
    content = _drawn(lambda canvas: _write(canvas, facts, font="Numbered", size=9))
    return re.sub(rb"/ToUnicode \d+ 0 R", lambda found: b" " * len(found[0]), content)


def blank(_: Facts) -> bytes:
    return _drawn(lambda canvas: canvas.rect(50, 50, 100, 100))


WITHOUT_TEXT: dict[str, Layout] = {layout.__name__: layout for layout in (scan, guessed_scan, without_letters, blank)}


# --- by LibreOffice ---------------------------------------------------------------------------------------------------


def by_office(facts: dict[str, Facts], folder: Path) -> dict[str, bytes]:
    """Write each form as a workbook and let LibreOffice print it."""
    for name, told in facts.items():
        _workbook(folder / f"{name}.xlsx", told)
    profile = f"-env:UserInstallation={(folder / 'profil').as_uri()}"
    books = [str(folder / f"{name}.xlsx") for name in facts]
    command = [str(OFFICE), profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), *books]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return {name: (folder / f"{name}.pdf").read_bytes() for name in facts}


def _workbook(path: Path, facts: Facts) -> None:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Bon de commande")
        money = book.add_format(
            {"num_format": '# ##0.00\\ "€"' if facts.spelling == "spaces" else "#,##0.00\\ [$€-40C]"}
        )
        sheet.set_column(0, 1, 34)
        for row, line in enumerate(lines(facts)):
            label, _, value = line.partition(" : ")
            sheet.write(row, 0, label)
            sheet.write(row, 1, value)
        sheet.write_number(5, 1, facts.centimes / 100, money)
        sheet.write_number(6, 1, facts.centimes / 500, money)
        sheet.write_number(7, 1, facts.centimes * 6 / 500, money)
