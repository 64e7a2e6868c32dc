"""ip1 in the one shape of a provider."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from random import Random

from mohook.delivery.retry import RetryPolicy
from mohook.providers.acknowledgement import acknowledged
from mohook.providers.ip1 import payload as wire
from mohook.providers.ip1.account import Ip1Account
from mohook.providers.provider import Draft, Payload, WireNames
from mohook.settings import Settings
from mohook.sms.addresses import is_alphanumeric, require_msisdn

__all__ = ["DLR_TRIES", "Ip1"]

DLR_TRIES = 10
"""Attempts in all that ip1 gives a delivery report. Source: ip1 developer pages."""


class Ip1:
    """ip1: one callback URL an account, re-sent until 200.

    Source: ip1, Receive incoming SMS.
    """

    name = "ip1"
    wire = WireNames(id="id", text="body", sender="sender", recipient="recipient")

    def retry_policy(self, settings: Settings) -> RetryPolicy:
        """Return one interval without end; the preset `dlr-like` ends after ten attempts.

        A `retry_limit` that is set counts in both, all attempts included.

        Assumption: "re-sent at a later time" is every 10 minutes, without end.
        """
        limit = settings.ip1.retry_limit
        if limit is None and settings.ip1.retry == "dlr-like":
            limit = DLR_TRIES
        return RetryPolicy(spacing=(settings.ip1.retry_interval,), max_attempts=limit)

    def acknowledges(self, status: int, settings: Settings) -> bool:
        """Whether this HTTP status ends the message as delivered."""
        return acknowledged(status, settings)

    def check(self, sender: str, recipient: str, settings: Settings) -> None:
        """Raise `AddressError` unless both are MSISDNs.

        The switch `ip1.alphanumeric_senders` takes a name as sender too.

        Source: ip1 sending page; an older page shows an alphanumeric sender.
        """
        if not (settings.ip1.alphanumeric_senders and is_alphanumeric(sender)):
            require_msisdn(sender)
        require_msisdn(recipient)

    def payloads(
        self, drafts: Sequence[Draft], random: Random, settings: Settings
    ) -> list[Sequence[Payload]]:
        """Return one payload a draft, all of one batch. Raises `TextError`."""
        return [(payload,) for payload in wire.batch(drafts, random, settings)]

    def renewed(
        self, payload: Payload, at: datetime, account: Ip1Account, random: Random
    ) -> Payload:
        """Return the same message under a new id."""
        del account
        return wire.renewed(payload, at, random)
