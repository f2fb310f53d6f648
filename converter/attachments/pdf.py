"""PDF files through PDFium, the library that shows them in a browser: whether one opens, and what its text says.

PDFium opens the smallest file in 20 µs and any damaged one it can, but bounds nothing: 3 MiB can unfold to gigabytes.
So the streams that it would unfold are measured first.
"""

import re
import zlib
from collections.abc import Callable, Iterator
from ctypes import byref, c_float, c_ushort
from threading import Lock
from typing import Any

import pypdfium2.raw as pdfium

_UNFOLDED = 8_000_000
"""Bytes that the tables of an honest PDF, or all that its pages draw, unfold to: it has a tenth."""
_PAGES = 12
"""Pages whose text is read: an order form has a few."""
_CHARACTERS = 20_000
"""Characters read of a page."""
_COVERS = 0.4
"""The share of a page that an image takes when the page is a scan, and its text the guess of a machine."""

_ONE_AT_A_TIME = Lock()
"""PDFium serves one thread."""


Said = tuple[str, bool]
"""What a PDF says, `""` where it has no text, and whether that is sure to be all."""


def inspect_pdf(data: bytes, *, read: bool) -> tuple[str, Said | None]:
    """Return the code of what is wrong with a PDF, `""` when it opens without password and has a page; `read` it too.

    One that opens freely but forbids printing or changing it is only reported: any reader shows it. What it says is
    `None` where it does not open or was not read. What a machine guessed over a scanned page is no text, and pages
    after the first ones are not read.
    """
    if (b"/ObjStm" in data or b"/XRef" in data) and _unfolds(data, _of_a_table):
        return "P065", None
    readable = read and not _unfolds(data, _of_a_page)
    with _ONE_AT_A_TIME:
        document = pdfium.FPDF_LoadMemDocument64(data, len(data), None)
        if not document:
            return _REFUSALS.get(pdfium.FPDF_GetLastError(), "P062"), None
        try:
            code = _fault(document)
            if not read or code not in OPEN:
                return code, None
            return code, _text(document) if readable else ("", False)
        finally:
            pdfium.FPDF_CloseDocument(document)


OPEN = frozenset({"", "P061"})
"""The codes of a PDF that opens."""
_REFUSALS = {pdfium.FPDF_ERR_PASSWORD: "P060", pdfium.FPDF_ERR_SECURITY: "P060"}


def _fault(document: Any) -> str:
    if not pdfium.FPDF_GetPageCount(document):
        return "P064"
    # Asking its size reads a page without unfolding what it shows.
    if not pdfium.FPDF_GetPageSizeByIndexF(document, 0, byref(pdfium.FS_SIZEF())):
        return "P062"
    return "P061" if pdfium.FPDF_GetSecurityHandlerRevision(document) >= 0 else ""


# --- what would unfold ------------------------------------------------------------------------------------------------

_STREAM = re.compile(rb"stream\r?\n")
_HEAD = 400
"""Bytes before a stream that hold its dictionary, or the end of a long one."""


def _of_a_table(head: bytes) -> bool:
    return b"/ObjStm" in head or b"/XRef" in head


def _of_a_page(head: bytes) -> bool:
    return b"/Image" not in head and b"/FontFile" not in head


def _unfolds(data: bytes, concerned: Callable[[bytes], bool]) -> bool:
    """Tell whether the compressed streams concerned unfold beyond measure, or in a way that cannot be measured."""
    left = _UNFOLDED
    for stream in _STREAM.finditer(data):
        head = data[max(0, stream.start() - _HEAD) : stream.start()].rpartition(b"obj")[2]
        if not concerned(head):
            continue
        if b"/LZW" in head or head.count(b"/Fl") > 1:
            return True
        left -= _unfolded(data, stream.end(), left + 1)
        if left < 0:
            return True
    return False


def _unfolded(data: bytes, start: int, most: int) -> int:
    if data[start] & 0x0F != zlib.DEFLATED:
        return 0
    try:
        return len(zlib.decompressobj().decompress(memoryview(data)[start:], most))
    except zlib.error:
        return 0


# --- what it says -----------------------------------------------------------------------------------------------------


def _text(document: Any) -> Said:
    count = pdfium.FPDF_GetPageCount(document)
    pages = [_page(document, index) for index in range(min(count, _PAGES))]
    told = [page for page in pages if page]
    return "\n".join(told), len(told) == count


def _page(document: Any, index: int) -> str:
    page = pdfium.FPDF_LoadPage(document, index)
    if not page:
        return ""
    try:
        return "" if _is_scan(page) else _characters(page)
    finally:
        pdfium.FPDF_ClosePage(page)


def _characters(page: Any) -> str:
    found = pdfium.FPDFText_LoadPage(page)
    if not found:
        return ""
    try:
        count = min(pdfium.FPDFText_CountChars(found), _CHARACTERS)
        buffer = (c_ushort * (count + 1))()
        pdfium.FPDFText_GetText(found, 0, count, buffer)
        return bytes(buffer)[: 2 * count].decode("utf-16-le", "replace").partition("\0")[0]
    finally:
        pdfium.FPDFText_ClosePage(found)


def _is_scan(page: Any) -> bool:
    surface = pdfium.FPDF_GetPageWidthF(page) * pdfium.FPDF_GetPageHeightF(page)
    return any(image > _COVERS * surface for image in _images(page))


def _images(page: Any) -> Iterator[float]:
    """Yield the surface of each image of a page."""
    left, bottom, right, top = (c_float() for _ in range(4))
    for index in range(pdfium.FPDFPage_CountObjects(page)):
        drawn = pdfium.FPDFPage_GetObject(page, index)
        if pdfium.FPDFPageObj_GetType(drawn) == pdfium.FPDF_PAGEOBJ_IMAGE:
            pdfium.FPDFPageObj_GetBounds(drawn, byref(left), byref(bottom), byref(right), byref(top))
            yield (right.value - left.value) * (top.value - bottom.value)
