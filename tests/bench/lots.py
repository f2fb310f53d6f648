"""Folders to measure on: a workbook of so many requests and its small PDFs, the same bytes at each build."""

import io
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from PIL import Image

from converter.blank import template
from converter.spec import shape
from converter.spec.programme import BON_COMMANDE, PREUVE_HT
from converter.spec.sheets import BENEFICIAIRES, DEMANDES, PIECES
from converter.spec.tags import TAG
from tests.support.workbooks import PARAMETRES
from tests.tools.derived import load_samples

Row = dict[str, Any]
_MANDATAIRE: Row = {
    "isMandataire": True,
    "nomMandataire": "MARTIN",
    "emailMandataire": "martin@ght-ouest.fr",
    "telephoneMandataire": "02 40 08 33 33",
}
_MADE = "complet"
"""The file that tells a folder built to its end."""
_MISTAKES: tuple[tuple[str, str, Any], ...] = (
    (DEMANDES, "montantSegurHT", Decimal(0)),
    (DEMANDES, "dateCommande", date(2042, 3, 1)),
    (BENEFICIAIRES, "FINESSPMSI", "750000000"),
    (BENEFICIAIRES, "emailClient", "direction@ch-exemple"),
    (PIECES, "fichier", "bon de commande égaré.pdf"),
)


@dataclass(frozen=True, slots=True)
class Campagne:
    """One folder: `demandes.xlsx` to run on, kept whole beside it, and its attachments."""

    dossier: Path
    demandes: int

    @property
    def classeur(self) -> Path:
        """The workbook that runs may write into."""
        return self.dossier / "demandes.xlsx"

    @property
    def flat(self) -> Path:
        """What the JSON says of the same rows, for flatten-tool to read."""
        return self.dossier / "flat.xlsx"

    def restore(self) -> None:
        """Undo what runs have left."""
        for left in ("depots", "sauvegardes"):
            shutil.rmtree(self.dossier / left, ignore_errors=True)
        shutil.copyfile(self.dossier / "original.xlsx", self.classeur)


def campagne(base: Path, demandes: int, *, wrong: bool = False, text: bool = False) -> Campagne:
    """Return a folder of so many requests, built where it is not there yet.

    With `wrong`, one in ten has a mistake. The attachments are scans, or with `text` PDFs that say the amounts.
    """
    made = Campagne(base / f"{demandes}{' dont fautives' if wrong else ''}{' en texte' if text else ''}", demandes)
    if not (made.dossier / _MADE).exists():
        _build(made, wrong=wrong, text=text)
    made.restore()
    return made


def _build(made: Campagne, *, wrong: bool, text: bool) -> None:
    rows = _rows(made.demandes)
    for folder in (made.dossier, made.dossier / "pieces"):
        folder.mkdir(parents=True, exist_ok=True)
    say = _texts(rows[DEMANDES]) if text else _scans()
    for piece in rows[PIECES]:
        (made.dossier / "pieces" / piece["fichier"]).write_bytes(say(piece))
    _write_flat(made.flat, rows)
    if wrong:
        _spoil(rows)
    template.write_template(made.dossier / "original.xlsx", rows=rows, parametres={**PARAMETRES})
    (made.dossier / _MADE).touch()


def _rows(count: int) -> dict[str, list[Row]]:
    """Return the rows of each sheet: four requests in five are of two establishments, one in two has a proof of HT."""
    samples, ranks = load_samples(), range(1, count + 1)
    regime = {True: "HT", False: "TTC"}
    return {
        DEMANDES: [
            samples._request(
                rank,
                dateCommande=date(2022, 1, 3) + timedelta(days=rank % 90),
                regimeTVA=regime[rank % 2 == 0],
                isClientUnique=rank % 5 == 0,
                **(_MANDATAIRE if rank % 5 == 1 else {}),
            )
            for rank in ranks
        ],
        BENEFICIAIRES: [
            samples._client(rank, FINESSPMSI=samples._finess(finess))
            for rank in ranks
            for finess in ((rank,) if rank % 5 == 0 else (rank, rank + count))
        ],
        PIECES: [piece for rank in ranks for piece in _pieces(rank)],
    }


def _pieces(rank: int) -> Iterator[Row]:
    numero = f"{rank:05d}"
    yield {"numeroEditeur": numero, "typeFichier": BON_COMMANDE, "fichier": f"bon de commande {numero}.pdf"}
    if rank % 2 == 0:
        yield {"numeroEditeur": numero, "typeFichier": PREUVE_HT, "fichier": f"attestation {numero}.pdf"}


def _spoil(rows: Mapping[str, list[Row]]) -> None:
    """Put one mistake into every tenth request, each kind in turn."""
    first = {
        feuille: {row["numeroEditeur"]: row for row in reversed(rows[feuille])}
        for feuille in (DEMANDES, BENEFICIAIRES, PIECES)
    }
    for turn, numero in enumerate(list(first[DEMANDES])[::-10]):
        feuille, tag, value = _MISTAKES[turn % len(_MISTAKES)]
        first[feuille][numero][tag] = value


def _scans() -> Callable[[Row], bytes]:
    """Return what makes an attachment an image of a page, each of other bytes."""
    out, day = io.BytesIO(), time.gmtime(0)
    Image.new("L", (120, 170), 240).save(out, "PDF", creationDate=day, modDate=day)
    page = out.getvalue()
    return lambda piece: page + f"% {piece['fichier']}\n".encode()


def _texts(demandes: list[Row]) -> Callable[[Row], bytes]:
    """Return what makes an attachment say what it is, the order forms with the amount of their request."""
    amounts = {row["numeroEditeur"]: row["montantSegurHT"] for row in demandes}
    pdf = load_samples().pdf

    def say(piece: Row) -> bytes:
        numero = piece["numeroEditeur"]
        if piece["typeFichier"] == BON_COMMANDE:
            return bytes(pdf("Bon de commande", f"Demande {numero}", f"Montant total HT : {amounts[numero]:.2f} EUR"))
        return bytes(pdf("Attestation de non-assujettissement", f"Demande {numero}"))

    return say


def _write_flat(target: Path, rows: Mapping[str, list[Row]]) -> None:
    """Write what the JSON says of the rows, headed by the paths it says it at; `numeroEditeur` joins the sheets."""
    own = {DEMANDES: shape.DEMANDES, BENEFICIAIRES: shape.ETABLISSEMENTS, PIECES: shape.PIECES}
    with xlsxwriter.Workbook(target, {"default_date_format": "dd/mm/yyyy"}) as book:
        for feuille, role in own.items():
            sheet, paths = book.add_worksheet(feuille), {"numeroEditeur": "numeroEditeur", **_paths(role)}
            sheet.write_row(0, 0, list(paths.values()))
            for rank, row in enumerate(rows[feuille], start=1):
                values = {
                    "numLigne": rank,
                    "typeAction": "C",
                    "nomFichier": row.get("fichier"),
                    "formatFichier": "PDF",
                } | row
                sheet.write_row(rank, 0, [values.get(tag, TAG[tag].vide) for tag in paths])


def _paths(role: str) -> dict[str, str]:
    """Return where each tag of a list stands in a request, as flatten-tool writes it: `commande/regimeTVA`."""
    model = shape.builtin_model()
    lists = set(model.lists().values())
    return {
        tag: "/".join(f"{key}/0" if key in lists else key for key in keys[1:])
        for tag, keys in model.paths().items()
        if shape.ROLE_BY_TAG[tag] == role
    }
