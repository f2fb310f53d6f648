"""Every sentence is French and says what to do; acceptance/test_mistakes.py sees it find its words."""

import re
from pathlib import Path
from string import Formatter

import pytest

from converter.issues import Gravite
from converter.sentences.message import Message
from converter.sentences.say import catalogue, gravite, phrase, rang
from tests.support.workbooks import edited, examine

CODES = sorted(catalogue())
OURS = [code for code in CODES if code[0] in "CVR" or code[:2] == "F0"]
"""The codes of this half of the project; the other catalogues have their own tests of words."""

ACTIONS = re.compile(r"\b(\w+ez|rien à faire)\b|^Dans Excel : ", re.IGNORECASE)
"""An advice tells an action in the imperative or by Excel's menus, or that there is nothing to do."""


@pytest.mark.parametrize("code", CODES)
def test_a_sentence_ends_with_a_period_and_starts_with_a_capital(code: str) -> None:
    message = catalogue()[code]
    for text in (message.phrase, message.conseil):
        assert re.search(r"[.!?]$|\{(proche|raison)\}$", text), text  # a hint follows, or another program's words
        assert not re.search(r"\.\.|  ", text), text
        assert re.match(r"[A-ZÀÉÊŒ«{]|[a-z]+[A-Z]|pip ", text), text  # a tag, a program keep their spelling
    assert message.titre
    assert not message.titre.endswith(".")


@pytest.mark.parametrize("code", OURS)
def test_an_advice_tells_what_to_do(code: str) -> None:
    assert ACTIONS.search(catalogue()[code].conseil)


@pytest.mark.parametrize("code", CODES)
def test_the_typography_is_french(code: str) -> None:
    """Curly apostrophes and quotation marks; the no-break spaces are put in when a sentence is said."""
    for text in (catalogue()[code].titre, catalogue()[code].phrase, catalogue()[code].conseil):
        assert "'" not in text, text
        assert '"' not in text, text
        assert not re.search(r"\S[:;?!»](?!\S)|«\S", text), text


def test_a_sentence_quotes_what_was_read_as_it_was(tmp_path: Path) -> None:
    (issue,) = examine(edited(tmp_path / "demandes.xlsx", {"Bénéficiaires!D3": "m : d ; {x} %s"})).verdict.issues
    assert "m : d ; {x} %s" in phrase(issue)


def test_gravities_are_those_that_the_letters_promise() -> None:
    assert {gravite(code) for code in CODES if code[0] == "C"} == {Gravite.CORRECTION}
    assert {gravite(code) for code in CODES if code[0] in "FE"} == {Gravite.ERREUR}
    assert Gravite.CORRECTION not in {gravite(code) for code in CODES if code[0] in "VR"}


@pytest.mark.parametrize("code", CODES)
def test_a_template_names_its_words_plainly(code: str) -> None:
    message: Message = catalogue()[code]
    for text in (message.phrase, message.conseil):
        for _, nom, form, conversion in Formatter().parse(text):
            assert nom is None or nom.isidentifier(), text
            assert not form
            assert not conversion


def test_amounts_and_days_read_anew_come_before_what_was_only_trimmed() -> None:
    codes = ["C002", "C008", "C009", "C006", "C003", "C004", "C005", "C007", "V033", "V010", "C001"]
    assert sorted(codes, key=lambda code: (rang(code), code)) == [
        *("V010", "V033"),
        *("C003", "C004", "C005", "C006", "C007"),
        *("C001", "C002", "C008", "C009"),
    ]
