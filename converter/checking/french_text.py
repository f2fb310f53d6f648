"""What a French text says, however it spells it: amounts, days, names. Text in, values out."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

# --- letters ----------------------------------------------------------------------------------------------------------


def folded(text: str) -> str:
    """Fold a text to lower-case letters without accents; what is no ASCII otherwise is left out."""
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()


def words(text: str) -> list[str]:
    """Return the words of a folded text."""
    return re.findall("[a-z]+", text)


_COMMON = frozenset(
    words(
        "bon commande montant total date prix client clients signature etablissement hopital centre hospitalier euros "
        "fournisseur hors taxes quantite designation reference les des pour par une sur avec dans attestation "
        "direction est soussigne"
    )
)
_ENOUGH = 4


def is_readable(text: str) -> bool:
    """Tell French from what a font without letters leaves: some words that every such document has."""
    return len(_COMMON.intersection(words(text))) >= _ENOUGH


_TITLES = frozenset(words("m mr mme mlle monsieur madame dr docteur pr professeur me"))
_LETTERS = 3


def name_words(name: str) -> list[str]:
    """Return the words of a name that tell it from others: no titles, no particles."""
    told = [word for word in words(folded(name)) if word not in _TITLES]
    return [word for word in told if len(word) >= _LETTERS] or told


# --- amounts ----------------------------------------------------------------------------------------------------------

_AMOUNT = re.compile(
    r"(?<![\d,.])(?<!\d\n)(?P<whole>\d{1,3}(?:[ .,']\d{3})+|\d{1,9})(?:[.,](?P<cents>\d\d))?(?![.,]?\d)(?! ?%)"
    r"(?P<currency> ?(?:€|eur(?:os?)?\b))?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount of a text in centimes, and where it stands."""

    centimes: int
    start: int
    end: int


def amounts(text: str) -> Iterator[Amount]:
    """Yield what is surely an amount, for it has centimes or a currency."""
    for found in _AMOUNT.finditer(text):
        if found["cents"] or found["currency"]:
            whole = re.sub(r"\D", "", found["whole"])
            yield Amount(int(whole) * 100 + int(found["cents"] or 0), found.start(), found.end())


_FIGURES = re.compile(r"[0-9](?:[\s.,']?[0-9])*+")
_FREE = re.compile(r"(?<!\d)(?<!\d[.,])")
"""Where a number may begin."""


def says_amount(text: str, centimes: int) -> bool:
    """Tell whether an amount stands in a text, in any spelling, even cut by spaces."""
    euros, cents = divmod(centimes, 100)
    usual = f"{euros:,}".replace(",", " ") + f",{cents:02d}"
    at = text.find(usual)
    if at >= 0 and _ends_around(text[max(0, at - 1) : at], text[at + len(usual) : at + len(usual) + 1]):
        return True
    return any(_fraction(cents).match(text, end) for end in _ends(text, str(euros)))


@lru_cache(100)
def _fraction(cents: int) -> re.Pattern[str]:
    if not cents:
        spelling = r"(?:\s?[.,]\s?00?|[.,]-)?"
    else:
        shorter = rf"|{cents // 10}" if cents % 10 == 0 else ""
        spelling = rf"\s?(?:[.,]|€|euros?)\s?(?:{cents:02d}{shorter})"
    return re.compile(rf"{spelling}(?!\d)(?![.,]\d)", re.IGNORECASE)


def _ends(text: str, whole: str) -> Iterator[int]:
    """Yield where a whole number ends, each time that its figures stand in a text with one sign at most between two."""
    for found in _FIGURES.finditer(text):
        written = found[0]
        figures = written if written.isdigit() else re.sub(r"[\s.,']", "", written)
        at = figures.find(whole)
        if at < 0:
            continue
        places = [place for place, sign in enumerate(written, found.start()) if sign.isdigit()]
        while at >= 0:
            if _FREE.match(text, places[at]):
                yield places[at + len(whole) - 1] + 1
            at = figures.find(whole, at + 1)


def _ends_around(before: str, after: str) -> bool:
    return not (before.isdigit() or before in {".", ","} or after.isdigit())


# --- days -------------------------------------------------------------------------------------------------------------

_MONTHS = ("janv", "fev", "mars", "avr", "mai", "juin", "juil", "aout", "sept", "oct", "nov", "dec")
_MONTH = (
    r"(?:janv(?:ier|\.)?|fevr?(?:ier|\.)?|mars|avr(?:il|\.)?|mai|juin|juil(?:let|\.)?"
    r"|aout|sept(?:embre|\.)?|oct(?:obre|\.)?|nov(?:embre|\.)?|dec(?:embre|\.)?)"
)
_DAY = re.compile(
    r"(?<!\d)(?:(?P<d>\d{1,2}) ?[/.-] ?(?P<m>\d{1,2}) ?[/.-] ?(?P<y>\d{4}|\d\d)(?!\d)"
    r"|(?P<iso>\d{4}-\d\d-\d\d)(?!\d)"
    rf"|(?P<day>\d{{1,2}}|1 ?er|premier)\s+(?P<month>{_MONTH})\s+(?P<year>\d{{4}})(?!\d))"
)


@dataclass(frozen=True, slots=True)
class Day:
    """A day of a text, and where it stands."""

    jour: date
    start: int
    end: int


def days(text: str) -> Iterator[Day]:
    """Yield the days that a folded text names, in figures or in words."""
    for found in _DAY.finditer(text):
        try:
            yield Day(_day(found), found.start(), found.end())
        except ValueError:  # 31/02
            continue


def _day(found: re.Match[str]) -> date:
    if found["iso"]:
        return date.fromisoformat(found["iso"])
    if found["month"]:
        month = next(rank for rank, name in enumerate(_MONTHS, 1) if found["month"].startswith(name[:4]))
        day = 1 if found["day"] == "premier" else int(re.sub(r"\D", "", found["day"]))
        return date(int(found["year"]), month, day)
    year = int(found["y"])
    return date(year if year > 99 else 2000 + year, int(found["m"]), int(found["d"]))  # noqa: PLR2004 - two figures
