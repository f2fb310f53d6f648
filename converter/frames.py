"""Raw tables become frames of canonical values before any schema sees them; every repair and refusal is an issue."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from converter import spec
from converter.formats import Reading, show
from converter.issues import Issue
from converter.workbook import Classeur, Table


@dataclass(frozen=True, slots=True)
class Frame:
    """A data sheet in canonical values.

    `valeurs` has a column of its format's dtype for every tag of the sheet that the vendor fills (absent ones
    all blank) and `refus` a boolean one, True where the cell held something that could not be read. Both are indexed
    by Excel row.
    """

    table: Table
    valeurs: pd.DataFrame
    refus: pd.DataFrame

    def issue(self, code: str, ligne: int, balise: str, **faits: str) -> Issue:
        """Return an issue at a cell of this sheet, quoting what was read and proposing what reading proposed."""
        raw = self.table.brut.loc[ligne, balise] if balise in self.table.brut else None
        proposition = spec.TAG[balise].format.read(raw).proposition
        return Issue(
            code, self.table.place(ligne, balise), balise, show(raw), tuple(sorted(faits.items())), proposition
        )


@dataclass(frozen=True, slots=True)
class Frames:
    """The whole workbook in canonical values; `parametres` holds each parameter, `None` where blank or refused."""

    parametres: Mapping[str, Any]
    demandes: Frame
    beneficiaires: Frame
    pieces: Frame

    def of(self, nom: str) -> Frame:
        """Return the frame of a data sheet by its name in the template."""
        return {spec.DEMANDES: self.demandes, spec.BENEFICIAIRES: self.beneficiaires, spec.PIECES: self.pieces}[nom]


def typed(classeur: Classeur) -> tuple[Frames, list[Issue]]:
    """Read every cell of a workbook; a cell that cannot be read counts as blank and has its issue."""
    parametres, issues = _typed_settings(classeur)
    frames = []
    for table in classeur.tables():
        frame, found = _typed_table(table, date1904=classeur.date1904)
        frames.append(frame)
        issues += found
    return Frames(parametres, *frames), issues


def _typed_settings(classeur: Classeur) -> tuple[dict[str, Any], list[Issue]]:
    values: dict[str, Any] = {}
    issues: list[Issue] = []
    for parametre in spec.parametres():
        raw = classeur.parametres.valeurs.get(parametre.nom, "")
        reading = parametre.tag.format.read(raw)
        values[parametre.nom] = reading.valeur
        place = classeur.parametres.places.get(parametre.nom)
        if place:
            issues += [
                Issue(code, place, parametre.nom, show(raw), faits, reading.proposition)
                for code, faits in _findings(parametre.tag, reading)
            ]
    return values, issues


def _typed_table(table: Table, *, date1904: bool) -> tuple[Frame, list[Issue]]:
    values: dict[str, pd.Series] = {}
    refused: dict[str, pd.Series] = {}
    issues: list[Issue] = []
    for tag in spec.vendor_columns(table.nom):
        raws = table.brut[tag.nom].tolist() if tag.nom in table.brut else [None] * len(table.brut)
        readings = _read_column(tag, raws, date1904=date1904)
        index = table.brut.index
        values[tag.nom] = _series([r.valeur for r in readings], tag, index)
        refused[tag.nom] = pd.Series([bool(r.refus) for r in readings], index=index, dtype=bool)
        issues += _issues(table, tag, raws, readings)
    return Frame(table, pd.DataFrame(values), pd.DataFrame(refused)), issues


def _read_column(tag: spec.Tag, raws: list[Any], *, date1904: bool) -> list[Reading]:
    """Read each distinct cell once; True, 1 and 1.0 are equal to Python and not to Excel, hence the type in the key."""
    memo: dict[tuple[type, Any], Reading] = {}
    readings = []
    for raw in raws:
        key = (type(raw), raw)
        reading = memo.get(key)
        if reading is None:
            reading = memo[key] = tag.format.read(raw, date1904=date1904)
        readings.append(reading)
    return readings


def _series(values: list[Any], tag: spec.Tag, index: pd.Index) -> pd.Series:
    return pd.Series(pd.array(values, dtype=tag.format.dtype), index=index, name=tag.nom)


def _issues(table: Table, tag: spec.Tag, raws: list[Any], readings: list[Reading]) -> Iterator[Issue]:
    for ligne, raw, reading in zip(table.brut.index, raws, readings, strict=True):
        if reading.refus or reading.corrections:
            for code, faits in _findings(tag, reading):
                yield Issue(code, table.place(ligne, tag.nom), tag.nom, show(raw), faits, reading.proposition)


def _findings(tag: spec.Tag, reading: Reading) -> Iterator[tuple[str, tuple[tuple[str, str], ...]]]:
    if reading.refus:
        yield reading.refus, reading.faits
    for code in reading.corrections:
        yield code, (("lu", tag.format.write(reading.valeur)),)
