"""Messages and attempts: what the stores keep and everything else shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

__all__ = ["Attempt", "Message", "State", "Timings"]


class State(StrEnum):
    """Where a message stands."""

    PENDING = "pending"
    """It is due now or later, or in flight."""
    DELIVERED = "delivered"
    """The receiver acknowledged it, or it went to the CPaaS inbox."""
    FAILED = "failed"
    """The policy gave it up."""
    HELD = "held"
    """Its number has no webhook; it is sent as soon as there is one."""


class Timings(NamedTuple):
    """Seconds from the start of the request to the end of each phase, as libcurl counts them."""

    name_lookup: float = 0.0
    connect: float = 0.0
    tls: float = 0.0
    request_sent: float = 0.0
    first_byte: float = 0.0
    total: float = 0.0


@dataclass(slots=True)
class Attempt:
    """One POST of a message, with everything sent and everything that came back.

    `outcome` is the status code as text, or a named failure (`outcome.py`).
    `decision` is what the retry policy made of it: `delivered`, `retry` or `given-up`;
    a network-born copy (`copy_of`) decides nothing of its own and has None.
    Its `repr` leaves out headers, bodies and timings.
    """

    number: int
    started_at: datetime
    outcome: str
    status_code: int | None
    error: str | None
    timings: Timings = field(repr=False)
    url: str
    request_headers: tuple[tuple[str, str], ...] = field(repr=False)
    request_body: bytes = field(repr=False)
    response_head: bytes = field(repr=False)
    response_body: bytes = field(repr=False)
    fault: str | None = None
    copy_of: int | None = None
    decision: str | None = None
    next_attempt_at: datetime | None = None


@dataclass(slots=True)
class Message:
    """One inbound SMS on its way to a receiver. Only a store changes one.

    `endpoint` names whose webhook it goes to (`ip1:OWNER`, `intelepeer:NUMBER`);
    `destination` is that webhook's origin (`http://127.0.0.1:5000`), None while held.
    `payload` is the JSON that is posted, byte for byte. `attempts_made` counts all attempts,
    `tries` those that the retry policy counts: network-born copies are not among these.
    While `claim` is set, somebody is sending it: it names who, and is never given twice.
    `epoch` counts the store's resets: an `id` stands for one message within one epoch.
    """

    id: str
    provider: str
    sender: str
    recipient: str
    body: str
    endpoint: str
    payload: bytes
    created_at: datetime
    destination: str | None
    next_attempt_at: datetime | None
    state: State = State.PENDING
    tries: int = 0
    attempts_made: int = 0
    claim: int | None = field(default=None, compare=False)
    via: str = "webhook"
    epoch: int = field(default=0, compare=False)
    attempts: list[Attempt] = field(default_factory=list)
