"""The only source of time: real, scaled, or moved by hand; and changed from one to another."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Protocol

from mohook.errors import ConflictError, InputError, SettingsError

__all__ = [
    "MANUAL_START",
    "MODES",
    "MODE_PATTERN",
    "ChangeableClock",
    "Clock",
    "ManualClock",
    "MovableClock",
    "RunningClock",
    "checked_instant",
    "clock_from",
]

MANUAL_START = datetime(2026, 1, 1, 12, tzinfo=UTC)
MODE_PATTERN = (
    r"^(real|manual|x([1-9][0-9]{0,5}(\.[0-9]{1,3})?|1000000"
    r"|0\.([1-9][0-9]{0,2}|0[1-9][0-9]?|00[1-9])))$"
)
"""What names a clock."""
MODES = "real, manual or xN, N from 0.001 to 1000000, such as x60 for sixty times as fast"
"""The same in words."""


class Clock(Protocol):
    """Tells the emulator's time, as aware UTC datetimes."""

    @property
    def mode(self) -> str:
        """How it was asked for: `real`, `manual` or `x60`."""

    @property
    def runs(self) -> bool:
        """Whether it moves by itself."""

    def now(self) -> datetime:
        """Return the current instant."""

    def real_seconds(self, span: timedelta) -> float | None:
        """Return how long `span` takes in real seconds; None when only a hand moves the clock."""


class MovableClock(Clock, Protocol):
    """One that is moved by hand, as long as it does not run."""

    def move_to(self, instant: datetime) -> None:
        """Move forward to `instant`; raise ConflictError where that cannot be."""


class RunningClock:
    """Runs by itself, `factor` times as fast as the machine's.

    It counts on from its start by the machine's monotonic clock, so that a machine whose
    clock is set back or forth neither repeats nor skips an attempt.
    """

    runs = True

    def __init__(self, factor: float = 1.0, start: datetime | None = None) -> None:
        self._factor = factor
        self._start = start or datetime.now(UTC)
        self._started = time.monotonic()

    @property
    def mode(self) -> str:
        """`real`, or `x` and the factor."""
        return "real" if self._factor == 1 else f"x{self._factor:.15g}"

    def now(self) -> datetime:
        """Return the current instant."""
        return self._start + timedelta(seconds=(time.monotonic() - self._started) * self._factor)

    def real_seconds(self, span: timedelta) -> float:
        """Return how long `span` takes in real seconds."""
        return span.total_seconds() / self._factor


class ManualClock:
    """Stands still until it is moved, and never moves back.

    >>> clock = ManualClock()
    >>> clock.move_to(clock.now() + timedelta(minutes=10))
    >>> clock.now().isoformat()
    '2026-01-01T12:10:00+00:00'
    """

    mode = "manual"
    runs = False

    def __init__(self, start: datetime = MANUAL_START) -> None:
        self._now = start

    def now(self) -> datetime:
        """Return the current instant."""
        return self._now

    def real_seconds(self, span: timedelta) -> float | None:
        """Return 0 for what is due, None for what only a hand can bring about."""
        return 0.0 if span <= timedelta() else None

    def set(self, instant: datetime) -> None:
        """Stand at `instant`, earlier or later: only a restored snapshot does that."""
        self._now = instant

    def move_to(self, instant: datetime) -> None:
        """Move forward to `instant`; raise ConflictError when that lies in the past."""
        if instant < self._now:
            msg = f"{instant.isoformat()} lies before the clock's {self._now.isoformat()}"
            raise ConflictError(f"{msg}; it only moves forward, but for a restored snapshot")
        self._now = instant


class ChangeableClock:
    """The clock of an emulator: real, scaled or manual, and another of these from any instant on.

    Time goes on from where it stands and never goes back, whoever reads it meanwhile. So
    `real` is the pace of real time, and not its date: after an hour by hand it is an hour
    ahead for good.

    >>> clock = ChangeableClock(ManualClock())
    >>> clock.move_to(clock.now() + timedelta(hours=1))
    >>> clock.change("x60").isoformat()
    '2026-01-01T13:00:00+00:00'
    >>> clock.mode
    'x60'
    """

    def __init__(self, clock: RunningClock | ManualClock) -> None:
        self._clock = clock
        # Whoever reads a clock that is just being taken away must not read beyond its end.
        self._lock = Lock()

    @property
    def mode(self) -> str:
        """`real`, `manual`, or `x` and the factor."""
        return self._clock.mode

    @property
    def runs(self) -> bool:
        """Whether it moves by itself: it is not manual."""
        return self._clock.runs

    def now(self) -> datetime:
        """Return the current instant."""
        with self._lock:
            return self._clock.now()

    def real_seconds(self, span: timedelta) -> float | None:
        """Return how long `span` takes in real seconds; None when only a hand moves the clock."""
        return self._clock.real_seconds(span)

    def change(self, mode: str) -> datetime | None:
        """Go on as `mode` says, `real`, `manual` or `xN`; return from which instant on.

        None where it is so already. Raises SettingsError for anything else.
        """
        with self._lock:
            now = self._clock.now()
            changed = clock_from(mode, now)
            if changed.mode == self._clock.mode:
                return None
            self._clock = changed
            return now

    def go_on(self, clock: RunningClock | ManualClock) -> None:
        """Go on as another clock: at the start, where a kept state tells how time stood."""
        with self._lock:
            self._clock = clock

    def move_to(self, instant: datetime) -> None:
        """Move a manual clock forward; raise ConflictError for the past, or where it runs."""
        with self._lock:
            if not isinstance(self._clock, ManualClock):
                msg = f"the clock is {self.mode}: it runs by itself and cannot be moved"
                raise ConflictError(msg)
            self._clock.move_to(instant)

    def set(self, instant: datetime) -> None:
        """Stand at `instant`, earlier or later; a clock that runs goes on as it does."""
        with self._lock:
            if isinstance(self._clock, ManualClock):
                self._clock.set(instant)


def clock_from(text: str, start: datetime | None = None) -> RunningClock | ManualClock:
    """Return the clock that `--clock` names: `real`, `manual` or `xN` (`x60`, `x0.5`).

    Raises SettingsError for anything else.
    """
    if not (isinstance(text, str) and re.fullmatch(MODE_PATTERN, text)):
        msg = f"clock {text!r}: expected {MODES}"
        raise SettingsError(msg)
    if text == "manual":
        return ManualClock(start or MANUAL_START)
    return RunningClock(1.0 if text == "real" else float(text[1:]), start)


def checked_instant(instant: datetime) -> datetime:
    """Return `instant` in UTC; raise InputError for one without a time zone."""
    if instant.tzinfo is None:
        msg = f"{instant.isoformat()}: expected an instant with a time zone, such as …T12:00:00Z"
        raise InputError(msg)
    return instant.astimezone(UTC)
