"""The queue of calls to apps in this process: what is made when, and what an interrupt leaves."""

# ruff: noqa: ARG001 - the signature of an app is given
from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from threading import Barrier, get_ident
from typing import TYPE_CHECKING, Any

import pytest

from mohook.delivery.transports.in_process import InProcessTransport
from mohook.delivery.transports.transport import Exchange, Request
from tests.threads import no_thread_left

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

Transport = InProcessTransport[str]
Event = dict[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]


@pytest.fixture
def transport() -> Iterator[Transport]:
    with closing(Transport()) as made:
        yield made


def outcomes(ended: list[tuple[str, Exchange]]) -> list[tuple[str, str]]:
    return [(token, exchange.outcome) for token, exchange in ended]


class Wsgi:
    """Keeps who called it with what, and does first what it is told to."""

    def __init__(self, then: Callable[[], object] = bool) -> None:
        self.then = then
        self.threads: list[int] = []
        self.paths: list[str] = []

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        self.threads.append(get_ident())
        self.paths.append(environ["PATH_INFO"])
        self.then()
        start_response("200 OK", [])
        return []


async def asgi(scope: Event, receive: Receive, send: Send) -> None:
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body"})


def start(transport: Transport, url: str, *tokens: str) -> None:
    for token in tokens:
        transport.start(Request(url, b"{}"), token)


def test_an_app_is_called_when_it_is_waited_for(transport: Transport) -> None:
    """To start is to queue: nothing has happened yet, and it counts as in flight."""
    app = Wsgi()
    start(transport, transport.mount(app), "a")
    assert (app.paths, transport.in_flight) == ([], 1)
    assert outcomes(transport.wait(None)) == [("a", "200")]
    assert (app.paths, transport.in_flight) == (["/"], 0)
    assert transport.wait(0) == []


def test_one_wait_makes_one_request(transport: Transport) -> None:
    """In the order in which they were started: each is handed back before the next is made."""
    app = Wsgi()
    origin = transport.mount(app)
    start(transport, f"{origin}/1", "a")
    start(transport, f"{origin}/2", "b")
    start(transport, f"{origin}/3", "a")
    assert outcomes(transport.wait(None)) == [("a", "200")]
    assert app.paths == ["/1"]
    assert transport.in_flight == 2
    assert outcomes(transport.wait(None) + transport.wait(None)) == [("b", "200"), ("a", "200")]
    assert app.paths == ["/1", "/2", "/3"]


def test_what_is_under_way_is_in_flight(transport: Transport) -> None:
    """Also as the app itself sees it."""
    seen: list[int] = []
    app = Wsgi(lambda: seen.append(transport.in_flight))
    start(transport, transport.mount(app), "a", "a", "b")
    transport.wait(None)
    assert seen == [3, 3]
    assert transport.in_flight == 1


def test_copies_go_to_a_wsgi_app_one_after_the_other(transport: Transport) -> None:
    """In the caller's thread, where a test's database connection lives; handed back together."""
    app = Wsgi()
    start(transport, transport.mount(app), "a", "a")
    assert outcomes(transport.wait(None)) == [("a", "200")] * 2
    assert app.threads == [get_ident()] * 2


def test_copies_go_to_a_concurrent_wsgi_app_at_the_same_time(transport: Transport) -> None:
    """Both are inside before either answers; a single request stays in the caller's thread."""
    met = Barrier(2)
    app = Wsgi(lambda: met.wait(10))
    origin = transport.mount(app, concurrent=True)
    start(transport, origin, "a", "a")
    assert outcomes(transport.wait(None)) == [("a", "200")] * 2
    assert len({*app.threads, get_ident()}) == 3
    app.then = bool
    start(transport, origin, "b")
    transport.wait(None)
    assert app.threads[-1] == get_ident()


@pytest.mark.parametrize("problem", [KeyboardInterrupt, SystemExit, pytest.fail.Exception])
@pytest.mark.parametrize("kind", ["wsgi", "asgi"])
def test_an_interrupt_goes_through_and_what_it_hit_has_ended(
    transport: Transport, problem: type[BaseException], kind: str
) -> None:
    """Its request has ended with an error; the rest waits in the queue, and goes on."""
    hits = [True]

    def interrupt() -> None:
        if hits.pop():
            raise problem

    async def interrupted(scope: Event, receive: Receive, send: Send) -> None:
        interrupt()
        await asgi(scope, receive, send)

    app = Wsgi(interrupt) if kind == "wsgi" else interrupted
    origin = transport.mount(app, lifespan=False)
    start(transport, origin, "a", "b")
    with pytest.raises(problem):
        transport.wait(None)
    assert transport.in_flight == 2
    [(token, exchange)] = transport.wait(None)
    assert (token, exchange.outcome, exchange.status_code) == ("a", "error", None)
    assert exchange.error == f"interrupted before the app had answered: {problem.__name__}"
    hits.append(False)
    assert outcomes(transport.wait(None)) == [("b", "200")]


def test_both_copies_have_ended_where_one_is_interrupted(transport: Transport) -> None:
    """None is left in flight for ever."""

    def interrupt() -> None:
        raise KeyboardInterrupt

    start(transport, transport.mount(Wsgi(interrupt)), "a", "a")
    with pytest.raises(KeyboardInterrupt):
        transport.wait(None)
    assert outcomes(transport.wait(None)) == [("a", "error")] * 2
    assert transport.in_flight == 0


def test_what_is_dropped_reaches_no_app(transport: Transport) -> None:
    """It ends as an error, so that whoever counts what is in flight counts right."""
    app = Wsgi()
    start(transport, transport.mount(app), "a", "b")
    transport.drop()
    assert transport.in_flight == 2
    assert outcomes(transport.wait(None)) == [("a", "error"), ("b", "error")]
    assert (app.paths, transport.in_flight) == ([], 0)


def test_an_asgi_app_runs_on_one_loop_of_its_own() -> None:
    """In a thread beside the caller's, the same for each request, and gone after `close`."""
    threads: set[int] = set()

    async def app(scope: Event, receive: Receive, send: Send) -> None:
        threads.add(get_ident())
        await asgi(scope, receive, send)

    with no_thread_left(), closing(Transport()) as transport:
        with no_thread_left():
            origin = transport.mount(app)  # the loop's thread is made when first needed
        for _ in range(3):
            start(transport, origin, "a")
            assert outcomes(transport.wait(None)) == [("a", "200")]
        assert len(threads) == 1
        assert get_ident() not in threads


@pytest.mark.slow
def test_many_transports_leave_nothing_behind() -> None:
    """No thread, no loop, no descriptor; a warning of one left open would be an error."""
    with no_thread_left():
        for _ in range(200):
            with closing(Transport()) as transport:
                start(transport, transport.mount(asgi), "a")
                assert outcomes(transport.wait(None)) == [("a", "200")]
