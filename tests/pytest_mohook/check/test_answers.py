"""A request that no provider makes is sent as it is, and all that comes back is told."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from threading import Thread

import pytest

from mohook.settings import DeliverySettings, ServeSettings, Settings
from pytest_mohook.check.answers import Opened, is_listening, post, post_at_once, post_together
from pytest_mohook.harness.serving.hosted import Hosted
from pytest_mohook.strategies.requests import WebhookRequest
from tests.pytest_mohook.check.planted import Receiver

SETTINGS = Settings(delivery=DeliverySettings(time_limit=timedelta(seconds=0.3)))
REQUEST = WebhookRequest("POST", {"X-Own": "1"}, b"0123456789")


class Wire:
    """A socket that reads one request, and answers with the bytes that it was given."""

    def __init__(self, answer: bytes, *, after: float = 0) -> None:
        self.read = b""
        self._answer, self._after = answer, after
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://user:word@127.0.0.1:{self._socket.getsockname()[1]}/sms?a=1"
        Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with self._socket:
            connection, _ = self._socket.accept()
        with connection:
            while not self.read.endswith(REQUEST.body):
                self.read += connection.recv(4096)
            time.sleep(self._after)
            connection.sendall(self._answer)


@pytest.fixture
def url() -> Iterator[str]:
    with Hosted(Receiver("ip1")) as hosted:
        yield hosted.url


def test_a_request_goes_out_with_its_own_headers() -> None:
    """Host, length and credentials come from the URL, the rest from request and settings."""
    wire = Wire(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    settings = replace(SETTINGS, serve=ServeSettings(headers=("X-Api-Key: 7",)))
    answer = post(wire.url, REQUEST, settings)
    assert (answer.status, answer.body) == (200, b"ok")
    head = wire.read.decode().split("\r\n")
    assert head[0] == "POST /sms?a=1 HTTP/1.1"
    assert {"X-Own: 1", "X-Api-Key: 7", "Content-Length: 10"} < {*head}
    assert "Authorization: Basic dXNlcjp3b3Jk" in head
    assert not any(line.startswith(("User-Agent", "Content-Type")) for line in head)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (b"", "no whole answer: RemoteDisconnected"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok", "no whole answer: IncompleteRead"),
        (b"hello\r\n\r\n", "no whole answer: BadStatusLine"),
    ],
)
def test_an_answer_that_is_none_is_told(answer: bytes, told: str) -> None:
    """Nothing, less than was promised, and what is no HTTP have no status."""
    got = post(Wire(answer).url, REQUEST, SETTINGS)
    assert got.status is None
    assert got.in_words.startswith(told)
    assert not got.too_late


@pytest.mark.slow
def test_an_answer_that_comes_too_late_is_none() -> None:
    """It is waited for no longer than the time limit."""
    got = post(Wire(b"HTTP/1.1 200 OK\r\n\r\n", after=1).url, REQUEST, SETTINGS)
    assert (got.status, got.too_late) == (None, True)
    assert got.in_words == "no answer within 0.3 seconds"


def test_a_request_is_whole_once_it_is_finished() -> None:
    """What is held back is not there before."""
    wire = Wire(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    opened = Opened(wire.url, REQUEST, SETTINGS, held=4)
    assert not opened.is_answered(within=0.02)
    assert not wire.read.endswith(b"6789")
    assert opened.finish().status == 200


@pytest.mark.parametrize("post_all", [post_together, post_at_once])
def test_answers_stand_in_the_order_of_the_requests(post_all, url: str) -> None:  # type: ignore[no-untyped-def]
    """Each request has its own answer, whichever comes first."""
    requests = [REQUEST, WebhookRequest("DELETE", {}, b""), REQUEST]
    assert [each.status for each in post_all(url, requests, SETTINGS)] == [400, 405, 400]


@pytest.mark.slow
def test_who_listens_is_told(url: str) -> None:
    """A server that runs, and a port that nobody has."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert is_listening(url)
    assert not is_listening(f"http://127.0.0.1:{port}/")


@pytest.mark.slow
@pytest.mark.parametrize("ends", [True, False])
def test_who_closes_at_once_is_asked_again(ends: bool) -> None:
    """A process that ends takes a connection, and then no more; another is only unfriendly."""
    asked = 0

    def serve(listener: socket.socket) -> None:
        nonlocal asked
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                asked += 1
                if ends:
                    listener.close()
                connection.close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Thread(target=serve, args=(listener,))
        server.start()
        assert is_listening(f"http://127.0.0.1:{listener.getsockname()[1]}/") is not ends
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        server.join()
    assert (asked > 1) is not ends
