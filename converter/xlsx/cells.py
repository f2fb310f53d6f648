"""Values written into cells of a worksheet: one pass over its rows, as bytes, whatever its size."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache

from converter.columns import letters_of
from converter.xlsx import shared
from converter.xlsx.sheet import (
    REST,
    ROW,
    Child,
    Worksheet,
    attribute,
    attributes,
    cells_of,
    column_number,
    columns_of,
    reference,
    row_number,
)
from converter.xlsx.sound import whole
from converter.xlsx.text import escape, plain, xml
from converter.xlsx.wanted import Valeur

Row = Mapping[int, Valeur]
"""Values of one row by column, from 1."""

_SPANS = re.compile(rb"""\bspans\s*=\s*["'](\d{1,7}):(\d{1,7})["']""")
_LETTERS = re.compile(rb"[A-Za-z]+")


@dataclass(frozen=True, slots=True)
class Dates:
    """How a date is written: which cell styles show one, and the day numbers count from."""

    styles: frozenset[int]
    is_1904: bool

    def serial(self, day: date) -> int:
        """The number of a day in the workbook's own calendar."""
        return (day - (date(1904, 1, 1) if self.is_1904 else date(1899, 12, 30))).days


@dataclass(frozen=True, slots=True)
class Written:
    """A worksheet with values in it.

    `changed`: a cell now says something else than before. `formulas`: a formula gave way to a value.
    `refused`: (row, column) of cells whose value an array formula or a data table owns; they stay as they were.
    """

    sheet: Worksheet
    changed: bool
    formulas: bool
    refused: frozenset[tuple[int, int]]


def write_values(sheet: Worksheet, rows: Mapping[int, Row], dates: Dates) -> Written:
    """Write values, by row and column from 1; style and everything else of a cell's row stay, its height too."""
    refused = frozenset(_owned_by_arrays(sheet, rows))
    wanted = {
        number: kept
        for number, row in rows.items()
        if (kept := {column: row[column] for column in sorted(row) if (number, column) not in refused})
    }
    editor = _Editor.of(sheet, dates)
    child = sheet.rows
    body = editor.body(child, wanted)
    if not editor.changed:
        return Written(sheet, changed=False, formulas=False, refused=refused)
    after = sheet.spliced(child.start, child.end, body)
    after = _unshared(after, editor.masters)
    return Written(_with_dimension(after, wanted), changed=True, formulas=editor.formulas, refused=refused)


@dataclass(frozen=True, slots=True)
class Master:
    """A formula that other cells share by its number `si`, and the (row, column) of the cell that held it."""

    place: tuple[int, int]
    si: bytes
    text: str


@dataclass(slots=True)
class _Editor:
    """One pass over `sheetData`: the patterns of its tags, and what the pass finds."""

    sheet: Worksheet
    dates: Dates
    columns: Mapping[int, bytes]
    row_tag: re.Pattern[bytes]
    row_end: re.Pattern[bytes]
    cell: re.Pattern[bytes]
    formula: re.Pattern[bytes]
    opening: bytes
    contents: dict[tuple[type, Valeur], tuple[bytes, bytes]]
    changed: bool
    formulas: bool
    masters: list[Master]

    @classmethod
    def of(cls, sheet: Worksheet, dates: Dates) -> "_Editor":
        prefix = sheet.prefix
        cell = rb"<%sc(?=[\s/>])((?:\s+r=\"([A-Z]+)\d+\")?%s)(?:(?<=/>)|(.*?)</%sc\s*>)" % (prefix, REST, prefix)
        return cls(
            sheet,
            dates,
            _column_styles(sheet),
            re.compile(ROW % prefix),
            re.compile(rb"</%srow\s*>" % prefix),
            re.compile(cell, re.DOTALL),
            re.compile(rb"<%sf(?=[\s/>])" % prefix + REST),
            b"<%sc " % prefix,
            contents={},
            changed=False,
            formulas=False,
            masters=[],
        )

    def body(self, child: Child, wanted: Mapping[int, Row]) -> bytes:
        """`sheetData` with the wanted values."""
        start = self.sheet.start_tag(child)
        name = self.sheet.prefix + b"sheetData"
        if start.endswith(b"/>"):
            start, inner, end = start[:-2] + b">", (child.end, child.end), b"</" + name + b">"
        else:
            close = self.sheet.mask.rindex(b"</" + name, child.start, child.end)
            inner, end = (child.start + len(start), close), self.sheet.data[close : child.end]
        return start + b"".join(self._rows(wanted, *inner)) + end

    def _rows(self, wanted: Mapping[int, Row], start: int, end: int) -> Iterator[bytes]:
        """The bytes from `start` to `end`, row by row where something is wanted, in between as they are."""
        waiting = sorted(wanted.items(), reverse=True)
        copied, number = start, 0
        for tag in self.row_tag.finditer(self.sheet.mask, start, end):
            number = row_number(tag, number)
            while waiting and waiting[-1][0] < number:
                yield self.sheet.data[copied : tag.start()]
                copied = tag.start()
                yield self._new_row(*waiting.pop())
            if waiting and waiting[-1][0] == number:
                yield self.sheet.data[copied : tag.start()]
                copied = self._row_end(tag)
                yield self._row(tag, copied, *waiting.pop())
            if not waiting:
                break
        yield self.sheet.data[copied:end]
        for number, row in reversed(waiting):
            yield self._new_row(number, row)

    def _row_end(self, tag: re.Match[bytes]) -> int:
        found = None if tag[0].endswith(b"/>") else self.row_end.search(self.sheet.mask, tag.end())
        return tag.end() if found is None else found.end()

    def _new_row(self, number: int, row: Row) -> bytes:
        cells = b"".join(self._placed(number, each, None) for each in row.items())
        prefix = self.sheet.prefix
        return b'<%srow r="%d">%s</%srow>' % (prefix, number, cells, prefix) if cells else b""

    def _row(self, tag: re.Match[bytes], end: int, number: int, row: Row) -> bytes:
        """A row that is there, with values put into it."""
        start = _with_spans(tag[0], row)
        if start.endswith(b"/>"):
            start, inner, close = start[:-2].rstrip() + b">", tag.end(), b"</%srow>" % self.sheet.prefix
        else:
            inner = self.sheet.mask.rindex(b"</", tag.end(), end)
            close = self.sheet.data[inner:end]
        cells = b"".join(self._cells(number, row, _row_style(tag[0]), tag.end(), inner))
        return start + cells + close

    def _cells(self, number: int, row: Row, style: bytes | None, start: int, end: int) -> Iterator[bytes]:
        waiting = sorted(row.items(), reverse=True)
        copied, column = start, 0
        for cell in self.cell.finditer(self.sheet.mask, self._near(number, waiting[-1][0], start, end), end):
            column = column_number(cell[2]) if cell[2] else _column(cell[1], column + 1)
            while waiting and waiting[-1][0] < column:
                yield self.sheet.data[copied : cell.start()]
                copied = cell.start()
                yield self._placed(number, waiting.pop(), style)
            if waiting and waiting[-1][0] == column:
                yield self.sheet.data[copied : cell.start()]
                copied = cell.end()
                yield self._rewritten(cell, number, *waiting.pop())
            if not waiting:
                break
        yield self.sheet.data[copied:end]
        for each in reversed(waiting):
            yield self._placed(number, each, style)

    def _near(self, number: int, column: int, start: int, end: int) -> int:
        """Where to start looking for a column: at its own cell or at the last of the row, if these tell their place."""
        mask = self.sheet.mask
        named = mask.find(b' r="%s%d"' % (_letters(column), number), start, end)
        for place in (mask.rfind(b"<", start, named) if named >= 0 else -1, mask.rfind(self.opening, start, end)):
            cell = self.cell.match(mask, place, end) if place >= 0 else None
            if cell is not None and cell[2] and column_number(cell[2]) <= column:
                return place
        return start

    def _placed(self, number: int, each: tuple[int, Valeur], style: bytes | None) -> bytes:
        """A cell that was not there, if there is something to say."""
        column, value = each
        style = style or self.columns.get(column)
        kind, content = self._content(value, style or b"0")
        if not content:
            return b""
        self.changed = True
        styled = b' s="%s"' % style if style else b""
        name = self.sheet.prefix + b"c"
        return b'<%s r="%s%d"%s%s>%s</%s>' % (name, _letters(column), number, styled, kind, content, name)

    def _rewritten(self, cell: re.Match[bytes], number: int, column: int, value: Valeur) -> bytes:
        """A cell that is there with another value: its type, formula and metadata of its old value go."""
        old = self.sheet.data[cell.start() : cell.end()]
        given = {b"r": b"%s%d" % (_letters(column), number)} | attributes(cell[1])
        kept = b"".join(b' %s="%s"' % each for each in given.items() if each[0] not in {b"t", b"cm", b"vm"})
        kind, content = self._content(value, given.get(b"s", b"0"))
        name = self.sheet.prefix + b"c"
        inside = b"%s>%s</%s>" % (kind, content, name) if content else b"/>"
        new = b"<%s%s%s" % (name, kept, inside)
        if new == old:
            return old
        self.changed = True
        self._lose_formula(cell, (number, column))
        return new

    def _lose_formula(self, cell: re.Match[bytes], place: tuple[int, int]) -> None:
        tag = self.formula.search(cell[3] or b"")
        if tag is None:
            return
        self.formulas = True
        given = attributes(tag[0])
        if given.get(b"t") == b"shared" and b"ref" in given and not tag[0].endswith(b"/>"):
            start = cell.start(3) + tag.end()
            end = self.sheet.mask.index(b"</", start)
            self.masters.append(Master(place, given.get(b"si", b""), shared.text_of(self.sheet.data[start:end])))

    def _content(self, value: Valeur, style: bytes) -> tuple[bytes, bytes]:
        """The type attribute of a cell and its inside; the same few values come again and again."""
        if isinstance(value, date):
            value = self.dates.serial(value) if whole(style) in self.dates.styles else f"{value:%d/%m/%Y}"
        known = self.contents.get((type(value), value))
        if known is None:
            known = self.contents[type(value), value] = _content(value, self.sheet.prefix.decode())
        return known


def _content(value: str | float | Decimal | None, prefix: str) -> tuple[bytes, bytes]:
    if value is None or (isinstance(value, str) and not plain(value)):
        return b"", b""
    if isinstance(value, str):
        text = f'<{prefix}is><{prefix}t xml:space="preserve">{xml(value)}</{prefix}t></{prefix}is>'
        return b' t="inlineStr"', text.encode()
    if isinstance(value, bool):
        return b' t="b"', f"<{prefix}v>{value:d}</{prefix}v>".encode()
    if not math.isfinite(value):
        msg = "a cell holds finite numbers only"
        raise ValueError(msg)
    number = f"{value:f}" if isinstance(value, Decimal) else repr(value)
    return b"", f"<{prefix}v>{number}</{prefix}v>".encode()


@cache
def _letters(column: int) -> bytes:
    return letters_of(column).encode()


def _row_style(tag: bytes) -> bytes | None:
    """The style a row gives to new cells."""
    given = attributes(tag) if b"customFormat" in tag else {}
    return given.get(b"s") if given.get(b"customFormat") in {b"1", b"true"} else None


def _column(given: bytes, default: int) -> int:
    place = attributes(given).get(b"r")
    letters = None if place is None else _LETTERS.match(place)
    return default if letters is None else column_number(letters[0])


def _column_styles(sheet: Worksheet) -> dict[int, bytes]:
    """The style that a new cell of each column takes."""
    child = sheet.child("cols")
    found: dict[int, bytes] = {}
    for column in map(attributes, [] if child is None else sheet.inner(child, "col")):
        if style := column.get(b"style"):
            found |= dict.fromkeys(columns_of(column), style)
    return found


def _with_spans(tag: bytes, row: Row) -> bytes:
    """A row's start tag whose `spans`, an aid to readers, cover the columns written."""
    spans = _SPANS.search(tag)
    if spans is None or (int(spans[1]) <= min(row) and max(row) <= int(spans[2])):
        return tag
    wider = b'spans="%d:%d"' % (min(int(spans[1]), *row), max(int(spans[2]), *row))
    return tag[: spans.start()] + wider + tag[spans.end() :]


def _with_dimension(sheet: Worksheet, rows: Mapping[int, Row]) -> Worksheet:
    """The worksheet whose `dimension`, where it has one, covers the cells written."""
    child = sheet.child("dimension")
    places = [(number, column) for number, row in rows.items() for column in row if row[column] not in {None, ""}]
    if child is None or not places:
        return sheet
    tag = sheet.start_tag(child)
    old = attribute(tag, b"ref")
    top, left, bottom, right = cells_of(old.decode())
    wider = reference(
        min(top, *(row for row, _ in places)),
        min(left, *(column for _, column in places)),
        max(bottom, *(row for row, _ in places)),
        max(right, *(column for _, column in places)),
    ).encode()
    if wider == old:
        return sheet
    return sheet.spliced(child.start, child.start + len(tag), tag.replace(old, wider, 1))


def _owned_by_arrays(sheet: Worksheet, rows: Mapping[int, Row]) -> Iterator[tuple[int, int]]:
    """The wanted cells that lie in an array formula of several cells or in a data table."""
    if b"array" not in sheet.mask and b"dataTable" not in sheet.mask:
        return
    for _, tag in _formulas(sheet):
        given = attributes(tag[0])
        if given.get(b"t") not in {b"array", b"dataTable"} or b":" not in given.get(b"ref", b""):
            continue
        top, left, bottom, right = cells_of(given[b"ref"].decode())
        yield from _inside(rows, range(top, bottom + 1), range(left, right + 1))


def _inside(rows: Mapping[int, Row], lines: range, columns: range) -> Iterable[tuple[int, int]]:
    return ((number, column) for number in rows.keys() & set(lines) for column in rows[number] if column in columns)


def _unshared(sheet: Worksheet, masters: Sequence[Master]) -> Worksheet:
    """The worksheet whose formulas shared with a cell that was overwritten stand on their own."""
    pieces, copied = [], 0
    name = sheet.prefix.decode()
    for tag, text in _orphans(sheet, masters) if masters else ():
        pieces += [sheet.data[copied : tag.start()], f"<{name}f>{escape(text)}</{name}f>".encode()]
        copied = tag.end() if tag[0].endswith(b"/>") else sheet.mask.index(b">", sheet.mask.index(b"</", tag.end())) + 1
    return Worksheet.of(b"".join([*pieces, sheet.data[copied:]])) if pieces else sheet


def _orphans(sheet: Worksheet, masters: Sequence[Master]) -> Iterator[tuple[re.Match[bytes], str]]:
    """Each formula shared with a cell that was overwritten, and what it says; a number may serve several times."""
    waiting = sorted(masters, key=lambda master: master.place, reverse=True)
    current = {master.si: master for master in waiting}
    for place, tag in _formulas(sheet):
        while waiting and waiting[-1].place < place:
            master = waiting.pop()
            current[master.si] = master
        given = attributes(tag[0])
        if given.get(b"t") != b"shared":
            continue
        if b"ref" in given:
            current.pop(given.get(b"si", b""), None)
        elif lost := current.get(given.get(b"si", b"")):
            yield tag, shared.moved(lost.text, place[0] - lost.place[0], place[1] - lost.place[1])


def _formulas(sheet: Worksheet) -> Iterator[tuple[tuple[int, int], re.Match[bytes]]]:
    """Each formula's start tag with the row and column it stands in."""
    row = column = 0
    for tag in re.finditer(rb"<%s(row|c|f)(?=[\s/>])" % sheet.prefix + REST, sheet.mask):
        if tag[1] == b"row":
            row, column = whole(attributes(tag[0]).get(b"r"), row + 1), 0
        elif tag[1] == b"c":
            column = _column(tag[0], column + 1)
        else:
            yield (row, column), tag
