"""Where the time of an attempt went: one phase after the other, for a waterfall."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mohook.delivery.faults import UNREACHED, parse_step
from mohook.delivery.message import Attempt, Timings
from mohook.delivery.outcome import FAILURES

__all__ = ["LABELS", "Phase", "phases"]

LABELS = {
    "name_lookup": "looking up the name",
    "connect": "connecting",
    "tls": "securing the connection",
    "request_sent": "sending the request",
    "first_byte": "waiting for the answer",
    "total": "reading the answer",
}
"""What is done until each of the timings, in words."""
_IN_THE_PROCESS = "in the app, in this process"
_SCRIPTED = "as scripted: the receiver was not reached"


@dataclass(frozen=True, slots=True)
class Phase:
    """One phase, in milliseconds from the start of the attempt. `label` tells it in words."""

    name: str
    label: str
    start_ms: float
    duration_ms: float


def phases(attempt: Attempt) -> tuple[Phase, ...]:
    """Return the phases of an attempt in order, without those that took no time.

    Each begins where the one before ended, and the last ends at the total. Where something
    failed the last phase is the one that it failed in. A phase on a connection that was kept
    open, and one in an app of this process, is not measured apart.
    libcurl counts sending of a body as waiting, where that goes out after the headers.

    >>> from datetime import UTC, datetime
    >>> timings = Timings(0.001, 0.003, 0.0, 0.004, 0.01, 0.0125)
    >>> attempt = Attempt(1, datetime(2026, 1, 1, tzinfo=UTC), "200", 200, None, timings,
    ...                   "http://a/", (), b"", b"", b"")
    >>> [(each.name, each.start_ms, each.duration_ms) for each in phases(attempt)][-2:]
    [('first_byte', 4.0, 6.0), ('total', 10.0, 2.5)]
    """
    return tuple(_walk(attempt))


def _walk(attempt: Attempt) -> Iterator[Phase]:
    at = 0.0
    for name, label, seconds in _marks(attempt):
        end = max(at, _milliseconds(seconds))
        if end > at:
            yield Phase(name, label, at, round(end - at, 3))
        at = end


def _marks(attempt: Attempt) -> Iterator[tuple[str, str, float]]:
    *before, total = attempt.timings
    reached = [at for at, seconds in enumerate(before) if seconds > 0]
    names = Timings._fields
    for at in reached:
        yield names[at], LABELS[names[at]], before[at]
    if not reached:
        yield "total", _undivided(attempt), total
    elif attempt.timings.first_byte > 0:
        yield "total", LABELS["total"], total
    else:
        name = _next(names[reached[-1]], attempt.url)
        yield name, f"{LABELS[name]}, until it failed", total


def _undivided(attempt: Attempt) -> str:
    """Return what the time was spent on, where no phase of it was measured."""
    if attempt.fault and parse_step(attempt.fault).kind in UNREACHED:
        return _SCRIPTED
    return "until it failed" if attempt.outcome in FAILURES else _IN_THE_PROCESS


def _next(reached: str, url: str) -> str:
    names = list(Timings._fields)
    name = names[names.index(reached) + 1]
    return "request_sent" if name == "tls" and not url.lower().startswith("https:") else name


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 3)
