"""A check, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_mohook.check.trial import Trial

__all__ = ["Check", "CheckFailedError", "Group", "NotApplicableError", "Result", "Status"]


class Group(StrEnum):
    """What a check is about; the second word of its id."""

    ACKNOWLEDGEMENT = "ack"
    """200 and nothing else."""
    IDENTITY = "identity"
    """Retries and duplicates: each message once."""
    ORDER = "order"
    """What comes late is a message all the same."""
    CONTENT = "content"
    """Every text, stored as it was sent."""
    TOLERANCE = "tolerance"
    """What a provider may send beside the usual."""
    FORGERY = "forgery"
    """What is not signed by IntelePeer."""
    HOSTILE = "hostile"
    """What no provider sends."""
    TIME = "time"
    """An answer within the time limit."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that a receiver must do right.

    `id` stays: `ip1.ack.exactly-200`. `basis` names the document, or the assumption of the
    ledger, that it rests on. What it decides by is what `run` says in its docstring.
    """

    id: str
    provider: str
    group: Group
    claim: str
    basis: str
    run: Callable[[Trial], None]
    needs_readback: bool
    """Whether it can be passed only by what is stored: a 200 alone proves nothing here."""
    alone: bool
    """Whether no other check may run beside it: it measures, or looks at all that is stored."""

    @property
    def decides(self) -> str:
        """How it is decided, in one sentence."""
        return (self.run.__doc__ or "").strip().partition("\n")[0]

    def __str__(self) -> str:
        return self.id


class CheckFailedError(AssertionError):
    """The receiver does not do what a check claims."""


class NotApplicableError(Exception):
    """A check is about what the settings say that there is not, and says what."""


class Status(StrEnum):
    """How a check ended."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_CHECKED = "not checked"
    """It could not be made: nobody knows."""
    NOT_APPLICABLE = "not applicable"
    """The settings leave nothing that it could be about: nothing is left open."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one check.

    `why` says what was seen and what was expected, or why nothing was. `story` shows the
    messages and attempts in question, `curl` the last request as a command, if there is one.
    `shortened` says that examples were left out, for the receiver cannot keep up.
    """

    check: Check
    status: Status
    seconds: float
    why: str = ""
    story: str = ""
    curl: str = ""
    shortened: bool = False
