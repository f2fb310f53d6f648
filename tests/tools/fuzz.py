"""Damaged inputs by the thousand: what a user may hold must be read or refused, never crash, hang or swell.

    python -m tests.tools.fuzz workbooks --seed 1 --number 20000 [--keep FOLDER]

`workbooks`: mutated bytes, zip entries, XML nodes, attributes and values, run twice through `valider`; `moved`: the
same through `modele --depuis`; `json`: the portal's answers, models and deposits; `attachments`: PDF, PNG and JPG. What
falls short is told with its seed, and kept.
"""

import argparse
import resource
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from converter.issues import Empeche, Inutilisable
from tests.tools import fuzz_inputs

LONGEST = 10
"""Seconds that one input may take."""
LARGEST = 1_000_000
"""Kilobytes that the process may come to hold."""


class TooLong(BaseException):  # passes through every `except Exception`
    """An input took longer than `LONGEST`."""


@dataclass(frozen=True, slots=True)
class Fault:
    """An input that fell short: its seed, and how."""

    seed: int
    how: str


@contextmanager
def _limited() -> Iterator[None]:
    def stop(_number: int, _frame: FrameType | None) -> None:
        raise TooLong

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(LONGEST)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _refused(run: Callable[[Path], object], path: Path) -> bool:
    """Run on a path; whether it was refused in the way of a user's mistake."""
    try:
        with _limited():
            run(path)
    except (Inutilisable, Empeche):
        return True
    return False


def _where(error: BaseException) -> str:
    frames = [each for each in traceback.extract_tb(error.__traceback__) if "converter" in each.filename]
    last = frames[-1] if frames else None
    place = f"{Path(last.filename).name}:{last.lineno}" if last else "?"
    return f"{type(error).__name__} at {place}: {str(error)[:120]}"


def fault(kind: fuzz_inputs.Kind, seed: int, folder: Path) -> Fault | None:
    """Build one input and run it, twice where what it does to it must be readable again."""
    path = folder / kind.name
    path.write_bytes(kind.built(seed))
    swollen = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > LARGEST
    try:
        if not _refused(kind.run, path) and kind.again and _refused(kind.run, path):
            return Fault(seed, "refused on the second run")
    except TooLong:
        return Fault(seed, f"longer than {LONGEST} s")
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        return Fault(seed, _where(error))
    if not swollen and resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > LARGEST:
        return Fault(seed, "more than 1 GB")
    return None


def faults(kind: fuzz_inputs.Kind, seed: int, number: int, keep: Path | None = None) -> Iterator[Fault]:
    """Run that many inputs from a seed on; those that fall short, kept in a folder where asked for."""
    for each in range(seed * 1_000_000, seed * 1_000_000 + number):
        if keep is not None:  # before it runs: a library may end the process
            keep.mkdir(parents=True, exist_ok=True)
            (keep / f"{each}-{kind.name}").write_bytes(kind.built(each))
        with tempfile.TemporaryDirectory(prefix="segur-hop-fuzz-") as folder:
            found = fault(kind, each, Path(folder))
        if found is not None:
            yield found
        elif keep is not None:
            (keep / f"{each}-{kind.name}").unlink()


def main(arguments: Sequence[str]) -> int:
    """Run a kind of inputs; 1 when any fell short."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=sorted(fuzz_inputs.KINDS))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--number", type=int, default=1000)
    parser.add_argument("--keep", type=Path)
    wanted = parser.parse_args(arguments)
    count = 0
    for found in faults(fuzz_inputs.KINDS[wanted.kind], wanted.seed, wanted.number, wanted.keep):
        count += 1
        sys.stdout.write(f"{found.seed}: {found.how}\n")
        sys.stdout.flush()
    sys.stdout.write(f"{wanted.kind}, seed {wanted.seed}: {wanted.number} inputs, {count} fall short\n")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
