"""What the clock bar shows: where the clock stands, how fast it runs, what is due next."""

from __future__ import annotations

from typing import Any

from mohook.emulator import Emulator
from mohook.rendering import instant_text
from mohook.server.portal.words import factor_of

__all__ = ["SPANS", "SPEEDS", "clock_bar"]

SPEEDS = ("real", "x10", "x60", "x600", "x3600")
"""Modes in which the clock runs by itself, as offered."""
SPANS = (
    ("1", "1 second"),
    ("10", "10 seconds"),
    ("60", "1 minute"),
    ("600", "10 minutes"),
    ("3600", "1 hour"),
    ("86400", "1 day"),
    ("604800", "1 week"),
)
"""How far the clock is moved by hand: seconds, and in words."""


def clock_bar(emulator: Emulator) -> dict[str, Any]:
    """Return where the clock stands: JSON-able, for the page and for its live updates."""
    mode, due = emulator.clock.mode, emulator.store.next_due()
    return {
        "mode": mode,
        "factor": factor_of(mode),
        "now": instant_text(emulator.clock.now()),
        "next_due": None if due is None else instant_text(due),
        "pending": emulator.store.pending(),
        "speeds": SPEEDS if mode in SPEEDS or mode == "manual" else (mode, *SPEEDS),
        "spans": SPANS,
    }
