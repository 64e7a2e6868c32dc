"""Calls an ASGI app as a server would (ASGI specification 3.0, HTTP message format 2.3)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from functools import lru_cache
from time import perf_counter
from typing import Any
from urllib.parse import unquote, urlsplit

import anyio
import anyio.lowlevel

from mohook.delivery.transports.answer import Answer, NoAnswerError, exchange_of, status_line
from mohook.delivery.transports.headers import headers_of
from mohook.delivery.transports.transport import Exchange, Headers, Request

__all__ = ["ASGIApplication", "Event", "State", "call", "exchanges", "is_cancellation"]

Event = MutableMapping[str, Any]
State = dict[str, Any]
"""What a lifespan leaves for the requests, as `scope["state"]`."""
ASGIApplication = Callable[
    [Event, Callable[[], Awaitable[Event]], Callable[[Event], Awaitable[None]]], Awaitable[None]
]

_START, _BODY = "http.response.start", "http.response.body"


async def exchanges(
    app: ASGIApplication, requests: Sequence[Request], cap: int, state: State | None
) -> list[Exchange]:
    """Call the app for all requests at the same time, each in a task of its own.

    Raises what is no Exception, such as `pytest.fail` in the app, when all have ended.
    """
    ended: list[Exchange | None] = [None] * len(requests)
    broken: list[BaseException] = []

    async def make(place: int, request: Request) -> None:
        started = perf_counter()
        answer: Answer | Exception
        try:
            answer = await call(app, request, cap, state)
        except Exception as problem:  # noqa: BLE001 - whatever an app raises is its answer
            answer = problem
        except BaseException as problem:
            if is_cancellation(problem):
                raise
            if not isinstance(problem, asyncio.CancelledError):
                broken.append(problem)
                return
            answer = RuntimeError("asyncio.CancelledError, and nobody had cancelled it")
        ended[place] = exchange_of(request, answer, perf_counter() - started, cap)

    async with anyio.create_task_group() as tasks:
        for place, request in enumerate(requests):
            tasks.start_soon(make, place, request)
    for problem in broken:
        raise problem
    return [exchange for exchange in ended if exchange]


def is_cancellation(problem: BaseException) -> bool:
    """Whether this task is being cancelled; an app can raise asyncio's error by itself."""
    if not isinstance(problem, anyio.get_cancelled_exc_class()):
        return False
    try:
        task = asyncio.current_task()
    except RuntimeError:
        return True  # trio's can be raised by trio alone
    return task is None or task.cancelling() > 0


async def call(app: ASGIApplication, request: Request, cap: int, state: State | None) -> Answer:
    """Return what the app answers, once it has returned.

    It is told to stop as soon as the body is larger than `cap` bytes. Raises NoAnswerError
    for a part of an answer, and what the app raises before its answer is whole.
    """
    cycle = _Cycle(request.body, cap)
    problem: Exception | None = None
    try:
        await app(_scope(request, state), cycle.receive, cycle.send)
    except Exception as raised:
        if not cycle.over.is_set():
            raise
        problem = raised
    return cycle.answer(problem)


class _Cycle:
    """One request and its answer, as messages. `over` is set when the client hangs up."""

    def __init__(self, request_body: bytes, cap: int) -> None:
        self.over = anyio.Event()
        self._request: bytes | None = request_body
        self._cap = cap
        self._status = 0
        self._headers: Headers = ()
        self._body = bytearray()

    async def receive(self) -> Event:
        """Give the body once, and that the client is gone once the answer is whole."""
        await anyio.lowlevel.checkpoint()
        if self._request is not None:
            body, self._request = self._request, None
            return {"type": "http.request", "body": body, "more_body": False}
        await self.over.wait()
        return {"type": "http.disconnect"}

    async def send(self, event: Event) -> None:
        """Take a part of the answer; raise what a server raises for one out of turn."""
        await anyio.lowlevel.checkpoint()
        if self.over.is_set():
            msg = f"{event['type']!r} was sent after the client had hung up"
            raise OSError(msg)
        expected = _BODY if self._status else _START
        if event["type"] != expected:
            msg = f"{event['type']!r} was sent: expected {expected!r}"
            raise RuntimeError(msg)
        if expected == _START:
            self._status = _code(event["status"])
            self._headers = tuple(_text(name, value) for name, value in event.get("headers", ()))
            return
        self._body += event.get("body", b"")
        if not event.get("more_body") or len(self._body) > self._cap:
            self.over.set()

    def answer(self, problem: Exception | None) -> Answer:
        """Return the whole answer; raise NoAnswerError when there is none."""
        if not self.over.is_set():
            missing = "the end of its answer" if self._status else "an answer"
            msg = f"returned without {missing}"
            raise NoAnswerError(msg)
        return Answer(status_line(self._status), self._headers, bytes(self._body), problem)


def _code(status: object) -> int:
    if isinstance(status, int) and 100 <= status <= 999:
        return int(status)
    msg = f"status {status!r}: expected a code such as 200"
    raise ValueError(msg)


def _text(name: object, value: object) -> tuple[str, str]:
    if isinstance(name, bytes) and isinstance(value, bytes):
        return name.decode("latin-1"), value.decode("latin-1")
    msg = f"header {name!r}: {value!r}: expected a name and a value in bytes"
    raise TypeError(msg)


def _scope(request: Request, state: State | None) -> Event:
    headers = headers_of(request)
    scope = {
        **_fixed(request.url),
        "method": request.method,
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers],
    }
    return scope if state is None else {**scope, "state": state.copy()}


@lru_cache(maxsize=4096)
def _fixed(url: str) -> Event:
    """Return what every request to this URL has."""
    parts = urlsplit(url)
    path = parts.path or "/"
    return {
        "type": "http",
        "http_version": "1.1",
        "scheme": parts.scheme,
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": parts.query.encode(),
        "root_path": "",
        "client": ("127.0.0.1", 50000),
        "server": (parts.hostname, parts.port or 80),
    }
