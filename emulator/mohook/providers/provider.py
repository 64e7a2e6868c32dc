"""The one shape of a provider: data and small functions, no I/O, no clock, no randomness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from mohook.delivery.retry import RetryPolicy
from mohook.settings import Settings

__all__ = ["NO_FIELDS", "Draft", "Payload", "Provider", "WireNames"]

Payload = dict[str, Any]
"""One inbound message as the provider posts it: keys in wire order, JSON values."""


NO_FIELDS: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class WireNames:
    """What a provider calls the four fields that every inbound message has."""

    id: str
    text: str
    sender: str
    recipient: str


class Draft(NamedTuple):
    """One message that somebody wants sent, before the provider gives it its wire form.

    `account` is the provider's own record of who receives: an `Ip1Account` or an
    `IntelePeerCustomer`. `fields` replaces or adds wire fields by wire name, as given.
    """

    sender: str
    recipient: str
    body: str
    at: datetime
    account: Any
    fields: Mapping[str, Any] = NO_FIELDS


class Provider(Protocol):
    """What the emulator needs to know of a provider. A third one is one more of these."""

    @property
    def name(self) -> str:
        """The word used in options, paths and messages: `ip1`."""

    @property
    def wire(self) -> WireNames:
        """The wire names of id, text, sender and recipient."""

    def retry_policy(self, settings: Settings) -> RetryPolicy:
        """Return the retry preset, with the switches in `settings` applied."""

    def acknowledges(self, status: int, settings: Settings) -> bool:
        """Whether this HTTP status ends the message as delivered."""

    def check(self, sender: str, recipient: str, settings: Settings) -> None:
        """Raise `AddressError` unless both stand in a form that this provider posts."""

    def payloads(
        self, drafts: Sequence[Draft], random: Random, settings: Settings
    ) -> list[Sequence[Payload]]:
        """Return the wire payloads of each message that the provider received in one request.

        A message has more than one where the provider splits a long one.
        """

    def renewed(self, payload: Payload, at: datetime, account: Any, random: Random) -> Payload:
        """Return the same message under a new id (switch `delivery.new_id_per_attempt`).

        `at` is when it is sent again; `account` is that of the draft.
        """
