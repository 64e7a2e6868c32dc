"""Clients that are slow on purpose, or many: others are answered all the same."""

from __future__ import annotations

import os
import resource
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from mohook.server import connections
from mohook.server.http import THREADS
from tests.security.asking import API, asked, connected, many_connections, request_bytes
from tests.security.conftest import Serve

pytestmark = pytest.mark.slow

HEALTH = f"{API}/health"
HOUR = 3_600.0  # seconds
BEGUN = b"GET /mohook/v1/health HTTP/1.1\r\nHost: localhost\r\nX-Slow: "


def is_closed(sock: socket.socket, seconds: float = 10) -> bool:
    """Whether the server closes the connection within so many seconds, having said nothing."""
    sock.settimeout(seconds)
    try:
        return sock.recv(1) == b""
    except ConnectionError:
        return True
    except TimeoutError:
        return False


def set_clock(monkeypatch: pytest.MonkeyPatch, ahead: float) -> None:
    """Set the time of day of this process, and no other clock."""
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + ahead)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a second stand for a minute."""
    monkeypatch.setattr(connections, "REQUEST_LIMIT", 0.5)
    monkeypatch.setattr(connections, "STALL_LIMIT", 0.5)
    monkeypatch.setattr(connections, "_LOOK", 0)


@pytest.mark.usefixtures("many_files")
@pytest.mark.parametrize("first", [b"", BEGUN], ids=["silent", "mid-request"])
def test_more_connections_than_there_may_be_keep_nobody_out(url: str, first: bytes) -> None:
    """Slowloris: 1,500 connections that never finish a request; a new one is answered at once."""
    with many_connections(url, connections.MOST_CONNECTIONS + 500, first) as held:
        for _ in range(3):
            assert asked(url, HEALTH).status == 200
        assert is_closed(held[0], 1)
        assert not is_closed(held[-1], 0.2)
        # One byte now and then does not make an old connection a new one.
        held[700].sendall(b"s")
        assert asked(url, HEALTH).status == 200


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    "begun",
    [BEGUN, request_bytes("/mohook/v1/messages", "POST", {"Content-Length": "1000"})],
    ids=["head", "body"],
)
def test_a_request_that_never_ends_is_ended(serve: Serve, begun: bytes) -> None:
    """A byte now and then does not keep it: what counts is when the request began."""
    with connected(serve().url) as sock:
        sock.sendall(begun)
        until = time.monotonic() + 10
        sock.settimeout(0.05)
        while time.monotonic() < until:
            try:
                sock.sendall(b"s")
                if sock.recv(1) == b"":
                    return
            except TimeoutError:
                continue
            except ConnectionError:
                return
    pytest.fail("the connection was kept")


@pytest.mark.usefixtures("impatient")
def test_that_the_clock_is_set_back_gives_nobody_more_time(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request that never ends is ended as soon as ever."""
    url = serve().url
    with connected(url) as sock:
        sock.sendall(BEGUN)
        assert asked(url, HEALTH).status == 200  # so it has been read
        set_clock(monkeypatch, -5 * HOUR)
        assert is_closed(sock)


def test_that_the_clock_is_set_forward_ends_nothing(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request that is just coming is answered."""
    monkeypatch.setattr(connections, "_LOOK", 0)
    url = serve().url
    with connected(url) as sock:
        sock.sendall(BEGUN)
        assert asked(url, HEALTH).status == 200  # so it has been read
        set_clock(monkeypatch, 5 * HOUR)
        assert asked(url, HEALTH).status == 200
        assert not is_closed(sock, 0.2)
        sock.sendall(b"no\r\n\r\n")
        sock.settimeout(10)
        assert sock.recv(12) == b"HTTP/1.1 200"


@pytest.mark.usefixtures("impatient")
def test_answers_that_nobody_reads_keep_no_thread(serve: Serve) -> None:
    """As many readers as there are threads ask for what fills every buffer, and read nothing."""
    server = serve()

    def large() -> Iterator[bytes]:
        for _ in range(40):
            yield b"x" * 1_000_000

    server._app.add_url_rule("/large", view_func=lambda: large())
    with ExitStack() as stack:
        for _ in range(THREADS):
            sock = stack.enter_context(socket.socket())
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            sock.connect(("127.0.0.1", server.port))
            sock.sendall(request_bytes("/large"))
        assert asked(server.url, HEALTH).status == 200


def test_a_server_outlives_a_process_with_thousands_of_files() -> None:
    """Deliveries alone may have more files open than select() can watch: it is not used."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(hard, 4_096)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    opened = [os.dup(0) for _ in range(1_100)]
    try:
        from mohook.emulator import Emulator
        from mohook.server.app import create_app
        from mohook.server.http import HttpServer

        with HttpServer(create_app(Emulator()), port=0) as server:
            assert asked(server.url, HEALTH).status == 200
            assert asked(server.url, HEALTH).status == 200
    finally:
        for each in opened:
            os.close(each)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
