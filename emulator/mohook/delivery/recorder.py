"""Writes down what came of attempts, in a thread of its own: a disk is waited for beside sending.

All that comes while a write is under way is written together by the next one, so a store that
is slow has few large transactions instead of many small ones.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Condition, Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mohook.delivery.engine import Flight
    from mohook.store.store import Result, Store

    Landed = tuple[Flight, Result]

__all__ = ["Recorder", "under_claims"]


def under_claims(landed: Sequence[Landed]) -> list[Landed]:
    """Return them under the claims that stand: some may have been handed out anew since."""
    return [
        each if each[0].claim == each[1].claim else (each[0], each[1]._replace(claim=each[0].claim))
        for each in landed
    ]


class Recorder:
    """Takes what has ended from the engine's thread, and gives it back once it is recorded.

    `wake` is called when there is something to give back. What could not be recorded, for the
    store is away, is kept, and tried again after `take` has told of it.
    """

    def __init__(self, store: Store, wake: Callable[[], None]) -> None:
        self._store = store
        self._wake = wake
        self._news = Condition()
        self._given: list[Landed] = []
        self._recorded: list[Landed] = []
        self._problem: Exception | None = None
        self._closing = False
        self._thread: Thread | None = None
        self.backlog = 0
        """How many were given and not taken back."""

    def give(self, landed: Sequence[Landed]) -> None:
        """Have these recorded soon."""
        with self._news:
            if self._thread is None:
                self._thread = Thread(target=self._run, name="mohook-recorder", daemon=True)
                self._thread.start()
            self._given += landed
            self.backlog += len(landed)
            self._news.notify_all()

    def take(self) -> list[Landed]:
        """Return what has been recorded since; raise what kept the rest from it."""
        with self._news:
            problem, self._problem = self._problem, None
            if problem is not None:
                self._news.notify_all()  # it is tried again
                raise problem
            recorded, self._recorded = self._recorded, []
            self.backlog -= len(recorded)
            return recorded

    def close(self, patience: float) -> None:
        """Record what is left, and end."""
        with self._news:
            self._closing = True
            self._news.notify_all()
        if self._thread is not None:
            self._thread.join(patience)

    def _run(self) -> None:
        while landed := self._next():
            landed = under_claims(landed)
            try:
                self._store.record([result for _, result in landed])
            except Exception as problem:  # noqa: BLE001 # `take` raises it
                with self._news:
                    self._given[:0] = landed
                    self._problem = problem
            else:
                with self._news:
                    self._recorded += landed
            self._wake()

    def _next(self) -> list[Landed]:
        """Wait for something to record; return nothing at the end."""
        with self._news:
            self._news.wait_for(lambda: self._closing or (self._given and self._problem is None))
            if self._problem is not None:
                return []
            landed, self._given = self._given, []
            return landed
