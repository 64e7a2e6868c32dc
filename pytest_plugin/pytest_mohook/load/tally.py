"""What came of a storm: counts, latencies, and each message's end. Pure."""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from mohook.delivery.message import State

__all__ = ["Quantiles", "Sent", "Tally"]


class Quantiles(NamedTuple):
    """How long something took, in seconds: nearest ranks, so each is one that was measured."""

    p50: float
    p90: float
    p95: float
    p99: float
    max: float

    @classmethod
    def of(cls, seconds: Iterable[float]) -> Quantiles | None:
        """Return them, or None where nothing was measured.

        >>> Quantiles.of([0.3, 0.1, 0.2])
        Quantiles(p50=0.2, p90=0.3, p95=0.3, p99=0.3, max=0.3)
        """
        ranked = sorted(seconds)
        if not ranked:
            return None
        return cls(*(ranked[math.ceil(q * len(ranked)) - 1] for q in (0.5, 0.9, 0.95, 0.99, 1)))


class Sent(NamedTuple):
    """One message as it stood in the end: the place of its text, its state.

    It is `unheard` where an answer to it never came. `later_ids` are those of its retries, where
    each attempt had one of its own.
    """

    place: int
    state: State
    unheard: bool
    later_ids: tuple[str, ...] = ()


@dataclass(slots=True)
class Tally:
    """Adds up the lots of one process, or of all workers."""

    messages: dict[str, Sent] = field(default_factory=dict)
    outcomes: Counter[str] = field(default_factory=Counter)
    first: array[float] = field(default_factory=lambda: array("d"))
    """Seconds from when a first attempt was due to its answer."""
    retries: array[float] = field(default_factory=lambda: array("d"))
    """The same of later attempts."""
    deliveries: array[float] = field(default_factory=lambda: array("d"))
    """Seconds from when a message was due until it was acknowledged, retries and all."""
    behind: array[float] = field(default_factory=lambda: array("d"))
    """Seconds by which attempts began late: what the sender itself added."""
    unsent: int = 0
    cut: int = 0
    """Processes that were ended before their time."""
    lost_workers: int = 0
    """Workers whose last lot never came."""
    _sent: dict[int, int] = field(default_factory=dict)
    _since: dict[int, float] = field(default_factory=dict)

    def add(self, lot: Mapping[str, Any]) -> None:
        """Add what one process tells: see `pytest_mohook.load.process.sending`."""
        self._sent[lot["index"]] = lot["sent"]
        self._since[lot["index"]] = lot["since"]
        for number, latency, behind, outcome in lot["tried"]:
            self.outcomes[outcome] += 1
            (self.first if number == 1 else self.retries).append(latency)
            self.behind.append(behind)
        for told in lot["settled"]:
            self._settle(told)
        for told in lot.get("left", ()):
            self._settle(told)
        self.unsent += lot.get("unsent", 0)
        self.cut += lot.get("cut", False)

    def _settle(self, told: Sequence[Any]) -> None:
        identity, place, word, seconds, unheard, *later = told
        state = State(word)
        self.messages[identity] = Sent(place, state, unheard, tuple(later))
        if state is State.DELIVERED:
            self.deliveries.append(seconds)

    @property
    def sent(self) -> int:
        """Messages that were begun."""
        return sum(self._sent.values())

    @property
    def seconds(self) -> float:
        """How long it went on, to the end of what was still open."""
        return max(self._since.values(), default=0.0)

    @property
    def workers(self) -> Mapping[int, int]:
        """Messages that each process has begun, by its place."""
        return self._sent

    @property
    def attempts(self) -> int:
        """Attempts that have ended."""
        return self.outcomes.total()

    @property
    def delivered(self) -> int:
        """Messages that the receiver has acknowledged."""
        return len(self.deliveries)

    @property
    def given_up(self) -> int:
        """Messages that the provider's policy gave up."""
        return sum(each.state is State.FAILED for each in self.messages.values())

    @property
    def open(self) -> int:
        """Messages that were begun and not settled, as far as is told."""
        return self.sent - self.delivered - self.given_up

    @property
    def undelivered(self) -> int:
        """Messages that were due and not delivered, whatever the reason."""
        return self.given_up + self.open + self.unsent
