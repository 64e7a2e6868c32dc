"""The only source of time: real, scaled, or moved by hand."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

from mohook.errors import ConflictError, InputError, SettingsError

__all__ = ["MANUAL_START", "Clock", "ManualClock", "RunningClock", "checked_instant", "clock_from"]

MANUAL_START = datetime(2026, 1, 1, 12, tzinfo=UTC)


class Clock(Protocol):
    """Tells the emulator's time, as aware UTC datetimes."""

    @property
    def mode(self) -> str:
        """How it was asked for: `real`, `manual` or `x60`."""

    def now(self) -> datetime:
        """Return the current instant."""

    def real_seconds(self, span: timedelta) -> float | None:
        """Return how long `span` takes in real seconds; None when only a hand moves the clock."""

    def span(self, real: timedelta) -> timedelta:
        """Return how far this clock moves while `real` passes on the machine's."""


class RunningClock:
    """Runs by itself, `factor` times as fast as the machine's.

    It counts on from its start by the machine's monotonic clock, so that a machine whose
    clock is set back or forth neither repeats nor skips an attempt.
    """

    def __init__(self, factor: float = 1.0, start: datetime | None = None) -> None:
        self._factor = factor
        self._start = start or datetime.now(UTC)
        self._started = time.monotonic()

    @property
    def mode(self) -> str:
        """`real`, or `x` and the factor."""
        return "real" if self._factor == 1 else f"x{self._factor:g}"

    def now(self) -> datetime:
        """Return the current instant."""
        return self._start + timedelta(seconds=(time.monotonic() - self._started) * self._factor)

    def real_seconds(self, span: timedelta) -> float:
        """Return how long `span` takes in real seconds."""
        return span.total_seconds() / self._factor

    def span(self, real: timedelta) -> timedelta:
        """Return how far this clock moves while `real` passes on the machine's."""
        return real * self._factor


class ManualClock:
    """Stands still until it is moved, and never moves back.

    >>> clock = ManualClock()
    >>> clock.move_to(clock.now() + timedelta(minutes=10))
    >>> clock.now().isoformat()
    '2026-01-01T12:10:00+00:00'
    """

    mode = "manual"

    def __init__(self, start: datetime = MANUAL_START) -> None:
        self._now = start

    def now(self) -> datetime:
        """Return the current instant."""
        return self._now

    def real_seconds(self, span: timedelta) -> float | None:
        """Return 0 for what is due, None for what only a hand can bring about."""
        return 0.0 if span <= timedelta() else None

    def span(self, real: timedelta) -> timedelta:
        """Return `real`: requests take real time while this clock stands still."""
        return real

    def set(self, instant: datetime) -> None:
        """Stand at `instant`, earlier or later: only a restored snapshot does that."""
        self._now = instant

    def move_to(self, instant: datetime) -> None:
        """Move forward to `instant`; raise ConflictError when that lies in the past."""
        if instant < self._now:
            msg = f"{instant.isoformat()} lies before the clock's {self._now.isoformat()}"
            raise ConflictError(f"{msg}; it only moves forward, but for a restored snapshot")
        self._now = instant


def clock_from(text: str, start: datetime | None = None) -> RunningClock | ManualClock:
    """Return the clock that `--clock` names: `real`, `manual` or `xN` (`x60`, `x0.5`).

    Raises SettingsError for anything else.
    """
    if text == "real":
        return RunningClock(start=start)
    if text == "manual":
        return ManualClock(start or MANUAL_START)
    if re.fullmatch(r"x[0-9]+(\.[0-9]+)?", text) and 0 < float(text[1:]) <= 1e6:
        return RunningClock(float(text[1:]), start)
    msg = f"clock {text!r}: expected real, manual or xN, such as x60 for sixty times as fast"
    raise SettingsError(msg)


def checked_instant(instant: datetime) -> datetime:
    """Return `instant` in UTC; raise InputError for one without a time zone."""
    if instant.tzinfo is None:
        msg = f"{instant.isoformat()}: expected an instant with a time zone, such as …T12:00:00Z"
        raise InputError(msg)
    return instant.astimezone(UTC)
