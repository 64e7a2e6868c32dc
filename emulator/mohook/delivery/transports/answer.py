"""What an app in this process answered, and how that is written down."""

from __future__ import annotations

from http import HTTPStatus
from typing import NamedTuple

from mohook.delivery.message import Timings
from mohook.delivery.outcome import OTHER, TOO_LARGE, in_words
from mohook.delivery.transports.headers import headers_of
from mohook.delivery.transports.raised import in_short
from mohook.delivery.transports.transport import Exchange, Headers, Request

__all__ = ["Answer", "NoAnswerError", "exchange_of", "not_answered", "status_line"]


class NoAnswerError(Exception):
    """The app has returned, and its answer is not whole. The text tells what is missing."""


class Answer(NamedTuple):
    """A whole answer, or as much of one as passes the cap.

    `status` is the status line without the protocol: `200 OK`. `problem` is what the app
    raised after its answer was whole: whoever asked does not learn of it.
    """

    status: str
    headers: Headers
    body: bytes
    problem: Exception | None = None


def status_line(code: int) -> str:
    """Return a code with its usual reason.

    >>> status_line(404)
    '404 Not Found'
    """
    try:
        return f"{code} {HTTPStatus(code).phrase}"
    except ValueError:
        return f"{code} "


def exchange_of(request: Request, answer: Answer | Exception, seconds: float, cap: int) -> Exchange:
    """Return what was sent and what came back; an exception is the 500 of the app's server."""
    headers = headers_of(request)
    timings = Timings(total=seconds)
    if isinstance(answer, Exception):
        return Exchange("500", 500, _in_words(answer), timings, headers, b"", b"")
    code = int(answer.status[:3])
    whole = len(answer.body) <= cap
    fields = "".join(f"{name}: {value}\r\n" for name, value in answer.headers)
    return Exchange(
        str(code) if whole else TOO_LARGE,
        code,
        _error(answer, code) if whole else in_words(TOO_LARGE),
        timings,
        headers,
        f"HTTP/1.1 {answer.status}\r\n{fields}\r\n".encode("latin-1", "replace"),
        answer.body[:cap],
    )


def _error(answer: Answer, code: int) -> str | None:
    if answer.problem is None:
        return None
    return f"{'after its answer ' if code < 500 else ''}{_in_words(answer.problem)}"


def _in_words(problem: Exception) -> str:
    return f"the app {problem if isinstance(problem, NoAnswerError) else in_short(problem)}"


def not_answered(request: Request, why: str) -> Exchange:
    """Return the end of a request that nobody waits for any more."""
    headers = headers_of(request)
    return Exchange(OTHER, None, why, Timings(), headers, b"", b"")
