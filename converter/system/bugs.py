"""What is shown of a mistake of ours: where it happened, and nothing of the data that it happened on."""

import sys
import traceback
from pathlib import Path
from types import TracebackType


def report_bug(kind: type[BaseException], bug: BaseException, trace: TracebackType | None) -> None:
    """Show the calls that led to an exception without its text, which may quote a name or an address."""
    sys.stderr.write("Traceback (most recent call last):\n")
    for frame in traceback.extract_tb(trace):
        sys.stderr.write(f"  {Path(frame.filename).name}:{frame.lineno} {frame.name}\n")
    cause = bug.__cause__ or bug.__context__
    sys.stderr.write(f"{kind.__name__}{f' ({type(cause).__name__})' if cause else ''}\n")
