"""Who may call: programs and pages of this machine, never a page from elsewhere.

A page of another site that a developer has open must neither read nor move the emulator. It
could do so under a name that it points at this machine (DNS rebinding), which is why the Host
counts on every path, and by posting across sites, which is why the Origin counts where
something changes.
"""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from flask import Response, request

from mohook.listening import EVERY_ADDRESS
from mohook.server.current import emulator
from mohook.server.problems import ProblemError

__all__ = ["guard", "harden", "is_own_host"]

_READING = {"GET", "HEAD", "OPTIONS"}


def guard() -> None:
    """Refuse the request, with 421 or 403, unless it comes from here."""
    given = request.environ.get("HTTP_HOST", "")
    if not is_own_host(_name(given), emulator().settings.serve.host):
        msg = (
            f"the Host is {given!r}: expected localhost, a loopback address or the address that "
            "the emulator was started on with --host"
        )
        raise ProblemError(421, msg, kind="foreign-host")
    if request.method not in _READING and _crosses_sites(given):
        msg = (
            "a page of another origin may not change anything here: call from a program, or "
            "from the emulator's own page"
        )
        raise ProblemError(403, msg, kind="foreign-origin")


def harden(answer: Response) -> Response:
    """Let no browser guess at an answer's type, and none keep one: the state moves on."""
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def is_own_host(name: str, bound: str) -> bool:
    """Whether a Host of this name can only mean this emulator, bound to the host `bound`.

    Bound to every address, it is also called by address, and by names without a dot, as
    containers call each other: no page elsewhere can point either at another machine.

    >>> is_own_host("127.0.0.1", "127.0.0.1"), is_own_host("evil.example", "127.0.0.1")
    (True, False)
    """
    name = name.lower().rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    address = _address(name)
    if address is not None and address.is_loopback:
        return True
    if bound in EVERY_ADDRESS:
        return address is not None or (name != "" and "." not in name)
    return name != "" and name == bound.lower().rstrip(".")


def _crosses_sites(host: str) -> bool:
    origin = request.headers.get("Origin")
    if origin is not None:
        # Not the whole origin: a proxy that ends TLS changes the scheme.
        return _authority(origin) != host.lower()
    return request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin")


def _authority(origin: str) -> str:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""


def _name(host: str) -> str:
    """Return the name in a Host header, without port and brackets; empty for a malformed one."""
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port
    except ValueError:
        return ""
    return (parts.hostname or "") if parts.netloc == host and "@" not in host else ""


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None
