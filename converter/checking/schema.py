"""The pandera schemas of the data sheets, derived from the table, and their failures as issues at their cells."""

from collections.abc import Iterable, Iterator
from functools import cache

import pandera.pandas as pa
from pandera.errors import SchemaErrorReason, SchemaErrors

from converter.issues import Issue
from converter.reading.frames import Frame
from converter.spec import tags

REQUIRED = "V001"
"""The code of a blank cell that must be filled."""


@cache
def schema(nom: str) -> pa.DataFrameSchema:
    """Return the schema of a data sheet of canonical values: each check carries its code in `error`."""
    return pa.DataFrameSchema(
        {tag.nom: _column(tag) for tag in tags.vendor_columns(nom)}, index=pa.Index("int64", unique=True), name=nom
    )


def _column(tag: tags.Tag) -> pa.Column:
    checks = [pa.Check(condition.holds, error=condition.code) for condition in tag.format.conditions]
    return pa.Column(tag.format.dtype, checks, nullable=tag.obligation is not tags.Obligation.TOUJOURS)


def validate(frame: Frame) -> list[Issue]:
    """Return an issue for each blank that must be filled, and for the first condition that each other value breaks."""
    try:
        schema(frame.table.nom).validate(frame.valeurs, lazy=True)
    except SchemaErrors as errors:
        return list(_issues(frame, errors))
    return []


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
