"""An app on a real socket: served at once, gone at once, as many at a time as was said."""

# ruff: noqa: ARG001 - the signature of an app is given

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

import pytest
import requests

from mohook.errors import LifespanError, WebhookError
from pytest_mohook.harness.serving.hosted import Hosted
from tests.threads import no_thread_left

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_PATIENCE = 5.0


def greets(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    start_response("200 OK", [("Content-Length", "2")])
    return [environ["wsgi.input"].read() or b"hi"]


class Counts:
    """Counts how many requests it has at once; each waits for `enough`, but not for long."""

    def __init__(self, enough: int, patience: float) -> None:
        self._here = threading.Barrier(enough)
        self._patience = patience
        self.met = 0

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        try:
            self._here.wait(self._patience)
            self.met += 1
        except threading.BrokenBarrierError:
            pass
        return greets(environ, start_response)


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


def test_an_app_is_served_on_a_free_port(session: requests.Session) -> None:
    """Two at a time have ports of their own, and a body arrives whole."""
    with Hosted(greets) as one, Hosted(greets) as other:
        assert one.url != other.url
        assert session.get(one.url).text == "hi"
        assert session.post(other.url, data=b"yo").text == "yo"


def test_a_connection_is_kept() -> None:
    """Many requests go over one connection: HTTP/1.1 as it is meant."""
    with Hosted(greets) as hosted:
        connection = HTTPConnection(hosted.url.removeprefix("http://"), timeout=10)
        sockets = []
        for _ in range(3):
            connection.request("GET", "/")
            assert connection.getresponse().read() == b"hi"
            sockets.append(connection.sock)
        connection.close()
    assert sockets[0] is not None
    assert sockets == sockets[:1] * 3


@pytest.mark.parametrize("path", ["/", "/a%20b/%C3%BC?x=1&y=%2F", "//a//b", "/%2F"])
def test_a_request_arrives_as_it_was_made(session: requests.Session, path: str) -> None:
    """Method, path, query, headers and body; and the answer goes back as the app gave it."""
    seen: list[WSGIEnvironment] = []

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        seen.append({**environ, "body": environ["wsgi.input"].read()})
        start_response("418 Short And Stout", [("X-One", "a: b"), ("Content-Length", "3")])
        return [b"te", b"a"]

    with Hosted(app) as hosted:
        request = requests.Request("PUT", hosted.url, data=b"{}", headers={"X-Two": "c"}).prepare()
        request.url = hosted.url + path  # as it is: requests would tidy it up
        answer = session.send(request)
    [environ] = seen
    assert (environ["REQUEST_METHOD"], environ["REQUEST_URI"]) == ("PUT", path)
    assert environ["PATH_INFO"] == unquote_to_bytes(path.partition("?")[0]).decode("latin-1")
    assert environ["QUERY_STRING"] == path.partition("?")[2]
    assert (environ["HTTP_X_TWO"], environ["CONTENT_LENGTH"], environ["body"]) == ("c", "2", b"{}")
    assert (answer.status_code, answer.reason, answer.content) == (418, "Short And Stout", b"tea")
    assert answer.headers["X-One"] == "a: b"


def test_what_is_closed_is_gone(session: requests.Session) -> None:
    """No thread is left, a kept connection is ended, and closing twice is closing once."""
    with no_thread_left():
        hosted = Hosted(greets)
        session.get(hosted.url)
        hosted.close()
        hosted.close()
    with pytest.raises(requests.ConnectionError):
        session.get(hosted.url)


@pytest.mark.parametrize("at_once", [2, 8])
def test_requests_are_served_at_the_same_time(at_once: int) -> None:
    """As many as wait for each other meet in the app."""
    app = Counts(at_once, _PATIENCE)
    with Hosted(app) as hosted, ThreadPoolExecutor(at_once) as people:
        list(people.map(requests.get, [hosted.url] * at_once))
    assert app.met == at_once


def test_an_app_that_bears_one_at_a_time_gets_one_at_a_time(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Without `concurrent` no two requests meet, and that one waits is no news."""
    app = Counts(2, 0.05)
    with Hosted(app, concurrent=False) as hosted, ThreadPoolExecutor(2) as people:
        answers = list(people.map(requests.get, [hosted.url] * 2))
    assert [answer.status_code for answer in answers] == [200, 200]
    assert app.met == 0
    assert caplog.records == []


def test_an_app_that_raises_answers_500_and_goes_on(session: requests.Session) -> None:
    """The answer says what it raised, and where."""
    words = iter(["once"])

    def raises(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        for word in words:
            raise RuntimeError(word)
        return greets(environ, start_response)

    with Hosted(raises) as hosted:
        first, second = session.get(hosted.url), session.get(hosted.url)
    assert (first.status_code, second.status_code) == (500, 200)
    assert re.match(r"the app raised RuntimeError: once \(test_hosted\.py:\d+", first.text)


@pytest.mark.slow
def test_an_app_that_never_returns_does_not_hold_the_test(session: requests.Session) -> None:
    """It is left behind after a second, and its connection is ended."""
    called, released = threading.Event(), threading.Event()

    def hangs(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        called.set()
        released.wait(_PATIENCE)
        return greets(environ, start_response)

    with ThreadPoolExecutor(1) as people:
        with Hosted(hangs) as hosted:
            answer = people.submit(session.get, hosted.url)
            assert called.wait(_PATIENCE)
        with pytest.raises(requests.ConnectionError):
            answer.result(_PATIENCE)
        released.set()


async def echoes(scope: Any, receive: Any, send: Any) -> None:
    """Answer with what was asked and what the lifespan has left."""
    if scope["type"] == "lifespan":
        assert (await receive())["type"] == "lifespan.startup"
        scope["state"]["opened"] = True
        await send({"type": "lifespan.startup.complete"})
        assert (await receive())["type"] == "lifespan.shutdown"
        closed.append(scope)
        await send({"type": "lifespan.shutdown.complete"})
        return
    body = (await receive())["body"]
    told = [scope["method"], scope["path"], scope.get("state"), dict(scope["headers"])[b"x-two"]]
    await send({"type": "http.response.start", "status": 200, "headers": [(b"x-one", b"a")]})
    await send({"type": "http.response.body", "body": repr(told).encode() + body})


closed: list[Any] = []


def test_an_asgi_app_is_served_with_its_lifespan(session: requests.Session) -> None:
    """Its startup has run before the first request, its shutdown when it is closed."""
    closed.clear()
    with Hosted(echoes) as hosted:
        answer = session.put(hosted.url + "/a%20b", data=b"!", headers={"X-Two": "c"})
        assert closed == []
    assert answer.text == "['PUT', '/a b', {'opened': True}, b'c']!"
    assert answer.headers["X-One"] == "a"
    assert len(closed) == 1


def test_a_lifespan_may_be_left_out(session: requests.Session) -> None:
    """With False the app never hears of one."""
    closed.clear()
    with Hosted(echoes, lifespan=False) as hosted:
        assert session.get(hosted.url, headers={"X-Two": "c"}).text == "['GET', '/', None, b'c']"
    assert closed == []


def test_a_startup_that_fails_serves_nothing() -> None:
    """The error says what the app raised, and no thread is left."""

    async def breaks(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "no database"})

    with no_thread_left():
        with pytest.raises(LifespanError, match="no database"):
            Hosted(breaks)
        with pytest.raises(LifespanError, match="has no lifespan"):
            Hosted(greets_async, lifespan=True)


async def greets_async(scope: Any, receive: Any, send: Any) -> None:
    assert scope["type"] == "http"
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"hi"})


def test_what_is_no_app_is_refused() -> None:
    """Nothing is opened for it."""
    with pytest.raises(WebhookError, match="'app' is a string"):
        Hosted("app")  # type: ignore[arg-type] # on purpose
