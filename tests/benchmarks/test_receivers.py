"""The benchmarks' own receivers do what the benchmarks take for granted."""

from __future__ import annotations

import shutil
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest

from tests.benchmarks.receivers import (
    failing_receiver,
    fast_receiver,
    hanging_receiver,
    late_receiver,
    nginx_receiver,
    raw_receiver,
)

pytestmark = pytest.mark.slow  # each needs a process of its own

REQUEST = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%b"


def post(url: str, body: bytes) -> int:
    """Return the status that a POST of `body` is answered with."""
    try:
        with urlopen(Request(url, body), timeout=10) as answer:
            return int(answer.status)
    except HTTPError as refused:
        with refused:
            return refused.code


def connect(url: str) -> socket.socket:
    """Return a connection to the host and port of a URL."""
    parts = urlsplit(url)
    assert parts.hostname
    assert parts.port
    return socket.create_connection((parts.hostname, parts.port), timeout=10)


nginx_is_here = pytest.mark.skipif(not shutil.which("nginx"), reason="nginx is not installed")


@pytest.mark.parametrize(
    "opened", [raw_receiver, fast_receiver, pytest.param(nginx_receiver, marks=nginx_is_here)]
)
def test_a_fast_receiver_answers_200_on_a_kept_connection(
    opened: Callable[[], AbstractContextManager[str]],
) -> None:
    """Two requests on one connection get two answers of status 200."""
    with opened() as url, connect(url) as connection, connection.makefile("rb") as answers:
        for body in (b"{}", b"x" * 100_000):
            connection.sendall(REQUEST % (len(body), body))
            assert answers.readline() == b"HTTP/1.1 200 OK\r\n"
            while answers.readline() != b"\r\n":
                pass


def test_a_late_receiver_takes_its_time_for_each_and_for_all_at_once() -> None:
    """Ten that wait beside each other wait no longer than one."""
    with late_receiver(0.2) as url, ThreadPoolExecutor(10) as pool:
        begun = time.monotonic()
        assert list(pool.map(post, [url] * 10, [b"{}"] * 10)) == [200] * 10
        assert 0.2 <= time.monotonic() - begun < 2.0


def test_requests_cut_anywhere_are_put_together() -> None:
    """One byte at a time, or three requests at once, are the same requests."""
    with failing_receiver(share=0) as receiver, connect(receiver.url) as connection:
        wire = b"".join(REQUEST % (10, b'{"id":"%d"}' % number) for number in range(3))
        for byte in wire:
            connection.send(bytes([byte]))
        connection.sendall(wire)
        connection.shutdown(socket.SHUT_WR)
        assert connection.makefile("rb").read().count(b"HTTP/1.1 200 OK") == 6
        assert receiver.log() == [("0", 200), ("1", 200), ("2", 200)] * 2


def test_a_failing_receiver_logs_what_it_answered_and_repeats_its_seed() -> None:
    """The log holds each message with its status; the same seed fails the same requests."""
    logs = []
    for _ in range(2):
        with failing_receiver(share=0.3, seed=7) as receiver:
            answered = [post(receiver.url, b'{"refid":"m%d"}' % n) for n in range(30)]
            logs.append(receiver.log())
            assert logs[-1] == [(f"m{n}", status) for n, status in enumerate(answered)]
    assert logs[0] == logs[1]
    assert {status for _, status in logs[0]} == {200, 500}


def test_hanging_receivers_hold_connections_and_say_nothing() -> None:
    """Each port takes connections, and none of them is ever answered."""
    with hanging_receiver(ports=5, connections=100) as hanging, ExitStack() as stack:
        for url in hanging.urls * 20:
            connection = stack.enter_context(connect(url))
            connection.sendall(REQUEST % (2, b"{}"))
        assert hanging.held() == 100
        connection.setblocking(False)
        with pytest.raises(BlockingIOError):
            connection.recv(1)


def test_too_few_descriptors_are_said_at_once() -> None:
    """A process that may not hold that many connections does not start."""
    with (
        pytest.raises(RuntimeError, match="expected its ports"),
        hanging_receiver(ports=1, connections=10**9),
    ):
        pass
