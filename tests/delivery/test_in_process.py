"""Apps in this process: they see what is recorded, and whatever they do is an answer."""

# ruff: noqa: ARG001 - the signature of an app is given
from __future__ import annotations

import functools
import json
import re
from base64 import b64encode
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from mohook.delivery.transports.headers import USER_AGENT
from mohook.delivery.transports.in_process import App, InProcessTransport
from mohook.delivery.transports.transport import Exchange, Headers, Request
from mohook.errors import WebhookError

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

BODY = '{"message":"ünï\U0001f600"}'.encode()


class Wsgi:
    """A WSGI app that keeps what it sees and answers `status` with `chunks`."""

    def __init__(self, status: str = "200 OK", chunks: tuple[bytes, ...] = (b"ok",)) -> None:
        self.status = status
        self.chunks = chunks
        self.environ: WSGIEnvironment = {}
        self.body = b""

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
        self.environ = environ
        self.body = environ["wsgi.input"].read()
        start_response(
            self.status, [("Content-Type", "text/plain"), ("X-Many", "a"), ("X-Many", "b")]
        )
        return iter(self.chunks)

    @property
    def headers(self) -> dict[str, str]:
        """The headers as WSGI tells them: names in upper case."""
        plain = {"CONTENT_TYPE", "CONTENT_LENGTH"}
        return {
            name.removeprefix("HTTP_"): value
            for name, value in self.environ.items()
            if name.startswith("HTTP_") or name in plain
        }


class Asgi:
    """An ASGI app that keeps what it sees and answers `status`."""

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.scope: Scope = {}
        self.body = b""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope = scope
        while True:
            event = await receive()
            self.body += event["body"]
            if not event["more_body"]:
                break
        await send(
            {"type": "http.response.start", "status": self.status, "headers": [(b"x-a", b"b")]}
        )
        await send({"type": "http.response.body", "body": b"ok"})


def post(
    app: App, path: str = "/sms", body: bytes = BODY, *, login: str = "", cap: int = 1000
) -> Exchange:
    """Return what comes of posting `body` to an app at this path."""
    transport: InProcessTransport[str] = InProcessTransport(answer_cap=cap)
    with closing(transport):
        origin = transport.mount(app)
        transport.start(Request(origin.replace("://", f"://{login}") + path, body), "it")
        assert transport.in_flight == 1
        [(token, exchange)] = transport.wait(None)
        assert (token, transport.in_flight) == ("it", 0)
    return exchange


def told(headers: Headers) -> dict[str, str]:
    return {name.upper().replace("-", "_"): value for name, value in headers}


def test_a_wsgi_app_sees_the_request_that_is_recorded() -> None:
    """Method, body and every header; not one more."""
    app = Wsgi()
    exchange = post(app)
    assert app.environ["REQUEST_METHOD"] == "POST"
    assert app.body == BODY
    assert app.headers == told(exchange.request_headers)
    assert app.headers == {
        "HOST": "testserver:1",
        "USER_AGENT": USER_AGENT,
        "ACCEPT": "*/*",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(BODY)),
    }


def test_an_asgi_app_sees_the_request_that_is_recorded() -> None:
    """Method, body and every header; not one more."""
    app = Asgi()
    exchange = post(app, "/a%20b?x=1&y=%2F")
    assert (app.scope["type"], app.scope["method"]) == ("http", "POST")
    assert (app.scope["path"], app.scope["query_string"]) == ("/a b", b"x=1&y=%2F")
    assert app.body == BODY
    seen = {
        name.decode().upper().replace("-", "_"): value.decode()
        for name, value in app.scope["headers"]
    }
    assert seen == told(exchange.request_headers)


def test_an_asgi_app_gets_a_body_of_several_parts_whole() -> None:
    """A long message is read to its end."""
    app = Asgi()
    post(app, body=b"x" * 200_000)
    assert app.body == b"x" * 200_000


@pytest.mark.parametrize(
    ("url", "path", "query"),
    [
        ("", "/", ""),
        ("/", "/", ""),
        ("/a/b", "/a/b", ""),
        ("/a%20b%2Fc", "/a b/c", ""),
        ("/%C3%BC", "/ü", ""),
        ("//a/b", "//a/b", ""),
        ("/a?x=1&x=2&y=%20%2B+", "/a", "x=1&x=2&y=%20%2B+"),
        ("/a;b=c:d@e", "/a;b=c:d@e", ""),
        ("?x", "/", "x"),
        ("/a?u=http://b/?c=d", "/a", "u=http://b/?c=d"),
    ],
)
def test_path_and_query_reach_the_app(url: str, path: str, query: str) -> None:
    """The path decoded once, the query as it stands."""
    app = Wsgi()
    post(app, url)
    assert app.environ["PATH_INFO"].encode("latin-1").decode() == path
    assert app.environ["QUERY_STRING"] == query
    assert app.environ["SCRIPT_NAME"] == ""


@pytest.mark.parametrize(
    ("login", "pair"),
    [("user:pass@", "user:pass"), ("us%40er:p%3Ass@", "us@er:p:ss"), ("user@", "user:")],
)
def test_credentials_in_the_url_become_the_authorization(login: str, pair: str) -> None:
    """Percent-decoded, as Basic; they are not part of the host."""
    app = Wsgi()
    exchange = post(app, login=login)
    assert app.headers["AUTHORIZATION"] == f"Basic {b64encode(pair.encode()).decode()}"
    assert app.headers["HOST"] == "testserver:1"
    assert app.headers == told(exchange.request_headers)


@pytest.mark.parametrize("app", [Wsgi("404 NOT FOUND"), Asgi(404)], ids=["wsgi", "asgi"])
def test_a_status_is_the_outcome(app: App) -> None:
    """Whatever an app answers comes back as its code, in words and as a number."""
    exchange = post(app)
    assert (exchange.outcome, exchange.status_code, exchange.error) == ("404", 404, None)
    assert exchange.timings.total > 0


def test_the_answer_is_recorded_as_it_would_stand_on_the_wire() -> None:
    """Status line, each header, and the body."""
    exchange = post(Wsgi(chunks=(b"a", b"", b"b")))
    assert exchange.response_head == (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nX-Many: a\r\nX-Many: b\r\n\r\n"
    )
    assert exchange.response_body == b"ab"


def wsgi_raises(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    raise ZeroDivisionError(environ["PATH_INFO"])


def wsgi_raises_late(environ: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
    start_response("200 OK", [])
    yield b"so far"
    raise ZeroDivisionError(environ["PATH_INFO"])


def wsgi_never_starts(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    return [b"hello"]


async def asgi_raises(scope: Scope, receive: Receive, send: Send) -> None:
    raise ZeroDivisionError(scope["path"])


async def asgi_raises_late(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    raise ZeroDivisionError(scope["path"])


async def asgi_never_answers(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()


async def asgi_never_ends_its_answer(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"half", "more_body": True})


@pytest.mark.parametrize(
    "app",
    [
        wsgi_raises,
        wsgi_raises_late,
        wsgi_never_starts,
        Wsgi("two hundred"),
        Wsgi(""),
        asgi_raises,
        asgi_raises_late,
        asgi_never_answers,
        asgi_never_ends_its_answer,
    ],
)
def test_an_app_that_breaks_answers_500_as_its_server_would(app: App) -> None:
    """Never a crash of ours, never an acknowledgement, never a wait without end."""
    exchange = post(app)
    assert (exchange.outcome, exchange.status_code) == ("500", 500)
    assert "the app" in (exchange.error or "")


@pytest.mark.parametrize("app", [asgi_raises_late, asgi_never_ends_its_answer])
def test_half_an_answer_is_never_an_acknowledgement(app: App) -> None:
    """However the app's thread and ours happen to run."""
    assert {post(app).outcome for _ in range(50)} == {"500"}


def test_the_error_of_an_app_is_told() -> None:
    """Type and text of what it raised, so that the timeline names the bug."""
    for app in (wsgi_raises, asgi_raises):
        error = post(app).error
        assert re.fullmatch(
            r"the app raised ZeroDivisionError: /sms \(test_in_process\.py:\d+, in \w+gi_raises\)",
            error or "",
        )


class Endless:
    """An answer's body without end, which knows whether it was closed."""

    def __init__(self) -> None:
        self.closed = False

    def __iter__(self) -> Iterator[bytes]:
        while True:
            yield b"x" * 100

    def close(self) -> None:
        self.closed = True


def test_an_answer_over_the_cap_is_no_answer() -> None:
    """As over a socket: it ends as too-large, is cut at the cap, and the app's body is closed."""
    body = Endless()

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Endless:
        del environ
        start_response("200 OK", [])
        return body

    exchange = post(app, cap=250)
    assert (exchange.outcome, exchange.status_code) == ("too-large", 200)
    assert exchange.response_body == b"x" * 250
    assert body.closed


def test_an_answer_of_exactly_the_cap_is_taken() -> None:
    """The cap itself is still allowed."""
    assert post(Wsgi(chunks=(b"x" * 100, b"x" * 150)), cap=250).outcome == "200"


class Application:
    async def called(self, scope: Scope, receive: Receive, send: Send) -> None:
        await Asgi()(scope, receive, send)


@pytest.mark.parametrize(
    "app",
    [
        Asgi(),
        Asgi().__call__,
        Application().called,
        functools.partial(Asgi.__call__, Asgi()),
        Wsgi(),
        Wsgi().__call__,
        functools.partial(Wsgi.__call__, Wsgi()),
    ],
    ids=["asgi", "asgi-bound", "asgi-method", "asgi-partial", "wsgi", "wsgi-bound", "wsgi-partial"],
)
def test_wsgi_and_asgi_are_told_apart_in_every_shape(app: App) -> None:
    """Instance, bound method or partial: the kind is seen by what is called."""
    assert post(app).outcome == "200"


def test_each_app_has_an_origin_of_its_own() -> None:
    """Two apps of one transport never get each other's messages; other origins are not served."""
    transport: InProcessTransport[str] = InProcessTransport()
    apps = [Wsgi(), Wsgi()]
    origins = [transport.mount(app) for app in apps]
    transport.start(Request(f"{origins[1]}/b", b"{}"), "b")
    transport.wait(0)
    assert (apps[0].environ, apps[1].environ["PATH_INFO"]) == ({}, "/b")
    assert transport.serves(f"http://user:secret@{origins[0].removeprefix('http://')}/x?y")
    assert not transport.serves("http://testserver:3/")
    assert not transport.serves("http://127.0.0.1/")


def test_what_is_no_app_is_not_mounted() -> None:
    """The error shows it, and nothing is served there."""
    transport: InProcessTransport[str] = InProcessTransport()
    with pytest.raises(WebhookError, match=r"'app\.py' is a string: import the app"):
        transport.mount("app.py")  # type: ignore[arg-type] # the mistake
    assert not transport.serves("http://testserver:1/")


def test_an_app_may_answer_json_of_what_it_got() -> None:
    """The body is the very JSON, readable by any framework."""
    app = Wsgi()
    post(app)
    assert json.loads(app.body) == {"message": "ünï\U0001f600"}
