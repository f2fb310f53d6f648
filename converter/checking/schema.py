"""The pandera schemas of the data sheets, derived from the table, and their failures as issues at their cells."""

from collections.abc import Iterable, Iterator
from functools import cache

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera import dtypes
from pandera.engines import pandas_engine
from pandera.errors import SchemaErrorReason, SchemaErrors

from converter.issues import Issue
from converter.reading.frames import Frame
from converter.spec import tags

REQUIRED = "V001"
"""The code of a blank cell that must be filled."""

_ALWAYS = tags.Obligation.TOUJOURS


@dtypes.immutable(init=True)
class WholeText(pandas_engine.STRING):
    """A column of texts, whole or not at all: cell by cell, pandera formats the failing ones even where none fails."""

    def check(self, pandera_dtype: dtypes.DataType, data_container: pd.Series | None = None) -> bool:
        """Tell whether a column of this type holds texts."""
        return bool(np.all(np.asarray(super().check(pandera_dtype, data_container))))


@cache
def schema(nom: str, sans: frozenset[str] = frozenset()) -> pa.DataFrameSchema:
    """Return the schema of a data sheet of canonical values: each check carries its code in `error`.

    It asks nothing of the columns `sans`: half of them are blank in most workbooks, which are those of few rows.
    """
    columns = {tag.nom: _column(tag) for tag in tags.vendor_columns(nom) if tag.nom not in sans}
    return pa.DataFrameSchema(columns, index=pa.Index("int64", unique=True), name=nom)


def _column(tag: tags.Tag) -> pa.Column:
    checks = [pa.Check(condition.holds, error=condition.code) for condition in tag.format.conditions]
    dtype = WholeText if tag.format.dtype == "string" else tag.format.dtype
    return pa.Column(dtype, checks, nullable=tag.obligation is not _ALWAYS)


def validate(frame: Frame) -> list[Issue]:
    """Return an issue for each blank that must be filled, and for the first condition that each other value breaks."""
    try:
        schema(frame.table.nom, _blank(frame)).validate(frame.valeurs, lazy=True)
    except SchemaErrors as errors:
        return list(_issues(frame, errors))
    return []


def _blank(frame: Frame) -> frozenset[str]:
    """Return the columns of which every cell is blank, and may be."""
    blank = frame.valeurs.isna().all()
    optional = (tag.nom for tag in tags.vendor_columns(frame.table.nom) if tag.obligation is not _ALWAYS)
    return frozenset(nom for nom in optional if blank[nom])


def _issues(frame: Frame, errors: SchemaErrors) -> Iterator[Issue]:
    broken: dict[tuple[str, str], Iterable[int]] = {}
    for error in errors.schema_errors:
        if error.reason_code is SchemaErrorReason.SERIES_CONTAINS_NULLS:
            broken[error.schema.name, REQUIRED] = error.failure_cases["index"]
        elif error.reason_code is SchemaErrorReason.DATAFRAME_CHECK:
            broken[error.schema.name, error.check.error] = error.failure_cases["index"]
        else:  # a check that raised, a wrong dtype: a defect of ours, never the user's
            raise error
    for tag in tags.vendor_columns(frame.table.nom):
        told = {*frame.fautif.index[frame.fautif[tag.nom]]}  # what could not be read has its own issue already
        for code in (REQUIRED, *(condition.code for condition in tag.format.conditions)):
            lignes = [ligne for ligne in broken.get((tag.nom, code), ()) if ligne not in told]
            told.update(lignes)
            if lignes:
                yield from frame.issues(code, tag.nom, lignes, propositions=_propositions(frame, tag, lignes))


def _propositions(frame: Frame, tag: tags.Tag, lignes: list[int]) -> Iterator[str]:
    return (tag.format.read(raw).proposition for raw in frame.raw(tag.nom, lignes))
