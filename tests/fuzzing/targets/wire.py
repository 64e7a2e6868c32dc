"""Bytes on sockets: what a receiver answers, what answers for an emulator, what calls ours."""

from __future__ import annotations

import json
import re
import socket
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from mohook.client import Client
from mohook.delivery.clock import MANUAL_START
from mohook.delivery.message import Attempt, Message, State
from mohook.delivery.outcome import FAILURES
from mohook.delivery.timeline import timeline
from mohook.delivery.transports.curl import CurlTransport
from mohook.delivery.transports.transport import Exchange, Request
from mohook.errors import MohookError
from mohook.evidence.curl import curl_command
from mohook.rendering import message_json
from mohook.server.app import create_app
from mohook.server.http import HttpServer
from mohook.settings import ServeSettings, Settings
from pytest_mohook.check.errors import ReadbackError
from pytest_mohook.check.readback.pointers import Pointers
from pytest_mohook.check.readback.sources import UrlReadback
from tests._receivers import Connection, Receiver
from tests.fuzzing.drawn import broken_json, header_values, near, raw_json, spoilt
from tests.fuzzing.target import Check, Target
from tests.server.unplugged import Unplugged

__all__ = ["TARGETS"]

_LIMIT = timedelta(seconds=5)
_CAP = 10_000
_BODY = b'{"id":"5c61"}'
_NAMES = [
    *("Content-Length", "Transfer-Encoding", "Content-Encoding", "Connection", "Location"),
    *("Set-Cookie", "WWW-Authenticate", "Link", "Content-Type", "X-A", "Retry-After"),
]
_VALUES = [
    *("0", "2", "-1", "chunked", "gzip", "close", "http://169.254.169.254/", "/inbound"),
    *("<http://a/>; rel=next", "<", "a=b; domain=.com", "application/json; charset=\xff"),
]
_BYTES = st.binary(max_size=60)


class _Speaker:
    """Answers each request with the bytes that it holds just now, and closes."""

    def __init__(self) -> None:
        self.said = b""

    def __call__(self, connection: Connection) -> None:
        connection.read_request()
        connection.send(self.said)
        with suppress(OSError):
            connection.half_close()
            while connection.sock.recv(65_536):
                pass


@st.composite
def _answers(draw: Callable[..., Any], bodies: Any = _BYTES) -> bytes:
    """Draw an answer: right, nearly right, or anything but one."""
    status = draw(st.one_of(st.integers(0, 1_000), st.sampled_from([200, 200, 204, 304, 307, 401])))
    head = [f"HTTP/1.1 {status} {draw(st.sampled_from(['OK', '', 'Odd one']))}".encode()]
    for name in draw(st.lists(st.sampled_from(_NAMES), max_size=4)):
        value = draw(st.one_of(st.sampled_from(_VALUES), header_values))
        head.append(f"{name}: {value}".encode("latin-1"))
    body: bytes = draw(bodies)
    if draw(st.booleans()):
        head.append(b"Content-Length: %d" % len(body))
    whole = b"\r\n".join([*head, b"", body])
    if draw(st.integers(0, 3)) == 0:
        whole = draw(spoilt(whole))
    return whole


@contextmanager
def _receiver_answers() -> Iterator[Check]:
    speaker = _Speaker()
    with Receiver(speaker) as receiver:
        for_one: CurlTransport[str] = CurlTransport(time_limit=_LIMIT, answer_cap=_CAP)
        followed: CurlTransport[str] = CurlTransport(
            time_limit=_LIMIT, answer_cap=_CAP, follow_redirects=True
        )
        with closing(for_one), closing(followed):

            def check(said: bytes) -> None:
                speaker.said = said
                for transport in (for_one, followed):
                    transport.start(Request(receiver.url, _BODY), "it")
                    [(_, exchange)] = transport.wait(20)
                    _is_told(exchange, receiver.url)

            yield check


def _is_told(exchange: Exchange, url: str) -> None:
    """Hold an exchange to what an outcome is, and to being told everywhere."""
    assert exchange.outcome in FAILURES or re.fullmatch("[1-9][0-9]{2}", exchange.outcome)
    assert exchange.outcome != "timeout", "the answer had ended"
    assert len(exchange.response_body) <= _CAP
    assert (exchange.error is None) == exchange.outcome.isdigit()
    attempt = Attempt(
        1, MANUAL_START, exchange.outcome, exchange.status_code, exchange.error, exchange.timings,
        url, exchange.request_headers, _BODY, exchange.response_head, exchange.response_body,
    )  # fmt: skip
    message = Message(
        "m1", "ip1", "46712345678", "456189040623", "Hi", "ip1:a", _BODY, MANUAL_START, url,
        MANUAL_START, State.PENDING, attempts=[attempt],
    )  # fmt: skip
    json.dumps(message_json(message)).encode()
    timeline([message]).encode()
    curl_command(attempt).encode()


@contextmanager
def _readbacks() -> Iterator[Check]:
    speaker = _Speaker()
    with Receiver(speaker) as receiver:
        ask = UrlReadback(receiver.url, Pointers("/id", "/body"), Settings(), receiver.url)

        def check(said: bytes) -> None:
            speaker.said = said
            with suppress(ReadbackError), warnings.catch_warnings():
                warnings.simplefilter("error")
                ask()

        yield check


@contextmanager
def _emulators() -> Iterator[Check]:
    speaker = _Speaker()
    with Receiver(speaker) as receiver, Client(receiver.url, timeout=_LIMIT) as client:

        def check(said: bytes) -> None:
            speaker.said = said
            for ask in (client.health, client.sms_report):
                try:
                    assert isinstance(ask(), dict)
                except MohookError as problem:
                    assert str(problem)

        yield check


@contextmanager
def _callers() -> Iterator[Check]:
    emulator = Unplugged(Settings(serve=ServeSettings(clock="manual", keep=50, request_cap=50_000)))
    with HttpServer(create_app(emulator), port=0) as server:

        def check(sent: bytes) -> None:
            answer = _exchanged(server.port, sent)
            for status in re.findall(rb"^HTTP/1\.[01] (\d{3})", answer, re.MULTILINE):
                assert int(status) < 500 or status in (b"501", b"505"), answer[:500]
            assert b" 200 " in _exchanged(server.port, _HEALTH).partition(b"\r\n")[0]

        yield check
    emulator.stop()


_HEALTH = b"GET /mohook/v1/health HTTP/1.0\r\nHost: localhost\r\n\r\n"


def _exchanged(port: int, sent: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as sock:
        with suppress(OSError):
            sock.sendall(sent)
            sock.shutdown(socket.SHUT_WR)
        told = bytearray()
        with suppress(ConnectionError):
            while data := sock.recv(65_536):
                told += data
        return bytes(told)


_REQUEST = (
    b"POST /mohook/v1/messages?wait=0 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n"
    b"Content-Type: application/json\r\n\r\n{}"
)
_CHUNKED = (
    b"POST /mohook/v1/reset HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
    b"Expect: 100-continue\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
)
_ELSEWHERE = b"HTTP/1.1 307 OK\r\nLocation: \xff\r\nContent-Length: 0\r\n\r\n"
_JSON = st.one_of(broken_json, near({"status": "ready", "detail": "x", "type": "y"}).map(raw_json))
_STORED = st.one_of(broken_json, near([{"id": 7, "body": "Hi"}]).map(raw_json))

TARGETS = [
    Target(
        "a receiver's answers",
        _answers(),
        _receiver_answers,
        found=(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: \x800\r\n\r\n",),
    ),
    Target("answers to a readback", _answers(_STORED), _readbacks, found=(_ELSEWHERE,)),
    Target(
        "answers of what is taken for an emulator",
        _answers(_JSON),
        _emulators,
        found=(b"HTTP/1.1 200 OK\r\n\r\n" + b"[" * 50_000, _ELSEWHERE),
    ),
    Target(
        "bytes sent to our own port",
        st.one_of(
            spoilt(_REQUEST),
            spoilt(_CHUNKED),
            spoilt(_REQUEST).flatmap(spoilt),
            st.binary(max_size=300),
        ),
        _callers,
    ),
]
