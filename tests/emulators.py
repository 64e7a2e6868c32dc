"""An emulator for tests: manual clock, memory store, and a WSGI app that answers as told."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from mohook.delivery.clock import ManualClock
from mohook.delivery.message import Message
from mohook.emulator import Emulator
from mohook.settings import Settings
from mohook.store.store import Store
from mohook.submission import Submission

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

__all__ = ["NUMBER", "SENDER", "App", "connect", "intelepeer", "ip1", "manual", "outcomes"]

NUMBER = "+12161112222"
SENDER = "+13031112222"


class App:
    """A receiver in this process: answers these statuses in turn, the last for ever."""

    def __init__(self, *statuses: int) -> None:
        self._statuses = list(statuses or (200,))
        self.bodies: list[bytes] = []

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        self.bodies.append(environ["wsgi.input"].read())
        status = self._statuses[0]
        if len(self._statuses) > 1:
            del self._statuses[0]
        start_response(f"{status} Whatever", [])
        return [b"ok"]

    @property
    def payloads(self) -> list[dict[str, Any]]:
        return [json.loads(body) for body in self.bodies]


def manual(
    settings: Settings | None = None, *, app: App | None = None, store: Store | None = None
) -> Emulator:
    """Return an emulator on a manual clock; both providers post to `app` if there is one."""
    emulator = Emulator(settings, clock=ManualClock(), store=store)
    if app:
        connect(emulator, app)
    return emulator


def connect(emulator: Emulator, app: App) -> None:
    """Have both providers post to `app`."""
    origin = emulator.apps.mount(app)
    emulator.ip1.put("ip1-10001", f"{origin}/ip1")
    emulator.intelepeer.put_default_webhook(f"{origin}/intelepeer")


def ip1(body: str = "Hi my name is earl", **more: Any) -> Submission:
    return Submission("ip1", "46700000001", "456189040623", body, **more)


def intelepeer(body: str = "Hi my name is earl", to: str = NUMBER, **more: Any) -> Submission:
    return Submission("intelepeer", SENDER, to, body, **more)


def bodies(messages: Iterable[Any]) -> list[str]:
    return [message.body for message in messages]


def outcomes(message: Message) -> list[str]:
    return [attempt.outcome for attempt in message.attempts]
