"""One POST after the other to one receiver, thousands at a time, and how each ended."""

from __future__ import annotations

import errno
import os
import ssl
from typing import Final, NamedTuple
from urllib.parse import urlsplit

import certifi
import gevent
from gevent import socket
from gevent.ssl import SSLContext
from geventhttpclient import HTTPClient
from geventhttpclient.response import HTTPConnectionClosed, HTTPParseError, HTTPSocketPoolResponse

from mohook.delivery import outcome
from mohook.delivery.transports.addresses import AddressRule
from mohook.delivery.transports.headers import header, request_headers
from mohook.masking import masked_url
from mohook.settings import Settings
from pytest_mohook.check.errors import ForeignHostError
from pytest_mohook.check.reach import require_reach

__all__ = ["Posted", "Poster"]

_PATIENCE: Final = 5.0  # seconds
_BLOCK: Final = 65_536
_UNREACHABLE: Final = {errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ENETDOWN, errno.EHOSTDOWN}


class Posted(NamedTuple):
    """How one request ended: a status as text or a named failure, and the size of the answer."""

    outcome: str
    status: int | None
    length: int


class Poster:
    """Posts to `url` as the emulator does: the same headers, time limit, caps and address rule.

    The name is looked up once: what is connected to is the address that was found allowed.
    At most `connections` requests are in flight; others wait for their turn. Redirects are not
    followed, and no request is repeated. Raises what `require_reach` raises.
    """

    def __init__(self, url: str, settings: Settings, *, connections: int) -> None:
        require_reach(url, settings, is_storm=True)
        parts = urlsplit(url)
        host, secure = parts.hostname or "", parts.scheme == "https"
        port = parts.port or (443 if secure else 80)
        self._limit = settings.delivery.time_limit.total_seconds()
        self._cap = settings.serve.answer_cap
        self._target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        added = tuple(map(header, settings.serve.headers))
        fields = dict(request_headers(url, 0, added))
        del fields["Content-Length"]  # it is told for each body
        self._client = HTTPClient(
            _address(url, host, port, settings),
            port,
            headers=fields,
            concurrency=connections,
            connection_timeout=self._limit,
            network_timeout=self._limit,
            insecure=settings.serve.insecure,
            ssl=secure,
            ssl_options=_tls(host) if secure else None,
            ssl_context_factory=_any_certificate if settings.serve.insecure else None,
        )

    def post(self, body: bytes) -> Posted:
        """Make one request and read the answer whole; return how it ended."""
        try:
            with gevent.Timeout(self._limit):
                response = self._client.request("POST", self._target, body=body)
                return self._read(response)
        except gevent.Timeout:
            return Posted(outcome.TIMEOUT, None, 0)
        except (OSError, HTTPParseError) as problem:
            return Posted(_failure(problem), None, 0)

    def _read(self, response: HTTPSocketPoolResponse) -> Posted:
        length = len(response.read(_BLOCK))
        while not response.message_complete or length > self._cap:
            if length > self._cap:
                response.release()
                return Posted(outcome.TOO_LARGE, response.status_code, length)
            length += len(response.read(_BLOCK))
        length += len(response.read())
        return Posted(str(response.status_code), response.status_code, length)


def _address(url: str, host: str, port: int, settings: Settings) -> str:
    """Return the address that answers under a name, where it may be delivered to."""
    with socket.create_connection((host, port), timeout=_PATIENCE) as connection:
        address = str(connection.getpeername()[0])
    if not AddressRule(settings.serve.allow_host).allows(host, address):
        msg = (
            f"{masked_url(url)} is now at {address}, which is not allowed: expected a loopback or "
            f"private address; where it is meant, say so: --allow-host {host}"
        )
        raise ForeignHostError(msg)
    return address


def _tls(host: str) -> dict[str, object]:
    authorities = os.environ.get("SSL_CERT_FILE") or certifi.where()
    return {"server_hostname": host, "ca_certs": authorities}


def _any_certificate(cafile: str | None = None) -> SSLContext:
    del cafile
    context = SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _failure(problem: Exception) -> str:
    """Return the named failure that an exception stands for."""
    if isinstance(problem, TimeoutError):
        return outcome.TIMEOUT
    if isinstance(problem, ssl.SSLError):
        return outcome.TLS
    if isinstance(problem, ConnectionRefusedError):
        return outcome.REFUSED
    if isinstance(problem, ConnectionError | HTTPConnectionClosed):
        return outcome.RESET
    if isinstance(problem, HTTPParseError):
        return outcome.MALFORMED
    known = getattr(problem, "errno", None) in _UNREACHABLE
    return outcome.UNREACHABLE if known else outcome.OTHER
