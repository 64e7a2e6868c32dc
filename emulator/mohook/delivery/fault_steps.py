"""The steps of a fault script: one word each, and what it does to one attempt."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

from mohook.durations import parse_duration
from mohook.errors import FaultError, InputError

__all__ = ["MEANINGS", "STEP_PATTERN", "UNREACHED", "FaultKind", "FaultStep", "parse_step"]

STEP_PATTERN = (
    r"^([1-5][0-9][0-9]|timeout|reset|refused|lose-ack|duplicate|reorder|ok"
    r"|delay:[0-9]{1,4}(\.[0-9]{1,3})?(ms|s|m|h|d))$"
)
"""The steps as one pattern, the same in Python and in JSON Schema."""


class FaultKind(StrEnum):
    """What a step does to one attempt."""

    STATUS = "status"
    """The receiver is not reached; this status stands for its answer."""
    TIMEOUT = "timeout"
    """The receiver is not reached; the time limit counts as passed, at once."""
    RESET = "reset"
    """The receiver is not reached; the connection counts as reset."""
    REFUSED = "refused"
    """The receiver is not reached; the connection counts as refused."""
    LOSE_ACK = "lose-ack"
    """The receiver gets the request and answers; its answer is lost on the way."""
    DUPLICATE = "duplicate"
    """The receiver gets the request twice, at the same time."""
    DELAY = "delay"
    """The attempt is made later by a duration."""
    REORDER = "reorder"
    """The attempt waits until another message of the same provider has gone out."""
    OK = "ok"
    """The attempt is made as if there were no script."""


MEANINGS: Mapping[FaultKind, str] = MappingProxyType(
    {
        FaultKind.STATUS: "the receiver was not reached, and this status stands for its answer",
        FaultKind.TIMEOUT: "the receiver was not reached, and the time limit counts as passed",
        FaultKind.RESET: "the receiver was not reached, and the connection counts as reset",
        FaultKind.REFUSED: "the receiver was not reached, and the connection counts as refused",
        FaultKind.LOSE_ACK: "the receiver got the message, and its answer was lost on the way",
        FaultKind.DUPLICATE: "the message was sent twice, at the same time",
        FaultKind.DELAY: "the attempt was made later",
        FaultKind.REORDER: "the next message of the provider was to overtake it",
        FaultKind.OK: "nothing was to go wrong",
    }
)
"""What each kind of step did to its attempt, in words."""

UNREACHED = frozenset((FaultKind.STATUS, FaultKind.TIMEOUT, FaultKind.RESET, FaultKind.REFUSED))
"""The kinds whose attempt never reaches the receiver."""


@dataclass(frozen=True, slots=True)
class FaultStep:
    """One scripted deviation. `str(step)` is the word it was written as."""

    kind: FaultKind
    text: str
    status: int | None = None
    delay: timedelta | None = None

    def __str__(self) -> str:
        return self.text


def parse_step(text: str) -> FaultStep:
    """Return the step that a word names; raise FaultError for a word that names none.

    >>> parse_step("503").status, parse_step("delay:90s").delay
    (503, datetime.timedelta(seconds=90))
    """
    if not (isinstance(text, str) and re.fullmatch(STEP_PATTERN, text)):
        msg = (
            f"fault step {text!r}: expected a status such as 500, timeout, reset, refused, "
            "lose-ack, duplicate, delay:DURATION such as delay:5s, reorder or ok"
        )
        raise FaultError(msg)
    if text.isdigit():
        return FaultStep(FaultKind.STATUS, text, status=int(text))
    if text.startswith("delay:"):
        return FaultStep(FaultKind.DELAY, text, delay=_delay(text))
    return FaultStep(FaultKind(text), text)


def _delay(text: str) -> timedelta:
    try:
        return parse_duration(text.removeprefix("delay:"))
    except InputError as problem:
        msg = f"fault step {text!r}: {problem}"
        raise FaultError(msg) from problem
