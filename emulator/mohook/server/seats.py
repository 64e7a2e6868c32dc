"""A bound on requests that keep a thread waiting, so that others find one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from mohook.server.problems import ProblemError

__all__ = ["Seats"]


class Seats:
    """So many requests of one kind at a time; one more is refused with 503."""

    def __init__(self, count: int, what: str) -> None:
        self._free = BoundedSemaphore(count)
        self._count = count
        self._what = what

    def take(self) -> None:
        """Take a seat. Raises ProblemError 503 where none is free."""
        if not self._free.acquire(blocking=False):
            msg = f"{self._count} {self._what} are open, which is the most: end one, or wait"
            raise ProblemError(503, msg, kind="busy", headers={"Retry-After": "1"})

    def give_back(self) -> None:
        """Free a seat that was taken."""
        self._free.release()

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Take a seat for the length of a block."""
        self.take()
        try:
            yield
        finally:
            self.give_back()
