"""One object per format of the guide: how a cell becomes a canonical value, and what the value must satisfy.

A format reads one raw cell value (as calamine gives it: `str`, `float`, `bool`, `date`, `datetime`, `time`, or a
`CellFault`) into a `Reading`. Reading repairs what is certain, says so by a code, and refuses what is ambiguous.
The conditions a canonical value must then meet are `Condition`s over a whole column, which `schema` hands to
pandera. Canonical values: text as `str`, a date as `datetime.date`, an amount as whole centimes (`int`), OUI/NON
as `bool`, a blank as `None`. Source: guide section 3.2, column «Format».
"""

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar

from converter.issues import Facts

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class CellFault:
    """A cell that holds no value to read: an error (`#N/A`) or a formula that was never computed."""

    code: str
    texte: str


KNOWN_ERRORS = frozenset({"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"})
"""The errors that every spreadsheet program knows."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a cell says: its canonical value (`None`: blank or refused), repairs made, and why it was refused."""

    valeur: Any = None
    corrections: tuple[str, ...] = ()
    refus: str = ""
    faits: Facts = ()
    proposition: str = ""


BLANK = Reading()


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that is true of good values: its code and a predicate over a column without blanks."""

    code: str
    holds: Callable[["pd.Series"], "pd.Series"]


_SPACES = re.compile(r"\s+")
_INVISIBLE = re.compile(
    # Control characters, soft hyphens, zero-width signs, marks of direction (Windows copies some along), variants,
    # halves of characters.
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufe00-\ufe0f\ufeff\ufffe\uffff\ud800-\udfff]"
)
# Words of everyday French letters and signs, one space between two: what most cells hold already.
_TIDY = re.compile("[!-~À-ÖØ-öø-ÿŒœ€’]+(?: [!-~À-ÖØ-öø-ÿŒœ€’]+)*")


def tidy(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the text without invisible characters, outer spaces and doubled inner ones, and the repair codes.

    A no-break space (U+00A0, U+202F) or a line break counts as a space.
    """
    if _TIDY.fullmatch(text):
        return text, ()
    seen = unicodedata.normalize("NFC", text)
    tidied = _SPACES.sub(" ", unicodedata.normalize("NFC", _INVISIBLE.sub("", seen))).strip()
    return tidied, ("C002",) if tidied != seen else ()


_WIDE = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}
"""The full-width forms of ASCII, as East Asian keyboards type them."""


def _plain(text: str) -> str:
    """Fold case and accents away, for comparing what people type with what is meant.

    A raised or circled figure stays what it is: that of a footnote must not become one of the number before it.
    """
    decomposed = (c if unicodedata.category(c) == "No" else unicodedata.normalize("NFKD", c) for c in text)
    kept = "".join(c for c in "".join(decomposed) if not unicodedata.combining(c))
    return _SPACES.sub(" ", kept).strip().casefold()


def _letters(text: str) -> str:
    """Fold to letters and digits alone: «Bon-de commande» and «BON_DE_COMMANDE» are one."""
    return re.sub(r"[\W_]", "", _plain(text))


_NEGATED = re.compile(r"\b(?:non|pas|sans|hors|ni|sauf) [a-z]|\bou\b")


def _likely(text: str, known: Mapping[str, Any]) -> Any:
    """Return what the known words in the text, or near to it, mean; `None` where that is nothing or several things."""
    if "non" not in known and _NEGATED.search(_plain(text)):
        return None
    words = [word for word in known if len(word) > 1]
    spoken = [word for word in re.split(r"\W+", _plain(text)) if word in words]
    letters = _letters(text)
    near = difflib.get_close_matches(letters, words, n=3, cutoff=0.6) if len(letters) > 2 else ()  # noqa: PLR2004 - O/N
    meant = {known[word] for word in (*spoken, *near)}
    return meant.pop() if len(meant) == 1 else None


_EXACT = 10**15
"""Whole numbers below are exact in Excel, which keeps 15 digits."""


def _number_text(number: float) -> str | None:
    """Write a whole number without exponent or decimals; `None` where it has a fraction or Excel has rounded it."""
    return f"{number:.0f}" if abs(number) < _EXACT and number == int(number) else None


def _is_number(raw: object) -> bool:
    return isinstance(raw, int | float) and not isinstance(raw, bool)


def show(raw: object) -> str:
    """Write a raw cell value the way Excel shows it in French, for «lu : …» in a message."""
    match raw:
        case str():  # nearly every cell
            return str(raw)
        case None:
            return ""
        case CellFault():
            return raw.texte
        case bool():
            return "VRAI" if raw else "FAUX"
        case datetime():
            return _show_day(raw) + (f" {raw:%H:%M}" if (raw.hour, raw.minute) != (0, 0) else "")
        case date():
            return _show_day(raw)
        case time():
            return f"{raw:%H:%M}"
        case timedelta():
            minutes = raw // timedelta(minutes=1)
            return f"{minutes // 60}:{minutes % 60:02d}"
        case float() | int():
            return (_number_text(raw) or str(+Decimal(raw) if isinstance(raw, int) else raw)).replace(".", ",")
    return str(raw)


def _show_day(day: date) -> str:
    return f"{day.day:02d}/{day.month:02d}/{day.year:04d}"


def _wrong_kind(raw: object) -> Reading:
    kinds = {bool: "un VRAI/FAUX", int: "un nombre", float: "un nombre", time: "une heure", timedelta: "une durée"}
    return Reading(refus="V052", faits=(("genre", kinds.get(type(raw), "une date")),))


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """What every format has: what it expects, in French, and how Excel and JSON Schema say it.

    `excel` is the number format of the column; `dtype` the pandas dtype of a canonical column.
    """

    attendu: str
    conditions: tuple[Condition, ...] = ()
    excel: ClassVar[str] = "@"
    dtype: ClassVar[str] = "string"

    def read(self, raw: object, *, date1904: bool = False) -> Reading:
        """Turn one raw cell into a `Reading`; never raises for anything a cell can hold."""
        if raw is None or raw == "":
            return BLANK
        if isinstance(raw, CellFault):
            return Reading(refus=raw.code)
        if not isinstance(raw, str):
            return self._read_value(raw, date1904=date1904)
        text, corrections = tidy(raw)
        if not text:
            return BLANK
        reading = self._read_text(text)
        silent = corrections and not (reading.refus or reading.corrections)
        return replace(reading, corrections=corrections) if silent else reading

    def write(self, valeur: Any) -> str:
        """Write a canonical value the way a finance person reads it."""
        return str(valeur)

    def to_json(self, valeur: Any) -> Any:
        """Return the JSON value of a canonical value."""
        return valeur

    def from_json(self, valeur: Any) -> Any:
        """Return the canonical value of a JSON value that may be of any type, `None` where the tag asks for another.

        A text stays what it is, whatever it should have been: it is compared, not trusted.
        """
        return valeur

    def excel_of_json(self, valeur: Any) -> bool | date | Decimal | None:
        """Return what a cell holds of a JSON value where it is more than a text that the column reads back as it is."""
        return None

    def excel_of_proposition(self, texte: str) -> date | Decimal | str:
        """Return what a cell is to hold of a proposition."""
        return texte

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the tag's value."""
        raise NotImplementedError

    def _read_text(self, text: str) -> Reading:
        return Reading(text)

    def _read_value(self, raw: object, *, date1904: bool) -> Reading:
        return _wrong_kind(raw)


_SEPARATORS = re.compile("[-._/'’‐‑–]")
_LETTERS_FOR_DIGITS = str.maketrans("OoIil", "00111")
_BEFORE_NUMBER = re.compile("^(?:n[°º]|no|num[eé]ro|finess|siret|fr|#)(?=[0-9])", re.IGNORECASE)
_EXPONENT = re.compile(r"([1-9])[.,]?([0-9]*)e\+?([0-9]{1,2})", re.IGNORECASE)


def _unfolded(text: str) -> str:
    """Write out a whole number that Excel shows with an exponent, all its figures being there; else `""`."""
    match = _EXPONENT.fullmatch(text)
    return match[1] + match[2] if match and len(match[2]) == int(match[3]) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Code(Format):
    """A code of fixed length, VARCHAR (=n): kept as text, its leading zeros restored when typed as a number."""

    longueur: int
    motif: str = "[A-Za-z0-9]"
    zeros: int = 14
    """How many leading zeros a number can have lost: with more missing, it is another mistake."""
    cle: Callable[[str], bool] = lambda _: True
    """What confirms the zeros restored: without it, a figure may as well have been forgotten anywhere."""

    def _read_text(self, text: str) -> Reading:
        compact = text.replace(" ", "")
        if self.matches(compact):
            return Reading(compact, ("C002",) if compact != text else ())
        if self.matches(compact.upper()):
            return Reading(compact.upper(), ("C009",))
        return Reading(compact, proposition=next(filter(self.matches, self._likely(compact.translate(_WIDE))), ""))

    def _likely(self, compact: str) -> Iterator[str]:
        """Yield what may be meant: without separators, what stands before a number, an exponent; O for 0."""
        bare = _SEPARATORS.sub("", compact)
        for text in (bare, _BEFORE_NUMBER.sub("", bare), _unfolded(compact), bare.translate(_LETTERS_FOR_DIGITS)):
            yield from (text, text.upper(), self._padded(text))

    def _read_value(self, raw: Any, *, date1904: bool) -> Reading:
        if not _is_number(raw):
            return _wrong_kind(raw)
        digits = _number_text(raw)
        if digits is None or raw < 0:
            return Reading(refus="V003")
        padded = self._padded(digits)
        return Reading(padded, ("C001",) if padded != digits else ())

    def _padded(self, digits: str) -> str:
        """Restore the leading zeros; a bare 0 is what a formula makes of a blank, not a code."""
        padded = digits.zfill(self.longueur)
        restorable = digits.isdigit() and digits != "0" and self.longueur - len(digits) <= self.zeros
        return padded if restorable and (padded == digits or self.cle(padded)) else digits

    def matches(self, code: str) -> bool:
        """Tell whether a text is a whole code."""
        return _whole_code(self.motif, self.longueur).fullmatch(code) is not None

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the code."""
        return {"type": "string", "pattern": f"^{self.pattern}$"}

    @property
    def pattern(self) -> str:
        """The regular expression that a whole code matches."""
        return _whole_code(self.motif, self.longueur).pattern


@cache
def _whole_code(motif: str, longueur: int) -> re.Pattern[str]:
    return re.compile(f"{motif}{{{longueur}}}" if motif.startswith("[") else motif)


TITLE = re.compile(
    r"^(?:(?:M|MM|MR|MME|MLLE|MONSIEUR|MADAME|MADEMOISELLE|DR|PR|DOCTEUR|PROFESSEUR|MA[IÎ]TRE)(?:\.|(?= ))|ME\.) *"
    r"|[ ,]+\(?(?:MR|MME|MLLE|MONSIEUR|MADAME|MADEMOISELLE)\.?\)?$"
)
"""A title before or after a name in capitals."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Texte(Format):
    """A text of at most `maximum` characters, VARCHAR (<n) being read strictly; in capitals if `majuscules`."""

    maximum: int
    majuscules: bool = False

    def _read_text(self, text: str) -> Reading:
        upper = unicodedata.normalize("NFC", text.upper()) if self.majuscules else text
        untitled = TITLE.sub("", upper).strip() if self.majuscules else ""
        return Reading(upper, ("C009",) if upper != text else (), proposition=untitled if untitled != upper else "")

    def _read_value(self, raw: Any, *, date1904: bool) -> Reading:
        """Take a number for a text, but not where a name is meant, nor 0: what a formula makes of a blank."""
        digits = _number_text(raw) if _is_number(raw) and raw and not self.majuscules else None
        return Reading(digits) if digits else _wrong_kind(raw)

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the text; capitals are told by a pattern without small letters."""
        capitals = {"pattern": r"^[^a-zß-öø-ÿœ]*$"} if self.majuscules else {}
        return {"type": "string", "minLength": 1, "maxLength": self.maximum, **capitals}


_BRACKETED = re.compile(r"(?:mailto:|[^<>@]*<)([^<>@\s]+@[^<>@\s]+)>?")
_ADDRESS = re.compile(r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Courriel(Texte):
    """An e-mail address: a text, with the obvious slips of typing and copying proposed otherwise."""

    def _read_text(self, text: str) -> Reading:
        if _ADDRESS.fullmatch(text):
            return Reading(text)
        bracketed = _BRACKETED.fullmatch(text)
        bare = _plain(bracketed[1] if bracketed else text).rstrip(".,;> ")
        name, _, domain = re.sub(r" *([.@]) *", r"\1", bare).partition("@")
        likely = f"{name}@{domain.replace(',', '.')}"
        return Reading(text, proposition=likely if _ADDRESS.fullmatch(likely) else "")


_FRANCE = "33"
FRENCH_PHONE = re.compile(r"(?<![0-9])(?:\+33 ?|0)[1-9](?:[ .-]?[0-9]{2}){4}(?![0-9])")
"""A French number as people write it, wherever in a text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telephone(Texte):
    """A telephone number: a text; typed as a number in Excel, its leading zero or its + is restored."""

    def _read_text(self, text: str) -> Reading:
        first = FRENCH_PHONE.search(text.translate(_WIDE).translate(_LETTERS_FOR_DIGITS))
        likely = first[0] if first and first[0] != text else ""
        return Reading(text, proposition=likely)

    def _read_value(self, raw: Any, *, date1904: bool) -> Reading:
        digits = _number_text(raw) if _is_number(raw) and raw > 0 else None
        if digits is None:
            return _wrong_kind(raw)
        prefix = _lost_prefix(digits)
        return Reading(f"{prefix}{digits}", {"0": ("C001",), "+": ("C011",)}.get(prefix, ()))


def _lost_prefix(digits: str) -> str:
    """Return what Excel takes from a French number: its 0, or the + of its country code."""
    if len(digits) == 9:  # noqa: PLR2004 - a French number less its zero
        return "0"
    return "+" if len(digits) == 11 and digits.startswith(_FRANCE) else ""  # noqa: PLR2004 - behind its country code


@dataclass(frozen=True, slots=True, kw_only=True)
class Booleen(Format):
    """OUI or NON, in all the ways people type it."""

    attendu: str = "OUI ou NON"
    dtype: ClassVar[str] = "boolean"

    _WORDS: ClassVar[Mapping[str, bool]] = {
        **dict.fromkeys(("oui", "o", "vrai", "v", "true", "yes", "y", "x", "1", "✓", "✔", "☑"), True),
        **dict.fromkeys(("non", "n", "faux", "f", "false", "no", "0", "☐"), False),
    }

    def write(self, valeur: Any) -> str:
        """Write OUI or NON."""
        return "OUI" if valeur else "NON"

    def excel_of_json(self, valeur: Any) -> bool | None:
        """Return the answer."""
        return valeur if isinstance(valeur, bool) else None

    def _read_text(self, text: str) -> Reading:
        answer = self._WORDS.get(_plain(text))
        if answer is None:
            likely = _likely(text, self._WORDS)
            return Reading(refus="V020", proposition="" if likely is None else self.write(likely))
        return Reading(answer, ("C008",) if text != self.write(answer) else ())

    def _read_value(self, raw: object, *, date1904: bool) -> Reading:
        if isinstance(raw, bool):
            return Reading(raw)
        if raw in {0.0, 1.0}:
            return Reading(bool(raw), ("C008",))
        return Reading(refus="V020")

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of a boolean."""
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choix(Format):
    """One of a few values; `synonymes` are other ways to say them, compared without case and accents."""

    valeurs: tuple[str, ...]
    synonymes: Mapping[str, str] = field(default_factory=dict)

    def _read_text(self, text: str) -> Reading:
        if text in self.valeurs:
            return Reading(text)
        words = {_letters(word): meant for word, meant in (*((v, v) for v in self.valeurs), *self.synonymes.items())}
        said = _letters(text)
        if said in words and "?" not in text:
            return Reading(words[said], ("C010",))
        return Reading(refus="V021", proposition=_likely(text, words) or "")

    def _read_value(self, raw: object, *, date1904: bool) -> Reading:
        return Reading(refus="V021")

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the list."""
        return {"enum": list(self.valeurs)}


_MONTHS = {
    month: number
    for number, names in enumerate(
        (
            "janvier janv jan",
            "fevrier fevr fev",
            "mars",
            "avril avr",
            "mai",
            "juin",
            "juillet juil",
            "aout",
            "septembre sept sep",
            "octobre oct",
            "novembre nov",
            "decembre dec",
        ),
        start=1,
    )
    for month in names.split()
}
_FIRST_EXCEL_DAY = date(1900, 3, 1)
"""The first day that all spreadsheets number alike."""
_YEAR_LAST = re.compile(r"([0-9]{1,2}) ?[/.\- ] ?([0-9]{1,2}) ?[/.\- ] ?([0-9]{4}|[0-9]{2})")
_YEAR_FIRST = re.compile(r"([0-9]{4})[/.\-]([0-9]{1,2})[/.\-]([0-9]{1,2})")
_WORDED = re.compile(r"([0-9]{1,2})(?:er)?[ .\-]([a-z]+)\.?[ \-]([0-9]{4}|[0-9]{2})")
_RUN_ON = re.compile(r"([0-9]{2})([0-9]{2})((?:19|20)[0-9]{2})")
_RUN_ON_YEAR_FIRST = re.compile(r"((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})")
_HOUR = re.compile(r"(?:[ t]| a )([01]?[0-9]|2[0-3])[:h]([0-5][0-9])?(?::([0-5][0-9]))?$")
_BEFORE_DAY = re.compile(r"(?:le |du |en date du )?(?:(lun|mar|mercre|jeu|vendre|same)di |(dimanche) )?")
_WEEKDAYS = ("lun", "mar", "mercre", "jeu", "vendre", "same", "dimanche")
_HALF_A_SECOND = timedelta(milliseconds=500)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _later(moment: datetime) -> date:
    """Return the day of half a second later, which is the next one only for a moment that was computed."""
    return (moment + _HALF_A_SECOND).date() if moment.date() < date.max else moment.date()


@dataclass(frozen=True, slots=True, kw_only=True)
class Jour(Format):
    """A day, JJ/MM/AAAA: an Excel date, a date in a text, or a serial number of the workbook's date system."""

    attendu: str = "une date JJ/MM/AAAA"
    excel: ClassVar[str] = "dd/mm/yyyy"
    dtype: ClassVar[str] = "datetime64[s]"

    # The days a serial number is taken for a date: a number outside is no date of this programme.
    _SERIAL_DAYS: ClassVar[tuple[date, date]] = (date(2015, 1, 1), date(2049, 12, 31))
    # The days that a year of two figures is worth a proposition for.
    _PLAUSIBLE: ClassVar[tuple[date, date]] = (date(2021, 1, 1), date(2049, 12, 31))

    def write(self, valeur: Any) -> str:
        """Write JJ/MM/AAAA, which is also the tag's text in the JSON."""
        return f"{valeur.day:02d}/{valeur.month:02d}/{valeur.year:04d}"

    def to_json(self, valeur: Any) -> str | None:
        """Return the text JJ/MM/AAAA."""
        return None if valeur is None else self.write(valeur)

    def from_json(self, valeur: Any) -> date | None:
        """Return the day that a text says."""
        read = self.read(valeur).valeur if isinstance(valeur, str) else None
        return read if isinstance(read, date) else None

    def excel_of_json(self, valeur: Any) -> date | None:
        """Return the day that is written in just this way, where all spreadsheets number it alike."""
        jour = self.from_json(valeur)
        return jour if jour and self.write(jour) == valeur and jour >= _FIRST_EXCEL_DAY else None

    def excel_of_proposition(self, texte: str) -> date | str:
        """Return the day."""
        return self.from_json(texte) or texte

    def _read_text(self, text: str) -> Reading:
        plain = _plain(text)
        hour = _HOUR.search(plain)
        reading = self._read_named(plain[: hour.start()] if hour else plain)
        if reading.refus or not hour or not any(int(figures or 0) for figures in hour.groups()):
            return reading
        return replace(reading, corrections=("C003", "C005"))

    def _read_named(self, plain: str) -> Reading:
        """Read a day behind «le» or its name; a name that is not that day's makes one of the two a mistake."""
        before = _BEFORE_DAY.match(plain)
        start = before.end() if before else 0
        named = (before[1] or before[2]) if before else None
        reading = self._read_day(plain[start:])
        if reading.refus and not reading.proposition:
            reading = replace(reading, proposition=self._slipped(plain[start:]))
        if named and reading.valeur and _WEEKDAYS.index(named) != reading.valeur.weekday():
            return Reading(refus="V005", proposition=self.write(reading.valeur))
        return reading

    def _slipped(self, plain: str) -> str:
        """Return the day that a text says once letters typed for figures are figures; `""` where it says none."""
        figures = plain.translate(_LETTERS_FOR_DIGITS)
        meant = self._read_day(figures) if figures != plain else Reading()
        return self.write(meant.valeur) if meant.valeur else meant.proposition

    def _read_day(self, plain: str) -> Reading:
        if match := _YEAR_FIRST.fullmatch(plain):
            return self._dated(match[3], match[2], match[1])
        if match := _WORDED.fullmatch(plain):
            return self._dated(match[1], str(_MONTHS.get(match[2], 0)), match[3])
        if match := _YEAR_LAST.fullmatch(plain):
            return self._dated(match[1], match[2], match[3])
        if match := _RUN_ON.fullmatch(plain):
            return self._run_on(match[1], match[2], match[3])
        if match := _RUN_ON_YEAR_FIRST.fullmatch(plain):
            return self._run_on(match[3], match[2], match[1])
        return Reading(refus="V005")

    def _run_on(self, day: str, month: str, year: str) -> Reading:
        return Reading(refus="V005", proposition=self._written(int(year), int(month), int(day)))

    def _written(self, year: int, month: int, day: int) -> str:
        valeur = _day(year, month, day)
        return self.write(valeur) if valeur else ""

    def _dated(self, day: str, month: str, year: str) -> Reading:
        short = len(year) == 2  # noqa: PLR2004 - which century is a guess
        full = int(year) + (2000 if short else 0)
        valeur = _day(full, int(month), int(day))
        if short and not (valeur and self._PLAUSIBLE[0] <= valeur <= self._PLAUSIBLE[1]):
            return Reading(refus="V006" if valeur else "V005")
        if valeur is None:
            return Reading(refus="V005", proposition=self._written(full, int(day), int(month)))
        if short:
            return Reading(refus="V006", proposition=self.write(valeur))
        return Reading(valeur, ("C003",))

    def _read_value(self, raw: Any, *, date1904: bool) -> Reading:
        if isinstance(raw, datetime) and raw.date() < (soon := _later(raw)):
            return Reading(refus="V005", proposition=self.write(soon))  # computed: the day before, or rounded?
        if isinstance(raw, datetime):
            hour = (raw.hour, raw.minute, raw.second) != (0, 0, 0)  # below a second, the rounding of a computed date
            return Reading(raw.date(), ("C005",) if hour else ())
        if isinstance(raw, date):
            return Reading(raw)
        return self._read_serial(raw, date1904=date1904) if _is_number(raw) else _wrong_kind(raw)

    def _read_serial(self, serial: float, *, date1904: bool) -> Reading:
        epoch = date(1904, 1, 1) if date1904 else date(1899, 12, 30)
        earliest, latest = ((bound - epoch).days for bound in self._SERIAL_DAYS)
        if earliest <= serial < latest + 1 and 1 - serial % 1 < 1e-5:  # noqa: PLR2004 - a second before midnight
            return Reading(refus="V005", proposition=self.write(epoch + timedelta(days=round(serial))))
        if earliest <= serial < latest + 1:
            return Reading(epoch + timedelta(days=int(serial)), ("C004", "C005") if serial % 1 else ("C004",))
        digits = _number_text(serial) or ""
        return self._read_day(digits.zfill(8))  # 15042022 typed without its slashes

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the text JJ/MM/AAAA."""
        return {"type": "string", "pattern": "^(0[1-9]|[12][0-9]|3[01])/(0[1-9]|1[0-2])/[0-9]{4}$"}


_CURRENCY = r"(?:€|euros?|eur|h\.?t\.?)"
_BEFORE_AMOUNT = re.compile(rf"^(?:{_CURRENCY}(?![a-z]) ?)+", re.IGNORECASE)
_BEHIND_AMOUNT = re.compile(rf"(?: ?(?<![a-z]){_CURRENCY})+$", re.IGNORECASE)
_WITH_TAX = re.compile(r"\bt\.?t\.?c\b|(?<=[0-9])ttc\b|toutes taxes", re.IGNORECASE)
_BEFORE_TAX = re.compile(r"(?:\b|(?<=[0-9]))h\.?t\b|hors tax", re.IGNORECASE)
_AMOUNT = re.compile(
    r"(?P<sign>[-+−]?)(?P<whole>[1-9][0-9]{0,2}(?:[ .,'’][0-9]{3})+|[0-9]+)(?:(?P<mark>[.,])(?P<cents>[0-9]+))?"
)
_SIGN_FOR_MARK = re.compile(rf"([0-9])(?: ?{_CURRENCY} ?| )([0-9]{{2}})$", re.IGNORECASE)
_NO_CENTIMES = re.compile(r"([0-9])[.,](?:-+|−+|–+|—+|=)$")
_LARGEST = Decimal(10) ** 12
_NOISE = Decimal("0.000001")
_DECIMALS = 2
"""Of an amount in euros: its canonical value is in centimes."""


def _is_amount(valeur: Any) -> bool:
    """Tell whether a JSON value is a number that could be an amount."""
    return type(valeur) in {int, float, Decimal} and bool(abs(valeur) < _LARGEST)


def _without_currency(text: str) -> str:
    """Take the currency from before and behind an amount; between its figures it is a mark, and stays."""
    return _BEHIND_AMOUNT.sub("", _BEFORE_AMOUNT.sub("", text)).strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Montant(Format):
    """An amount in euros before tax; canonical as whole centimes, so that totals are exact."""

    attendu: str = "un montant hors taxe en euros, supérieur à 0"
    excel: ClassVar[str] = '#,##0.00\\ "€"'
    dtype: ClassVar[str] = "Int64"

    def write(self, valeur: Any) -> str:
        """Write an amount of centimes the French way: `13 750,00 €`."""
        whole, cents = divmod(abs(int(valeur)), 100)
        sign = "-" if valeur < 0 else ""
        return f"{sign}{whole:,}".replace(",", "\u202f") + f",{cents:02d}\u00a0€"

    def to_json(self, valeur: Any) -> Decimal | None:
        """Return euros, a number that is always written with two decimals."""
        return None if valeur is None else Decimal(valeur).scaleb(-_DECIMALS)

    def from_json(self, valeur: Any) -> int | None:
        """Return the centimes of a number that could be an amount; beyond the centime it is rounded."""
        if not _is_amount(valeur):
            return None
        return int(Decimal(str(valeur)).scaleb(_DECIMALS).to_integral_value())

    def excel_of_json(self, valeur: Any) -> Decimal | None:
        """Return the number, where Excel holds all its figures."""
        if not _is_amount(valeur) or Decimal(repr(float(valeur))) != valeur:
            return None
        return Decimal(valeur)

    def excel_of_proposition(self, texte: str) -> Decimal | str:
        """Return the euros."""
        valeur = self.read(texte).valeur
        return texte if valeur is None else Decimal(valeur).scaleb(-_DECIMALS)

    def _read_text(self, text: str) -> Reading:
        if _WITH_TAX.search(text) and not _BEFORE_TAX.search(text):
            return Reading(refus="V013")
        bare = _without_currency(text.translate(_WIDE))
        match = _AMOUNT.fullmatch(bare)
        if match is None:
            return Reading(refus="V010", proposition=self._slipped(bare))
        separators = set(re.findall("[^0-9]", match["whole"]))
        if len(separators) > 1 or match["mark"] in separators:
            # 13.750.00 is no number, but hardly anything else than 13 750,00.
            likely = len(separators) == 1 and len(match["cents"] or "") == 2  # noqa: PLR2004 - centimes
            return Reading(refus="V010", proposition=self._proposed(match) if likely else "")
        if match["mark"] is None and re.fullmatch("[0-9]+[.,][0-9]{3}", match["whole"]):
            # 1.234 is a thousand for some and one and a bit for others.
            return Reading(refus="V011")
        if match["cents"] and len(match["cents"]) % 3 == 0:
            # 1234,567 has the decimals of a group of thousands.
            return Reading(refus="V011", proposition=self._proposed(match))
        reading = self._in_centimes(self._euros(match))
        return replace(reading, corrections=() if reading.refus else ("C006", *reading.corrections))

    def _slipped(self, bare: str) -> str:
        """Return the amount of which the mark was mistyped: a currency sign, a space, a dash for the centimes."""
        marked = _NO_CENTIMES.sub(r"\1,00", _SIGN_FOR_MARK.sub(r"\1,\2", bare))
        match = _AMOUNT.fullmatch(marked)
        return self._proposed(match) if match and match["mark"] else ""

    def _proposed(self, match: re.Match[str]) -> str:
        reading = self._in_centimes(self._euros(match))
        return "" if reading.refus else self.write(reading.valeur)

    def _read_value(self, raw: Any, *, date1904: bool) -> Reading:
        if not _is_number(raw):
            return _wrong_kind(raw)
        return self._in_centimes(Decimal(raw) if isinstance(raw, int) else Decimal(repr(raw)))

    @staticmethod
    def _euros(match: re.Match[str]) -> Decimal:
        sign = "-" if match["sign"] in {"-", "−"} else ""
        whole = re.sub("[^0-9]", "", match["whole"])
        return Decimal(f"{sign}{whole}.{match['cents'] or 0}")

    @staticmethod
    def _in_centimes(euros: Decimal) -> Reading:
        if not (euros.is_finite() and abs(euros) < _LARGEST):
            return Reading(refus="V010")
        rounded = euros.quantize(Decimal("0.01"), ROUND_HALF_UP)
        repaired = abs(rounded - euros) > _NOISE
        return Reading(int(rounded * 100), ("C007",) if repaired else ())

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of a positive number; its two decimals are a matter of text, not of value."""
        return {"type": "number", "exclusiveMinimum": 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Null(Format):
    """A tag that is always `null` when filed: the portal fills it."""

    attendu: str = "null, rempli par l’ASP"

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of null."""
        return {"type": "null"}

    def _read_value(self, raw: object, *, date1904: bool) -> Reading:
        return Reading(show(raw))


@dataclass(frozen=True, slots=True, kw_only=True)
class Constante(Format):
    """A tag with one value only (`typeAction`), or one that conversion assigns (`numLigne`)."""

    fragment: Mapping[str, Any]

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema given with the tag."""
        return dict(self.fragment)
