"""Calls a WSGI or ASGI app in the caller's thread: no sockets, no waiting."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from time import perf_counter
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from urllib.parse import unquote_to_bytes, urlsplit

from mohook.delivery.message import Timings
from mohook.delivery.origin import origin
from mohook.delivery.outcome import TOO_LARGE, in_words
from mohook.delivery.transports.headers import request_headers
from mohook.delivery.transports.transport import Exchange, Headers, Request
from mohook.errors import WebhookError

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["App", "InProcessTransport"]

Token = TypeVar("Token")
Event = dict[str, Any]
_PROBLEM = "mohook.problem"
App = Callable[..., Any]
"""A WSGI app, `(environ, start_response)`, or an ASGI app, `async (scope, receive, send)`."""


class InProcessTransport(Generic[Token]):
    """Delivers to apps that were mounted on origins such as `http://app-1.test`.

    There is no time limit here: the app runs in the caller's thread until it returns.
    An exception out of the app, or no whole answer, counts as the 500 that its server would
    have answered.
    """

    def __init__(self, *, answer_cap: int = 1_048_576) -> None:
        self._apps: dict[str, WSGIApplication] = {}
        self._ended: list[tuple[Token, Exchange]] = []
        self._answer_cap = answer_cap

    def mount(self, app: App) -> str:
        """Give the app an origin and return it."""
        if not callable(app):
            msg = f"{app!r}: expected a WSGI or ASGI app, which is a callable; pass the app itself"
            raise WebhookError(msg)
        origin = f"http://app-{len(self._apps) + 1}.test"
        self._apps[origin] = _as_wsgi(app)
        return origin

    def serves(self, url: str) -> bool:
        """Whether an app is mounted on the origin of this URL."""
        return bool(self._apps) and origin(url) in self._apps

    @property
    def in_flight(self) -> int:
        """How many requests have ended and were not yet handed back."""
        return len(self._ended)

    def start(self, request: Request, token: Token) -> None:
        """Call the app now and keep what it answered."""
        self._ended.append((token, self._call(request)))

    def wait(self, timeout: float | None) -> list[tuple[Token, Exchange]]:  # noqa: ARG002 - the seam's shape
        """Return all that was started since the last call."""
        ended, self._ended = self._ended, []
        return ended

    def wake(self) -> None:
        """Do nothing: `wait` never blocks here."""

    def close(self) -> None:
        """Forget what has ended."""
        self._ended.clear()

    def _call(self, request: Request) -> Exchange:
        from werkzeug.test import run_wsgi_app

        headers = request_headers(request.url, len(request.body))
        started = perf_counter()
        try:
            chunks, status, answer_headers = run_wsgi_app(
                self._apps[origin(request.url)], _environ(request, headers)
            )
            body = _read(chunks, self._answer_cap)
            code = int(status.split(" ", 1)[0])
        except Exception as problem:  # noqa: BLE001 - whatever an app raises is its answer
            return _crashed(problem, headers, perf_counter() - started)
        whole = len(body) <= self._answer_cap
        head = "".join(f"{name}: {value}\r\n" for name, value in answer_headers.items())
        return Exchange(
            str(code) if whole else TOO_LARGE,
            code,
            None if whole else in_words(TOO_LARGE),
            Timings(total=perf_counter() - started),
            headers,
            f"HTTP/1.1 {status}\r\n{head}\r\n".encode("latin-1", "replace"),
            body[: self._answer_cap],
        )


def _as_wsgi(app: App) -> WSGIApplication:
    if not _is_asgi(app):
        return app
    from a2wsgi import ASGIMiddleware

    middleware = ASGIMiddleware(_telling(app))

    def wrapped(environ: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
        yield from middleware(environ, start_response)  # type: ignore[arg-type] # a TypedDict
        if problem := environ.get(_PROBLEM):
            raise problem

    return wrapped


def _is_asgi(app: App) -> bool:
    return inspect.iscoroutinefunction(app) or inspect.iscoroutinefunction(type(app).__call__)


def _telling(app: App) -> App:
    """Return an ASGI app that tells what went wrong in the WSGI environ.

    To end without an answer is to raise, or a2wsgi would wait on. It also drops what is raised
    after a part of the answer, now and then.
    """

    async def telling(scope: Event, receive: App, send: App) -> None:
        answered = False

        async def noting(event: Event) -> None:
            nonlocal answered
            answered |= event["type"] == "http.response.body" and not event.get("more_body")
            await send(event)

        try:
            await app(scope, receive, noting)
            _require_answer(answered)
        except Exception as problem:
            scope["wsgi_environ"][_PROBLEM] = problem
            raise

    return telling


def _require_answer(answered: bool) -> None:
    if not answered:
        msg = "it returned without a whole answer"
        raise RuntimeError(msg)


def _environ(request: Request, headers: Headers) -> dict[str, Any]:
    from werkzeug.test import create_environ

    parts = urlsplit(request.url)
    path = parts.path or "/"
    environ = create_environ(
        query_string=parts.query,
        base_url=origin(request.url),
        method="POST",
        data=request.body,
        headers=list(headers),
    )
    # Set by hand: Werkzeug would take the first part of `//a/b` for a host.
    environ["PATH_INFO"] = unquote_to_bytes(path).decode("latin-1")
    environ["REQUEST_URI"] = environ["RAW_URI"] = path + (f"?{parts.query}" if parts.query else "")
    return environ


def _read(chunks: Iterable[bytes], cap: int) -> bytes:
    """Return the answer's body, or what has come when it is larger than the cap."""
    body = bytearray()
    with ExitStack() as closing:
        if close := getattr(chunks, "close", None):
            closing.callback(close)
        for chunk in chunks:
            body += chunk
            if len(body) > cap:
                break
    return bytes(body)


def _crashed(problem: Exception, headers: Headers, seconds: float) -> Exchange:
    text = f"the app raised {type(problem).__name__}: {problem}"
    return Exchange("500", 500, text, Timings(total=seconds), headers, b"", b"")
