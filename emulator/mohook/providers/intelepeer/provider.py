"""IntelePeer in the one shape of a provider."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from mohook.delivery.retry import RetryPolicy
from mohook.providers.acknowledgement import acknowledged
from mohook.providers.intelepeer import payload as wire
from mohook.providers.intelepeer.customer import IntelePeerCustomer
from mohook.providers.intelepeer.endpoints import require_endpoint
from mohook.providers.provider import Draft, Payload, WireNames
from mohook.settings import Settings

__all__ = ["ATTEMPTS", "IntelePeer"]

ATTEMPTS = 5
"""Attempts in all, the first included. Source: IntelePeer, Receiving SMS messages (Behavior)."""


class IntelePeer:
    """IntelePeer: one webhook a number, five attempts in all.

    Source: IntelePeer, Receiving SMS messages.
    """

    name = "intelepeer"
    wire = WireNames(id="refid", text="message", sender="from", recipient="to")

    def retry_policy(self, settings: Settings) -> RetryPolicy:
        """Return the spacing list; there is one attempt more than there are gaps.

        Source: `ATTEMPTS`, which the default list amounts to. Assumption: the gaps.
        """
        spacing = settings.intelepeer.retry_spacing
        return RetryPolicy(spacing=spacing or (timedelta(),), max_attempts=len(spacing) + 1)

    def acknowledges(self, status: int, settings: Settings) -> bool:
        """Whether this HTTP status ends the message as delivered."""
        return acknowledged(status, settings)

    def check(self, sender: str, recipient: str, settings: Settings) -> None:
        """Raise `AddressError` unless both are E.164 numbers or short codes.

        Source: IntelePeer, Receiving SMS messages (`from`, `to`).
        """
        require_endpoint(sender, settings.intelepeer.short_code_length)
        require_endpoint(recipient, settings.intelepeer.short_code_length)

    def payloads(
        self, drafts: Sequence[Draft], random: Random, settings: Settings
    ) -> list[Sequence[Payload]]:
        """Return one payload a draft, or one an SMS part, by switch. Raises `TextError`."""
        return [wire.payloads(draft, random, settings) for draft in drafts]

    def renewed(
        self, payload: Payload, at: datetime, account: IntelePeerCustomer, random: Random
    ) -> Payload:
        """Return the same message under a new reference id, an HMAC made anew."""
        del at
        return wire.renewed(payload, account, random)
