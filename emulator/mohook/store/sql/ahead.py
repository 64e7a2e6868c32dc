"""Messages that one process has claimed for the calls to come, so that not each asks the database.

They are few where others might be quicker: as many more are claimed as were needed lately, and
what nobody has called for within a second is given back.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from mohook.delivery.message import Message

__all__ = ["Ahead"]

_SOON = 0.25
"""Real seconds within which the last lot must have been used up for the next to be larger."""
_LEAST, _MOST = 32, 512
_STALE = 1.0
"""Real seconds after which what was claimed ahead is given back."""


@dataclass(slots=True)
class _Lot:
    """What waits for one destination; `more` is how many to claim beyond what is asked for."""

    claimed_at: float
    more: int = 0
    messages: deque[Message] = field(default_factory=deque)


class Ahead:
    """By destination, in the order in which they are due. The caller holds the store's lock."""

    def __init__(self) -> None:
        self._lots: dict[str, _Lot] = {}

    def destinations(self) -> list[str]:
        """Return those for which something is here."""
        return [each for each, lot in self._lots.items() if lot.messages]

    def first(self, destination: str) -> datetime | None:
        """Return when the first of a destination was due."""
        lot = self._lots.get(destination)
        return lot.messages[0].next_attempt_at if lot and lot.messages else None

    def take(self, destination: str, most: int) -> Iterator[Message]:
        """Yield up to so many of a destination's."""
        lot = self._lots.get(destination)
        while lot and lot.messages and most > 0:
            yield lot.messages.popleft()
            most -= 1

    def more(self, destination: str, now: float) -> int:
        """Return how many to claim for later calls, now that nothing of a destination is left."""
        lot = self._lots.get(destination)
        if lot is None or now - lot.claimed_at > _SOON:
            more = 0
        else:
            more = max(_LEAST, min(2 * lot.more, _MOST))
        self._lots[destination] = _Lot(now, more)
        return more

    def put(self, destination: str, message: Message, now: float) -> None:
        """Keep one for later, that was claimed at `now`."""
        lot = self._lots.get(destination)
        if lot is None:  # all was forgotten since
            lot = self._lots[destination] = _Lot(now)
        lot.messages.append(message)

    def end(self) -> float | None:
        """Return when the first of them is to be given back."""
        waiting = (lot.claimed_at for lot in self._lots.values() if lot.messages)
        first = min(waiting, default=None)
        return None if first is None else first + _STALE

    def stale(self, now: float) -> list[Message]:
        """Take out what is to be given back by now."""
        return self._taken_out(now - _STALE)

    def all(self) -> list[Message]:
        """Take out everything."""
        return self._taken_out(float("inf"))

    def _taken_out(self, until: float) -> list[Message]:
        over = [each for each, lot in self._lots.items() if lot.claimed_at <= until]
        return [message for each in over for message in self._lots.pop(each).messages]
