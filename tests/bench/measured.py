"""One process run to its end: how long it took, how much of the processors, how much memory at most."""

import os
import subprocess
import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

REPO = Path(__file__).parents[2]
_LAUNCH = Path(__file__).with_name("launch.py")
_INSTALLED = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""Where the tool runs from its bytecode, as it does once installed, and as the libraries it is set against do here."""
_TOOL = "import sys; sys.modules['hypothesis'] = None; from converter.cli import main; main()"
"""The tool without the library of the tests, which pandera loads where it is there: no user has it."""


@dataclass(frozen=True, slots=True)
class Run:
    """What one process cost: seconds on the wall, seconds of processor, and peak memory in MB.

    With its children, whose memory counts for the greatest alone.
    """

    seconds: float
    processor: float
    memory: float
    said: str = ""

    def less(self, other: "Run") -> "Run":
        """Return what this run took more than another."""
        return replace(self, seconds=self.seconds - other.seconds, processor=self.processor - other.processor)


class Failed(Exception):  # noqa: N818 - a run that failed says nothing of how fast it is
    """A process ended otherwise than it should."""

    def __init__(self, arguments: Sequence[str | Path], code: float, said: str) -> None:
        super().__init__(f"{arguments}: {code:.0f}\n{said[-2000:]}")


def run(arguments: Sequence[str | Path], *, codes: Collection[int] = (0,)) -> Run:
    """Run a program in a process of its own; raises `Failed` where its exit code is not among `codes`."""
    launched = [sys.executable, "-S", _LAUNCH, *arguments]
    done = subprocess.run(
        launched, cwd=REPO, env=_INSTALLED, capture_output=True, encoding="utf-8", errors="replace", check=True
    )
    said, _, cost = done.stdout.rstrip("\n").rpartition("\n")
    code, seconds, processor, kilobytes = map(float, cost.split())
    if code not in codes:
        raise Failed(arguments, code, said)
    return Run(seconds, processor, kilobytes / 1000, said)


def python(*arguments: str | Path, codes: Collection[int] = (0,)) -> Run:
    """Run this Python."""
    return run([sys.executable, *arguments], codes=codes)


def segur_hop(*arguments: str | Path, codes: Collection[int] = (0,)) -> Run:
    """Run the command line of this checkout."""
    return python("-c", _TOOL, *arguments, codes=codes)


def told(done: Run) -> Run:
    """Return a run with the seconds that the process itself says of the part that counts."""
    seconds, processor = map(float, done.said.split()[-2:])
    return replace(done, seconds=seconds, processor=processor)
