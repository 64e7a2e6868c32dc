"""Calling an ASGI app: the messages that it gets, and those that it must not send."""

# ruff: noqa: ARG001 - the signature of an app is given
from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import anyio
import pytest
import trio
from fastapi import BackgroundTasks, FastAPI
from starlette.responses import StreamingResponse

from mohook.delivery.transports import asgi
from mohook.delivery.transports.transport import Exchange, Request

pytestmark = pytest.mark.anyio

Event = dict[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]
App = Callable[..., Any]

REQUEST = Request("http://user:pass@app-1.test:8080/a%20b/%C3%BC?x=1&y=%2F", b'{"body":"hi"}')
START = {"type": "http.response.start", "status": 200, "headers": []}
WHOLE = {"type": "http.response.body", "body": b"ok"}
PART = {"type": "http.response.body", "body": b"part", "more_body": True}


async def post(app: App, *, cap: int = 1000, state: dict[str, Any] | None = None) -> Exchange:
    [exchange] = await asgi.exchanges(app, [REQUEST], cap, state)
    return exchange


def sends(*events: Event, then: BaseException | None = None) -> App:
    """Return an app that sends these and returns, or raises."""

    async def app(scope: Event, receive: Receive, send: Send) -> None:
        for event in events:
            await send(event)
        if then:
            raise then

    return app


async def test_the_scope_is_as_the_specification_has_it() -> None:
    """Each key of an HTTP connection scope, with its type."""
    seen: list[Event] = []

    async def app(scope: Event, receive: Receive, send: Send) -> None:
        seen.append(scope)
        await sends(START, WHOLE)(scope, receive, send)

    exchange = await post(app)
    [scope] = seen
    headers = scope.pop("headers")
    assert scope == {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/a b/ü",
        "raw_path": b"/a%20b/%C3%BC",
        "query_string": b"x=1&y=%2F",
        "root_path": "",
        "client": ("127.0.0.1", 50000),
        "server": ("app-1.test", 8080),
    }
    assert headers == [
        (name.lower().encode(), value.encode()) for name, value in exchange.request_headers
    ]
    assert dict(headers)[b"content-length"] == b"13"


async def test_each_request_has_a_scope_and_a_state_of_its_own() -> None:
    """What an app writes into them is gone with the request; what stands in the state is shared."""
    shared: list[str] = []
    state = {"log": shared}

    async def app(scope: Event, receive: Receive, send: Send) -> None:
        assert set(scope["state"]) == {"log"}
        scope["state"]["log"].append(scope["path"])
        scope["state"]["user"] = scope["path"] = "changed"
        await sends(START, WHOLE)(scope, receive, send)

    assert (await post(app, state=state)).error is None
    assert (await post(app, state=state)).error is None
    assert state == {"log": ["/a b/ü"] * 2}


async def test_the_body_comes_once_and_then_the_end() -> None:
    """`http.disconnect` comes when the answer is whole, and not before."""
    events: list[Event] = []

    async def app(scope: Event, receive: Receive, send: Send) -> None:
        events.append(await receive())
        with anyio.move_on_after(0.01):
            events.append(await receive())
        await send(START)
        await send(WHOLE)
        events.append(await receive())
        events.append(await receive())

    assert (await post(app)).outcome == "200"
    assert events == [
        {"type": "http.request", "body": REQUEST.body, "more_body": False},
        {"type": "http.disconnect"},
        {"type": "http.disconnect"},
    ]


async def test_an_answer_in_parts_is_put_together() -> None:
    """Body and `more_body` may be missing; the reason is the usual one of the code."""
    headers = [(b"x-many", b"a"), [b"x-many", b"b"]]
    start = {"type": "http.response.start", "status": 201, "headers": headers}
    exchange = await post(sends(start, PART, PART, {"type": "http.response.body"}))
    assert exchange.response_head == b"HTTP/1.1 201 Created\r\nx-many: a\r\nx-many: b\r\n\r\n"
    assert exchange.response_body == b"partpart"
    assert (exchange.outcome, exchange.status_code, exchange.error) == ("201", 201, None)


async def test_a_code_without_a_name_is_a_code() -> None:
    """And headers may be missing."""
    exchange = await post(sends({"type": "http.response.start", "status": 299}, WHOLE))
    assert exchange.response_head == b"HTTP/1.1 299 \r\n\r\n"
    assert exchange.outcome == "299"


@pytest.mark.parametrize(
    ("app", "error"),
    [
        (sends(), "the app returned without an answer"),
        (sends(START), "the app returned without the end of its answer"),
        (sends(START, PART), "the app returned without the end of its answer"),
        (sends(WHOLE), "RuntimeError: 'http.response.body' was sent: expected 'http.response.st"),
        (sends(START, START), "'http.response.start' was sent: expected 'http.response.body'"),
        (sends({**START, "status": "200"}), "status '200': expected a code"),
        (sends({**START, "status": 42}), "status 42: expected a code"),
        (sends({**START, "headers": [("x-a", "b")]}), "header 'x-a': 'b': expected a name and"),
        (sends(START, {**WHOLE, "body": "ok"}), "TypeError"),
        (sends({"type": "websocket.accept"}), "'websocket.accept' was sent: expected"),
        (sends(then=KeyError("mnc")), "the app raised KeyError: 'mnc' (test_asgi.py:"),
        (sends(START, PART, then=KeyError("mnc")), "the app raised KeyError: 'mnc' (test_asgi"),
    ],
    ids=range(12),
)
async def test_what_is_no_answer_is_the_500_of_its_server(app: App, error: str) -> None:
    """With what was missing or wrong; half an answer is never an acknowledgement."""
    exchange = await post(app)
    assert (exchange.outcome, exchange.status_code, exchange.response_body) == ("500", 500, b"")
    assert error in (exchange.error or "")


async def test_an_error_after_the_answer_takes_nothing_back() -> None:
    """The provider has its 200 by then: the message is delivered, and the error is told."""
    app = FastAPI()

    def fails() -> None:
        raise KeyError("mnc")

    @app.post("/{path:path}")
    async def inbound(tasks: BackgroundTasks) -> str:
        tasks.add_task(fails)
        return "taken"

    exchange = await post(app)
    assert (exchange.outcome, exchange.response_body) == ("200", b'"taken"')
    assert "after its answer the app raised KeyError: 'mnc' (test_asgi.py:" in (
        exchange.error or ""
    )


async def test_a_frameworks_page_for_an_error_is_its_answer_and_the_error_is_told() -> None:
    """Starlette answers 500 and then raises what its app raised."""
    app = FastAPI()

    @app.post("/{path:path}")
    async def inbound() -> str:
        raise KeyError("mnc")

    exchange = await post(app)
    assert (exchange.outcome, exchange.response_body) == ("500", b"Internal Server Error")
    assert (exchange.error or "").startswith("the app raised KeyError: 'mnc' (test_asgi.py:")


async def test_sending_more_than_an_answer_is_an_error_of_the_app() -> None:
    """The answer stands; the message after it is refused."""
    exchange = await post(sends(START, WHOLE, WHOLE))
    assert (exchange.outcome, exchange.response_body) == ("200", b"ok")
    assert "'http.response.body' was sent after the client had hung up" in (exchange.error or "")


class Endless:
    def __aiter__(self) -> Endless:
        return self

    async def __anext__(self) -> bytes:
        return b"part"


async def test_an_endless_answer_ends_at_the_cap() -> None:
    """The client hangs up, and the app is told so; also one that does not listen."""

    async def app(scope: Event, receive: Receive, send: Send) -> None:
        await send(START)
        while True:
            await send(PART)

    for each in (app, StreamingResponse(Endless())):
        exchange = await post(each, cap=10)
        assert (exchange.outcome, exchange.status_code) == ("too-large", 200)
        assert exchange.response_body == b"partpartpa"
    assert (await post(sends(START, PART, WHOLE), cap=6)).outcome == "200"


async def both(app: App) -> Sequence[Exchange]:
    return await asgi.exchanges(app, [REQUEST, REQUEST], 1000, None)


async def test_copies_run_at_the_same_time() -> None:
    """Each waits for the other inside the app: one after the other would never end."""
    inside, met = [0], anyio.Event()

    async def app(scope: Event, receive: Receive, send: Send) -> None:
        inside[0] += 1
        if inside[0] == 2:
            met.set()
        await met.wait()
        await sends(START, WHOLE)(scope, receive, send)

    with anyio.fail_after(10):
        assert [exchange.outcome for exchange in await both(app)] == ["200", "200"]


async def test_a_check_before_an_insert_is_torn_apart() -> None:
    """Both copies have read their body before either goes on: a missing lock shows."""
    stored: list[bytes] = []

    async def app(scope: Event, receive: Receive, send: Send) -> None:
        is_new = not stored
        body = (await receive())["body"]
        if is_new:
            stored.append(body)
        await sends(START, WHOLE)(scope, receive, send)

    await both(app)
    assert stored == [REQUEST.body] * 2


async def test_an_error_of_one_copy_leaves_the_other_alone() -> None:
    """Each has its own end."""
    calls = [0]

    async def app(scope: Event, receive: Receive, send: Send) -> None:
        calls[0] += 1
        if calls[0] == 1:
            raise KeyError("mnc")
        await anyio.sleep(0)
        await sends(START, WHOLE)(scope, receive, send)

    assert {exchange.outcome for exchange in await both(app)} == {"500", "200"}


async def test_a_failed_assertion_in_the_app_is_its_500_and_pytest_fail_goes_through() -> None:
    """What is no Exception is meant for whoever runs the test, and comes as it is."""
    assert (await post(sends(then=AssertionError("a")))).outcome == "500"
    with pytest.raises(pytest.fail.Exception, match="wrong"):
        await both(sends(then=pytest.fail.Exception("wrong")))


@pytest.mark.parametrize("anyio_backend", ["asyncio"])  # no app can raise trio's
async def test_a_cancellation_that_nobody_asked_for_is_an_error_of_the_app() -> None:
    """An app that awaits a task that was cancelled raises CancelledError by itself."""
    exchange = await post(sends(then=asyncio.CancelledError()))
    assert exchange.outcome == "500"
    assert "CancelledError, and nobody had cancelled it" in (exchange.error or "")


async def test_a_cancellation_goes_through(anyio_backend_name: str) -> None:
    """Whoever waits can stop waiting, in the manner of either library."""

    async def hangs(scope: Event, receive: Receive, send: Send) -> None:
        await anyio.sleep_forever()

    with anyio.move_on_after(0.01) as bound:
        await both(hangs)
    assert bound.cancelled_caught
    if anyio_backend_name == "asyncio":
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(both(hangs), 0.01)
    else:
        with pytest.raises(trio.TooSlowError):
            with trio.fail_after(0.01):
                await both(hangs)


async def test_a_request_may_have_a_method_and_headers_of_its_own() -> None:
    """What others than the emulator ask for is passed on as it is."""
    seen: list[Event] = []

    async def notes(scope: Event, receive: Receive, send: Send) -> None:
        seen.append(scope)
        await sends(START, WHOLE)(scope, receive, send)

    app: App = notes

    request = Request("http://app-1.test/", b"", "GET", (("X-Own", "a"),))
    [exchange] = await asgi.exchanges(app, [request], 10, None)
    [scope] = seen
    assert (scope["method"], scope["headers"]) == ("GET", [(b"x-own", b"a")])
    assert exchange.request_headers == (("X-Own", "a"),)
