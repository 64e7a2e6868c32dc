"""A receiver on a real socket: one thread accepts, each connection has a thread, all bytes kept."""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Self

__all__ = ["Arrived", "Behaviour", "Connection", "PeerLeftError", "Receiver"]

_CONTENT_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d+)", re.IGNORECASE)
_PATIENCE = 5.0  # seconds that a test waits for what must come at once


class PeerLeftError(ConnectionError):
    """The sender closed; a behaviour that meets this has nothing left to do."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """One request, as the bytes that came: `head` up to and with the blank line, then `body`."""

    head: bytes
    body: bytes
    connection: int

    @property
    def method(self) -> str:
        return self.head.split(b" ", 1)[0].decode("latin-1")

    @property
    def path(self) -> str:
        return self.head.split(b" ", 2)[1].decode("latin-1")

    def header(self, name: str) -> str | None:
        """Return the first value of a header, whatever the case of its name."""
        for line in self.head.split(b"\r\n")[1:]:
            key, _, value = line.decode("latin-1").partition(":")
            if key.lower() == name.lower():
                return value.strip()
        return None


class Connection:
    """One accepted connection, as a behaviour sees it.

    `number` counts from 0 within its receiver; `received` holds every byte that was read;
    `ended` is set when the receiver's side is closed.
    """

    def __init__(self, sock: socket.socket, number: int, receiver: Receiver) -> None:
        self.sock = sock
        self.number = number
        self.received = bytearray()
        self.ended = threading.Event()
        self._receiver = receiver
        self._taken = 0

    @property
    def stopping(self) -> bool:
        return self._receiver.stopping.is_set()

    def read(self, count: int = 65536) -> bytes:
        """Read once, `count` bytes at most. Raises PeerLeftError at the end of the stream."""
        data = self.sock.recv(count)
        if not data:
            msg = f"connection {self.number}: the sender closed"
            raise PeerLeftError(msg)
        self.received += data
        return data

    def read_head(self) -> bytes:
        """Read up to the blank line and return the head, the blank line included."""
        while (end := self.received.find(b"\r\n\r\n", self._taken)) < 0:
            self.read()
        return bytes(self.received[self._taken : end + 4])

    def read_request(self) -> Arrived:
        """Read one whole request, record it at the receiver and return it."""
        head = self.read_head()
        length = _CONTENT_LENGTH.search(head)
        start = self._taken + len(head)
        end = start + (int(length[1]) if length else 0)
        while len(self.received) < end:
            self.read()
        self._taken = end
        arrived = Arrived(head, bytes(self.received[start:end]), self.number)
        self._receiver.record(arrived)
        return arrived

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def drip(self, data: bytes, every: float = 0.02) -> None:
        """Send one byte each `every` seconds, until all is sent or the receiver stops."""
        for byte in data:
            self.send(bytes([byte]))
            if self._receiver.stopping.wait(every):
                return

    def pause(self, seconds: float) -> None:
        """Do nothing for so long, or until the receiver stops."""
        self._receiver.stopping.wait(seconds)

    def hold(self) -> None:
        """Keep the connection open and do nothing until the receiver stops."""
        self._receiver.stopping.wait()

    def half_close(self) -> None:
        """Say that nothing more will be sent; reading stays possible."""
        self.sock.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        """End the connection with RST in place of FIN."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def cut(self) -> None:
        """Wake whatever waits on this connection: it sees an end of the stream."""
        with contextlib.suppress(OSError):
            # The plain shutdown: SSLSocket's own would pull its state from under its reader.
            socket.socket.shutdown(self.sock, socket.SHUT_RDWR)


Behaviour = Callable[[Connection], None]


class Receiver:
    """Listens on a free port of 127.0.0.1 while entered, and treats each connection as told.

    `behave` runs in the connection's own thread; the connection is closed when it returns.
    `tls` makes it speak https; the handshake runs in the connection's thread too.
    """

    def __init__(self, behave: Behaviour, *, tls: ssl.SSLContext | None = None) -> None:
        self.connections: list[Connection] = []
        self.requests: list[Arrived] = []
        self.stopping = threading.Event()
        self._behave = behave
        self._tls = tls
        self._changed = threading.Condition()
        self._threads: list[threading.Thread] = []

    @property
    def port(self) -> int:
        port: int = self._listener.getsockname()[1]
        return port

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}/inbound"

    def record(self, arrived: Arrived) -> None:
        with self._changed:
            self.requests.append(arrived)
            self._changed.notify_all()

    def wait_for(self, count: int, seconds: float = _PATIENCE) -> list[Arrived]:
        """Return the requests as soon as there are `count`, or after so long what there is."""
        with self._changed:
            self._changed.wait_for(lambda: len(self.requests) >= count, seconds)
            return list(self.requests)

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self._run(self._accept)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stopping.set()
        # A closed listener does not wake its accept(); a connection does, everywhere.
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), timeout=_PATIENCE).close()
        self._threads[0].join(_PATIENCE)
        for connection in self.connections:
            connection.cut()
        for thread in self._threads:
            thread.join(_PATIENCE)
        self._listener.close()

    def _run(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            sock, _ = self._listener.accept()
            if self.stopping.is_set():
                sock.close()
                return
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection = Connection(sock, len(self.connections), self)
            self.connections.append(connection)
            self._run(partial(self._treat, connection))

    def _treat(self, connection: Connection) -> None:
        # A sender that leaves, or refuses the certificate, is what many tests are about.
        with contextlib.suppress(OSError):
            if self._tls:
                connection.sock = self._tls.wrap_socket(connection.sock, server_side=True)
            self._behave(connection)
        connection.sock.close()
        connection.ended.set()
