"""How far a test moves the clock, checked."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from mohook.errors import InputError
from pytest_mohook.arguments import refuse_strategy, require_whole

__all__ = ["MOST_UNTIL_IDLE", "bound", "required_instant", "span_of"]

MOST_UNTIL_IDLE: Final = 1_000
"""Attempts of one `run_until_idle`: ip1 never gives up."""


def span_of(
    span: timedelta | None, *, days: float, hours: float, minutes: float, seconds: float
) -> timedelta:
    """Return how far to move a clock. Raises InputError for a time that is none or negative.

    >>> span_of(None, days=0, hours=0, minutes=20, seconds=0)
    datetime.timedelta(seconds=1200)
    """
    parts = {"days": days, "hours": hours, "minutes": minutes, "seconds": seconds}
    for name, value in {"span": span, **parts}.items():
        refuse_strategy(name, value)
    try:
        if any(isinstance(part, bool) for part in parts.values()):
            raise TypeError  # True is no second
        whole = timedelta(**parts) + (timedelta() if span is None else span)
    except (TypeError, OverflowError, ValueError):
        given = span if span is not None else {k: v for k, v in parts.items() if v != 0}
        msg = f"advance {given!r}: expected a timedelta, or minutes=20"
        raise InputError(msg) from None
    if whole < timedelta():
        words = " and ".join(f"{name}={part!r}" for name, part in parts.items() if part != 0)
        by = words if span is None else repr(span)
        msg = f"advance by {by}: a clock only moves forward; give a time of zero or more"
        raise InputError(msg)
    return whole


def required_instant(name: str, instant: datetime) -> datetime:
    """Return `instant`; raise InputError for what is none, or has no time zone."""
    refuse_strategy(name, instant)
    if not isinstance(instant, datetime) or instant.tzinfo is None:
        msg = f"{name} {instant!r}: expected a datetime with a time zone, such as mohook.now + …"
        raise InputError(msg)
    return instant


def bound(max_attempts: int) -> int:
    """Return the most attempts of one call; raise InputError unless that is 1 or more."""
    require_whole("max_attempts", max_attempts, least=1)
    return max_attempts
