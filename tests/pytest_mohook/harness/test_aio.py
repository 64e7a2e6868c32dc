"""The awaitable face: the same emulator, apps on the loop of the test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import anyio
import anyio.lowlevel
import pytest
import sniffio
from fastapi import FastAPI, Request

from mohook.errors import ConflictError, InputError, NotSettledError
from pytest_mohook import Mohook
from tests._receivers import Answer, scripted
from tests.emulators import App

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


class AsyncApp:
    """An ASGI receiver that answers these statuses in turn and keeps what it saw."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses) or [200]
        self.bodies: list[bytes] = []
        self.loops: list[object] = []
        self.most_at_once = self.at_once = 0

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            raise NotImplementedError(scope["type"])
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        self.loops.append(anyio.lowlevel.current_token())
        self.bodies.append((await receive())["body"])
        await anyio.sleep(0)
        status = self.statuses[0]
        if len(self.statuses) > 1:
            del self.statuses[0]
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b""})
        self.at_once -= 1


async def test_the_example_of_the_contract_awaited(mohook: Mohook) -> None:
    """A lost acknowledgement and a 500, then delivered, on the loop of the test."""
    app = AsyncApp()
    mohook.ip1.connect(app, "/sms/ip1")
    mohook.fail_next("lose-ack", "500")
    message = await mohook.aio.send("ip1", "Hi my name is earl")
    attempts = await mohook.aio.advance(minutes=20)
    assert message.outcomes == ["lost-ack", "500", "200"]
    assert [attempt.number for attempt in attempts] == [2, 3]
    assert app.loops == [anyio.lowlevel.current_token()] * 2


async def test_each_move_is_there(mohook: Mohook) -> None:
    """`advance_to`, `run_next` and `run_until_idle` return the attempts that they made."""
    mohook.intelepeer.connect(AsyncApp(500))
    message = await mohook.aio.intelepeer.send("Hi")
    assert [a.number for a in await mohook.aio.run_next()] == [2]
    assert [a.number for a in await mohook.aio.advance_to(mohook.now + timedelta(minutes=1))] == [3]
    assert [a.number for a in await mohook.aio.run_until_idle()] == [4, 5]
    assert message.failed
    assert await mohook.aio.resend(message) == message
    assert message.pending


async def test_batches_accounts_and_numbers(mohook: Mohook) -> None:
    """What `send_batch`, `account` and `number` do is awaitable too."""
    app = AsyncApp()
    mohook.ip1.connect(app)
    mohook.intelepeer.connect(app)
    batch = await mohook.aio.ip1.send_batch(["a", "b"])
    assert len({message.payload["batchId"] for message in batch}) == 1
    account = mohook.ip1.account("ip1-2", ["46700000002"])
    assert (await mohook.aio.line(account).send("Hi")).payload["owner"] == "ip1-2"
    number = mohook.intelepeer.number("1-1234")
    assert (await mohook.aio.line(number).send("Hi")).recipient == "1-1234"


async def test_a_duplicate_is_handled_at_the_same_time(mohook: Mohook) -> None:
    """Both copies are in the app at once, as two tasks of the loop."""
    app = AsyncApp()
    mohook.ip1.connect(app)
    mohook.fail_next("duplicate")
    assert (await mohook.aio.ip1.send("Hi")).delivered
    assert (len(app.bodies), app.most_at_once) == (2, 2)


async def test_a_wsgi_app_leaves_the_loop_free(mohook: Mohook) -> None:
    """A WSGI app that waits for the test's loop gets its answer: it runs in a thread beside."""
    heard = []

    def app(environ: dict[str, Any], start_response: Callable[..., object]) -> list[bytes]:
        environ["wsgi.input"].read()
        heard.append(anyio.from_thread.run(sniff))
        start_response("200 OK", [])
        return []

    async def sniff() -> str:
        return sniffio.current_async_library()

    mohook.ip1.connect(app)
    assert (await mohook.aio.ip1.send("Hi")).delivered
    assert heard == [sniffio.current_async_library()]


async def test_a_url_leaves_the_loop_free(mohook: Mohook) -> None:
    """While real HTTP is under way, other tasks of the loop run on."""
    with scripted(Answer(200, delay=timedelta(milliseconds=500))) as receiver:
        mohook.ip1.connect(receiver.url)
        ticks = 0

        async def tick() -> None:
            nonlocal ticks
            while True:
                await anyio.sleep(0.005)
                ticks += 1

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(tick)
            assert (await mohook.aio.ip1.send("Hi")).delivered
            tasks.cancel_scope.cancel()
    assert ticks >= 3


async def test_a_lifespan_runs_on_the_loop_of_the_test(mohook: Mohook) -> None:
    """Its state reaches the requests, and it is shut down at the end of the block."""
    story: list[object] = []

    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[dict[str, Any]]:
        story.append(anyio.lowlevel.current_token())
        yield {"stored": story}
        story.append("shut down")

    app = FastAPI(lifespan=lifespan)

    @app.post("/sms")
    async def inbox(request: Request) -> None:
        request.state.stored.append((await request.json())["body"])

    mohook.ip1.connect(app, "/sms")
    async with mohook.aio.lifespan(app):
        message = await mohook.aio.ip1.send("Hi")
    assert message.delivered, message.timeline()
    assert story == [anyio.lowlevel.current_token(), "Hi", "shut down"]


async def test_errors_are_those_of_the_handle(mohook: Mohook) -> None:
    """A bad time, a bad bound and an endless retry are told as they are without await."""
    with pytest.raises(InputError, match="a clock only moves forward"):
        await mohook.aio.advance(minutes=-1)
    with pytest.raises(InputError, match="max_attempts 0"):
        await mohook.aio.run_until_idle(max_attempts=0)
    with pytest.raises(InputError, match="provider 'twilio'"):
        await mohook.aio.send("twilio", "Hi")
    mohook.ip1.connect(AsyncApp(500))
    await mohook.aio.ip1.send("Hi")
    with pytest.raises(NotSettledError, match=r"(?s)answered 500.*The seed is 0"):
        await mohook.aio.run_until_idle(max_attempts=3)


async def test_both_faces_move_one_clock(mohook: Mohook) -> None:
    """What is sent with `await` is retried without it, and the other way round."""
    mohook.ip1.connect(App(500, 500, 500, 200))
    first = await mohook.aio.ip1.send("a")
    mohook.run_next()
    second = mohook.ip1.send("b")
    await mohook.aio.run_until_idle()
    assert first.delivered
    assert second.delivered
    with pytest.raises(ConflictError, match="lies before"):
        await mohook.aio.advance_to(first.created_at)
