"""The pipes between Locust's process and the one that started it: orders in, lines of JSON out."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

from gevent.os import make_nonblocking, nb_read

from pytest_mohook.load.plan import Orders

__all__ = ["Channel"]

_IN, _OUT, _ERR = 0, 1, 2
_BLOCK = 65_536


class Channel:
    """Reads stdin and writes stdout. What else the process prints goes to stderr from now on."""

    def __init__(self) -> None:
        self._out = os.dup(_OUT)
        os.dup2(_ERR, _OUT)
        make_nonblocking(_IN)
        self._unread = b""

    def orders(self) -> Orders:
        """Read the first line. Raises EOFError where there is none."""
        while b"\n" not in self._unread:
            block = nb_read(_IN, _BLOCK)
            if not block:
                msg = "no orders: this is started by `mohook load`"
                raise EOFError(msg)
            self._unread += block
        line, _, self._unread = self._unread.partition(b"\n")
        return Orders.of(line)

    def wait_for_word(self) -> None:
        """Return when the other side says something, or is there no more."""
        nb_read(_IN, _BLOCK)

    def tell(self, event: str, data: Mapping[str, Any]) -> None:
        """Write one event. Who reads no more is told no more."""
        line = json.dumps({"event": event, **data}, separators=(",", ":")).encode() + b"\n"
        while line:
            try:
                line = line[os.write(self._out, line) :]
            except BrokenPipeError:
                return
