"""Drives the engine by hand from code on an event loop, asyncio's or trio's: to be awaited."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from typing import Any

import anyio

from mohook.delivery.engine import Engine, Flight
from mohook.delivery.manual import MAX_ATTEMPTS, ManualDriver
from mohook.delivery.message import Attempt
from mohook.delivery.transports.in_process import App, InProcessTransport
from mohook.delivery.transports.switchboard import Switchboard
from mohook.delivery.turn import PATIENCE, Turn
from mohook.delivery.walk import Walk

__all__ = ["AwaitedDriver"]

_LOOK_AGAIN = 0.005  # seconds


class AwaitedDriver:
    """Does what `ManualDriver` does, and takes turns with it; the caller's loop stays free.

    ASGI apps are awaited on that loop; WSGI apps and real HTTP run in a worker thread. A call
    that is cancelled leaves nothing lost: the request that it waited for has ended with an
    error, and what it had not begun is made by the next call.
    """

    def __init__(
        self,
        engine: Engine,
        transport: Switchboard[Flight],
        apps: InProcessTransport[Flight],
        manual: ManualDriver,
    ) -> None:
        self._engine = engine
        self._transport = transport
        self._apps = apps
        self._manual = manual

    async def settle(self, max_attempts: int = MAX_ATTEMPTS) -> list[Attempt]:
        """Make what is due at this instant; the clock stands still.

        Leaves it to whoever moves the clock just now, or waits for what is in flight.
        """
        turn, landing = self._manual.turn, self._manual.landing
        if turn.is_around or not await _take(turn, PATIENCE):
            return []
        with turn.held():
            if self._manual.runs_by_itself:
                return []
            if landing.is_around or not await _take(landing, PATIENCE):
                self._manual.leave()
                return []
            return await self._follow(self._manual.walk(max_attempts), Walk.here)

    async def advance(self, span: timedelta, max_attempts: int = MAX_ATTEMPTS) -> list[Attempt]:
        """Move the clock by `span`, making every attempt that falls due on the way."""
        return await self._in_turn(max_attempts, lambda walk: walk.by(span))

    async def advance_to(self, until: datetime, max_attempts: int = MAX_ATTEMPTS) -> list[Attempt]:
        """Move the clock to `until`, making every attempt that falls due on the way."""
        return await self._in_turn(max_attempts, lambda walk: walk.to(until))

    async def run_next(self, max_attempts: int = MAX_ATTEMPTS) -> list[Attempt]:
        """Move the clock to the next instant at which something is due, and make that."""
        return await self._in_turn(max_attempts, Walk.to_next)

    async def run_until_idle(self, max_attempts: int = 1_000) -> list[Attempt]:
        """Run until nothing is pending."""
        return await self._in_turn(max_attempts, Walk.to_end)

    def lifespan(self, app: App) -> AbstractAsyncContextManager[dict[str, Any]]:
        """Run an ASGI app's startup and shutdown on this loop, around its requests.

        Gives the app's state, which its requests get as `scope["state"]`. The app may be mounted
        before or after. Raises LifespanError for a startup that fails, or an app without one,
        ConflictError for an app that has started elsewhere.
        """
        return self._apps.lifespan(app)

    async def _in_turn(self, most: int, way: Callable[[Walk], Iterator[None]]) -> list[Attempt]:
        turn, landing = self._manual.turn, self._manual.landing
        self._manual.require_standing()
        turn.require_outside()
        landing.require_outside()
        await _take(turn, math.inf)
        with turn.held():
            self._manual.require_standing()
            await _take(landing, math.inf)
            return await self._follow(self._manual.walk(most), way)

    async def _follow(self, walk: Walk, way: Callable[[Walk], Iterator[None]]) -> list[Attempt]:
        with self._manual.landing.held():
            for _ in way(walk):
                await self._transport.until_ready()
                walk.made += self._engine.collect(0)
        return walk.made


async def _take(turn: Turn, patience: float) -> bool:
    with anyio.move_on_after(patience):
        while not turn.take_now():
            await anyio.sleep(_LOOK_AGAIN)
        return True
    return False
