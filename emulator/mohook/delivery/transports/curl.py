"""Real HTTP: thousands of requests in flight on libcurl's multi interface, in one thread."""

from __future__ import annotations

import socket
import time
from contextlib import suppress
from datetime import timedelta
from typing import Generic, TypeVar

import pycurl

from mohook.delivery import outcome
from mohook.delivery.message import Timings
from mohook.delivery.transports.addresses import AddressRule
from mohook.delivery.transports.easy import Easy
from mohook.delivery.transports.kept import KeptConnections
from mohook.delivery.transports.poller import READ, WRITE, new_poller
from mohook.delivery.transports.transport import Exchange, Headers, Request

__all__ = ["CurlTransport"]

Token = TypeVar("Token")

_CURL_EVENTS = {pycurl.POLL_IN: READ, pycurl.POLL_OUT: WRITE, pycurl.POLL_INOUT: READ | WRITE}
_LONGEST_WAIT = 3600.0  # seconds; epoll takes no more than 24 days


class CurlTransport(Generic[Token]):
    """Posts JSON over real sockets; whatever a receiver does comes back as an `Exchange`.

    `time_limit` bounds a request from its start to the end of the answer, in real time.
    `answer_cap` bounds the answer's body, in bytes; libcurl bounds its headers to 300 KB.
    Every connection is checked against `allow` by the address that it goes to.
    `headers` are added to each request, and masked in what is told of it; with `insecure` any
    certificate is taken.
    """

    def __init__(
        self,
        *,
        time_limit: timedelta = timedelta(seconds=10),
        answer_cap: int = 1_048_576,
        allow: AddressRule | None = None,
        follow_redirects: bool = False,
        headers: Headers = (),
        insecure: bool = False,
    ) -> None:
        self._time_limit_ms = max(1, round(time_limit.total_seconds() * 1000))
        self._answer_cap = answer_cap
        self._allow = allow or AddressRule()
        self._follow_redirects = follow_redirects
        self._headers = headers
        self._insecure = insecure
        self._flights: dict[pycurl.Curl, tuple[Easy, Token]] = {}
        self._idle: list[Easy] = []
        self._ended: list[tuple[Token, Exchange]] = []
        self._poller = new_poller()
        self._kept = KeptConnections(self._poller)
        self._bell = _Bell()
        self._bell_fd = self._bell.fileno()
        self._poller.watch(self._bell_fd, READ)
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, self._on_socket)

    @property
    def in_flight(self) -> int:
        """How many requests were started and have not been handed back by `wait`."""
        return len(self._flights) + len(self._ended)

    def start(self, request: Request, token: Token) -> None:
        """Begin a request and return at once."""
        easy = self._idle.pop() if self._idle else self._new_easy()
        try:
            easy.prepare(request)
        except (pycurl.error, ValueError) as problem:
            self._idle.append(easy)
            self._ended.append((token, _not_sent(str(problem))))
            return
        self._flights[easy.curl] = (easy, token)
        self._multi.add_handle(easy.curl)

    def _new_easy(self) -> Easy:
        return Easy(
            time_limit_ms=self._time_limit_ms,
            answer_cap=self._answer_cap,
            allow=self._allow,
            follow_redirects=self._follow_redirects,
            headers=self._headers,
            insecure=self._insecure,
            kept=self._kept,
        )

    def wait(self, timeout: float | None) -> list[tuple[Token, Exchange]]:
        """Return requests that have ended; block up to `timeout` seconds, None without end."""
        longest = _LONGEST_WAIT if timeout is None else min(timeout, _LONGEST_WAIT)
        deadline = time.monotonic() + longest
        rung = self._poll(0.0)  # learn which idle connections ended before one is used again
        while True:
            self._run_due()
            self._reap()
            left = deadline - time.monotonic()
            if self._ended or rung or left <= 0:
                break
            due = self._multi.timeout()
            rung = self._poll(left if due < 0 else min(left, due / 1000))
        self._reap()
        ended, self._ended = self._ended, []
        return ended

    def _poll(self, left: float) -> bool:
        """Let libcurl act on sockets that are ready; tell whether the bell rang."""
        rung = False
        for fd, events in self._poller.poll(left):
            if fd == self._bell_fd:
                self._bell.silence()
                rung = True
            else:
                self._multi.socket_action(fd, events)
        return rung

    def _run_due(self) -> None:
        """Let libcurl begin and end what is due, once: a flood makes it due again and again."""
        if self._multi.timeout() == 0:
            self._multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)

    def _reap(self) -> None:
        queued = 1 if self._flights else 0
        while queued:
            queued, answered, failed = self._multi.info_read()
            for curl in answered:
                easy, token = self._land(curl)
                self._ended.append((token, easy.answered()))
            for curl, code, text in failed:
                easy, token = self._land(curl)
                self._ended.append((token, easy.failed(code, text)))

    def _land(self, curl: pycurl.Curl) -> tuple[Easy, Token]:
        self._multi.remove_handle(curl)
        easy, token = self._flights.pop(curl)
        self._idle.append(easy)
        return easy, token

    def _on_socket(self, what: int, fd: int, _multi: object, _data: object) -> None:
        if what == pycurl.POLL_REMOVE:
            self._poller.forget(fd)
        else:
            self._poller.watch(fd, _CURL_EVENTS[what])

    def wake(self) -> None:
        """Make a `wait` in another thread return soon."""
        self._bell.ring()

    def close(self) -> None:
        """Drop everything in flight and free the sockets."""
        for curl in self._flights:
            self._multi.remove_handle(curl)
        self._multi.close()
        for easy in (*self._idle, *(easy for easy, _ in self._flights.values())):
            easy.curl.close()
        self._idle.clear()
        self._flights.clear()
        self._ended.clear()
        self._bell.close()
        self._poller.close()


class _Bell:
    """Wakes the polling thread from another one."""

    def __init__(self) -> None:
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)
        self._rung = False

    def fileno(self) -> int:
        return self._reader.fileno()

    def ring(self) -> None:
        if not self._rung:
            self._rung = True
            with suppress(OSError):  # full: it rings already; closed: nobody waits any more
                self._writer.send(b"!")

    def silence(self) -> None:
        with suppress(BlockingIOError):
            self._reader.recv(64)
        self._rung = False  # last: a ring before this is answered by the wait that ends now

    def close(self) -> None:
        self._reader.close()
        self._writer.close()


def _not_sent(problem: str) -> Exchange:
    return Exchange(outcome.OTHER, None, problem, Timings(), (), b"", b"")
