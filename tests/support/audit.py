"""What Excel's schema has to say of a workbook: one validator for all, since making one takes longer than a verdict."""

from functools import cache
from pathlib import Path

from openxml_audit import OpenXmlValidator, context

# It counts each element among its like for the path that it tells, all over again at every cell. No test looks at it.
context._sibling_position = lambda _: 1


@cache
def _validator() -> OpenXmlValidator:
    return OpenXmlValidator()


def findings(path: Path) -> set[tuple[str, str]]:
    """Return what it finds: the part, and what is wrong there."""
    result = _validator().validate(path)
    assert result.is_valid or result.errors, "found wanting without a word why"
    return {(str(each.part_uri), each.description) for each in result.errors}
