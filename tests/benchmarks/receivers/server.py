"""The receivers' servers: `python server.py KIND [OPTIONS]`.

The kinds are `raw`, `late SECONDS`, `hang PORTS CONNECTIONS` and `fail SHARE SEED`. Each listens
on free ports of 127.0.0.1, prints them in JSON as its first line, and runs until its standard
input ends. It imports nothing but the standard library, so that it starts at once.
"""

from __future__ import annotations

import asyncio
import json
import random
import resource
import socket
import sys
from collections.abc import Callable, Sequence

BACKLOG = 4096
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
FAILED = b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n"


class Parser(asyncio.Protocol):
    """Cuts what arrives into requests, as quickly as Python can, and `answer`s each.

    It knows `Content-Length` and kept connections, and nothing more.
    """

    transport: asyncio.Transport

    def __init__(self) -> None:
        self._waiting = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        data = self._waiting + data if self._waiting else data
        while (end := data.find(b"\r\n\r\n") + 4) >= 4:
            stop = end + _content_length(data, end)
            if len(data) < stop:
                break
            self.transport.write(self.answer(data[:end], data[end:stop]))
            data = data[stop:]
        self._waiting = data

    def answer(self, head: bytes, body: bytes) -> bytes:
        """Return the bytes of the answer to one request."""
        raise NotImplementedError


def _content_length(data: bytes, end: int) -> int:
    at = data.find(b"\r\nContent-Length: ", 0, end)
    if at < 0:
        at = data[:end].lower().find(b"\r\ncontent-length: ")
    return int(data[at + 18 : data.index(b"\r\n", at + 18)]) if at >= 0 else 0


class Raw(Parser):
    """Answers 200 to everything."""

    def answer(self, _head: bytes, _body: bytes) -> bytes:
        return OK


class Late(Parser):
    """Answers 200 to everything, and takes its time for each."""

    seconds = 0.0

    def answer(self, _head: bytes, _body: bytes) -> bytes:
        asyncio.get_running_loop().call_later(self.seconds, self.transport.write, OK)
        return b""


class Hang(asyncio.Protocol):
    """Takes whatever comes and says nothing."""

    held = 0

    def connection_made(self, _transport: asyncio.BaseTransport) -> None:
        Hang.held += 1

    def connection_lost(self, _error: Exception | None) -> None:
        Hang.held -= 1


class Count(Parser):
    """Tells how many connections hang."""

    def answer(self, _head: bytes, _body: bytes) -> bytes:
        return _with_body(str(Hang.held))


class Fail(Parser):
    """POST is a message, to fail at random or to take; GET gives the log of all that were."""

    share = 0.0
    chance = random.Random(0)
    log: list[str] = []  # noqa: RUF012 - one log for all connections

    def answer(self, head: bytes, body: bytes) -> bytes:
        if head.startswith(b"GET "):
            return _with_body("\n".join(self.log))
        message = json.loads(body)
        failed = self.chance.random() < self.share
        self.log.append(f"{message.get('refid') or message['id']} {500 if failed else 200}")
        return FAILED if failed else OK


def _with_body(text: str) -> bytes:
    body = text.encode()
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


async def serve(factories: Sequence[Callable[[], asyncio.Protocol]]) -> None:
    """Serve each factory on a free port of its own until standard input ends."""
    loop = asyncio.get_running_loop()
    ports = []
    for factory in factories:
        listener = socket.create_server(("127.0.0.1", 0), backlog=BACKLOG)
        await loop.create_server(factory, sock=listener, backlog=BACKLOG)
        ports.append(listener.getsockname()[1])
    ended = asyncio.Event()
    loop.add_reader(sys.stdin.fileno(), ended.set)
    print(json.dumps(ports), flush=True)
    await ended.wait()


def allow_open_files(needed: int) -> None:
    """Raise this process's limit on open files to `needed`, or end it with the reason."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < needed:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))
        except (ValueError, OSError):
            sys.exit(f"{needed} open files needed, {hard} allowed: raise the limit (ulimit -Hn)")


def main(kind: str, *options: str) -> None:
    """Run the server of that kind."""
    factories: list[Callable[[], asyncio.Protocol]] = [Raw]
    if kind == "hang":
        ports, connections = map(int, options)
        allow_open_files(connections + ports + 64)
        factories = [*[Hang] * ports, Count]
    elif kind == "late":
        Late.seconds = float(options[0])
        factories = [Late]
    elif kind == "fail":
        Fail.share, Fail.chance = float(options[0]), random.Random(int(options[1]))
        factories = [Fail]
    asyncio.run(serve(factories))


if __name__ == "__main__":
    main(*sys.argv[1:])
