"""Between HTTP and an app of this process: a request as the transports make it, and its answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from mohook.delivery.transports.answer import status_line
from mohook.delivery.transports.mounts import Mounts
from mohook.delivery.transports.transport import Exchange, Headers, Request

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["front", "headers_in", "new_mounts"]

_CAP = 64 * 1024 * 1024  # bytes of an answer's body; who asks has a cap of his own, far below
_STARTUP = 10.0  # seconds for an app's startup, and for its shutdown

_UNPREFIXED = {"CONTENT_TYPE", "CONTENT_LENGTH"}
_HOPS = {"connection", "keep-alive", "transfer-encoding"}
"""Headers that only the server itself may set (RFC 9110, 7.6.1; PEP 3333)."""


def new_mounts() -> Mounts:
    """Return an empty place for apps that are served by HTTP."""
    return Mounts(_CAP, _STARTUP)


def front(answer: Callable[[Request], Exchange]) -> WSGIApplication:
    """Return a WSGI app that answers as `answer` does.

    Where there is no answer, it is the 500 of a server, and says what went wrong.
    """

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        exchange = answer(_request(environ))
        status, headers = _head(exchange)
        body = exchange.response_body or (exchange.error or "").encode()
        start_response(status, headers)
        return [body]

    return app


def _request(environ: WSGIEnvironment) -> Request:
    target = environ["REQUEST_URI"]  # as it was on the wire, which PATH_INFO is not
    return Request(
        f"http://{environ.get('HTTP_HOST', '127.0.0.1')}{target if target[0] == '/' else '/'}",
        environ["wsgi.input"].read(),
        environ["REQUEST_METHOD"],
        headers_in(environ),
    )


def headers_in(environ: WSGIEnvironment) -> Headers:
    """Return the headers of a request, by names such as `Content-Type`."""
    named = {
        name.removeprefix("HTTP_").replace("_", "-").title(): value
        for name, value in environ.items()
        if name.startswith("HTTP_") or (name in _UNPREFIXED and value)
    }
    return tuple(named.items())


def _head(exchange: Exchange) -> tuple[str, list[tuple[str, str]]]:
    """Return the status and the headers of an answer."""
    first, *lines = exchange.response_head.decode("latin-1").split("\r\n")
    if not first:
        return status_line(exchange.status_code or 500), []
    pairs = (line.partition(":") for line in lines if line)
    headers = [(name.strip(), value.strip()) for name, _, value in pairs]
    return first.partition(" ")[2], [each for each in headers if each[0].lower() not in _HOPS]
