"""Examples of a strategy outside a test: few, and the same for the same seed."""

from __future__ import annotations

from threading import Lock
from typing import TypeVar

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis import strategies as st

__all__ = ["drawn"]

T = TypeVar("T")
_one_at_a_time = Lock()  # what Hypothesis seeds belongs to the whole process


def drawn(strategy: st.SearchStrategy[T], most: int, number: int) -> list[T]:
    """Return `most` examples, fewer where there are no more; `number` decides which.

    Nothing is shrunk, and no database is asked.

    >>> len(drawn(st.booleans(), 100, 7))
    2
    """
    found: list[T] = []

    @seed(number)
    @settings(
        max_examples=most,
        database=None,
        phases=[Phase.generate],
        deadline=None,
        verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(example: T) -> None:
        found.append(example)

    with _one_at_a_time:
        collect()
    return found
