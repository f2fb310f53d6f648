"""What a shared formula says in another cell."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.formula.translate import Translator

from converter.xlsx import shared


@pytest.mark.parametrize(
    ("formula", "there"),
    [
        ("A1*2", "B3*2"),
        ("$A1+A$1+$A$1", "$A3+B$1+$A$1"),
        ("SUM(A1:B2,C:C,$C:D,4:5,$4:5)", "SUM(B3:C4,D:D,$C:E,6:7,$4:7)"),
        ('IF(A1="A1","B""2",A2)', 'IF(B3="A1","B""2",B4)'),
        ("B1\n+B2", "C3\n+C4"),
        ("B1\r\n+B2\r+B3", "C3\r\n+C4\r+C5"),
        ("LOG10(A1)+A1B+TAUX1A", "LOG10(B3)+A1B+TAUX1A"),
        ("'A1 l''été'!A1+Feuil1!A1+A1!B2", "'A1 l''été'!B3+Feuil1!B3+A1!C4"),
        ("Table1[[#This Row],[A1]]+[1]Feuil1!A1", "Table1[[#This Row],[A1]]+[1]Feuil1!B3"),
        ("1E5+A1#+@A1+-A1%", "1E5+B3#+@B3+-B3%"),
        ("XFD1048576", "A2"),
        ("XFE1+ABC1048577", "XFE1+ABC1048577"),
        ("_xlfn.XLOOKUP(A1,nom.A1,A1.nom)", "_xlfn.XLOOKUP(B3,nom.A1,A1.nom)"),
    ],
)
def test_a_formula_two_rows_down_and_one_column_right(formula: str, there: str) -> None:
    assert shared.moved(formula, 2, 1) == there


@given(
    st.lists(
        st.sampled_from(["A1", "$B$2", "C$3", "$D4", "E:E", "7:$8", '"A1"', "SUM(F6,1)", "Feuil1!G7"]), min_size=1
    ),
    st.integers(0, 50),
    st.integers(0, 50),
)
def test_it_says_what_openpyxl_says_where_that_one_can(pieces: list[str], rows: int, columns: int) -> None:
    formula = "+".join(pieces)
    expected = Translator(f"={formula}", origin="A1").translate_formula(row_delta=rows, col_delta=columns)
    assert f"={shared.moved(formula, rows, columns)}" == expected


@pytest.mark.parametrize(
    ("inside", "formula"),
    [
        (b"A1&amp;&quot;x&apos;&#65;&quot;", 'A1&"x\'A"'),
        (b'<![CDATA[A1&"<"]]>&amp;B1', 'A1&"<"&B1'),
        (b"B1\r\n+B2", "B1\n+B2"),
        (b"A1<!-- note -->+B1", "A1+B1"),
    ],
)
def test_a_formula_is_read_whatever_it_is_written_with(inside: bytes, formula: str) -> None:
    assert shared.text_of(inside) == formula
