"""The user's workbook as raw tables: every cell as Excel holds it, each row under its Excel number.

Columns are found by the machine tag of the hidden row, else by their French heading (case, accents, spaces and
punctuation apart), wherever the user moved them; sheets by their name, else by their tags. calamine reads the values;
a second look at the worksheet part tells an error cell or a formula never computed from an empty cell, which calamine
does not.
"""

import difflib
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import pandas as pd
from lxml import etree
from openpyxl.utils import range_boundaries
from openpyxl.utils.cell import coordinate_to_tuple
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from converter import spec
from converter.formats import CellFault
from converter.issues import Empeche, Inutilisable, Issue, Place

_MAX_UNPACKED = 2_000_000_000
"""Bytes a workbook may unpack to: beyond, it is a bomb and no campaign."""
_HEADER_DEPTH = 30
"""Rows from the top within which tags and headings are looked for: users insert titles above."""
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_KEY_TAGS = {spec.DEMANDES: "dateCommande", spec.BENEFICIAIRES: "FINESSPMSI", spec.PIECES: "typeFichier"}


@dataclass(frozen=True, slots=True)
class Table:
    """A data sheet as the user holds it.

    `feuille` is the sheet's real name and `nom` its name in the template; `colonnes` maps a tag to its Excel column
    (from 1); `ligne_balises` is 0 where the tag row was deleted; `brut` has one row for each non-blank Excel row
    (its index) and one column of raw values for each tag found.
    """

    feuille: str
    nom: str
    colonnes: Mapping[str, int]
    ligne_balises: int
    ligne_titres: int
    derniere_colonne: int
    brut: pd.DataFrame

    def place(self, ligne: int, balise: str) -> Place:
        """Return the cell of a tag on an Excel row."""
        return Place(self.feuille, ligne, self.colonnes.get(balise, 0))


@dataclass(frozen=True, slots=True)
class Reglages:
    """The sheet `Paramètres`: the raw value of each parameter found, and the cell of each."""

    feuille: str
    valeurs: Mapping[str, Any]
    places: Mapping[str, Place]


@dataclass(frozen=True, slots=True)
class Classeur:
    """A workbook that can be checked."""

    chemin: Path
    parametres: Reglages
    demandes: Table
    beneficiaires: Table
    pieces: Table
    date1904: bool

    def tables(self) -> tuple[Table, Table, Table]:
        """Return the three data sheets, in the order of the template."""
        return (self.demandes, self.beneficiaires, self.pieces)


def fold(text: object) -> str:
    """Fold a heading or a name to its letters and digits, without case or accents."""
    decomposed = unicodedata.normalize("NFKD", str(text)).casefold()
    return re.sub(r"[^a-z0-9]", "", decomposed.replace("°", "o"))


def read(path: Path) -> Classeur:
    """Read a workbook.

    Raises `Inutilisable` (F001 to F019) when it is not one of ours, with one issue for each thing missing, and
    `Empeche` (E101) when it cannot be opened.
    """
    _refuse_other_files(path)
    with zipfile.ZipFile(path) as package:
        parts = _Package(package)
        try:
            book = CalamineWorkbook.from_path(path)
        except CalamineError as error:
            raise _refusal(path, "F006") from error
        return _read_sheets(path, book, parts)


def _refusal(path: Path, code: str, *faits: tuple[str, str]) -> Inutilisable:
    return Inutilisable(Issue(code, faits=(("fichier", path.name), *faits)))


def _refuse_other_files(path: Path) -> None:
    if path.is_dir() or not path.exists():
        raise _refusal(path, "F002" if path.is_dir() else "F001")
    try:
        with path.open("rb") as file:
            head = file.read(1 << 16)
    except PermissionError:
        raise Empeche(Issue("E101", faits=(("fichier", path.name),))) from None
    if head.startswith(_OLE):
        encrypted = "EncryptedPackage".encode("utf-16-le") in path.read_bytes()
        raise _refusal(path, "F004" if encrypted else "F003")
    if not head:
        raise _refusal(path, "F007")
    if not zipfile.is_zipfile(path):
        raise _refusal(path, "F006" if head.startswith(b"PK") else "F002")
    with zipfile.ZipFile(path) as package:
        names = set(package.namelist())
        if sum(info.file_size for info in package.infolist()) > _MAX_UNPACKED:
            raise _refusal(path, "F008")
        if "xl/workbook.bin" in names:
            raise _refusal(path, "F003")
        if "mimetype" in names and b"opendocument" in package.read("mimetype"):
            raise _refusal(path, "F005")
        if "[Content_Types].xml" not in names or "_rels/.rels" not in names:
            raise _refusal(path, "F002")


class _Package:
    """The parts of the package that calamine does not show."""

    def __init__(self, package: zipfile.ZipFile) -> None:
        self.package = package
        root = self._targets("_rels/.rels", "")
        workbook_part = next((t for kind, t in root.values() if kind.endswith("/officeDocument")), "xl/workbook.xml")
        self.workbook = etree.fromstring(self.read(workbook_part), _parser())
        rels = self._targets(_rels_of(workbook_part), workbook_part)
        self.sheet_parts = {
            sheet.get("name"): rels[sheet.get(_any_rel_id(sheet))][1]
            for sheet in self.workbook.iter("{*}sheet")
            if sheet.get(_any_rel_id(sheet)) in rels
        }

    def read(self, part: str) -> bytes:
        try:
            return self.package.read(part)
        except (KeyError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
            raise Inutilisable(Issue("F006", faits=(("fichier", Path(self.package.filename or "").name),))) from error

    @property
    def date1904(self) -> bool:
        properties = next(self.workbook.iter("{*}workbookPr"), None)
        return properties is not None and properties.get("date1904") in {"1", "true"}

    def totals_rows(self, sheet: str) -> Iterator[int]:
        """Yield the Excel rows that are the totals row of a table."""
        part = self.sheet_parts[sheet]
        for kind, target in self._targets(_rels_of(part), part).values():
            if not kind.endswith("/table"):
                continue
            table = etree.fromstring(self.read(target), _parser())
            if int(table.get("totalsRowCount", "0")):
                yield range_boundaries(table.get("ref"))[3]

    def faults(self, sheet: str) -> dict[tuple[int, int], CellFault]:
        """Return the error cells and the formulas never computed, by (row, column)."""
        data = self.read(self.sheet_parts[sheet])
        if b't="e"' not in data and b"t='e'" not in data and not re.search(rb"<(\w+:)?f[ >/]", data):
            return {}
        return dict(_faults(data))

    def _targets(self, rels_part: str, source: str) -> dict[str, tuple[str, str]]:
        if rels_part not in self.package.namelist():
            return {}
        rels = etree.fromstring(self.read(rels_part), _parser())
        return {
            rel.get("Id"): (rel.get("Type"), _resolve(source, rel.get("Target")))
            for rel in rels.iter("{*}Relationship")
            if rel.get("TargetMode") != "External"
        }


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)


def _any_rel_id(sheet: etree._Element) -> str:
    """Return the name of the `r:id` attribute, whose namespace differs in a strict workbook."""
    return next((name for name in sheet.attrib if name.endswith("}id")), f"{_REL}id")


def _rels_of(part: str) -> str:
    path = PurePosixPath(part)
    return str(path.parent / "_rels" / f"{path.name}.rels")


def _resolve(source: str, target: str) -> str:
    if target.startswith("/"):
        return target[1:]
    parts: list[str] = list(PurePosixPath(source).parent.parts)
    for step in PurePosixPath(target).parts:
        if step == "..":
            parts = parts[:-1]
        elif step != ".":
            parts.append(step)
    return "/".join(parts)


def _faults(data: bytes) -> Iterator[tuple[tuple[int, int], CellFault]]:
    import io

    for _, cell in etree.iterparse(
        io.BytesIO(data), tag="{*}c", resolve_entities=False, no_network=True, huge_tree=True
    ):
        kind, formula, value = cell.get("t"), cell.find("{*}f"), cell.find("{*}v")
        reference = cell.get("r")
        if reference and kind == "e":
            yield coordinate_to_tuple(reference), CellFault("V050", value.text or "" if value is not None else "")
        elif reference and formula is not None and kind != "str" and (value is None or not value.text):
            yield coordinate_to_tuple(reference), CellFault("V051", f"={formula.text or ''}")
        cell.clear()


def _read_sheets(path: Path, book: CalamineWorkbook, parts: _Package) -> Classeur:
    grids = {name: _Grid.of(book.get_sheet_by_name(name)) for name in book.sheet_names if name in parts.sheet_parts}
    found = {name: _find_sheet(name, grids) for name in (spec.PARAMETRES, *spec.DATA_SHEETS)}
    missing = [name for name, sheet in found.items() if sheet is None]
    if len(missing) == len(found):
        raise _refusal(path, "F009")
    issues = [Issue("F010", Place(name), faits=(("feuille", name), *_near_sheet(name, grids))) for name in missing]
    present = {name: sheet for name, sheet in found.items() if sheet is not None}
    headers = {
        name: _Header.of(name, present[name], grids[present[name]]) for name in spec.DATA_SHEETS if name in present
    }
    issues += [issue for header in headers.values() for issue in header.issues]
    if issues:
        raise Inutilisable(*issues)
    tables = {name: _table(header, grids[header.feuille], parts) for name, header in headers.items()}
    settings = present[spec.PARAMETRES]
    return Classeur(
        path,
        _settings(settings, grids[settings], parts.faults(settings)),
        tables[spec.DEMANDES],
        tables[spec.BENEFICIAIRES],
        tables[spec.PIECES],
        parts.date1904,
    )


@dataclass(frozen=True, slots=True)
class _Grid:
    """The cells of a sheet from A1, merged areas filled down with their value."""

    rows: list[list[Any]]

    @classmethod
    def of(cls, sheet: CalamineSheet) -> "_Grid":
        rows = sheet.to_python(skip_empty_area=False)
        for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
            for row in range(top + 1, min(bottom + 1, len(rows))):
                if left == right:  # a cell merged across columns is a title, not a value
                    rows[row][left] = rows[top][left]
        return cls(rows)


def _find_sheet(name: str, grids: Mapping[str, _Grid]) -> str | None:
    by_name = [sheet for sheet in grids if fold(sheet) == fold(name)]
    if by_name:
        return by_name[0]
    key = _KEY_TAGS.get(name)
    by_tag = [sheet for sheet, grid in grids.items() if any(key in row for row in grid.rows[:_HEADER_DEPTH])]
    return by_tag[0] if key and len(by_tag) == 1 else None


def _near_sheet(name: str, grids: Iterable[str]) -> tuple[tuple[str, str], ...]:
    near = difflib.get_close_matches(fold(name), [fold(sheet) for sheet in grids], n=1, cutoff=0.6)
    real = [sheet for sheet in grids if near and fold(sheet) == near[0]]
    return (("proche", f" (« {real[0]} » lui ressemble)" if real else ""),)


@dataclass(frozen=True, slots=True)
class _Header:
    """Where the columns of a data sheet are, and what is wrong with its headings."""

    feuille: str
    nom: str
    colonnes: Mapping[str, int]
    ligne_balises: int
    ligne_titres: int
    issues: tuple[Issue, ...]

    @classmethod
    def of(cls, nom: str, feuille: str, grid: _Grid) -> "_Header":
        tags = spec.columns(nom)
        headings = {fold(tag.libelle): tag.nom for tag in tags}
        names = {tag.nom: tag.nom for tag in tags}
        tag_row = _best_row(grid, lambda cell: cell in names if isinstance(cell, str) else False)
        heading_row = _best_row(grid, lambda cell: fold(cell) in headings if isinstance(cell, str) else False)
        by_tag = _positions(grid, tag_row, lambda cell: names.get(str(cell).strip()))
        by_heading = _positions(grid, heading_row, lambda cell: headings.get(fold(cell)))
        chosen = {tag: cols for tag, cols in (by_heading | by_tag).items() if tag in by_tag or not _taken(cols, by_tag)}
        issues = (*_missing(nom, feuille, chosen, grid, heading_row), *_doubled(feuille, chosen))
        colonnes = {tag.nom: chosen[tag.nom][0] for tag in tags if tag.nom in chosen}
        return cls(feuille, nom, colonnes, tag_row, heading_row, issues)


def _best_row(grid: _Grid, known: Any) -> int:
    """Return the Excel row near the top with the most known cells, 0 where none has two."""
    counts = [(sum(map(known, row)), -number) for number, row in enumerate(grid.rows[:_HEADER_DEPTH], start=1)]
    best, number = max(counts, default=(0, 0))
    return -number if best > 1 else 0


def _positions(grid: _Grid, row: int, tag_of: Any) -> dict[str, list[int]]:
    positions: dict[str, list[int]] = {}
    for column, cell in enumerate(grid.rows[row - 1] if row else (), start=1):
        if isinstance(cell, str) and (tag := tag_of(cell)):
            positions.setdefault(tag, []).append(column)
    return positions


def _taken(columns: Sequence[int], by_tag: Mapping[str, Sequence[int]]) -> bool:
    return any(column in cols for cols in by_tag.values() for column in columns)


def _missing(nom: str, feuille: str, chosen: Mapping[str, list[int]], grid: _Grid, heading_row: int) -> Iterator[Issue]:
    used = {column for columns in chosen.values() for column in columns}
    row = grid.rows[heading_row - 1] if heading_row else []
    spare = [cell for column, cell in enumerate(row, start=1) if isinstance(cell, str) and cell and column not in used]
    for tag in spec.vendor_columns(nom):
        if tag.nom in chosen or "DPI" not in tag.logiciels:
            continue
        near = difflib.get_close_matches(tag.libelle, spare, n=1, cutoff=0.6)
        hint = f" (« {near[0]} » lui ressemble)" if near else ""
        yield Issue(
            "F011", Place(feuille), tag.nom, faits=(("feuille", feuille), ("colonne", tag.libelle), ("proche", hint))
        )


def _doubled(feuille: str, chosen: Mapping[str, list[int]]) -> Iterator[Issue]:
    for tag, columns in chosen.items():
        if len(columns) > 1:
            where = " et ".join(Place(colonne=c, ligne=1).cellule.rstrip("1") for c in columns)
            faits = (("feuille", feuille), ("colonne", spec.TAG[tag].libelle), ("colonnes", where))
            yield Issue("F012", Place(feuille), tag, faits=faits)


def _table(header: _Header, grid: _Grid, parts: _Package) -> Table:
    first = max(header.ligne_balises, header.ligne_titres)
    left_out = set(parts.totals_rows(header.feuille))
    faults = parts.faults(header.feuille)
    for (row, column), fault in faults.items():
        if row <= len(grid.rows) and column <= len(grid.rows[row - 1]):
            grid.rows[row - 1][column - 1] = fault
    vendor = [header.colonnes[tag.nom] - 1 for tag in spec.vendor_columns(header.nom) if tag.nom in header.colonnes]
    kept = [
        number
        for number, row in enumerate(grid.rows[first:], start=first + 1)
        if number not in left_out and any(not _blank(row[column]) for column in vendor)
    ]
    columns = {tag: [grid.rows[n - 1][column - 1] for n in kept] for tag, column in header.colonnes.items()}
    brut = pd.DataFrame(columns, index=pd.Index(kept, dtype="int64", name="ligne"), dtype=object)
    width = max((len(row) for row in grid.rows), default=0)
    return Table(header.feuille, header.nom, header.colonnes, header.ligne_balises, header.ligne_titres, width, brut)


def _blank(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _settings(feuille: str, grid: _Grid, faults: Mapping[tuple[int, int], CellFault]) -> Reglages:
    values: dict[str, Any] = {}
    places: dict[str, Place] = {}
    labels = {fold(p.libelle): p.nom for p in spec.parametres()}
    names = {p.nom for p in spec.parametres()}
    for number, row in enumerate(grid.rows, start=1):
        for column, cell in enumerate(row, start=1):
            nom = cell if cell in names else labels.get(fold(cell)) if isinstance(cell, str) else None
            if not isinstance(nom, str) or nom in values:
                continue
            at = column + (2 if cell in names else 1)
            values[nom] = faults.get((number, at), row[at - 1] if at <= len(row) else "")
            places[nom] = Place(feuille, number, at)
    return Reglages(feuille, values, places)
