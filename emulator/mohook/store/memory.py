"""Everything in this process's memory, bounded: finished messages are pruned, pending never."""

from __future__ import annotations

import sys
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count, islice
from threading import RLock
from time import monotonic
from typing import Any

from mohook.delivery.message import Message, State
from mohook.errors import NotFoundError
from mohook.store.archive import messages_from, messages_to_json
from mohook.store.heaps import count_due
from mohook.store.journal import ATTEMPT_ENDED, MESSAGE_ACCEPTED, MESSAGE_MOVED, RESET, Standing
from mohook.store.leases import Leases
from mohook.store.memory_journal import MemoryJournal
from mohook.store.store import PROVIDER_FIGURES, Figures, MessageFilter, Result, Room

__all__ = ["MemoryStore"]

_Due = tuple[datetime, int, Message]
_EVENTS_PER_MESSAGE = 8


class MemoryStore:
    """A store in memory. `keep` is how many finished messages it remembers.

    Its messages are the very objects that were accepted, and change with what is stored.
    `seconds` counts the real time by which leases are measured.

    What is due stands in one heap per destination. An entry that was overtaken (claimed,
    moved, postponed) stays in its heap and is skipped when it comes up: `_is_live` tells.
    """

    lasting = False
    where = None
    sharing = None

    def __init__(self, *, keep: int = 10_000, seconds: Callable[[], float] = monotonic) -> None:
        self.journal = MemoryJournal(keep * _EVENTS_PER_MESSAGE)
        self._seconds = seconds
        self._claims = count(1)
        self._epoch = 0
        self._keep = keep
        self._lock = RLock()
        self._ids = count(1)
        self._entries = count()
        self._clear()

    def _clear(self) -> None:
        self._messages: dict[str, Message] = {}
        self._due: dict[str, list[_Due]] = {}
        self._leases = Leases()
        self._epoch += 1
        self._finished: OrderedDict[str, Message] = OrderedDict()
        self._states = dict.fromkeys(State, 0)
        self._figures = Figures()

    def next_id(self) -> str:
        """Return a message id that was never given before."""
        return f"m{next(self._ids)}"

    def accept(self, messages: Sequence[Message]) -> None:
        """Keep new messages."""
        received: Counter[str] = Counter()
        note = self.journal.append
        with self._lock:
            states, epoch = self._states, self._epoch
            for message in messages:
                state = message.state
                message.epoch = epoch
                self._messages[message.id] = message
                received[message.provider] += 1
                states[state] += 1
                stands = Standing(message, state, message.next_attempt_at, 0, message.via)
                note(message.created_at, MESSAGE_ACCEPTED, message.id, stands)
                if state is State.PENDING:
                    self._schedule(message)
                elif state is State.DELIVERED:
                    self._count_finished(message)
            for provider, number in received.items():
                self._figures.received += number
                self._of_provider(provider)["received"] += number
        self.journal.notify()

    def _schedule(self, message: Message) -> None:
        if message.destination is None or message.next_attempt_at is None:
            return
        heap = self._due.get(message.destination)
        if heap is None:
            heap = self._due[message.destination] = []
        heappush(heap, (message.next_attempt_at, next(self._entries), message))

    def claim(
        self, now: datetime, lease: timedelta, room: Room, *, ahead: bool = False
    ) -> list[Message]:
        """Hand out messages that are due at `now`, as far as their destinations have room."""
        del ahead  # to claim costs little here
        claimed: list[_Due] = []
        with self._lock:
            self._end_leases()
            until, claim = self._seconds() + lease.total_seconds(), next(self._claims)
            for destination, heap in list(self._due.items()):
                if not heap:
                    del self._due[destination]
                elif heap[0][0] <= now:
                    due = self._claimed(destination, heap, now, claim)
                    claimed += islice(due, room(destination))
            if len(self._due) > 1:
                claimed.sort()
            messages = [message for _, _, message in claimed]
            self._leases.add(until, claim, messages.copy())
        return messages

    def give_back(self) -> None:
        """Do nothing: nothing is claimed ahead."""

    def _claimed(
        self, destination: str, heap: list[_Due], now: datetime, claim: int
    ) -> Iterator[_Due]:
        while heap and heap[0][0] <= now:
            entry = heappop(heap)
            if _is_live(entry, destination):
                entry[2].claim = claim  # at once: it may stand in the heap a second time
                yield entry

    def _end_leases(self) -> None:
        for message in self._leases.run_out(self._seconds()):
            self._schedule(message)

    def record(self, results: Iterable[Result]) -> None:
        """Write down what became of claimed messages, and end their claims."""
        counted: Counter[tuple[str, str, str | None]] = Counter()
        with self._lock:
            for result in results:
                message = self._messages.get(result.message.id)
                claim = result.claim
                if message is None or claim is None or message.claim != claim:
                    continue  # handed out again, or forgotten by a reset, while it was in flight
                message.attempts += result.attempts
                message.attempts_made += len(result.attempts)
                message.tries += 1
                self._end_flight(message, result)
                # Last: whoever reads of the attempt must find the message as it left it.
                for attempt in result.attempts:
                    counted[message.provider, attempt.outcome, attempt.decision] += 1
                    self.journal.append(attempt.started_at, ATTEMPT_ENDED, message.id, attempt)
            for (provider, outcome, decision), number in counted.items():
                self._count_attempts(provider, outcome, decision, number)
        self.journal.notify()

    def _end_flight(self, message: Message, result: Result) -> None:
        message.claim = None
        if result.state is State.PENDING and message.destination is None:
            self._enter(message, State.HELD)  # its webhook went while it was in flight
            return
        message.next_attempt_at = result.next_attempt_at
        self._enter(message, result.state)

    def _enter(self, message: Message, state: State) -> None:
        if message.state is not state:
            self._states[message.state] -= 1
            self._states[state] += 1
            message.state = state
        if state is State.PENDING:
            self._schedule(message)
        elif state is not State.HELD:
            self._count_finished(message)

    def postpone(self, message_id: str, until: datetime, claim: int | None = None) -> None:
        """Make a pending message due at `until` instead, unless somebody else has claimed it."""
        with self._lock:
            message = self._messages.get(message_id)
            if message is None or message.claim != claim:
                return
            message.claim = None
            if message.state is not State.PENDING:
                return
            message.next_attempt_at = until
            self._schedule(message)

    def move(self, endpoint: str, destination: str | None, now: datetime) -> None:
        """Send what waits for `endpoint` to another origin; hold it when that is None."""
        with self._lock:
            for message in self._messages.values():
                if message.endpoint == endpoint and message.state in (State.PENDING, State.HELD):
                    self._move(message, destination, now)
        self.journal.notify()

    def _move(self, message: Message, destination: str | None, now: datetime) -> None:
        if message.destination == destination:
            return
        message.destination = destination
        if destination is None:
            message.next_attempt_at = None
            self._enter(message, State.HELD)
        else:
            message.next_attempt_at = message.next_attempt_at or now
            self._enter(message, State.PENDING)
        self.journal.append(now, MESSAGE_MOVED, message.id, _standing(message))

    def reopen(self, message_ids: Iterable[str], destination: str | None, now: datetime) -> None:
        """Make finished messages due now, with the full number of tries again."""
        with self._lock:
            for message_id in message_ids:
                if message := self._finished.get(message_id):
                    self._uncount_finished(message)
                    message.tries = 0
                    message.via = "webhook"
                    message.destination = None
                    self._enter(message, State.HELD)
                    self._move(message, destination, now)
        self.journal.notify()

    def next_due(self, room: Room | None = None) -> datetime | None:
        """Return when the next unclaimed message is due that has room; None when none is."""
        soonest: datetime | None = None
        with self._lock:
            self._end_leases()
            for destination, heap in self._due.items():
                while heap and not _is_live(heap[0], destination):
                    heappop(heap)
                if heap and (room is None or room(destination) > 0):
                    soonest = heap[0][0] if soonest is None else min(soonest, heap[0][0])
        return soonest

    def due(self, now: datetime, most: int) -> int:
        """Return how many unclaimed messages are due at `now`, `most` at most."""
        with self._lock:
            self._end_leases()
            return count_due(self._due, now, most, _is_live)

    def lease_ends(self) -> float | None:
        """Return in how many real seconds the next lease runs out; None when nothing is claimed."""
        with self._lock:
            until = self._leases.end()
        return None if until is None else max(0.0, until - self._seconds())

    def endpoints(self) -> list[str]:
        """Return the endpoints for which messages are pending or held."""
        with self._lock:
            states = State.PENDING, State.HELD
            waiting = (each for each in self._messages.values() if each.state in states)
            return list(dict.fromkeys(each.endpoint for each in waiting))

    def message(self, message_id: str) -> Message:
        """Return one message; raise NotFoundError when there is none under this id."""
        try:
            return self._messages[message_id]
        except KeyError:
            msg = (
                f"no message {message_id!r}: it was never accepted, or it has finished and was "
                f"pruned (the last {self._keep} finished ones are kept: `serve.keep`)"
            )
            raise NotFoundError(msg) from None

    def messages(self, wanted: MessageFilter) -> list[Message]:
        """Return messages in the order in which they were accepted, or the other way round."""
        with self._lock:
            every = self._messages if wanted.ids is None else self._named(wanted.ids)
            ordered = reversed(every.values()) if wanted.newest_first else iter(every.values())
            return list(islice(filter(wanted.fits, _between(ordered, wanted)), wanted.limit))

    def _named(self, ids: frozenset[str]) -> dict[str, Message]:
        known = sorted(self._messages.keys() & ids, key=_number)
        return {each: self._messages[each] for each in known}

    def pending(self) -> int:
        """Return how many messages are due now or later, or in flight."""
        return self._states[State.PENDING]

    def held(self) -> int:
        """Return how many messages wait for a webhook."""
        return self._states[State.HELD]

    def _of_provider(self, provider: str) -> dict[str, int]:
        figures = self._figures.by_provider.get(provider)
        if figures is None:
            figures = self._figures.by_provider[provider] = dict.fromkeys(PROVIDER_FIGURES, 0)
        return figures

    def _count_attempts(
        self, provider: str, outcome: str, decision: str | None, number: int
    ) -> None:
        figures, of_provider = self._figures, self._of_provider(provider)
        figures.attempts += number
        of_provider["attempts"] += number
        figures.by_outcome[outcome] = figures.by_outcome.get(outcome, 0) + number
        if decision in ("retry", "given-up"):
            figures.failed_attempts += number
            of_provider["failed_attempts"] += number

    def _count_finished(self, message: Message, step: int = 1) -> None:
        of_provider = self._of_provider(message.provider)
        of_provider[message.state] += step
        if message.state is State.DELIVERED:
            self._figures.delivered += step
        else:
            self._figures.failed += step
        if step > 0:
            self._finished[message.id] = message
            self._prune()

    def _uncount_finished(self, message: Message) -> None:
        self._count_finished(message, -1)
        del self._finished[message.id]

    def _prune(self) -> None:
        while len(self._finished) > self._keep:
            oldest_id, oldest = self._finished.popitem(last=False)
            del self._messages[oldest_id]
            self._states[oldest.state] -= 1

    def figures(self) -> Figures:
        """Return a copy of the dashboard's figures."""
        with self._lock:
            return deepcopy(self._figures)

    def note(self, at: datetime, kind: str, data: Mapping[str, Any]) -> None:
        """Write an entry into the journal that is about no message."""
        with self._lock:
            self.journal.append(at, kind, None, data)
        self.journal.notify()

    def documents(self) -> dict[str, Any]:
        """Return nothing: what is in memory needs no keeping, and outlives nobody."""
        return {}

    def keep_documents(self, changed: Mapping[str, Any], *, durable: bool = True) -> None:
        """Do nothing, as `documents` says."""

    def dump(self) -> Mapping[str, Any]:
        """Return everything as JSON-able data."""
        with self._lock:
            return messages_to_json(self._messages.values(), self._figures)

    def load(self, data: Mapping[str, Any]) -> None:
        """Replace everything by what `dump` returned; raise StoreError and keep all otherwise."""
        messages, figures = messages_from(data)
        with self._lock:
            self._clear()
            for message in messages:
                message.epoch = self._epoch
                self._messages[message.id] = message
                self._states[message.state] += 1
                if message.state is State.PENDING:
                    self._schedule(message)
                elif message.state is not State.HELD:
                    self._finished[message.id] = message
            self._figures = figures
            self._ids = count(1 + max((_number(message.id) for message in messages), default=0))
        self.journal.notify()

    def reset(self, now: datetime) -> None:
        """Forget everything; only the journal's numbers go on."""
        with self._lock:
            self._clear()
            self.journal.forget()
            self._ids = count(1)
        self.note(now, RESET, {})

    def close(self) -> None:
        """Do nothing: there is nothing to let go of."""


def _is_live(entry: _Due, destination: str) -> bool:
    due, _, message = entry
    return (
        message.next_attempt_at == due
        and message.state is State.PENDING
        and message.claim is None
        and message.destination == destination
    )


def _standing(message: Message) -> Standing:
    return Standing(
        message, message.state, message.next_attempt_at, message.attempts_made, message.via
    )


def _number(message_id: str) -> int:
    return int(message_id[1:]) if message_id[1:].isdigit() else 0


def _between(messages: Iterator[Message], wanted: MessageFilter) -> Iterator[Message]:
    if wanted.after is None and wanted.before is None:
        return messages
    lowest = _number(wanted.after) if wanted.after else -1
    highest = _number(wanted.before) if wanted.before else sys.maxsize
    return (each for each in messages if lowest < _number(each.id) < highest)
