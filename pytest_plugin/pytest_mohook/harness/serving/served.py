"""Apps of this process for a running emulator: on free ports, and called where the test is.

In process, an app is called in the test's own thread or awaited on its own loop, where its
database connection and its fixtures belong. So it is here: while a test waits for the emulator,
it handles what the emulator posts.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from contextlib import AbstractAsyncContextManager, suppress
from functools import partial
from queue import SimpleQueue
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, TypeVar

from mohook.delivery.transports.answer import not_answered
from mohook.delivery.transports.hosts import Host, Manner, WsgiHost
from mohook.delivery.transports.mounts import App
from mohook.delivery.transports.transport import Exchange, Request
from pytest_mohook.harness.serving.front import front, new_mounts

if TYPE_CHECKING:
    from anyio.from_thread import BlockingPortal

    from pytest_mohook.harness.serving.listener import Listener

__all__ = ["ServedApps"]

Result = TypeVar("Result")
Job = Callable[[], Exchange]


class ServedApps:
    """Serves apps, each on a port of its own, until `close`.

    A WSGI app that is not `concurrent` is called in the thread that is in `during`; an ASGI app
    runs on a loop of its own, or on the one that is in `during_awaited`. Where nobody is, as
    with a running clock at any time, it is called in a thread of the server.

    What an app raises and is no Exception (`pytest.fail`, Ctrl-C), and a startup that fails,
    goes on in the test, at the end of what it waits for.
    """

    def __init__(self) -> None:
        self._mounts = new_mounts()
        self._listeners: dict[tuple[int, Manner], Listener] = {}
        self._lock = Lock()
        self._waiting = 0  # calls of `during`
        self._jobs: SimpleQueue[tuple[Job, Future[Exchange]] | None] = SimpleQueue()
        self._portal: BlockingPortal | None = None
        self._broken: list[BaseException] = []

    def mount(self, app: App, *, concurrent: bool, lifespan: bool | None) -> str:
        """Serve an app and return its origin; the same one for the same app.

        Raises WebhookError for what is no app, LifespanError as `InProcessTransport.mount`.
        """
        host, manner = self._mounts.host(app), Manner(concurrent, lifespan)
        if lifespan:
            host.start(required=True)
        key = id(app), manner
        if key not in self._listeners:
            from pytest_mohook.harness.serving.listener import AT_ONCE, Listener

            at_once = 1 if isinstance(host, WsgiHost) and not concurrent else AT_ONCE
            answer = front(partial(self._exchange, host, manner))
            self._listeners[key] = Listener(answer, at_once)
        return self._listeners[key].url

    def lifespan(self, app: App) -> AbstractAsyncContextManager[dict[str, Any]]:
        """Run the startup and shutdown of an ASGI app on the caller's loop; give its state."""
        return self._mounts.host(app).lifespan()

    def close(self) -> None:
        """Serve no app any more; raise LifespanError where a shutdown fails."""
        while self._listeners:
            self._listeners.popitem()[1].close()
        mounts, self._mounts = self._mounts, new_mounts()
        mounts.close()

    # While a test waits for the emulator

    def during(self, call: Callable[[], Result]) -> Result:
        """Return what `call` returns, handling here what the emulator posts meanwhile."""
        if not self._listeners:
            return call()
        ended: Future[Result] = Future()
        ended.add_done_callback(lambda _: self._jobs.put(None))
        with self._lock:
            self._waiting += 1
        try:
            Thread(target=_run, args=(call, ended), name="mohook-remote", daemon=True).start()
            while not ended.done():
                if job := self._jobs.get():
                    _run(*job)
        finally:
            self._stop_waiting()
        self._go_on()
        return ended.result()

    def _stop_waiting(self) -> None:
        with self._lock:
            self._waiting -= 1
            if self._waiting:
                self._jobs.put(None)  # the other one looks whether it is done
                return
            while not self._jobs.empty():
                if job := self._jobs.get():
                    job[1].cancel()

    async def during_awaited(self, call: Callable[[], Result]) -> Result:
        """Return what `call` returns; what the emulator posts meanwhile is awaited on this loop."""
        import anyio.to_thread
        from anyio.from_thread import BlockingPortal

        ended: Future[Result] = Future()
        async with BlockingPortal() as portal:
            self._portal = portal
            try:
                await anyio.to_thread.run_sync(_run, call, ended, abandon_on_cancel=True)
            finally:
                with self._lock:
                    self._portal = None
        self._go_on()
        return ended.result()

    def _go_on(self) -> None:
        broken, self._broken = self._broken, []
        if broken:
            raise broken[0]

    # What the emulator posts, in a thread of the server

    def _exchange(self, host: Host, manner: Manner, request: Request) -> Exchange:
        try:
            return self._placed(host, manner, request)
        except (CancelledError, _InterruptedError):
            return not_answered(request, "the test was interrupted")
        except BaseException as problem:  # noqa: BLE001 - raised in the test
            self._broken.append(problem)
            return not_answered(request, f"the app raised {problem!r}")

    def _placed(self, host: Host, manner: Manner, request: Request) -> Exchange:
        with self._lock:
            awaited = self._portal and self._portal.start_task_soon(_awaited, host, request, manner)
            handed = None if awaited else self._handed_to_the_test(host, manner, request)
        if awaited:
            ended = awaited.result()
            if isinstance(ended, BaseException):
                raise ended
            return ended
        with suppress(CancelledError):  # the test waits no more
            if handed:
                return handed.result()
        return _called(host, request, manner)

    def _handed_to_the_test(
        self, host: Host, manner: Manner, request: Request
    ) -> Future[Exchange] | None:
        if not (self._waiting and isinstance(host, WsgiHost)) or manner.concurrent:
            return None
        ended: Future[Exchange] = Future()
        self._jobs.put((partial(_called, host, request, manner), ended))
        return ended


def _called(host: Host, request: Request, manner: Manner) -> Exchange:
    [exchange] = host.exchanges([request], manner)
    return exchange


async def _awaited(host: Host, request: Request, manner: Manner) -> Exchange | BaseException:
    """Return what is no Exception too: raised here, it would end the portal."""
    from mohook.delivery.transports.asgi import is_cancellation

    try:
        [exchange] = await host.exchanges_awaited([request], manner)
    except BaseException as problem:
        if is_cancellation(problem):
            raise
        return problem
    return exchange


def _run(call: Callable[[], Result], ended: Future[Result]) -> None:
    """Call it and note how it ended; raise nothing but KeyboardInterrupt."""
    if not ended.set_running_or_notify_cancel():
        return
    try:
        ended.set_result(call())
    except KeyboardInterrupt:
        ended.set_exception(_InterruptedError())
        raise
    except BaseException as problem:  # noqa: BLE001 - raised by whoever asks how it ended
        ended.set_exception(problem)


class _InterruptedError(Exception):
    """Ctrl-C came while the test handled a request, and ends the test."""
