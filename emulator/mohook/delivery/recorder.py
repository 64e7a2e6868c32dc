"""Writes down what came of attempts, many at a time, where each write costs much by itself.

A lot is recorded when it is large, when its first result has waited a few milliseconds, or when
no other is to be expected. A file is written by the engine's own thread: two threads that share
an interpreter are slower there than one. A database's server works by itself, so another thread
waits for it, and requests go on meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Condition, Thread
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mohook.delivery.engine import Flight
    from mohook.store.store import Result, Store

    Landed = tuple[Flight, Result]

__all__ = ["MANY", "Recorder", "under_claims"]

MANY = 128
"""How many results are a lot that waits for no more."""
_SOON = 0.004
"""Real seconds that the first result of a lot waits for others."""


def under_claims(landed: Sequence[Landed]) -> list[Landed]:
    """Return them under the claims that stand: some may have been handed out anew since."""
    return [
        each if each[0].claim == each[1].claim else (each[0], each[1]._replace(claim=each[0].claim))
        for each in landed
    ]


class Recorder:
    """Takes what has ended from the engine's thread, and gives it back once it is recorded.

    With `beside`, another thread records, and `wake` is called when there is something to give
    back. What could not be recorded, for the store is away, is kept, and tried again after
    `take` has told of it.
    """

    def __init__(
        self,
        store: Store,
        wake: Callable[[], None],
        *,
        beside: bool,
        seconds: Callable[[], float] = monotonic,
    ) -> None:
        self._store = store
        self._wake = wake
        self._beside = beside
        self._seconds = seconds
        self._news = Condition()
        self._given: list[Landed] = []
        self._given_at = 0.0
        self._is_last = False
        self._recorded: list[Landed] = []
        self._problem: Exception | None = None
        self._closing = False
        self._thread: Thread | None = None
        self.backlog = 0
        """How many were given and not taken back."""

    def give(self, landed: Sequence[Landed], *, last: bool) -> None:
        """Have these recorded soon; at once where they are the `last` for some time."""
        with self._news:
            if not self._given:
                self._given_at = self._seconds()
            self._given += landed
            self._is_last = last
            self.backlog += len(landed)
            if self._beside:
                self._start()
                self._news.notify_all()

    def _start(self) -> None:
        if self._thread is None:
            self._thread = Thread(target=self._run, name="mohook-recorder", daemon=True)
            self._thread.start()

    def take(self) -> list[Landed]:
        """Return what has been recorded since; raise what kept the rest from it."""
        if not self._beside and self._given and self._waits() <= 0:
            self._record()
        with self._news:
            problem, self._problem = self._problem, None
            if problem is not None:
                self._news.notify_all()  # it is tried again
                raise problem
            recorded, self._recorded = self._recorded, []
            self.backlog -= len(recorded)
            return recorded

    def take_all(self) -> list[Landed]:
        """Return all that was given, once it is recorded; raise what keeps it from that."""
        with self._news:
            self._is_last = True
            self._news.notify_all()
            if beside := self._thread is not None and self._thread.is_alive():
                self._news.wait_for(lambda: self._problem or len(self._recorded) == self.backlog)
        if not beside and self._given:
            self._record()
        return self.take()

    def bounded(self, timeout: float | None) -> float | None:
        """Return how long to wait at most for others, in seconds: not beyond a lot's time."""
        if self._beside or not self._given:
            return timeout
        waits = max(0.0, self._waits())
        return waits if timeout is None else min(timeout, waits)

    def _waits(self) -> float:
        """Return in how many real seconds what was given is to be recorded."""
        if self._is_last or len(self._given) >= MANY:
            return 0.0
        return self._given_at + _SOON - self._seconds()

    def _record(self) -> None:
        """Record all that was given, and keep what came of it for `take`."""
        with self._news:
            landed, self._given = under_claims(self._given), []
        try:
            self._store.record([result for _, result in landed])
        except BaseException as problem:
            with self._news:
                self._given[:0] = landed
                if not isinstance(problem, Exception):
                    raise  # an interrupt
                self._problem = problem
                self._news.notify_all()
        else:
            with self._news:
                self._recorded += landed
                self._news.notify_all()

    def close(self, patience: float) -> None:
        """Record what is left, and end."""
        with self._news:
            self._closing = True
            self._problem = None  # it is tried once more
            self._news.notify_all()
        if self._thread is not None:
            self._thread.join(patience)
        elif self._given:
            self._record()

    def _run(self) -> None:
        while self._is_to_record():
            self._record()
            self._wake()

    def _is_to_record(self) -> bool:
        """Wait for a lot to record; return False at the end."""
        with self._news:
            self._news.wait_for(lambda: self._closing or (self._given and self._problem is None))
            while not self._closing and (left := self._waits()) > 0:
                self._news.wait(left)
            return bool(self._given) and self._problem is None
