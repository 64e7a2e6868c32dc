"""Questions to a store that may hang: whoever asks is told in time all the same."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, wait
from threading import Lock, Thread
from typing import Generic, TypeVar

from mohook.errors import StoreAwayError

__all__ = ["PATIENCE", "InTime"]

Answer = TypeVar("Answer")

PATIENCE = 2.0
"""Seconds in which a store that is well answers what costs little."""


class InTime(Generic[Answer]):
    """Puts a question in a thread of its own, and raises StoreAwayError where no answer comes.

    As long as the last one has none, that is waited for: no more than one hangs at a time.
    """

    def __init__(self, question: Callable[[], Answer], where: str | None) -> None:
        self._question = question
        self._where = where
        self._lock = Lock()
        self._asked: Future[Answer] | None = None

    def __call__(self) -> Answer:
        """Return the answer, or raise what the question raises."""
        with self._lock:
            if self._asked is None or self._asked.done():
                self._asked = self._ask()
            asked = self._asked
        if not wait([asked], PATIENCE).done:
            msg = (
                f"the state in {self._where or 'memory'} has not answered for {PATIENCE:g} s; look "
                "whether the database still runs, and can be reached"
            )
            raise StoreAwayError(msg)
        return asked.result()

    def _ask(self) -> Future[Answer]:
        asked: Future[Answer] = Future()

        def answer() -> None:
            try:
                asked.set_result(self._question())
            except Exception as problem:  # noqa: BLE001 # whoever asks gets it
                asked.set_exception(problem)

        Thread(target=answer, name="mohook-question", daemon=True).start()
        return asked
