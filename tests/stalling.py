"""A way to a server that can hang: what is connected stays so, and no byte goes through."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

from sqlalchemy import make_url

from tests.postgres import state_url

__all__ = ["Stalling", "stalling", "stalling_state"]


class Stalling:
    """Passes on what goes between clients and a server, as long as it is not stalled.

    Connections are taken all the while.
    """

    def __init__(self, host: str, port: int) -> None:
        self._server = (host, port)
        self._goes = Event()
        self._goes.set()
        self._sockets: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        Thread(target=self._take, daemon=True).start()

    def stall(self) -> None:
        """Let nothing through from now on."""
        self._goes.clear()

    def go_on(self) -> None:
        """Let all of it through, and what has come meanwhile."""
        self._goes.set()

    def close(self) -> None:
        """End every connection."""
        self.go_on()
        for each in (self._listener, *self._sockets):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _take(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(self._server)
                self._sockets += (client, server)
                Thread(target=self._pass_on, args=(client, server), daemon=True).start()
                Thread(target=self._pass_on, args=(server, client), daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                self._goes.wait()
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)


@contextmanager
def stalling(host: str, port: int) -> Iterator[Stalling]:
    """Give a way to a server; at the end all connections through it end."""
    way = Stalling(host, port)
    try:
        yield way
    finally:
        way.close()


@contextmanager
def stalling_state() -> Iterator[tuple[Stalling, str]]:
    """Give a way to PostgreSQL, and the URL of an empty state at its end."""
    with state_url() as where:
        url = make_url(where)
        with stalling(url.host or "127.0.0.1", url.port or 5432) as way:
            there = url.set(host="127.0.0.1", port=way.port)
            yield way, there.render_as_string(hide_password=False)
