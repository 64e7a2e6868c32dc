"""What is said of the emulator in several places, in words."""

from __future__ import annotations

__all__ = ["clock_in_words"]


def clock_in_words(mode: str) -> str:
    """Return how a clock goes.

    >>> clock_in_words("x60")
    '60 times as fast as real time'
    """
    words = {"real": "real time", "manual": "manual: it stands until `mohook advance`"}
    return words.get(mode, f"{mode[1:]} times as fast as real time")
