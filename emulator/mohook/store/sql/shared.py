"""The store that several processes share: a PostgreSQL database.

Claims stand in the rows, under leases by the database's clock, and whoever claims skips rows
that others are just taking. Writes are one after the other in all processes, so that entries of
the journal become visible in their order; claims are made beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import count
from threading import RLock
from time import monotonic

from sqlalchemy import text, update
from sqlalchemy.engine import Connection

from mohook.delivery.message import Message, State
from mohook.store.leases import Leases
from mohook.store.sharing import AcrossLock, Stand
from mohook.store.sql.dues import Dues
from mohook.store.sql.peers import Peers
from mohook.store.sql.postgres import PostgresDatabase
from mohook.store.sql.reading import Reading
from mohook.store.sql.rows import instant, message_id, message_of, micros, number_of
from mohook.store.sql.schema import UNCLAIMED, messages
from mohook.store.sql.statements import Statements
from mohook.store.sql.store import Ended, SqlStore
from mohook.store.sql.trouble import telling_trouble
from mohook.store.sql.write import TallyWrite, Write
from mohook.store.store import Result, Room

__all__ = ["SharedStore"]

_CLAIMS_OF_ONE = 32
"""A claim is its process's number, and in so many bits below the how manieth it is."""
_TALLY = "SELECT name, value FROM mohook_tally"
_NOW = "extract(epoch FROM clock_timestamp())"
_COLUMNS = ", ".join(f"m.{column.name}" for column in messages.columns)
_CLAIM = (
    f"UPDATE mohook_messages m SET claim = %s, leased_until = {_NOW} + %s WHERE n IN ("  # noqa: S608 # words of ours
    "SELECT found.n FROM unnest(%s::text[], %s::bigint[]) AS given (place, most), LATERAL ("
    "SELECT n FROM mohook_messages WHERE destination = given.place "
    f"AND {UNCLAIMED} AND due <= %s ORDER BY due, n LIMIT given.most FOR UPDATE SKIP LOCKED"
    f") AS found) RETURNING {_COLUMNS}"
)
_CLAIMED = (
    f"SELECT {_COLUMNS} FROM mohook_messages m "  # noqa: S608 # the same
    "WHERE n = ANY(%s) AND claim IS NOT NULL ORDER BY n FOR UPDATE"
)
_FREE = (
    "UPDATE mohook_messages SET claim = NULL, leased_until = NULL WHERE n IN ("  # the same
    "SELECT n FROM mohook_messages WHERE claim IS NOT NULL AND ({}) FOR UPDATE SKIP LOCKED)"
)
_FREE_DEAD = _FREE.format(
    f"leased_until <= {_NOW} OR claim >> {_CLAIMS_OF_ONE} = ANY(%s) "  # noqa: S608 # the same
    f"OR claim >> {_CLAIMS_OF_ONE} = %s AND (n, claim) NOT IN "
    "(SELECT * FROM unnest(%s::bigint[], %s::bigint[]))"
)
_FREE_MINE = _FREE.format("n = ANY(%s) AND claim = ANY(%s)")
_OWNERS = text(
    f"SELECT DISTINCT claim >> {_CLAIMS_OF_ONE} FROM mohook_messages WHERE claim IS NOT NULL"  # noqa: S608 # the same
)


class SharedStore(SqlStore):
    """A store in a database that several processes may use at once. See `open_store`."""

    def __init__(
        self, database: PostgresDatabase, *, keep: int, seconds: Callable[[], float] = monotonic
    ) -> None:
        super().__init__(Reading(self._reader, keep), database.where, keep)
        self._database = database
        self._seconds = seconds
        self._lock = RLock()
        self._noting = RLock()
        self._many = Statements(database.engine.dialect)
        self._ids = 0
        self._dues = Dues()
        self._forget_claims()
        self.sharing = self
        self._on_news: Callable[[], None] = lambda: None
        self._told = Stand(0, 0)
        self._absent: set[int] = set()
        self._closed = False
        with self._writing() as write:
            number = write.take("claims", 1)
        self._claims = count((number << _CLAIMS_OF_ONE) + 1)
        self._peers = Peers(database, number)
        if not self._peers.others():
            self._free_dead(self._owners())

    def _forget_claims(self) -> None:
        self._leases = Leases()
        self._mine: dict[int, Message] = {}

    # What the emulator is told of others

    @property
    def configuration(self) -> AcrossLock:
        """Who may change documents."""
        return self._database.configuration

    @property
    def moving(self) -> AcrossLock:
        """Who may move the clock by hand."""
        return self._database.moving

    @property
    def stand(self) -> Stand:
        """How documents stood when anything was last read or written here."""
        tally = self._tally
        return Stand(tally.get("documents", 0), tally.get("epoch", 0))

    def refresh(self) -> Stand:
        """Look what others have written, and return how documents stand now."""
        with self._reader() as connection:
            self._note_tally(self._reading.tally(connection))
        return self.stand

    def now(self) -> float:
        """Return seconds since 1970 by the database's clock."""
        with self._reader() as connection:
            return float(connection.execute(text(f"SELECT {_NOW}")).scalar_one())

    def has_others(self) -> bool:
        """Whether another process has the state open just now."""
        with telling_trouble(self.where):
            return bool(self._peers.others())

    def listen(self, on_news: Callable[[], None]) -> None:
        """Call `on_news` in a thread of its own when others have written."""
        self._on_news = on_news
        self._peers.listen(on_news, self._look, self._doubt)

    @contextmanager
    def _doubting(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self._doubt()
            raise

    def _doubt(self) -> None:
        """Ask for all anew: a write ended and nobody knows how, or the server forgot the last."""
        with self._noting:
            self._tally = self._tally | {"writes": -1}
            self._dues.doubt()

    def _look(self) -> None:
        """Take back what was claimed by those that died, or let their leases run out.

        So too what stands there as ours and is not: the end of a claim, or of what was recorded,
        never came back, or the server has forgotten it.
        """
        with telling_trouble(self.where):
            gone = self._owners() - self._database.present()
            freed = self._free_dead(gone & self._absent)
            self._absent = gone  # one who has just lost the connection is there again by then
        if freed:
            self._on_news()

    def _owners(self) -> set[int]:
        with self._reader() as connection:
            return set(connection.execute(_OWNERS).scalars())

    def _free_dead(self, dead: set[int]) -> bool:
        with self._lock:
            claims = [message.claim for message in self._mine.values()]
            return self._free(_FREE_DEAD, (list(dead), self._number, list(self._mine), claims))

    def _free(self, statement: str, given: tuple[object, ...]) -> bool:
        with self._lock, telling_trouble(self.where), self._database.beside() as connection:
            freed = bool(connection.exec_driver_sql(statement, given).rowcount)
            if freed:
                self._dues.doubt()
        return freed

    # What each database does in its own way

    @contextmanager
    def _reader(self) -> Iterator[Connection]:
        with telling_trouble(self.where), self._database.engine.connect() as connection:
            yield connection

    @contextmanager
    def _writing(self, *, durable: bool = True) -> Iterator[Write]:
        with self._lock, telling_trouble(self.where), self._doubting():
            with self._database.ordered(durable=durable) as connection:
                tally = _counted(connection)
                self._note_tally(tally)
                write = TallyWrite(connection, self._many, tally)
                yield write
                write.add("writes")
                changed = write.settle()
                told = (self._database.channel, str(self._number))
                connection.exec_driver_sql("SELECT pg_notify(%s, %s)", told)
            self._note_tally(tally | changed, mine=True)

    @property
    def _number(self) -> int:
        return self._peers.number if hasattr(self, "_peers") else 0

    def _note_tally(self, tally: dict[str, int], *, mine: bool = False) -> None:
        """Take in what is counted, unless something newer is known; others' writes raise doubt."""
        with self._noting:
            known = self._tally
            if tally.get("writes", 0) <= known.get("writes", 0):
                return
            self._tally = tally
            if not mine:
                self._dues.doubt()
            if tally.get("epoch", 0) != known.get("epoch", 0):
                self._ids = tally.get("ids", 0)
                self._forget_claims()
                self._dues.doubt()
            self._ids = max(self._ids, tally.get("ids", 0))
        self.journal.tell(tally.get("events", 0))

    def next_id(self) -> str:
        """Return a message id that nobody has as yet; `accept` gives another if one has by then."""
        with self._noting:
            self._ids += 1
            return message_id(self._ids)

    def _number_anew(self, write: Write, accepted: Sequence[Message]) -> None:
        last = write.value("ids")
        if min(int(message.id[1:]) for message in accepted) <= last:
            for n, message in enumerate(accepted, last + 1):
                message.id = message_id(n)

    def _under_claim(self, write: Write, results: Sequence[Result]) -> dict[int, Message]:
        numbers = sorted({int(result.message.id[1:]) for result in results})
        epoch = write.value("epoch")
        rows = write.connection.exec_driver_sql(_CLAIMED, (numbers,))
        return {row[0]: message_of(row, epoch) for row in rows}

    def _entered(self, accepted: Sequence[Message]) -> None:
        with self._lock:
            for message in accepted:
                if message.state is State.PENDING:
                    self._dues.add(message.destination, micros(message.next_attempt_at))

    def _left(self, ended: Sequence[Ended]) -> None:
        with self._lock:
            for message, state, due, _, _ in ended:
                handed_out = self._mine.get(int(message.id[1:]))
                if handed_out is not None and handed_out.claim == message.claim:
                    handed_out.claim = None
                    del self._mine[int(message.id[1:])]
                if state is State.PENDING:
                    self._dues.add(message.destination, micros(due))

    def _moved(self, endpoint: str, destination: str | None, now: datetime) -> None:
        del endpoint, destination, now
        self._dues.doubt()

    def _turned_over(self) -> None:
        self._dues.doubt()

    def _claim_of(self, message: Message) -> int | None:
        return message.claim

    def claim(self, now: datetime, lease: timedelta, room: Room) -> list[Message]:
        """Hand out messages that are due at `now`, without their attempts."""
        with self._lock, telling_trouble(self.where):
            self._end_leases()
            due = micros(now) or 0
            with self._asking() as connected:
                granted = self._dues.due(due, room, connected)
            found = self._claim(due, lease.total_seconds(), granted) if granted else []
            self._dues.claimed(granted)
        if self.stand != self._told:
            self._told = self.stand
            self._on_news()
        return found

    def _claim(self, due: int, lease: float, granted: dict[str, int]) -> list[Message]:
        claim, until = next(self._claims), self._seconds() + lease
        given = (claim, lease, list(granted), list(granted.values()), due)
        with self._database.beside() as connection:
            rows = connection.exec_driver_sql(_CLAIM, given).all()
            tally = _counted(connection)
        epoch = tally.get("epoch", 0)
        self._note_tally(tally)
        found = [message_of(row, epoch) for row in sorted(rows, key=lambda row: (row[9], row[0]))]
        for message in found:
            self._hold(message)
        self._leases.add(until, claim, found.copy())
        return found

    def _hold(self, message: Message) -> None:
        n = int(message.id[1:])
        if (before := self._mine.get(n)) is not None:
            before.claim = None  # it ended and nobody told: the end of that lease ends nothing
        self._mine[n] = message

    @contextmanager
    def _asking(self) -> Iterator[Callable[[], Connection]]:
        """Give the way to a connection, which is taken only if it is asked for."""
        taken: list[Connection] = []

        def connected() -> Connection:
            if not taken:
                taken.append(self._database.engine.connect())
            return taken[0]

        try:
            yield connected
        finally:
            for connection in taken:
                connection.close()

    def _end_leases(self) -> None:
        by_claim = {n: message.claim for n, message in self._mine.items()}
        if (end := self._leases.end()) is None or end > (now := self._seconds()):
            return
        over = [int(message.id[1:]) for message in self._leases.run_out(now)]
        claims = [by_claim[n] for n in over if n in by_claim]
        for n in over:
            self._mine.pop(n, None)
        self._free(_FREE_MINE, (over, claims))

    def postpone(self, message_id: str, until: datetime, claim: int | None = None) -> None:
        """Make a pending message due at `until` instead, unless somebody else has claimed it."""
        n = number_of(message_id)
        if n is None:
            return
        mine = messages.c.claim.is_(None) if claim is None else messages.c.claim == claim
        these = messages.c.n == n, messages.c.state == State.PENDING.value, mine
        change = update(messages).where(*these)
        change = change.values(due=micros(until), claim=None, leased_until=None)
        with self._lock:
            with self._writing() as write:
                moved = write.connection.execute(change).rowcount
            if moved and (known := self._mine.pop(n, None)) is not None:
                known.claim = None
            if moved:
                self._dues.doubt()

    def next_due(self, room: Room | None = None) -> datetime | None:
        """Return when the next unclaimed message is due that has room; None when none is."""
        with self._lock, telling_trouble(self.where):
            self._end_leases()
            with self._asking() as connected:
                return instant(self._dues.first(room, connected))

    def lease_ends(self) -> float | None:
        """Return in how many real seconds the next lease of this process runs out, or None."""
        with self._lock:
            until = self._leases.end()
            return None if until is None else max(0.0, until - self._seconds())

    def close(self) -> None:
        """Let go of the database: what this process has claimed is the others' at once."""
        with self._noting:
            if self._closed:
                return
            self._closed = True
        self._peers.close()
        self._database.close()


def _counted(connection: Connection) -> dict[str, int]:
    return {name: value for name, value in connection.exec_driver_sql(_TALLY)}  # noqa: C416 # rows
