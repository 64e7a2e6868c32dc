"""Taking what waits for an endpoint elsewhere: as many messages as there are, none of them here."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, func, insert, literal, null, select, text, update

from mohook.delivery.message import State
from mohook.store.journal import MESSAGE_MOVED
from mohook.store.sql.rows import micros
from mohook.store.sql.schema import WAITING, events, messages
from mohook.store.sql.write import Write

__all__ = ["moved"]


def moved(write: Write, endpoint: str, destination: str | None, now: datetime) -> int:
    """Move the messages that wait for `endpoint` and go elsewhere as yet; return how many."""
    columns = messages.c
    these = (
        columns.endpoint == endpoint,
        text(WAITING),
        columns.destination.is_distinct_from(destination),
    )
    count = select(columns.state, func.count()).where(*these).group_by(columns.state)
    by_state: dict[str, int] = {each: number for each, number in write.connection.execute(count)}  # noqa: C416 # rows
    found = sum(by_state.values())
    if not found:
        return 0
    state = State.HELD if destination is None else State.PENDING
    due: ColumnElement[Any] = func.coalesce(columns.due, literal(micros(now), BigInteger))
    if destination is None:
        due = null()
    first = write.take("events", found)
    told = select(
        func.row_number().over(order_by=columns.n) + literal(first - 1, BigInteger),
        literal(micros(now), BigInteger),
        literal(MESSAGE_MOVED),
        columns.n,
        literal(state.value),
        due,
        columns.attempts_made,
        columns.via,
    ).where(*these)
    names = ["number", "at", "kind", "message", "state", "due", "attempts_made", "via"]
    write.connection.execute(insert(events).from_select(names, told))
    write.connection.execute(
        update(messages)
        .where(*these)
        .values(destination=destination, state=state.value, due=due, last_event=first + found - 1)
    )
    for name, number in by_state.items():
        write.add(name, -number)
    write.add(state.value, found)
    return found
