"""Which status ends a message as delivered: one rule, the same at both providers."""

from __future__ import annotations

from mohook.settings import Settings

__all__ = ["ACKNOWLEDGED", "acknowledged"]

ACKNOWLEDGED = 200
"""The only status that both documents name as success."""


def acknowledged(status: int, settings: Settings) -> bool:
    """`status` ends the message as delivered: 200 alone.

    The switch `delivery.acknowledge` takes every 2xx instead.

    >>> from mohook.settings import Settings
    >>> acknowledged(200, Settings()), acknowledged(204, Settings())
    (True, False)

    Source: ip1, Receive incoming SMS; IntelePeer, Receiving SMS messages (Behavior).
    """
    if settings.delivery.acknowledge == "2xx":
        return ACKNOWLEDGED <= status < 300
    return status == ACKNOWLEDGED
