"""The journal in this process's memory."""

from __future__ import annotations

from datetime import datetime

from mohook.store.journal import Event, Journal, Subject

__all__ = ["MemoryJournal"]


class MemoryJournal(Journal):
    """Keeps the newest `keep` entries, and up to as many again."""

    def __init__(self, keep: int) -> None:
        super().__init__()
        self._keep = keep
        self._events: list[Event] = []
        self._first = 1

    @property
    def last(self) -> int:
        """The number of the newest entry; 0 before the first."""
        events = self._events
        return events[-1].number if events else self._first - 1

    @property
    def first(self) -> int:
        """The number of the oldest entry that is still kept."""
        events = self._events
        return events[0].number if events else self._first

    def append(self, at: datetime, kind: str, message_id: str | None, subject: Subject) -> None:
        """Write one entry. The caller holds the store's lock."""
        events = self._events
        events.append(Event(self._first + len(events), at, kind, message_id, subject))
        if len(events) >= 2 * self._keep:
            # A list of its own: readers take no lock, and find the numbers in what they read.
            self._events = events[-self._keep :]
            self._first = self._events[0].number

    def forget(self) -> None:
        """Let go of all entries; the numbers go on. The caller holds the store's lock."""
        self._first, self._events = self.last + 1, []

    def after(self, number: int, limit: int) -> list[Event]:
        """Return up to `limit` entries with numbers above `number`, oldest first."""
        events = self._events
        begin = max(0, number + 1 - events[0].number) if events else 0
        return events[begin : begin + limit]
