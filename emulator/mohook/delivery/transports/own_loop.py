"""An event loop in a thread of its own, for apps that are called from code without one."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from contextlib import suppress
from contextvars import Context, copy_context
from dataclasses import dataclass
from functools import partial
from threading import Lock, Thread
from typing import TypeVar, TypeVarTuple

import anyio.to_thread

from mohook.delivery.transports.asgi import is_cancellation

__all__ = ["OwnLoop"]

Given = TypeVarTuple("Given")
Result = TypeVar("Result")


class OwnLoop:
    """Runs coroutines on asyncio; made when first needed, ended by `close`.

    Whoever stops waiting for a coroutine, by Ctrl-C or by a cancellation, cancels it. Not
    anyio's blocking portal: that goes back and forth once more for each call, and who is
    interrupted meanwhile has nothing in hand to cancel.
    """

    def __init__(self) -> None:
        self._running: _Running | None = None
        self._making = Lock()

    def run(self, function: Callable[[*Given], Awaitable[Result]], *given: *Given) -> Result:
        """Run a coroutine function; block until it has ended and return what it returns."""
        future: Future[Result] = Future()
        try:
            self._start(future, lambda: function(*given))
            return future.result()
        finally:
            future.cancel()  # nothing, once it has ended

    async def run_awaited(
        self, function: Callable[[*Given], Awaitable[Result]], *given: *Given
    ) -> Result:
        """Run a coroutine function here, awaited on another loop."""
        future: Future[Result] = Future()
        try:
            self._start(future, lambda: function(*given))
            return await anyio.to_thread.run_sync(future.result, abandon_on_cancel=True)
        finally:
            future.cancel()

    def _start(self, future: Future[Result], function: Callable[[], Awaitable[Result]]) -> None:
        with self._making:
            running = self._running = self._running or _begin()
        loop = running.loop

        def start() -> None:
            task = loop.create_task(_settle(future, function))
            future.add_done_callback(partial(_stop, loop, task))

        loop.call_soon_threadsafe(start, context=_callers_context())

    def close(self) -> None:
        """End the loop and its thread, and cancel what still runs there."""
        with self._making:
            running, self._running = self._running, None
        if running:
            running.loop.call_soon_threadsafe(running.stopping.set)
            running.thread.join()


@dataclass(frozen=True, slots=True)
class _Running:
    thread: Thread
    loop: asyncio.AbstractEventLoop
    stopping: asyncio.Event


def _begin() -> _Running:
    begun: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def run() -> None:
        stopping = asyncio.Event()
        begun.set_result((asyncio.get_running_loop(), stopping))
        await stopping.wait()

    thread = Thread(target=lambda: asyncio.run(run()), name="mohook-apps", daemon=True)
    thread.start()
    return _Running(thread, *begun.result())


def _callers_context() -> Context:
    """Return the caller's context, but for the library that it says is running."""
    context = copy_context()
    if sniffio := sys.modules.get("sniffio"):  # where trio and anyio look for that
        context.run(sniffio.current_async_library_cvar.set, None)
    return context


async def _settle(future: Future[Result], function: Callable[[], Awaitable[Result]]) -> None:
    """Note how a coroutine ends, also with what is no Exception: raised here, it ends the loop."""
    try:
        result = await function()
    except BaseException as problem:
        if is_cancellation(problem):
            future.cancel()
            raise
        if future.set_running_or_notify_cancel():
            future.set_exception(problem)
    else:
        if future.set_running_or_notify_cancel():
            future.set_result(result)


def _stop(loop: asyncio.AbstractEventLoop, task: asyncio.Task[None], ended: Future[Result]) -> None:
    if ended.cancelled():
        with suppress(RuntimeError):  # the loop has ended, and the task with it
            loop.call_soon_threadsafe(task.cancel)
