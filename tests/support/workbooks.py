"""A good workbook of five requests, small edits to its cells, and what checking it finds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import Any

import openpyxl
from openpyxl.formatting.formatting import ConditionalFormattingList

from converter.attachments.inspection import Inspection
from converter.blank import template
from converter.checking import check
from converter.checking.lecture import read_cells
from converter.reading import workbook
from converter.spec.sheets import BENEFICIAIRES, DEMANDES, MODE_EMPLOI, PIECES

AU = date(2022, 6, 1)
"""The day of the deposit in every test."""

PARAMETRES = MappingProxyType(
    {
        "SIRET": "73282932000074",
        "numeroAns.DPI": "1234567890",
        "numeroAns.PFI": "2234567890",
        "numeroAns.RI": "3234567890",
        "profilIntegrationINS": "OUI",
    }
)

_DPI = {
    "logiciel": "DPI",
    "isPFIpourEnvoiDMPIndependante": False,
    "isPFIpourEnvoiMSSProIndependante": True,
    "isPFIpourEnvoiMSSPCitoyenIndependante": True,
    "isProSanteConnectNeeded": True,
}


def _demande(
    numero: str, regime: str, montant: str, *, mandataire: bool, unique: bool, **others: Any
) -> dict[str, Any]:
    return {
        "numeroEditeur": numero,
        "dateCommande": date(2022, 4, 15),
        "regimeTVA": regime,
        "montantSegurHT": Decimal(montant),
        "isMandataire": mandataire,
        "isClientUnique": unique,
        **others,
    }


def _client(numero: str, finess: str) -> dict[str, Any]:
    return {
        "numeroEditeur": numero,
        "nomClient": "DUPONT",
        "emailClient": "m.dupont@ch-saint-martin.fr",
        "telephoneClient": "01 44 55 66 77",
        "FINESSPMSI": finess,
    }


def _piece(numero: str, type_fichier: str, fichier: str) -> dict[str, Any]:
    return {"numeroEditeur": numero, "typeFichier": type_fichier, "fichier": fichier}


ROWS = MappingProxyType(
    {
        DEMANDES: [
            # row 3: the guide's example; 4: a mandataire; 5: one client; 6: a PFI; 7: a RI
            _demande("00001", "HT", "13750.00", mandataire=False, unique=False, **_DPI),
            _demande(
                "00002",
                "TTC",
                "2000.50",
                mandataire=True,
                unique=False,
                nomMandataire="MARTIN",
                emailMandataire="martin@ght-ouest.fr",
                telephoneMandataire="02 40 08 33 33",
                **_DPI,
            ),
            _demande("00003", "TTC", "9000.00", mandataire=False, unique=True, **_DPI),
            _demande(
                "00004",
                "TTC",
                "4000.00",
                mandataire=False,
                unique=True,
                logiciel="PFI",
                isCRBIOAssociated=True,
                isCRRADAssociated=False,
                operateurMessagerie="Mailiz",
                isEnvoiDMP=True,
                isEnvoiMSSPro=True,
                isEnvoiMSSCitoyen=False,
            ),
            _demande("00005", "TTC", "1500.00", mandataire=False, unique=True, logiciel="RI"),
        ],
        BENEFICIAIRES: [
            _client("00001", "750712184"),  # row 3
            _client("00001", "010780054"),
            _client("00002", "690781810"),
            _client("00002", "130786049"),
            _client("00003", "330781196"),  # row 7
            _client("00004", "330781196"),
            _client("00005", "330781196"),
        ],
        PIECES: [
            _piece("00001", "BON_COMMANDE", "bdc 1.pdf"),  # row 3
            _piece("00001", "PREUVE_HT", "ht 1.pdf"),
            _piece("00002", "BON_COMMANDE", "bdc 2.pdf"),
            _piece("00003", "BON_COMMANDE", "bdc 3.pdf"),
            _piece("00004", "BON_COMMANDE", "bdc 4.pdf"),
            _piece("00005", "BON_COMMANDE", "bdc 5.pdf"),  # row 8
        ],
    }
)

Edits = Mapping[str, Any]
"""What to put in cells, by address: `Demandes!C3`."""


@cache
def good() -> bytes:
    """Return the good workbook as the template writes it."""
    return template.build(ROWS, PARAMETRES)


@cache
def _without_instructions() -> bytes:
    """Return it as openpyxl writes it, in half the time without the sheet of instructions, which nothing reads."""
    book, out = openpyxl.load_workbook(BytesIO(good())), BytesIO()
    del book[MODE_EMPLOI]
    book.save(out)
    return out.getvalue()


def opened() -> openpyxl.Workbook:
    """Return it for openpyxl to edit."""
    return openpyxl.load_workbook(BytesIO(_without_instructions()))


@cache
def _shared() -> openpyxl.Workbook:
    """Return it once for all, written in two thirds of the time without what Excel says while one types."""
    book = opened()
    for sheet in book:
        sheet.conditional_formatting = ConditionalFormattingList()
        sheet.data_validations.dataValidation = []
    return book


def good_sheets() -> dict[str, list[Any]]:
    """Return its rows of cells by sheet."""
    return {sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in opened()}


def edited(path: Path, edits: Edits) -> Path:
    """Write the good workbook with some cells changed; a number is typed into a cell without a date format."""
    book = _shared()
    before = []
    for address, value in edits.items():
        sheet, reference = address.split("!")
        cell = book[sheet][reference]
        before.append((cell, cell.value, cell.number_format))
        cell.value = value
        if isinstance(value, int | float):
            cell.number_format = "General"
    book.save(path)
    for cell, value, number_format in before:
        cell.value, cell.number_format = value, number_format
    return path


@dataclass(frozen=True, slots=True)
class Found:
    """What checking a workbook says: issues as `code sheet!cell`, propositions by the same, and the verdict."""

    issues: list[str]
    propositions: dict[str, str]
    verdict: check.Verdict

    @property
    def etats(self) -> list[str]:
        return [str(etat) for etat in self.verdict.etats.values()]


def inspected(name: str, **others: Any) -> Inspection:
    """Return what inspecting a good attachment of that name gives."""
    given = {"path": name, "octets": 1000, "format": "PDF", "sha256": f"content of {name}"}
    return Inspection(**(given | others))


def examine(path: Path, inspections: Mapping[str, Inspection] = MappingProxyType({}), au: date = AU) -> Found:
    """Read and check a workbook, its attachments being good but for `inspections`."""
    lecture = read_cells(workbook.read(path))
    pieces = {name: inspections.get(name, inspected(name)) for name in lecture.fichiers()}
    verdict = check.check(lecture, pieces, au)
    places = [f"{i.code} {i.place.feuille}!{i.place.cellule}" for i in verdict.issues]
    propositions = {p: i.proposition for p, i in zip(places, verdict.issues, strict=True) if i.proposition}
    return Found(places, propositions, verdict)
