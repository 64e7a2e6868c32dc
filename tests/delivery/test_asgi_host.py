"""Where an ASGI app lives: on a loop of our own or on the caller's, and its lifespan with it."""

# ruff: noqa: ARG001 - the signature of an app is given
from __future__ import annotations

import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import asynccontextmanager, closing
from datetime import timedelta
from threading import Event as Flag
from threading import Thread, get_ident
from typing import Any

import anyio
import flask
import pytest
from fastapi import FastAPI, Request

from mohook.delivery.transports.in_process import InProcessTransport
from mohook.delivery.transports.transport import Request as Post
from mohook.errors import ConflictError, LifespanError, WebhookError

Event = dict[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]


class App:
    """A FastAPI app that logs what happens to it, and on which thread."""

    def __init__(self, *, fails: str = "") -> None:
        self.fails = fails
        self.log: list[str] = []
        self.threads: list[int] = []
        self.app = FastAPI(lifespan=self.lifespan)
        self.app.post("/")(self.inbound)

    def note(self, what: str) -> None:
        self.log.append(what)
        self.threads.append(get_ident())
        if what == self.fails:
            raise KeyError(what)

    @asynccontextmanager
    async def lifespan(self, _: FastAPI) -> AsyncIterator[dict[str, str]]:
        self.note("up")
        yield {"db": "a connection"}
        await anyio.sleep(0)  # a shutdown takes time
        self.note("down")

    async def inbound(self, request: Request) -> None:
        self.note(f"inbound with {getattr(request.state, 'db', 'nothing')}")


WITH, WITHOUT = "inbound with a connection", "inbound with nothing"


class Served:
    """A transport with one app, which is posted to."""

    def __init__(self, **how: Any) -> None:
        self.transport: InProcessTransport[str] = InProcessTransport(**how)
        self.app = App()

    def mount(self, lifespan: bool | None = None) -> str:
        return self.transport.mount(self.app.app, lifespan=lifespan)

    def post(self, origin: str) -> str:
        self.transport.start(Post(f"{origin}/", b"{}"), "it")
        [(_, exchange)] = self.transport.wait(None)
        return exchange.outcome

    async def post_awaited(self, origin: str) -> str:
        self.transport.start(Post(f"{origin}/", b"{}"), "it")
        await self.transport.until_ready()
        [(_, exchange)] = self.transport.wait(0)
        return exchange.outcome

    def close(self) -> None:
        self.transport.close()


@pytest.fixture
def served() -> Iterator[Served]:
    with closing(Served()) as made:
        yield made


def test_an_app_starts_with_its_first_request() -> None:
    """Not before, once for all its mounts, and it is shut down at the end: all on one thread."""
    with closing(Served()) as served:
        first, second = served.mount(), served.mount()
        assert served.app.log == []
        assert [served.post(origin) for origin in (first, second, first)] == ["200"] * 3
        assert served.app.log == ["up", WITH, WITH, WITH]
    assert served.app.log[-1] == "down"
    assert len({*served.app.threads}) == 1
    assert served.app.threads[0] != get_ident()


def test_an_app_can_be_started_when_it_is_mounted(served: Served) -> None:
    """With lifespan=True, before anything is sent; with None too where a clock runs by itself."""
    served.mount(lifespan=True)
    served.mount(lifespan=True)
    assert served.app.log == ["up"]
    with closing(Served(starts_at_mount=lambda: True)) as at_once:
        at_once.mount()
        assert at_once.app.log == ["up"]


def test_an_app_can_go_without_its_lifespan(served: Served) -> None:
    """With lifespan=False it never starts."""
    assert served.post(served.mount(lifespan=False)) == "200"
    served.close()
    assert served.app.log == [WITHOUT]


def test_a_startup_that_fails_is_told_at_the_mount_or_at_the_first_request(served: Served) -> None:
    """Each time, and no request gets through; the request itself has ended with an error."""
    served.app.fails = "up"
    with pytest.raises(LifespanError, match="did not start: raised KeyError: 'up'"):
        served.mount(lifespan=True)
    origin = served.mount()
    for _ in range(2):
        with pytest.raises(LifespanError, match="did not start: raised KeyError: 'up'"):
            served.post(origin)
        [(_, exchange)] = served.transport.wait(None)
        assert exchange.error == "interrupted before the app had answered: LifespanError"
    served.app.fails = ""
    assert served.post(origin) == "200"


def test_a_shutdown_that_fails_is_told_when_all_apps_are_shut_down(served: Served) -> None:
    """The first error is raised; the other app is shut down as well."""
    other = App()
    served.mount(lifespan=True)
    served.transport.mount(other.app, lifespan=True)
    served.app.fails = "down"
    with pytest.raises(LifespanError, match="did not shut down: raised KeyError: 'down'"):
        served.close()
    assert other.log == ["up", "down"]
    served.close()  # nothing is left to do


def test_a_startup_without_end_is_given_up() -> None:
    """After the transport's patience, with what to do."""

    async def hangs(scope: Event, receive: Receive, send: Send) -> None:
        await anyio.sleep_forever()

    with (
        closing(Served(patience=timedelta(seconds=0.02))) as served,
        pytest.raises(LifespanError, match=r"within 0\.02 seconds; mount it with lifespan=False"),
    ):
        served.transport.mount(hangs, lifespan=True)


async def without(scope: Event, receive: Receive, send: Send) -> None:
    assert scope["type"] == "http"
    assert "state" not in scope
    await send({"type": "http.response.start", "status": 200})
    await send({"type": "http.response.body"})


def test_an_app_without_a_lifespan_is_served_unless_one_is_required(served: Served) -> None:
    """None takes it as it is; True says why it was taken to have none."""
    assert served.post(served.transport.mount(without)) == "200"
    for _ in range(2):
        with pytest.raises(LifespanError, match=r"has no lifespan \(raised AssertionError"):
            served.transport.mount(without, lifespan=True)


def test_a_wsgi_app_has_no_lifespan(served: Served) -> None:
    """None and False go without; True and `lifespan` are mistakes, and are told."""
    app = flask.Flask("inbox")
    served.transport.mount(app)
    served.transport.mount(app, lifespan=False)
    with pytest.raises(WebhookError, match=r"<Flask 'inbox'> is a WSGI app: it has no lifespan"):
        served.transport.mount(app, lifespan=True)
    with pytest.raises(WebhookError, match=r"<Flask 'inbox'> is a WSGI app: it has no lifespan"):
        served.transport.lifespan(app)


@pytest.mark.anyio
async def test_awaited_an_app_runs_on_the_callers_loop(served: Served) -> None:
    """Without a lifespan, which nobody entered: as with any client that calls an app directly."""
    assert await served.post_awaited(served.mount()) == "200"
    assert served.app.log == [WITHOUT]
    assert served.app.threads == [get_ident()]


@pytest.mark.anyio
async def test_a_lifespan_on_the_callers_loop_is_entered(served: Served) -> None:
    """Its requests have its state; before and after, they have none; it can be entered again."""
    origin = served.mount()
    for _ in range(2):
        async with served.transport.lifespan(served.app.app) as state:
            assert state == {"db": "a connection"}
            assert await served.post_awaited(origin) == "200"
            assert await served.post_awaited(served.mount()) == "200"
        assert await served.post_awaited(origin) == "200"
    assert served.app.log == ["up", WITH, WITH, "down", WITHOUT] * 2
    assert {*served.app.threads} == {get_ident()}


@pytest.mark.anyio
async def test_an_app_that_has_started_stays_where_it_is(served: Served) -> None:
    """What it opened in its startup is bound to that loop: it is served there, awaited or not."""
    origin = served.mount()
    served.post(origin)
    assert await served.post_awaited(origin) == "200"
    assert served.app.log == ["up", WITH, WITH]
    assert len({*served.app.threads}) == 1
    assert get_ident() not in served.app.threads
    with pytest.raises(ConflictError, match="has started already"):
        async with served.transport.lifespan(served.app.app):
            pytest.fail("it was entered")


@pytest.mark.anyio
async def test_an_app_on_the_callers_loop_is_not_called_past_that_loop(served: Served) -> None:
    """A call that blocks the loop would wait for itself: the error says what to do instead."""
    origin = served.mount()
    async with served.transport.lifespan(served.app.app):
        with pytest.raises(ConflictError, match="await the same call of `aio` instead"):
            served.post(origin)
        served.transport.wait(0)
    assert served.post(origin) == "200"
    assert served.app.log == ["up", "down", "up", WITH]


@pytest.mark.anyio
async def test_a_lifespan_that_is_entered_must_be_there(served: Served) -> None:
    """Whoever enters it wants one; and one that fails is told."""
    with pytest.raises(LifespanError, match="has no lifespan"):
        async with served.transport.lifespan(without):
            pytest.fail("it was entered")
    served.app.fails = "up"
    with pytest.raises(LifespanError, match="did not start"):
        async with served.transport.lifespan(served.app.app):
            pytest.fail("it was entered")


@pytest.mark.anyio
async def test_a_lifespan_is_shut_down_however_its_block_ends(served: Served) -> None:
    """By an error of the test, and by a cancellation too."""
    with pytest.raises(ZeroDivisionError):
        async with served.transport.lifespan(served.app.app):
            raise ZeroDivisionError
    with anyio.CancelScope() as scope:
        async with served.transport.lifespan(served.app.app):
            scope.cancel()
            await anyio.sleep_forever()
    assert served.app.log == ["up", "down"] * 2


@pytest.mark.anyio
async def test_a_wsgi_app_is_called_in_a_worker_thread(served: Served) -> None:
    """The loop stays free: the app waits for what the loop does meanwhile."""
    app = flask.Flask("inbox")
    freed = anyio.Event()
    threads: list[int] = []

    @app.post("/")
    def inbound() -> str:
        threads.append(get_ident())
        anyio.from_thread.run_sync(freed.set)
        return ""

    assert await served.post_awaited(served.transport.mount(app)) == "200"
    assert freed.is_set()
    assert get_ident() not in threads


class Hanging:
    """An app that never answers; it knows who is inside, and how that ended."""

    def __init__(self, on_entry: Callable[[], object] = bool) -> None:
        self.on_entry = on_entry
        self.inside, self.cancelled = Flag(), Flag()

    async def __call__(self, scope: Event, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            return
        try:
            self.inside.set()
            self.on_entry()
            await anyio.sleep_forever()
        except anyio.get_cancelled_exc_class():
            self.cancelled.set()
            raise


@pytest.mark.anyio
async def test_an_app_on_our_loop_is_cancelled_with_the_call_that_awaits_it(
    served: Served,
) -> None:
    """Nothing of it goes on after the time limit of a test."""
    app = Hanging()
    origin = served.transport.mount(app, lifespan=True)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(served.post_awaited, origin)
        assert await anyio.to_thread.run_sync(app.inside.wait, 10)
        tasks.cancel_scope.cancel()
    assert await anyio.to_thread.run_sync(app.cancelled.wait, 10)


def test_an_app_on_our_loop_is_cancelled_by_an_interrupt(served: Served) -> None:
    """Ctrl-C in the caller's thread ends the wait, and the app."""
    caller = get_ident()
    app = Hanging(lambda: signal.pthread_kill(caller, signal.SIGINT))
    with pytest.raises(KeyboardInterrupt):
        served.post(served.transport.mount(app))
    assert app.cancelled.wait(10)


def test_closing_ends_what_still_runs_on_our_loop() -> None:
    """Whoever waits for it in another thread is told, instead of waiting for ever."""
    app, told = Hanging(), Flag()
    served = Served()
    origin = served.transport.mount(app)

    def post() -> None:
        with pytest.raises(CancelledError):
            served.post(origin)
        told.set()

    Thread(target=post, daemon=True).start()
    assert app.inside.wait(10)
    served.close()
    assert app.cancelled.is_set()
    assert told.wait(10)


@pytest.mark.anyio
async def test_closing_leaves_an_app_to_the_loop_on_which_it_started(served: Served) -> None:
    """It is shut down at the end of its own block."""
    async with served.transport.lifespan(served.app.app):
        served.close()
        assert served.app.log == ["up"]
    assert served.app.log == ["up", "down"]
    assert {*served.app.threads} == {get_ident()}
