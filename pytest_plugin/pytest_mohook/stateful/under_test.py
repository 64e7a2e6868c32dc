"""The receiver under test: how it is started, read back, reset and restarted."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from mohook.delivery.transports.in_process import App
from mohook.delivery.transports.interface import Interface, interface
from mohook.directory.webhook_url import require_webhook_url
from mohook.errors import InputError
from pytest_mohook.arguments import refuse_strategy, require_bool
from pytest_mohook.harness.lines import joined
from pytest_mohook.oracle.readback import Stored, read_back
from pytest_mohook.stateful.calling import call_with, required_arguments, takes_app

__all__ = ["Receiver", "UnderTest"]

Receiver = App | str
"""A WSGI or ASGI app, or a URL."""

_APP = "expected a WSGI or ASGI app, a URL, or a function without arguments that makes one"
_APP_ARGUMENTS = (None, 2, 3)  # environ, start_response; scope, receive, send


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderTest:
    """What `receiver_machine` was told of a receiver, checked.

    Raises InputError for what cannot be tested so.
    """

    app: Receiver | Callable[[], Receiver]
    readback: Callable[..., Stored]
    path: str = "/"
    reset: Callable[..., object] | None = None
    restart: Callable[..., Receiver | None] | None = None
    concurrent: bool = True
    settle: timedelta = timedelta()

    def __post_init__(self) -> None:
        for name in self.__slots__:
            refuse_strategy(name, getattr(self, name))
        _require_callable("readback", self.readback, "that returns what the receiver stored")
        for name in ("reset", "restart"):
            if getattr(self, name) is not None:
                _require_callable(name, getattr(self, name), f"that does the {name}, or None")
        require_bool("concurrent", self.concurrent)
        joined("http://app.test", self.path)
        if not isinstance(self.settle, timedelta) or self.settle < timedelta():
            msg = f"settle = {self.settle!r}: expected a timedelta, zero or more"
            raise InputError(msg)
        if not self.made:
            _require_receiver("app", self.app)
            if self.reset is None:
                msg = (
                    f"app = {self.app!r} keeps what it stored from one history to the next: give "
                    "reset=, which makes it forget, or a function that makes a fresh app"
                )
                raise InputError(msg)

    @property
    def made(self) -> bool:
        """Whether `app` is a function that makes the receiver."""
        return (
            callable(self.app)
            and not inspect.iscoroutinefunction(self.app)
            and required_arguments(self.app) == 0
        )

    def start(self) -> Receiver:
        """Return a receiver that holds nothing. Raises InputError where it does."""
        if self.reset and not takes_app(self.reset):
            self.reset()
        app = self._app()
        if self.reset and takes_app(self.reset):
            self.reset(app)
        if left := read_back(self.stored(app)):
            msg = (
                f"the receiver holds {len(left)} message(s) before any was sent, the first "
                f"{left[0].text!r}: let {'reset' if self.reset else 'app'} empty its store, "
                f"{'' if self.reset else 'or give reset=, '}or look at what readback reads"
            )
            raise InputError(msg)
        return app

    def _app(self) -> Receiver:
        if not self.made:
            return self.app
        app: Receiver = self.app()  # type: ignore[operator] # it is a function
        _require_receiver("what app() returned", app)
        return app

    def stored(self, app: Receiver) -> Stored:
        """Return what the receiver says that it stored."""
        stored: Stored = call_with(self.readback, app)
        return stored

    def threads(self, app: Receiver) -> bool:
        """Whether two copies are handled in threads of ours: a URL has its own, ASGI needs none."""
        return self.concurrent and callable(app) and interface(app) is Interface.WSGI

    def restarted(self, app: Receiver) -> Receiver | None:
        """Restart the receiver; return the new one, or None where it is the same."""
        assert self.restart is not None  # noqa: S101 - there is no such rule otherwise
        again: Receiver | None = call_with(self.restart, app)
        if again is None or again is app:
            return None
        _require_receiver("what restart returned", again)
        return again


def _require_callable(name: str, given: object, what: str) -> None:
    if not callable(given) or (required_arguments(given) or 0) > 1:
        msg = f"{name} = {given!r}: expected a function of the app, or of nothing, {what}"
        raise InputError(msg)


def _require_receiver(name: str, given: Any) -> None:
    if isinstance(given, str):
        require_webhook_url(given)
    elif not callable(given) or required_arguments(given) not in _APP_ARGUMENTS:
        msg = f"{name} = {given!r}: {_APP}"
        raise InputError(msg)
