"""Telling WSGI from ASGI before the first call, and naming what is neither."""

# ruff: noqa: ARG001, ARG002 - the signature of an app is given
from __future__ import annotations

import functools
import math
from collections.abc import Awaitable, Callable, Generator, Iterator
from typing import Any

import fastapi
import flask
import pytest
from starlette.applications import Starlette
from starlette.endpoints import HTTPEndpoint
from starlette.routing import Router

from mohook.delivery.transports.interface import Interface, interface
from mohook.errors import WebhookError


def wsgi(environ: object, start_response: object) -> list[bytes]:
    return []


async def asgi(scope: object, receive: object, send: object) -> None:
    """Do nothing."""


class Wsgi:
    def __call__(self, environ: object, start_response: object) -> list[bytes]:
        return []


class Asgi:
    async def __call__(self, scope: object, receive: object, send: object) -> None:
        """Do nothing."""

    async def named(self, scope: object, receive: object, send: object) -> None:
        """Do nothing."""

    def returns_the_call(self, scope: object, receive: object, send: object) -> Awaitable[None]:
        return self(scope, receive, send)


class WsgiClass:
    """As in PEP 3333: the instance is the answer."""

    def __init__(self, environ: object, start_response: object) -> None:
        """Take the request."""

    def __iter__(self) -> Iterator[bytes]:
        return iter(())


class AsgiClass:
    def __init__(self, scope: object, receive: object, send: object) -> None:
        """Take the request."""

    def __await__(self) -> Generator[None, None, None]:
        yield


def wrapped(app: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(app)
    def around(*given: object) -> object:
        return app(*given)

    return around


def logged(*given: object) -> list[bytes]:
    return []


def with_options(environ: object, start_response: object, debug: bool = False) -> list[bytes]:
    return []


WSGI = {
    "function": wsgi,
    "instance": Wsgi(),
    "bound method": Wsgi().__call__,
    "class": WsgiClass,
    "flask": flask.Flask("a"),
    "wsgi_app": flask.Flask("a").wsgi_app,
    "partial": functools.partial(wsgi),
    "decorated": wrapped(wsgi),
    "any arguments": logged,
    "option": with_options,
}
ASGI = {
    "function": asgi,
    "instance": Asgi(),
    "bound method": Asgi().__call__,
    "named method": Asgi().named,
    "method that returns the call": Asgi().returns_the_call,
    "class": AsgiClass,
    "endpoint": HTTPEndpoint,
    "starlette": Starlette(),
    "router": Router(),
    "fastapi": fastapi.FastAPI(),
    "partial": functools.partial(asgi),
    "partial of an instance": functools.partial(Asgi()),
    "partial of a partial": functools.partial(functools.partial(Asgi.named, Asgi())),
    "decorated": wrapped(asgi),
    "decorated twice": wrapped(wrapped(asgi)),
}


@pytest.mark.parametrize("app", WSGI.values(), ids=WSGI)
def test_a_wsgi_app_is_known(app: object) -> None:
    """Function, instance, bound method, class, partial, decorated: by its two arguments."""
    assert interface(app) is Interface.WSGI


@pytest.mark.parametrize("app", ASGI.values(), ids=ASGI)
def test_an_asgi_app_is_known(app: object) -> None:
    """Also where the async function hides behind a partial or a decorator."""
    assert interface(app) is Interface.ASGI


def create_app() -> flask.Flask:
    return flask.Flask("a")


def create_configured(config: object = None, debug: bool = False) -> flask.Flask:
    return flask.Flask("a")


def asgi_2(scope: object) -> object:
    return asgi


def four(a: object, b: object, c: object, d: object) -> None:
    """Take what no server gives."""


async def make_app() -> Callable[..., Any]:
    return asgi


NO_APPS: dict[str, tuple[object, str]] = {
    "nothing": (None, "not callable"),
    "port": (7670, "not callable"),
    "blueprint": (flask.Blueprint("inbox", "inbox"), "not callable"),
    "string": ("http://127.0.0.1:5000/", "a string: import the app"),
    "module": (math, "a module: pass the app that stands in it"),
    "class of wsgi": (Wsgi, "a class: pass an instance"),
    "class of asgi": (Asgi, "a class: pass an instance"),
    "framework": (fastapi.FastAPI, "a class: pass an instance"),
    "router": (fastapi.APIRouter(), "a router of FastAPI: pass the app that includes it"),
    "factory": (create_app, "callable without an argument: if it makes the app, pass what it"),
    "factory with options": (create_configured, "callable without an argument"),
    "called partial": (functools.partial(wsgi, {}, print), "callable without an argument"),
    "asgi 2": (asgi_2, "callable with one argument"),
    "four": (four, "callable with other arguments"),
    "async factory": (make_app, "async, and does not take"),
    "decorated factory": (wrapped(make_app), "async, and does not take"),
}


@pytest.mark.parametrize(("thing", "why"), NO_APPS.values(), ids=NO_APPS)
def test_what_is_no_app_is_shown_with_what_to_do(thing: object, why: str) -> None:
    """The error holds the thing itself, why it is none, and what was expected."""
    with pytest.raises(WebhookError) as caught:
        interface(thing)
    text = str(caught.value)
    assert text.startswith(f"{thing!r} is {why}")
    assert "(environ, start_response)" in text
    assert "(scope, receive, send)" in text


def test_an_app_that_was_not_awaited_is_told() -> None:
    """The result of calling an async factory is a coroutine, and no app yet."""
    coroutine = make_app()
    with pytest.raises(WebhookError, match="an async function returned: await it"):
        interface(coroutine)
    coroutine.close()
