"""The seam for all delivery I/O: start requests, wait until some have ended."""

from __future__ import annotations

from typing import Generic, NamedTuple, Protocol, TypeVar

from mohook.delivery.message import Timings

__all__ = ["Exchange", "Headers", "Request", "Transport"]

Token = TypeVar("Token")
Headers = tuple[tuple[str, str], ...]


class Request(NamedTuple):
    """One POST of a JSON body, with the headers that every delivery has.

    Only what an app gets from others than the emulator has a method or headers of its own.
    """

    url: str
    body: bytes
    method: str = "POST"
    headers: Headers | None = None


class Exchange(NamedTuple):
    """What was sent and what came back.

    `outcome` is the status code as text, or a named failure of `mohook.delivery.outcome`.
    A failure may still carry the status code and the part of an answer that did arrive.
    """

    outcome: str
    status_code: int | None
    error: str | None
    timings: Timings
    request_headers: Headers
    response_head: bytes
    response_body: bytes


class Transport(Protocol, Generic[Token]):
    """Requests in flight. All calls but `wake` come from one thread."""

    @property
    def in_flight(self) -> int:
        """How many requests were started and have not been handed back by `wait`."""

    def start(self, request: Request, token: Token) -> None:
        """Begin a request and return at once. Never raises for what a receiver does."""

    def wait(self, timeout: float | None) -> list[tuple[Token, Exchange]]:
        """Return requests that have ended; block up to `timeout` seconds, None without end.

        Returns early, possibly with nothing, after `wake`.
        """

    def wake(self) -> None:
        """Make a `wait` in another thread return soon."""

    def close(self) -> None:
        """Drop everything in flight and free the sockets."""
