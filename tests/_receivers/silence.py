"""Receivers that keep their sender waiting: no connection, no answer, or one byte at a time."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from dataclasses import dataclass

from tests._receivers.receiver import Connection

__all__ = [
    "Address",
    "answers_then_never_closes",
    "drips_body",
    "drips_headers",
    "hangs_after_headers",
    "hangs_before_headers",
    "hangs_within_headers",
    "never_accepting",
    "never_answers_nor_reads",
    "refusing",
]


@dataclass(frozen=True, slots=True)
class Address:
    """Where a receiver would be that has no connection to speak of."""

    url: str


@contextlib.contextmanager
def refusing() -> Iterator[Address]:
    """Give an address that refuses: its port is taken, and nobody listens on it."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield Address(f"http://127.0.0.1:{taken.getsockname()[1]}/inbound")


@contextlib.contextmanager
def never_accepting() -> Iterator[Address]:
    """Give an address whose backlog is full: a connection to it is never made (Linux)."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(8):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield Address(f"http://127.0.0.1:{listener.getsockname()[1]}/inbound")


def never_answers_nor_reads(connection: Connection) -> None:
    connection.hold()


def hangs_before_headers(connection: Connection) -> None:
    connection.read_request()
    connection.hold()


def hangs_within_headers(connection: Connection) -> None:
    connection.read_request()
    connection.send(b"HTTP/1.1 200 OK\r\nContent-Len")
    connection.hold()


def hangs_after_headers(connection: Connection) -> None:
    connection.read_request()
    connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n")
    connection.hold()


def drips_headers(connection: Connection) -> None:
    connection.read_request()
    connection.send(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not connection.stopping:
        connection.drip(b"s" * 64)


def drips_body(connection: Connection) -> None:
    connection.read_request()
    connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 50000\r\n\r\n")
    while not connection.stopping:
        connection.drip(b"s" * 64)


def answers_then_never_closes(connection: Connection) -> None:
    """Say that the body ends with the connection, and then never end it."""
    connection.read_request()
    connection.send(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nok")
    connection.hold()
