"""Calls apps that run in this process: no sockets."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Lock
from typing import Any, Generic, TypeVar

from mohook.delivery.transports.answer import not_answered
from mohook.delivery.transports.hosts import Manner
from mohook.delivery.transports.mounts import App, Mounts
from mohook.delivery.transports.transport import Exchange, Request
from mohook.errors import ConflictError

__all__ = ["App", "InProcessTransport"]

Token = TypeVar("Token")


class InProcessTransport(Generic[Token]):
    """Delivers to apps that were mounted on origins such as `http://testserver:1`.

    `wait` calls a WSGI app in its caller's thread, an ASGI app on a loop of our own;
    `until_ready` awaits an ASGI app on its caller's loop and has a WSGI app called in a worker
    thread. There is no time limit here.

    An exception out of the app, or no whole answer, counts as the 500 that its server would
    have answered. What is no Exception, such as Ctrl-C or `pytest.fail`, goes through: the
    requests that it interrupts have then ended with an error.

    Where `starts_at_mount` says so, a lifespan does not wait for the first request. `patience`
    bounds an app's startup and its shutdown.
    """

    def __init__(
        self,
        *,
        answer_cap: int = 1_048_576,
        starts_at_mount: Callable[[], bool] = lambda: False,
        patience: timedelta = timedelta(seconds=10),
    ) -> None:
        self._mounts = Mounts(answer_cap, patience.total_seconds())
        self._starts_at_mount = starts_at_mount
        self._queue: deque[tuple[Request, Token]] = deque()
        self._taking = Lock()
        self._under_way = 0
        self._ended: list[tuple[Token, Exchange]] = []

    def mount(self, app: App, *, concurrent: bool = False, lifespan: bool | None = None) -> str:
        """Give the app an origin and return it.

        `concurrent` lets a WSGI app handle the two requests of a duplicated message at the
        same time, in threads; an ASGI app always does.

        `lifespan` is for ASGI. None: the app's startup runs with its first request, where it
        has one; awaited requests go without, unless `aio.lifespan` is entered. True: it runs
        now, on a loop of our own, and the app stays there. False: it never runs.

        Raises WebhookError for what is no app, LifespanError for a startup that fails.
        """
        if lifespan or (lifespan is None and self._starts_at_mount()):
            self._mounts.host(app).start(required=bool(lifespan))
        return self._mounts.add(app, Manner(concurrent, lifespan))

    def lifespan(self, app: App) -> AbstractAsyncContextManager[dict[str, Any]]:
        """Run the startup and shutdown of an ASGI app on the caller's loop; give its state."""
        return self._mounts.host(app).lifespan()

    def require_callable_anywhere(self) -> None:
        """Raise ConflictError for an app that runs on a caller's loop: nobody else can call it."""
        for app in self._mounts.away():
            msg = (
                f"{app!r} runs on the loop of `aio.lifespan`: only what is awaited there can call "
                "it, so nothing is delivered by itself meanwhile; leave the lifespan first"
            )
            raise ConflictError(msg)

    def serves(self, url: str) -> bool:
        """Whether an app is mounted on the origin of this URL."""
        return self._mounts.serves(url)

    @property
    def in_flight(self) -> int:
        """How many requests were started and have not been handed back by `wait`."""
        return len(self._queue) + self._under_way + len(self._ended)

    def start(self, request: Request, token: Token) -> None:
        """Put a request into the queue; `wait` makes it."""
        self._queue.append((request, token))

    def wait(self, timeout: float | None) -> list[tuple[Token, Exchange]]:  # noqa: ARG002 - the seam's shape
        """Make the next request, or both copies of one, unless there is some that has ended."""
        if self._queue and not self._ended:
            with self._next() as call:
                host, manner = self._mounts.at(call.requests[0].url)
                call.exchanges = host.exchanges(call.requests, manner)
        ended, self._ended = self._ended, []
        return ended

    async def until_ready(self) -> None:
        """Await the next request, or both copies of one, so that `wait` has it to hand back."""
        if self._queue and not self._ended:
            with self._next() as call:
                host, manner = self._mounts.at(call.requests[0].url)
                call.exchanges = await host.exchanges_awaited(call.requests, manner)

    @contextmanager
    def _next(self) -> Iterator[_Call]:
        """Take what is next from the queue; note how it ended, also where it was interrupted."""
        call = _Call()
        with self._taking:
            token = self._queue[0][1]
            while self._queue and self._queue[0][1] is token:
                call.requests.append(self._queue.popleft()[0])
            self._under_way = len(call.requests)
        try:
            yield call
        except BaseException as problem:
            why = f"interrupted before the app had answered: {type(problem).__name__}"
            call.exchanges = [not_answered(request, why) for request in call.requests]
            raise
        finally:
            self._under_way = 0
            self._ended += [(token, exchange) for exchange in call.exchanges]

    def drop(self) -> None:
        """Call no app for what is still in the queue: its messages are forgotten."""
        with self._taking:
            while self._queue:
                request, token = self._queue.popleft()
                self._ended.append((token, not_answered(request, "forgotten by a reset")))

    def wake(self) -> None:
        """Do nothing: `wait` never blocks here."""

    def close(self) -> None:
        """Forget what is in flight and shut the apps down; raise LifespanError if that fails."""
        self._queue.clear()
        self._ended.clear()
        self._mounts.close()


@dataclass(slots=True)
class _Call:
    """The copies of one request, and what came of them."""

    requests: list[Request] = field(default_factory=list)
    exchanges: Sequence[Exchange] = ()
