"""Time and memory of depositing 2 GB of attachments beside `cp` of the same files, in one run: by hand.

    python -m tests.tools.weigh_deposit [--demandes 334]

An attachment may weigh 3 MiB and a request has two, so that 2 GB are 334 requests: two JSON files and a dozen zips.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.support.lots import convert, demandes

LARGEST = 3 * 1024 * 1024


def seconds(work: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--demandes", type=int, default=334)
    count = parser.parse_args().demandes
    with tempfile.TemporaryDirectory(prefix="weigh-", dir=".") as base:
        pieces, depots = Path(base, "pieces"), Path(base, "depots")
        requests = demandes(pieces, count, octets=LARGEST - 64)
        octets = sum(path.stat().st_size for path in pieces.iterdir())
        convert(Path(base, "petit"), *demandes(Path(base, "petites pieces"), count))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        copying = seconds(lambda: subprocess.run(["cp", "-r", str(pieces), f"{base}/copie"], check=True))
        synced = seconds(lambda: subprocess.run(["sync", "-f", base], check=True))
        converting = seconds(lambda: convert(depots, *requests))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        zips = list(depots.rglob("*.zip"))
        sys.stdout.write(
            f"{octets / 1e9:.2f} GB in {count} requests, {len(zips)} zips of at most "
            f"{max(path.stat().st_size for path in zips)} bytes\n"
            f"cp {copying:.2f} s, {synced:.2f} s more to be on the disk; convert (synced) {converting:.2f} s\n"
            f"peak memory {peak // 1024} MiB; {before // 1024} MiB for as many requests with tiny attachments\n"
        )


if __name__ == "__main__":
    main()
