"""Connections that libcurl keeps open between requests: which of them are dead."""

from __future__ import annotations

from collections.abc import Sequence

from mohook.delivery.transports.poller import Poller

__all__ = ["KeptConnections"]

_MOST = 16_384


class KeptConnections:
    """Tells whether a connection was closed by its receiver while it was idle.

    libcurl looks for that at most once a second; a receiver that closes right after its
    answer would cost the next message an attempt. A connection is known by its two ports.
    """

    def __init__(self, poller: Poller) -> None:
        self._poller = poller
        self._sockets: dict[tuple[int, int], int] = {}

    def add(self, ports: tuple[int, int], sockets: Sequence[int]) -> None:
        """Take a new connection; one of several sockets that raced cannot be told apart."""
        if len(self._sockets) >= _MOST:
            self._sockets.clear()
        self._sockets[ports] = sockets[0] if len(sockets) == 1 else -1

    def is_dead(self, ports: tuple[int, int]) -> bool:
        """Whether a connection had something to read while idle: its end, no answer was due."""
        return self._poller.spoke_while_idle(self._sockets.get(ports, -1))
