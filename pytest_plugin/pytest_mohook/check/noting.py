"""A bench that tells of each attempt, whichever move has made it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from time import monotonic

from mohook.delivery.message import Attempt, Message
from mohook.settings import Settings
from mohook.submission import Submission
from pytest_mohook.harness.local import LocalBench

__all__ = ["NotingBench"]


class NotingBench(LocalBench):
    """Tells `note`, after each move, when it began and what attempts it has made.

    What `note` raises comes out of the move.
    """

    def __init__(self, settings: Settings, note: Callable[[float, list[Attempt]], None]) -> None:
        super().__init__(settings)
        self._note = note
        self._noted: dict[str, int] = {}

    @contextmanager
    def _noting(self) -> Iterator[None]:
        began = monotonic()
        yield
        made: list[Attempt] = []
        for message in self.messages():
            made += message.attempts[self._noted.get(message.id, 0) :]
            self._noted[message.id] = len(message.attempts)
        self._note(began, made)

    def send(self, submissions: Sequence[Submission], *, batch: bool) -> list[Message]:
        """Accept messages and make their first attempts."""
        with self._noting():
            return super().send(submissions, batch=batch)

    def resend(self, message_id: str) -> Message:
        """Send a message again, now."""
        with self._noting():
            return super().resend(message_id)

    def resend_failed(self, since: datetime | None) -> list[Message]:
        """Send every failed message again, now."""
        with self._noting():
            return super().resend_failed(since)

    def advance(self, span: timedelta, max_attempts: int) -> list[Attempt]:
        """Move the clock by `span`."""
        with self._noting():
            return super().advance(span, max_attempts)

    def advance_to(self, instant: datetime, max_attempts: int) -> list[Attempt]:
        """Move the clock to an instant."""
        with self._noting():
            return super().advance_to(instant, max_attempts)

    def run_next(self, max_attempts: int) -> list[Attempt]:
        """Move the clock to what is due next."""
        with self._noting():
            return super().run_next(max_attempts)

    def run_until_idle(self, max_attempts: int) -> list[Attempt]:
        """Move the clock until nothing is pending."""
        with self._noting():
            return super().run_until_idle(max_attempts)
