"""What the dashboard draws: attempts over time, by number, and how long answers took. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mohook.delivery.message import Attempt, Message
from mohook.server.portal.charts.axis import TimeAxis, axis_over

__all__ = ["KINDS", "MOST_BINS", "Bin", "Latency", "NumberRow", "Traffic", "kind", "traffic_of"]

KINDS = {
    "delivered": "acknowledged",
    "refused": "answered otherwise",
    "unanswered": "no answer",
}
"""What an attempt came to, in words: the layers of the chart."""
MOST_BINS = 60
_MARKS_MS: tuple[int, ...] = tuple(
    base * 10**power for power in range(5) for base in (1, 2, 5)
)  # 1 ms to 50 s: the upper ends of the bars of the latency chart


@dataclass(slots=True)
class Bin:
    """Attempts that began in one stretch of time. `x` and `width` are in percent."""

    begin: datetime
    end: datetime
    x: float
    width: float
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        """All attempts of the stretch."""
        return self.counts.total()


@dataclass(slots=True)
class NumberRow:
    """What was sent to one number."""

    number: str
    messages: int = 0
    attempts: int = 0
    failed_attempts: int = 0


@dataclass(frozen=True, slots=True)
class Latency:
    """How long answers took: counts up to each mark in ms, and percentiles in ms."""

    marks: tuple[tuple[int, int], ...]
    percentiles: tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class Traffic:
    """All of it, from the messages that were looked at."""

    axis: TimeAxis | None
    bins: Sequence[Bin]
    numbers: Sequence[NumberRow]
    latency: Latency | None

    @property
    def highest(self) -> int:
        """The most attempts in one stretch."""
        return max((each.total for each in self.bins), default=0)


def traffic_of(messages: Iterable[Message]) -> Traffic:
    """Return what the dashboard draws of these messages. Copies on the network do not count."""
    looked_at = list(messages)
    attempts = [
        attempt
        for message in looked_at
        for attempt in list(message.attempts)
        if attempt.decision is not None
    ]
    axis = axis_over([each.started_at for each in attempts]) if attempts else None
    return Traffic(
        axis,
        _bins(attempts, axis) if axis else (),
        _numbers(looked_at),
        _latency([each.timings.total * 1000 for each in attempts if each.status_code]),
    )


def kind(attempt: Attempt) -> str:
    """Return which of KINDS an attempt is."""
    if attempt.decision == "delivered":
        return "delivered"
    return "refused" if attempt.outcome.isdigit() else "unanswered"


def _bins(attempts: Sequence[Attempt], axis: TimeAxis) -> list[Bin]:
    width = max((axis.end - axis.begin) / MOST_BINS, timedelta(milliseconds=1))
    made = [
        Bin(axis.begin + n * width, axis.begin + (n + 1) * width, 100 * n / MOST_BINS, share)
        for n, share in enumerate([100 / MOST_BINS] * MOST_BINS)
    ]
    for attempt in attempts:
        at = min(MOST_BINS - 1, (attempt.started_at - axis.begin) // width)
        made[at].counts[kind(attempt)] += 1
    return made


def _numbers(messages: Iterable[Message]) -> list[NumberRow]:
    rows: dict[str, NumberRow] = {}
    for message in messages:
        row = rows.setdefault(message.recipient, NumberRow(message.recipient))
        decided = [each.decision for each in list(message.attempts) if each.decision]
        row.messages += 1
        row.attempts += len(decided)
        row.failed_attempts += sum(each != "delivered" for each in decided)
    return sorted(rows.values(), key=lambda row: (-row.attempts, row.number))


def _latency(took: list[float]) -> Latency | None:
    if not took:
        return None
    took.sort()
    counts = Counter(_mark(each) for each in took)
    used = [mark for mark in _MARKS_MS if counts[mark]]
    shown = [mark for mark in _MARKS_MS if used[0] <= mark <= used[-1]]
    return Latency(
        tuple((mark, counts[mark]) for mark in shown),
        tuple((each, took[min(len(took) - 1, len(took) * each // 100)]) for each in (50, 90, 99)),
    )


def _mark(took: float) -> int:
    return next((mark for mark in _MARKS_MS if took <= mark), _MARKS_MS[-1])
