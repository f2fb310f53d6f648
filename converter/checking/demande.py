"""Convertible requests as values, and the lots that each make one JSON file. Source: guide sections 2 and 3."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from converter.spec.names import NomPiece
from converter.spec.programme import BON_COMMANDE, MAX_DEMANDES


@dataclass(frozen=True, slots=True)
class Piece:
    """An attachment that passed its checks: its type and format, where it lies, its size in bytes and its content."""

    typeFichier: str  # noqa: N815 - the tag verbatim
    formatFichier: str  # noqa: N815 - likewise
    source: str
    octets: int
    sha256: str

    def name(self, logiciel: str, numero: str) -> str:
        """Return the name to deposit it under (section 3.3)."""
        return str(NomPiece(logiciel, self.typeFichier, numero, self.formatFichier))


@dataclass(frozen=True, slots=True)
class Demande:
    """A convertible request.

    `ligne` is its Excel row; `valeurs` maps every request tag the vendor fills to its canonical value (see
    `formats`); each of `etablissements` maps the four tags of an establishment. `centimes` is its amount HT. `noms` are
    names by FINESS, as far as the public list is there; `a_la_main` says that only a person can compare its order form.
    """

    ligne: int
    logiciel: str
    valeurs: Mapping[str, Any]
    etablissements: tuple[Mapping[str, Any], ...]
    pieces: tuple[Piece, ...]
    noms: Mapping[str, str] = field(default_factory=dict)
    a_la_main: bool = False

    @property
    def numero(self) -> str:
        """The `numeroEditeur`."""
        return str(self.valeurs["numeroEditeur"])

    @property
    def centimes(self) -> int:
        """The amount before tax, in whole centimes."""
        return int(self.valeurs["montantSegurHT"])

    @property
    def order_form(self) -> str:
        """The SHA-256 of its order form."""
        return next((piece.sha256 for piece in self.pieces if piece.typeFichier == BON_COMMANDE), "")

    @property
    def finess(self) -> tuple[str, ...]:
        """The FINESS numbers of its establishments."""
        return tuple(str(each["FINESSPMSI"]) for each in self.etablissements if each["FINESSPMSI"])

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
