"""Who calls a mounted app, and on which loop: one host for each app."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from mohook.delivery.transports import wsgi
from mohook.delivery.transports.transport import Exchange, Request
from mohook.errors import WebhookError

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

__all__ = ["Host", "Manner", "WsgiHost"]


class Manner(NamedTuple):
    """How one mount of an app is served, as `InProcessTransport.mount` takes it."""

    concurrent: bool = False
    lifespan: bool | None = None


class Host(Protocol):
    """Serves one app. Several requests at once are copies of the same one."""

    @property
    def away(self) -> bool:
        """Whether the app runs on a caller's loop just now, bound to it."""

    def start(self, *, required: bool) -> None:
        """Run the app's startup now, unless it has started or has none."""

    def lifespan(self) -> AbstractAsyncContextManager[dict[str, Any]]:
        """Run the app's startup and shutdown on the caller's loop; gives the app's state."""

    def exchanges(self, requests: Sequence[Request], manner: Manner) -> list[Exchange]:
        """Call the app from code without a loop; return what came of each request."""

    async def exchanges_awaited(
        self, requests: Sequence[Request], manner: Manner
    ) -> list[Exchange]:
        """Call the app from code on a loop, which stays free."""

    def close(self) -> None:
        """Shut the app down."""


class WsgiHost:
    """Calls a WSGI app in the caller's thread; from a loop, in a worker thread.

    Copies go one after the other, because a database's connection is often bound to one
    thread in tests; or, when `concurrent`, in threads of their own, in lockstep.
    """

    away = False

    def __init__(self, app: WSGIApplication, cap: int) -> None:
        self._app = app
        self._cap = cap

    def start(self, *, required: bool) -> None:
        """Do nothing; raise WebhookError when a lifespan is required."""
        if required:
            raise self._no_lifespan()

    def lifespan(self) -> AbstractAsyncContextManager[dict[str, Any]]:
        """Raise WebhookError: a WSGI app has no lifespan."""
        raise self._no_lifespan()

    def _no_lifespan(self) -> WebhookError:
        return WebhookError(f"{self._app!r} is a WSGI app: it has no lifespan; go without")

    def exchanges(self, requests: Sequence[Request], manner: Manner) -> list[Exchange]:
        """Call the app for each request."""
        if len(requests) == 1 or not manner.concurrent:
            return [self._exchange(request, manner) for request in requests]
        from mohook.delivery.transports.lockstep import run_in_lockstep

        return run_in_lockstep([partial(self._exchange, request, manner) for request in requests])

    def _exchange(self, request: Request, manner: Manner) -> Exchange:
        return wsgi.exchange(self._app, request, self._cap, threads=manner.concurrent)

    async def exchanges_awaited(
        self, requests: Sequence[Request], manner: Manner
    ) -> list[Exchange]:
        """Call the app for each request in a worker thread."""
        import anyio.to_thread

        return await anyio.to_thread.run_sync(
            self.exchanges, requests, manner, abandon_on_cancel=True
        )

    def close(self) -> None:
        """Do nothing: a WSGI app has no shutdown."""
