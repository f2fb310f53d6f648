"""Long work shared among processes: for parts that need nothing of each other, and are worth starting processes for.

What starts processes is imported by the runs that start some: most are short.
"""

import gc
import os
import signal
import sys
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import BrokenExecutor, Future
from concurrent.futures import wait as ended
from threading import Thread
from typing import TYPE_CHECKING, Self, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

_Part = TypeVar("_Part")
_Done = TypeVar("_Done")

_MOST = 4
"""Processes at most: each takes some tens of megabytes."""
_NICE = 5
"""How far they stand back: what this process does meanwhile is what all wait for, and its user works on."""


class Workers:
    """Processes that work beside this one: started when there is work for them, ended with the block that has them."""

    def __init__(self) -> None:
        """Start none yet."""
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        """Return them."""
        return self

    def __exit__(self, *_: object) -> None:
        """End them; what nobody waited for is left."""
        if self._pool:
            self._pool.shutdown(cancel_futures=True)

    def begin(self, work: Callable[[_Part], _Done], parts: Iterable[_Part]) -> Generator[_Done, None, None]:
        """Begin `work` on parts, on each as it comes, and yield what it makes of them, in order.

        `work` is a function of a module. It is done here, as it is asked for, over the parts of a process that
        something ended from outside, and over all where the system has no process to spare; what it raises is raised.
        Once the generator is closed none works at it any more; none outlives this process.
        """
        todo: list[_Part] = []
        given: list[Future[_Done]] = []
        for part in parts:
            todo.append(part)
            if len(given) == len(todo) - 1 and (future := self._given(work, part)):
                given.append(future)
        return _in_order(work, todo, given)

    def _given(self, work: Callable[[_Part], _Done], part: _Part) -> "Future[_Done] | None":
        """Give a process a part of the work; `None` where there is none to give it to."""
        try:
            self._pool = self._pool or _pool()
            return self._pool.submit(work, part) if self._pool else None
        except (OSError, ImportError, BrokenExecutor):
            return None


def _in_order(
    work: Callable[[_Part], _Done], parts: Sequence[_Part], given: Sequence["Future[_Done]"]
) -> Generator[_Done, None, None]:
    done = 0
    try:
        for each in given:
            yield each.result()
            done += 1
    except BrokenExecutor:
        pass
    finally:
        ended([each for each in given if not each.cancel()])
    yield from map(work, parts[done:])


def _pool() -> "ProcessPoolExecutor | None":
    """Return processes to be started, `None` where one would be no help."""
    count = min(_MOST, os.cpu_count() or 1)
    if count < 2:  # noqa: PLR2004 - one more than this one
        return None
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    # Of a run that was killed outright, what it used is put away without a word in English on its user's screen.
    sys.warnoptions.append("ignore::UserWarning:multiprocessing.resource_tracker")
    # Started afresh, as Windows does: a copy of this one would hold its files, locks and registry open.
    return ProcessPoolExecutor(count, multiprocessing.get_context("spawn"), _follow, (gc.get_threshold(),))


def _follow(cycles: tuple[int, int, int]) -> None:
    """Stand back, look for cycles as seldom as the process that asked, leave interruptions to it, and end with it."""
    if sys.platform != "win32":
        os.nice(_NICE)
    gc.set_threshold(*cycles)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    from multiprocessing import parent_process
    from multiprocessing.util import Finalize

    Finalize(None, os._exit, (0,), exitpriority=0)  # to take apart what it holds would have the run wait for it
    parent = parent_process()
    if parent:
        Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    from multiprocessing.connection import wait

    wait([sentinel])
    os._exit(1)
