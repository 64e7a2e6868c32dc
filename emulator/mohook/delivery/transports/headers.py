"""The headers of a delivery, the same over the wire and in process."""

from __future__ import annotations

from base64 import b64encode
from functools import lru_cache
from urllib.parse import unquote, urlsplit

import mohook
from mohook.delivery.transports.transport import Headers

__all__ = ["USER_AGENT", "request_headers"]

USER_AGENT = f"mohook/{mohook.__version__}"


@lru_cache(maxsize=4096)
def request_headers(url: str, length: int) -> Headers:
    """Return the headers that libcurl sends for a POST of `length` bytes, in its order."""
    return (*_fixed_headers(url), ("Content-Length", str(length)))


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
