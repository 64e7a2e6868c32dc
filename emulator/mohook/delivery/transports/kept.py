"""Connections that libcurl keeps open between requests: which of them are dead."""

from __future__ import annotations

import select
from collections.abc import Sequence

__all__ = ["KeptConnections"]

Ends = tuple[str | int, ...]
"""Both addresses and both ports of a connection."""

_MOST = 16_384


class KeptConnections:
    """Tells whether a connection was closed by its receiver while it was idle.

    libcurl looks for that at most once a second; a receiver that closes right after its
    answer would cost the next message an attempt.
    """

    def __init__(self) -> None:
        self._polls: dict[Ends, select.poll] = {}

    def add(self, ends: Ends, sockets: Sequence[int]) -> None:
        """Take a new connection; one of several sockets that raced cannot be told apart."""
        if len(self._polls) >= _MOST:
            self._polls.clear()
        self._polls.pop(ends, None)
        if len(sockets) == 1 and hasattr(select, "poll"):
            poll = self._polls[ends] = select.poll()
            poll.register(sockets[0], select.POLLIN)

    def is_dead(self, ends: Ends) -> bool:
        """Whether an idle connection has something to read: its end, for no answer is due."""
        poll = self._polls.get(ends)
        ready = poll.poll(0) if poll else ()
        return any(event != select.POLLNVAL for _, event in ready)
