"""Many callers, few commits: a disk is waited for once for all who come while it is busy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Generic, TypeVar

from mohook.errors import StoreAwayError

__all__ = ["Gathering"]

T = TypeVar("T")


class _Given(Generic[T]):
    def __init__(self, what: T) -> None:
        self.what = what
        self.is_done = False
        self.problem: Exception | None = None


class Gathering(Generic[T]):
    """Calls of `write` with what several threads have given, in the order in which they came.

    Each call returns when what it gave is written, or raises what `write` raised for all of it.
    """

    def __init__(self, write: Callable[[Sequence[T]], None]) -> None:
        self._write = write
        self._waiting: list[_Given[T]] = []
        self._joining = Lock()
        self._writing = Lock()

    def __call__(self, what: T) -> None:
        """Have it written, with what others have given meanwhile."""
        mine = _Given(what)
        with self._joining:
            self._waiting.append(mine)
        with self._writing:
            if not mine.is_done:  # nobody has taken it along
                self._write_all()
        if mine.problem is not None:
            raise mine.problem

    def _write_all(self) -> None:
        with self._joining:
            together, self._waiting = self._waiting, []
        problem: Exception | None = None
        try:
            self._write([each.what for each in together])
        except Exception as raised:
            problem = raised
            raise
        except BaseException:  # it is this thread's alone
            problem = StoreAwayError("the write was interrupted: look whether it was made")
            raise
        finally:
            for each in together:
                each.is_done, each.problem = True, problem
