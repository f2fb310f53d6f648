"""The slip: its figures to the centime, its order of upload, and text that stays text."""

import re
import subprocess
import sys
import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from converter.checking.demande import Demande
from converter.depositing import bordereau
from converter.depositing.bordereau import Archive, Remise, declarees, size
from converter.depositing.document import write_document
from converter.registry.store import Fichier
from converter.spec.programme import avance
from tests.support.lots import CLIENTS, JOUR, SHAPE, convert, demande, in_lots, piece, with_values

AUDIT = Path(sys.executable).with_name("openxml-audit")


def remise(*requests: Demande) -> Remise:
    (lot,) = in_lots(*requests)
    contents = write_document(lot, SHAPE)
    names = [name for request in requests for name in request.archive_names()]
    zips = [
        Archive(Fichier("PJ-1234567890-20220415-001-1.zip", 1_234_567, "b" * 64), names[:2]),
        Archive(Fichier("PJ-1234567890-20220415-001-2.zip", 850, "c" * 64), names[2:]),
    ]
    json = Fichier("JSON-1234567890-20220415-001.json", len(contents), "a" * 64)
    return Remise(lot, JOUR, json, contents, zips, SHAPE)


def rows(data: bytes, *, values: bool = True) -> list[list[Any]]:
    sheet = load_workbook(BytesIO(data), data_only=values)["Bordereau"]
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def row_of(table: list[list[Any]], first: str) -> int:
    return next(n for n, row in enumerate(table) if str(row[0] or "").startswith(first))


@pytest.mark.parametrize(
    ("centimes", "expected"),
    [
        (1_375_000, 412_500),
        (1, 0),
        (5, 2),
        (15, 5),
        (115, 35),
        (333, 100),
        (335, 101),
        (99_999_999_999, 30_000_000_000),
    ],
)
def test_the_advance_is_thirty_percent_half_a_centime_up(centimes: int, expected: int) -> None:
    assert avance(centimes) == expected


@given(st.integers(1, 10**13))
def test_the_advance_is_never_half_a_centime_off(centimes: int) -> None:
    assert -5 <= avance(centimes) * 10 - centimes * 3 <= 5


def test_requests_are_listed_with_amount_advance_and_totals(tmp_path: Path) -> None:
    amounts = (1_375_000, 115, 335)
    requests = [with_values(demande(tmp_path, n), montantSegurHT=cents) for n, cents in enumerate(amounts, start=1)]
    table = rows(bordereau.write_bordereau(remise(*requests)))
    start = row_of(table, "2. Demandes") + 2
    listed = [(row[1], row[2], row[3], row[4], row[5], row[6], row[7], row[8]) for row in table[start : start + 3]]
    finess = "750712184, 010780054"
    assert listed == [
        (1, "00001", "DUPONT", finess, "01/03/2022", "HT", 13_750, 4_125),
        (2, "00002", "DUPONT", finess, "01/03/2022", "HT", 1.15, 0.35),
        (3, "00003", "DUPONT", finess, "01/03/2022", "HT", 3.35, 1.01),
    ]
    total = table[row_of(table, "Total DPI : 3")]
    assert (total[7], total[8]) == (13_754.5, 4_126.36)
    check = table[row_of(table, "Montant HT relu")]
    assert (check[7], check[8]) == (13_754.5, "conforme")


def test_pieces_show_old_name_new_name_and_zip(tmp_path: Path) -> None:
    table = rows(bordereau.write_bordereau(remise(demande(tmp_path, 1), demande(tmp_path, 2))))
    start = row_of(table, "2. Demandes") + 2
    assert table[start][9] == (
        "bon 1.pdf → HOP-DPI-Va1-BDC-00001.pdf (zip 1)\npreuve 1.pdf → HOP-DPI-Va1-HT-00001.pdf (zip 1)"
    )
    assert table[start + 1][9].count("(zip 2)") == 2


def test_files_to_upload_stand_in_order_with_size_and_hash(tmp_path: Path) -> None:
    table = rows(bordereau.write_bordereau(remise(demande(tmp_path, 1), demande(tmp_path, 2))))
    text = " ".join(str(value) for row in table for value in row if value)
    assert all(word in text for word in ("avance", "1234567890", "73282932000074", "modele-hop.json", "15/04/2022"))
    start = row_of(table, "1. À téléverser") + 3
    assert [(row[1], row[2], row[7]) for row in table[start : start + 3]] == [
        (1, "JSON-1234567890-20220415-001.json", "aaaaaaaaaaaaaaaa…"),
        (2, "PJ-1234567890-20220415-001-1.zip", "bbbbbbbbbbbbbbbb…"),
        (3, "PJ-1234567890-20220415-001-2.zip", "cccccccccccccccc…"),
    ]
    assert [row[5] for row in table[start + 1 : start + 3]] == ["1,2\u00a0Mo", "850\u00a0octets"]
    assert table[start + 2][9] == "pièces justificatives, zip 2 sur 2 : 2 fichiers"


def test_sums_are_formulas(tmp_path: Path) -> None:
    data = bordereau.write_bordereau(remise(demande(tmp_path, 1), demande(tmp_path, 2)))
    table = rows(data, values=False)
    start = row_of(table, "2. Demandes") + 3  # as Excel counts
    assert table[start - 1][8].text == f"=ROUND(H{start}:H{start + 1}*30/100,2)"
    assert table[start - 1][8].ref == f"I{start}:I{start + 1}"
    total = table[row_of(table, "Total DPI")]
    assert (total[7], total[8]) == (f"=SUM(H{start}:H{start + 1})", f"=SUM(I{start}:I{start + 1})")


def test_libreoffice_computes_the_values_that_are_cached(tmp_path: Path) -> None:
    requests = [with_values(demande(tmp_path, n), montantSegurHT=c) for n, c in enumerate((115, 335, 5), start=1)]
    with (
        zipfile.ZipFile(BytesIO(bordereau.write_bordereau(remise(*requests)))) as slip,
        zipfile.ZipFile(tmp_path / "b.xlsx", "w") as bare,
    ):
        for part in slip.namelist():
            # Without its cached values, what comes out is what LibreOffice computes.
            bare.writestr(part, re.sub(rb"(<f[ >].*?</f>)<v>.*?</v>", rb"\1", slip.read(part)))
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = ["libreoffice", profile, "--headless", "--convert-to", "csv", "--outdir", str(tmp_path), "b.xlsx"]
    try:
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=120)
    except FileNotFoundError:
        pytest.skip("LibreOffice is not installed")
    computed = (tmp_path / "b.csv").read_text("latin-1")
    total = re.search("Total DPI : 3 demande.*", computed)
    assert total is not None
    assert "4.55" in total[0].replace(",", ".")
    assert "1.38" in total[0].replace(",", ".")  # 0,35 + 1,01 + 0,02
    assert "conforme" in computed


@pytest.mark.parametrize("name", ["=1+1.pdf", "+33.pdf", "-2.pdf", "@SUM(A1).pdf", "{=1}.pdf", "http://x.fr.pdf"[5:]])
def test_text_from_outside_stays_text(tmp_path: Path, name: str) -> None:
    path = Path(name).name
    order = piece(tmp_path / "p", path, "BON_COMMANDE", b"%PDF-1.4")
    request = demande(tmp_path, 1, operateurMessagerie="=1+1")
    request = replace(
        request,
        pieces=(order, request.pieces[1]),
        etablissements=({**CLIENTS[0], "nomClient": "=CMD()"}, CLIENTS[1]),
    )
    data = bordereau.write_bordereau(remise(request))
    with zipfile.ZipFile(BytesIO(data)) as package:
        sheet = package.read("xl/worksheets/sheet1.xml").decode()
    assert len(re.findall("<f[ >]", sheet)) == 4  # the advances, two sums and the check
    table = rows(data)
    start = row_of(table, "2. Demandes") + 2
    assert table[start][9].startswith(path)
    assert table[start][3] == "=CMD(), DUPONT"


def test_a_name_that_is_no_text_is_still_shown(tmp_path: Path) -> None:
    request = demande(tmp_path, 1)
    odd = replace(request.pieces[0], source=tmp_path / "bon\udce9.pdf")
    table = rows(bordereau.write_bordereau(remise(replace(request, pieces=(odd, request.pieces[1])))))
    assert table[row_of(table, "2. Demandes") + 2][9].startswith("bon?.pdf → ")


def test_many_establishments_do_not_burst_the_row(tmp_path: Path) -> None:
    clients = tuple({**CLIENTS[0], "FINESSPMSI": f"{750_000_000 + n}", "nomClient": f"N{n}"} for n in range(300))
    data = bordereau.write_bordereau(remise(replace(demande(tmp_path, 1), etablissements=clients)))
    table = rows(data)
    row = row_of(table, "2. Demandes") + 2
    assert table[row][4].endswith("et 260 autres")
    assert table[row][3].endswith("et 290 autres")
    height = load_workbook(BytesIO(data))["Bordereau"].row_dimensions[row + 1].height
    assert 40 / 2 * 12 < height <= 409


def test_it_prints_on_a4_across_and_repeats_its_headings(tmp_path: Path) -> None:
    sheet = load_workbook(BytesIO(bordereau.write_bordereau(remise(demande(tmp_path, 1)))))["Bordereau"]
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.print_title_rows


def test_the_same_deposit_gives_the_same_bytes(tmp_path: Path) -> None:
    described = remise(demande(tmp_path, 1))
    assert bordereau.write_bordereau(described) == bordereau.write_bordereau(described)


def test_what_differs_from_the_json_does_not_pass_for_it(tmp_path: Path) -> None:
    described = remise(demande(tmp_path, 1), demande(tmp_path, 2))
    fewer = write_document(in_lots(demande(tmp_path, 1))[0], SHAPE)
    with pytest.raises(ValueError, match="zip"):
        bordereau.write_bordereau(replace(described, contenu=fewer))
    assert [each.centimes for each in declarees(described.contenu, SHAPE)] == [1_375_001, 1_375_002]


def test_openxml_audit_finds_nothing(tmp_path: Path) -> None:
    (depot,) = convert(tmp_path / "depots", demande(tmp_path / "pieces", 1))
    slip = tmp_path / "depots" / depot.nom / "bordereau.xlsx"
    done = subprocess.run([AUDIT, "--output", "json", str(slip)], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("octets", "text"), [(0, "0 octets"), (999, "999 octets"), (1_000, "1,0 ko"), (200_000_000, "200,0 Mo")]
)
def test_sizes_are_french(octets: int, text: str) -> None:
    assert size(octets).replace("\u00a0", " ") == text
