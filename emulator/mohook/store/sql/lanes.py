"""What is due next, as far as it is held in memory: the head of each destination's queue.

The database holds all that is pending. Of each destination the messages that are due first stand
here too, up to its *horizon*; those beyond it are read when the lane has run dry. So a million
that wait cost no more than a thousand, and a claim reads nothing as long as there is a head.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from heapq import heapify, heappop, heappush
from itertools import islice

from mohook.delivery.message import Message, State
from mohook.store.leases import Leases
from mohook.store.store import Room

__all__ = ["LOT", "Key", "Lanes", "Load"]

Key = tuple[datetime, int]
"""By what messages are ordered: when one is due, and its number."""
Load = Callable[[str, Key], Sequence[Message]]
"""Return the next `LOT` messages of a destination above a key, unclaimed ones alone."""

LOT = 512
_MOST = 32_768
"""How many messages may be held in all lanes together, more or less."""
_FEW = 256
_Entry = tuple[datetime, int, Message]
_NOTHING: Key = (datetime.min.replace(tzinfo=UTC), 0)


@dataclass(slots=True)
class _Lane:
    """One destination's: all that is unclaimed up to `horizon`, or all there is when it is None."""

    heap: list[_Entry] = field(default_factory=list)
    horizon: Key | None = None


class Lanes:
    """Queues by destination, and who has claimed what. The caller holds the store's lock.

    An entry that was overtaken stays in its heap and is skipped: `_is_live` tells.
    """

    def __init__(self, load: Load) -> None:
        self._load = load
        self._known: dict[int, Message] = {}
        self._leases = Leases()
        self._lanes: dict[str, _Lane] = {}

    def start(self, destinations: Iterable[str], *, claims: bool = False) -> None:
        """Begin anew with nothing loaded; `claims` keeps those that stand."""
        if not claims:
            self._leases = Leases()
        known = self._known.items() if claims else ()
        self._known = {n: message for n, message in known if message.claim is not None}
        self._lanes = {each: _Lane(horizon=_NOTHING) for each in destinations}

    def claimed(self, n: int) -> Message | None:
        """Return a message that somebody has claimed; None where nobody has."""
        message = self._known.get(n)
        return message if message is not None and message.claim is not None else None

    def all_claimed(self) -> list[Message]:
        """Return every message that somebody has claimed."""
        return [message for message in self._known.values() if message.claim is not None]

    def known(self, n: int) -> Message | None:
        """Return a message that is held here."""
        return self._known.get(n)

    def forget(self, n: int) -> None:
        """Let go of a message that is no longer pending."""
        self._known.pop(n, None)

    def offer(self, message: Message) -> None:
        """Take in an unclaimed pending message, or leave it in the database for now."""
        n, destination = int(message.id[1:]), message.destination
        if destination is None or message.next_attempt_at is None:
            return
        lane = self._lanes.get(destination)
        if lane is None:
            lane = self._lanes[destination] = _Lane()
        key = (message.next_attempt_at, n)
        if lane.horizon is not None and key > lane.horizon:
            self._known.pop(n, None)
            return
        self._known[n] = message
        heappush(lane.heap, (*key, message))
        if len(lane.heap) > max(2 * LOT, _MOST // len(self._lanes)):
            self._shorten(destination, lane)

    def _shorten(self, destination: str, lane: _Lane) -> None:
        """Keep the earlier half, and let the rest stand in the database alone."""
        live = sorted(entry for entry in lane.heap if self._is_live(entry, destination))
        kept = live[: max(LOT, len(live) // 2)]
        for _, n, _ in live[len(kept) :]:
            del self._known[n]
        if len(kept) < len(live):
            lane.horizon = kept[-1][:2]
        lane.heap = kept

    def _is_live(self, entry: _Entry, destination: str) -> bool:
        due, n, message = entry
        return (
            message.next_attempt_at == due
            and message.claim is None
            and message.state is State.PENDING
            and message.destination == destination
            and self._known.get(n) is message
        )

    def _head(self, destination: str, lane: _Lane) -> _Entry | None:
        """Return the entry that is due next, read from the database where none is held."""
        while True:
            while lane.heap:
                if self._is_live(lane.heap[0], destination):
                    return lane.heap[0]
                heappop(lane.heap)
            if lane.horizon is None:
                return None
            self._fill(destination, lane, lane.horizon)

    def _fill(self, destination: str, lane: _Lane, above: Key) -> None:
        loaded = self._load(destination, above)
        lane.horizon = _key(loaded[-1]) if len(loaded) == LOT else None
        for message in loaded:
            n = int(message.id[1:])
            if n not in self._known:  # those are claimed: they stand in the database as before
                self._known[n] = message
                lane.heap.append((*_key(message), message))
        heapify(lane.heap)

    def claim(self, now: datetime, until: float, claim: int, room: Room) -> list[Message]:
        """Hand out what is due at `now`, as far as there is room, under a lease to `until`."""
        taken: list[_Entry] = []
        try:
            for destination, lane in list(self._lanes.items()):
                head = self._head(destination, lane)
                if head is None:
                    del self._lanes[destination]
                elif head[0] <= now:
                    taken += islice(self._due(destination, lane, now, claim), room(destination))
        except BaseException:  # nobody gets them
            for _, _, message in taken:
                message.claim = None
                self.offer(message)
            raise
        taken.sort(key=_due_then_number)
        messages = [message for _, _, message in taken]
        self._leases.add(until, claim, messages.copy())
        return messages

    def _due(self, destination: str, lane: _Lane, now: datetime, claim: int) -> Iterator[_Entry]:
        while (head := self._head(destination, lane)) is not None and head[0] <= now:
            heappop(lane.heap)
            head[2].claim = claim  # at once: it may stand in the heap a second time
            yield head

    def end_leases(self, now: float) -> None:
        """Take back what was claimed under leases that have run out."""
        for message in self._leases.run_out(now):
            if message.state is State.PENDING:
                self.offer(message)
            else:
                self.forget(int(message.id[1:]))

    def lease_end(self) -> float | None:
        """Return when the next lease runs out."""
        return self._leases.end()

    def next_due(self, room: Room | None) -> datetime | None:
        """Return when the next unclaimed message is due that has room."""
        soonest: datetime | None = None
        for destination, lane in list(self._lanes.items()):
            if room is not None and room(destination) <= 0:
                continue
            head = self._head(destination, lane)
            if head is not None and (soonest is None or head[0] < soonest):
                soonest = head[0]
        return soonest


def _key(message: Message) -> Key:
    return message.next_attempt_at or _NOTHING[0], int(message.id[1:])


def _due_then_number(entry: _Entry) -> Key:
    return entry[:2]
