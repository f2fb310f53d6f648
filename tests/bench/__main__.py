"""Time and memory of the tool beside what one would set it against: a Markdown table, for README.

    python -m tests.bench --flatten FLATTEN_TOOL [--sizes 200 2000 20000] [--pairs convertir again] [--keep FOLDER]

Each pair runs in turn, ours then theirs, as often as `--rounds` says; medians are shown, and the median of the ratios
of each turn. `--flatten` is the program flatten-tool of a virtual environment of its own (`pip install
flattentool==0.28.0`); without, that line says so. Where other work shares the machine, the ratio of processor time
is the steadier one.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

from tests.bench.measured import Run
from tests.bench.pairs import Alone, Bed, Pair, pairs

_HEAD = (
    "| what | s (processor) | memory | beside | s (processor) | memory | ratio (processor) | wanted |\n"
    "|---|---|---|---|---|---|---|---|\n"
)


def main(arguments: Sequence[str]) -> None:
    """Build the data, run the pairs, print the table line by line."""
    wanted = _parser().parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        bed = Bed((wanted.keep or Path(scratch)).resolve(), *wanted.sizes, wanted.octets, wanted.flatten)
        known = pairs(bed)
        sys.stdout.write(_HEAD)
        for name in wanted.pairs or known:
            sys.stdout.write(_line(known[name], bed, wanted.rounds))
            sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs=3, default=(200, 2000, 20000), metavar="REQUESTS")
    parser.add_argument("--octets", type=int, default=2_000_000_000, help="attachments to pack")
    parser.add_argument(
        "--pairs",
        nargs="+",
        metavar="NAME",
        help="convertir valider small, each also with -text, again regles help growth packing",
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--keep", type=Path, help="where the data is left for the next time")
    parser.add_argument("--flatten", type=Path, help="the program flatten-tool")
    return parser


def _line(pair: Pair, bed: Bed, rounds: int) -> str:
    try:
        turns = [pair.turn(bed) for _ in range(rounds)]
    except Alone:
        return f"| {pair.ours} | | | {pair.theirs}: not here | | | | ≤ {pair.wanted:g} |\n"
    ours, theirs = zip(*turns, strict=True)
    ratios = [_ratio(a.seconds, b.seconds) for a, b in turns], [_ratio(a.processor, b.processor) for a, b in turns]
    cells = (pair.ours, *_shown(ours), pair.theirs, *_shown(theirs), "{:.2f} ({:.2f})".format(*map(median, ratios)))
    return f"| {' | '.join(cells)} | ≤ {pair.wanted:g} |\n"


def _shown(runs: Sequence[Run]) -> Iterator[str]:
    yield f"{median(each.seconds for each in runs):.2f} ({median(each.processor for each in runs):.2f})"
    yield f"{median(each.memory for each in runs):.0f} MB"


def _ratio(ours: float, theirs: float) -> float:
    return ours / theirs if theirs else float("inf")


if __name__ == "__main__":
    main(sys.argv[1:])
