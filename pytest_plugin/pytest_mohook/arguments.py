"""What the functions of a test take: checks that they share, each raises InputError."""

from __future__ import annotations

import reprlib
import sys

from mohook.errors import InputError

__all__ = ["refuse_strategy", "require_bool", "require_text", "require_whole"]

# A name, a number or an object whole; of a megabyte only its ends.
_repr = reprlib.Repr()
_repr.maxother = _repr.maxstring = 80


def refuse_strategy(name: str, value: object) -> None:
    """Raise InputError where a Hypothesis strategy stands for a value."""
    # Who has one has imported it: nobody else pays for the import.
    loaded = sys.modules.get("hypothesis.strategies")
    if loaded and isinstance(value, loaded.SearchStrategy):
        msg = (
            f"{name} = {value!r} is a strategy: expected a value; draw one with @given, "
            "or with data.draw(…)"
        )
        raise InputError(msg)


def require_bool(name: str, value: object) -> None:
    """Raise InputError unless `value` is True or False.

    >>> require_bool("concurrent", "yes")
    Traceback (most recent call last):
    mohook.errors.InputError: concurrent 'yes': expected True or False
    """
    if not isinstance(value, bool):
        raise _wrong(name, value, "True or False")


def require_text(name: str, value: object, *, example: str) -> None:
    """Raise InputError unless `value` is a string; `example` is one."""
    if not isinstance(value, str):
        raise _wrong(name, value, f"a text, such as {example!r}")


def require_whole(name: str, value: object, *, least: int) -> None:
    """Raise InputError unless `value` is a whole number, `least` or more."""
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise _wrong(name, value, f"a whole number, {least} or more")


def _wrong(name: str, value: object, expected: str) -> InputError:
    refuse_strategy(name, value)
    return InputError(f"{name} {_repr.repr(value)}: expected {expected}")
