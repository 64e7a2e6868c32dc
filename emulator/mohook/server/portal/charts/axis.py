"""An axis of time: where an instant stands on it, and which instants it names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

__all__ = ["TimeAxis", "axis_over"]

_STEPS = tuple(
    timedelta(seconds=each)
    for each in (
        *(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30),
        *(minutes * 60 for minutes in (1, 2, 5, 10, 15, 30)),
        *(hours * 3_600 for hours in (1, 2, 3, 6, 12)),
        *(days * 86_400 for days in (1, 2, 5, 7, 14, 30, 60, 90, 180, 365, 730, 1_825, 3_650)),
    )
)
_START = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """From `begin` to `end`, which lies later."""

    begin: datetime
    end: datetime

    def at(self, instant: datetime) -> float:
        """Return where an instant stands, in percent: what lies outside stands at the edge.

        >>> from datetime import UTC, datetime
        >>> axis = TimeAxis(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 3, tzinfo=UTC))
        >>> axis.at(datetime(2026, 1, 2, tzinfo=UTC))
        50.0
        """
        share = (instant - self.begin) / (self.end - self.begin)
        return round(100 * min(1.0, max(0.0, share)), 3)

    def ticks(self, most: int = 4) -> list[tuple[float, str]]:
        """Return up to `most` round instants on the axis: where each stands, and its label."""
        step = next((each for each in _STEPS if (self.end - self.begin) / each < most), _STEPS[-1])
        first = -((_START - self.begin) // step)
        marks: list[tuple[float, str]] = []
        while (instant := _START + first * step) <= self.end and len(marks) < most:
            marks.append((self.at(instant), _label(instant, step)))
            first += 1
        return marks


def axis_over(instants: list[datetime], least: timedelta = timedelta(seconds=1)) -> TimeAxis:
    """Return an axis that has room for all of these, and spans `least` at least."""
    begin, end = min(instants), max(instants)
    return TimeAxis(begin, max(end, begin + least))


def _label(instant: datetime, step: timedelta) -> str:
    if step >= timedelta(days=1):
        return instant.strftime("%Y-%m-%d")
    if step >= timedelta(minutes=1):
        return instant.strftime("%H:%M")
    return instant.strftime("%H:%M:%S")
