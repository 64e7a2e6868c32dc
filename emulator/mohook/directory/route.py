"""Where the messages of a number go."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple, Protocol

__all__ = ["Directory", "OnChange", "OnWrite", "Route", "ignore_changes", "ignore_writes"]

OnChange = Callable[[str, str | None], None]
"""Told `(endpoint, webhook)` when the webhook of an endpoint becomes another one.

It is called with the directory's lock held, so that changes arrive in their order. It may
read the directory, which takes no lock, but must not wait for a thread that writes to it.
"""

OnWrite = Callable[[], None]
"""Called after every write, with the directory's lock held: whoever keeps the state keeps it now.

What it raises, the writer gets: the change holds, and is not kept.
"""


class Route(NamedTuple):
    """What the engine must know to send a message on.

    `endpoint` is `ip1:OWNER` or `intelepeer:NUMBER`. Without a `webhook` the message is held,
    or goes to the CPaaS inbox if `cpaas`. `account` is the provider's own record.
    """

    endpoint: str
    webhook: str | None
    cpaas: bool
    account: Any


class Directory(Protocol):
    """What the emulator asks of either provider's directory."""

    def route(self, recipient: str, now: datetime) -> Route:
        """Return where the messages of `recipient` go at `now`."""

    def webhook(self, endpoint: str) -> str | None:
        """Return where an endpoint posts, or None where it posts nowhere."""

    def dump(self) -> dict[str, Any]:
        """Return the state as JSON-able data."""

    def load(self, state: Mapping[str, Any], /) -> None:
        """Take a state that `dump` made."""

    def reset(self) -> None:
        """Go back to the settings."""


def ignore_changes(endpoint: str, webhook: str | None) -> None:
    """Take a change and do nothing: for a directory that nobody listens to."""


def ignore_writes() -> None:
    """Keep nothing: for a directory that ends with its process."""
