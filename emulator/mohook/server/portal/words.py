"""How values read on a page: instants, durations, counts, states."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Any

from mohook.delivery.message import Message, State
from mohook.masking import masked_url
from mohook.samples import PROVIDER_TITLES

__all__ = ["FILTERS", "STATE_WORDS", "factor_of", "standing"]

STATE_WORDS = MappingProxyType(
    {
        State.DELIVERED: "The receiver has acknowledged it",
        State.PENDING: "Due now or later, or in flight",
        State.FAILED: "The provider has given it up",
        State.HELD: "Its number has no webhook",
    }
)
_BODY_SHOWN = 300  # characters of a text in a list


def factor_of(mode: str) -> float:
    """Return how fast a clock of this mode runs: 0 is one that is moved by hand.

    >>> factor_of("real"), factor_of("x60"), factor_of("manual")
    (1.0, 60.0, 0.0)
    """
    if mode == "manual":
        return 0.0
    return 1.0 if mode == "real" else float(mode.removeprefix("x"))


def standing(message: Message) -> str:
    """Return in a few words what came of a message so far: the last column of a list."""
    made = message.attempts_made
    if message.via != "webhook":
        return f"to {message.via}"
    if message.state is State.HELD:
        return "no webhook"
    if not made:
        return "not tried yet"
    last = message.attempts[-1].outcome if message.attempts else ""
    return f"{last} after {made} attempts" if made > 1 else last


def _clock_time(instant: Any) -> str:
    """Return hours, minutes and seconds of an instant, or of its text."""
    return str(instant if isinstance(instant, str) else instant.isoformat())[11:19]


def _day(instant: Any) -> str:
    return str(instant if isinstance(instant, str) else instant.isoformat())[:10]


def _brief(text: str) -> str:
    """Return a text on one line, cut where a list has no room: line breaks show as ↵."""
    line = text.replace("\r\n", "↵").replace("\n", "↵").replace("\r", "↵")
    return line if len(line) <= _BODY_SHOWN else f"{line[: _BODY_SHOWN - 1]}…"


def _milliseconds(value: float) -> str:
    """Return a duration in milliseconds as a person reads it.

    >>> _milliseconds(0.02), _milliseconds(0.4), _milliseconds(31.25), _milliseconds(10_000)
    ('< 0.1 ms', '0.4 ms', '31 ms', '10 s')
    """
    if 0 < value < 0.1:
        return "< 0.1 ms"
    if value < 10:
        return f"{value:.1f} ms"
    if value < 1_000:
        return f"{value:.0f} ms"
    return f"{value / 1_000:.3g} s"


def _count(value: int) -> str:
    """Return a number with thin spaces between thousands."""
    return f"{value:,}".replace(",", "\u202f")


FILTERS: dict[str, Callable[..., str]] = {
    "clock_time": _clock_time,
    "day": _day,
    "brief": _brief,
    "milliseconds": _milliseconds,
    "count": _count,
    "provider_name": lambda name: PROVIDER_TITLES.get(name, name),
    "state_words": lambda state: STATE_WORDS[State(state)],
    "standing": standing,
    "masked": masked_url,
}
"""Jinja's filters, by name."""
