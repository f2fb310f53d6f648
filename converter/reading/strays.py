"""Rows that are no data: the totals and notes that users write under their rows are set aside, each told once.

Taken for requests, they would have an error in every cell that a request must fill, and crowd out the others.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

import pandas as pd

from converter.issues import Issue
from converter.reading.frames import Frame, Frames
from converter.spec import programme, tags
from converter.spec.formats import Booleen, Choix, Code, Courriel, Jour, Telephone
from converter.spec.sheets import BENEFICIAIRES, DEMANDES, PIECES

STRAY = "R170"
"""The code of a row that is no data."""

_A_FEW = 2
"""Cells filled in a note, or in a total: its word and its amount."""
_TOTAL = re.compile(r"\W*(?:sous[- ]?)?(?:total|totaux|somme|cumul)\b", re.IGNORECASE)
_PASSING = (programme.Etat.A_CORRIGER.value, programme.Etat.PRETE.value)
_KIND = {DEMANDES: "une demande", BENEFICIAIRES: "un établissement", PIECES: "une pièce"}


def set_aside(frames: Frames, issues: Iterable[Issue]) -> tuple[Frames, list[Issue]]:
    """Return the frames without the rows that are no data, and what is said of the others and of each of these."""
    demandes, found = _split(frames.demandes, frozenset())
    known = frozenset(demandes.valeurs["numeroEditeur"].dropna())
    others = [_split(frame, known) for frame in (frames.beneficiaires, frames.pieces)]
    found = [*found, *(issue for _, strays in others for issue in strays)]
    rows = {(issue.place.feuille, issue.place.ligne) for issue in found}
    kept = [issue for issue in issues if (issue.place.feuille, issue.place.ligne) not in rows] if rows else [*issues]
    (beneficiaires, _), (pieces, _) = others
    return replace(frames, demandes=demandes, beneficiaires=beneficiaires, pieces=pieces), [*kept, *found]


def _split(frame: Frame, known: frozenset[str]) -> tuple[Frame, list[Issue]]:
    """Part the rows of a sheet; those set aside count as emptied, so that what the tool said there is taken back."""
    strays = _strays(frame, known)
    if strays.empty:
        return frame, []
    table = frame.table
    aside = pd.concat([table.videes, table.brut.loc[strays]]).sort_index()
    kept = replace(table, brut=table.brut.drop(index=strays), videes=aside)
    issues = list(_told(frame, strays))
    return Frame(kept, frame.valeurs.drop(index=strays), frame.fautif.drop(index=strays)), issues


def _strays(frame: Frame, known: frozenset[str]) -> pd.Index:
    numbers = frame.valeurs["numeroEditeur"]
    unknown = numbers[~numbers.isin(known)]
    unnumbered = unknown.index[~_tells(unknown, "numeroEditeur")]
    rest = unnumbered[~_answered(frame, unnumbered)]
    if rest.empty:
        return rest
    filled = _filled(frame, rest)
    telling = pd.DataFrame({nom: _tells(frame.valeurs.loc[rest, nom], nom) for nom in filled if nom != "numeroEditeur"})
    few = filled.sum(axis=1).le(_A_FEW)
    return rest[(few & ~telling.any(axis=1)) | (_totals(frame, rest) & ~_complete(frame, rest))]


def _filled(frame: Frame, rows: pd.Index) -> pd.DataFrame:
    return frame.valeurs.loc[rows].notna() | frame.fautif.loc[rows]


def _tells(column: pd.Series, balise: str) -> pd.Series:
    """Tell the cells that say something that only a row of data says."""
    kind = tags.TAG[balise].format
    match kind:
        case Code():
            coded = column.str.fullmatch(rf"(?=.*[0-9])(?:{kind.pattern})")
        case Booleen() | Choix() | Jour():
            coded = column.notna()
        case Courriel():
            coded = column.str.contains("@")
        case Telephone():
            coded = column.str.contains(r"(?:[0-9]\D?){8}")
        case _ if balise == "fichier":
            coded = column.str.contains(r"\.[A-Za-z]{3,4}$")
        case _:
            coded = pd.Series(data=False, index=column.index)
    return coded.fillna(value=False).astype(bool)


def _answered(frame: Frame, rows: pd.Index) -> pd.Series:
    """Tell the rows of requests that have gone out: they were emptied by mistake."""
    brut = frame.table.brut.loc[rows]
    etats = brut["etat"] if "etat" in brut else pd.Series("", index=brut.index)
    return ~etats.isin(["", *_PASSING]) & etats.notna()


def _totals(frame: Frame, rows: pd.Index) -> pd.Series:
    """Tell the rows of which a cell says that they add the others up."""
    vendor = [tag.nom for tag in tags.vendor_columns(frame.table.nom) if tag.nom in frame.table.brut]
    cells = frame.table.brut.loc[rows, vendor].itertuples(index=False)
    return pd.Series([any(isinstance(cell, str) and _TOTAL.match(cell) for cell in row) for row in cells], index=rows)


def _complete(frame: Frame, rows: pd.Index) -> pd.Series:
    """Tell the rows with all that must be filled: a request may be numbered TOTAL, and M. SOMME may sign it."""
    asked = [tag.nom for tag in tags.vendor_columns(frame.table.nom) if tag.obligation is tags.Obligation.TOUJOURS]
    return frame.valeurs.loc[rows, asked].notna().all(axis=1)


def _told(frame: Frame, strays: pd.Index) -> Iterator[Issue]:
    faits = (("genre", _KIND[frame.table.nom]),)
    for ligne, row in _filled(frame, strays).iterrows():
        yield from frame.issues(STRAY, str(row.idxmax()), [ligne], [faits])
