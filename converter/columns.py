"""The letters by which Excel calls the columns of a sheet."""

from functools import cache


@cache
def letters_of(column: int) -> str:
    """Return the letters of a column, counted from 1: `A`, `Z`, `AA`."""
    letters = ""
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters
