"""Before anything is sent: whose machine a receiver is on, and whether it listens."""

from __future__ import annotations

import os
import socket
import ssl
from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

import certifi

from mohook.delivery.transports.addresses import AddressRule
from mohook.directory.webhook_url import require_webhook_url
from mohook.errors import UnreachableError
from mohook.masking import masked_url
from mohook.settings import Settings
from pytest_mohook.check.errors import ForeignHostError

__all__ = ["require_reach"]

_PATIENCE = 5.0  # seconds
_CHECK = "a check stores messages there and sends what no provider sends"
_STORM = "a storm stores as many messages there as it can send, and may be more than it bears"


def require_reach(url: str, settings: Settings, *, is_storm: bool = False) -> None:
    """Return where the receiver may be checked, or take a storm, and listens.

    Raises WebhookError for what is no URL; ForeignHostError unless every address of the host is
    this machine's own, or named in `serve.allow_host`, and says what would be done to it;
    UnreachableError where nobody takes a connection.
    """
    parts = urlsplit(require_webhook_url(url))
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    addresses = _addresses(host, port, url)
    rule = AddressRule(settings.serve.allow_host)
    foreign = [each for each in addresses if not (_is_own(each) or rule.names(host, each))]
    if foreign:
        msg = (
            f"{masked_url(url)} is on another machine ({foreign[0]}): "
            f"{_STORM if is_storm else _CHECK}. Expected an address of this machine, such "
            f"as http://127.0.0.1:5000/sms; where it is meant, say so: --allow-host {host}"
        )
        raise ForeignHostError(msg)
    _connect(host, port, url, settings)


def _addresses(host: str, port: int, url: str) -> list[str]:
    """Return every address that a name stands for: each may be the one that is connected to."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as problem:
        msg = f"{masked_url(url)}: the host name {host!r} is not found ({problem})"
        raise UnreachableError(msg) from None
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def _is_own(address: str) -> bool:
    ip = ip_address(address.partition("%")[0])
    mapped = ip.ipv4_mapped if isinstance(ip, IPv6Address) else None
    return (mapped or ip).is_loopback


def _connect(host: str, port: int, url: str, settings: Settings) -> None:
    try:
        connection = socket.create_connection((host, port), timeout=_PATIENCE)
    except OSError as problem:
        why = problem.strerror or problem
        msg = f"nobody listens at {masked_url(url)} ({why}): start the receiver, or look at its URL"
        raise UnreachableError(msg) from None
    with connection:
        if urlsplit(url).scheme == "https":
            _shake_hands(connection, host, url, settings)


def _shake_hands(connection: socket.socket, host: str, url: str, settings: Settings) -> None:
    place = f"{masked_url(url)}: no secure connection"
    try:
        _context(settings).wrap_socket(connection, server_hostname=host).close()
    except ssl.SSLCertVerificationError as problem:
        msg = (
            f"{place} ({problem.verify_message}): name the certificate's authority in "
            "SSL_CERT_FILE, or take any with --insecure"
        )
        raise UnreachableError(msg) from None
    except OSError as problem:
        why = getattr(problem, "reason", None) or problem.strerror or problem
        msg = f"{place} ({why}): if the receiver speaks no TLS, begin its URL with http://"
        raise UnreachableError(msg) from None


def _context(settings: Settings) -> ssl.SSLContext:
    if not settings.serve.insecure:
        return ssl.create_default_context(cafile=os.environ.get("SSL_CERT_FILE") or certifi.where())
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
