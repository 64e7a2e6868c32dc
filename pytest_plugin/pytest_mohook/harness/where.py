"""Where a server serves that a test has started itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

__all__ = ["Serving", "served_at"]


class Serving(Protocol):
    """A server that tells its URL, as the `live_server` of pytest-django or pytest-flask does."""

    @property
    def url(self) -> str | Callable[[], str]:
        """Where it serves: a text, or a function that returns one."""


def served_at(app: object) -> str | None:
    """Return where a server says that it serves, or the URL itself; None for what tells none.

    What can be called is an app, also where it has a `url`.
    """
    if isinstance(app, str):
        return app
    if callable(app):
        return None
    url = getattr(app, "url", None)
    if callable(url):
        url = url()
    return url if isinstance(url, str) else None
