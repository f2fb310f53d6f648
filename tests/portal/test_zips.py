"""The portal's look into the zips: declared and present, once, sound, and nothing else; and hostile archives."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfWriter

from converter.portal import Controle, Report, answer, verify
from converter.spec.shape import builtin_model
from tests.support.portal import EXAMPLE, changed, numbered, requests, said

SHAPE = builtin_model()
BDC, HT = "HOP-DPI-Va1-BDC-00001.pdf", "HOP-DPI-Va1-HT-00001.pdf"
BDC_PATH, HT_PATH = (f"/lignesImport/0/piecesJustificatives/{n}/nomFichier" for n in (0, 1))


def pdf(size: int = 0, mark: str = "bon de commande") -> bytes:
    """Return a PDF of one page, made by hand; of `size` bytes when that is more."""
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
    ]
    body, offsets = b"%PDF-1.4\n%" + mark.encode().ljust(max(0, size - 400), b"x") + b"\n", []
    for number, part in enumerate(parts, start=1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    rows = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    table = b"xref\n0 4\n0000000000 65535 f \n" + rows + b"trailer\n<< /Size 4 /Root 1 0 R >>\n"
    return body + table + b"startxref\n%d\n%%%%EOF\n" % len(body)


def picture(kind: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(out, kind)
    return out.getvalue()


GOOD = {BDC: pdf(), HT: pdf(mark="attestation")}


def zipped(path: Path, entries: Mapping[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return path


def report_on(*zips: Path, text: str = EXAMPLE) -> Report:
    return said(verify(text.encode(), zips, shape=SHAPE, au=date(2022, 4, 20)))


def told(report: Report) -> list[tuple[str, str]]:
    """Return the findings about the zips: code and what was read."""
    return [(f.code, f.issue.valeur) for f in report.findings if f.controle is Controle.ZIPS]


def test_the_declared_attachments_and_nothing_else_pass(tmp_path: Path) -> None:
    report = report_on(zipped(tmp_path / "PJ.zip", GOOD))
    assert report.conforme
    assert told(report) == []


def test_they_may_be_deflated_and_stand_in_several_zips(tmp_path: Path) -> None:
    first = zipped(tmp_path / "1.zip", {BDC: GOOD[BDC]}, zipfile.ZIP_DEFLATED)
    second = zipped(tmp_path / "2.zip", {HT: GOOD[HT]}, zipfile.ZIP_DEFLATED)
    report = report_on(first, second)
    assert report.conforme
    assert told(report) == [("K318", HT)]


def test_without_zips_the_report_says_that_they_were_not_looked_at() -> None:
    assert told(report_on()) == [("K300", "")]


def test_pictures_pass(tmp_path: Path) -> None:
    text = changed(
        ("BDC-00001.pdf", "BDC-00001.png"),
        ('"formatFichier": "PDF"', '"formatFichier": "PNG"'),
        ("HT-00001.pdf", "HT-00001.jpg"),
        ('"formatFichier": "PDF"', '"formatFichier": "JPG"'),
    )
    entries = {"HOP-DPI-Va1-BDC-00001.png": picture("PNG"), "HOP-DPI-Va1-HT-00001.jpg": picture("JPEG")}
    assert told(report_on(zipped(tmp_path / "PJ.zip", entries), text=text)) == []


def test_a_finding_names_zip_attachment_and_request(tmp_path: Path) -> None:
    report = report_on(zipped(tmp_path / "PJ.zip", {**GOOD, HT: b""}))
    (finding,) = (f for f in report.findings if f.controle is Controle.ZIPS)
    assert (finding.code, finding.fichier, finding.chemin) == ("K312", "PJ.zip", HT_PATH)
    assert finding.lieu == "PJ.zip, demande 00001, pièce 2, nomFichier"
    assert report.demandes[0].premiere == finding


CASES = {
    "one is missing": ({BDC: GOOD[BDC]}, [("K303", HT)]),
    "nothing in the zip": ({}, [("K303", BDC), ("K303", HT)]),
    "one too many": ({**GOOD, "notes.txt": b"x"}, [("K304", "notes.txt")]),
    "a system's leftovers": ({**GOOD, "Thumbs.db": b"x"}, [("K304", "Thumbs.db")]),
    "extension in capitals": ({BDC.replace(".pdf", ".PDF"): GOOD[BDC], HT: GOOD[HT]},
                              [("K305", "HOP-DPI-Va1-BDC-00001.PDF")]),
    "in a folder": ({f"pieces/{BDC}": GOOD[BDC], HT: GOOD[HT]}, [("K306", f"pieces/{BDC}")]),
    "an empty folder": ({**GOOD, "pieces/": b""}, [("K306", "pieces/")]),
    "climbing out": ({**GOOD, "../../evil.pdf": pdf()}, [("K306", "../../evil.pdf")]),
    "climbing out, Windows": ({**GOOD, "..\\evil.pdf": pdf()}, [("K306", "..\\evil.pdf")]),
    "absolute": ({**GOOD, "/etc/passwd": b"x"}, [("K306", "/etc/passwd")]),
    "empty": ({**GOOD, BDC: b""}, [("K312", BDC)]),
    "a Word document": ({**GOOD, BDC: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600}, [("K315", BDC)]),
    "a picture called PDF": ({**GOOD, BDC: picture("PNG")}, [("K315", BDC)]),
    "a page of the web": ({**GOOD, BDC: b"<!DOCTYPE html><html></html>"}, [("K315", BDC)]),
    "only zeros": ({**GOOD, BDC: b"\0" * 1000}, [("K315", BDC)]),
    "a PDF cut short": ({**GOOD, BDC: pdf()[:200]}, [("K316", BDC)]),
    "a PDF of nothing": ({**GOOD, BDC: b"%PDF-1.4\n%%EOF\n"}, [("K316", BDC)]),
    "at most 3 MiB": ({**GOOD, BDC: pdf(3 * 1024 * 1024 + 2000)}, [("K310", BDC)]),
    "above 3 000 000": ({**GOOD, BDC: pdf(3_001_000)}, [("K311", BDC)]),
    "under 3 000 000": ({**GOOD, BDC: pdf(2_999_000)}, []),
}  # fmt: skip


@pytest.mark.parametrize(("entries", "expected"), CASES.values(), ids=CASES.keys())
def test_what_a_zip_holds(tmp_path: Path, entries: dict[str, bytes], expected: list[tuple[str, str]]) -> None:
    assert told(report_on(zipped(tmp_path / "PJ.zip", entries, zipfile.ZIP_DEFLATED))) == expected


def test_the_bounds_are_kept_to_the_byte(tmp_path: Path) -> None:
    at, above = pdf(3 * 1024 * 1024), pdf(3 * 1024 * 1024)
    at = at.ljust(3 * 1024 * 1024, b"\n")[: 3 * 1024 * 1024]
    above = above.ljust(3 * 1024 * 1024 + 1, b"\n")
    assert (len(at), len(above)) == (3_145_728, 3_145_729)
    assert told(report_on(zipped(tmp_path / "1.zip", {**GOOD, BDC: at}))) == [("K311", BDC)]
    assert told(report_on(zipped(tmp_path / "2.zip", {**GOOD, BDC: above}))) == [("K310", BDC)]


def test_a_name_nearly_right_is_told_with_the_one_missing(tmp_path: Path) -> None:
    report = report_on(zipped(tmp_path / "PJ.zip", {BDC: GOOD[BDC], "HOP-DPI-Va1-HT-0001.pdf": GOOD[HT]}))
    assert told(report) == [("K304", "HOP-DPI-Va1-HT-0001.pdf"), ("K303", HT)]
    (finding,) = (f for f in report.findings if f.code == "K304")
    assert finding.issue.proposition == HT


def test_a_hint_is_looked_for_fifty_times(tmp_path: Path) -> None:
    strangers = {f"HOP-DPI-Va1-HT-00001 ({rank}).pdf": b"x" for rank in range(51)}
    report = report_on(zipped(tmp_path / "a.zip", {BDC: GOOD[BDC]} | strangers))
    hints = [finding.issue.proposition for finding in report.findings if finding.code == "K304"]
    assert hints == [HT] * 50 + [""]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_twice_in_one_zip_or_in_two_is_refused(tmp_path: Path) -> None:
    once = zipped(tmp_path / "1.zip", GOOD)
    again = zipped(tmp_path / "2.zip", {BDC: GOOD[BDC]})
    assert told(report_on(once, again)) == [("K307", BDC)]
    with zipfile.ZipFile(again, "a") as archive:
        archive.writestr(HT, GOOD[HT])
        archive.writestr(HT, GOOD[HT])
    assert told(report_on(again)) == [("K307", HT)]


def test_the_same_order_form_in_two_requests_is_a_warning(tmp_path: Path) -> None:
    text = requests(numbered(1, "00001"), numbered(2, "00002"))
    two = {name.replace("00001", "00002"): data for name, data in GOOD.items()}
    report = report_on(zipped(tmp_path / "PJ.zip", {**GOOD, **two}), text=text)
    assert report.conforme
    assert told(report) == [("K319", "HOP-DPI-Va1-BDC-00002.pdf")]


def test_a_file_that_is_both_order_form_and_proof_is_told(tmp_path: Path) -> None:
    order_form = next(data for name, data in GOOD.items() if "BDC" in name)
    same = dict.fromkeys(GOOD, order_form)
    report = report_on(zipped(tmp_path / "PJ.zip", same))
    assert report.conforme
    assert told(report) == [("K321", next(name for name in GOOD if "HT" in name))]


def test_a_zip_too_large_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "PJ.zip", GOOD)
    with path.open("r+b") as file:  # a hole in front, which a zip may have, and no disk is used
        tail = file.read()
        file.seek(200_000_001 - len(tail))
        file.write(tail)
        file.seek(0)
        file.write(b"\0" * 4)
    assert path.stat().st_size == 200_000_001
    assert ("K302", "") in told(report_on(path))


# --- hostile archives -------------------------------------------------------------------------------------------------


def patched(path: Path, old: bytes, new: bytes) -> Path:
    data = path.read_bytes()
    assert old in data
    path.write_bytes(data.replace(old, new))
    return path


@pytest.mark.parametrize("data", [b"", b"PK\x05\x06", b"%PDF-1.4", b"PK\x03\x04" + b"\0" * 100, b"PK\x05\x06" * 30])
def test_what_is_no_zip_is_one_finding(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "PJ.zip"
    path.write_bytes(data)
    assert told(report_on(path)) == [("K301", "")]


def test_a_byte_flipped_inside_is_found_by_its_checksum(tmp_path: Path) -> None:
    path = patched(zipped(tmp_path / "PJ.zip", GOOD), b"%bon de", b"%ton de")
    assert told(report_on(path)) == [("K313", BDC)]


def test_an_encrypted_entry_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "PJ.zip", GOOD)
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    assert told(report_on(path)) == [("K308", BDC)]


@pytest.mark.parametrize("mode", [0o120777, 0o010644, 0o020644, 0o040755, 0o060644, 0o140755])
def test_a_link_or_device_is_refused(tmp_path: Path, mode: int) -> None:
    entry = zipfile.ZipInfo(BDC)
    entry.create_system, entry.external_attr = 3, mode << 16
    path = zipped(tmp_path / "PJ.zip", {entry: b"/etc/passwd", HT: GOOD[HT]})
    assert told(report_on(path)) == [("K309", BDC)]


@pytest.mark.parametrize("mode", [0, 0o644, 0o100644, 0o100755])
def test_a_file_passes_whatever_its_rights(tmp_path: Path, mode: int) -> None:
    entry = zipfile.ZipInfo(BDC)
    entry.create_system, entry.external_attr = 3, mode << 16
    assert told(report_on(zipped(tmp_path / "PJ.zip", {entry: GOOD[BDC], HT: GOOD[HT]}))) == []


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_unusual_compression_is_refused_unread(tmp_path: Path, method: int) -> None:
    path = zipped(tmp_path / "PJ.zip", {BDC: b"\0" * 5_000_000}, method)
    assert told(report_on(path)) == [("K314", BDC), ("K303", HT)]


def test_a_bomb_is_refused_unread(tmp_path: Path) -> None:
    path = zipped(tmp_path / "PJ.zip", {BDC: b"\0" * 30_000_000, HT: GOOD[HT]}, zipfile.ZIP_DEFLATED)
    assert path.stat().st_size < 200_000
    assert told(report_on(path)) == [("K310", BDC)]


def test_a_bomb_that_lies_about_its_size_is_damaged(tmp_path: Path) -> None:
    path = zipped(tmp_path / "PJ.zip", {BDC: b"\0" * 30_000_000, HT: GOOD[HT]}, zipfile.ZIP_DEFLATED)
    patched(path, struct.pack("<L", 30_000_000), struct.pack("<L", 1000))
    assert told(report_on(path)) == [("K313", BDC)]


def test_a_name_cut_by_a_null_character_is_not_the_declared_one(tmp_path: Path) -> None:
    path = zipped(tmp_path / "PJ.zip", {BDC + "-evil.exe": GOOD[BDC], HT: GOOD[HT]})
    patched(path, (BDC + "-evil.exe").encode(), (BDC + "\0evil.exe").encode())
    report = report_on(path)
    assert told(report) == [("K304", BDC + "␀evil.exe"), ("K303", BDC)]


def test_a_local_header_that_names_another_file_is_damaged(tmp_path: Path) -> None:
    path = zipped(tmp_path / "PJ.zip", GOOD)
    data = path.read_bytes()
    path.write_bytes(data.replace(BDC.encode(), b"HOP-DPI-Va1-BDC-99999.pdf", 1))
    assert told(report_on(path)) == [("K313", BDC)]


def test_a_zip64_passes(tmp_path: Path) -> None:
    path = tmp_path / "PJ.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in GOOD.items():
            with archive.open(name, "w", force_zip64=True) as entry:
                entry.write(data)
    assert told(report_on(path)) == []


def locked(user: str) -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.encrypt(user, "propriétaire", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize(("user", "expected"), [("", [("K317", BDC)]), ("secret", [("K316", BDC)])])
def test_a_locked_pdf_warns_and_one_that_nobody_can_open_is_refused(
    tmp_path: Path, user: str, expected: list[tuple[str, str]]
) -> None:
    assert told(report_on(zipped(tmp_path / "PJ.zip", {**GOOD, BDC: locked(user)}))) == expected


def test_without_opening_only_first_bytes_and_checksums_count(tmp_path: Path) -> None:
    path = zipped(tmp_path / "PJ.zip", {**GOOD, BDC: pdf()[:200], HT: picture("PNG")})
    report = verify(EXAMPLE.encode(), [path], shape=SHAPE, au=date(2022, 4, 20), ouvrir=False)
    assert told(report) == [("K315", HT)]


def test_a_missing_zip_is_the_callers_matter(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        report_on(tmp_path / "nowhere.zip")


def test_an_attachment_at_fault_refuses_its_request_in_the_answer(tmp_path: Path) -> None:
    report = report_on(zipped(tmp_path / "PJ.zip", {BDC: GOOD[BDC]}))
    answered = answer(report)
    assert answered
    assert '"nomFichier : pièce absente"' in answered.decode()


_GOOD_ZIP = io.BytesIO()
with zipfile.ZipFile(_GOOD_ZIP, "w", zipfile.ZIP_DEFLATED) as _archive:
    for _name, _data in GOOD.items():
        _archive.writestr(_name, _data)


@given(
    st.lists(st.tuples(st.integers(0, len(_GOOD_ZIP.getvalue()) - 1), st.integers(0, 255)), max_size=6),
    st.integers(0, 200),
)
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_damage_is_reported_or_harmless_and_never_raises(
    tmp_path: Path, flips: list[tuple[int, int]], cut: int
) -> None:
    data = bytearray(_GOOD_ZIP.getvalue())
    for position, byte in flips:
        data[position] = byte
    path = tmp_path / "PJ.zip"
    path.write_bytes(data[: len(data) - cut] if cut > 100 else data)
    report = report_on(path)
    if report.conforme:  # then the attachments are the ones that were put in
        with zipfile.ZipFile(path) as archive:
            assert [zlib.crc32(archive.read(name)) for name in GOOD] == [zlib.crc32(d) for d in GOOD.values()]
