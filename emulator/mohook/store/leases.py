"""Who has claimed what in this process, and until when, in real time."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heappop, heappush

from mohook.delivery.message import Message

__all__ = ["Leases"]


class Leases:
    """Leases by claim. A message whose `claim` is another one by now is no longer under it."""

    def __init__(self) -> None:
        self._by_end: list[tuple[float, int, list[Message]]] = []

    def add(self, until: float, claim: int, messages: list[Message]) -> None:
        """Note that these are claimed until then; the list is ours from now on."""
        if messages:
            heappush(self._by_end, (until, claim, messages))

    def end(self) -> float | None:
        """Return when the next lease runs out; None when nothing is claimed."""
        while self._by_end:
            until, claim, messages = self._by_end[0]
            while messages and messages[-1].claim != claim:
                messages.pop()
            if messages:
                return until
            heappop(self._by_end)
        return None

    def run_out(self, now: float) -> Iterator[Message]:
        """Yield the messages whose leases have run out by `now`, each as nobody's again."""
        self.end()  # days of a clock moved by hand fit into one lease: let go of what has ended
        while self._by_end and self._by_end[0][0] <= now:
            _, claim, messages = heappop(self._by_end)
            for message in messages:
                if message.claim == claim:
                    message.claim = None
                    yield message
