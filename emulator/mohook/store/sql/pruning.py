"""What is forgotten: the oldest finished messages, and the oldest entries of the journal.

A pruned message is hidden at once, and deleted when the journal tells of it no more.
"""

from __future__ import annotations

from sqlalchemy import delete, select

from mohook.store.sql.schema import attempts, events, messages
from mohook.store.sql.write import Write

__all__ = ["prune"]

_EVENTS_PER_MESSAGE = 8
_LOT = 2_000
"""Entries that are dropped at a time: seldom enough to cost little, not so many as to be felt."""


def prune(write: Write, keep: int) -> None:
    """Keep `keep` finished messages, and some more entries than they could have."""
    excess = write.value("kept") - keep
    if excess > 0:
        _hide(write, excess)
    first = write.value("first")
    if write.value("events") - first >= keep * _EVENTS_PER_MESSAGE + _LOT:
        write.add("first", _LOT)
        _delete(write, first + _LOT)


def _hide(write: Write, excess: int) -> None:
    finished, floor = messages.c.finished, write.value("floor")
    oldest = (
        select(finished)
        .where(finished.is_not(None), finished > floor)
        .order_by(finished)
        .limit(1)
        .offset(excess - 1)
    )
    write.add("floor", write.connection.execute(oldest).scalar_one() - floor)
    write.add("kept", -excess)


def _delete(write: Write, first: int) -> None:
    finished = messages.c.finished
    gone = (
        select(messages.c.n)
        .where(finished.is_not(None), finished <= write.value("floor"))
        .where(messages.c.last_event < first)
    )
    write.connection.execute(delete(events).where(events.c.number < first))
    write.connection.execute(delete(attempts).where(attempts.c.message.in_(gone)))
    write.connection.execute(delete(messages).where(messages.c.n.in_(gone)))
