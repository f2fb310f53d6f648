"""Attachments of the largest size, packed into deposits or copied and synced: a process that times itself.

    python -m tests.bench.packing FOLDER OCTETS {pack,copy}

Making the attachments and asking for their hashes is no part of what is timed.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.support.lots import convert, demandes

LARGEST = 3 * 1024 * 1024


def main(arguments: list[str]) -> None:
    """Print the seconds and the seconds of processor that the work took."""
    base, octets, kind = Path(arguments[0]), int(arguments[1]), arguments[2]
    requests = demandes(base / "pieces", -(-octets // (2 * LARGEST)), octets=LARGEST - 64)
    target = base / kind
    works: dict[str, Callable[[], object]] = {
        "pack": lambda: convert(target, *requests),
        "copy": lambda: subprocess.run(
            ["sh", "-c", f"cp -r '{base}/pieces' '{target}' && sync -f '{base}'"], check=True
        ),
    }
    os.sync()
    begun, used = time.perf_counter(), _processor()
    works[kind]()
    sys.stdout.write(f"{time.perf_counter() - begun} {_processor() - used}\n")
    shutil.rmtree(target)


def _processor() -> float:
    return sum(os.times()[:4])


if __name__ == "__main__":
    main(sys.argv[1:])
