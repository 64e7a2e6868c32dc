"""The store of one process at a time, which nobody else writes to while it lives.

So claims are this process's own and need no row: whoever dies takes them along, and all that
was in flight is due again at once. What is counted need not be asked for, and what is due next
stands in memory (`lanes.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from threading import RLock
from time import monotonic
from typing import Protocol

from sqlalchemy import Engine, select, text, update
from sqlalchemy.engine import Connection

from mohook.delivery.message import Message, State
from mohook.errors import StoreAwayError
from mohook.store.sql.lanes import LOT, Key, Lanes
from mohook.store.sql.reading import Reading, loose_scan
from mohook.store.sql.rows import message_id, message_of, micros, number_of
from mohook.store.sql.schema import UNCLAIMED, messages
from mohook.store.sql.statements import Statements
from mohook.store.sql.store import Ended, SqlStore, Standing
from mohook.store.sql.trouble import telling_trouble
from mohook.store.sql.write import TallyWrite, Write
from mohook.store.store import Result, Room

__all__ = ["OwnedStore", "Owner"]


class Owner(Protocol):
    """How a database is held by one process: what differs from one kind to another."""

    where: str
    engine: Engine

    @property
    def writer(self) -> Connection:
        """The one connection that writes."""

    def begin(self, *, durable: bool) -> bool:
        """Prepare `writer` for a transaction; tell whether nobody else can have written since.

        Raises StoreAwayError where another process has the state by now.
        """

    def make_durable(self, *, durable: bool) -> None:
        """Say within the transaction whether its end waits for the disk."""

    def close(self) -> None:
        """Let go of all of it."""


class OwnedStore(SqlStore):
    """A store in a database that this process alone writes to. See `open_store`."""

    def __init__(
        self, owner: Owner, *, keep: int, seconds: Callable[[], float] = monotonic
    ) -> None:
        super().__init__(Reading(self._reader, keep), owner.where, keep)
        self._owner = owner
        self._seconds = seconds
        self._lock = RLock()  # of what is held in memory; whoever writes has the other one first
        self._writes = RLock()
        self._many = Statements(owner.engine.dialect)
        self._lanes = Lanes(self._load)
        self._ids = 0
        self._is_sure = True
        self._closed = False
        self._turned_over()

    @contextmanager
    def _reader(self) -> Iterator[Connection]:
        with telling_trouble(self.where), self._owner.engine.connect() as connection:
            yield connection

    @contextmanager
    def _writing(self, *, durable: bool = True) -> Iterator[Write]:
        with self._writes, telling_trouble(self.where):
            self._is_sure = self._owner.begin(durable=durable) and self._is_sure
            if not self._is_sure:
                self._make_sure()
            self._is_sure = False  # until it is committed, or is known not to be
            try:
                with self._owner.writer.begin():
                    self._owner.make_durable(durable=durable)
                    write = TallyWrite(self._owner.writer, self._many, self._tally)
                    yield write
                    changed = write.counted()
                    self._many.count(write.connection, list(changed.items()))
            except BaseException:
                with suppress(StoreAwayError):  # then the next write does
                    self._make_sure()
                raise
            self._tally.update(changed)
            for do in write.then:
                do()
            self._is_sure = True
        self.journal.tell(self._tally.get("events", 0))

    def _make_sure(self) -> None:
        """Read again what is counted and what is due: a write ended, and nobody knows how."""
        with self._lock, self._reader() as connection:
            self._tally = self._reading.tally(connection)
            self._ids = max(self._ids, self._tally.get("ids", 0))
            self._end_claims(connection)
            self._lanes.start(loose_scan(connection, "destination", UNCLAIMED), claims=True)

    def _end_claims(self, connection: Connection) -> None:
        """End those claims whose results are written."""
        claimed = {int(message.id[1:]): message for message in self._lanes.all_claimed()}
        asked = select(messages.c.n, messages.c.attempts_made).where(messages.c.n.in_(claimed))
        made = {row.n: row.attempts_made for row in connection.execute(asked)}
        for n, message in claimed.items():
            if made.get(n) != message.attempts_made:
                message.claim = None

    def next_id(self) -> str:
        """Return a message id that was never given before."""
        with self._lock:
            self._ids += 1
            return message_id(self._ids)

    # What is held in memory

    def _load(self, destination: str, above: Key) -> Sequence[Message]:
        due, n = micros(above[0]), above[1]
        asked = select(messages).where(messages.c.destination == destination, text(UNCLAIMED))
        # In two steps: SQLite would walk over all of one instant to find those above a number.
        same = asked.where(messages.c.due == due, messages.c.n > n).order_by(messages.c.n)
        later = asked.where(messages.c.due > due).order_by(messages.c.due, messages.c.n)
        with self._reader() as connection:
            rows = list(connection.execute(same.limit(LOT)))
            if len(rows) < LOT:
                rows += connection.execute(later.limit(LOT - len(rows)))
        epoch = self._tally.get("epoch", 0)
        return [message_of(row, epoch) for row in rows]

    def _entered(self, accepted: Sequence[Message]) -> None:
        with self._lock:
            self._ids = max(self._ids, self._tally.get("ids", 0))
            for message in accepted:
                if message.state is State.PENDING and not self._lanes.known(int(message.id[1:])):
                    self._lanes.offer(message)  # unless it was read meanwhile, and perhaps claimed

    def _left(self, ended: Sequence[Ended]) -> None:
        with self._lock:
            for message, state, due, tries, attempts_made in ended:
                message.claim = None
                message.state, message.next_attempt_at = state, due
                message.tries, message.attempts_made = tries, attempts_made
                if state is State.PENDING:
                    self._lanes.offer(message)
                else:
                    self._lanes.forget(int(message.id[1:]))

    def _moved(self, endpoint: str, destination: str | None, now: datetime) -> None:
        with self._lock, self._reader() as connection:
            for message in self._lanes.all_claimed():
                if message.endpoint == endpoint and message.destination != destination:
                    _move(message, destination, now)
            self._lanes.start(loose_scan(connection, "destination", UNCLAIMED), claims=True)

    def _turned_over(self) -> None:
        with self._lock, self._reader() as connection:
            self._tally = self._reading.tally(connection)
            self._ids = self._tally.get("ids", 0)
            self._lanes.start(loose_scan(connection, "destination", UNCLAIMED))
        self.journal.tell(self._tally.get("events", 0))

    def _under_claim(self, _: Write, results: Sequence[Result]) -> Standing:
        numbers = [int(result.message.id[1:]) for result in results]
        with self._lock:
            claimed = [(n, self._lanes.claimed(n)) for n in numbers]
            return {n: (message.claim, message) for n, message in claimed if message is not None}

    def _claim_of(self, message: Message) -> int | None:
        with self._lock:
            claimed = self._lanes.claimed(int(message.id[1:]))
            return None if claimed is None else claimed.claim

    def claim(
        self, now: datetime, lease: timedelta, room: Room, *, ahead: bool = False
    ) -> list[Message]:
        """Hand out messages that are due at `now`, without their attempts."""
        del ahead  # to claim costs little here
        with self._lock:
            real = self._seconds()
            self._lanes.end_leases(real)
            self._claims += 1
            return self._lanes.claim(now, real + lease.total_seconds(), self._claims, room)

    _claims = 0

    def postpone(self, message_id: str, until: datetime, claim: int | None = None) -> None:
        """Make a pending message due at `until` instead, unless somebody else has claimed it."""
        n = number_of(message_id)
        with self._writes, self._lock:
            known = None if n is None else self._lanes.known(n)
            if n is None or (known.claim if known else None) != claim:
                return
            this = messages.c.n == n, messages.c.state == State.PENDING.value
            with self._writing() as write:
                change = update(messages).where(*this).values(due=micros(until))
                if not write.connection.execute(change).rowcount:
                    if known is not None:
                        known.claim = None
                        self._lanes.forget(n)
                    return
                row = write.connection.execute(select(messages).where(this[0])).one()
                message = known or message_of(row, write.value("epoch"))
            message.claim, message.next_attempt_at = None, until
            self._lanes.offer(message)

    def next_due(self, room: Room | None = None) -> datetime | None:
        """Return when the next unclaimed message is due that has room; None when none is."""
        with self._lock:
            self._lanes.end_leases(self._seconds())
            return self._lanes.next_due(room)

    def due(self, now: datetime, most: int) -> int:
        """Return how many unclaimed messages are due at `now`, `most` at most."""
        with self._lock:  # claims do not stand in the database, and must be those of its rows
            self._lanes.end_leases(self._seconds())
            claimed = sum(_is_due(message, now) for message in self._lanes.all_claimed())
            return min(most, super().due(now, most + claimed) - claimed)

    def lease_ends(self) -> float | None:
        """Return in how many real seconds the next lease runs out; None when nothing is claimed."""
        with self._lock:
            until = self._lanes.lease_end()
            return None if until is None else max(0.0, until - self._seconds())

    def close(self) -> None:
        """Let go of the database: an SQLite file takes its log into itself."""
        with self._writes, self._lock:
            if not self._closed:
                self._closed = True
                self._owner.close()


def _is_due(message: Message, now: datetime) -> bool:
    return message.next_attempt_at is not None and message.next_attempt_at <= now


def _move(message: Message, destination: str | None, now: datetime) -> None:
    message.destination = destination
    message.state = State.HELD if destination is None else State.PENDING
    message.next_attempt_at = None if destination is None else message.next_attempt_at or now
