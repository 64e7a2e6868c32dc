"""An app of this process on a real socket, for as long as somebody needs it there."""

from __future__ import annotations

from typing import Self

from mohook.delivery.transports.hosts import Manner
from mohook.delivery.transports.mounts import App
from mohook.delivery.transports.transport import Exchange, Request
from pytest_mohook.harness.serving.front import front, new_mounts
from pytest_mohook.harness.serving.listener import AT_ONCE, Listener

__all__ = ["Hosted"]


class Hosted:
    """Serves a WSGI or ASGI app by HTTP until it is closed; `url` tells where.

    It is served as soon as it is made, on a port of its own. With `concurrent` a WSGI app is
    called from many threads at once, else by one at a time; an ASGI app runs on a loop of its
    own. `lifespan` True demands that an ASGI app has one, False runs none, None runs it where
    there is one. Raises WebhookError for what is no app, LifespanError for a startup that fails.

    >>> from wsgiref.simple_server import demo_app
    >>> with Hosted(demo_app) as hosted:
    ...     hosted.url.startswith("http://127.0.0.1:")
    True
    """

    def __init__(self, app: App, *, concurrent: bool = True, lifespan: bool | None = None) -> None:
        self._mounts = new_mounts()
        self._host = self._mounts.host(app)
        self._manner = Manner(concurrent, lifespan)
        if lifespan is not False:
            self._start(required=bool(lifespan))
        self._listener = Listener(front(self._exchange), AT_ONCE if concurrent else 1)
        self.url: str = self._listener.url

    def _start(self, *, required: bool) -> None:
        try:
            self._host.start(required=required)
        except BaseException:
            self._mounts.close()
            raise

    def _exchange(self, request: Request) -> Exchange:
        [exchange] = self._host.exchanges([request], self._manner)
        return exchange

    def close(self) -> None:
        """Stop serving at once, and shut an ASGI app down. Raises LifespanError if that fails."""
        self._listener.close()
        self._mounts.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
