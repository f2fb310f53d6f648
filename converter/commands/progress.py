"""What is being done, on one line that vanishes, while a run works."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn


class Step:
    """Tells the user what is being done, on one line that vanishes."""

    def __init__(self, progress: Progress) -> None:
        """Start without a task."""
        self._progress = progress
        self._task = progress.add_task("", total=None)

    def __call__(self, said: str, total: int | None = None) -> None:
        """Begin a step of `total` requests, unknown when `None`."""
        self._progress.reset(self._task, description=said, total=total)

    def advance(self, count: int) -> None:
        """Tell that so many more requests are done."""
        self._progress.advance(self._task, count)


@contextmanager
def steps(console: Console) -> Iterator[Step]:
    """Yield the line of progress."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        yield Step(progress)
