"""What requests must share to share a connection."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urlsplit

__all__ = ["origin"]


@lru_cache(maxsize=4096)
def origin(url: str) -> str:
    """Return the scheme, host and port of a URL: what shares connections.

    >>> origin("http://user:secret@127.0.0.1:5000/sms?x=1")
    'http://127.0.0.1:5000'
    """
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
