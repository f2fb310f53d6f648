"""What the bytes of an attachment really are, and whether they open: bytes in, findings out, no disk."""

import io
import struct
import warnings
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from converter.issues import Facts

if TYPE_CHECKING:
    from converter.attachments.pdf import Said

PIXELS = 50_000_000
"""An image of more points is refused: a page of A4 scanned at 600 dpi has 35 million."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """One finding about a file, by code; the caller gives it a cell. `proposition`: what to type instead."""

    code: str
    faits: Facts = ()
    proposition: str = ""


def flaws_of(data: bytes, expected: str) -> tuple[Flaw, ...]:
    """Say what is wrong with the content of a file whose name promises the format `expected`; see `content_of`."""
    return content_of(data, expected, read=False)[0]


def content_of(data: bytes, expected: str, *, read: bool) -> tuple[tuple[Flaw, ...], "Said | None"]:
    """Say what is wrong with the content of a file whose name promises the format `expected`, and `read` a PDF too.

    `expected` is a `formatFichier` (PDF, PNG, JPG); `data` is the whole file, not empty. What it says is `None` where
    it does not open or was not read. Never raises on any content; run it under `quiet`. Source: specification, Bytes.
    """
    found, name = sniff(data)
    if found == expected:
        return _open_pdf(data, read=read) if expected == "PDF" else (_OPENERS[expected](data), None)
    faits = (("attendu", expected), ("trouve", name))
    if found:
        return (Flaw("P050", (*faits, ("extension", f".{found.lower()}"))),), None
    return (Flaw("P051", faits),), None


@contextmanager
def quiet() -> Iterator[None]:
    """Keep the libraries' own remarks about odd files off the user's screen; our findings say what matters.

    Not to be entered by two threads at once: warning filters belong to the whole process.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


# --- which format ---------------------------------------------------------------------------------------

_SIGNATURES: tuple[tuple[int, bytes, str, str], ...] = (
    (0, b"%PDF-", "PDF", "un PDF"),
    (0, b"\x89PNG\r\n\x1a\n", "PNG", "une image PNG"),
    (0, b"\xff\xd8\xff", "JPG", "une image JPEG"),
    (0, b"GIF8", "", "une image GIF"),
    (0, b"II*\0", "", "une image TIFF"),
    (0, b"MM\0*", "", "une image TIFF"),
    (0, b"BM", "", "une image BMP"),
    (8, b"WEBP", "", "une image WebP"),
    (4, b"ftyphei", "", "une photo HEIC"),
    (4, b"ftyphev", "", "une photo HEIC"),
    (4, b"ftypmif1", "", "une photo HEIC"),
    (4, b"ftypavif", "", "une image AVIF"),
    (4, b"ftyp", "", "une vidéo"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "", "un ancien document Office (.doc, .xls) ou un message Outlook"),
    (0, b"{\\rtf", "", "un document RTF"),
    (0, b"%!PS", "", "un document PostScript"),
    (0, b"7z\xbc\xaf\x27\x1c", "", "une archive 7z"),
    (0, b"Rar!", "", "une archive RAR"),
    (0, b"\x1f\x8b", "", "une archive gzip"),
    (0, b"L\0\0\0\x01\x14\x02\0", "", "un raccourci Windows"),
    (0, b"[InternetShortcut]", "", "un raccourci vers une page web"),
    (0, b"MZ", "", "un programme"),
)
_ZIPPED = ((b"word/", "un document Word"), (b"xl/", "un classeur Excel"), (b"ppt/", "une présentation PowerPoint"),
           (b"opendocument", "un document LibreOffice"))  # fmt: skip
_LOOSE = ((b"%pdf-", "PDF", "un PDF"), (b"<!doctype html", "", "une page web"), (b"<html", "", "une page web"),
          (b"<?xml", "", "un document XML"), (b"mime-version:", "", "un courriel"))  # fmt: skip


def sniff(data: bytes) -> tuple[str, str]:
    """Return the `formatFichier` (`""` for any other content) and its French name with article."""
    if data.startswith(b"PK\x03\x04"):
        return "", next((name for part, name in _ZIPPED if part in data), "une archive zip")
    for offset, magic, found, name in _SIGNATURES:
        if data.startswith(magic, offset):
            return found, name
    head = data[:1024].lower()  # readers take a PDF whose header comes this late
    for part, found, name in _LOOSE:
        if part in head:
            return found, name
    return "", _without_signature(data)


def _without_signature(data: bytes) -> str:
    if not data.strip(b"\0"):
        return "un fichier rempli de zéros (copie ou téléchargement interrompu)"
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return "un contenu inconnu"
    return "un contenu inconnu" if "\0" in text else "du texte"


# --- does it open ---------------------------------------------------------------------------------------

_TAIL = 1024
"""Readers look for the end mark of a PDF in this many last bytes."""

# What pillow lets through on damaged files: each was met while fuzzing it.
_IMAGE_DAMAGE = (ArithmeticError, AttributeError, EOFError, LookupError, OSError, SyntaxError, TypeError, ValueError,
                 struct.error, zlib.error)  # fmt: skip


def _open_pdf(data: bytes, *, read: bool) -> tuple[tuple[Flaw, ...], "Said | None"]:
    if b"%%EOF" not in data.rstrip(b"\0\t\n\f\r ")[-_TAIL:]:
        return (Flaw("P063"),), None
    from converter.attachments import pdf

    code, said = pdf.inspect_pdf(data, read=read)
    return (Flaw(code),) if code else (), said


def _open_png(data: bytes) -> tuple[Flaw, ...]:
    """Check every block's sum; that the picture then unfolds is not tried, so a bomb costs nothing."""
    from PIL.PngImagePlugin import PngImageFile

    try:
        image = PngImageFile(io.BytesIO(data))
        image.verify()
    except _IMAGE_DAMAGE:
        return (Flaw("P070"),)
    return _size(image.size)


def _open_jpg(data: bytes) -> tuple[Flaw, ...]:
    """Decode at an eighth of the size: every byte is read, little memory is taken."""
    from PIL.JpegImagePlugin import JpegImageFile

    try:
        image = JpegImageFile(io.BytesIO(data))
        if too_large := _size(image.size):
            return too_large
        image.draft(None, (image.width // 8 or 1, image.height // 8 or 1))
        image.load()
    except _IMAGE_DAMAGE:
        return (Flaw("P070"),)
    return ()


def _size(size: tuple[int, int]) -> tuple[Flaw, ...]:
    width, height = size
    if width * height <= PIXELS:
        return ()
    return (Flaw("P071", (("largeur", str(width)), ("hauteur", str(height)))),)


_OPENERS: dict[str, Callable[[bytes], tuple[Flaw, ...]]] = {"PNG": _open_png, "JPG": _open_jpg}
