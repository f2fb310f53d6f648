"""Open any PDF with pypdf, its appetite bounded: 3 MiB can unfold to gigabytes, or ask for hours of searching."""

import io
import struct
import time
import zlib

from pypdf import PasswordType, PdfReader, apply_configuration
from pypdf.errors import DeprecationError, LimitReachedError, PyPdfError
from pypdf.generic import IndirectObject, PdfObject

_SECONDS = 10.0
"""An honest PDF of 3 MiB takes one."""
_DECODED = 8_000_000
"""Bytes of one table or object stream, decoded: an honest one has a tenth."""
_NODES = 10_000
_ROWS = 200_000
_CATALOGUES = 100
"""Objects tried where the trailer does not say which is the catalogue."""

# What pypdf lets through on damaged files besides its own errors: each was met while fuzzing it.
_DAMAGE = (PyPdfError, DeprecationError, ArithmeticError, AssertionError, AttributeError, LookupError, OSError,
           RecursionError, TypeError, ValueError, struct.error, zlib.error)  # fmt: skip


class _Reader(PdfReader):
    """A reader that gives up: each reference that leads nowhere costs a search of the whole file."""

    _deadline = 0.0

    def get_object(self, indirect_reference: int | IndirectObject) -> PdfObject | None:
        self._deadline = self._deadline or time.monotonic() + _SECONDS
        if time.monotonic() > self._deadline:
            msg = "too long"
            raise LimitReachedError(msg)
        return super().get_object(indirect_reference)


def fault(data: bytes) -> str:
    """Return the code of what is wrong with a PDF, `""` when it opens without password and has a page.

    One that opens freely but forbids printing or changing it is only reported: any reader shows it.
    """
    try:
        return _fault(data)
    except LimitReachedError:
        return "P065"
    except NotImplementedError:  # encrypted for a certificate, or a filter that is no one's
        return "P060" if b"/Encrypt" in data else "P062"
    except _DAMAGE:
        return "P062"


def _fault(data: bytes) -> str:
    with apply_configuration(
        zlib_maximum_output_length=_DECODED,
        lzw_maximum_output_length=_DECODED,
        run_length_maximum_output_length=_DECODED,
        page_tree_maximum_entries=_NODES,
    ):
        reader = _Reader(io.BytesIO(data), root_object_recovery_limit=_CATALOGUES, xref_stream_maximum_entries=_ROWS)
        if reader.is_encrypted and reader.decrypt("") == PasswordType.NOT_DECRYPTED:
            return "P060"
        if not reader.pages:
            return "P064"
        return "P061" if reader.is_encrypted else ""
