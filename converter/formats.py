"""One object per format of the guide: how a cell becomes a canonical value, and what the value must satisfy.

A format reads one raw cell value (as calamine gives it: `str`, `float`, `bool`, `date`, `datetime`, `time`, or a
`CellFault`) into a `Reading`. Reading repairs what is certain, says so by a code, and refuses what is ambiguous.
The conditions a canonical value must then meet are `Condition`s over a whole column, which `schema` hands to
pandera. Canonical values: text as `str`, a date as `datetime.date`, an amount as whole centimes (`int`), OUI/NON
as `bool`, a blank as `None`. Source: guide section 3.2, column «Format».
"""

import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from converter.issues import Facts

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class CellFault:
    """A cell that holds no value to read: an error (`#N/A`) or a formula that was never computed."""

    code: str
    texte: str


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


@dataclass(frozen=True, slots=True)
class Examples:
    """Cells as people type them: those that read well, with the value they give, and those refused."""

    good: Mapping[Any, Any]
    bad: tuple[Any, ...]


_SPACES = re.compile(r"\s+")
_INVISIBLE = re.compile("[\x00-\x08\x0e-\x1f\x7f\u00ad\u200b-\u200f\u2060\ufeff\ufffe\uffff]")


def tidy(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the text without invisible characters, outer spaces and doubled inner ones, and the repair codes.

    A no-break space (U+00A0, U+202F) or a line break counts as a space.
    """
    visible = _INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    tidied = _SPACES.sub(" ", visible).strip()
    return tidied, ("C002",) if tidied != text else ()


def _plain(text: str) -> str:
    """Fold case and accents away, for comparing what people type with what is meant."""
    decomposed = unicodedata.normalize("NFKD", text)
    kept = "".join(c for c in decomposed if not unicodedata.combining(c))
    return _SPACES.sub(" ", kept).strip().casefold()


def _number_text(number: float) -> str | None:
    """Write a whole number without exponent or decimals; `None` where it has a fraction."""
    return f"{number:.0f}" if math.isfinite(number) and number == int(number) else None


def show(raw: object) -> str:
    """Write a raw cell value the way Excel shows it in French, for «lu : …» in a message."""
    match raw:
        case None:
            return ""
        case CellFault():
            return raw.texte
        case bool():
            return "VRAI" if raw else "FAUX"
        case datetime():
            return f"{raw:%d/%m/%Y %H:%M}" if raw.time() != time(0) else f"{raw:%d/%m/%Y}"
        case date():
            return f"{raw:%d/%m/%Y}"
        case float() | int():
            return (_number_text(raw) or repr(raw)).replace(".", ",")
    return str(raw)


def _wrong_kind(raw: object) -> Reading:
    kind = {
        bool: "un VRAI/FAUX",
        float: "un nombre",
        str: "un texte",
        time: "une heure",
        timedelta: "une durée",
    }
    return Reading(refus="V052", faits=(("genre", kind.get(type(raw), "une date")),))


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """What every format has: what it expects, in French, and how Excel and JSON Schema say it.

    `excel` is the number format of the column; `dtype` the pandas dtype of a canonical column.
    """

    attendu: str
    conditions: tuple[Condition, ...] = ()
    examples: Examples = field(default_factory=lambda: Examples({}, ()))
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
        return Reading(
            reading.valeur,
            reading.corrections or (corrections if not reading.refus else ()),
            reading.refus,
            reading.faits,
            reading.proposition,
        )

    def write(self, valeur: Any) -> str:
        """Write a canonical value the way a finance person reads it."""
        return str(valeur)

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the tag's value."""
        raise NotImplementedError

    def _read_text(self, text: str) -> Reading:
        return Reading(text)

    def _read_value(self, raw: object, *, date1904: bool) -> Reading:
        return _wrong_kind(raw)


@dataclass(frozen=True, slots=True, kw_only=True)
class Code(Format):
    """A code of fixed length, VARCHAR (=n): kept as text, its leading zeros restored when typed as a number."""

    longueur: int
    motif: str = "[A-Za-z0-9]"

    def _read_text(self, text: str) -> Reading:
        compact = text.replace(" ", "")
        corrections = ("C002",) if compact != text else ()
        short = compact.isascii() and compact.isdigit() and len(compact) < self.longueur
        return Reading(compact, corrections, proposition=compact.zfill(self.longueur) if short else "")

    def _read_value(self, raw: object, *, date1904: bool) -> Reading:
        if isinstance(raw, bool) or not isinstance(raw, float | int):
            return _wrong_kind(raw)
        digits = _number_text(raw)
        if digits is None or raw < 0:
            return Reading(refus="V003")
        padded = digits.zfill(self.longueur)
        return Reading(padded, ("C001",) if padded != digits else ())

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the code."""
        return {"type": "string", "pattern": f"^{self.pattern}$"}

    @property
    def pattern(self) -> str:
        """The regular expression that a whole code matches."""
        return f"{self.motif}{{{self.longueur}}}" if self.motif.startswith("[") else self.motif


@dataclass(frozen=True, slots=True, kw_only=True)
class Texte(Format):
    """A text of at most `maximum` characters, VARCHAR (<n) being read strictly; in capitals if `majuscules`."""

    maximum: int
    majuscules: bool = False

    def _read_text(self, text: str) -> Reading:
        upper = text.upper() if self.majuscules else text
        return Reading(upper, ("C009",) if upper != text else ())

    def _read_value(self, raw: object, *, date1904: bool) -> Reading:
        if isinstance(raw, float) and (digits := _number_text(raw)):
            return Reading(digits)
        return _wrong_kind(raw)

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the text; capitals are told by a pattern without small letters."""
        capitals = {"pattern": r"^[^a-zß-öø-ÿœ]*$"} if self.majuscules else {}
        return {"type": "string", "minLength": 1, "maxLength": self.maximum, **capitals}


@dataclass(frozen=True, slots=True, kw_only=True)
class Telephone(Texte):
    """A telephone number: a text; typed as a number in Excel, its leading zero or its + is restored."""

    def _read_value(self, raw: object, *, date1904: bool) -> Reading:
        digits = _number_text(raw) if isinstance(raw, float) else None
        if digits is None:
            return _wrong_kind(raw)
        if len(digits) == 9:  # noqa: PLR2004 - a French number less its zero
            return Reading(f"0{digits}", ("C001",))
        if len(digits) == 11 and digits.startswith("33"):  # noqa: PLR2004 - the same behind its country code
            return Reading(f"+{digits}", ("C011",))
        return Reading(digits)


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

    def _read_text(self, text: str) -> Reading:
        answer = self._WORDS.get(_plain(text))
        if answer is None:
            return Reading(refus="V020")
        return Reading(answer, ("C008",) if text != self.write(answer) else ())

    def _read_value(self, raw: object, *, date1904: bool) -> Reading:
        if isinstance(raw, bool):
            return Reading(raw)
        if isinstance(raw, float) and raw in {0.0, 1.0}:
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
        words = {_plain(v): v for v in self.valeurs} | dict(self.synonymes)
        meant = words.get(_plain(text)) or words.get(_plain(text).replace("_", " "))
        return Reading(meant, ("C010",)) if meant else Reading(refus="V021")

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
_YEAR_LAST = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4}|\d{2})(?: 0{1,2}:00(?::00)?)?")
_YEAR_FIRST = re.compile(r"(\d{4})[/.\-](\d{1,2})[/.\-](\d{1,2})(?:[ T]00:00(?::00)?)?")
_WORDED = re.compile(r"(?:[a-z]+ )?(\d{1,2})(?:er)? ([a-z]+)\.? (\d{4})")
_CENTURY = 100


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Jour(Format):
    """A day, JJ/MM/AAAA: an Excel date, a date in a text, or a serial number of the workbook's date system."""

    attendu: str = "une date JJ/MM/AAAA"
    excel: ClassVar[str] = "dd/mm/yyyy"
    dtype: ClassVar[str] = "datetime64[s]"

    # The days a serial number is taken for a date: a number outside is no date of this programme.
    _SERIAL_DAYS: ClassVar[tuple[date, date]] = (date(2015, 1, 1), date(2049, 12, 31))

    def write(self, valeur: Any) -> str:
        """Write JJ/MM/AAAA, which is also the tag's text in the JSON."""
        return f"{valeur.day:02d}/{valeur.month:02d}/{valeur.year:04d}"

    def _read_text(self, text: str) -> Reading:
        plain = _plain(text)
        if match := _YEAR_FIRST.fullmatch(plain.upper()):
            day = _day(*map(int, match.groups()))
        elif match := _WORDED.fullmatch(plain):
            day = _day(int(match[3]), _MONTHS.get(match[2], 0), int(match[1]))
        elif match := _YEAR_LAST.fullmatch(plain):
            return self._read_day_month_year(*match.groups())
        else:
            day = None
        return Reading(day, ("C003",)) if day else Reading(refus="V005")

    def _read_day_month_year(self, first: str, second: str, year: str) -> Reading:
        full = int(year) + (2000 if int(year) < _CENTURY else 0)
        day = _day(full, int(second), int(first))
        if day is None:
            swapped = _day(full, int(first), int(second))
            return Reading(refus="V005", proposition=self.write(swapped) if swapped else "")
        if len(year) == 2:  # noqa: PLR2004 - which century is a guess
            return Reading(refus="V006", proposition=self.write(day))
        return Reading(day, ("C003",))

    def _read_value(self, raw: object, *, date1904: bool) -> Reading:
        if isinstance(raw, datetime):
            return Reading(raw.date(), ("C005",) if raw.time() != time(0) else ())
        if isinstance(raw, date):
            return Reading(raw)
        if isinstance(raw, bool) or not isinstance(raw, float):
            return _wrong_kind(raw)
        return self._read_serial(raw, date1904=date1904)

    def _read_serial(self, serial: float, *, date1904: bool) -> Reading:
        epoch = date(1904, 1, 1) if date1904 else date(1899, 12, 30)
        earliest, latest = ((bound - epoch).days for bound in self._SERIAL_DAYS)
        if not earliest <= serial < latest + 1:
            return Reading(refus="V005")
        return Reading(epoch + timedelta(days=int(serial)), ("C004",))

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the text JJ/MM/AAAA."""
        return {"type": "string", "pattern": "^(0[1-9]|[12][0-9]|3[01])/(0[1-9]|1[0-2])/[0-9]{4}$"}


_CURRENCY = re.compile(r"(€|\beuros?\b|\beur\b|\bh\.?t\.?(?=$|\W))", re.IGNORECASE)
_AMOUNT = re.compile(r"(?P<sign>[-+−]?)(?P<whole>\d{1,3}(?:[ .,']\d{3})+|\d+)(?:(?P<mark>[.,])(?P<cents>\d+))?")
_LARGEST = Decimal(10) ** 12
_NOISE = Decimal("0.000001")


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

    def _read_text(self, text: str) -> Reading:
        bare = _CURRENCY.sub("", text).strip()
        match = _AMOUNT.fullmatch(bare)
        if match is None:
            return Reading(refus="V010")
        separators = re.findall(r"\D", match["whole"])
        if len(set(separators)) > 1 or match["mark"] in separators:
            return Reading(refus="V010")
        if match["mark"] is None and separators in (["."], [","]):
            # 1.234 is a thousand for some and one and a bit for others.
            return Reading(refus="V011")
        digits = re.sub(r"\D", "", match["whole"])
        sign = "-" if match["sign"] in {"-", "−"} else ""
        reading = self._in_centimes(Decimal(f"{sign}{digits}.{match['cents'] or 0}"))
        return Reading(reading.valeur, ("C006", *reading.corrections), reading.refus)

    def _read_value(self, raw: object, *, date1904: bool) -> Reading:
        if isinstance(raw, bool) or not isinstance(raw, float | int):
            return _wrong_kind(raw)
        return self._in_centimes(Decimal(repr(raw)))

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
