"""The switchboard: mounted apps in this process, everything else over HTTP, made when needed."""

from __future__ import annotations

from threading import Event, Thread
from typing import TYPE_CHECKING

from mohook.delivery.engine import Flight
from mohook.delivery.transports.in_process import InProcessTransport
from mohook.delivery.transports.switchboard import Switchboard
from mohook.delivery.transports.transport import Exchange, Request
from tests.delivery.bench import Bench, outcomes

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


class Wire:
    """Stands for real HTTP: blocks in `wait` until `wake`, and knows whether it was woken."""

    def __init__(self) -> None:
        self.started: list[Request] = []
        self.bell = Event()
        self.closed = False

    @property
    def in_flight(self) -> int:
        return len(self.started)

    def start(self, request: Request, token: str) -> None:
        del token
        self.started.append(request)

    def wait(self, timeout: float | None) -> list[tuple[str, Exchange]]:
        assert self.bell.wait(10 if timeout is None else timeout) or timeout is not None
        return []

    def wake(self) -> None:
        self.bell.set()

    def close(self) -> None:
        self.closed = True


def ok(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    del environ
    start_response("200 OK", [])
    return [b""]


def never() -> Wire:
    msg = "HTTP was asked for where nothing needs it"
    raise AssertionError(msg)


def test_an_app_answers_without_http() -> None:
    """Delivering to a mounted app makes no transport for sockets, whatever a script adds."""
    apps: InProcessTransport[Flight] = InProcessTransport()
    bench = Bench(Switchboard(apps, never))  # type: ignore[arg-type] # it must not be called
    bench.faults.add(["500", "lose-ack", "timeout"])
    message = bench.accept(origin=apps.mount(ok))
    bench.driver.run_until_idle()
    assert outcomes(message) == ["500", "lost-ack", "timeout", "200"]


def test_another_url_goes_over_http() -> None:
    """Only the origins of mounted apps are served here."""
    wire = Wire()
    board: Switchboard[str] = Switchboard(InProcessTransport(), lambda: wire)
    board.start(Request("http://127.0.0.1:5000/", b"{}"), "it")
    assert [request.url for request in wire.started] == ["http://127.0.0.1:5000/"]
    assert board.in_flight == 1
    board.close()
    assert wire.closed


def test_both_are_waited_for_and_neither_holds_up_the_other() -> None:
    """What an app has answered is handed back at once, while HTTP is still in flight."""
    apps: InProcessTransport[str] = InProcessTransport()
    board = Switchboard(apps, Wire)
    board.start(Request("http://127.0.0.1:5000/", b"{}"), "wire")
    board.start(Request(f"{apps.mount(ok)}/", b"{}"), "app")
    assert board.in_flight == 2
    assert [token for token, _ in board.wait(None)] == ["app"]
    assert board.in_flight == 1


def test_a_wake_before_the_first_wait_is_not_lost() -> None:
    """Work that comes while the transport is still being made ends the wait that follows."""
    making, made = Event(), Event()

    def make() -> Wire:
        making.set()
        assert made.wait(10)
        return Wire()

    board: Switchboard[str] = Switchboard(InProcessTransport(), make)
    waiting = Thread(target=board.wait, args=(None,))
    waiting.start()
    assert making.wait(10)
    waking = Thread(target=board.wake)
    waking.start()
    made.set()
    waking.join(10)
    waiting.join(10)
    assert not waiting.is_alive()
