"""Raw tables become frames of canonical values before any schema sees them; every repair and refusal is an issue."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import repeat
from typing import Any

import pandas as pd

from converter.issues import Facts, Issue, Place
from converter.reading.workbook import Classeur, Reglages, Table
from converter.spec import tags
from converter.spec.formats import Reading, show
from converter.spec.sheets import BENEFICIAIRES, DEMANDES, PIECES


@dataclass(frozen=True, slots=True)
class Frame:
    """A data sheet in canonical values.

    `valeurs` has a column of its format's dtype for every tag of the sheet that the vendor fills (absent ones
    all blank) and `fautif` a boolean one, True where the cell has an error of its own: it could not be read or, once
    the schemas were asked, breaks a condition of its format. Both are indexed by Excel row.
    """

    table: Table
    valeurs: pd.DataFrame
    fautif: pd.DataFrame

    def raw(self, balise: str, lignes: Iterable[int]) -> list[Any]:
        """Return the cells of a column as Excel holds them, at some Excel rows."""
        brut, rows = self.table.brut, list(lignes)
        return brut[balise].loc[rows].tolist() if balise in brut else [None] * len(rows)

    def said(self, balise: str) -> dict[int, Any]:
        """Return the values of a column by Excel row, blanks left out."""
        column = self.valeurs[balise].dropna()
        # By way of objects: pandas hands out the texts of a column one by one.
        return dict(zip(column.index.tolist(), column.to_numpy(object).tolist(), strict=True))

    def issues(
        self,
        code: str,
        balise: str,
        lignes: Iterable[int],
        faits: Iterable[Facts] = repeat(()),
        propositions: Iterable[str] = repeat(""),
    ) -> Iterator[Issue]:
        """Yield an issue at each of some cells of a column, quoting what was read."""
        feuille, colonne = self.table.feuille, self.table.colonnes.get(balise, 0)
        rows = list(lignes)
        for ligne, raw, facts, proposition in zip(rows, self.raw(balise, rows), faits, propositions, strict=False):
            yield Issue(code, Place(feuille, ligne, colonne), balise, show(raw), facts, proposition)

    def with_faults(self, found: Iterable[Issue]) -> "Frame":
        """Return the frame with the cells of these errors as faulty ones."""
        lignes: dict[str, list[int]] = {}
        for issue in found:
            lignes.setdefault(issue.balise, []).append(issue.place.ligne)
        fautif = {nom: self.fautif[nom] | self.fautif.index.isin(lignes[nom]) for nom in self.fautif if nom in lignes}
        return replace(self, fautif=self.fautif.assign(**fautif))


@dataclass(frozen=True, slots=True)
class Frames:
    """The whole workbook in canonical values.

    `parametres` holds each parameter, `None` where blank or refused; `refuses` names those refused.
    """

    parametres: Mapping[str, Any]
    refuses: frozenset[str]
    demandes: Frame
    beneficiaires: Frame
    pieces: Frame

    def of(self, nom: str) -> Frame:
        """Return the frame of a data sheet by its name in the template."""
        return {DEMANDES: self.demandes, BENEFICIAIRES: self.beneficiaires, PIECES: self.pieces}[nom]


def typed(classeur: Classeur) -> tuple[Frames, list[Issue]]:
    """Read every cell of a workbook; a cell that cannot be read counts as blank and has its issue."""
    parametres, refuses, issues = typed_settings(classeur.parametres)
    read = [_typed_table(table, date1904=classeur.date1904) for table in classeur.tables()]
    (demandes, _), *others = read
    for _, found in read:
        issues += found
    frames = []
    for frame, _ in others:
        spelt, found = _spelt_alike(frame, demandes.valeurs["numeroEditeur"])
        frames.append(spelt)
        issues += found
    return Frames(parametres, refuses, demandes, *frames), issues


def typed_settings(settings: Reglages) -> tuple[dict[str, Any], frozenset[str], list[Issue]]:
    """Read every parameter; return their values, the names of those refused, and the issues."""
    readings = [(p, p.tag.format.read(settings.valeurs.get(p.nom))) for p in tags.parametres()]
    issues = [
        Issue(code, settings.places[p.nom], p.nom, show(settings.valeurs[p.nom]), faits, _proposed(code, reading))
        for p, reading in readings
        for code, faits in _findings(p.tag, reading)
    ]
    values = {p.nom: reading.valeur for p, reading in readings}
    return values, frozenset(p.nom for p, reading in readings if reading.refus), issues


def _typed_table(table: Table, *, date1904: bool) -> tuple[Frame, list[Issue]]:
    values: dict[str, pd.Series] = {}
    refused: dict[str, list[bool]] = {}
    issues: list[Issue] = []
    index = table.brut.index
    for tag in tags.vendor_columns(table.nom):
        raws = table.brut[tag.nom].tolist() if tag.nom in table.brut else [None] * len(index)
        keys = _keys(raws)
        readings = {
            key: tag.format.read(raw, date1904=date1904) for key, raw in dict(zip(keys, raws, strict=True)).items()
        }
        canonical = [readings[key].valeur for key in keys]
        values[tag.nom] = pd.Series(pd.array(canonical, dtype=tag.format.dtype), index=index)
        refused[tag.nom] = [readings[key].refus != "" for key in keys]
        told = {key: reading for key, reading in readings.items() if reading.refus or reading.corrections}
        if told:
            issues += _issues(table, tag, raws, [told.get(key) for key in keys])
    return Frame(table, pd.DataFrame(values), pd.DataFrame(refused, index=index, dtype=bool)), issues


def _keys(raws: list[Any]) -> list[Any]:
    """Return what tells the cells of a column apart, so that each distinct one is read once.

    `True`, 1 and 1.0 are equal to Python and not to Excel.
    """
    return [(type(raw), raw) for raw in raws] if bool in set(map(type, raws)) else raws


def _issues(table: Table, tag: tags.Tag, raws: list[Any], told: list[Reading | None]) -> Iterator[Issue]:
    for ligne, raw, reading in zip(table.brut.index, raws, told, strict=True):
        if reading:
            for code, faits in _findings(tag, reading):
                yield Issue(code, table.place(ligne, tag.nom), tag.nom, show(raw), faits, _proposed(code, reading))


def _proposed(code: str, reading: Reading) -> str:
    """Return the proposition where it answers the code: a repair has been made and has none."""
    return reading.proposition if code == reading.refus else ""


def _findings(tag: tags.Tag, reading: Reading) -> Iterator[tuple[str, Facts]]:
    if reading.refus:
        yield reading.refus, reading.faits
    for code in reading.corrections:
        yield code, (("lu", tag.format.write(reading.valeur)),)


def _spelt_alike(frame: Frame, known: pd.Series) -> tuple[Frame, list[Issue]]:
    """Spell the numbers of a sheet as `Demandes` does: Excel and Windows take `a0001` and `A0001` for one."""
    numbers = frame.valeurs["numeroEditeur"]
    spellings = dict(zip(known.str.upper(), known, strict=True))
    other = numbers[~numbers.isin(known)].str.upper().map(spellings).dropna()
    if other.empty:
        return frame, []
    faits = [(("lu", numero),) for numero in other]
    issues = list(frame.issues("C010", "numeroEditeur", other.index, faits))
    spelt = numbers.where(~numbers.index.isin(other.index), other.reindex(numbers.index))
    return replace(frame, valeurs=frame.valeurs.assign(numeroEditeur=spelt)), issues
