"""Attachments: found under the folder and nowhere else, and what they say they are."""

import hashlib
import io
import os
import re
import struct
import sys
import time
import unicodedata
import warnings
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfWriter

from converter.attachments import contents
from converter.attachments.inspection import OCTETS, OCTETS_SURS, Inspection, inspect

EXTENSIONS = {".pdf": "PDF", ".png": "PNG", ".jpg": "JPG", ".jpeg": "JPG"}
POSIX_ONLY = pytest.mark.skipif(os.name == "nt", reason="files that only POSIX has")


def plain_pdf(stuffing: int = 0, *, catalog: str = "/Type /Catalog /Pages 2 0 R", kids: str = "3 0 R") -> bytes:
    """Write a PDF of one page by hand, with its classic table."""
    bodies = [
        f"<< {catalog} >>",
        f"<< /Type /Pages /Kids [{kids}] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 4 0 R >> >> >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        f"<< /Length {stuffing} >>\nstream\n{'x' * stuffing}\nendstream",
    ]
    out = b"%PDF-1.4\n"
    rows = ["0000000000 65535 f \n"]
    for number, body in enumerate(bodies, 1):
        rows.append(f"{len(out):010d} 00000 n \n")
        out += f"{number} 0 obj\n{body}\nendobj\n".encode()
    table = f"xref\n0 {len(rows)}\n{''.join(rows)}trailer\n<< /Size {len(rows)} /Root 1 0 R >>\n"
    return out + f"{table}startxref\n{len(out)}\n%%EOF\n".encode()


def compressed_pdf() -> bytes:
    """Write a PDF 1.5 whose objects and table are streams: not plain, yet good."""
    bodies = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", b"<</Type/Page/Parent 2 0 R>>"]
    starts = [0, len(bodies[0]) + 1, len(bodies[0]) + len(bodies[1]) + 2]
    head = b"".join(b"%d %d " % pair for pair in enumerate(starts, 1))
    packed = zlib.compress(head + b" ".join(bodies))
    out = b"%PDF-1.5\n4 0 obj\n"
    out += b"<</Type/ObjStm/N 3/First %d/Filter/FlateDecode/Length %d>>\n" % (len(head), len(packed))
    out += b"stream\n" + packed + b"\nendstream\nendobj\n"
    rows = [(0, 0, 255), (2, 4, 0), (2, 4, 1), (2, 4, 2), (1, 9, 0), (1, len(out), 0)]
    table = b"".join(struct.pack(">BHB", *row) for row in rows)
    return out + (
        b"5 0 obj\n<</Type/XRef/Size 6/W[1 2 1]/Root 1 0 R/Length %d>>\nstream\n%b\nendstream\nendobj\n"
        b"startxref\n%d\n%%%%EOF\n" % (len(table), table, len(out))
    )


def written_pdf(pages: int = 1, *, user: str = "", owner: str = "", algorithm: str = "AES-256") -> bytes:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(100, 100)
    if owner:
        writer.encrypt(user, owner, algorithm=algorithm)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def picture(form: str, mode: str = "RGB", size: tuple[int, int] = (40, 30), **options: object) -> bytes:
    out = io.BytesIO()
    Image.effect_noise(size, 60).convert(mode).save(out, form, **options)
    return out.getvalue()


def zipped(part: bytes) -> bytes:
    return b"PK\x03\x04" + bytes(26) + part + bytes(40)


def codes(inspection: Inspection) -> list[str]:
    return [finding.code for finding in inspection.findings]


@pytest.fixture
def pieces(tmp_path: Path) -> Path:
    folder = tmp_path / "pieces"
    (folder / "Janvier").mkdir(parents=True)
    (folder / "Bon été 01.pdf").write_bytes(plain_pdf())
    (folder / "Janvier" / "scan 02.png").write_bytes(picture("PNG"))
    (tmp_path / "secret.pdf").write_bytes(plain_pdf())
    return folder


def look(pieces: Path, name: str) -> Inspection:
    return inspect([name], pieces, EXTENSIONS)[name]


# --- names ----------------------------------------------------------------------------------------------


def test_a_good_file_is_described(pieces: Path) -> None:
    content = plain_pdf()

    found = look(pieces, "Bon été 01.pdf")

    digest = hashlib.sha256(content).hexdigest()
    assert found == Inspection(str(pieces / "Bon été 01.pdf"), len(content), "PDF", digest, ())


def test_each_distinct_name_is_answered_once(pieces: Path) -> None:
    found = inspect(iter(["Bon été 01.pdf", "absent.pdf", "Bon été 01.pdf"]), pieces, EXTENSIONS)

    assert list(found) == ["Bon été 01.pdf", "absent.pdf"]


@pytest.mark.parametrize(
    "name",
    [
        "Janvier/scan 02.png",
        "Janvier\\scan 02.png",
        ".\\Janvier\\\\scan 02.png",
        "Janvier/../Janvier/scan 02.png",
        "  Janvier/scan 02.png ",
        '"Janvier\\scan 02.png"',
    ],
)
def test_a_path_inside_the_folder_may_be_written_in_many_ways(pieces: Path, name: str) -> None:
    assert look(pieces, name) == look(pieces, "Janvier/scan 02.png")
    assert look(pieces, name).findings == ()


@pytest.mark.parametrize("name", ["bon ÉTÉ 01.PDF", "Bon\u00a0été 01.pdf", "Bon  été 01.pdf"])
def test_case_and_spaces_are_corrected_to_the_real_name(pieces: Path, name: str) -> None:
    found = look(pieces, name)

    assert codes(found) == ["P018"]
    assert found.findings[0].proposition == "Bon été 01.pdf"
    assert found.path == str(pieces / "Bon été 01.pdf")


def test_a_difference_nobody_can_see_is_none(pieces: Path) -> None:
    found = look(pieces, unicodedata.normalize("NFD", "Bon été 01.pdf"))

    assert found.path == str(pieces / "Bon été 01.pdf")
    assert found.findings == ()


@pytest.mark.skipif(sys.platform != "linux", reason="the file system must tell cases apart")
def test_between_two_names_alike_none_is_guessed(pieces: Path) -> None:
    (pieces / "a.pdf").write_bytes(plain_pdf())
    (pieces / "A.PDF").write_bytes(plain_pdf())

    assert look(pieces, "a.pdf").findings == ()
    assert codes(look(pieces, "a.Pdf")) == ["P014"]


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("Bon été 01", "Bon été 01.pdf"),
        ("Bon ete 01.pdf", "Bon été 01.pdf"),
        ("Bon été 01.png", "Bon été 01.pdf"),
        ("Bon_été-01.pdf", "Bon été 01.pdf"),
        ("Bons été 01.pdf", "Bon été 01.pdf"),
        ("scan 02.png", "Janvier/scan 02.png"),
        ("Février/scan 02.png", "Janvier/scan 02.png"),
    ],
)
def test_the_nearest_existing_name_is_proposed_and_not_taken(pieces: Path, name: str, nearest: str) -> None:
    found = look(pieces, name)

    assert not found.path
    assert codes(found) == ["P014"]
    assert found.findings[0].proposition == nearest


@pytest.mark.parametrize("name", ["tout autre chose.pdf", "Bon été 02.pdf", "Bon été 01.pdf/x.pdf"])
def test_a_name_without_like_is_not_found(pieces: Path, name: str) -> None:
    """The neighbour by number is another request's order form."""
    assert codes(look(pieces, name)) == ["P013"]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("C:\\pieces\\x.pdf", "P011"),
        ("c:x.pdf", "P011"),
        ("\\\\serveur\\partage\\x.pdf", "P011"),
        ("/etc/passwd", "P011"),
        ("file:///etc/passwd", "P011"),
        ("../secret.pdf", "P012"),
        ("Janvier\\..\\..\\secret.pdf", "P012"),
        ("nul", "P010"),
        ("Janvier/COM1.pdf", "P010"),
        ("x\0.pdf", "P010"),
        ("x\n.pdf", "P010"),
        ("Janvier", "P015"),
        ("", "P015"),
        (".", "P015"),
        ("Bon été 01.pdf:flux", "P013"),
        ("Bon été 01.pdf.", "P014"),
    ],
)
def test_a_name_that_is_no_file_of_the_folder_is_refused(pieces: Path, name: str, code: str) -> None:
    found = look(pieces, name)

    assert not found.path
    assert codes(found) == [code]


def test_a_full_path_is_answered_with_the_name_to_type(pieces: Path) -> None:
    found = look(pieces, '"C:\\Users\\Zoé\\pieces\\Bon été 01.pdf"')

    assert codes(found) == ["P011"]
    assert found.findings[0].proposition == "Bon été 01.pdf"


@given(name=st.text(alphabet=st.sampled_from("./\\:\0 abC~\"'é*?%é\n\ud800"), max_size=12) | st.text(max_size=12))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_name_raises_or_leads_out(pieces: Path, name: str) -> None:
    found = look(pieces, name)

    assert not found.path or Path(found.path).resolve().is_relative_to(pieces.resolve())
    assert bool(found.path) or found.findings


def test_a_missing_folder_is_told_for_every_name(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")

    for folder in (tmp_path / "absent", tmp_path / "file", tmp_path / "file" / "x"):
        found = inspect(["a.pdf", "b.pdf"], folder, EXTENSIONS)
        assert [codes(one) for one in found.values()] == [["P001"], ["P001"]]
        assert found["a.pdf"].findings[0].faits == (("dossier", str(folder)),)


# --- links and special files ----------------------------------------------------------------------------


@POSIX_ONLY
def test_a_link_is_followed_only_inside(pieces: Path) -> None:
    (pieces / "inside.pdf").symlink_to(pieces / "Bon été 01.pdf")
    (pieces / "outside.pdf").symlink_to(pieces.parent / "secret.pdf")
    (pieces / "away").symlink_to(pieces.parent)
    (pieces / "broken.pdf").symlink_to(pieces / "nowhere.pdf")
    (pieces / "loop.pdf").symlink_to(pieces / "loop.pdf")

    assert look(pieces, "inside.pdf").path == str(pieces / "Bon été 01.pdf")
    assert codes(look(pieces, "inside.pdf")) == []
    assert codes(look(pieces, "outside.pdf")) == ["P017"]
    assert codes(look(pieces, "away/secret.pdf")) == ["P017"]
    assert codes(look(pieces, "broken.pdf")) == ["P020"]
    assert codes(look(pieces, "loop.pdf")) == ["P020"]


@POSIX_ONLY
def test_the_folder_itself_may_be_a_link(pieces: Path) -> None:
    link = pieces.parent / "link"
    link.symlink_to(pieces)

    assert look(link, "Bon été 01.pdf").path == str(pieces / "Bon été 01.pdf")


@POSIX_ONLY
def test_a_pipe_is_refused_without_waiting(pieces: Path) -> None:
    os.mkfifo(pieces / "pipe.pdf")
    (pieces / "piped.pdf").symlink_to(pieces / "pipe.pdf")

    assert codes(look(pieces, "pipe.pdf")) == ["P016"]
    assert codes(look(pieces, "piped.pdf")) == ["P016"]


@POSIX_ONLY
def test_an_unreadable_file_is_told(pieces: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.open

    def refusing(path: str, *args: object) -> int:
        if str(path).endswith("01.pdf"):
            raise PermissionError(13, "refused", path)
        return real(path, *args)

    monkeypatch.setattr(os, "open", refusing)

    assert codes(look(pieces, "Bon été 01.pdf")) == ["P020"]


def test_files_on_a_slow_drive_are_all_checked(pieces: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("converter.attachments.inspection._WAITING", -1)
    names = [f"bon {i:03d}.pdf" for i in range(100)]
    for i, name in enumerate(names):
        (pieces / name).write_bytes(plain_pdf(i))

    found = inspect(names, pieces, EXTENSIONS)

    assert [one.octets for one in found.values()] == [len(plain_pdf(i)) for i in range(100)]
    assert all(one.path == str(pieces / name) and not one.findings for name, one in found.items())


# --- extension and size ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "extension"), [("a.docx", ".docx"), ("a.pdf.EXE", ".exe"), ("a", "(aucune)")])
def test_only_three_formats_are_taken(pieces: Path, name: str, extension: str) -> None:
    (pieces / name).write_bytes(plain_pdf())

    found = look(pieces, name)

    assert codes(found) == ["P031"]
    assert found.findings[0].faits == (("extension", extension),)


@pytest.mark.parametrize(("name", "form"), [("A.PDF", "PDF"), ("b.Jpeg", "JPEG"), ("c.jpg", "JPEG"), ("d.PNG", "PNG")])
def test_the_extension_says_the_format(pieces: Path, name: str, form: str) -> None:
    (pieces / name).write_bytes(plain_pdf() if form == "PDF" else picture(form))

    found = look(pieces, name)

    assert (found.format, found.findings) == ({"JPEG": "JPG"}.get(form, form), ())


@pytest.mark.parametrize(
    ("octets", "expected"),
    [(0, ["P040"]), (3_000_000, []), (3_000_001, ["P042"]), (3_145_728, ["P042"]), (3_145_729, ["P041"])],
)
def test_a_file_weighs_three_mo_at_most(pieces: Path, octets: int, expected: list[str]) -> None:
    content = plain_pdf(octets - len(plain_pdf(1_000_000)) + 1_000_000) if octets else b""
    (pieces / "gros.pdf").write_bytes(content)

    found = look(pieces, "gros.pdf")

    assert (found.octets, codes(found)) == (octets, expected)
    assert (OCTETS_SURS, OCTETS) == (3_000_000, 3_145_728)


def test_a_size_is_written_the_french_way(pieces: Path) -> None:
    with (pieces / "gros.pdf").open("wb") as file:
        file.truncate(12_345_678)

    assert look(pieces, "gros.pdf").findings[0].faits == (("taille", "12,35"), ("octets", "12\u202f345\u202f678"))


# --- content against name -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (zipped(b"word/document.xml"), "un document Word"),
        (zipped(b"xl/workbook.xml"), "un classeur Excel"),
        (zipped(b"facture.txt"), "une archive zip"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500),
            "un ancien document Office (.doc, .xls) ou un message Outlook",
        ),
        (picture("GIF", "L"), "une image GIF"),
        (picture("TIFF"), "une image TIFF"),
        (picture("BMP"), "une image BMP"),
        (picture("WEBP"), "une image WebP"),
        (b"\0\0\0\x18ftypheic" + bytes(90), "une photo HEIC"),
        (b"\n <!DOCTYPE html><html>Connexion</html>", "une page web"),
        (b"<?xml version='1.0'?><x/>", "un document XML"),
        (b"Bonjour, voici le bon.", "du texte"),
        (bytes(3000), "un fichier rempli de zéros (copie ou téléchargement interrompu)"),
        (b"\x93\x81\xfe\xff\x80", "un contenu inconnu"),
    ],
)
def test_another_content_is_named(content: bytes, name: str) -> None:
    (finding,) = contents.flaws_of(content, "PDF")

    assert (finding.code, dict(finding.faits)) == ("P051", {"attendu": "PDF", "trouve": name})


@pytest.mark.parametrize(("before", "found"), [(0, "PDF"), (1019, "PDF"), (1020, "")])
def test_the_header_of_a_pdf_stands_within_its_first_1024_bytes(before: int, found: str) -> None:
    assert contents.sniff(b"\xff" * before + plain_pdf())[0] == found


@pytest.mark.parametrize("expected", ["PDF", "PNG", "JPG"])
def test_one_accepted_format_under_the_name_of_another_only_needs_its_extension(expected: str) -> None:
    real = {"PDF": plain_pdf(), "PNG": picture("PNG"), "JPG": picture("JPEG")}
    for found, content in real.items():
        findings = contents.flaws_of(content, expected)
        if found == expected:
            assert findings == ()
        else:
            assert [finding.code for finding in findings] == ["P050"]
            assert dict(findings[0].faits)["extension"] == f".{found.lower()}"
            names = {"PDF": "un PDF", "PNG": "une image PNG", "JPG": "une image JPEG"}
            assert dict(findings[0].faits)["trouve"] == names[found]


# --- PDF ------------------------------------------------------------------------------------------------


def pdf_codes(content: bytes) -> list[str]:
    with contents.quiet():
        return [finding.code for finding in contents.flaws_of(content, "PDF")]


@pytest.mark.parametrize(
    "content",
    [plain_pdf(), compressed_pdf(), written_pdf(3), b"\xef\xbb\xbf" + plain_pdf(), plain_pdf() + bytes(5000)],
)
def test_a_good_pdf_opens(content: bytes) -> None:
    assert pdf_codes(content) == []


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-128", "AES-256"])
def test_a_pdf_that_asks_a_password_is_refused(algorithm: str) -> None:
    assert pdf_codes(written_pdf(user="secret", owner="x", algorithm=algorithm)) == ["P060"]


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-128", "AES-256"])
def test_a_pdf_that_opens_but_is_locked_against_changes_is_only_told(algorithm: str) -> None:
    assert pdf_codes(written_pdf(owner="x", algorithm=algorithm)) == ["P061"]


def test_a_pdf_encrypted_for_a_certificate_is_refused() -> None:
    content = plain_pdf().replace(b"/Root 1 0 R", b"/Root 1 0 R /Encrypt << /Filter /Adobe.PubSec /V 4 >>")

    assert pdf_codes(content) == ["P060"]


def test_a_pdf_without_page_is_refused() -> None:
    assert pdf_codes(plain_pdf(kids="").replace(b"/Count 1", b"/Count 0")) == ["P064"]
    assert pdf_codes(written_pdf(0)) == ["P064"]


def test_a_pdf_cut_anywhere_is_refused() -> None:
    for content in (plain_pdf(1500), compressed_pdf(), written_pdf(2)):
        end = content.rindex(b"%%EOF")
        assert {code for cut in range(8, end, 7) for code in pdf_codes(content[:cut])} == {"P063"}


def test_a_damaged_pdf_is_refused() -> None:
    assert pdf_codes(plain_pdf(catalog="/Type /Catalog /Pages (")) == ["P062"]
    assert pdf_codes(plain_pdf(kids="")) == ["P062"]  # it counts one page and has none
    assert pdf_codes(b"%PDF-1.4\nrien\n%%EOF\n") == ["P062"]


@pytest.mark.parametrize(
    "content",
    [
        plain_pdf(kids="2 0 R"),
        plain_pdf(catalog="/Type /Catalog /Pages 2 0 R /X " + "[" * 100_000 + "]" * 100_000),
        plain_pdf(catalog="/Type /Catalog /Pages 2 0 R /X " + "<</A" * 20_000 + ">>" * 20_000),
        plain_pdf(catalog="/A /B " * 50_000 + "("),
    ],
    ids=["page tree in a circle", "nested arrays", "nested dictionaries", "huge dictionary"],
)
def test_a_pdf_made_to_exhaust_gets_its_verdict(content: bytes) -> None:
    assert pdf_codes(content) in ([], ["P062"], ["P064"], ["P065"])


def test_a_pdf_that_unfolds_without_end_is_refused() -> None:
    stream = zlib.compress(bytes(60_000_000), 9)
    table = b"<< /Type /XRef /Size 9 /W [1 1 1] /Root 1 0 R /Filter /FlateDecode /Length %d >>" % len(stream)
    content = b"%PDF-1.5\n5 0 obj\n" + table + b"\nstream\n" + stream + b"\nendstream\nendobj\nstartxref\n9\n%%EOF\n"

    assert pdf_codes(content) in (["P062"], ["P065"])


def test_objects_that_unfold_without_end_are_refused_unopened() -> None:
    (packed,) = re.findall(rb"stream\n(.*?)\nendstream", compressed_pdf(), re.DOTALL)[:1]
    bomb = zlib.compress(zlib.decompress(packed) + b" " * 9_000_000)
    assert pdf_codes(compressed_pdf().replace(packed, bomb)) == ["P065"]
    twice = compressed_pdf().replace(b"/Filter/FlateDecode", b"/Filter[/FlateDecode/FlateDecode]")
    assert pdf_codes(twice) == ["P065"]


def test_pages_that_do_not_exist_take_no_time() -> None:
    kids = " ".join(f"{number} 0 R" for number in range(1000, 4000))

    started = time.perf_counter()
    assert pdf_codes(plain_pdf(1_000_000, kids=kids)) == ["P062"]
    assert time.perf_counter() - started < 1


MUTATIONS = st.lists(
    st.tuples(
        st.floats(0, 1), st.integers(0, 9), st.binary(max_size=4) | st.sampled_from([b"/Kids", b"0 R", b">>", b"9"])
    ),
    min_size=1,
    max_size=4,
)


def mutated(content: bytes, mutations: list[tuple[float, int, bytes]]) -> bytes:
    for place, removed, inserted in mutations:
        at = int(place * len(content))
        content = content[:at] + inserted + content[at + removed :]
    return content


@given(
    content=st.sampled_from([plain_pdf(), compressed_pdf(), written_pdf(2), written_pdf(owner="x")]),
    mutations=MUTATIONS,
)
@settings(max_examples=400, deadline=None)
def test_no_damaged_pdf_raises(content: bytes, mutations: list[tuple[float, int, bytes]]) -> None:
    assert pdf_codes(mutated(content, mutations)) in (
        [],
        *([code] for code in ("P050", "P051", "P060", "P061", "P062", "P063", "P064", "P065")),
    )


# --- images ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        *(picture("PNG", mode) for mode in ("1", "L", "P", "RGB", "RGBA")),
        picture("PNG", "L", save_all=True, append_images=[Image.new("L", (40, 30))]),
        picture("PNG", size=(1, 1)),
    ],
)
def test_a_good_png_opens(content: bytes) -> None:
    assert contents.flaws_of(content, "PNG") == ()


@pytest.mark.parametrize(
    "content",
    [
        *(picture("JPEG", mode) for mode in ("L", "RGB", "CMYK")),
        picture("JPEG", progressive=True),
        picture("JPEG", size=(1, 1)),
        picture("JPEG", size=(300, 2000)),
    ],
)
def test_a_good_jpeg_opens(content: bytes) -> None:
    assert contents.flaws_of(content, "JPG") == ()


def image_codes(content: bytes, expected: str) -> list[str]:
    with contents.quiet():
        return [finding.code for finding in contents.flaws_of(content, expected)]


def test_a_truncated_image_is_refused() -> None:
    for form, expected in (("PNG", "PNG"), ("JPEG", "JPG")):
        content = picture(form)
        for cut in range(8, len(content) - 12, 50):
            assert image_codes(content[:cut], expected) == ["P070"]


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, *extra: bytes) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    data = chunk(b"IDAT", zlib.compress(bytes(100)))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(extra) + data + chunk(b"IEND", b"")


def test_an_image_of_too_many_points_is_refused_unopened() -> None:
    (finding,) = contents.flaws_of(png(10_000, 5_001), "PNG")
    assert (finding.code, finding.faits) == ("P071", (("largeur", "10000"), ("hauteur", "5001")))

    assert contents.flaws_of(png(10_000, 5_000), "PNG") == ()
    assert image_codes(png(2**31 - 1, 2**31 - 1), "PNG") == ["P071"]

    jpeg = bytearray(picture("JPEG"))
    frame = jpeg.index(b"\xff\xc0")
    jpeg[frame + 5 : frame + 9] = b"\xff\xff\xff\xff"
    assert image_codes(bytes(jpeg), "JPG") == ["P071"]


def test_a_png_with_a_text_bomb_is_refused() -> None:
    assert image_codes(png(9, 9, chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(9_000_000)))), "PNG") == ["P070"]


@given(
    content=st.sampled_from(
        [
            ("PNG", picture("PNG")),
            ("PNG", picture("PNG", "P")),
            ("JPG", picture("JPEG")),
            ("JPG", picture("JPEG", "CMYK", progressive=True)),
        ]
    ),
    mutations=MUTATIONS,
)
@settings(max_examples=400, deadline=None)
def test_no_damaged_image_raises(content: tuple[str, bytes], mutations: list[tuple[float, int, bytes]]) -> None:
    expected, data = content
    assert set(image_codes(mutated(data, mutations), expected)) <= {"P050", "P051", "P070", "P071"}


# --- quiet ----------------------------------------------------------------------------------------------


def test_the_library_of_images_says_nothing() -> None:
    broken_animation = png(9, 9, chunk(b"acTL", bytes(8)))
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        with contents.quiet():
            contents.flaws_of(broken_animation, "PNG")
        assert said == []

        contents.flaws_of(broken_animation, "PNG")
        assert said
