"""When a message is sent again: pure decisions, no clock, no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from mohook.errors import InputError

__all__ = ["Decision", "Delivered", "GivenUp", "RetryAt", "RetryPolicy"]


@dataclass(frozen=True, slots=True)
class Delivered:
    """The receiver acknowledged: nothing more is sent."""


@dataclass(frozen=True, slots=True)
class RetryAt:
    """The message is due again at `at`."""

    at: datetime


@dataclass(frozen=True, slots=True)
class GivenUp:
    """The policy allows no further attempt: the message has failed."""


Decision = Delivered | RetryAt | GivenUp

_DELIVERED = Delivered()
_GIVEN_UP = GivenUp()


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How far apart attempts lie, and how many there are.

    `spacing[n]` is the time from attempt n+1 to attempt n+2; the last one repeats.
    `max_attempts` counts all attempts, the first included; None is without end.

    >>> from datetime import UTC
    >>> five = RetryPolicy(spacing=(timedelta(minutes=1),), max_attempts=5)
    >>> noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    >>> five.decide(1, acknowledged=False, now=noon)
    RetryAt(at=datetime.datetime(2026, 1, 1, 12, 1, tzinfo=datetime.timezone.utc))
    >>> five.decide(5, acknowledged=False, now=noon)
    GivenUp()
    """

    spacing: tuple[timedelta, ...]
    max_attempts: int | None = None

    def __post_init__(self) -> None:
        if not self.spacing or min(self.spacing) < timedelta():
            msg = f"spacing {self.spacing!r}: expected one duration or more, none of them negative"
            raise InputError(msg)
        if self.max_attempts is not None and self.max_attempts < 1:
            msg = f"max_attempts {self.max_attempts!r}: expected 1 or more, or None for no end"
            raise InputError(msg)

    def decide(self, attempt: int, *, acknowledged: bool, now: datetime) -> Decision:
        """Return what follows attempt number `attempt` (from 1), which was made at `now`."""
        if acknowledged:
            return _DELIVERED
        if self.max_attempts is not None and attempt >= self.max_attempts:
            return _GIVEN_UP
        return RetryAt(now + self.spacing[min(attempt, len(self.spacing)) - 1])
