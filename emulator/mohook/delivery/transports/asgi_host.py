"""Serves an ASGI app: on a loop of our own, or on the caller's."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import anyio

from mohook.delivery.transports import asgi
from mohook.delivery.transports.hosts import Manner
from mohook.delivery.transports.lifespan import Lifespan
from mohook.delivery.transports.own_loop import OwnLoop
from mohook.delivery.transports.transport import Exchange, Request
from mohook.errors import ConflictError, LifespanError

__all__ = ["AsgiHost"]


class AsgiHost:
    """Calls an ASGI app on the loop on which it started: what it opened then is bound to that.

    It starts on the own loop, by `start` or with the first request from code without a loop;
    or on the caller's, for as long as `lifespan` is entered. An app that has not started is
    awaited on the caller's loop without a lifespan. Copies always run at the same time.
    """

    def __init__(
        self, app: asgi.ASGIApplication, cap: int, own_loop: OwnLoop, seconds: float
    ) -> None:
        self._app = app
        self._cap = cap
        self._own_loop = own_loop
        self._seconds = seconds
        self._asked = False
        self._lifespan: Lifespan | None = None
        self.away = False  # the lifespan runs on a caller's loop

    def start(self, *, required: bool) -> None:
        """Run the app's startup on the own loop, unless it has started.

        Raises LifespanError when it fails, or when it is `required` and there is none.
        """
        if self._lifespan or (self._asked and not required):
            return
        lifespan = Lifespan(self._app, self._seconds)
        if self._own_loop.run(lifespan.start):
            self._lifespan = lifespan
        elif required:
            raise self._none(lifespan)
        self._asked = True

    def _none(self, lifespan: Lifespan) -> LifespanError:
        return LifespanError(
            f"{self._app!r} has no lifespan ({lifespan.why_none()}); "
            "go without lifespan=True and `aio.lifespan`"
        )

    @property
    def _state(self) -> asgi.State | None:
        return self._lifespan.state if self._lifespan else None

    def exchanges(self, requests: Sequence[Request], manner: Manner) -> list[Exchange]:
        """Call the app on the own loop, and start it there before."""
        if self.away:
            msg = (
                f"{self._app!r} runs on the loop of `aio.lifespan`, which cannot go on while this "
                "call waits; await the same call of `aio` instead"
            )
            raise ConflictError(msg)
        if manner.lifespan is not False:
            self.start(required=False)
        return self._own_loop.run(asgi.exchanges, self._app, requests, self._cap, self._state)

    async def exchanges_awaited(
        self,
        requests: Sequence[Request],
        manner: Manner,  # noqa: ARG002 - the host's shape
    ) -> list[Exchange]:
        """Call the app on the caller's loop, or where it has started."""
        given = (self._app, requests, self._cap, self._state)
        if self._lifespan and not self.away:
            return await self._own_loop.run_awaited(asgi.exchanges, *given)
        return await asgi.exchanges(*given)

    @asynccontextmanager
    async def lifespan(self) -> AsyncIterator[asgi.State]:
        """Start the app on the caller's loop, and shut it down at the end."""
        if self._lifespan:
            msg = (
                f"{self._app!r} has started already, by a call that was not awaited or by "
                "lifespan=True; enter `aio.lifespan` before"
            )
            raise ConflictError(msg)
        lifespan = Lifespan(self._app, self._seconds)
        if not await lifespan.start():
            raise self._none(lifespan)
        self._lifespan, self.away = lifespan, True
        try:
            yield lifespan.state
        finally:
            self._lifespan, self.away = None, False
            with anyio.CancelScope(shield=True):
                await lifespan.stop()

    def close(self) -> None:
        """Shut the app down where it started on the own loop."""
        lifespan, self._lifespan = self._lifespan, None
        if lifespan and not self.away:
            self._own_loop.run(lifespan.stop)
