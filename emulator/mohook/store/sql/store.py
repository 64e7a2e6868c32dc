"""What both databases share: every write is one transaction, and nothing is told before it is."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import delete, insert, select

from mohook.delivery.message import Message, State
from mohook.store.archive import messages_from, messages_to_json
from mohook.store.journal import MESSAGE_ACCEPTED, MESSAGE_MOVED, RESET
from mohook.store.sharing import Sharing
from mohook.store.sql.counting import (
    WAITS,
    count_attempts,
    count_change,
    count_finished,
    count_received,
    counted_as,
)
from mohook.store.sql.gathering import Gathering
from mohook.store.sql.journal import SqlJournal
from mohook.store.sql.moving import moved
from mohook.store.sql.pruning import prune
from mohook.store.sql.reading import Reading, visible
from mohook.store.sql.rows import (
    attempt_row,
    message_id,
    message_of,
    message_row,
    micros,
    number_of,
)
from mohook.store.sql.schema import attempts, documents, events, messages
from mohook.store.sql.write import Write
from mohook.store.store import Figures, MessageFilter, Result, Room

__all__ = ["Ended", "SqlStore", "Standing"]


_GOES_ON = {"events", "claims", "finishes", "epoch", "first", "floor", "writes", "documents"}
"""What is counted on when all is forgotten."""


class Ended(NamedTuple):
    """A message, and how it stands after a result, once that is committed."""

    message: Message
    state: State
    due: datetime | None
    tries: int
    attempts_made: int


Standing = dict[int, tuple[int | None, Message]]
"""Claimed messages by number, each with the claim under which it is."""


class SqlStore(ABC):
    """A store in a database. `keep` is how many finished messages it remembers.

    Raises StoreAwayError where the database cannot be read or written: then nothing has changed,
    and the same call may be made again.
    """

    lasting = True
    sharing: Sharing | None = None

    def __init__(self, reading: Reading, where: str, keep: int) -> None:
        self.where = where
        self._reading = reading
        self._keep = keep
        self._tally: dict[str, int] = {}
        self.journal = SqlJournal(reading, self._first_event)
        self._accept_together = Gathering(self._accept_all)

    # What each database does in its own way

    @abstractmethod
    def _writing(self, *, durable: bool = True) -> AbstractContextManager[Write]:
        """Begin a transaction, commit it at the end, and then do what it names in `then`.

        What is not `durable` may be lost with the machine's power, though not with this process.
        """

    @abstractmethod
    def _under_claim(self, write: Write, results: Sequence[Result]) -> Standing:
        """Return the messages among those of results that are claimed, by number."""

    @abstractmethod
    def _entered(self, accepted: Sequence[Message]) -> None:
        """Take note of messages that are now pending."""

    @abstractmethod
    def _left(self, ended: Sequence[Ended]) -> None:
        """Take note of results that are now written."""

    @abstractmethod
    def _moved(self, endpoint: str, destination: str | None, now: datetime) -> None:
        """Take note that the messages of an endpoint have moved."""

    @abstractmethod
    def _turned_over(self) -> None:
        """Take note that nothing is as it was."""

    @abstractmethod
    def _claim_of(self, message: Message) -> int | None:
        """Return under which claim somebody is sending a message."""

    @abstractmethod
    def next_id(self) -> str:
        """Return a message id that was never given before."""

    @abstractmethod
    def claim(
        self, now: datetime, lease: timedelta, room: Room, *, ahead: bool = False
    ) -> list[Message]:
        """Hand out messages that are due at `now`, without their attempts."""

    @abstractmethod
    def postpone(self, message_id: str, until: datetime, claim: int | None = None) -> None:
        """Make a pending message due at `until` instead, unless somebody else has claimed it."""

    @abstractmethod
    def next_due(self, room: Room | None = None) -> datetime | None:
        """Return when the next unclaimed message is due that has room; None when none is."""

    @abstractmethod
    def lease_ends(self) -> float | None:
        """Return in how many real seconds the next lease runs out; None when nothing is claimed."""

    def give_back(self) -> None:  # noqa: B027 # nothing, where nothing is
        """Let go of what was claimed ahead."""

    @abstractmethod
    def close(self) -> None:
        """Let go of files and connections."""

    # What is counted

    def _first_event(self) -> int:
        return max(1, self._tally.get("first", 1))

    def pending(self) -> int:
        """Return how many messages are due now or later, or in flight."""
        return self._tally.get("pending", 0)

    def held(self) -> int:
        """Return how many messages wait for a webhook."""
        return self._tally.get("held", 0)

    # Writing

    def accept(self, accepted: Sequence[Message]) -> None:
        """Keep new messages: they are on the disk when this returns."""
        if accepted:
            self._accept_together(accepted)

    def _accept_all(self, lots: Sequence[Sequence[Message]]) -> None:
        accepted = [message for lot in lots for message in lot]
        with self._writing() as write:
            self._add(write, accepted)
            prune(write, self._keep)
            write.then.append(lambda: self._entered(accepted))

    def _add(self, write: Write, accepted: Sequence[Message]) -> None:
        _number_anew(write, accepted)
        event = write.take("events", len(accepted))
        epoch = write.value("epoch")
        rows, told = [], []
        for number, message in enumerate(accepted, event):
            finished = None
            if message.state not in WAITS:
                finished = count_finished(write, message)
            message.epoch = epoch
            row = message_row(message, finished, number)
            rows.append(row)
            told.append(
                (number, row[7], MESSAGE_ACCEPTED, row[0], row[10], row[9], 0, row[13], None)
            )
        write.many.add_message(write.connection, rows)
        write.many.add_event(write.connection, told)
        count_received(write, accepted)

    def record(self, results: Iterable[Result]) -> None:
        """Write down what became of claimed messages, and end their claims."""
        given = list(results)
        with self._writing(durable=False) as write:
            ended = self._end(write, given)
            prune(write, self._keep)
            write.then.append(lambda: self._left(ended))

    def _end(self, write: Write, results: Sequence[Result]) -> list[Ended]:
        standing = self._under_claim(write, results)
        counted: Counter[tuple[str, str, str | None]] = Counter()
        made, changes, ended = [], [], []
        mine = list(_once(standing, results))
        event = write.take("events", sum(len(result.attempts) for _, _, result in mine)) - 1
        for n, message, result in mine:
            for attempt in result.attempts:
                event += 1
                made.append(attempt_row(attempt, event, n, message.payload))
                counted[message.provider, attempt.outcome, attempt.decision] += 1
            after = _after(message, result)
            finished = count_change(write, message, after.state)
            ended.append(after)
            changes.append(_change(after, message.destination, finished, event, n))
        write.many.change_message(write.connection, changes)
        write.many.add_attempt(write.connection, made)
        count_attempts(write, counted)
        return ended

    def move(self, endpoint: str, destination: str | None, now: datetime) -> None:
        """Send what waits for `endpoint` to another origin; hold it when that is None."""
        with self._writing() as write:
            if moved(write, endpoint, destination, now):
                write.then.append(lambda: self._moved(endpoint, destination, now))

    def reopen(self, message_ids: Iterable[str], destination: str | None, now: datetime) -> None:
        """Make finished messages due now, with the full number of tries again."""
        numbers = [n for n in map(number_of, message_ids) if n is not None]
        asked = select(messages).where(
            messages.c.n.in_(numbers), messages.c.finished.is_not(None), visible()
        )
        with self._writing() as write:
            epoch = write.value("epoch")
            found = [message_of(row, epoch) for row in write.connection.execute(asked)]
            event = write.take("events", len(found) if destination else 0)
            told, changes = [], []
            for message in found:
                count_finished(write, message, -1)
                message.state = State.PENDING if destination else State.HELD
                message.next_attempt_at = now if destination else None
                message.destination, message.tries, message.via = destination, 0, "webhook"
                write.add(message.state)
                n, made = int(message.id[1:]), message.attempts_made
                after = Ended(message, message.state, message.next_attempt_at, 0, made)
                changes.append(_change(after, destination, None, event, n))
                if destination:
                    at = micros(now)
                    told.append((event, at, MESSAGE_MOVED, n, "pending", at, made, "webhook", None))
                    event += 1
            write.many.change_message(write.connection, changes)
            write.many.add_event(write.connection, told)
            waits = [message for message in found if message.state is State.PENDING]
            write.then.append(lambda: self._entered(waits))

    def note(self, at: datetime, kind: str, data: Mapping[str, Any]) -> None:
        """Write an entry into the journal that is about no message."""
        with self._writing() as write:
            self._note(write, at, kind, data)

    def _note(self, write: Write, at: datetime, kind: str, data: Mapping[str, Any]) -> None:
        number = write.take("events", 1)
        entry = (number, micros(at), kind, None, None, None, None, None, json.dumps(dict(data)))
        write.many.add_event(write.connection, [entry])

    def keep_documents(self, changed: Mapping[str, Any], *, durable: bool = True) -> None:
        """Write down documents by name, each in the place of the one that was."""
        with self._writing(durable=durable) as write:
            write.add("documents", int(durable))  # nobody needs to hear of what is not
            write.connection.execute(delete(documents).where(documents.c.name.in_(list(changed))))
            rows = [{"name": name, "content": json.dumps(each)} for name, each in changed.items()]
            if rows:
                write.connection.execute(insert(documents), rows)

    def load(self, data: Mapping[str, Any]) -> None:
        """Replace everything by what `dump` returned; raise StoreError and keep all otherwise."""
        loaded, figures = messages_from(data)
        with self._writing() as write:
            self._forget(write)
            self._put(write, loaded, figures)
            prune(write, self._keep)
            write.then.append(self._turned_over)

    def _put(self, write: Write, loaded: Sequence[Message], figures: Figures) -> None:
        last = write.take("events", sum(len(each.attempts) for each in loaded)) - 1
        epoch, begun = write.value("epoch"), last
        rows, made = [], []
        for message in loaded:
            message.epoch = epoch
            for attempt in message.attempts:
                last += 1
                made.append(attempt_row(attempt, last, int(message.id[1:]), message.payload))
            done = message.state not in WAITS
            finished = write.take("finishes", 1) if done else None
            write.add("kept" if done else message.state)
            rows.append(message_row(message, finished, last))
        write.add("first", last + 1 - write.value("first") if last > begun else 0)
        write.add("ids", max((row[0] for row in rows), default=0))
        write.many.add_message(write.connection, rows)
        write.many.add_attempt(write.connection, made)
        for name, value in counted_as(figures):
            write.add(name, value)

    def reset(self, now: datetime) -> None:
        """Forget everything; only the journal's numbers go on."""
        with self._writing() as write:
            self._forget(write)
            self._note(write, now, RESET, {})
            write.then.append(self._turned_over)

    def _forget(self, write: Write) -> None:
        for table in (attempts, events, messages):
            write.connection.execute(delete(table))
        for name in self._reading.tally(write.connection):
            if name not in _GOES_ON:
                write.add(name, -write.value(name))
        write.add("epoch")
        write.add("first", write.value("events") + 1 - write.value("first"))

    # Asking

    def message(self, message_id: str) -> Message:
        """Return one message; raise NotFoundError when there is none under this id."""
        message = self._reading.message(message_id)
        message.claim = self._claim_of(message)
        return message

    def messages(self, wanted: MessageFilter) -> list[Message]:
        """Return messages in the order in which they were accepted, or the other way round."""
        found = self._reading.messages(wanted)
        for message in found:
            message.claim = self._claim_of(message)
        return found

    def figures(self) -> Figures:
        """Return the dashboard's figures."""
        return self._reading.figures()

    def due(self, now: datetime, most: int) -> int:
        """Return how many unclaimed messages are due at `now`, `most` at most."""
        return self._reading.due(micros(now), most)

    def endpoints(self) -> list[str]:
        """Return the endpoints for which messages are pending or held."""
        return self._reading.endpoints()

    def documents(self) -> dict[str, Any]:
        """Return the documents that are kept beside the messages, by name."""
        return self._reading.documents()

    def dump(self) -> Mapping[str, Any]:
        """Return everything as JSON-able data."""
        return messages_to_json(self.messages(MessageFilter(limit=None)), self.figures())


def _number_anew(write: Write, accepted: Sequence[Message]) -> None:
    """Give messages other ids where somebody else has theirs by now, or later ones."""
    last = write.value("ids")
    for message in accepted:
        last = max(last + 1, int(message.id[1:]))
        message.id = message_id(last)


def _once(standing: Standing, results: Iterable[Result]) -> Iterator[tuple[int, Message, Result]]:
    """Yield those results whose claim stands: a claim ends with the first of them."""
    for result in results:
        n = int(result.message.id[1:])
        claim, message = standing.get(n, (None, None))
        if message is not None and claim == result.claim:
            del standing[n]
            yield n, message, result


def _after(message: Message, result: Result) -> Ended:
    state, due = result.state, result.next_attempt_at
    if state is State.PENDING and message.destination is None:
        state, due = State.HELD, None  # its webhook went while it was in flight
    made = message.attempts_made + len(result.attempts)
    return Ended(message, state, due, message.tries + 1, made)


def _change(
    after: Ended, destination: str | None, finished: int | None, event: int, n: int
) -> tuple[Any, ...]:
    return (
        destination,
        micros(after.due),
        after.state.value,
        after.tries,
        after.attempts_made,
        after.message.via,
        finished,
        event,
        n,
    )
