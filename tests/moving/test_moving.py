"""An older workbook, or a list of one's own, transfer into a new one: what it says is the same, and nothing is lost."""

import io
import math
import shutil
import subprocess
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from converter.blank import template
from converter.cli import run
from converter.issues import Inutilisable
from converter.moving import correspondance, matching, old, transfer
from converter.reading import frames, workbook
from converter.sentences.typography import french
from converter.spec.formats import show
from converter.spec.sheets import BENEFICIAIRES, DATA_SHEETS, DEMANDES, PIECES
from converter.spec.tags import TAGS, columns
from tests.support.foreign import remade
from tests.support.tired import CHANGED, TIRED, Book, Changing, Tiring
from tests.support.workbooks import good, opened


def move(path: Path, target: Path, liste: Path | None = None) -> list[str]:
    """Move a file into a new workbook; return what is told, as codes and places."""
    consignes = correspondance.read_answers(liste) if liste else ()
    ancien = old.read_old(path)
    found = matching.feuillets(ancien, consignes)
    taken = transfer.move(ancien, found)
    template.write_template(
        target,
        rows=taken.rows,
        parametres=taken.parametres,
        autres=taken.autres,
        more=lambda book: correspondance.write_answers(book, matching.entries(found)),
    )
    issues = (*matching.left_behind(ancien, found, consignes), *taken.issues)
    return sorted(f"{i.code} {i.place.feuille}!{i.place.cellule}".rstrip("!") for i in issues)


def said(path: Path) -> tuple[Any, ...]:
    """What the reader makes of a workbook: values of each row, faults, and each finding by rank of its row."""
    classeur = workbook.read(path)
    typed, issues = frames.typed(classeur)
    ranks = {t.feuille: {row: rank for rank, row in enumerate(t.brut.index)} for t in classeur.tables()}
    nom = {t.feuille: t.nom for t in classeur.tables()}
    found = Counter(
        (i.code, nom.get(i.place.feuille), ranks.get(i.place.feuille, {}).get(i.place.ligne), i.balise) for i in issues
    )
    values = [typed.of(nom).valeurs.astype(str).to_numpy().tolist() for nom in DATA_SHEETS]
    return typed.parametres, values, found


def cells(read: old.Ancien, nom: str) -> Counter[str]:
    """Every value below the headings of a sheet, as Excel shows it."""
    feuille = next(each for each in read.feuilles if each.nom == nom)
    return Counter(show(cell) for row in feuille.rows[2:] for cell in row if workbook.is_filled(cell))


WORDS = Counter(word for tag in TAGS for word in (tag.nom, french(tag.libelle)))
WORDS += Counter(("Campagne", "2022", "vague 1"))
"""Tags and headings, wherever they stand; and the words above them, which are told."""

# --- an older workbook ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tire", [tire for tire, _ in TIRED], ids=lambda tire: tire.__name__)
def test_a_tired_workbook_says_the_same_in_a_new_one(tire: Tiring, tmp_path: Path) -> None:
    book = opened()
    tire(book)
    source, target = tmp_path / "ancien.xlsx", tmp_path / "nouveau.xlsx"
    book.save(source)
    if any(fault.incalculees for fault in old.read_old(source).feuilles):
        with pytest.raises(Inutilisable) as refused:
            move(source, target)
        assert [issue.code for issue in refused.value.issues] == ["T010"]
        return
    move(source, target)
    assert said(target) == said(source)
    before, after = old.read_old(source), old.read_old(target)
    for table in workbook.read(source).tables():
        assert not cells(before, table.feuille) - cells(after, table.nom) - WORDS


@pytest.mark.parametrize("change", [change for change, _ in CHANGED], ids=lambda change: change.__name__)
def test_a_workbook_of_another_program_says_the_same_in_a_new_one(change: Changing, tmp_path: Path) -> None:
    (tmp_path / "ancien.xlsx").write_bytes(remade(good(), change))
    assert move(tmp_path / "ancien.xlsx", tmp_path / "nouveau.xlsx") == []
    assert said(tmp_path / "nouveau.xlsx") == said(tmp_path / "ancien.xlsx")


def test_the_good_workbook_is_moved_without_a_word(tmp_path: Path) -> None:
    (tmp_path / "ancien.xlsx").write_bytes(good())
    assert move(tmp_path / "ancien.xlsx", tmp_path / "nouveau.xlsx") == []


def an_older_template(book: Book) -> None:
    """Without tags, with a column fewer and one that was dropped since, which is kept as the user's own."""
    for nom in DATA_SHEETS:
        book[nom].tables.clear()
        book[nom].delete_rows(1)
    book[DEMANDES].delete_cols(4)
    book[DEMANDES]["AG1"], book[DEMANDES]["AG2"] = "Wave", "Va1"


def own_columns(book: Book) -> None:
    sheet = book[DEMANDES]
    for row, values in enumerate((("Relance", None, "N° éditeur", "Taux"), (date(2022, 5, 3), 7, "x", 0.2)), start=2):
        for column, value in enumerate(values, start=34):
            sheet.cell(row, column).value = value
    sheet["AK3"].number_format = "0.0%"


def two_columns_of_one_heading(book: Book) -> None:
    book[BENEFICIAIRES]["H2"], book[BENEFICIAIRES]["H3"] = "FINESS PMSI", "750712184"
    book[BENEFICIAIRES]["F1"] = None


def words_above(book: Book) -> None:
    book[PIECES].tables.clear()
    book[PIECES].insert_rows(1)
    book[PIECES]["A1"] = "Pièces du lot 2"
    book["Paramètres"]["C20"] = "à revoir"


def a_sheet_of_ones_own(book: Book) -> None:
    book.create_sheet("Contacts").append(["Nom", "Rôle"])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (an_older_template, [f"T001 {DEMANDES}"]),
        (own_columns, [f"T001 {DEMANDES}"]),
        (two_columns_of_one_heading, [f"T002 {BENEFICIAIRES}", "T003 "]),
        (words_above, ["T005 Paramètres!C20", f"T005 {PIECES}!A1"]),
        (a_sheet_of_ones_own, ["T004 Contacts"]),
    ],
)
def test_what_has_no_place_is_told_and_kept(change: Tiring, told: list[str], tmp_path: Path) -> None:
    book = opened()
    change(book)
    source, target = tmp_path / "ancien.xlsx", tmp_path / "nouveau.xlsx"
    book.save(source)
    content = source.read_bytes()
    assert move(source, target) == told
    assert source.read_bytes() == content
    assert len(workbook.read(target).demandes.brut) == 5
    before, after = old.read_old(source), old.read_old(target)
    for nom in DATA_SHEETS:
        headings = Counter(show(cell.value) for row in (2, 3) for cell in book[nom][row])
        assert not cells(before, nom) - cells(after, nom) - headings


def test_a_column_of_ones_own_keeps_its_values_and_their_look(tmp_path: Path) -> None:
    book = opened()
    own_columns(book)
    book.save(tmp_path / "ancien.xlsx")
    move(tmp_path / "ancien.xlsx", tmp_path / "nouveau.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "nouveau.xlsx")[DEMANDES]
    last = len(columns(DEMANDES))
    assert [sheet.cell(2, last + n).value for n in range(1, 5)] == ["Relance", "Colonne AI", "N° éditeur (2)", "Taux"]
    assert [sheet.cell(3, last + n).value for n in range(1, 5)] == [datetime(2022, 5, 3), 7, "x", 0.2]  # noqa: DTZ001
    assert sheet.cell(3, last + 4).number_format == "0.0%"
    assert sheet.tables["tDemandes"].ref.endswith(f"{get_column_letter(last + 4)}7"), "sorted along with the rest"


def test_the_tools_columns_come_along(tmp_path: Path) -> None:
    book = opened()
    for cell, value in (("B3", "Acceptée"), ("Y3", "ASP-0001"), ("AB3", "A0009"), ("AC3", "02/05/2022 : acceptée")):
        book[DEMANDES][cell] = value
    book.save(tmp_path / "ancien.xlsx")
    assert move(tmp_path / "ancien.xlsx", tmp_path / "nouveau.xlsx") == []
    row = workbook.read(tmp_path / "nouveau.xlsx").demandes.brut.loc[3]
    told = [row[tag] for tag in ("etat", "numeroASP", "anciensNumeros", "historique")]
    assert told == ["Acceptée", "ASP-0001", "A0009", "02/05/2022 : acceptée"]


def test_a_bare_day_of_1904_stays_the_same_day(tmp_path: Path) -> None:
    book = opened()
    book.epoch = CALENDAR_MAC_1904
    book[DEMANDES]["E4"], book[DEMANDES]["E4"].number_format = 44666 - 1462, "General"
    book.save(tmp_path / "ancien.xlsx")
    move(tmp_path / "ancien.xlsx", tmp_path / "nouveau.xlsx")
    before, after = said(tmp_path / "ancien.xlsx"), said(tmp_path / "nouveau.xlsx")
    assert after[:2] == before[:2]
    assert [code for code, *_ in after[2]] == [code for code, *_ in before[2]] == ["C004"]


def test_an_amount_shown_as_a_percentage_is_still_refused(tmp_path: Path) -> None:
    book = opened()
    book[DEMANDES]["G3"], book[DEMANDES]["G3"].number_format = 13.75, "0%"
    book.save(tmp_path / "ancien.xlsx")
    move(tmp_path / "ancien.xlsx", tmp_path / "nouveau.xlsx")
    assert said(tmp_path / "nouveau.xlsx") == said(tmp_path / "ancien.xlsx")


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20)
NUMBERS = st.floats(-1e9, 1e9, allow_nan=False).filter(lambda x: x == 0 or abs(x) > 1e-9)
DAYS = st.dates(date(2015, 1, 1), date(2040, 12, 31))
EDITS = st.dictionaries(
    st.tuples(st.integers(3, 9), st.integers(1, 40)), st.one_of(TEXTS, NUMBERS, DAYS, st.booleans()), max_size=12
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=EDITS)
def test_whatever_the_cells_hold_they_say_the_same(edits: Mapping[tuple[int, int], Any], tmp_path: Path) -> None:
    book = opened()
    for (row, column), value in edits.items():
        cell = book[DEMANDES].cell(row, column)
        cell.value = value
        if isinstance(value, str):
            cell.data_type = "s"  # and no formula
    source, target = tmp_path / "ancien.xlsx", tmp_path / "nouveau.xlsx"
    book.save(source)
    move(source, target)
    assert said(target) == said(source)
    assert not cells(old.read_old(source), DEMANDES) - cells(old.read_old(target), DEMANDES)


# --- a list of one's own ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Liste:
    """A list, what the user says of its columns, and what comes of it: rows of each sheet, what is told."""

    name: str
    rows: Sequence[Sequence[Any]]
    answers: Mapping[str, str]
    demandes: Sequence[Mapping[str, Any]]
    beneficiaires: Sequence[Mapping[str, Any]] = ()
    pieces: Sequence[Mapping[str, Any]] = ()
    autres: Mapping[str, Sequence[str]] = field(default_factory=dict)
    told: frozenset[str] = frozenset()


LISTES = [
    Liste(
        "headings that the template has",
        [["N° éditeur", "Montant Ségur HT (€)"], ["A0001", 13750.5]],
        {},
        [{"numeroEditeur": "A0001", "montantSegurHT": 13750.5}],
        told=frozenset({"T003"}),
    ),
    Liste(
        "headings of one's own, below a title",
        [["Commandes"], ["Réf", "Prix", "Vendeur"], ["A0001", 13750.5, "Zoé"]],
        {"Réf": "N° éditeur", "Prix": "montantSegurHT", "Vendeur": "à part"},
        [{"numeroEditeur": "A0001", "montantSegurHT": 13750.5, "Vendeur": "Zoé"}],
        autres={DEMANDES: ["Vendeur"]},
        told=frozenset({"T003", "T005"}),
    ),
    Liste(
        "two establishments of one order",
        [
            ["Réf", "Prix", "FINESS PMSI", "Ville", "Vendeur"],
            ["A0001", 13750, "750712184", "Paris", "Zoé"],
            ["A0001", 13750, "010780054", "Bourg", "Zoé"],
            ["A0002", 2000, "690781810", "Lyon", "Paul"],
        ],
        {"Réf": "N° éditeur", "Prix": "Montant Ségur HT (€)"},
        [
            {"numeroEditeur": "A0001", "montantSegurHT": 13750.0, "Vendeur": "Zoé"},
            {"numeroEditeur": "A0002", "montantSegurHT": 2000.0, "Vendeur": "Paul"},
        ],
        [
            {"numeroEditeur": "A0001", "FINESSPMSI": "750712184", "Ville": "Paris"},
            {"numeroEditeur": "A0001", "FINESSPMSI": "010780054", "Ville": "Bourg"},
            {"numeroEditeur": "A0002", "FINESSPMSI": "690781810", "Ville": "Lyon"},
        ],
        autres={DEMANDES: ["Vendeur"], BENEFICIAIRES: ["Ville"]},
        told=frozenset({"T001", "T003"}),
    ),
    Liste(
        "one order twice with other amounts is told by the check",
        [
            ["N° éditeur", "Montant Ségur HT (€)", "FINESS PMSI"],
            ["A0001", 1, "750712184"],
            ["A0001", 2, "750712184"],
        ],
        {},
        [{"numeroEditeur": "A0001", "montantSegurHT": 1.0}, {"numeroEditeur": "A0001", "montantSegurHT": 2.0}],
        [{"numeroEditeur": "A0001", "FINESSPMSI": "750712184"}],
        told=frozenset({"T003"}),
    ),
    Liste(
        "an order form only on some rows, and no number",
        [["FINESS PMSI", "Fichier"], ["750712184", "a.pdf"], ["010780054", None]],
        {},
        [{"numeroEditeur": "00001"}, {"numeroEditeur": "00002"}],
        [
            {"numeroEditeur": "00001", "FINESSPMSI": "750712184"},
            {"numeroEditeur": "00002", "FINESSPMSI": "010780054"},
        ],
        [{"numeroEditeur": "00001", "fichier": "a.pdf"}],
        told=frozenset({"T003", "T006"}),
    ),
    Liste("nothing that is known", [["Ville", "Code"], ["Paris", 75]], {}, [], told=frozenset({"T003", "T004"})),
    Liste(
        "a line of the list that speaks of no column",
        [["N° éditeur", "Logiciel"], ["A0001", "DPI"]],
        {"Reff": "Régime de TVA"},
        [{"numeroEditeur": "A0001", "logiciel": "DPI"}],
        told=frozenset({"T003", "T013"}),
    ),
]


def _as_xlsx(path: Path, rows: Sequence[Sequence[Any]]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(list(row))
    book.save(path)
    return path


@pytest.mark.parametrize("liste", LISTES, ids=lambda liste: liste.name)
def test_a_list_becomes_the_rows_of_three_sheets(liste: Liste, tmp_path: Path) -> None:
    path = _as_xlsx(tmp_path / "liste.xlsx", liste.rows)
    answers = _as_xlsx(tmp_path / "oui.xlsx", [*liste.answers.items()]) if liste.answers else None
    consignes = correspondance.read_answers(answers) if answers else ()
    ancien = old.read_old(path)
    found = matching.feuillets(ancien, consignes)
    taken = transfer.move(ancien, found)
    plain = {nom: [{tag: c.brut for tag, c in row.items()} for row in rows] for nom, rows in taken.rows.items()}
    wanted = {DEMANDES: liste.demandes, BENEFICIAIRES: liste.beneficiaires, PIECES: liste.pieces}
    assert plain == {nom: [dict(row) for row in rows] for nom, rows in wanted.items()}
    assert {nom: list(names) for nom, names in taken.autres.items() if names} == dict(liste.autres)
    told = {issue.code for issue in (*matching.left_behind(ancien, found, consignes), *taken.issues)}
    assert told == liste.told


RESEMBLANCES = {
    "N° commande": "N° éditeur",
    "FINESS": "FINESS PMSI",
    "Date de commande": "Date de signature du bon de commande",
    "Montant HT": "Montant Ségur HT (€)",
    "Montatn Ségur HT": "Montant Ségur HT (€)",
    "Contact": "",
    "Commercial": "",
    "Bon de commande": "",
    "Prix": "",
}
"""What headings of a list of one's own resemble: no word of ours that only sounds like it."""


def test_a_heading_resembles_what_begins_with_its_word(tmp_path: Path) -> None:
    path = _as_xlsx(tmp_path / "liste.xlsx", [[*RESEMBLANCES], ["x"] * len(RESEMBLANCES)])
    entries = matching.entries(matching.feuillets(old.read_old(path), ()))
    assert {entry.titre: entry.ressemble for entry in entries} == RESEMBLANCES


def test_the_sheet_filled_in_is_the_list_of_the_second_run(tmp_path: Path) -> None:
    rows = [["Réf", "Prix", "Vendeur"], ["A0001", 13750.5, "Zoé"]]
    path = _as_xlsx(tmp_path / "liste.xlsx", rows)
    first, second = tmp_path / "un.xlsx", tmp_path / "deux.xlsx"
    assert run(["modele", "--depuis", str(path), "-o", str(first)]) == 0
    book = openpyxl.load_workbook(first)
    sheet = book[correspondance.NAME]
    assert [[c.value or "" for c in row[:5]] for row in sheet.iter_rows(min_row=5, max_row=7)] == [
        ["Sheet", "A1", "Réf", "A0001", ""],
        ["Sheet", "B1", "Prix", "13750,5", ""],
        ["Sheet", "C1", "Vendeur", "Zoé", ""],
    ]
    sheet["E5"], sheet["E6"] = "N° éditeur", "Montant Ségur HT (€)"
    book.save(first)
    assert run(["modele", "--depuis", str(path), "-o", str(second), "--correspondance", str(first)]) == 0
    assert workbook.read(second).demandes.brut.loc[3, "montantSegurHT"] == 13750.5
    again = openpyxl.load_workbook(second)[correspondance.NAME]
    assert [again[f"E{row}"].value for row in (5, 6, 7)] == ["N° éditeur", "Montant Ségur HT (€)", None]


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ([["Prix", "Montan Ségur HT"]], {"T011 B1 Montant Ségur HT (€)"}),
        ([["Colonne", "Va dans"], ["Prix", "xyz"]], {"T011 B2 "}),
        ([["Prix", "montantSegurHT"], ["Coût", "Montant Ségur HT (€)"]], {"T012 B2 "}),
    ],
)
def test_a_list_that_cannot_be_followed_is_refused_by_cell(
    answers: list[list[str]], told: set[str], tmp_path: Path
) -> None:
    with pytest.raises(Inutilisable) as refused:
        correspondance.read_answers(_as_xlsx(tmp_path / "oui.xlsx", answers))
    assert {f"{i.code} {i.place.cellule} {i.proposition}" for i in refused.value.issues} == told


# --- other formats ----------------------------------------------------------------------------------------------------


def _as_csv(rows: Sequence[Sequence[Any]]) -> bytes:
    return "\n".join(";".join(map(str, row)) for row in rows).encode("cp1252")


def _as_ods(rows: Sequence[Sequence[Any]]) -> bytes:
    lines = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>' for cell in row
        )
        + "</table:table-row>"
        for row in rows
    )
    content = (
        '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="Commandes">{lines}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", content)
    return out.getvalue()


@pytest.mark.parametrize(("name", "written"), [("liste.csv", _as_csv), ("liste.ods", _as_ods)])
def test_a_list_may_be_in_another_format(
    name: str, written: Callable[[Sequence[Sequence[Any]]], bytes], tmp_path: Path
) -> None:
    rows = [["N° éditeur", "Montant Ségur HT (€)"], ["A0001", "13 750,50"]]
    (tmp_path / name).write_bytes(written(rows))
    assert run(["modele", "--depuis", str(tmp_path / name), "-o", str(tmp_path / "neuf.xlsx")]) == 0
    assert workbook.read(tmp_path / "neuf.xlsx").demandes.brut.loc[3, "montantSegurHT"] == "13 750,50"


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("kind", ["ods", "xls"])
def test_a_workbook_of_another_format_says_the_same(kind: str, tmp_path: Path) -> None:
    (tmp_path / "ancien.xlsx").write_bytes(good())
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", kind, "--outdir", str(tmp_path), "ancien.xlsx"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=120)
    assert move(tmp_path / f"ancien.{kind}", tmp_path / "nouveau.xlsx") == []
    assert said(tmp_path / "nouveau.xlsx") == said(tmp_path / "ancien.xlsx")


@pytest.mark.parametrize(
    ("data", "code"), [(b"", "F007"), (b"\0\1\2", "F002"), (b"PK\3\4", "F006"), (b"Bonjour", "F002")]
)
def test_what_is_no_spreadsheet_is_refused(data: bytes, code: str, tmp_path: Path) -> None:
    (tmp_path / "ancien.xlsx").write_bytes(data)
    with pytest.raises(Inutilisable) as refused:
        old.read_old(tmp_path / "ancien.xlsx")
    assert [issue.code for issue in refused.value.issues] == [code]


def test_a_text_no_cell_can_hold_is_cut_and_told(tmp_path: Path) -> None:
    rows = [["N° éditeur", "Montant Ségur HT (€)", "Note"], ["A0001", "1", "x" * 40_000]]
    (tmp_path / "liste.csv").write_bytes(_as_csv(rows))
    assert "S034 liste!C2" in move(tmp_path / "liste.csv", tmp_path / "neuf.xlsx")


def test_cells_of_other_kinds_are_written_as_they_are() -> None:
    row = {"A": time(9, 30), "B": math.pi, "C": True}
    data = template.build(
        {DEMANDES: [{name: template.Cellule(value, "") for name, value in row.items()}]},
        {},
        "",
        template.Beside({DEMANDES: [*row]}),
    )
    sheet = openpyxl.load_workbook(io.BytesIO(data))[DEMANDES]
    last = len(columns(DEMANDES))
    assert [sheet.cell(3, last + n).value for n in (2, 3)] == [math.pi, True]
