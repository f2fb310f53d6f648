"""A thousand good requests, typed in all the ways people type, raise no error; what was typed is what is sent."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from converter.issues import Gravite
from converter.sentences.say import gravite
from converter.spec import programme, sheets, tags
from converter.spec.sheets import BENEFICIAIRES, DEMANDES, PIECES
from tests.support.workbooks import PARAMETRES, examine

PER_WORKBOOK, WORKBOOKS = 50, 20

Cell = Any

CODE = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŒÆŸÑ"
SMALL = "abcdefghijklmnopqrstuvwxyz0123456789"
MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)


def luhn(body: str) -> str:
    """Return the number with its key, by the book: every other figure doubled from the right."""
    doubled = [int(c) * (2 - n % 2) for n, c in enumerate(reversed(body))]
    return body + str(-sum(d - 9 * (d > 9) for d in doubled) % 10)


class Typist:
    """Draws good values, each with a way to type it; hypothesis draws the seed, as one request takes too many draws."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311 - no secret
        self.one_of = self.random.choice

    def sometimes(self) -> bool:
        return self.random.random() < 0.5

    def text(self, alphabet: str, least: int, most: int) -> str:
        return "".join(self.random.choices(alphabet, k=self.random.randint(least, most)))

    def spaced(self, text: str) -> str:
        """Type a text with the spaces that come with it."""
        return self.one_of([text, text, f" {text}", f"{text}\u00a0", f"\u202f{text} ", f"{text}\n", f"\u200b{text}"])

    def number(self, code: str) -> Cell:
        as_number = code.isdigit() and int(code) > 0 and self.sometimes()
        return int(code) if as_number else self.spaced(code)

    def day(self) -> tuple[date, Cell]:
        jour = date(2021, 1, 1) + timedelta(days=self.random.randint(0, 516))  # until 1 June 2022
        ways = [
            jour,
            jour,
            (jour - date(1899, 12, 30)) // timedelta(days=1),
            f"{jour:%d/%m/%Y}",
            f"{jour:%d-%m-%Y}",
            f"{jour:%Y-%m-%d}",
            f"{jour.day}/{jour.month}/{jour.year}",
            f"{'1er' if jour.day == 1 else jour.day} {MONTHS[jour.month - 1]} {jour.year}",
            f"{jour:%d/%m/%Y} 00:00:00",
        ]
        return jour, self.one_of(ways)

    def amount(self) -> tuple[int, Cell]:
        centimes = self.random.randint(1, 10 ** self.random.randint(1, 9))
        euros = Decimal(centimes) / 100
        french = f"{euros:,.2f}".replace(",", " ").replace(".", ",")
        ways = [
            float(euros),
            float(euros),
            french,
            f"{french} €",
            f"{french} € HT",
            french.replace(" ", "\u202f") + "\u00a0€",
            f"{euros:,.2f}",
            f"{euros:,.2f}".replace(",", "'"),
            french.replace(" ", "."),
            f"{euros:.2f}",
        ]
        return centimes, self.one_of(ways)

    def answer(self, value: bool) -> Cell:
        yes, no = ["OUI", "oui", "Oui ", "O", "VRAI", "x", 1, True], ["NON", "non", " Non", "N", "FAUX", 0, False]
        return self.one_of(yes if value else no)

    def name(self) -> tuple[str, Cell]:
        joint = self.one_of(["", " ", "-", "’", "'", " DE LA ", ". "])
        nom = self.text(LETTERS, 1, 22) + joint + self.text(LETTERS, 1, 20)
        return nom, self.spaced(self.one_of([nom, nom, nom.title(), nom.capitalize()]))

    def email(self) -> Cell:
        name = self.text(SMALL, 1, 12) + self.one_of(["", ".", "-", "_", "+"]) + self.text(SMALL, 1, 12)
        domain = self.text(SMALL, 1, 12) + self.one_of(["", ".", "-"]) + self.text(SMALL, 1, 12)
        return self.spaced(f"{name}@{domain}.{self.one_of(['fr', 'com', 'org', 'eu', 're', 'paris', 'gouv.fr'])}")

    def phone(self) -> Cell:
        digits = f"0{self.one_of('12345679')}{self.text('0123456789', 8, 8)}"
        written = self.one_of([" ", ".", "", "-", "\u00a0"]).join(digits[n : n + 2] for n in range(0, 10, 2))
        return self.one_of([written, written, int(digits), f"+33 {written[1:]}", int(f"33{digits[1:]}")])

    def finess(self) -> tuple[str, Cell]:
        body = f"{self.random.randint(1_000_000, 95_999_999):08d}"
        if self.random.random() < 0.1:
            code = f"2{self.one_of('AB')}{body[1:]}"
            return code, self.spaced(self.one_of([code, code.lower()]))
        code = luhn(body)
        return code, self.one_of([code, code, int(code), f"{code[:2]} {code[2:5]} {code[5:8]} {code[8]}", f"{code} "])

    def scenario(self, logiciel: str) -> dict[str, Cell]:
        """Answer the columns of a software; those of the others stay empty, or say no."""
        answers = {
            tag.nom: self.answer(self.sometimes())
            for tag in (*tags.DPI_TAGS, *tags.PFI_TAGS)
            if logiciel in tag.logiciels and tag.nom != "operateurMessagerie"
        }
        if logiciel == "PFI":
            return answers | {
                "operateurMessagerie": self.one_of(["Mailiz", "MSSanté – Étab.", "Opérateur n° 1", "x" * 49])
            }
        others = [tag.nom for tag in tags.PFI_TAGS if tag.nom != "operateurMessagerie"] if self.sometimes() else []
        return answers | dict.fromkeys(others, "NON")

    def request(self, code: str) -> dict[str, Any]:
        """Draw a good request: its row, its establishments and attachments, and what must be sent of it."""
        logiciel, regime = self.one_of(programme.LOGICIELS), self.one_of(["HT", "TTC"])
        unique = self.sometimes()
        mandataire = not unique and self.sometimes()
        (jour, typed_day), (centimes, typed_amount) = self.day(), self.amount()
        row = {
            "numeroEditeur": self.number(code),
            "logiciel": self.spaced(self.one_of([logiciel, logiciel.lower()])),
            "dateCommande": typed_day,
            "regimeTVA": self.spaced(self.one_of([regime, regime.lower()])),
            "montantSegurHT": typed_amount,
            "isMandataire": self.answer(mandataire),
            "isClientUnique": self.answer(unique),
            **self.scenario(logiciel),
        }
        if mandataire:
            row |= {
                "nomMandataire": self.name()[1],
                "emailMandataire": self.email(),
                "telephoneMandataire": self.phone(),
            }
        (nom, typed_name), codes = self.name(), dict(self.finess() for _ in range(self.random.randint(2, 4)))
        count = self.random.randint(1, 3)
        typed_codes = [next(iter(codes.values()))] * count if unique else list(codes.values())
        return {
            "row": row,
            "clients": [
                {
                    "numeroEditeur": self.number(code),
                    "nomClient": typed_name,
                    "emailClient": self.email(),
                    "telephoneClient": self.phone(),
                    "FINESSPMSI": typed,
                }
                for typed in typed_codes
            ],
            "types": ["BON_COMMANDE"] + ["PREUVE_HT"] * (regime == "HT"),
            "sent": (code, logiciel, jour, centimes, nom, next(iter(codes))),
        }

    def campaign(self) -> list[dict[str, Any]]:
        codes = {code.upper(): code for code in (self.text(CODE, 5, 5) for _ in range(PER_WORKBOOK))}
        while len(codes) < PER_WORKBOOK:
            codes[f"{len(codes):05d}"] = f"{len(codes):05d}"
        return [self.request(code) for code in codes.values()]


def written(path: Path, requests: list[dict[str, Any]]) -> None:
    """Write a plain workbook, as another program would: no template, only tags and cells."""
    rows = {
        DEMANDES: [drawn["row"] for drawn in requests],
        BENEFICIAIRES: [client for drawn in requests for client in drawn["clients"]],
        PIECES: [
            {"numeroEditeur": drawn["sent"][0], "typeFichier": kind, "fichier": f"{kind} {rank}.pdf"}
            for rank, drawn in enumerate(requests)
            for kind in drawn["types"]
        ],
    }
    with xlsxwriter.Workbook(path) as book:
        days = book.add_format({"num_format": "dd/mm/yyyy"})
        sheet = book.add_worksheet(sheets.PARAMETRES)
        for line, (nom, value) in enumerate(PARAMETRES.items()):
            sheet.write_row(line, 0, [nom, "", value])
        for feuille, lines in rows.items():
            sheet = book.add_worksheet(feuille)
            names = [tag.nom for tag in tags.vendor_columns(feuille)]
            sheet.write_row(0, 0, names)
            for line, row in enumerate(lines, start=1):
                for column, nom in enumerate(names):
                    value = row.get(nom)
                    if isinstance(value, date):
                        sheet.write_datetime(line, column, value, days)
                    elif isinstance(value, str):
                        sheet.write_string(line, column, value)
                    elif value is not None:
                        sheet.write(line, column, value)


@settings(max_examples=WORKBOOKS)
@given(seed=st.integers(min_value=0, max_value=2**32))
def test_good_requests_raise_no_error_and_are_sent_as_typed(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    requests = Typist(seed).campaign()
    path = tmp_path_factory.mktemp("campagne") / "demandes.xlsx"
    written(path, requests)
    found = examine(path)
    # A FINESS may be drawn twice; no other doubt is cast either.
    doubts = [i for i in found.verdict.issues if gravite(i.code) is not Gravite.CORRECTION and i.code != "R180"]
    assert [(i.code, i.place.cellule, i.valeur) for i in doubts] == []
    assert [
        (
            demande.numero,
            demande.logiciel,
            demande.valeurs["dateCommande"],
            demande.centimes,
            demande.etablissements[0]["nomClient"],
            demande.etablissements[0]["FINESSPMSI"],
        )
        for demande in found.verdict.demandes
    ] == [drawn["sent"] for drawn in requests]


def test_a_thousand_requests_were_drawn() -> None:
    assert PER_WORKBOOK * WORKBOOKS >= 1_000
