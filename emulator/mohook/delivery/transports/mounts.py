"""Which app is mounted where, and who serves it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mohook.delivery.origin import origin
from mohook.delivery.transports.hosts import Host, Manner, WsgiHost
from mohook.delivery.transports.interface import Interface, interface

if TYPE_CHECKING:
    from mohook.delivery.transports.own_loop import OwnLoop

__all__ = ["App", "Mounts"]

App = Callable[..., Any]
"""A WSGI app, `(environ, start_response)`, or an ASGI app, `async (scope, receive, send)`."""


class Mounts:
    """Apps by their origins. An app that is mounted twice has one host, and one lifespan.

    `seconds` bounds an app's startup and its shutdown.
    """

    def __init__(self, answer_cap: int, seconds: float) -> None:
        self._cap = answer_cap
        self._seconds = seconds
        self._hosts: dict[int, tuple[App, Host]] = {}  # by id: the app is kept, so it stays its own
        self._mounts: dict[str, tuple[Host, Manner]] = {}
        self._own_loop: OwnLoop | None = None

    def add(self, app: App, manner: Manner) -> str:
        """Mount an app and return its origin; raise WebhookError for what is no app."""
        # The host that Django and others let in during tests; the port tells apps apart.
        mounted_at = f"http://testserver:{len(self._mounts) + 1}"
        self._mounts[mounted_at] = (self.host(app), manner)
        return mounted_at

    def host(self, app: App) -> Host:
        """Return who serves this app; raise WebhookError for what is no app."""
        if id(app) not in self._hosts:
            self._hosts[id(app)] = (app, self._new_host(app))
        return self._hosts[id(app)][1]

    def _new_host(self, app: App) -> Host:
        if interface(app) is Interface.WSGI:
            return WsgiHost(app, self._cap)
        from mohook.delivery.transports.asgi_host import AsgiHost
        from mohook.delivery.transports.own_loop import OwnLoop

        self._own_loop = self._own_loop or OwnLoop()
        return AsgiHost(app, self._cap, self._own_loop, self._seconds)

    def away(self) -> list[App]:
        """Return the apps that run on a caller's loop just now."""
        return [app for app, host in list(self._hosts.values()) if host.away]

    def serves(self, url: str) -> bool:
        """Whether an app is mounted on the origin of this URL."""
        return bool(self._mounts) and origin(url) in self._mounts

    def at(self, url: str) -> tuple[Host, Manner]:
        """Return who serves this URL, and how."""
        return self._mounts[origin(url)]

    def close(self) -> None:
        """Shut down every app that has started, and end the loop; raise the first error of it."""
        problems: list[Exception] = []
        for _, host in self._hosts.values():
            try:
                host.close()
            except Exception as problem:  # noqa: BLE001 - raised below
                problems.append(problem)
        if self._own_loop:
            self._own_loop.close()
        if problems:
            raise problems[0]
