"""What waits, and goes elsewhere by now: sent on, whoever accepted it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from mohook.delivery.message import Message
from mohook.delivery.origin import origin
from mohook.store.store import Store

__all__ = ["destination_of", "send_on", "send_on_held"]

Webhook = Callable[[str], str | None]
"""Return where an endpoint's messages go now."""


def destination_of(webhook: str | None) -> str | None:
    """Return the origin to which a webhook's messages go; None, and they are held."""
    return origin(webhook) if webhook else None


def send_on(store: Store, webhook: Webhook, messages: Sequence[Message], now: datetime) -> None:
    """Send on what was routed before a webhook changed, and accepted after."""
    routed = {message.endpoint: message.destination for message in messages}
    for endpoint, destination in routed.items():
        now_to = destination_of(webhook(endpoint))
        if now_to != destination:
            store.move(endpoint, now_to, now)


def send_on_held(store: Store, webhook: Webhook, now: datetime) -> None:
    """Send on what is held though its endpoint has a webhook: who accepted it ended before that.

    What is pending needs none of this: it is posted where its endpoint's messages go by then.
    """
    if not store.held():
        return
    for endpoint in store.endpoints():
        destination = destination_of(webhook(endpoint))
        if destination is not None:
            store.move(endpoint, destination, now)
