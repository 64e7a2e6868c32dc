"""The one table that the benchmarks print."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["Row", "best", "milliseconds", "ratio"]


@dataclass(frozen=True, slots=True)
class Row:
    """One measure: what was seen and, where there is one, the aim and whether it was reached."""

    measure: str
    seen: str
    aim: str = ""
    reached: bool | None = None


def best(values: Iterable[float]) -> float:
    """Return the highest rate: what a noisy neighbour disturbed least."""
    return max(values)


def ratio(one: float, other: float) -> str:
    """Return how many times as large `one` is."""
    return f"{one / other:.2f}"


def milliseconds(seconds: float) -> str:
    """Return a duration in milliseconds."""
    return f"{seconds * 1000:.1f} ms"
