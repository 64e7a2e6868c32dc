"""What somebody gave from Python, checked to be of the kind that is taken."""

from __future__ import annotations

from typing import TypeVar

from mohook.errors import SettingsError

__all__ = ["checked"]

Given = TypeVar("Given")


def checked(given: Given, kinds: type | tuple[type, ...], what: str) -> Given:
    """Return what somebody gave; raise SettingsError for a thing of another kind."""
    if given is None or isinstance(given, kinds):
        return given
    names = " or ".join(kind.__name__ for kind in (kinds if isinstance(kinds, tuple) else (kinds,)))
    msg = f"{what} {given!r}: expected {names} of mohook"
    raise SettingsError(msg)
