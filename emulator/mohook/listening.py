"""Where the emulator listens, and the URL under which a program on this machine finds it there."""

from __future__ import annotations

from collections.abc import Mapping

from mohook.settings import ServeSettings

__all__ = ["DEFAULT_URL", "EVERY_ADDRESS", "url_at"]

EVERY_ADDRESS: Mapping[str, str] = {
    "": "127.0.0.1",
    "0.0.0.0": "127.0.0.1",  # noqa: S104 - recognized, not bound
    "::": "::1",
}
"""The hosts that mean every address of a machine, each with one that can be called."""


def url_at(host: str, port: int) -> str:
    """Return the URL of what listens on `host` and `port`.

    >>> url_at("0.0.0.0", 7670), url_at("::", 80)
    ('http://127.0.0.1:7670', 'http://[::1]:80')
    """
    name = EVERY_ADDRESS.get(host, host)
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


DEFAULT_URL = url_at(ServeSettings().host, ServeSettings().port)
"""Where `mohook serve` listens when nothing else is said."""
