"""A finance team's folder over a whole cycle: a workbook filled, converted, answered by the portal, brought back."""

import io
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from pypdf import PdfWriter
from stdnum import luhn

from converter import portal
from converter.blank import template
from converter.checking.lecture import read_cells
from converter.commands.convertir import convertir
from converter.commands.session import Options
from converter.depositing import deposit
from converter.depositing.document import encode
from converter.marking import annotate
from converter.reading import workbook
from converter.registry.store import Memoire, Registry
from converter.returning import bring_back, received
from converter.returning.bring_back import Effect
from converter.spec.shape import builtin_model
from converter.spec.sheets import BENEFICIAIRES, DEMANDES, PIECES

JOUR = date(2022, 4, 15)
SHAPE = builtin_model()
SIRET = "73282932000074"
NUMEROS_ANS = {"DPI": "1234567890", "PFI": "ABCDE12345", "RI": "0000000001"}

SCENARIOS: Mapping[str, Mapping[str, Any]] = {
    "DPI": {
        "isPFIpourEnvoiDMPIndependante": False,
        "isPFIpourEnvoiMSSProIndependante": True,
        "isPFIpourEnvoiMSSPCitoyenIndependante": True,
        "isProSanteConnectNeeded": True,
    },
    "PFI": {
        "isCRBIOAssociated": True,
        "isCRRADAssociated": False,
        "operateurMessagerie": "Mailiz",
        "isEnvoiDMP": True,
        "isEnvoiMSSPro": True,
        "isEnvoiMSSCitoyen": False,
    },
    "RI": {},
}


def numero(rank: int) -> str:
    return f"{rank:05d}"


@dataclass(frozen=True, slots=True)
class Cycle:
    """The folder, and the steps a team takes in it."""

    folder: Path
    nom: str = "demandes.xlsx"

    @property
    def classeur(self) -> Path:
        return self.folder / self.nom

    @property
    def depots(self) -> Path:
        return self.folder / "depots"

    def fill(self, logiciels: Sequence[str]) -> None:
        """Write the workbook: one request a software named, numbered from 00001, and its attachments."""
        (self.folder / "pieces").mkdir(parents=True, exist_ok=True)
        rows: dict[str, list[dict[str, Any]]] = {DEMANDES: [], BENEFICIAIRES: [], PIECES: []}
        for rank, logiciel in enumerate(logiciels, start=1):
            number = {"numeroEditeur": numero(rank)}
            rows[DEMANDES].append(number | _request(rank, logiciel))
            rows[BENEFICIAIRES] += [number | _client(2 * rank + each) for each in (0, 1)]
            nom = f"bon {rank}.pdf"
            rows[PIECES].append(number | {"typeFichier": "BON_COMMANDE", "fichier": nom})
            (self.folder / "pieces" / nom).write_bytes(pdf(rank))
        sold = {f"numeroAns.{logiciel}": NUMEROS_ANS[logiciel] for logiciel in dict.fromkeys(logiciels)}
        parametres = {"SIRET": SIRET, "profilIntegrationINS": "OUI"} | sold
        template.write_template(self.classeur, rows=rows, parametres=parametres)

    def convert(self, jour: date = JOUR) -> list[str]:
        """Convert; return the names of the deposits made, in order."""
        outcome = convertir(self.classeur, Options(jour))
        return [upload.json.removesuffix(".json") for upload in outcome.depots]

    def sent(self, depot: str) -> bytes:
        return (self.depots / depot / f"{depot}.json").read_bytes()

    def answer(self, depot: str, refuse: Collection[str] = ()) -> bytes:
        """Return what the portal answers, these numbers refused."""
        answered = portal.answer(portal.verify(self.sent(depot), shape=SHAPE, au=JOUR), refuse)
        assert answered is not None
        return answered

    def plan(self, answer: bytes, nom: str, *, remplacer: bool = False) -> Effect:
        """Return what an answer changes, nothing recorded or written."""
        with deposit.open_depots(self.depots, SHAPE) as depots:
            return self._bring_back(depots.registre, answer, nom, remplacer)

    def retour(self, answer: bytes, nom: str, *, remplacer: bool = False, cut_off: bool = False) -> Effect:
        """Bring an answer back, the registry first; `cut_off` stops before the workbook is written."""
        with deposit.open_depots(self.depots, SHAPE) as depots:
            found = self._bring_back(depots.registre, answer, nom, remplacer)
            depots.registre.record_answers(found.depot, found.reponses, found.sha256)
        if not cut_off:
            self.write(found)
        return found

    def write(self, found: Effect) -> None:
        target = self.folder / "nouveau.xlsx"
        assert annotate.annotate(self.classeur, target, marks=(), values=found.values) == ()
        target.replace(self.classeur)

    def _bring_back(self, registre: Registry, answer: bytes, nom: str, remplacer: bool) -> Effect:
        classeur = workbook.read(self.classeur)
        return bring_back.bring_back(
            received.read_answer(answer, nom),
            read_cells(classeur),
            registre.memory(),
            registre.depots(),
            bring_back.formulas(classeur),
            remplacer=remplacer,
        )

    def memory(self) -> Memoire:
        memoire, *_ = deposit.consult(self.depots, SHAPE)
        return memoire

    def table(self, feuille: str = DEMANDES) -> list[dict[str, Any]]:
        """Return the rows of a sheet as they stand, blanks as `""`."""
        return list(self.rows(feuille).values())

    def rows(self, feuille: str = DEMANDES) -> dict[int, dict[str, Any]]:
        """Return the rows of a sheet by their number in Excel."""
        classeur = workbook.read(self.classeur)
        (table,) = (table for table in classeur.tables() if table.nom == feuille)
        rows: dict[int, dict[str, Any]] = table.brut.to_dict("index")
        return rows

    def column(self, balise: str, feuille: str = DEMANDES) -> list[Any]:
        return [row[balise] for row in self.table(feuille)]

    def put(self, feuille: str, ligne: int, balise: str, valeur: Any) -> None:
        """Type a value into a cell."""
        self.type({feuille: {ligne: {balise: valeur}}})

    def type(self, sheets: Mapping[str, Mapping[int, Mapping[str, Any]]]) -> None:
        """Type values into cells, by sheet, row and tag."""
        tables = {table.nom: table for table in workbook.read(self.classeur).tables()}
        values = [
            annotate.CellValue(tables[nom].feuille, ligne, tables[nom].colonnes[balise], valeur)
            for nom, rows in sheets.items()
            for ligne, cells in rows.items()
            for balise, valeur in cells.items()
            if balise in tables[nom].colonnes
        ]
        target = self.folder / "nouveau.xlsx"
        annotate.annotate(self.classeur, target, marks=(), values=values)
        target.replace(self.classeur)


def _request(rank: int, logiciel: str) -> dict[str, Any]:
    return {
        "logiciel": logiciel,
        "dateCommande": date(2022, 3, 1),
        "regimeTVA": "TTC",
        "montantSegurHT": Decimal(13_750 + rank),
        "isMandataire": False,
        "isClientUnique": False,
        **SCENARIOS[logiciel],
    }


def _client(rank: int) -> dict[str, Any]:
    finess = f"75{rank:06d}"
    return {
        "nomClient": f"DUPONT {rank}",
        "emailClient": f"m.dupont{rank}@ch-saint-martin.fr",
        "telephoneClient": "01 44 55 66 77",
        "FINESSPMSI": finess + luhn.calc_check_digit(finess),
    }


def pdf(rank: int) -> bytes:
    """Return a small PDF, each rank its own."""
    writer = PdfWriter()
    writer.add_blank_page(100 + rank, 100)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def edited(answer: bytes, **changes: Mapping[str, Any]) -> bytes:
    """Return an answer in which requests say otherwise; `_00001={"numeroASP": "7"}`, `entete={…}` for the head."""
    document = json.loads(answer, parse_float=Decimal)
    document |= changes.get("entete", {})
    for demande in document["lignesImport"]:
        demande.update(changes.get(f"_{demande['numeroEditeur']}", {}))
    return encode(document)
