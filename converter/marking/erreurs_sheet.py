"""What the sheet `Erreurs` shows: its columns, its lines and their look, as the XML of a worksheet part."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from textwrap import wrap

from converter.columns import letters_of
from converter.issues import Gravite, Place
from converter.xlsx import fills
from converter.xlsx.sheet import reference
from converter.xlsx.text import MAIN, xml
from converter.xlsx.trace import ALONE, OURS
from converter.xlsx.wanted import ErrorLine

COLUMNS = {
    "Gravité": 14,
    "Feuille": 14,
    "Cellule": 9,
    "Lignes concernées": 12,
    "Colonne": 18,
    "Valeur lue": 18,
    "Message": 42,
    "Que faire": 40,
    "Correction proposée": 18,
    "Accepter": 10,
    "Attendu": 26,
    "Code": 8,
}
"""The columns of the sheet and their widths in letters; longer texts wrap."""
PRINTED = 10
"""The columns that are printed, from the first: as many as an A4 page shows at a size that is read with ease."""
_LINK, _ACCEPT = list(COLUMNS).index("Cellule") + 1, list(COLUMNS).index("Accepter") + 1

HEADING_ROW = 5
WORDS = {
    Gravite.ERREUR: ("Erreur", "erreur", "erreurs"),
    Gravite.AVERTISSEMENT: ("Avertissement", "avertissement", "avertissements"),
    Gravite.CORRECTION: ("Correction", "correction", "corrections"),
}
ALL_WELL = "Tout est en ordre : rien à corriger dans ce classeur."
_LINE, _TALLEST = 15, 405
"""Points of a line of text, and of the highest row Excel has."""

_LETTERS = 1.1
"""Letters of a sentence to a figure's width, in which columns are measured."""

_READ = 3
"""Different values shown on one line of the sheet."""

_RUNS = 40
"""Runs of rows on one line of the sheet; a finding at more places takes several lines."""


def grouped(lines: Sequence[ErrorLine]) -> list[ErrorLine]:
    """Join the lines that say the same of the same column, with all their rows; the first of each leads."""
    groups: dict[ErrorLine, list[ErrorLine]] = {}
    for line in lines:
        # A proposition is accepted for what was read: lines that offer one are joined where they read the same.
        read = line.lu if line.proposition else ""
        groups.setdefault(replace(line, ligne=0, lu=read, lignes=()), []).append(line)
    return [joined for group in groups.values() for joined in _joined(group)]


def _joined(group: Sequence[ErrorLine]) -> Iterator[ErrorLine]:
    rows = sorted({row for line in group for row in line.lignes or (line.ligne,) if row})
    read = list(dict.fromkeys(line.lu for line in group))
    shown = " ; ".join(read[:_READ]) + (" ; …" if len(read) > _READ else "")
    found = runs(rows)
    for start in range(0, max(1, len(found)), _RUNS):
        part = tuple(row for first, last in found[start : start + _RUNS] for row in range(first, last + 1))
        yield replace(group[0], ligne=part[0] if part else 0, lu=shown, lignes=part)


def runs(rows: Sequence[int]) -> list[tuple[int, int]]:
    """Runs of consecutive numbers in a sorted sequence."""
    found: list[tuple[int, int]] = []
    for row in rows:
        if found and row == found[-1][1] + 1:
            found[-1] = (found[-1][0], row)
        else:
            found.append((row, row))
    return found


def quoted(name: str) -> str:
    """A sheet's name as a reference writes it."""
    return "'{}'".format(name.replace("'", "''"))


# The look: fonts, fills, a border and the cell formats made of them, in the order of the constants.

_FONT = '<name val="Calibri"/><family val="2"/>'
_THIN = "".join(f'<{side} style="thin"><color rgb="FFBFBFBF"/></{side}>' for side in ("left", "right", "top", "bottom"))
STYLES = {
    "fonts": (
        f'<font><sz val="11"/>{_FONT}</font>',
        f'<font><b/><sz val="16"/>{_FONT}</font>',
        f'<font><b/><sz val="11"/><color rgb="FFFFFFFF"/>{_FONT}</font>',
        f'<font><u/><sz val="11"/><color rgb="FF0563C1"/>{_FONT}</font>',
        f'<font><b/><sz val="11"/>{_FONT}</font>',
    ),
    "fills": tuple(
        f'<fill><patternFill patternType="solid"><fgColor rgb="{colour}"/><bgColor indexed="64"/></patternFill></fill>'
        for colour in ("FF1F3864", *(f"FF{each.fill}" for each in fills.COLOURS.values()), "FFFFF9DB", "FFC6EFCE")
    ),
    "borders": (f"<border>{_THIN}<diagonal/></border>",),
}
_PLAIN, _BIG, _WHITE, _BLUE_LINK, _BOLD = range(5)
_DARK, _RED, _ORANGE, _BLUE, _INPUT, _GREEN = range(6)
FORMATS: dict[str, tuple[int, int | None, bool]] = {
    "title": (_BIG, None, False),
    "line": (_PLAIN, None, False),
    "heading": (_WHITE, _DARK, True),
    "text": (_PLAIN, None, True),
    Gravite.ERREUR: (_BOLD, _RED, True),
    Gravite.AVERTISSEMENT: (_BOLD, _ORANGE, True),
    Gravite.CORRECTION: (_BOLD, _BLUE, True),
    "link": (_BLUE_LINK, None, True),
    "accept": (_BOLD, _INPUT, True),
    "well": (_BIG, _GREEN, False),
}
"""Each cell format: font, fill, and whether it is a cell of the table (border, wrapped, text format)."""


def cell_formats(fonts: int, fills: int, borders: int) -> list[str]:
    """The cell formats, given where the fonts, fills and borders of `STYLES` begin in the workbook."""
    written = []
    for font, fill, boxed in FORMATS.values():
        colour = 0 if fill is None else fills + fill
        border = borders if boxed else 0
        wrap, height = (' wrapText="1"', "top") if boxed else ("", "center")
        written.append(
            f'<xf numFmtId="49" fontId="{fonts + font}" fillId="{colour}" borderId="{border}" xfId="0"'
            ' applyNumberFormat="1" applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1">'
            f'<alignment vertical="{height}"{wrap}/></xf>'
        )
    return written


def sheet_of_lines(
    lines: Sequence[ErrorLine], look: Mapping[str, int], known: Collection[str], *, selected: bool
) -> bytes:
    """The worksheet part of these lines.

    `look`: the index of each of `FORMATS` in the workbook; `known`: the sheets a link may lead to; `selected`:
    whether it is the sheet the workbook opens on.
    """
    body = _findings(collapsed(lines), look, known) if lines else _nothing(look)
    colour = "FFC00000" if lines else "FF70AD47"
    return page(body, colour=colour, heading=HEADING_ROW if lines else 0, selected=selected)


def page(body: str, *, colour: str, heading: int, selected: bool) -> bytes:
    """A worksheet part of ours: its columns and rows, the row of its headings (0: none), as it opens and prints."""
    view = f'showGridLines="0"{_SELECTED if selected else ""} workbookViewId="0"'
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<!--{OURS} {ALONE}=-->'
        f'<worksheet xmlns="{MAIN}"><sheetPr><tabColor rgb="{colour}"/><outlinePr summaryBelow="0"/>'
        f'<pageSetUpPr fitToPage="1"/></sheetPr>'
        f"<sheetViews><sheetView {view}>{_pane(heading) if heading else ''}</sheetView></sheetViews>"
        f'<sheetFormatPr defaultRowHeight="15" outlineLevelRow="1"/>{body}'
        '<pageMargins left="0.4" right="0.4" top="0.5" bottom="0.6" header="0.3" footer="0.3"/>'
        '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/>'
        "<headerFooter><oddFooter>&amp;L&amp;F — &amp;A&amp;RPage &amp;P sur &amp;N</oddFooter></headerFooter>"
        "</worksheet>"
    ).encode()


def _pane(heading: int) -> str:
    first = f"A{heading + 1}"
    return (
        f'<pane ySplit="{heading}" topLeftCell="{first}" activePane="bottomLeft" state="frozen"/>'
        f'<selection pane="bottomLeft" activeCell="{first}" sqref="{first}"/>'
    )


def collapsed(lines: Sequence[ErrorLine]) -> list[ErrorLine]:
    """The lines with those of little account behind one that tells how many they are, where it hides several."""
    minor = [line for line in lines if line.replie]
    if len(minor) < _FOLDED:
        return [replace(line, replie=False) for line in lines]
    count = sum(max(1, len(line.lignes)) for line in minor)
    told = ErrorLine(
        *(Gravite.CORRECTION, "", "", 0, 0, "", "", ""),
        f"{count} saisies comprises malgré leur forme : majuscules, espaces, zéros, OUI/NON.",
        "Rien à faire. Le bouton + dans la marge les montre.",
    )
    return [*(line for line in lines if not line.replie), told, *minor]


_FOLDED = 2
"""Lines worth folding."""
_SELECTED = ' tabSelected="1"'


def _nothing(look: Mapping[str, int]) -> str:
    """The sheet when there is nothing to say: one green line."""
    cells = inline(2, 1, ALL_WELL, look["well"]) + "".join(inline(2, i, "", look["well"]) for i in range(2, 9))
    return (
        f'<cols><col min="1" max="8" width="14" customWidth="1"/></cols>'
        f'<sheetData><row r="2" ht="36" customHeight="1">{cells}</row></sheetData>'
    )


def _findings(lines: Sequence[ErrorLine], look: Mapping[str, int], known: Collection[str]) -> str:
    """The sheet with its lines: columns, rows, filter, drop-downs and links."""
    last = HEADING_ROW + len(lines)
    columns = "".join(
        f'<col min="{i}" max="{i}" width="{width + 0.7:.1f}" customWidth="1"/>'
        for i, width in enumerate(COLUMNS.values(), 1)
    )
    rows = [*_head(lines, look), *(_row(row, line, look) for row, line in enumerate(lines, HEADING_ROW + 1))]
    return (
        f"<cols>{columns}</cols><sheetData>{''.join(rows)}</sheetData>"
        f'<autoFilter ref="A{HEADING_ROW}:{letters_of(len(COLUMNS))}{last}"/>'
        f"{_choices(lines)}{_links(lines, known)}"
    )


def _head(lines: Sequence[ErrorLine], look: Mapping[str, int]) -> list[str]:
    """The title, what there is, what to do, and the headings."""
    advice = (
        "Un clic sur la référence (colonne « Cellule ») mène à la cellule. Corrigez, enregistrez, fermez, relancez."
    )
    accept = "Pour adopter une correction proposée : OUI dans la colonne « Accepter ». La feuille « Journal » le garde."
    texts = [
        ("Points à revoir dans ce classeur", "title", ' ht="26" customHeight="1"'),
        (_summary(lines), "line", ""),
        (advice, "line", ""),
        (accept if any(line.proposition for line in lines) else "", "line", ""),
    ]
    rows = [
        f'<row r="{row}"{height}>{inline(row, 1, text, look[style])}</row>'
        for row, (text, style, height) in enumerate(texts, 1)
    ]
    cells = "".join(inline(HEADING_ROW, i, heading, look["heading"]) for i, heading in enumerate(COLUMNS, 1))
    return [*rows, f'<row r="{HEADING_ROW}" ht="{2 * _LINE}" customHeight="1">{cells}</row>']


def _summary(lines: Sequence[ErrorLine]) -> str:
    counts: Counter[Gravite] = Counter()
    for line in (each for each in lines if each.code):
        counts[line.gravite] += max(1, len(line.lignes))
    told = [f"{counts[each]} {WORDS[each][1 if counts[each] == 1 else 2]}" for each in Gravite if counts[each]]
    return ", ".join(told) + "."


def _row(row: int, line: ErrorLine, look: Mapping[str, int]) -> str:
    texts = (
        WORDS[line.gravite][0],
        line.feuille,
        _place(line),
        _rows(line),
        line.intitule,
        line.lu,
        line.message,
        line.conseil,
        line.proposition,
        "",
        line.attendu,
        line.code,
    )
    formats = {1: line.gravite, _LINK: "link", _ACCEPT: "accept" if line.proposition else "text"}
    outline = ' outlineLevel="1" hidden="1"' if line.replie else "" if line.code else ' collapsed="1"'
    cells = "".join(inline(row, i, text, look[formats.get(i, "text")]) for i, text in enumerate(texts, 1))
    return f'<row r="{row}" ht="{_height(texts)}" customHeight="1"{outline}>{cells}</row>'


def _height(texts: Sequence[str]) -> int:
    """The points that the longest text of a row takes, wrapped in its column: not every program measures them."""
    lines = max(
        sum(_lines(line, int(width * _LETTERS)) for line in text.split("\n"))
        for text, width in zip(texts, COLUMNS.values(), strict=True)
        if text
    )
    return min(_LINE * lines, _TALLEST)


@lru_cache(2_000)  # what is expected and advised comes again and again
def _lines(text: str, width: int) -> int:
    return 1 if len(text) <= width else len(wrap(text, width))


def _place(line: ErrorLine) -> str:
    cell = Place(line.feuille, line.ligne, line.colonne).cellule
    return cell or (f"ligne {line.ligne}" if line.ligne else "")


def _rows(line: ErrorLine) -> str:
    found = runs(sorted(line.lignes or ((line.ligne,) if line.ligne else ())))
    return ", ".join(f"{first}" if first == last else f"{first}-{last}" for first, last in found)


def inline(row: int, column: int, text: str, style: int) -> str:
    """A cell that holds a text of its own."""
    letter = letters_of(column)
    place = f'<c r="{letter}{row}" s="{style}"'
    kept = xml(text)
    return f'{place} t="inlineStr"><is><t xml:space="preserve">{kept}</t></is></c>' if kept else f"{place}/>"


def _choices(lines: Sequence[ErrorLine]) -> str:
    """A drop-down OUI where there is a proposition."""
    offered = [row for row, line in enumerate(lines, HEADING_ROW + 1) if line.proposition]
    if not offered:
        return ""
    cells = " ".join(reference(first, _ACCEPT, last, _ACCEPT) for first, last in runs(offered))
    return (
        '<dataValidations count="1"><dataValidation type="list" allowBlank="1" showInputMessage="1"'
        ' showErrorMessage="1" errorStyle="warning" errorTitle="Accepter"'
        ' error="Choisissez OUI, ou laissez la cellule vide."'
        ' promptTitle="Accepter" prompt="OUI : la correction proposée sera écrite à votre place."'
        f' sqref="{cells}"><formula1>"OUI"</formula1></dataValidation></dataValidations>'
    )


def _links(lines: Sequence[ErrorLine], known: Collection[str]) -> str:
    links = "".join(
        f'<hyperlink ref="{letters_of(_LINK)}{row}" location="{xml(_target(line))}" display="{_place(line)}"/>'
        for row, line in enumerate(lines, HEADING_ROW + 1)
        if line.feuille in known and _place(line)
    )
    return f"<hyperlinks>{links}</hyperlinks>" if links else ""


def _target(line: ErrorLine) -> str:
    cell = Place(line.feuille, line.ligne, max(1, line.colonne)).cellule
    return f"{quoted(line.feuille)}!{cell}"
