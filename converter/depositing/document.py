"""The JSON document that requests make: same requests, same bytes. Source: guide sections 2 and 3."""

from collections.abc import Mapping
from typing import Any

import msgspec

from converter.checking.demande import Demande, Lot
from converter.spec.shape import DEMANDES, ETABLISSEMENTS, PIECES, Shape
from converter.spec.tags import TAG


def _json_values(valeurs: Mapping[str, Any]) -> dict[str, Any]:
    return {nom: TAG[nom].format.to_json(valeur) for nom, valeur in valeurs.items()}


def _request_values(num_ligne: int, demande: Demande) -> dict[str, Any]:
    return {
        **_json_values(demande.valeurs),
        "numLigne": num_ligne,
        "typeAction": "C",
        ETABLISSEMENTS: [_json_values(client) for client in demande.etablissements],
        PIECES: [
            {"nomFichier": nom, "formatFichier": piece.formatFichier, "typeFichier": piece.typeFichier}
            for nom, piece in zip(demande.archive_names(), demande.pieces, strict=True)
        ],
    }


def encode(document: Any) -> bytes:
    """Return the bytes of a document: UTF-8 without BOM, indented by 2, amounts with their two decimals."""
    encoder = msgspec.json.Encoder(decimal_format="number")
    return msgspec.json.format(encoder.encode(document), indent=2) + b"\n"


def write_document(lot: Lot, shape: Shape) -> bytes:
    """Return the JSON file of a lot in the given shape, `numLigne` counting from 1."""
    values = {
        "SIRET": lot.entete.SIRET,
        "numeroAns": lot.entete.numeroAns,
        DEMANDES: [_request_values(rank, demande) for rank, demande in enumerate(lot.demandes, start=1)],
    }
    return encode(shape.fill(values))
