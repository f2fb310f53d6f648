"""Work that processes share in tests: in a module that loads next to nothing, since each process loads it anew."""

import gc
import os
import time
from pathlib import Path


def cycles(_: int) -> tuple[int, int, int]:
    """Return how seldom this process looks for cycles."""
    return gc.get_threshold()


def slowly(part: tuple[Path, int]) -> int:
    """Write down who began a part; return its number a little later, of part 0 much later."""
    folder, number = part
    (folder / f"{number} begun by {os.getpid()}").touch()
    time.sleep(0.2 if number else 30)
    return number
