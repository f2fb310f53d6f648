"""What the requests of a workbook say: rows of three sheets as one record, and the request built of it."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import pandas as pd

from converter.attachments.inspection import Inspection
from converter.checking import rules
from converter.checking.demande import Demande, Piece
from converter.checking.lecture import Lecture
from converter.spec import tags
from converter.spec.sheets import DEMANDES


@dataclass(frozen=True, slots=True)
class Contenu:
    """What a row of `Demandes` and the establishments under its number say, right or wrong."""

    ligne: int
    logiciel: str
    valeurs: Mapping[str, Any]
    etablissements: tuple[Mapping[str, Any], ...]


def contenus(lecture: Lecture, lignes: Sequence[int]) -> Iterator[Contenu]:
    """Yield what the requests at these Excel rows say: the tags that their software does not ask for are `vide`."""
    if not lignes:
        return
    frames = lecture.frames
    data = rules.Data(frames, date.min, {})
    rows = frames.demandes.valeurs.loc[list(lignes)].assign(logiciel=data.logiciel.loc[list(lignes)])
    clients = _by_number(frames.beneficiaires.valeurs)
    for ligne, record in zip(lignes, _records(rows), strict=True):
        logiciel = record.pop("logiciel") or ""
        yield Contenu(
            ligne, logiciel, {**record, **_not_asked(logiciel)}, tuple(clients.get(record["numeroEditeur"], ()))
        )


@cache
def _not_asked(logiciel: str) -> Mapping[str, Any]:
    """Return the tags that a software is not asked for, as they are told then."""
    asked = (tag for tag in tags.vendor_columns(DEMANDES) if tag.nom != "logiciel")
    return {tag.nom: tag.vide for tag in asked if logiciel not in tag.logiciels}


def build_demandes(
    lecture: Lecture,
    pieces: Mapping[str, Inspection],
    lignes: Sequence[int],
    *,
    a_la_main: Container[str],
    noms: Mapping[str, str],
) -> tuple[Demande, ...]:
    """Return the convertible requests at these Excel rows, with their attachments.

    `a_la_main` are the numbers of those whose order form only a person can compare, `noms` names by FINESS.
    """
    files = _by_number(lecture.frames.pieces.valeurs)
    demandes = []
    for each in contenus(lecture, lignes):
        numero = each.valeurs["numeroEditeur"]
        joined = _pieces(files[numero], pieces)
        demandes.append(
            Demande(each.ligne, each.logiciel, each.valeurs, each.etablissements, joined, noms, numero in a_la_main)
        )
    return tuple(demandes)


def _pieces(rows: Iterable[Mapping[str, Any]], pieces: Mapping[str, Inspection]) -> tuple[Piece, ...]:
    """Return the attachments of a request, the order form first."""
    return tuple(_piece(row, pieces) for row in sorted(rows, key=lambda row: str(row["typeFichier"])))


def _piece(row: Mapping[str, Any], pieces: Mapping[str, Inspection]) -> Piece:
    found = pieces[row["fichier"]]
    return Piece(row["typeFichier"], found.format, found.path, found.octets, found.sha256)


def _by_number(rows: pd.DataFrame) -> dict[str, list[dict[str, Any]]]:
    grouped: dict[str, list[dict[str, Any]]] = {}
    for record in _records(rows):
        grouped.setdefault(record.pop("numeroEditeur"), []).append(record)
    return grouped


def _records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as dictionaries of Python values, a blank as `None` and a day as a `date`."""
    names = [str(name) for name in rows]
    columns = [_days(column) if column.dtype.kind == "M" else column for _, column in rows.items()]
    plain = [column.to_numpy(dtype=object, na_value=None).tolist() for column in columns]
    return [dict(zip(names, values, strict=True)) for values in zip(*plain, strict=True)]


def _days(column: pd.Series) -> pd.Series:
    """Return the days of a column; one of blanks alone would stay one of moments, which cannot hold `None`."""
    return column.dt.date.astype(object)
