"""One row of the ledger, and the three grades that it can have."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, get_args, get_origin

from mohook.options.keys import KEYS

__all__ = ["Assumption", "Grade", "row"]


class Grade(StrEnum):
    """How sure a behaviour is."""

    DOCUMENTED = "documented"
    """A provider says so."""
    ASSUMED = "assumed"
    """Nobody says; we chose, and a switch chooses otherwise."""
    UNKNOWN = "unknown"
    """Nobody says, and we emulate neither way until somebody knows."""


@dataclass(frozen=True, slots=True)
class Assumption:
    """One behaviour: what the emulator does, where that is written, what changes it.

    `switch` is a key of `mohook.toml` (`ip1.retry`); `choices` are the values it takes, empty
    where they are a number, a duration or a text. `note` adds what else is known.
    """

    id: str
    provider: Literal["ip1", "intelepeer", "both"]
    grade: Grade
    says: str
    source: str
    switch: str | None = None
    choices: tuple[str, ...] = ()
    note: str = ""


def row(
    id: str,  # noqa: A002 - the field's own name
    grade: Grade,
    says: str,
    *,
    provider: Literal["ip1", "intelepeer", "both"],
    source: str,
    switch: str | None = None,
    note: str = "",
) -> Assumption:
    """Return a row of the ledger; its choices stand in the annotation of the setting alone."""
    choices = _choices(switch) if switch else ()
    return Assumption(id, provider, grade, says, source, switch, choices, note)


def _choices(switch: str) -> tuple[str, ...]:
    annotation = KEYS[switch].annotation
    if annotation is bool:
        return ("false", "true")
    return tuple(map(str, get_args(annotation))) if get_origin(annotation) is Literal else ()
