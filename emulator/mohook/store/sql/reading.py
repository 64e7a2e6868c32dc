"""What people ask of the database: messages with their attempts, figures, what waits."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, text
from sqlalchemy.engine import Connection

from mohook.delivery.message import Message, State
from mohook.errors import NotFoundError
from mohook.store.sql.counting import figures_of
from mohook.store.sql.rows import attempt_of, message_of, number_of
from mohook.store.sql.schema import UNCLAIMED, WAITING, attempts, documents, messages, tally
from mohook.store.store import Figures, MessageFilter

__all__ = ["Reading", "loose_scan", "visible"]

_LOT = 500  # rows that are read at a time, where all are wanted
_DUE = text(
    "SELECT count(*) FROM (SELECT 1 FROM mohook_messages WHERE destination = :place "  # noqa: S608 # words of ours
    f"AND {UNCLAIMED} AND due <= :now LIMIT :most) AS found"
)


def visible() -> ColumnElement[bool]:
    """Return the condition of messages that are not pruned.

    What is pruned stays until the journal has forgotten it.
    """
    floor = select(tally.c.value).where(tally.c.name == "floor").scalar_subquery()
    return or_(messages.c.finished.is_(None), messages.c.finished > func.coalesce(floor, 0))


def loose_scan(connection: Connection, column: str, condition: str) -> list[str]:
    """Return the different values of an index's first column, one step of it for each."""
    # Both databases would read every row for a SELECT DISTINCT.
    least = f"SELECT min({column}) AS value FROM mohook_messages WHERE {condition}"  # noqa: S608 # names of ours
    steps = (
        f"WITH RECURSIVE each(value) AS ({least} UNION ALL "  # noqa: S608 # the same
        f"SELECT ({least} AND {column} > each.value) FROM each WHERE each.value IS NOT NULL) "
        "SELECT value FROM each WHERE value IS NOT NULL"
    )
    found = connection.execute(text(steps))
    return [value for (value,) in found]


class Reading:
    """Reads what is committed, through connections that wait for no writer."""

    def __init__(
        self, connection: Callable[[], AbstractContextManager[Connection]], keep: int
    ) -> None:
        self.connection = connection
        self._keep = keep

    def tally(self, connection: Connection) -> dict[str, int]:
        """Return all that is counted."""
        rows = connection.execute(select(tally.c.name, tally.c.value))
        return {name: value for name, value in rows}  # noqa: C416 # rows

    def epoch(self, connection: Connection) -> int:
        """Return how often all was forgotten."""
        asked = select(tally.c.value).where(tally.c.name == "epoch")
        return connection.execute(asked).scalar() or 0

    def message(self, message_id: str) -> Message:
        """Return one message; raise NotFoundError when there is none under this id."""
        n = number_of(message_id)
        found = [] if n is None else self._found([messages.c.n == n], limit=1)
        if not found:
            msg = (
                f"no message {message_id!r}: it was never accepted, or it has finished and was "
                f"pruned (the last {self._keep} finished ones are kept: `serve.keep`)"
            )
            raise NotFoundError(msg)
        return found[0]

    def messages(self, wanted: MessageFilter) -> list[Message]:
        """Return messages in the order in which they were accepted, or the other way round."""
        conditions = list(_conditions(wanted))
        if wanted.search is None:
            return self._found(conditions, limit=wanted.limit, newest_first=wanted.newest_first)
        # Letter case in any script: what neither database can tell.
        streamed = self._streamed(conditions, newest_first=wanted.newest_first)
        return list(islice(filter(wanted.fits, streamed), wanted.limit))

    def _streamed(
        self, conditions: Sequence[ColumnElement[bool]], *, newest_first: bool
    ) -> Iterator[Message]:
        beyond: list[ColumnElement[bool]] = []
        n = messages.c.n
        while lot := self._found([*conditions, *beyond], limit=_LOT, newest_first=newest_first):
            yield from lot
            last = number_of(lot[-1].id)
            beyond = [n < last if newest_first else n > last]

    def _found(
        self,
        conditions: Sequence[ColumnElement[bool]],
        *,
        limit: int | None,
        newest_first: bool = False,
    ) -> list[Message]:
        n = messages.c.n
        asked = select(messages).where(visible(), *conditions).limit(limit)
        asked = asked.order_by(n.desc() if newest_first else n)
        with self.connection() as connection:
            epoch = self.epoch(connection)
            found = {row[0]: message_of(row, epoch) for row in connection.execute(asked)}
            rows = iter(found)
            while lot := list(islice(rows, _LOT)):
                self._add_attempts(connection, found, lot)
        return list(found.values())

    def _add_attempts(
        self, connection: Connection, found: dict[int, Message], lot: Sequence[int]
    ) -> None:
        made = connection.execute(
            select(attempts).where(attempts.c.message.in_(lot)).order_by(attempts.c.event)
        )
        for row in made:
            message = found[row[1]]
            message.attempts.append(attempt_of(row, message.payload))

    def figures(self) -> Figures:
        """Return the dashboard's figures."""
        with self.connection() as connection:
            return figures_of(self.tally(connection))

    def endpoints(self) -> list[str]:
        """Return the endpoints for which messages are pending or held."""
        with self.connection() as connection:
            return loose_scan(connection, "endpoint", WAITING)

    def due(self, now: int | None, most: int) -> int:
        """Return how many unclaimed messages are due at an instant, `most` at most."""
        left = most
        with self.connection() as connection:
            for place in loose_scan(connection, "destination", UNCLAIMED):
                given = {"place": place, "now": now, "most": left}
                left -= connection.execute(_DUE, given).scalar_one()
        return most - left

    def documents(self) -> dict[str, Any]:
        """Return every document by its name."""
        with self.connection() as connection:
            rows = connection.execute(select(documents.c.name, documents.c.content))
            return {name: json.loads(content) for name, content in rows}


def _conditions(wanted: MessageFilter) -> Iterator[ColumnElement[bool]]:
    columns, state = messages.c, wanted.state
    if state is not None:
        yield columns.state == state.value
        if state in (State.DELIVERED, State.FAILED):
            yield columns.finished.is_not(None)  # the index of these
    for column, value in (
        (columns.provider, wanted.provider),
        (columns.recipient, wanted.recipient),
        (columns.via, wanted.via),
    ):
        if value is not None:
            yield column == value
    if wanted.ids is not None:
        known = [n for n in map(number_of, wanted.ids) if n is not None]
        yield columns.n.in_(known)
    if wanted.after is not None:
        yield columns.n > (number_of(wanted.after) or 0)
    if wanted.before is not None:
        yield columns.n < (number_of(wanted.before) or 0)
