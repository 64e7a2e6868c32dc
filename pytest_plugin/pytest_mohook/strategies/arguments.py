"""Checks of arguments that all strategies share; each is made when a value is drawn."""

from __future__ import annotations

import reprlib
from collections.abc import Collection

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from mohook.errors import InputError

__all__ = [
    "StrategyArgumentError",
    "require_bool",
    "require_range",
    "require_strategy",
    "require_word",
    "require_words",
]

_DRAW = "in a function of your own, under @st.composite, draw a value and pass that"

# A name, a number or a strategy whole; of a megabyte only its ends.
_repr = reprlib.Repr()
_repr.maxother = _repr.maxstring = 80


class StrategyArgumentError(InvalidArgument, InputError):
    """An argument of a strategy is not what is taken.

    What Hypothesis raises for its own strategies, and what mohook raises for anything given.
    """


def require_strategy(name: str, value: object, *, example: str) -> None:
    """Raise unless `value` is a strategy; `example` is what to write for `name`.

    >>> require_strategy("bodies", "Hi", example='st.just("Hi")')
    Traceback (most recent call last):
    pytest_mohook.strategies.arguments.StrategyArgumentError: bodies='Hi': expected a strategy, \
such as st.just("Hi")
    """
    if not isinstance(value, st.SearchStrategy):
        raise _wrong(name, value, f"expected a strategy, such as {example}")


def require_bool(name: str, value: object) -> None:
    """Raise unless `value` is True or False."""
    if not isinstance(value, bool):
        raise _wrong_value(name, value, "True or False")


def require_word(name: str, value: object, words: Collection[str]) -> None:
    """Raise unless `value` is one of `words`."""
    if not isinstance(value, str) or value not in words:
        raise _wrong_value(name, value, f"one of {', '.join(map(repr, words))}")


def require_words(name: str, value: object, *, example: str) -> None:
    """Raise unless `value` holds strings, at least one, and is not itself a string."""
    if (
        isinstance(value, str)
        or not isinstance(value, Collection)
        or not value
        or not all(isinstance(each, str) for each in value)
    ):
        raise _wrong_value(name, value, f"a collection of strings, such as {example}")


def require_range(
    low_name: str, low: int, high_name: str, high: int, *, least: int, most: int | None = None
) -> None:
    """Raise unless both are whole numbers from `least` to `most`, the first not above the second.

    >>> require_range("min_parts", 3, "max_parts", 2, least=1)
    Traceback (most recent call last):
    pytest_mohook.strategies.arguments.StrategyArgumentError: min_parts=3 is above max_parts=2: \
lower the one or raise the other
    """
    for name, value in ((low_name, low), (high_name, high)):
        if type(value) is not int or value < least or (most is not None and value > most):
            upper = f"from {least} to {most}" if most is not None else f"of {least} or more"
            raise _wrong_value(name, value, f"a whole number {upper}")
    if low > high:
        msg = f"{low_name}={low} is above {high_name}={high}: lower the one or raise the other"
        raise StrategyArgumentError(msg)


def _wrong_value(name: str, value: object, expected: str) -> StrategyArgumentError:
    if isinstance(value, st.SearchStrategy):
        return _wrong(name, value, f"expected {expected}, not a strategy: {_DRAW}")
    return _wrong(name, value, f"expected {expected}")


def _wrong(name: str, value: object, what: str) -> StrategyArgumentError:
    return StrategyArgumentError(f"{name}={_repr.repr(value)}: {what}")
