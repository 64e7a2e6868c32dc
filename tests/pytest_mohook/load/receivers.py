"""Receivers under a storm: they count what comes, and go wrong as a test says."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from threading import Condition
from typing import Any

from tests.pytest_mohook.check.inbox import StartResponse

__all__ = ["Crowd", "Desk"]

_PATIENCE = 20.0


class Desk:
    """A WSGI app: POST takes a message of either provider, GET tells all that are stored.

    The first `refusals` attempts of each message are answered with `status`, and so are the first
    `busy_for` requests of all. It stores a message with each attempt where it `keeps_copies`, also
    where it refuses; of every `forgets`-th it acknowledges and stores nothing; it stores texts
    `cut` to so many characters.
    """

    def __init__(self) -> None:
        self.refusals = 0
        self.busy_for = 0
        self.status = "500 Internal Server Error"
        self.keeps_copies = False
        self.forgets = 0
        self.cut: int | None = None
        self.stored: list[dict[str, Any]] = []
        self.messages: dict[str, dict[str, Any]] = {}
        self.attempts: Counter[str] = Counter()
        self.headers: list[str | None] = []
        self._changed = Condition()

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "GET":
            start_response("200 OK", [("Content-Type", "application/json")])
            return [json.dumps(self.stored).encode()]
        message = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        with self._changed:
            self.headers.append(environ.get("HTTP_X_API_KEY"))
            start_response(self._taken(message), [])
            self._changed.notify_all()
        return [b""]

    def _taken(self, message: dict[str, Any]) -> str:
        identity, text = ("id", "body") if "body" in message else ("refid", "message")
        self.messages[message[identity]] = message
        self.attempts[message[identity]] += 1
        refused = self.attempts[message[identity]] <= self.refusals
        refused |= self.attempts.total() <= self.busy_for
        forgotten = self.forgets and len(self.messages) % self.forgets == 0
        known = any(each[identity] == message[identity] for each in self.stored)
        if self.keeps_copies or not (refused or forgotten or known):
            self.stored.append({identity: message[identity], text: message[text][: self.cut]})
        return self.status if refused else "200 OK"

    def wait_for(self, count: int) -> None:
        """Return when so many messages have come."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.messages) >= count, _PATIENCE)

    @property
    def texts(self) -> list[str]:
        """What was sent, in the order of its coming."""
        return [
            each["body"] if "body" in each else each["message"] for each in self.messages.values()
        ]


class Crowd:
    """A WSGI app that answers nobody until `enough` requests are there at the same time."""

    def __init__(self, enough: int) -> None:
        self.enough = enough
        self.most = 0
        self._inside = 0
        self._open = False
        self._changed = Condition()

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        with self._changed:
            self._inside += 1
            self.most = max(self.most, self._inside)
            self._open |= self._inside >= self.enough
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._open, _PATIENCE)
            self._inside -= 1
        start_response("200 OK", [])
        return [b""]
