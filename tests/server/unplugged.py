"""An emulator that posts nowhere, for tests whose webhooks are made up."""

from __future__ import annotations

from threading import Event

from mohook.delivery.engine import Flight
from mohook.delivery.message import Timings
from mohook.delivery.transports.transport import Exchange, Request, Transport
from mohook.emulator import Emulator

__all__ = ["NoNetwork", "Unplugged"]


class NoNetwork:
    """A transport that refuses every connection at once: webhooks here are made up."""

    def __init__(self) -> None:
        self._bell = Event()
        self._ended: list[tuple[Flight, Exchange]] = []

    @property
    def in_flight(self) -> int:
        return len(self._ended)

    def start(self, request: Request, token: Flight) -> None:
        del request
        refused = Exchange("refused", None, "no network in this test", Timings(), (), b"", b"")
        self._ended.append((token, refused))

    def wait(self, timeout: float | None) -> list[tuple[Flight, Exchange]]:
        if not self._ended:
            self._bell.wait(timeout)
        self._bell.clear()
        ended, self._ended = self._ended, []
        return ended

    def wake(self) -> None:
        self._bell.set()

    def close(self) -> None:
        pass


class Unplugged(Emulator):
    """An emulator that posts nowhere."""

    def _new_curl(self) -> Transport[Flight]:
        return NoNetwork()
