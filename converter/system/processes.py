"""Long work shared among processes: for parts that need nothing of each other, and are worth starting processes for."""

import gc
import multiprocessing
import os
import signal
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait
from threading import Thread
from typing import TypeVar

_Part = TypeVar("_Part")
_Done = TypeVar("_Done")

_MOST = 4
"""Processes at most: each takes some tens of megabytes."""


def each_done(work: Callable[[_Part], _Done], parts: Sequence[_Part], *, shared: bool) -> Generator[_Done, None, None]:
    """Yield what `work` makes of each part, in order: where `shared`, by several processes if the system has any.

    `work` is a function of a module. It is done again, here, over the parts of a process that something ended from
    outside; what it raises is raised. Once the generator is closed none works any more; none outlives this process.
    """
    given = 0
    pool = _started(min(_MOST, os.cpu_count() or 1, len(parts))) if shared else None
    if pool:
        try:
            for done in pool.map(work, parts):
                yield done
                given += 1
        except BrokenProcessPool:
            pass
        finally:
            pool.shutdown(cancel_futures=True)
    yield from map(work, parts[given:])


def _started(count: int) -> ProcessPoolExecutor | None:
    """Start processes; `None` where one would be no help, or the system allows none."""
    if count < 2:  # noqa: PLR2004 - one more than this one
        return None
    try:
        # Started afresh, as Windows does: a copy of this one would hold its files, locks and registry open.
        pool = ProcessPoolExecutor(count, multiprocessing.get_context("spawn"), _follow, (gc.get_threshold(),))
        pool.submit(os.getpid).result()
    except (OSError, ImportError, BrokenProcessPool):
        return None
    return pool


def _follow(cycles: tuple[int, int, int]) -> None:
    """Look for cycles as seldom as the process that asked, leave interruptions to it, and end however it ends."""
    gc.set_threshold(*cycles)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent:
        Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)
