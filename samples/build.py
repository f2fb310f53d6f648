"""Builds the sample folders anew: `python samples/build.py`. A test fails when they drift from this script."""

import io
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from PIL import Image

from converter.blank import template
from converter.spec.programme import BON_COMMANDE, PREUVE_HT
from converter.spec.sheets import BENEFICIAIRES, DEMANDES, PIECES

HERE = Path(__file__).parent
Row = Mapping[str, Any]


def pdf(*lines: str) -> bytes:
    """Return a one-page PDF that says these lines."""
    shown = " ".join(f"({line}) Tj T*" for line in lines)
    stream = f"BT /F1 14 Tf 60 760 Td 20 TL {shown} ET".encode("cp1252")
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>\nstream\n%b\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    )
    out = io.BytesIO(b"%PDF-1.4\n")
    out.seek(0, io.SEEK_END)
    offsets = []
    for number, content in enumerate(objects, start=1):
        offsets.append(out.tell())
        out.write(b"%d 0 obj\n%b\nendobj\n" % (number, content))
    start = out.tell()
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out.write(b"xref\n0 6\n0000000000 65535 f \n" + table)
    out.write(b"trailer\n<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % start)
    return out.getvalue()


def image(kind: str, shade: int) -> bytes:
    """Return a small plain picture, `PNG` or `JPEG`."""
    out = io.BytesIO()
    Image.new("L", (120, 170), shade).save(out, kind)
    return out.getvalue()


@dataclass(frozen=True)
class Sample:
    """A ready-to-run folder: its rows, parameters and attachments."""

    nom: str
    parametres: Mapping[str, str]
    rows: Mapping[str, Sequence[Row]]
    pieces: Mapping[str, bytes]

    def write(self, folder: Path) -> None:
        """Write the workbook `demandes.xlsx` and the folder `pieces`."""
        (folder / "pieces").mkdir(parents=True, exist_ok=True)
        template.write_template(folder / "demandes.xlsx", rows=self.rows, parametres=self.parametres)
        for name, data in self.pieces.items():
            (folder / "pieces" / name).write_bytes(data)


def guide() -> Sample:
    """The worked example of the guide, section 3.1."""
    signataire = {
        "nomClient": "DUPONT",
        "emailClient": "m.dupont@hopital-saint-martin.fr",
        "telephoneClient": "01 44 55 66 77",
    }
    return Sample(
        "exemple-du-guide",
        {"SIRET": "88558855858745", "numeroAns.DPI": "1234567890", "profilIntegrationINS": "OUI"},
        {
            DEMANDES: [
                {
                    "numeroEditeur": "00001",
                    "logiciel": "DPI",
                    "dateCommande": date(2022, 4, 15),
                    "regimeTVA": "HT",
                    "montantSegurHT": Decimal("13750.00"),
                    "isMandataire": False,
                    "isClientUnique": False,
                    "isPFIpourEnvoiDMPIndependante": False,
                    "isPFIpourEnvoiMSSProIndependante": True,
                    "isPFIpourEnvoiMSSPCitoyenIndependante": True,
                    "isProSanteConnectNeeded": True,
                }
            ],
            BENEFICIAIRES: [
                {"numeroEditeur": "00001", **signataire, "FINESSPMSI": finess}
                for finess in ("999999999", "777777777", "888888888")
            ],
            PIECES: [
                {"numeroEditeur": "00001", "typeFichier": BON_COMMANDE, "fichier": "Bon de commande Saint-Martin.pdf"},
                {"numeroEditeur": "00001", "typeFichier": PREUVE_HT, "fichier": "Attestation TVA.png"},
            ],
        },
        {
            "Bon de commande Saint-Martin.pdf": pdf("Bon de commande", "Hôpital Saint-Martin", "13 750,00 EUR HT"),
            "Attestation TVA.png": image("PNG", 230),
        },
    )


def _finess(rank: int) -> str:
    """Return the `rank`-th FINESS of our making, with a right key."""
    from stdnum import luhn

    body = f"75{rank:06d}"
    return body + luhn.calc_check_digit(body)


def _request(rank: int, **changes: Any) -> dict[str, Any]:
    return {
        "numeroEditeur": f"{rank:05d}",
        "logiciel": "DPI",
        "dateCommande": date(2022, 1, 3) + timedelta(days=rank % 90),
        "regimeTVA": "TTC",
        "montantSegurHT": Decimal(500_000 + 12_345 * rank % 4_000_000).scaleb(-2),
        "isMandataire": False,
        "isClientUnique": True,
        "isPFIpourEnvoiDMPIndependante": False,
        "isPFIpourEnvoiMSSProIndependante": False,
        "isPFIpourEnvoiMSSPCitoyenIndependante": False,
        "isProSanteConnectNeeded": rank % 3 == 0,
        **changes,
    }


_NAMES = ("MARTIN", "BERNARD", "THOMAS", "PETIT", "ROBERT", "RICHARD", "DURAND", "MOREAU", "SIMON", "LEFÈVRE")


def _client(rank: int, **changes: Any) -> dict[str, Any]:
    name = _NAMES[rank % len(_NAMES)]
    return {
        "numeroEditeur": f"{rank:05d}",
        "nomClient": name,
        "emailClient": f"direction{rank}@ch-exemple.fr",
        "telephoneClient": f"01 40 {rank // 100 % 100:02d} {rank % 100:02d} 00",
        "FINESSPMSI": _finess(rank),
        **changes,
    }


def _piece(rank: int, **changes: Any) -> dict[str, Any]:
    return {
        "numeroEditeur": f"{rank:05d}",
        "typeFichier": BON_COMMANDE,
        "fichier": f"bon de commande {rank:05d}.pdf",
        **changes,
    }


def _order_form(rank: int) -> bytes:
    return pdf("Bon de commande", f"Demande {rank:05d}")


def campaign(count: int = 450) -> Sample:
    """A campaign of DPI requests that makes three JSON files; every tenth vendor row is of regime HT."""
    ranks = range(1, count + 1)
    ht = [rank for rank in ranks if rank % 10 == 0]
    return Sample(
        f"{count}-demandes",
        {"SIRET": "73282932000074", "numeroAns.DPI": "1234567890"},
        {
            DEMANDES: [_request(rank, **({"regimeTVA": "HT"} if rank in ht else {})) for rank in ranks],
            BENEFICIAIRES: [_client(rank) for rank in ranks],
            PIECES: [
                *(_piece(rank) for rank in ranks),
                *(
                    _piece(rank, typeFichier=PREUVE_HT, fichier="attestation de non-assujettissement.jpg")
                    for rank in ht
                ),
            ],
        },
        {
            "attestation de non-assujettissement.jpg": image("JPEG", 200),
            **{f"bon de commande {rank:05d}.pdf": _order_form(rank) for rank in ranks},
        },
    )


def mistakes() -> Sample:
    """Twelve requests, eleven of them with the mistakes that people make; the last one is right."""
    good = range(1, 13)
    requests = {rank: _request(rank) for rank in good}
    requests[2] |= {"isClientUnique": False}
    requests[3] |= {"regimeTVA": "HT"}
    requests[4] |= {"montantSegurHT": Decimal(0)}
    requests[5] |= {"isMandataire": True, "isClientUnique": False}
    requests[6] |= {"nomMandataire": "DURAND"}
    requests[7] |= {"dateCommande": date(2042, 3, 1)}
    requests[8] |= {"isProSanteConnectNeeded": None, "regimeTVA": "ttc "}
    requests[9] |= {"dateCommande": "15/04/22"}
    requests[10] |= {"montantSegurHT": "1.234"}
    requests[12] |= {"montantSegurHT": "12 345,60 €"}
    clients = {rank: _client(rank) for rank in good}
    clients[9] |= {"emailClient": "direction9.ch-exemple.fr", "FINESSPMSI": "75000009"}
    clients[10] |= {"numeroEditeur": "00100"}
    pieces = {rank: _piece(rank) for rank in good}
    pieces[11] |= {"fichier": "bon de comande 00011.pdf"}
    second = _client(5, FINESSPMSI=_finess(50))
    return Sample(
        "erreurs",
        {"SIRET": "73282932000074", "numeroAns.DPI": "1234567890"},
        {
            DEMANDES: list(requests.values()),
            BENEFICIAIRES: [*clients.values(), second],
            PIECES: list(pieces.values()),
        },
        {
            **{f"bon de commande {rank:05d}.pdf": _order_form(rank) for rank in good if rank != 1},
            "bon de commande 00001.pdf": b"<html>Page introuvable</html>",
        },
    )


def samples() -> Iterator[Sample]:
    """Yield every sample."""
    yield guide()
    yield mistakes()
    yield campaign()


if __name__ == "__main__":
    for sample in samples():
        sample.write(HERE / sample.nom)
        sys.stdout.write(f"{sample.nom}\n")
