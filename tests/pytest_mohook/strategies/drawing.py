"""Draws from strategies as a user's test does, and keeps what came."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from random import Random
from typing import TypeVar

from hypothesis import Phase, find, given, seed, settings
from hypothesis import strategies as st

__all__ = ["SEEDS", "drawn", "drawn_for_each_seed", "smallest"]

T = TypeVar("T")
SEEDS = range(5)
"""What is found once may be luck."""


def drawn(strategy: st.SearchStrategy[T], of_seed: int = 0, *, examples: int = 100) -> list[T]:
    """Return all that a test with default settings draws; every health check is on."""
    seen: list[T] = []

    @seed(of_seed)
    @settings(database=None, phases=[Phase.generate], max_examples=examples)
    @given(strategy)
    def look(example: T) -> None:
        seen.append(example)

    look()
    return seen


@cache
def drawn_for_each_seed(strategy: Callable[[], st.SearchStrategy[T]]) -> list[list[T]]:
    """Return what tests draw from a strategy with its default arguments, made once."""
    return [drawn(strategy(), of_seed) for of_seed in SEEDS]


def smallest(strategy: st.SearchStrategy[T], condition: Callable[[T], bool]) -> T:
    """Return what a failing test would show. Always the same: that it is found is no luck."""
    as_it_shrinks = settings(
        database=None, max_examples=1_000, phases=[Phase.generate, Phase.shrink]
    )
    return find(strategy, condition, settings=as_it_shrinks, random=Random(0))
