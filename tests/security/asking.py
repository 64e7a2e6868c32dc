"""Attacks on our own port: raw bytes, and many connections at once."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

__all__ = [
    "API",
    "Answer",
    "asked",
    "connected",
    "many_connections",
    "one_answer",
    "request_bytes",
    "whole_answer",
]

API = "/mohook/v1"


class Answer:
    """What came back: status, headers in lower case, body."""

    def __init__(self, raw: bytes) -> None:
        head, _, self.body = raw.partition(b"\r\n\r\n")
        self.raw = raw
        line, *rest = head.decode("latin-1").split("\r\n")
        found = re.match(r"HTTP/1\.[01] (\d{3})", line)
        self.status = int(found[1]) if found else 0
        self.headers = {
            name.lower(): value.strip() for name, _, value in (each.partition(":") for each in rest)
        }


def request_bytes(
    path: str, method: str = "GET", headers: Mapping[str, str] | None = None, body: bytes = b""
) -> bytes:
    """Return a request as a careless or malicious client writes it."""
    named = {"Host": "localhost", "Content-Length": str(len(body)), "Connection": "close"}
    lines = [f"{method} {path} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in (named | dict(headers or {})).items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def connected(url: str, timeout: float = 10) -> socket.socket:
    """Return a connection to the server at a URL."""
    parts = urlsplit(url)
    return socket.create_connection((parts.hostname or "", parts.port or 80), timeout=timeout)


def whole_answer(sock: socket.socket) -> Answer:
    """Read until the server closes."""
    told = bytearray()
    with suppress(ConnectionError):
        while data := sock.recv(65_536):
            told += data
    return Answer(bytes(told))


def one_answer(sock: socket.socket) -> Answer:
    """Read one answer of a connection that stays: of a stream, what has come with its head."""
    told = bytearray(sock.recv(65_536))
    while b"\r\n\r\n" not in told:
        told += sock.recv(65_536)
    answer = Answer(bytes(told))
    while len(answer.body) < int(answer.headers.get("content-length", 0)):
        told += sock.recv(65_536)
        answer = Answer(bytes(told))
    return answer


def asked(url: str, path: str, method: str = "GET", **more: Any) -> Answer:
    """Ask once over a connection of its own."""
    with connected(url) as sock:
        sock.sendall(request_bytes(path, method, **more))
        return whole_answer(sock)


@contextmanager
def many_connections(url: str, count: int, first: bytes) -> Iterator[list[socket.socket]]:
    """Give so many open connections, each of which has sent `first`."""
    with ExitStack() as stack:
        opened = []
        for _ in range(count):
            opened.append(stack.enter_context(connected(url)))
            opened[-1].sendall(first)
        yield opened
