"""Many callers, few commits: a disk is waited for once for all who come while it is busy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Event, Lock
from typing import Generic, TypeVar

from mohook.errors import StoreAwayError

__all__ = ["Gathering"]

T = TypeVar("T")


class _Given(Generic[T]):
    def __init__(self, what: T) -> None:
        self.what = what
        self.turn = Event()  # it is written, or is to write for all who wait
        self.is_done = False
        self.problem: Exception | None = None


class Gathering(Generic[T]):
    """Calls of `write` with what several threads have given, in the order in which they came.

    One of them writes for all who wait, and then has the first of those who came meanwhile do so.
    Each call returns when what it gave is written, or raises what `write` raised for all of it.
    """

    def __init__(self, write: Callable[[Sequence[T]], None]) -> None:
        self._write = write
        self._waiting: list[_Given[T]] = []
        self._somebody_writes = False
        self._joining = Lock()

    def __call__(self, what: T) -> None:
        """Have it written, with what others have given meanwhile."""
        mine = _Given(what)
        with self._joining:
            self._waiting.append(mine)
            waits, self._somebody_writes = self._somebody_writes, True
        if waits:
            self._wait(mine)
        if not mine.is_done:
            self._write_all()
        if mine.problem is not None:
            raise mine.problem

    def _wait(self, mine: _Given[T]) -> None:
        try:
            mine.turn.wait()
        except BaseException:  # an interrupt: another writes in its place
            with self._joining:
                if mine in self._waiting:
                    self._waiting.remove(mine)
                    if mine.turn.is_set():
                        self._pass_on()
            raise

    def _pass_on(self) -> None:
        self._somebody_writes = bool(self._waiting)
        if self._waiting:
            self._waiting[0].turn.set()

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
            with self._joining:
                for each in together:
                    each.is_done, each.problem = True, problem
                    each.turn.set()
                self._pass_on()
