"""What is fuzzed: inputs of one parser, and what must hold for each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

from hypothesis.strategies import SearchStrategy

__all__ = ["Check", "Target", "plain"]

Check = Callable[[Any], None]
"""Tries one input, and raises where something does not hold."""


@dataclass(frozen=True)
class Target:
    """One parser that takes bytes from outside.

    `opened` makes what the inputs are tried on, and gives the check; `renewed_after` inputs it
    is made anew, so that nothing grows for an hour. `found` are inputs that once showed a bug.
    """

    name: str
    inputs: SearchStrategy[Any]
    opened: Callable[[], AbstractContextManager[Check]]
    renewed_after: int = 500
    found: tuple[Any, ...] = ()


def plain(
    name: str, inputs: SearchStrategy[Any], check: Check, *, found: tuple[Any, ...] = ()
) -> Target:
    """Return the target of a parser that is a function and needs nothing."""

    @contextmanager
    def opened() -> Iterator[Check]:
        yield check

    return Target(name, inputs, opened, renewed_after=5_000, found=found)
