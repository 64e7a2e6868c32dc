"""The append-only, numbered list of all that happened."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from threading import Condition
from time import monotonic
from typing import Any, NamedTuple

from mohook.delivery.message import Attempt, Message

__all__ = [
    "ATTEMPT_ENDED",
    "CLOCK_CHANGED",
    "FAULTS_CHANGED",
    "MESSAGE_ACCEPTED",
    "MESSAGE_MOVED",
    "RESET",
    "WEBHOOK_CHANGED",
    "Event",
    "Journal",
]

MESSAGE_ACCEPTED = "message.accepted"
MESSAGE_MOVED = "message.moved"
ATTEMPT_ENDED = "attempt.ended"
WEBHOOK_CHANGED = "webhook.changed"
CLOCK_CHANGED = "clock.changed"
FAULTS_CHANGED = "faults.changed"
RESET = "reset"

_LOOK_UP = 0.5  # seconds


class Event(NamedTuple):
    """One entry. `subject` is the attempt or the message that it is about, else plain data."""

    number: int
    at: datetime
    kind: str
    message_id: str | None
    subject: Attempt | Message | Mapping[str, Any]


class Journal:
    """Keeps the newest `keep` entries; numbers go on for ever. Safe to share by threads.

    `changed` is notified after every write: whoever waits for news waits on it.
    """

    def __init__(self, keep: int) -> None:
        self.changed = Condition()
        self._keep = keep
        self._events: list[Event] = []
        self._first = 1
        self._waiting = 0

    @property
    def last(self) -> int:
        """The number of the newest entry; 0 before the first."""
        events = self._events
        return events[-1].number if events else 0

    @property
    def first(self) -> int:
        """The number of the oldest entry that is still kept."""
        events = self._events
        return events[0].number if events else 1

    def append(
        self,
        at: datetime,
        kind: str,
        message_id: str | None,
        subject: Attempt | Message | Mapping[str, Any],
    ) -> None:
        """Write one entry. The caller holds the store's lock."""
        events = self._events
        events.append(Event(self._first + len(events), at, kind, message_id, subject))
        if len(events) >= 2 * self._keep:
            # A list of its own: readers take no lock, and find the numbers in what they read.
            self._events = events[-self._keep :]
            self._first = self._events[0].number

    def notify(self) -> None:
        """Wake whoever waits for news."""
        if self._waiting:
            with self.changed:
                self.changed.notify_all()

    def after(self, number: int, limit: int) -> list[Event]:
        """Return up to `limit` entries with numbers above `number`, oldest first."""
        events = self._events
        begin = max(0, number + 1 - events[0].number) if events else 0
        return events[begin : begin + limit]

    def wait(self, number: int, timeout: float) -> bool:
        """Block until there is an entry above `number`; tell whether there is one.

        It looks up now and then: a signal that comes in the moment before a thread blocks
        wakes it only then, and Ctrl-C would go unheard.
        """
        deadline = monotonic() + timeout
        with self.changed:
            self._waiting += 1
            try:
                while self.last <= number and (left := deadline - monotonic()) > 0:
                    self.changed.wait(min(left, _LOOK_UP))
                return self.last > number
            finally:
                self._waiting -= 1
