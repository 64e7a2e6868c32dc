"""The journal in a database: ended attempts stand in their own table, all else in another."""

from __future__ import annotations

from collections.abc import Callable
from heapq import merge

from sqlalchemy import select
from sqlalchemy.engine import Connection

from mohook.store.journal import ATTEMPT_ENDED, RESET, Changes, Event, Journal
from mohook.store.sql.reading import Reading
from mohook.store.sql.rows import (
    ATTEMPT_WIDTH,
    attempt_of,
    message_id,
    message_of,
    standing_event,
)
from mohook.store.sql.schema import attempts, events, messages

__all__ = ["SqlJournal"]

_EVENT_WIDTH = len(events.columns)


class SqlJournal(Journal):
    """Reads what the store has committed; `tell` is called with the newest number after that."""

    def __init__(self, reading: Reading, first: Callable[[], int]) -> None:
        super().__init__()
        self._reading = reading
        self._first = first
        self._last = 0

    @property
    def last(self) -> int:
        """The number of the newest entry; 0 before the first."""
        return self._last

    @property
    def first(self) -> int:
        """The number of the oldest entry that is still kept."""
        return self._first()

    def tell(self, last: int) -> None:
        """Take note that entries up to `last` are written, and wake whoever waits for them."""
        if last > self._last:
            self._last = last
            self.notify()

    def after(self, number: int, limit: int) -> list[Event]:
        """Return up to `limit` entries with numbers above `number`, oldest first."""
        begin, end = self._span(number, limit)
        if begin >= end:
            return []
        with self._reading.connection() as connection:
            epoch = self._reading.epoch(connection)
            told = _told(connection, begin, end, epoch)
            ended = _ended(connection, begin, end)
        return list(merge(told, ended, key=lambda event: event.number))

    def changes(self, number: int, limit: int) -> Changes:
        """Return what up to `limit` entries with numbers above `number` are about."""
        begin, end = self._span(number, limit)
        if begin >= end:
            return Changes(frozenset(), reset=False)
        with self._reading.connection() as connection:
            told = connection.execute(
                select(events.c.message, events.c.kind).where(
                    events.c.number > begin, events.c.number <= end
                )
            ).all()
            ended = connection.execute(
                select(attempts.c.message).where(attempts.c.event > begin, attempts.c.event <= end)
            )
            found = {n for n, _ in told if n is not None} | set(ended.scalars())
        return Changes(frozenset(map(message_id, found)), any(kind == RESET for _, kind in told))

    def _span(self, number: int, limit: int) -> tuple[int, int]:
        """Return above which number entries are read, and up to which one."""
        last = self._last  # what is committed after this is left for the next call
        begin = max(number, self.first - 1)
        return begin, min(last, begin + limit)


def _told(connection: Connection, after: int, until: int, epoch: int) -> list[Event]:
    number = events.c.number
    rows = connection.execute(
        select(events, messages)
        .select_from(events.outerjoin(messages, messages.c.n == events.c.message))
        .where(number > after, number <= until)
        .order_by(number)
    )
    told = []
    for row in rows:
        message = None if row[_EVENT_WIDTH] is None else message_of(row[_EVENT_WIDTH:], epoch)
        told.append(standing_event(row[:_EVENT_WIDTH], message))
    return told


def _ended(connection: Connection, after: int, until: int) -> list[Event]:
    number = attempts.c.event
    rows = connection.execute(
        select(attempts, messages.c.payload)
        .select_from(attempts.join(messages, messages.c.n == attempts.c.message))
        .where(number > after, number <= until)
        .order_by(number)
    )
    ended = []
    for row in rows:
        attempt = attempt_of(row, row[ATTEMPT_WIDTH])
        at = attempt.started_at
        ended.append(Event(row[0], at, ATTEMPT_ENDED, message_id(row[1]), attempt))
    return ended
