"""The public list of establishments that the user put beside the workbook: their FINESS and names, whatever its layout.

The columns of FINESS are known by their heading or, where none says so, by what they hold. Source: guide 3.1, « les
FINESS PMSI sont indiqués dans le Fichier de calcul ».
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from converter.issues import Empeche, Inutilisable
from converter.reading import delimited
from converter.reading.workbook import fold
from converter.xlsx import parts
from converter.xlsx.parts import RawRow, RawRows

_NAMED = "fichierdecalcul"
"""What the name of the list begins with, where `Paramètres` does not tell it."""
_SUFFIXES = frozenset({".xlsx", ".xlsm", ".csv", ".txt"})
_OCTETS = 60_000_000
_HEADER_DEPTH = 30
_SURE = 0.5
"""The share of the filled cells of a column that are codes, where its heading does not tell."""
_CODE = re.compile(r"[0-9]{9}|2[AB][0-9]{7}")
_SHORTEST = 8
"""Figures of a code whose leading zero Excel dropped."""


@dataclass(frozen=True, slots=True)
class Etablissements:
    """The establishments of the list by FINESS, each with its name; `refus` says why the file gives none.

    No `fichier`: there is no list, and nothing is checked.
    """

    fichier: str = ""
    noms: Mapping[str, str] = field(default_factory=dict)
    refus: str = ""


SANS_LISTE = Etablissements()


def find(dossier: Path, nom: str | None) -> Etablissements:
    """Read the list of that name in the folder of the workbook, else the one that bears its usual name, if any."""
    if nom:
        return _read(dossier / nom.strip())
    found = sorted(each for each in dossier.iterdir() if _is_list(each)) if dossier.is_dir() else []
    return _read(found[-1]) if found else SANS_LISTE


def _is_list(path: Path) -> bool:
    return path.suffix.lower() in _SUFFIXES and fold(path.stem).startswith(_NAMED)


def _read(path: Path) -> Etablissements:
    try:
        if path.stat().st_size > _OCTETS:
            return Etablissements(path.name, refus="est trop lourd")
        data = path.read_bytes()
    except FileNotFoundError:
        return Etablissements(path.name, refus="est introuvable à côté du classeur")
    except (OSError, ValueError):
        return Etablissements(path.name, refus="ne peut pas être lu")
    try:
        noms = _names(_sheets(path.name, data))
    except (Inutilisable, Empeche, CalamineError, csv.Error):
        return Etablissements(path.name, refus="n’est ni un classeur .xlsx ni un fichier .csv")
    return Etablissements(path.name, noms, "" if noms else "ne contient aucune colonne de FINESS")


def _sheets(nom: str, data: bytes) -> Iterator[RawRows]:
    if not data.startswith(b"PK"):
        yield _csv(data)
        return
    package = parts.Parts(nom, data)
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    for sheet in package.sheets:
        if not package.far_cell(sheet):
            yield book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)


def _csv(data: bytes) -> RawRows:
    if b"\0" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise csv.Error
    return delimited.delimited_rows(data)


# --- which columns ----------------------------------------------------------------------------------------------------


def _names(sheets: Iterator[RawRows]) -> dict[str, str]:
    names: dict[str, str] = {}
    for rows in sheets:
        width = max(map(len, rows), default=0)
        table = [[*row, *[""] * (width - len(row))] for row in rows]
        codes = _code_columns(table, width)
        for column in codes:
            names = dict(_pairs(table, column, _name_column(table, column, width, codes))) | names
    return names


def _code_columns(table: RawRows, width: int) -> list[int]:
    headings = [_heading(table, column) for column in range(width)]
    counts = [_count(table, column) for column in range(width)]
    told = [c for c in range(width) if "finess" in headings[c] and counts[c]]
    if told:
        return told
    likely = [c for c in range(width) if counts[c] > _SURE * _filled(table, c) and "siren" not in headings[c]]
    return [max(likely, key=counts.__getitem__)] if likely else []


def _heading(table: RawRows, column: int) -> str:
    """Return the folded texts above the first code of a column."""
    head: list[str] = []
    for row in table[:_HEADER_DEPTH]:
        if _code(row[column]):
            break
        head.append(fold(row[column]))
    return " ".join(head)


def _count(table: RawRows, column: int) -> int:
    return sum(_code(row[column]) != "" for row in table)


def _filled(table: RawRows, column: int) -> int:
    return sum(row[column] not in ("", None) for row in table)


def _code(cell: Any) -> str:
    """Read a cell as a FINESS, `""` where it is none."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = re.sub(r"[\s'=\"]", "", str(cell)).upper()
    if text.isdigit() and text.isascii() and len(text) == _SHORTEST:
        text = f"0{text}"
    return text if _CODE.fullmatch(text) else ""


_A_NAME = re.compile("raisonsociale|rsociale|nom|etablissement|libelle|denomination|^rs")


def _name_column(table: RawRows, code: int, width: int, codes: Sequence[int]) -> int:
    """Return the column of the names that go with a column of codes: the nearest that is called so, or holds words."""
    order = [*range(code + 1, width), *range(code - 1, -1, -1)]
    others = [column for column in order if column not in codes and _words(table, column)]
    called = [column for column in others if _A_NAME.search(_heading(table, column))]
    return next(iter((*called, *others)), -1)


def _words(table: RawRows, column: int) -> bool:
    """Tell whether a column holds words, and not the same few."""
    texts = {row[column] for row in table if isinstance(row[column], str) and re.search("[^\\W\\d_]{2}", row[column])}
    return len(texts) > max(1, _filled(table, column) // 4)


def _pairs(table: RawRows, code: int, name: int) -> Iterator[tuple[str, str]]:
    for row in table:
        if finess := _code(row[code]):
            yield finess, _name(row, name)


def _name(row: RawRow, column: int) -> str:
    return " ".join(str(row[column]).split())[:200] if column >= 0 else ""
