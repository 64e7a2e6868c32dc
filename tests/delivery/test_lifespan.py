"""The lifespan of an app: startup, state, shutdown; and what happens when one of them fails."""

# ruff: noqa: ARG001 - the signature of an app is given
from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import anyio
import pytest
from fastapi import FastAPI
from starlette.applications import Starlette

from mohook.delivery.transports.lifespan import Lifespan
from mohook.errors import LifespanError

pytestmark = pytest.mark.anyio

Event = dict[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]


class App:
    """A plain app that keeps what it was told, and answers with these messages."""

    def __init__(self, *answers: Event | BaseException) -> None:
        self.answers = answers
        self.told: list[str] = []

    def __repr__(self) -> str:
        return "<the app>"

    async def __call__(self, scope: Event, receive: Receive, send: Send) -> None:
        assert scope["type"] == "lifespan"
        for answer in self.answers:
            self.told.append((await receive())["type"])
            if isinstance(answer, BaseException):
                raise answer
            await send(answer)


UP = {"type": "lifespan.startup.complete"}
DOWN = {"type": "lifespan.shutdown.complete"}
NOT_UP = {"type": "lifespan.startup.failed", "message": "no database"}
NOT_DOWN = {"type": "lifespan.shutdown.failed", "message": "half a batch is left"}


def of(app: Any, seconds: float = 10) -> Lifespan:
    return Lifespan(app, seconds)


async def test_a_lifespan_is_startup_and_shutdown() -> None:
    """The app is told each once, the second when it is asked to stop."""
    app = App(UP, DOWN)
    lifespan = of(app)
    assert await lifespan.start()
    assert app.told == ["lifespan.startup"]
    await lifespan.stop()
    assert app.told == ["lifespan.startup", "lifespan.shutdown"]


@pytest.mark.parametrize("framework", [FastAPI, Starlette])
async def test_what_a_framework_yields_is_the_state(framework: Callable[..., Any]) -> None:
    """As Starlette has it: the lifespan's own resources, by name."""
    log: list[str] = []

    @asynccontextmanager
    async def lived(app: object) -> AsyncIterator[dict[str, str]]:
        log.append("up")
        yield {"db": "a connection"}
        log.append("down")

    lifespan = of(framework(lifespan=lived))
    assert await lifespan.start()
    assert (lifespan.state, log) == ({"db": "a connection"}, ["up"])
    await lifespan.stop()
    assert log == ["up", "down"]


async def silent(scope: Event, receive: Receive, send: Send) -> None:
    if scope["type"] == "http":
        raise AssertionError


async def of_another_protocol(scope: Event, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200})


@pytest.mark.parametrize(
    ("app", "why"),
    [
        (silent, "it returned without starting"),
        (App(), "it returned without starting"),
        (App(KeyError("body")), "raised KeyError: 'body' (test_lifespan.py"),
        (of_another_protocol, "'http.response.start' was sent: expected a message of the lif"),
    ],
    ids=["silent", "empty", "raises", "another"],
)
async def test_an_app_that_does_not_know_lifespans_has_none(app: Any, why: str) -> None:
    """It returns or raises, and the server goes on without, says the specification."""
    lifespan = of(app)
    assert not await lifespan.start()
    assert why in lifespan.why_none()


async def test_a_startup_that_fails_is_told_with_the_apps_message() -> None:
    """Whose it was, what it said, and what it raised."""
    with pytest.raises(LifespanError, match=r"^<the app> did not start: no database$"):
        await of(App(NOT_UP)).start()
    with pytest.raises(LifespanError, match=r"^<the app> did not start: it gave no reason$"):
        await of(App({"type": "lifespan.startup.failed"})).start()


async def test_what_a_frameworks_startup_raises_is_told_in_short() -> None:
    """Not the text of a traceback; the error itself is the cause."""

    @asynccontextmanager
    async def fails(app: object) -> AsyncIterator[None]:
        raise KeyError("DATABASE_URL")
        yield

    with pytest.raises(LifespanError) as caught:
        await of(FastAPI(lifespan=fails)).start()
    assert "did not start: raised KeyError: 'DATABASE_URL' (test_lifespan.py:" in str(caught.value)
    assert "Traceback" not in str(caught.value)
    assert isinstance(caught.value.__cause__, KeyError)


async def test_pytest_fail_in_a_startup_goes_through() -> None:
    """It is not taken for an app that has no lifespan."""
    with pytest.raises(pytest.fail.Exception, match="wrong"):
        await of(App(pytest.fail.Exception("wrong"))).start()


@pytest.mark.parametrize(
    ("end", "text"),
    [
        (NOT_DOWN, "half a batch is left"),
        (KeyError("mnc"), "raised KeyError: 'mnc' (test_lifespan.py:"),
    ],
    ids=["told", "raised"],
)
async def test_a_shutdown_that_fails_is_told(end: Event | BaseException, text: str) -> None:
    """With the app's message, or with what it raised."""
    lifespan = of(App(UP, end))
    assert await lifespan.start()
    with pytest.raises(LifespanError) as caught:
        await lifespan.stop()
    assert str(caught.value).startswith(f"<the app> did not shut down: {text}")


async def test_an_app_that_has_ended_early_is_shut_down_already() -> None:
    """Nothing is waited for, and nothing is wrong."""
    lifespan = of(App(UP))
    assert await lifespan.start()
    await lifespan.stop()


class Hanging(App):
    """Answers, then waits for ever; keeps what ended it."""

    ended: BaseException | None = None

    async def __call__(self, scope: Event, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
            await anyio.sleep_forever()
        except BaseException as problem:
            self.ended = problem
            raise


@pytest.mark.parametrize("answers", [(), (UP,)], ids=["startup", "shutdown"])
async def test_neither_may_take_for_ever(answers: tuple[Event, ...]) -> None:
    """The error says how long it was waited for; the app is cancelled."""
    app = Hanging(*answers)
    lifespan = of(app, seconds=0.02)

    async def whole() -> None:
        await lifespan.start()
        await lifespan.stop()

    with pytest.raises(LifespanError, match=r"<the app> did not (start|shut down) within 0.02 sec"):
        await whole()
    await anyio.wait_all_tasks_blocked()
    assert isinstance(app.ended, anyio.get_cancelled_exc_class())


async def test_a_start_that_is_cancelled_ends_the_app() -> None:
    """Whoever stops waiting leaves nothing running behind."""
    app = Hanging()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(of(app).start)
        await anyio.wait_all_tasks_blocked()
        tasks.cancel_scope.cancel()
    await anyio.wait_all_tasks_blocked()
    assert isinstance(app.ended, anyio.get_cancelled_exc_class())


async def test_an_app_that_listens_on_after_its_shutdown_is_left() -> None:
    """It has said that it is done; that it never returns holds nobody up."""

    async def listens(scope: Event, receive: Receive, send: Send) -> None:
        while True:
            await send({"type": f"{(await receive())['type']}.complete"})

    lifespan = of(listens)
    with anyio.fail_after(5):
        assert await lifespan.start()
        await lifespan.stop()
