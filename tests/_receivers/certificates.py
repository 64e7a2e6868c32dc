"""Certificates that no sender should trust, made on the spot by trustme."""

from __future__ import annotations

import functools
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme

__all__ = ["authority", "expired", "for_another_name", "trusted_by", "unknown_authority"]


@functools.cache
def authority() -> trustme.CA:
    """Return the one authority of this process; nobody trusts it unless told to."""
    return trustme.CA()


def trusted_by(folder: Path) -> Path:
    """Write the authority's own certificate into `folder`, for a sender to be told to trust it."""
    path = folder / "authority.pem"
    authority().cert_pem.write_to_path(path)
    return path


@functools.cache
def unknown_authority() -> ssl.SSLContext:
    """Return a server's context that is right in all but its issuer, whom nobody knows."""
    return _context(authority().issue_cert("127.0.0.1"))


@functools.cache
def expired() -> ssl.SSLContext:
    """Return a server's context whose certificate ran out yesterday."""
    yesterday = datetime.now(UTC) - timedelta(days=1)
    cert = authority().issue_cert(
        "127.0.0.1", not_before=yesterday - timedelta(days=1), not_after=yesterday
    )
    return _context(cert)


@functools.cache
def for_another_name() -> ssl.SSLContext:
    """Return a server's context whose certificate names another host."""
    return _context(authority().issue_cert("elsewhere.example"))


def _context(cert: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    cert.configure_cert(context)
    return context
