"""What was delivered by this process, counted as it is recorded: what `/metrics` tells.

A store counts too, since the last reset and for all who share it; a monitor wants the rates of
each process, and how long the answers took.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from mohook.delivery.message import State

if TYPE_CHECKING:
    from mohook.store.store import Result

__all__ = ["BOUNDS", "AttemptTally", "Distribution"]

BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""The upper bounds of the classes into which lengths of time fall, in seconds."""


class Distribution:
    """Lengths of time in seconds: how many in each class of `BOUNDS`, the last beyond all.

    >>> seen = Distribution()
    >>> seen.add(0.002)
    >>> seen.cumulative()[:3], seen.total
    ([0, 1, 1], 0.002)
    """

    __slots__ = ("counts", "total")

    def __init__(self) -> None:
        self.counts = [0] * (len(BOUNDS) + 1)
        self.total = 0.0

    def add(self, seconds: float) -> None:
        """Count one more."""
        self.counts[bisect_left(BOUNDS, seconds)] += 1
        self.total += seconds

    def cumulative(self) -> list[int]:
        """Return for each bound how many are no longer than that, and last how many there are."""
        found, seen = [], 0
        for count in self.counts:
            seen += count
            found.append(seen)
        return found


class AttemptTally:
    """Attempts by provider and outcome, how long they took, and which messages they ended.

    One thread writes; who reads takes a copy, and may find the parts a moment apart.
    """

    def __init__(self) -> None:
        self._attempts: Counter[tuple[str, str]] = Counter()
        self._ended: Counter[tuple[str, State]] = Counter()
        self._seconds: dict[str, Distribution] = {}

    def record(self, results: Iterable[Result]) -> None:
        """Count what was just recorded."""
        attempts, ended = self._attempts, self._ended
        for result in results:
            provider, state = result.message.provider, result.state
            seconds = self._seconds.get(provider)
            if seconds is None:
                seconds = self._seconds[provider] = Distribution()
            for attempt in result.attempts:
                attempts[provider, attempt.outcome] += 1
                seconds.add(attempt.timings.total)
            if state is not State.PENDING:
                ended[provider, state] += 1

    @property
    def attempts(self) -> dict[tuple[str, str], int]:
        """How many attempts ended how: by provider and outcome."""
        return self._attempts.copy()

    @property
    def ended(self) -> dict[tuple[str, State], int]:
        """How many messages were delivered, or given up: by provider and state."""
        return self._ended.copy()

    @property
    def seconds(self) -> dict[str, Distribution]:
        """How long the attempts took, by provider."""
        return self._seconds.copy()
