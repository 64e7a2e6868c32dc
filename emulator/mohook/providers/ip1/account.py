"""The ip1 SMS account: who owns a number, and where its messages go."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["OWNER_EXAMPLE", "Ip1Account"]

OWNER_EXAMPLE = "ip1-10001"
"""An owner is `ip1-` and digits. Source: ip1, Receive incoming SMS (sample `ip1-XXXXX`)."""


@dataclass(frozen=True, slots=True)
class Ip1Account:
    """One SMS account: it has one callback URL for all of its numbers.

    `callback_url` is None while the account has none: its messages are held.

    Source: ip1, Receive incoming SMS (the URL is set in the user portal).
    """

    owner: str
    callback_url: str | None = None
    numbers: tuple[str, ...] = ()
