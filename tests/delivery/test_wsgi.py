"""Calling a WSGI app: what PEP 3333 grants it, and what it must not do."""

# ruff: noqa: ARG001 - the signature of an app is given
from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any
from wsgiref.validate import validator

import pytest

from mohook.delivery.transports import wsgi
from mohook.delivery.transports.answer import Answer, NoAnswerError
from mohook.delivery.transports.transport import Request

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

REQUEST = Request("http://app-1.test/sms?x=1", b'{"body":"hi"}')


def call(app: WSGIApplication, cap: int = 1000) -> Answer:
    return wsgi.call(app, REQUEST, cap)


def test_the_reference_validator_finds_nothing() -> None:
    """The standard library's own checker of servers and apps stands in between."""

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        start_response("200 OK", [("Content-Type", "application/json")])
        yield body

    assert call(validator(app)).body == REQUEST.body


def test_each_request_has_an_environ_of_its_own() -> None:
    """What an app or a middleware writes into it is gone with the request."""
    seen: list[WSGIEnvironment] = []

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        assert "mark" not in environ
        assert type(environ) is dict
        environ["mark"] = environ["PATH_INFO"] = "changed"
        seen.append(environ)
        start_response("200 OK", [])
        return []

    call(app)
    call(app)
    assert seen[0] is not seen[1]
    assert seen[0]["REMOTE_ADDR"] == "127.0.0.1"
    assert seen[0]["wsgi.errors"] is sys.stderr


@pytest.mark.parametrize("threads", [False, True])
def test_an_app_is_told_whether_others_call_it_at_the_same_time(threads: bool) -> None:
    """`wsgi.multithread` is as the mount has it."""
    told: list[bool] = []

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        told.append(environ["wsgi.multithread"])
        start_response("200 OK", [])
        return []

    wsgi.call(app, REQUEST, 10, threads=threads)
    assert told == [threads]


def test_the_old_way_of_writing_is_granted() -> None:
    """What goes through `write` comes before what is returned."""

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        write = start_response("200 OK", [])
        write(b"a")
        return [b"b"]

    assert call(app).body == b"ab"


def test_an_answer_may_start_with_the_body() -> None:
    """A generator calls `start_response` at its first step, after empty chunks too."""

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
        yield b""
        start_response("204 No Content", [("X-A", "b")])

    assert call(app) == Answer("204 No Content", (("X-A", "b"),), b"")


def failing() -> tuple[Any, Any, Any]:
    try:
        raise KeyError("mnc")
    except KeyError:
        return sys.exc_info()


def test_an_error_replaces_an_answer_of_which_nothing_was_sent() -> None:
    """With `exc_info`, status and headers may be given again."""

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        start_response("200 OK", [])
        start_response("500 Oh no", [], failing())
        return [b"sorry"]

    assert call(app) == Answer("500 Oh no", (), b"sorry")


def test_an_error_after_the_first_byte_comes_through() -> None:
    """What was sent cannot be taken back: the app's own error is raised again."""

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
        start_response("200 OK", [])
        yield b"so far"
        start_response("500 Oh no", [], failing())

    with pytest.raises(KeyError, match="mnc"):
        call(app)


def answers(*starts: tuple[Any, ...], chunks: Iterable[Any] = ()) -> WSGIApplication:
    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[Any]:
        for start in starts:
            start_response(*start)
        return chunks

    return app


@pytest.mark.parametrize(
    ("app", "error", "text"),
    [
        (answers(), NoAnswerError, "without calling start_response"),
        (answers(chunks=[b"hello"]), NoAnswerError, "without calling start_response"),
        (answers(("200 OK", []), ("200 OK", [])), RuntimeError, "a second time"),
        (answers(("two hundred", [])), ValueError, "'two hundred': expected a code"),
        (answers(("", [])), ValueError, "'': expected a code"),
        (answers(("200 OK", []), chunks=["text"]), TypeError, "'text': expected bytes"),
        (answers(("200 OK", []), chunks=None), TypeError, "NoneType"),  # type: ignore[arg-type] # the mistake
    ],
    ids=["nothing", "body alone", "twice", "words", "empty", "text", "none"],
)
def test_what_is_no_answer_is_told(app: WSGIApplication, error: type[Exception], text: str) -> None:
    """The mistake is shown, and it is never taken for an answer."""
    with pytest.raises(error, match=text):
        call(app)


class Chunks:
    """A body that knows whether it was closed, and raises what it is told to."""

    def __init__(self, *, reading: Exception | None = None, closing: Exception | None = None):
        self.reading, self.closing, self.closed = reading, closing, 0

    def __iter__(self) -> Iterator[bytes]:
        yield b"all"
        if self.reading:
            raise self.reading

    def close(self) -> None:
        self.closed += 1
        if self.closing:
            raise self.closing


@pytest.mark.parametrize("reading", [None, KeyError("mnc")], ids=["whole", "error"])
def test_a_body_is_closed_however_it_ends(reading: Exception | None) -> None:
    """Once, after the last chunk and after an error."""
    chunks = Chunks(reading=reading)
    exchange = wsgi.exchange(answers(("200 OK", []), chunks=chunks), REQUEST, 1000)
    assert exchange.outcome == ("500" if reading else "200")
    assert chunks.closed == 1


def test_an_error_while_closing_comes_after_the_answer() -> None:
    """The client has the whole answer by then: it stands, and the error is told beside it."""
    chunks = Chunks(closing=KeyError("mnc"))
    exchange = wsgi.exchange(answers(("200 OK", []), chunks=chunks), REQUEST, 1000)
    assert (exchange.outcome, exchange.response_body) == ("200", b"all")
    assert exchange.error
    assert exchange.error.startswith("after its answer the app raised KeyError: 'mnc' (test_wsgi")


def test_the_first_error_is_the_one_that_is_told() -> None:
    """An error of closing does not hide the one that came before."""
    chunks = Chunks(reading=KeyError("first"), closing=KeyError("second"))
    with pytest.raises(KeyError, match="first"):
        call(answers(("200 OK", []), chunks=chunks))


def test_a_request_may_have_a_method_and_headers_of_its_own() -> None:
    """What others than the emulator ask for is passed on as it is."""
    seen: list[WSGIEnvironment] = []

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        seen.append(environ)
        start_response("200 OK", [])
        return []

    wsgi.call(app, Request("http://app-1.test/", b"", "GET", (("X-Own", "a"),)), 10)
    [environ] = seen
    assert (environ["REQUEST_METHOD"], environ["HTTP_X_OWN"]) == ("GET", "a")
    assert "HTTP_HOST" not in environ
