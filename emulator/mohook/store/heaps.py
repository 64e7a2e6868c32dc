"""What stands in a heap up to a bound, and no look at the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice

from mohook.delivery.message import Message

__all__ = ["count_due"]

_Due = tuple[datetime, int, Message]


def count_due(
    heaps: Mapping[str, Sequence[_Due]],
    now: datetime,
    most: int,
    is_live: Callable[[_Due, str], bool],
) -> int:
    """Return how many messages have a live entry that is due at `now`, `most` at most."""
    found = ((entry, place) for place, heap in heaps.items() for entry in _due(heap, now))
    live = (entry[2].id for entry, place in found if is_live(entry, place))
    return len(set(islice(live, most)))  # one may stand in a heap a second time


def _due(heap: Sequence[_Due], now: datetime) -> Iterator[_Due]:
    """Yield what is due, in no order: what is below an entry is due no earlier."""
    places = [0]
    while places:
        place = places.pop()
        if place < len(heap) and heap[place][0] <= now:
            places += (2 * place + 1, 2 * place + 2)
            yield heap[place]
