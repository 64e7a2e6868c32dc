"""One transport made of two: apps in this process, and everything else over real HTTP."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

from mohook.delivery.transports.in_process import InProcessTransport
from mohook.delivery.transports.transport import Exchange, Request, Transport

__all__ = ["Switchboard"]

Token = TypeVar("Token")


class Switchboard(Generic[Token]):
    """Sends to a mounted app, or else over HTTP by a transport that is made when first needed."""

    def __init__(
        self, apps: InProcessTransport[Token], http: Callable[[], Transport[Token]]
    ) -> None:
        self._apps = apps
        self._make_http = http
        self._http: Transport[Token] | None = None
        self._making = Lock()
        self._parked: list[tuple[Token, Exchange]] = []
        self._waiting = Lock()

    @property
    def in_flight(self) -> int:
        """How many requests were started and have not been handed back by `wait`."""
        over_http = self._http.in_flight if self._http else 0
        return self._apps.in_flight + over_http + len(self._parked)

    def start(self, request: Request, token: Token) -> None:
        """Begin a request on the transport that serves its URL."""
        if self._apps.serves(request.url):
            self._apps.start(request, token)
        else:
            (self._http or self._over_http()).start(request, token)

    def _over_http(self) -> Transport[Token]:
        with self._making:
            if self._http is None:
                self._http = self._make_http()
            return self._http

    def wait(self, timeout: float | None) -> list[tuple[Token, Exchange]]:
        """Return what has ended in either; block only for HTTP."""
        if self._parked:
            parked, self._parked = self._parked, []
            return parked
        ended = self._apps.wait(0)
        if self._http is None and (ended or timeout == 0):
            return ended
        return ended + self._over_http().wait(0 if ended else timeout)

    async def until_ready(self) -> None:
        """Await until `wait(0)` has something to hand back; the caller's loop stays free."""
        if self._apps.in_flight:
            await self._apps.until_ready()
        elif self._http and self._http.in_flight and not self._parked:
            await self._until_http(self._http)

    async def _until_http(self, http: Transport[Token]) -> None:
        """Let a worker thread wait; when cancelled, see it leave, for HTTP is one thread's."""
        import anyio.to_thread

        wanted = True

        def wait() -> None:
            with self._waiting:
                if wanted:
                    self._parked += http.wait(None)

        try:
            await anyio.to_thread.run_sync(wait, abandon_on_cancel=True)
        finally:
            wanted = False
            if self._waiting.locked():
                http.wake()
            with self._waiting:
                pass

    def wake(self) -> None:
        """Make a `wait` in another thread return soon, also one that is just about to begin."""
        self._over_http().wake()

    def close(self) -> None:
        """Free both; raise LifespanError when an app does not shut down well."""
        self._parked.clear()
        if self._http:
            self._http.close()
        self._apps.close()
