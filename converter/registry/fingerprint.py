"""What a request says, as a hash: the same for the same content, whatever its row, number or order of lines.

It covers every value that the vendor sends and, apart, the content of the attachments. The `numeroEditeur` stays out,
so that one request sent under two numbers is recognised.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from converter.checking.demande import Demande
from converter.spec.sheets import BENEFICIAIRES, DEMANDES
from converter.spec.tags import vendor_columns

_OF_REQUEST, _OF_CLIENT = (
    tuple(sorted(tag.nom for tag in vendor_columns(feuille) if tag.json and tag.nom != "numeroEditeur"))
    for feuille in (DEMANDES, BENEFICIAIRES)
)
_encoder = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class Empreinte:
    """The hash of a request's values, and that of its attachments' content (`""`: none known)."""

    valeurs: str
    pieces: str = ""


def empreinte(demande: Demande) -> Empreinte:
    """Return what a request says."""
    valeurs = of_values(demande.logiciel, demande.valeurs, demande.etablissements)
    return Empreinte(valeurs, of_pieces((piece.typeFichier, piece.sha256) for piece in demande.pieces))


def of_values(logiciel: str, valeurs: Mapping[str, Any], etablissements: Iterable[Mapping[str, Any]]) -> str:
    """Return the hash of canonical values (see `Demande`); a blank weighs nothing, nor does the order of clients."""
    clients = sorted(_encoder.encode(_filled(client, _OF_CLIENT)) for client in etablissements)
    return _digest(logiciel.encode(), _encoder.encode(_filled(valeurs, _OF_REQUEST)), *clients)


def of_pieces(pieces: Iterable[tuple[str, str]]) -> str:
    """Return the hash of (`typeFichier`, SHA-256) pairs in any order, `""` for none."""
    contents = sorted(f"{kind} {sha256}".encode() for kind, sha256 in pieces)
    return _digest(*contents) if contents else ""


def _filled(values: Mapping[str, Any], tags: Iterable[str]) -> list[tuple[str, Any]]:
    return [(nom, value) for nom in tags if (value := values.get(nom)) is not None]


def _digest(*parts: bytes) -> str:
    return hashlib.sha256(b"\n".join(parts)).hexdigest()
