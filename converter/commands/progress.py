"""What is being done, while a run works: told to whoever asked, a screen or a program."""

from collections.abc import Callable

Tell = Callable[[str, int, int | None], None]
"""Told the step (in French), how many requests of it are done, and of how many: `None` where that is not known."""


def silent(said: str, done: int, total: int | None) -> None:
    """Tell nobody."""


class Step:
    """The step that a run is at."""

    def __init__(self, tell: Tell) -> None:
        """Start before the first step."""
        self._tell, self._said, self._done = tell, "", 0
        self._total: int | None = None

    def __call__(self, said: str, total: int | None = None) -> None:
        """Begin a step of `total` requests, unknown when `None`."""
        self._said, self._done, self._total = said, 0, total
        self._tell(said, 0, total)

    def advance(self, count: int) -> None:
        """Tell that so many more requests are done."""
        self._done += count
        self._tell(self._said, self._done, self._total)
