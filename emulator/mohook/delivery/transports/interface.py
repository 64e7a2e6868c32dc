"""What kind of app something is: WSGI or ASGI; told by what it takes, before it is called."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from enum import Enum
from functools import partial
from typing import Any

from mohook.errors import WebhookError

__all__ = ["Interface", "interface"]


class Interface(Enum):
    """The two ways in which a Python server calls an app."""

    WSGI = 2
    ASGI = 3


def interface(app: object) -> Interface:
    """Return how `app` is called; raise WebhookError, with what to do, for what is no app.

    A WSGI app takes `(environ, start_response)` (PEP 3333); an ASGI app is awaited with
    `(scope, receive, send)` (ASGI specification, version 3).
    """
    if not callable(app):
        raise _no_app(app, _not_callable(app))
    if inspect.isclass(app):
        return _of_class(app)
    if _is_router(app):
        raise _no_app(app, "a router of FastAPI: pass the app that includes it")
    takes = _takes(app)
    if _is_async(app):
        if takes(3):
            return Interface.ASGI
        raise _no_app(app, "async, and does not take (scope, receive, send) as ASGI 3 has it")
    return _of_signature(app, takes)


def _of_signature(app: object, takes: Callable[[int], bool]) -> Interface:
    """Tell by the number of arguments: a function that returns an ASGI call is an app too."""
    takes_any = takes(9)  # *args
    if takes(0) and not takes_any:
        raise _no_app(app, "callable without an argument: if it makes the app, pass what it makes")
    for kind in Interface:
        if takes(kind.value):
            return kind
    if takes(1):
        raise _no_app(
            app,
            "callable with one argument: if it makes the app, pass what it makes; an app of "
            "ASGI 2 needs asgiref.compatibility.guarantee_single_callable",
        )
    raise _no_app(app, "callable with other arguments")


def _of_class(app: type) -> Interface:
    """Take a class whose instances are the answer, as one of PEP 3333's examples is."""
    if hasattr(app, "__iter__") and _takes(app)(2):
        return Interface.WSGI
    if hasattr(app, "__await__") and _takes(app)(3):
        return Interface.ASGI
    raise _no_app(app, "a class: pass an instance of it")


def _not_callable(app: object) -> str:
    if inspect.ismodule(app):
        return "a module: pass the app that stands in it"
    if inspect.isawaitable(app):
        return "the awaitable that an async function returned: await it, and pass what it gives"
    if isinstance(app, str):
        return "a string: import the app and pass the app itself; a URL needs no mounting"
    return "not callable: pass the app itself"


def _takes(app: Callable[..., Any]) -> Callable[[int], bool]:
    """Return a function that tells whether `app` can be called with so many arguments."""
    try:
        signature = inspect.signature(app)
    except (TypeError, ValueError):  # written in C: nothing is known
        return Interface.WSGI.value.__eq__

    def takes(number: int) -> bool:
        try:
            signature.bind(*range(number))
        except TypeError:
            return False
        return True

    return takes


def _is_async(app: Callable[..., Any]) -> bool:
    while isinstance(app, partial):
        app = app.func
    return inspect.iscoroutinefunction(inspect.unwrap(app)) or inspect.iscoroutinefunction(
        type(app).__call__
    )


def _is_router(app: object) -> bool:
    """Whether this is FastAPI's router: an ASGI app by its looks that fails when it is called."""
    return any(
        (kind.__module__, kind.__name__) == ("fastapi.routing", "APIRouter")
        for kind in type(app).__mro__
    )


def _no_app(app: object, why: str) -> WebhookError:
    return WebhookError(
        f"{app!r} is {why}. Expected a WSGI app, which takes (environ, start_response), "
        "or an ASGI app, which is awaited with (scope, receive, send)"
    )
