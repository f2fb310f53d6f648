"""A short run of the fuzzer: what a user may hold is read or refused, never a crash."""

import os

import pytest

from tests.tools import fuzz, fuzz_inputs


@pytest.mark.skipif(os.name == "nt", reason="limits that only POSIX has")
@pytest.mark.parametrize(("kind", "number"), [("workbooks", 100), ("moved", 20), ("json", 150), ("attachments", 150)])
def test_damaged_inputs_are_read_or_refused(kind: str, number: int) -> None:
    assert list(fuzz.faults(fuzz_inputs.KINDS[kind], 1, number)) == []
