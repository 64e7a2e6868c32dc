"""The strategy for what goes wrong on the way to a receiver."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from itertools import chain, cycle

from hypothesis import strategies as st

from mohook.delivery.faults import parse_step
from mohook.errors import FaultError
from pytest_mohook.strategies.arguments import (
    StrategyArgumentError,
    require_range,
    require_words,
)

__all__ = ["fault_scripts"]

_KINDS = (
    "ok",
    "500",
    "timeout",
    "lose-ack",
    "reset",
    "refused",
    "duplicate",
    "reorder",
    "delay:30s",
)
_NOTABLE = (
    *("503", "502", "504", "400", "401", "404", "429"),
    *("201", "202", "204"),  # success to most clients; to both providers a failure
    *("301", "302", "304"),
    *("delay:1ms", "delay:10m", "delay:1d"),
)
# Without 200: it would stand for an acknowledgement that no receiver gave.
_STATUSES = tuple(
    str(100 * first + rest)
    for rest in range(100)
    for first in range(1, 6)
    if (first, rest) != (2, 0)
)
# Three of five are kinds, and all is mixed: Hypothesis favours what stands near the front.
_MIXED = zip(*[cycle(_KINDS)] * 3, cycle(_NOTABLE), _STATUSES, strict=False)
_ALL = (*_KINDS, *_NOTABLE, *chain.from_iterable(_MIXED))


@st.composite
def fault_scripts(
    draw: st.DrawFn,
    *,
    steps: Collection[str] | None = None,
    min_size: int = 1,
    max_size: int = 6,
) -> list[str]:
    """Draw scripts of what goes wrong, as lists of steps for `fail_next`.

    Every step there is, with every status but 200: that would acknowledge a message which no
    receiver has seen. With `steps`, such as ("500", "lose-ack"), these alone, the first as the
    simplest; a status that the settings take for an acknowledgement is best left out.

    Shrinks towards ["ok"]. Raises `StrategyArgumentError` once it is drawn from.

    >>> from hypothesis import given
    >>> @given(script=fault_scripts(steps=("500", "lose-ack"), max_size=2))
    ... def test_scripts(script):
    ...     assert 1 <= len(script) <= 2 and set(script) <= {"500", "lose-ack"}
    >>> test_scripts()
    """
    require_range("min_size", min_size, "max_size", max_size, least=0)
    if steps is None:
        return draw(_lists(_ALL, min_size, max_size))
    require_words("steps", steps, example='("500", "lose-ack")')
    return draw(_lists(tuple(steps), min_size, max_size))


@lru_cache(maxsize=64)
def _lists(steps: tuple[str, ...], least: int, most: int) -> st.SearchStrategy[list[str]]:
    for step in set(steps):
        _require_step(step)
    return st.lists(st.sampled_from(steps), min_size=least, max_size=most)


def _require_step(step: str) -> None:
    try:
        parse_step(step)
    except FaultError as problem:
        msg = f"steps={step!r}: {problem}"
        raise StrategyArgumentError(msg) from problem
