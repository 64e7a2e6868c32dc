"""Claims of one process among several: they stand in the rows, under leases in database time.

Whoever claims skips rows that others are just taking. A claim is its process's number and, in
`CLAIMS_OF_ONE` bits below that, the how manieth of that process it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection

from mohook.delivery.message import Message
from mohook.store.leases import Leases
from mohook.store.sql.ahead import Ahead
from mohook.store.sql.dues import Dues
from mohook.store.sql.many import array
from mohook.store.sql.postgres import PostgresDatabase, counted
from mohook.store.sql.rows import message_of, micros
from mohook.store.sql.schema import UNCLAIMED, messages
from mohook.store.store import Room

__all__ = ["DATABASE_TIME", "Claims"]

DATABASE_TIME = "extract(epoch FROM clock_timestamp())"
_CLAIMS_OF_ONE = 32
_COLUMNS = ", ".join(f"m.{column.name}" for column in messages.columns)
_CLAIM = (
    f"UPDATE mohook_messages m SET claim = %s, leased_until = {DATABASE_TIME} + %s WHERE n IN ("  # noqa: S608 # words of ours
    "SELECT found.n FROM unnest(%s::text[], %s::bigint[], %s::bigint[]) "
    "AS given (place, most, since), LATERAL ("
    "SELECT n FROM mohook_messages WHERE destination = given.place "
    f"AND {UNCLAIMED} AND due BETWEEN given.since AND %s "
    "ORDER BY due, n LIMIT given.most FOR UPDATE SKIP LOCKED"
    f") AS found) RETURNING {_COLUMNS}"
)
_STANDING = (
    "SELECT n, claim, destination, state FROM mohook_messages "
    "WHERE n = ANY(%s::bigint[]) AND claim IS NOT NULL ORDER BY n FOR UPDATE"
)
_FREE = (
    "UPDATE mohook_messages SET claim = NULL, leased_until = NULL WHERE n IN ("
    "SELECT n FROM mohook_messages WHERE claim IS NOT NULL AND ({}) FOR UPDATE SKIP LOCKED)"
)
_FREE_DEAD = _FREE.format(
    f"leased_until <= {DATABASE_TIME} OR claim >> {_CLAIMS_OF_ONE} = ANY(%s::bigint[]) "  # noqa: S608 # the same
    f"OR claim >> {_CLAIMS_OF_ONE} = %s AND (n, claim) NOT IN "
    "(SELECT * FROM unnest(%s::bigint[], %s::bigint[]))"
)
_FREE_MINE = _FREE.format("n = ANY(%s::bigint[]) AND claim = ANY(%s::bigint[])")
_OWNERS = text(
    f"SELECT DISTINCT claim >> {_CLAIMS_OF_ONE} FROM mohook_messages WHERE claim IS NOT NULL"  # noqa: S608 # the same
)


Note = Callable[[dict[str, int]], None]


class Claims:
    """What this process has claimed, and what it knows to be due. The caller holds the lock."""

    def __init__(
        self, database: PostgresDatabase, seconds: Callable[[], float], note: Note
    ) -> None:
        self._database = database
        self._seconds = seconds
        self._note = note
        self._process = 0
        self._numbers = count(1)
        self.dues = Dues(database.beside, seconds)
        self._begin()

    def number(self, process: int) -> None:
        """Count claims from now on as those of this process."""
        self._process = process
        self._numbers = count((process << _CLAIMS_OF_ONE) + 1)

    def forget(self) -> None:
        """Take note that all of them are over. Another thread may be in the middle of a claim."""
        self._all_over = True

    def _begin(self) -> None:
        self._all_over = False
        self._leases = Leases()
        self._ahead = Ahead()
        self._mine: dict[int, Message] = {}

    def claim(self, due: int, lease: float, room: Room, *, ahead: bool) -> list[Message]:
        """Hand out what is due at `due`, in microseconds, under leases of so many seconds."""
        self.end_leases()
        ready = dict.fromkeys(self.dues.ready(due, exactly=not ahead))
        roomy = dict.fromkeys([*self._ahead.destinations(), *ready])
        granted = {each: room(each) for each in roomy}
        found: list[Message] = []
        wanted: dict[str, int] = {}
        for each, most in granted.items():
            taken = list(self._ahead.take(each, most))
            found += taken
            if each in ready and len(taken) < most:
                wanted[each] = most - len(taken)
        try:
            return found + self._claimed(due, lease, wanted, ahead=ahead) if wanted else found
        except BaseException:
            for message in found:
                self.over(int(message.id[1:]))  # nobody gets them: `free_dead` takes them back
            raise

    def _claimed(
        self, due: int, lease: float, wanted: dict[str, int], *, ahead: bool
    ) -> list[Message]:
        now, most = self._seconds(), wanted.copy()
        for each in wanted if ahead else ():
            most[each] += self._ahead.more(each, now)
        claim = next(self._numbers)
        claimed = self._rows(claim, lease, most, due)
        if self._all_over:  # now, and not with what was just claimed
            self._begin()
        for message in claimed:
            self.over(int(message.id[1:]))  # it ended and nobody told: that lease ends nothing more
            self._mine[int(message.id[1:])] = message
        self._leases.add(now + lease, claim, claimed.copy())
        self._note_taken(claimed, most)
        return [message for message in claimed if not self._kept_back(message, wanted, now)]

    def _rows(self, claim: int, lease: float, most: dict[str, int], due: int) -> list[Message]:
        since = map(self.dues.since, most)
        given = (claim, lease, array(most), array(most.values()), array(since), due)
        with self._database.beside() as connection:
            rows = list(connection.exec_driver_sql(_CLAIM, given))
            tally = counted(connection)
        self._note(tally)
        rows.sort(key=lambda row: (row[9], row[0]))
        return [message_of(row, tally.get("epoch", 0)) for row in rows]

    def _note_taken(self, claimed: Sequence[Message], most: dict[str, int]) -> None:
        got = Counter(message.destination for message in claimed)
        last = {message.destination: micros(message.next_attempt_at) for message in claimed}
        for each, number in most.items():
            self.dues.taken(each, last.get(each), all_of_it=got[each] < number)

    def _kept_back(self, message: Message, wanted: dict[str, int], now: float) -> bool:
        """Keep a message for later calls, where all are found that this one wants."""
        where = message.destination or ""
        wanted[where] -= 1
        if wanted[where] >= 0:
            return False
        self._ahead.put(where, message, now)
        return True

    def next_due(self, room: Room | None) -> int | None:
        """Return when the next one is due that has room and nobody else has claimed."""
        self.end_leases()
        for each in self._ahead.destinations():
            if room is None or room(each) > 0:
                return micros(self._ahead.first(each))
        return self.dues.first(room)

    def lease_ends(self) -> float | None:
        """Return in how many real seconds there is something to give back, or to look at."""
        known = (self._leases.end(), self._ahead.end(), self.dues.looks_at())
        ends = [each for each in known if each is not None]
        return max(0.0, min(ends) - self._seconds()) if ends else None

    def end_leases(self) -> None:
        """Give back what has waited here for too long, or was sent for too long."""
        if self._all_over:
            self._begin()
        now = self._seconds()
        if (end := self._ahead.end()) is not None and end <= now:
            self._let_go(self._ahead.stale(now))
        if (end := self._leases.end()) is not None and end <= now:
            by_claim = {n: message.claim for n, message in self._mine.items()}
            over = [int(message.id[1:]) for message in self._leases.run_out(now)]
            claims = [by_claim[n] for n in over if n in by_claim]
            self._free_mine(over, claims)

    def give_back(self) -> bool:
        """Let go of what was claimed ahead; tell whether that freed anything."""
        return self._let_go(self._ahead.all())

    def _let_go(self, waiting: Sequence[Message]) -> bool:
        if not waiting:
            return False
        claims = sorted({message.claim for message in waiting if message.claim is not None})
        for message in waiting:
            message.claim = None
        return self._free_mine([int(message.id[1:]) for message in waiting], claims)

    def _free_mine(self, numbers: Sequence[int], claims: Sequence[int | None]) -> bool:
        for n in numbers:
            self._mine.pop(n, None)
        return self._free(_FREE_MINE, (array(numbers), array(claims)))

    def free_dead(self, dead: set[int]) -> bool:
        """Take back what processes had claimed that are dead, or whose leases have run out.

        So too what stands there as ours and is not: the end of a claim, or of what was recorded,
        never came back, or the server has forgotten it.
        """
        claims = [message.claim for message in self._mine.values()]
        given = (array(dead), self._process, array(self._mine), array(claims))
        return self._free(_FREE_DEAD, given)

    def _free(self, statement: str, given: tuple[Any, ...]) -> bool:
        with self._database.beside() as connection:
            freed = bool(connection.exec_driver_sql(statement, given).rowcount)
        if freed:
            self.dues.doubt()
        return freed

    def standing(self, connection: Connection, numbers: Sequence[int]) -> Sequence[Any]:
        """Return number, claim, destination and state of those that are claimed; keep them so."""
        return connection.exec_driver_sql(_STANDING, (array(numbers),)).all()

    def ended(self, n: int, claim: int | None) -> None:
        """Take note that the claim of a message has ended, unless it is another one by now."""
        known = self._mine.get(n)
        if known is not None and known.claim == claim:
            self.over(n)

    def over(self, n: int) -> None:
        """Take note that whatever claim there was of a message has ended."""
        known = self._mine.pop(n, None)
        if known is not None:
            known.claim = None

    def owners(self, connection: Connection) -> set[int]:
        """Return the numbers of the processes that have claimed something."""
        return set(connection.execute(_OWNERS).scalars())
