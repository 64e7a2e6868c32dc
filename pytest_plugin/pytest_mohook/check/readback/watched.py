"""A readback that a test gives: what is wrong with it is not lost in a test that is skipped."""

from __future__ import annotations

import reprlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Self

from mohook.errors import InputError
from mohook.providers import PROVIDERS
from mohook.providers.provider import WireNames
from pytest_mohook.check.errors import ReadbackError
from pytest_mohook.check.reading import stored_items
from pytest_mohook.check.target import Readback
from pytest_mohook.oracle.readback import Stored

__all__ = ["WatchedReadback"]


class WatchedReadback:
    """Returns what a function returns, as a list; `problem` is the last that made it unreadable.

    One odd item of a view, or of a mapping, would hide the others: of a list it does not.
    """

    def __init__(self, readback: Readback, names: WireNames) -> None:
        self._readback = readback
        self._names = names
        self.problem: ReadbackError | None = None

    @classmethod
    def of(cls, readback: Readback, provider: str) -> Self:
        """Return one for the messages of a provider. Raises InputError for what is no function."""
        if not callable(readback):
            msg = (
                f"readback = {reprlib.repr(readback)}: expected a function that returns what is "
                "stored, such as stored.items, without the brackets of a call"
            )
            raise InputError(msg)
        return cls(readback, PROVIDERS[provider].wire)

    def __call__(self) -> Stored:
        """Return what is stored. Raises ReadbackError, or what the function itself raises."""
        try:
            stored = _listed(self._readback(), self._names)
            stored_items(stored, self._names)
        except ReadbackError as problem:
            self.problem = problem
            raise
        return stored


def _listed(stored: Stored, names: WireNames) -> Stored:
    if isinstance(stored, Mapping):
        return stored if {names.id, names.text} & stored.keys() else list(stored.items())
    if isinstance(stored, Sequence) or not isinstance(stored, Iterable):
        return stored
    return list(stored)
