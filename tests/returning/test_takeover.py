"""The data of a workbook of LibreOffice in a new workbook of Excel: each cell reads as it did."""

import shutil
from datetime import date, datetime, time
from pathlib import Path

import pytest
from pandas.testing import assert_frame_equal

from converter.cli import run
from converter.reading import workbook
from converter.reading.frames import typed
from converter.spec.formats import Texte
from converter.spec.sheets import DEMANDES
from converter.spec.tags import TAG
from tests.commands.test_session import SAMPLES, call, cells
from tests.support.opendocument import opendocument
from tests.support.workbooks import good_sheets

DAY = ("--date-depot", "02/05/2022")
CELLS = (
    None, "", " 13 750,00 € ", "13750€00", "15/04/2022", "Le 15/04/22", "OUI", "oui ", "=1+1", "00001", "1e3", "VRAI",
    "01 44 55 66 77", "m.dupont@ch.fr", "é\nà", "7.70110054E8", "#REF!", "'quoted", "1375 %",
    0.0, 1.0, -5.0, 13750.0, 13750.005, 44666.0, 20220415.0, 750712184.0, 73282932000074.0, 1e20, 0.1,
    date(2022, 4, 15), date(1900, 1, 5), datetime(2022, 4, 15, 10, 30),  # noqa: DTZ001 - as calamine reads it
    time(10, 30), True, False,
)  # fmt: skip
"""What may stand in any cell."""


@pytest.fixture
def libre(tmp_path: Path) -> Path:
    """The guide's example as LibreOffice would keep it, with its attachments."""
    import openpyxl

    sample = SAMPLES / "exemple-du-guide"
    shutil.copytree(sample / "pieces", tmp_path / "pieces")
    book = openpyxl.load_workbook(sample / "demandes.xlsx")
    sheets = {sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book}
    (tmp_path / "demandes.ods").write_bytes(opendocument(sheets))
    return tmp_path / "demandes.ods"


def test_every_cell_reads_in_the_new_workbook_as_in_the_old(tmp_path: Path) -> None:
    sheets = good_sheets()
    tags, titles = sheets[DEMANDES][:2]
    sheets[DEMANDES] = [tags, titles]
    for rank, cell in enumerate(CELLS, 1):
        words = cell if isinstance(cell, str | float) else None  # a day in a column of words becomes words
        row = [words if isinstance(TAG[tag].format, Texte) else cell for tag in tags]
        sheets[DEMANDES].append([f"{rank:05d}", None, None, *row[3:]])
    old, new = tmp_path / "demandes.ods", tmp_path / "demandes.xlsx"
    old.write_bytes(opendocument(sheets))
    run(["valider", str(old), "--quiet"])
    before, after = (
        typed(read(path))[0].demandes for read, path in ((workbook.read_opendocument, old), (workbook.read, new))
    )
    assert_frame_equal(before.valeurs, after.valeurs)
    assert_frame_equal(before.fautif, after.fautif)


def test_checking_makes_a_workbook_to_go_on_with(libre: Path) -> None:
    before = libre.read_bytes()
    code, report = call("valider", libre, *DAY)
    book = libre.with_suffix(".xlsx")
    assert (code, report["classeur"], report["annote"]) == (0, str(book), str(book))
    assert report["anomalies"][0]["code"] == "S049"
    assert list(cells(book, DEMANDES, "etat").values()) == ["Prête"]
    assert libre.read_bytes() == before
    assert call("convertir", book, *DAY)[0] == 0
    (made,) = libre.parent.glob("depots/JSON-*/JSON-*.json")
    expected = SAMPLES / "exemple-du-guide" / "attendu" / made.name
    assert made.read_bytes() == expected.read_bytes()


def test_the_new_workbook_is_never_written_over(libre: Path) -> None:
    book = libre.with_suffix(".xlsx")
    book.write_bytes(b"mine")
    code, report = call("valider", libre, *DAY)
    assert (code, [issue["code"] for issue in report["anomalies"]]) == (2, ["F036"])
    assert book.read_bytes() == b"mine"


@pytest.mark.parametrize("command", ["convertir", "suivi"])
def test_nothing_else_takes_it(command: str, libre: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([command, str(libre)]) == 2
    assert "Déposez-le sur Convertir" in "".join(capsys.readouterr())
    assert [path.name for path in sorted(libre.parent.iterdir())] == ["demandes.ods", "pieces"]


def test_one_without_requests_leaves_nothing(libre: Path) -> None:
    sheets = good_sheets()
    sheets[DEMANDES] = sheets[DEMANDES][:2]
    libre.write_bytes(opendocument(sheets))
    code, report = call("valider", libre, *DAY)
    assert (code, [issue["code"] for issue in report["anomalies"]]) == (2, ["F014"])
    assert not libre.with_suffix(".xlsx").exists()
