"""Serving over HTTP: real ports, threads for everybody, and a clean end."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable
from contextlib import closing
from time import monotonic

import pytest
import requests

from mohook.emulator import Emulator
from mohook.errors import SettingsError
from mohook.server import events
from mohook.server.app import create_app
from mohook.server.events import MOST_STREAMS
from mohook.server.http import HttpServer
from mohook.server.portal import live
from mohook.server.settling import MOST_WAITS
from mohook.settings import Ip1Settings, ServeSettings, Settings
from tests._receivers import Answer, scripted
from tests.server.bench import API, message
from tests.server.test_events import Listener


def new_app() -> Emulator:
    return Emulator(Settings(serve=ServeSettings(clock="manual")))


def test_port_0_is_a_free_one() -> None:
    """The real port is known before the server is started, and stands in the URL."""
    app = create_app(new_app())
    with HttpServer(app, port=0) as one, HttpServer(app, port=0) as other:
        assert one.port != other.port
        assert one.url == f"http://127.0.0.1:{one.port}"
        assert requests.get(f"{one.url}{API}/health", timeout=5).json()["status"] == "ready"


def test_a_taken_port_is_told_with_its_flag() -> None:
    """The error names --port, the address, and what to do."""
    app = create_app(new_app())
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError, match=rf"--port {port}: .*127\.0\.0\.1.*--port 0"):
            HttpServer(app, port=port)


@pytest.mark.parametrize("host", ["192.0.2.1", "no such host", "host.invalid"])
def test_an_address_that_is_not_ours_is_told_with_its_flag(host: str) -> None:
    """The error names --host and gives a way out."""
    with pytest.raises(SettingsError, match=r"--host .*--host 127\.0\.0\.1"):
        HttpServer(create_app(new_app()), host, 0)


def test_a_server_on_every_address_is_reached_on_this_machine() -> None:
    """Bound to 0.0.0.0, the URL is one that can be called."""
    serve = ServeSettings(clock="manual", host="0.0.0.0", control_token="sesame " * 3)
    emulator = Emulator(Settings(serve=serve))
    with HttpServer(create_app(emulator), "0.0.0.0", 0) as server:
        assert server.url.startswith("http://127.0.0.1:")
        assert requests.get(f"{server.url}{API}/health", timeout=5).status_code == 200


def test_a_stopped_server_is_gone() -> None:
    """After `stop` the port is free again; stopping twice, or unstarted, is no error."""
    app = create_app(new_app())
    server = HttpServer(app, port=0)
    server.start()
    server.stop()
    server.stop()
    again = HttpServer(create_app(new_app()), port=server.port)
    again.stop()


def test_a_server_whose_thread_is_quicker_than_its_end_stops_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The thread that is woken to close everything leaves the waker its pipe till it is done."""
    server = HttpServer(create_app(new_app()), port=0)
    trigger, thread = server._server.trigger, server._thread
    pull = trigger._physical_pull

    def pull_slowly() -> None:
        pull()
        thread.join(0.1)
        pull()

    server.start()
    monkeypatch.setattr(trigger, "_physical_pull", pull_slowly)
    server.stop()
    assert not thread.is_alive()


def test_what_is_being_answered_is_answered_before_the_end() -> None:
    """A request that is under way when the server stops gets its whole answer."""
    emulator = new_app()
    app = create_app(emulator)
    asked, go_on = threading.Event(), threading.Event()

    def slow() -> str:
        asked.set()
        go_on.wait(5)
        return "x" * 1_000_000

    app.add_url_rule("/slow", view_func=slow)
    server = HttpServer(app, port=0)
    server.start()
    answers: list[int] = []
    calling = threading.Thread(
        target=lambda: answers.append(len(requests.get(f"{server.url}/slow", timeout=5).text))
    )
    calling.start()
    assert asked.wait(5)
    stopping = threading.Thread(target=server.stop)
    stopping.start()
    go_on.set()
    calling.join(5)
    stopping.join(5)
    assert answers == [1_000_000]


@pytest.mark.slow
def test_waits_and_streams_leave_room_for_others(served: Callable[..., HttpServer]) -> None:
    """With every seat of both taken, another call is answered, and another wait is a 503."""
    with scripted(Answer(500)) as receiver:
        server = served(Emulator(Settings(ip1=Ip1Settings(callback_url=receiver.url))))
        url = f"{server.url}{API}"
        listeners = [Listener(server.url) for _ in range(MOST_STREAMS)]
        waiting = [
            threading.Thread(
                target=lambda: requests.post(
                    f"{url}/messages", json=message(), params={"wait": 2}, timeout=9
                )
            )
            for _ in range(MOST_WAITS)
        ]
        for thread in waiting:
            thread.start()
        receiver.wait_for(MOST_WAITS)
        assert (
            requests.get(
                f"{url}/events", headers={"Accept": "text/event-stream"}, timeout=5
            ).status_code
            == 503
        )
        refused = requests.post(f"{url}/messages?wait=1", json=message(), timeout=5)
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
        assert requests.get(f"{url}/health", timeout=5).status_code == 200
        for listener in listeners:
            listener.close()
        for thread in waiting:
            thread.join()


def test_a_reader_that_leaves_is_noticed(url: str, caplog: pytest.LogCaptureFixture) -> None:
    """A stream whose reader has gone ends quietly, and the server goes on."""
    with caplog.at_level(logging.DEBUG):
        with closing(Listener(url)) as listener:
            assert next(listener.lines) == ": mohook"
        requests.post(f"{url}{API}/messages", json=message(), timeout=5)
        assert requests.get(f"{url}{API}/health", timeout=5).status_code == 200
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("path", [f"{API}/events", "/portal/live"])
def test_a_reader_that_leaves_frees_its_seat(
    url: str, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At once, though nothing is written: whoever goes from page to page always finds one."""
    monkeypatch.setattr(f"{events.__name__}.KEEP_ALIVE", 3600)
    monkeypatch.setattr(f"{live.__name__}.KEEP_ALIVE", 3600)

    def stream() -> requests.Response:
        asked = {"Accept": "text/event-stream"}
        return requests.get(f"{url}{path}", headers=asked, stream=True, timeout=5)

    for answer in [stream() for _ in range(MOST_STREAMS)]:
        assert answer.status_code == 200
        answer.close()
    until = monotonic() + 10
    with closing(stream()) as again:
        found = again.status_code
    while found == 503 and monotonic() < until:
        with closing(stream()) as again:
            found = again.status_code
    assert found == 200
