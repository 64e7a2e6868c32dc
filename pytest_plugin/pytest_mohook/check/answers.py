"""Requests that no provider makes, or not in this way: sent one by one, and what came back."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.client import (
    HTTPConnection,
    HTTPException,
    HTTPResponse,
    HTTPSConnection,
    IncompleteRead,
)
from select import select
from threading import Barrier, BrokenBarrierError
from typing import NamedTuple
from urllib.parse import urlsplit

from mohook.delivery.transports.headers import header, request_headers
from mohook.settings import Settings
from pytest_mohook.strategies.requests import WebhookRequest

__all__ = ["Answer", "Opened", "is_listening", "post", "post_at_once", "post_together"]

_LOOKS = 5
_BETWEEN = 0.2  # seconds
_LINGER = 0.1  # seconds
_TOO_LATE = "no answer within"
_BUSY = 5.0  # seconds
_MUSTER = 0.3  # seconds
_CHUNK = 1 << 16
_ANSWER_CAP = 1 << 20
_OF_THE_URL = ("Host", "Authorization", "Content-Length")


class Answer(NamedTuple):
    """What came of one request. `status` is None where no whole answer came: `error` says why.

    It was `accepted` where a connection was made.
    """

    status: int | None
    body: bytes
    seconds: float
    error: str = ""
    accepted: bool = True

    @property
    def too_late(self) -> bool:
        """Whether it did not come within the time limit."""
        return self.status is None and self.error.startswith(_TOO_LATE)

    @property
    def in_words(self) -> str:
        """What happened: "answered 500 'oops'"."""
        if self.status is None:
            return self.error
        said = self.body[:200].decode("utf-8", "replace")
        return f"answered {self.status}" + (f" {said!r}" if said else "")


class Opened:
    """A request on a connection of its own, of which the last `held` bytes are not sent yet.

    No redirect is followed, and no proxy is asked. It must be finished, or closed.
    """

    def __init__(
        self, url: str, request: WebhookRequest, settings: Settings, *, held: int = 0
    ) -> None:
        self.began: float = time.monotonic()
        self._limit = settings.delivery.time_limit.total_seconds()
        self._held = request.body[len(request.body) - held :]
        self._connection = _connection(url, self._limit, settings)
        self._problem: Exception | None = None
        try:
            self._begin(url, request, settings)
        except (OSError, HTTPException) as problem:
            self._problem = problem
        self._accepted = self._connection.sock is not None

    def _begin(self, url: str, request: WebhookRequest, settings: Settings) -> None:
        parts = urlsplit(url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection = self._connection
        connection.putrequest(request.method, target, skip_host=True, skip_accept_encoding=True)
        for name, value in _headers(url, request, settings).items():
            connection.putheader(name, value)
        connection.endheaders()
        with suppress(OSError):  # who has seen enough may answer, and not read the rest
            connection.send(request.body[: len(request.body) - len(self._held)])

    def go_on(self) -> None:
        """Send what was held back; the answer can wait."""
        if self._problem is None and self._held:
            with suppress(OSError):
                self._connection.send(self._held)
        self._held = b""

    def is_answered(self, *, within: float) -> bool:
        """Whether an answer comes within so many seconds, half the time limit at most."""
        if self._problem is not None or self._connection.sock is None:
            return True
        readable, _, _ = select([self._connection.sock], [], [], min(within, self._limit / 2))
        return bool(readable)

    def finish(self) -> Answer:
        """Send what was held back, and return the answer."""
        self.go_on()
        try:
            if self._problem is not None:
                raise self._problem
            response = self._connection.getresponse()
            body = self._read(response)
            return Answer(response.status, body, time.monotonic() - self.began)
        except TimeoutError:
            return self._none(self._limit, f"{_TOO_LATE} {self._limit:g} seconds")
        except (OSError, HTTPException) as problem:
            told = " ".join(f"{type(problem).__name__} {problem}".split())[:300]
            return self._none(time.monotonic() - self.began, f"no whole answer: {told}")
        finally:
            self.close()

    def _none(self, seconds: float, why: str) -> Answer:
        return Answer(None, b"", seconds, why, self._accepted)

    def _read(self, response: HTTPResponse) -> bytes:
        body = b""
        while len(body) < _ANSWER_CAP and (more := response.read(_CHUNK)):
            body += more
            if time.monotonic() - self.began > self._limit:
                raise TimeoutError
        if response.length and len(body) < _ANSWER_CAP:
            raise IncompleteRead(body, response.length)
        return body

    def close(self) -> None:
        """Close the connection, whatever is still to come."""
        self._connection.close()


def _connection(url: str, limit: float, settings: Settings) -> HTTPConnection:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme != "https":
        return HTTPConnection(host, parts.port, timeout=limit)
    context = ssl.create_default_context()
    if settings.serve.insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return HTTPSConnection(host, parts.port, timeout=limit, context=context)


def _headers(url: str, request: WebhookRequest, settings: Settings) -> dict[str, str]:
    """Return the headers of a request; its own stand before those of the settings."""
    usual = dict(request_headers(url, len(request.body)))
    kept = {name: usual[name] for name in _OF_THE_URL if name in usual}
    return kept | dict(map(header, settings.serve.headers)) | request.headers


def post(url: str, request: WebhookRequest, settings: Settings) -> Answer:
    """Make one request, and return its answer."""
    return Opened(url, request, settings).finish()


def post_together(url: str, made: Sequence[WebhookRequest], settings: Settings) -> list[Answer]:
    """Make all these requests side by side; return the answers in their order."""
    with ThreadPoolExecutor(len(made)) as pool:
        return list(pool.map(lambda each: post(url, each, settings), made))


def post_at_once(url: str, made: Sequence[WebhookRequest], settings: Settings) -> list[Answer]:
    """Make these requests in the same moment: the last byte of each is held back for it.

    They meet in the receiver more often than those of `post_together`. One that takes a
    connection at a time is not waited for.
    """
    all_there = Barrier(len(made))

    def post(request: WebhookRequest) -> Answer:
        opened = Opened(url, request, settings, held=1)
        with suppress(BrokenBarrierError):
            all_there.wait(_MUSTER)
        return opened.finish()

    with ThreadPoolExecutor(len(made)) as pool:
        return list(pool.map(post, made))


def is_listening(url: str) -> bool:
    """Whether somebody takes a connection there, or is at least too busy to.

    A process that is just ending still takes one, and closes it at once: it is asked again.
    """
    parts = urlsplit(url)
    address = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    is_taken = False
    for look in range(_LOOKS):
        time.sleep(_BETWEEN * bool(look))
        try:
            with socket.create_connection(address, timeout=_BUSY) as connection:
                is_taken = True
                if not select([connection], [], [], _LINGER)[0]:
                    break
        except TimeoutError:
            return True
        except OSError:
            is_taken = False
    return is_taken
