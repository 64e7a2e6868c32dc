"""The lifespan of an ASGI app: its startup, its state, its shutdown (lifespan protocol 2.0)."""

from __future__ import annotations

import asyncio
from typing import Any

import anyio

from mohook.delivery.transports.asgi import ASGIApplication, Event, State, is_cancellation
from mohook.delivery.transports.raised import in_short
from mohook.errors import LifespanError

__all__ = ["Lifespan"]


class Lifespan:
    """One run of an app's lifespan, on the loop of whoever starts it, in a task of its own.

    `state` is what the app leaves for its requests. Startup and shutdown may take `seconds`
    each. A task, and no task group: pytest runs the two halves of a fixture in different tasks.
    """

    def __init__(self, app: ASGIApplication, seconds: float) -> None:
        self.state: State = {}
        self._app = app
        self._seconds = seconds
        self._told = ""
        self._supported = False
        self._failure: str | None = None
        self._problem: BaseException | None = None

    async def start(self) -> bool:
        """Run the startup; tell whether the app has a lifespan at all.

        An app that raises or returns without a word has none, says the protocol. Raises
        LifespanError for a startup that fails or does not end.
        """
        self._started, self._stopping, self._stopped = (anyio.Event() for _ in range(3))
        self._scope = anyio.CancelScope()
        self._spawn()
        try:
            await self._await(self._started, "start")
            if self._failure is not None:
                raise self._error("start")
            if self._problem and not isinstance(self._problem, Exception):
                raise self._problem  # `pytest.fail`, say: not the app's way to have no lifespan
        except BaseException:
            self._scope.cancel()
            raise
        return self._supported

    def why_none(self) -> str:
        """Return why an app was taken to have no lifespan."""
        return in_short(self._problem) if self._problem else "it returned without starting"

    async def stop(self) -> None:
        """Run the shutdown; raise LifespanError when it fails or does not end."""
        self._stopping.set()
        try:
            await self._await(self._stopped, "shut down")
        finally:
            self._scope.cancel()
        if self._failure is not None or self._problem:
            raise self._error("shut down")

    async def _await(self, event: anyio.Event, what: str) -> None:
        with anyio.move_on_after(self._seconds):
            await event.wait()
            return
        msg = f"{self._app!r} did not {what} within {self._seconds:g} seconds"
        raise LifespanError(f"{msg}; mount it with lifespan=False to go without its lifespan")

    def _error(self, what: str) -> LifespanError:
        told = [] if (self._failure or "").startswith("Traceback") else [self._failure]
        told += [in_short(self._problem)] if self._problem else []
        why = ": ".join(filter(None, told)) or "it gave no reason"
        error = LifespanError(f"{self._app!r} did not {what}: {why}")
        error.__cause__ = self._problem
        return error

    def _spawn(self) -> None:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            import trio

            trio.lowlevel.spawn_system_task(self._run)
        else:
            self._task = loop.create_task(self._run())  # kept, or it could be collected

    async def _run(self) -> None:
        scope: dict[str, Any] = {
            "type": "lifespan",
            "asgi": {"version": "3.0", "spec_version": "2.0"},
            "state": self.state,
        }
        try:
            with self._scope:
                await self._app(scope, self._receive, self._send)
        except BaseException as problem:
            if is_cancellation(problem):
                raise
            self._problem = problem
        finally:
            self._started.set()
            self._stopped.set()

    async def _receive(self) -> Event:
        if not self._told:
            self._told = "lifespan.startup"
        elif self._told == "lifespan.startup":
            await self._stopping.wait()
            self._told = "lifespan.shutdown"
        else:
            await anyio.sleep_forever()
        return {"type": self._told}

    async def _send(self, event: Event) -> None:
        match event["type"]:
            case "lifespan.startup.complete":
                self._supported = True
                self._started.set()
            case "lifespan.startup.failed":
                self._failure = event.get("message", "")
                self._started.set()
            case "lifespan.shutdown.complete":
                self._stopped.set()
            case "lifespan.shutdown.failed":
                self._failure = event.get("message", "")
                self._stopped.set()
            case other:
                msg = f"{other!r} was sent: expected a message of the lifespan protocol"
                raise RuntimeError(msg)
