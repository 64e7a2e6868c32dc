"""The append-only, numbered list of all that happened."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime
from threading import Condition
from time import monotonic
from typing import Any, NamedTuple

from mohook.delivery.message import Attempt, Message, State

__all__ = [
    "ATTEMPT_ENDED",
    "CLOCK_CHANGED",
    "FAULTS_CHANGED",
    "MESSAGE_ACCEPTED",
    "MESSAGE_MOVED",
    "RESET",
    "WEBHOOK_CHANGED",
    "Changes",
    "Event",
    "Journal",
    "Standing",
    "Subject",
]

MESSAGE_ACCEPTED = "message.accepted"
MESSAGE_MOVED = "message.moved"
ATTEMPT_ENDED = "attempt.ended"
WEBHOOK_CHANGED = "webhook.changed"
CLOCK_CHANGED = "clock.changed"
FAULTS_CHANGED = "faults.changed"
RESET = "reset"

_LOOK_UP = 0.5  # seconds


class Standing(NamedTuple):
    """A message as it stood when the entry was written; of `message` itself, what never changes."""

    message: Message
    state: State
    next_attempt_at: datetime | None
    attempts_made: int
    via: str


Subject = Attempt | Standing | Mapping[str, Any]
"""What an entry is about."""


class Event(NamedTuple):
    """One entry. `subject` is the attempt or the message that it is about, else plain data."""

    number: int
    at: datetime
    kind: str
    message_id: str | None
    subject: Subject


class Changes(NamedTuple):
    """What entries are about: which messages, and whether all was forgotten."""

    messages: frozenset[str]
    reset: bool


class Journal(ABC):
    """Numbers its entries from 1 without a gap, for ever. Safe to share by threads.

    Where it keeps the newest entries alone, `first` is above 1.
    """

    def __init__(self) -> None:
        self._changed = Condition()
        self._waiting = 0

    @property
    @abstractmethod
    def last(self) -> int:
        """The number of the newest entry; 0 before the first."""

    @property
    @abstractmethod
    def first(self) -> int:
        """The number of the oldest entry that is still kept."""

    @abstractmethod
    def after(self, number: int, limit: int) -> Sequence[Event]:
        """Return up to `limit` entries with numbers above `number`, oldest first."""

    def changes(self, number: int, limit: int) -> Changes:
        """Return what up to `limit` entries with numbers above `number` are about.

        It costs less than `after` where the entries themselves are read from a database.
        """
        entries = self.after(number, limit)
        messages = frozenset(entry.message_id for entry in entries if entry.message_id)
        return Changes(messages, any(entry.kind == RESET for entry in entries))

    def notify(self) -> None:
        """Wake whoever waits for news: called after every write."""
        if self._waiting:
            with self._changed:
                self._changed.notify_all()

    def wait(self, number: int, timeout: float) -> bool:
        """Block until there is an entry above `number`; tell whether there is one.

        It looks up now and then: a signal that comes in the moment before a thread blocks
        wakes it only then, and Ctrl-C would go unheard.
        """
        deadline = monotonic() + timeout
        with self._changed:
            self._waiting += 1
            try:
                while self.last <= number and (left := deadline - monotonic()) > 0:
                    self._changed.wait(min(left, _LOOK_UP))
                return self.last > number
            finally:
                self._waiting -= 1
