"""The pandera schemas of the data sheets, derived from the table, and their failures as issues at their cells."""

from collections.abc import Iterator
from functools import cache

import pandera.pandas as pa
from pandera.errors import SchemaErrorReason, SchemaErrors

from converter import spec
from converter.frames import Frame
from converter.issues import Issue

REQUIRED = "V001"
"""The code of a blank cell that must be filled."""


@cache
def schema(nom: str) -> pa.DataFrameSchema:
    """Return the schema of a data sheet of canonical values: each check carries its code in `error`."""
    return pa.DataFrameSchema(
        {tag.nom: _column(tag) for tag in spec.vendor_columns(nom)}, index=pa.Index("int64", unique=True), name=nom
    )


def _column(tag: spec.Tag) -> pa.Column:
    checks = [pa.Check(condition.holds, error=condition.code) for condition in tag.format.conditions]
    return pa.Column(tag.format.dtype, checks, nullable=tag.obligation is not spec.Obligation.TOUJOURS)


def validate(frame: Frame) -> list[Issue]:
    """Return an issue for each canonical value that breaks a condition of its format, and for each blank."""
    try:
        schema(frame.table.nom).validate(frame.valeurs, lazy=True)
    except SchemaErrors as errors:
        return list(_issues(frame, errors))
    return []


def _issues(frame: Frame, errors: SchemaErrors) -> Iterator[Issue]:
    for error in errors.schema_errors:
        balise = error.schema.name
        if error.reason_code is SchemaErrorReason.SERIES_CONTAINS_NULLS:
            rows = error.failure_cases["index"]
            unread = frame.refus[balise]  # what could not be read has its own issue already
            yield from (frame.issue(REQUIRED, ligne, balise) for ligne in rows if not unread.at[ligne])
        elif error.reason_code is SchemaErrorReason.DATAFRAME_CHECK:
            code = error.check.error
            yield from (frame.issue(code, ligne, balise) for ligne in error.failure_cases["index"])
        else:  # a check that raised, a wrong dtype: a defect of ours, never the user's
            raise error
