"""The store that several processes share: a PostgreSQL database.

Claims stand in the rows, under leases by the database's clock, and whoever claims skips rows
that others are just taking. Writes are one after the other in all processes, so that entries of
the journal become visible in their order; claims are made beside them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import RLock
from time import monotonic

from sqlalchemy import case, text, update
from sqlalchemy.engine import Connection

from mohook.delivery.message import Message, State
from mohook.store.sharing import AcrossLock, Stand
from mohook.store.sql.claims import DATABASE_TIME, Claims
from mohook.store.sql.peers import Peers
from mohook.store.sql.postgres import PostgresDatabase
from mohook.store.sql.reading import Reading
from mohook.store.sql.rows import instant, message_id, micros, number_of
from mohook.store.sql.schema import messages
from mohook.store.sql.statements import Statements
from mohook.store.sql.store import Ended, SqlStore, Standing
from mohook.store.sql.trouble import telling_trouble
from mohook.store.sql.write import TallyWrite, Write
from mohook.store.store import Result, Room

__all__ = ["SharedStore"]


class SharedStore(SqlStore):
    """A store in a database that several processes may use at once. See `open_store`."""

    def __init__(
        self, database: PostgresDatabase, *, keep: int, seconds: Callable[[], float] = monotonic
    ) -> None:
        super().__init__(Reading(self._reader, keep), database.where, keep)
        self._database = database
        self._lock = RLock()  # of claims; whoever writes has the other one first
        self._notes: deque[Callable[[], None]] = deque()
        self._writes = RLock()
        self._noting = RLock()
        self._many = Statements(database.engine.dialect)
        self._ids = 0
        self._claims = Claims(database, seconds, self._note_tally)
        self._my_writes: set[int] = set()
        self.sharing = self
        self._on_news: Callable[[], None] = lambda: None
        self._told = Stand(0, 0)
        self._absent: set[int] = set()
        self._closed = False
        self._number = 0
        with self._writing() as write:
            number = write.take("claims", 1)
        self._claims.number(number)
        self._peers = Peers(database, number)
        self._number = number
        self._present: AbstractSet[int] = self._peers.others()
        if not self._present:
            self._free_dead(self._owners())

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
            return float(connection.execute(text(f"SELECT {DATABASE_TIME}")).scalar_one())

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
            self._my_writes.clear()
            self._claims.dues.doubt()

    def _look(self) -> None:
        """Take back what was claimed by those that died, or let their leases run out."""
        with telling_trouble(self.where):
            present = self._database.present()
            gone = self._owners() - present
            freed = self._free_dead(gone & self._absent)
            self._absent = gone  # one who has just lost the connection is there again by then
        ended, self._present = self._present - present, present
        self.ends += bool(ended)
        if freed or ended:
            self._claims.dues.doubt()  # what it was just claiming was stepped over
        if self._claims.dues.is_doubted:  # or a write of ours that was done though it failed
            self._on_news()
        if freed:
            self._tell_freed()

    ends = 0
    """How often it was seen that another had ended."""

    def _owners(self) -> set[int]:
        with self._reader() as connection:
            return self._claims.owners(connection)

    def _free_dead(self, dead: set[int]) -> bool:
        with telling_trouble(self.where), self._claiming() as claims:
            return claims.free_dead(dead)

    # What each database does in its own way

    @contextmanager
    def _reader(self) -> Iterator[Connection]:
        with telling_trouble(self.where), self._database.engine.connect() as connection:
            yield connection

    @contextmanager
    def _writing(self, *, durable: bool = True) -> Iterator[Write]:
        with self._writes, telling_trouble(self.where), self._doubting():
            with self._database.ordered(durable=durable) as (connection, tally):
                self._note_tally(tally)
                write = TallyWrite(connection, self._many, tally)
                yield write
                write.add("writes")
                changed = write.counted()
                with self._noting:
                    self._my_writes.add(changed["writes"])
                self._database.tell(connection, changed, self._number)
            self._note_tally(tally | changed)
            for do in write.then:
                do()

    def _note_tally(self, tally: dict[str, int]) -> None:
        """Take in what is counted, unless something newer is known; others' writes raise doubt."""
        with self._noting:
            known, writes = self._tally, tally.get("writes", 0)
            if writes <= (seen := known.get("writes", 0)):
                return
            self._tally = tally
            if seen < 0 or any(n not in self._my_writes for n in range(seen + 1, writes + 1)):
                self._claims.dues.doubt()
            self._my_writes = {each for each in self._my_writes if each > writes}
            if tally.get("epoch", 0) != known.get("epoch", 0):
                self._ids = tally.get("ids", 0)
                self._claims.forget()
                self._claims.dues.doubt()
            self._ids = max(self._ids, tally.get("ids", 0))
        self.journal.tell(tally.get("events", 0))

    def next_id(self) -> str:
        """Return a message id that nobody has as yet; `accept` gives another if one has by then."""
        with self._noting:
            self._ids += 1
            return message_id(self._ids)

    def _under_claim(self, write: Write, results: Sequence[Result]) -> Standing:
        given = {(int(each.message.id[1:]), each.claim): each.message for each in results}
        numbers = sorted({n for n, _ in given})
        standing: Standing = {}
        for n, claim, destination, state in self._claims.standing(write.connection, numbers):
            message = given.get((n, claim))
            if message is not None:
                message.destination, message.state = destination, State(state)  # it may have moved
                standing[n] = claim, message
        return standing

    def _entered(self, accepted: Sequence[Message]) -> None:
        waits = [(each.destination, each.next_attempt_at) for each in accepted]
        self._tell_claims(lambda: self._note_due(waits))

    def _left(self, ended: Sequence[Ended]) -> None:
        over = [(int(each.message.id[1:]), each.message.claim) for each in ended]
        waits = [(each.message.destination, each.due) for each in ended]

        def note() -> None:
            for n, claim in over:
                self._claims.ended(n, claim)
            self._note_due(waits)

        self._tell_claims(note)

    def _note_due(self, waits: Iterable[tuple[str | None, datetime | None]]) -> None:
        for destination, due in waits:
            self._claims.dues.add(destination, micros(due))

    def _tell_claims(self, note: Callable[[], None]) -> None:
        """Have claims take note of what was written, without waiting for one that is being made."""
        self._notes.append(note)
        if self._lock.acquire(blocking=False):
            try:
                self._take_notes()
            finally:
                self._lock.release()

    def _take_notes(self) -> None:
        while self._notes:
            self._notes.popleft()()

    @contextmanager
    def _claiming(self) -> Iterator[Claims]:
        with self._lock:
            self._take_notes()
            yield self._claims

    def _moved(self, endpoint: str, destination: str | None, now: datetime) -> None:
        del endpoint, destination, now
        self._claims.dues.doubt()

    def _turned_over(self) -> None:
        self._claims.dues.doubt()

    def _claim_of(self, message: Message) -> int | None:
        return message.claim

    def claim(
        self, now: datetime, lease: timedelta, room: Room, *, ahead: bool = False
    ) -> list[Message]:
        """Hand out messages that are due at `now`, without their attempts."""
        with telling_trouble(self.where), self._claiming() as claims:
            found = claims.claim(micros(now) or 0, lease.total_seconds(), room, ahead=ahead)
        if self.stand != self._told:
            self._tell_news(found)
        return found

    def _tell_news(self, found: Sequence[Message]) -> None:
        self._told = self.stand
        try:
            self._on_news()
        except BaseException:
            with self._lock:
                for message in found:  # nobody gets them: `free_dead` takes them back
                    self._claims.over(int(message.id[1:]))
            raise

    def give_back(self) -> None:
        """Let go of what was claimed ahead."""
        with telling_trouble(self.where), self._claiming() as claims:
            given_back = claims.give_back()
        if given_back:
            self._tell_freed()

    def _tell_freed(self) -> None:
        """Have others look what is due: claims end beside all that they are told of."""
        with self._writing(durable=False):
            pass

    def postpone(self, message_id: str, until: datetime, claim: int | None = None) -> None:
        """Make a pending message due at `until` instead, unless somebody else has claimed it."""
        n = number_of(message_id)
        if n is None:
            return
        mine = messages.c.claim.is_(None) if claim is None else messages.c.claim == claim
        is_pending = messages.c.state == State.PENDING.value
        due = case((is_pending, micros(until)), else_=messages.c.due)
        change = update(messages).where(messages.c.n == n, mine)
        change = change.values(due=due, claim=None, leased_until=None)
        with self._writing() as write:
            if write.connection.execute(change).rowcount:
                write.then.append(lambda: self._postponed(n, claim))

    def _postponed(self, n: int, claim: int | None) -> None:
        with self._claiming() as claims:
            claims.ended(n, claim)
            claims.dues.doubt()

    def next_due(self, room: Room | None = None) -> datetime | None:
        """Return when the next unclaimed message is due that has room; None when none is."""
        with telling_trouble(self.where), self._claiming() as claims:
            return instant(claims.next_due(room))

    def lease_ends(self) -> float | None:
        """Return in how many real seconds the next lease of this process runs out, or None."""
        with self._claiming() as claims:
            return claims.lease_ends()

    def close(self) -> None:
        """Let go of the database: what this process has claimed is the others' at once."""
        with self._noting:
            if self._closed:
                return
            self._closed = True
        self._peers.close()
        with self._writes, self._lock:  # what is under way ends first, as it would
            self._database.close()
