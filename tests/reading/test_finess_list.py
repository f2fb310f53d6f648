"""The public list of establishments: found in any layout, and of no consequence where it is not there."""

from pathlib import Path

import openpyxl
import pytest
from stdnum import luhn

from converter.checking import check
from converter.checking.lecture import read_cells
from converter.reading import workbook
from converter.reading.finess_list import SANS_LISTE, Etablissements, find
from converter.sentences.say import phrase
from tests.support.workbooks import AU, edited, inspected

KNOWN = {
    "750712184": "AP-HP Saint-Antoine",
    "010780054": "CH de Fleyriat",
    "690781810": "Hospices civils de Lyon",
    "130786049": "AP-HM",
    "330781196": "CHU de Bordeaux",
    "2A0000014": "CH d’Ajaccio",
}
ROWS_OF = list(KNOWN.items())


def book(path: Path, rows: list[list[object]], sheet: str = "Feuil1") -> Path:
    made = openpyxl.Workbook()
    made.active.title = sheet
    for row in rows:
        made.active.append(row)
    made.save(path)
    return path


LAYOUTS: dict[str, list[list[object]]] = {
    "plain": [["FINESS PMSI", "Raison sociale"], *[[f, n] for f, n in ROWS_OF]],
    "numbers without their zero": [["Finess", "Nom"], *[[int(f) if f.isdigit() else f, n] for f, n in ROWS_OF]],
    "titles above, columns apart": [
        ["Fichier de calcul 2022"], [], ["Région", "Montant", "N° FINESS\nPMSI", "Catégorie", "Établissement"],
        *[["IDF", 12_000.5, f, "CH", n] for f, n in ROWS_OF],
    ],
    "the name before the code": [["Libellé", "Code FINESS"], *[[n, f] for f, n in ROWS_OF]],
    "no heading": [[n, f, 3] for f, n in ROWS_OF],
    "a SIREN beside": [["SIREN", "Finess", "Nom"], *[["732829320", f, n] for f, n in ROWS_OF]],
    "spaces in the codes": [["FINESS", "Nom"], *[[f"{f[:2]} {f[2:6]} {f[6:]} ", n] for f, n in ROWS_OF]],
}  # fmt: skip


@pytest.mark.parametrize("rows", LAYOUTS.values(), ids=LAYOUTS)
def test_the_list_is_read_in_any_layout(rows: list[list[object]], tmp_path: Path) -> None:
    book(tmp_path / "Fichier de calcul DPI.xlsx", rows)
    assert find(tmp_path, None) == Etablissements("Fichier de calcul DPI.xlsx", KNOWN)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_the_list_is_read_as_csv(encoding: str, delimiter: str, tmp_path: Path) -> None:
    text = "\n".join(delimiter.join((f'"{f}"', n)) for f, n in [("finess", "nom"), *ROWS_OF])
    (tmp_path / "liste.csv").write_bytes(text.encode(encoding))
    assert find(tmp_path, "liste.csv").noms == KNOWN


def test_the_finess_of_a_hospital_and_of_its_sites_all_count(tmp_path: Path) -> None:
    rows = [["FINESS EJ", "Nom EJ", "FINESS ET", "Nom ET"], ["750712184", "AP-HP", "750100091", "Saint-Antoine"]]
    book(tmp_path / "f.xlsx", [list(row) for row in rows])
    assert find(tmp_path, "f.xlsx").noms == {"750712184": "AP-HP", "750100091": "Saint-Antoine"}


def test_without_a_list_there_is_none(tmp_path: Path) -> None:
    (tmp_path / "autre.csv").write_text("750712184;x")
    assert find(tmp_path, None) is SANS_LISTE
    assert find(tmp_path / "nulle part", None) is SANS_LISTE


HOSTILE = {
    "nothing": b"",
    "noise": bytes(range(256)) * 20,
    "a broken zip": b"PK\x03\x04" + bytes(range(256)) * 20,
    "a PDF": b"%PDF-1.4\n%%EOF",
    "words": "Bonjour;à tous\n".encode(),
    "one quote": b'"' * 200_000,
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_what_is_no_list_is_refused_in_a_sentence(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "Fichier de calcul.xlsx").write_bytes(content)
    found = find(tmp_path, None)
    assert found.refus
    assert not found.noms


@pytest.mark.parametrize("name", ["absent.xlsx", ".", "x" * 5000, "a\0b", "../../..", "CON"])
def test_a_name_that_leads_nowhere_is_refused_in_a_sentence(name: str, tmp_path: Path) -> None:
    assert find(tmp_path, name).refus


# --- held against it --------------------------------------------------------------------------------------------------


def verdict(folder: Path, known: Etablissements, edits: dict[str, object] | None = None) -> check.Verdict:
    lecture = read_cells(workbook.read(edited(folder / "d.xlsx", edits or {})))
    pieces = {name: inspected(name) for name in lecture.fichiers()}
    return check.check(lecture, pieces, AU, connus=known)


LIST = Etablissements("Fichier de calcul.xlsx", KNOWN)


def test_a_finess_of_the_list_is_good(tmp_path: Path) -> None:
    found = verdict(tmp_path, LIST)
    assert found.issues == ()
    assert found.etablissements == KNOWN


@pytest.mark.parametrize("typed", ["750712148", "750712784", "750712180"])
def test_a_finess_that_is_not_in_the_list_is_told_with_the_nearest_one_and_its_name(typed: str, tmp_path: Path) -> None:
    found = verdict(tmp_path, LIST, {"Bénéficiaires!F3": typed})
    (issue,) = [issue for issue in found.issues if issue.code == "R210"]
    assert (issue.place.cellule, issue.proposition) == ("F3", "750712184")
    assert "750712184 (AP-HP Saint-Antoine)" in phrase(issue)


def test_a_finess_far_from_all_is_told_alone(tmp_path: Path) -> None:
    assert luhn.is_valid("440000016")
    (issue,) = verdict(tmp_path, LIST, {"Bénéficiaires!F3": "440000016"}).issues
    assert (issue.code, issue.proposition) == ("R210", "")
    assert "proche" not in phrase(issue)


def test_another_list_is_told_once_at_its_parameter(tmp_path: Path) -> None:
    (issue,) = verdict(tmp_path, Etablissements("f.csv", {"2A0000014": "CH"})).issues
    assert (issue.code, issue.place.feuille, issue.balise) == ("R211", "Paramètres", "fichierFiness")


def test_an_old_workbook_has_no_such_rows_and_no_such_column(tmp_path: Path) -> None:
    made = openpyxl.load_workbook(edited(tmp_path / "d.xlsx", {}))
    made["Bénéficiaires"].delete_cols(7)
    made["Paramètres"].delete_rows(11, 2)
    made.save(tmp_path / "old.xlsx")
    lecture = read_cells(workbook.read(tmp_path / "old.xlsx"))
    pieces = {name: inspected(name) for name in lecture.fichiers()}
    assert check.check(lecture, pieces, AU).issues == ()
    assert check.check(lecture, pieces, AU, connus=LIST).issues == ()
    (issue,) = check.check(lecture, pieces, AU, connus=Etablissements("f.csv", refus="est trop lourd")).issues
    assert (issue.code, issue.place.cellule) == ("R211", "")
