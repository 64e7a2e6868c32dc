"""The headers of a delivery, the same over the wire and in process."""

from __future__ import annotations

from base64 import b64encode
from functools import lru_cache
from urllib.parse import unquote, urlsplit

import mohook
from mohook.delivery.transports.transport import Headers, Request

__all__ = ["USER_AGENT", "header", "headers_of", "request_headers"]

USER_AGENT = f"mohook/{mohook.__version__}"


def headers_of(request: Request) -> Headers:
    """Return the headers of a request: its own, or those of a delivery."""
    if request.headers is not None:
        return request.headers
    return request_headers(request.url, len(request.body))


def header(line: str) -> tuple[str, str]:
    """Return the name and the value of a header as a setting has it.

    >>> header("X-Api-Key: 7")
    ('X-Api-Key', '7')
    """
    name, _, value = line.partition(":")
    return name, value.strip()


@lru_cache(maxsize=4096)
def request_headers(url: str, length: int, added: Headers = ()) -> Headers:
    """Return the headers that libcurl sends for a POST of `length` bytes, in its order.

    Those `added` stand in the place of others of the same name.
    """
    named = {name.lower() for name, _ in added}
    own = (each for each in _fixed_headers(url) if each[0].lower() not in named)
    return (*own, *added, ("Content-Length", str(length)))


@lru_cache(maxsize=4096)
def _fixed_headers(url: str) -> Headers:
    parts = urlsplit(url)
    return (
        ("Host", _host(parts.scheme, parts.netloc.rpartition("@")[2])),
        *_authorization(parts.username, parts.password),
        ("User-Agent", USER_AGENT),
        ("Accept", "*/*"),
        ("Content-Type", "application/json"),
    )


def _authorization(username: str | None, password: str | None) -> Headers:
    if username is None:
        return ()
    pair = f"{unquote(username)}:{unquote(password or '')}".encode()
    return (("Authorization", f"Basic {b64encode(pair).decode()}"),)


def _host(scheme: str, host: str) -> str:
    standard = ":443" if scheme == "https" else ":80"
    return host.removesuffix(standard)
