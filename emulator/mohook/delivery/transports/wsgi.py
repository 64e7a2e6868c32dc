"""Calls a WSGI app as a server would (PEP 3333)."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable
from functools import lru_cache
from io import BytesIO
from time import perf_counter
from types import TracebackType
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes, urlsplit

from mohook.delivery.transports.answer import Answer, NoAnswerError, exchange_of
from mohook.delivery.transports.headers import headers_of
from mohook.delivery.transports.transport import Exchange, Headers, Request

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

__all__ = ["call", "exchange"]

ExcInfo = tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None]
_STATUS = re.compile(r"[1-9]\d\d( .*)?")
_NO_PREFIX = {"CONTENT_TYPE", "CONTENT_LENGTH"}


def exchange(
    app: WSGIApplication, request: Request, cap: int, *, threads: bool = False
) -> Exchange:
    """Call the app in this thread and return what came of it; what it raises is its 500."""
    started = perf_counter()
    answer: Answer | Exception
    try:
        answer = call(app, request, cap, threads=threads)
    except Exception as problem:  # noqa: BLE001 - whatever an app raises is its answer
        answer = problem
    return exchange_of(request, answer, perf_counter() - started, cap)


def call(app: WSGIApplication, request: Request, cap: int, *, threads: bool = False) -> Answer:
    """Return what the app answers; reading ends as soon as the body is larger than `cap` bytes.

    `threads` tells the app that others may call it at the same time. Raises NoAnswerError
    for a part of an answer, and whatever the app raises.
    """
    response = _Response()
    chunks = app(_environ(request, threads), response.start)
    try:
        for chunk in chunks:
            response.write(chunk)
            if len(response.body) > cap:
                break
        response.require_start()
    finally:
        problem = _closed(chunks)
    return Answer(response.status, response.headers, bytes(response.body), problem)


class _Response:
    """What `start_response` and the app's iterable tell."""

    def __init__(self) -> None:
        self.status = ""
        self.headers: Headers = ()
        self.body = bytearray()

    def start(
        self, status: str, headers: list[tuple[str, str]], exc_info: ExcInfo | None = None, /
    ) -> Callable[[bytes], object]:
        """Take status and headers, a second time only with `exc_info` and before the body."""
        if exc_info and exc_info[1] and self.body:
            raise exc_info[1].with_traceback(exc_info[2])
        if self.status and not exc_info:
            msg = "start_response was called a second time, without exc_info"
            raise RuntimeError(msg)
        if not _STATUS.fullmatch(status):
            msg = f"status {status!r}: expected a code and a reason, such as '200 OK'"
            raise ValueError(msg)
        self.status, self.headers = status, tuple(headers)
        return self.write

    def write(self, chunk: bytes) -> None:
        """Take a part of the body."""
        if not isinstance(chunk, bytes):
            msg = f"the body holds {chunk!r:.50}: expected bytes"
            raise TypeError(msg)
        if chunk:
            self.require_start()
        self.body += chunk

    def require_start(self) -> None:
        """Raise NoAnswerError where status and headers are missing."""
        if not self.status:
            msg = "answered without calling start_response"
            raise NoAnswerError(msg)


def _closed(chunks: Iterable[bytes]) -> Exception | None:
    """Tell the app that its answer is done with; return what it raises then."""
    try:
        if close := getattr(chunks, "close", None):
            close()
    except Exception as problem:  # noqa: BLE001 - told with the answer
        return problem
    return None


def _environ(request: Request, threads: bool) -> WSGIEnvironment:
    return {
        **_fixed(request.url),
        **_variables(headers_of(request)),
        "REQUEST_METHOD": request.method,
        "wsgi.input": BytesIO(request.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": threads,
    }


@lru_cache(maxsize=4096)
def _variables(headers: Headers) -> dict[str, str]:
    """Return the headers as CGI names them."""
    named = ((name.upper().replace("-", "_"), value) for name, value in headers)
    return {name if name in _NO_PREFIX else f"HTTP_{name}": value for name, value in named}


@lru_cache(maxsize=4096)
def _fixed(url: str) -> dict[str, Any]:
    """Return what every request to this URL has; `REQUEST_URI` and `RAW_URI` are usual extras."""
    parts = urlsplit(url)
    path = parts.path or "/"
    target = f"{path}?{parts.query}" if parts.query else path
    return {
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": parts.query,
        "REQUEST_URI": target,
        "RAW_URI": target,
        "SERVER_NAME": parts.hostname or "",
        "SERVER_PORT": str(parts.port or 80),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": parts.scheme,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
