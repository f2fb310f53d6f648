"""Requests as values, and the JSON document they make: same requests, same bytes. Source: guide sections 2 and 3."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from converter.spec.formats import Jour, Montant
from converter.spec.programme import CODE_TYPE_FICHIER, COULOIR, MAX_DEMANDES, VAGUE
from converter.spec.shape import DEMANDES, ETABLISSEMENTS, PIECES, Shape
from converter.spec.tags import TAG, Tag


@dataclass(frozen=True, slots=True)
class Piece:
    """An attachment that passed its checks: its type and format, where it lies, its size in bytes and its content."""

    typeFichier: str  # noqa: N815 - the tag verbatim
    formatFichier: str  # noqa: N815 - likewise
    source: Path
    octets: int
    sha256: str

    def name(self, logiciel: str, numero: str) -> str:
        """Return the name to deposit it under (section 3.3)."""
        code = CODE_TYPE_FICHIER[self.typeFichier]
        return f"{COULOIR}-{logiciel}-{VAGUE}-{code}-{numero}.{self.formatFichier.lower()}"


@dataclass(frozen=True, slots=True)
class Demande:
    """A convertible request.

    `ligne` is its Excel row; `valeurs` maps every request tag the vendor fills to its canonical value (see
    `formats`); each of `etablissements` maps the four tags of an establishment. `centimes` is its amount HT.
    """

    ligne: int
    logiciel: str
    valeurs: Mapping[str, Any]
    etablissements: tuple[Mapping[str, Any], ...]
    pieces: tuple[Piece, ...]

    @property
    def numero(self) -> str:
        """The `numeroEditeur`."""
        return str(self.valeurs["numeroEditeur"])

    @property
    def centimes(self) -> int:
        """The amount before tax, in whole centimes."""
        return int(self.valeurs["montantSegurHT"])

    def archive_names(self) -> tuple[str, ...]:
        """Return the names of its attachments in the zip, in order."""
        return tuple(piece.name(self.logiciel, self.numero) for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Entete:
    """What the requests of one file share: vendor, software and its numéro ANS."""

    SIRET: str
    logiciel: str
    numeroAns: str  # noqa: N815 - the tag verbatim


@dataclass(frozen=True, slots=True)
class Lot:
    """The requests of one JSON file: one software, at most 200, in the order of the workbook."""

    entete: Entete
    demandes: tuple[Demande, ...]


def lots(demandes: Iterable[Demande], siret: str, numeros_ans: Mapping[str, str]) -> tuple[Lot, ...]:
    """Split requests by software (in the order of `numeros_ans`) and by 200, keeping their order."""
    by_software: dict[str, list[Demande]] = {logiciel: [] for logiciel in numeros_ans}
    for demande in demandes:
        by_software[demande.logiciel].append(demande)
    return tuple(
        Lot(Entete(siret, logiciel, numeros_ans[logiciel]), tuple(chunk))
        for logiciel, chosen in by_software.items()
        for chunk in _chunks(chosen)
    )


def _chunks(demandes: Sequence[Demande]) -> Iterable[Sequence[Demande]]:
    return (demandes[start : start + MAX_DEMANDES] for start in range(0, len(demandes), MAX_DEMANDES))


def json_value(tag: Tag, valeur: Any) -> Any:
    """Return the JSON value of a canonical value: a day as JJ/MM/AAAA, centimes as a number of two decimals."""
    if valeur is None:
        return None
    match tag.format:
        case Jour():
            return tag.format.write(valeur)
        case Montant():
            return Decimal(valeur).scaleb(-2)
    return valeur


def canonical(tag: Tag, valeur: Any) -> Any:
    """Return the canonical value of a JSON value, the inverse of `json_value` on what the portal accepts."""
    match tag.format:
        case Jour() if isinstance(valeur, str):
            return tag.format.read(valeur).valeur
        case Montant() if isinstance(valeur, int | float | Decimal):
            return int(Decimal(str(valeur)).scaleb(2).to_integral_value())
    return valeur


def _json_values(valeurs: Mapping[str, Any]) -> dict[str, Any]:
    return {nom: json_value(TAG[nom], valeur) for nom, valeur in valeurs.items()}


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


def write(lot: Lot, shape: Shape) -> bytes:
    """Return the JSON file of a lot in the given shape, `numLigne` counting from 1."""
    values = {
        "SIRET": lot.entete.SIRET,
        "numeroAns": lot.entete.numeroAns,
        DEMANDES: [_request_values(rank, demande) for rank, demande in enumerate(lot.demandes, start=1)],
    }
    return encode(shape.fill(values))


def json_name(numero_ans: str, jour: date, rang: int) -> str:
    """Return the name of a JSON file without its ending (section 3.3)."""
    return f"JSON-{numero_ans}-{jour:%Y%m%d}-{rang:03d}"


def zip_name(numero_ans: str, jour: date, rang: int, suite: int) -> str:
    """Return the name of the zip number `suite` (from 1) of a JSON file; D, the guide gives none."""
    return f"PJ-{numero_ans}-{jour:%Y%m%d}-{rang:03d}-{suite}.zip"
