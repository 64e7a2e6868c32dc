"""A receiver for the tests of the verdict: right, or wrong in a way that a test chooses."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from threading import Lock
from typing import Any

__all__ = ["EXITS", "Inbox"]

StartResponse = Callable[[str, list[tuple[str, str]]], object]

EXITS = (
    sys.executable,
    "-c",
    """
import os, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock

class Receiver(BaseHTTPRequestHandler):
    left = int((sys.argv[1:] or ["3"])[0])
    turn = Lock()

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with Receiver.turn:
            Receiver.left -= 1
            if not Receiver.left:
                print(body.decode(), flush=True)
                os._exit(1)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass

class Server(ThreadingHTTPServer):
    request_queue_size = 128

server = Server(("127.0.0.1", 0), Receiver)
print(f"http://127.0.0.1:{server.server_port}/sms", flush=True)
server.serve_forever()
""",
)
"""A program that prints its URL, and dies of the third message, or of that of its argument.

It prints that message.
"""


class Inbox:
    """A WSGI app: POST /sms takes a message of either provider, GET /stored tells all of them.

    `keeps_copies` stores a message as often as it comes. `tells` stands in the place of what
    is stored, with `tells_status`; `before_telling` may change them. `wrapped` tells each message
    within an object `data`. `before_taking` may wait, by a message's text. `key` is what the
    header X-Api-Key must say.
    """

    def __init__(self) -> None:
        self.stored: list[dict[str, Any]] = []
        self.posts = 0
        self.keeps_copies = False
        self.tells: bytes | None = None
        self.tells_status = "200 OK"
        self.before_telling: Callable[[], None] = lambda: None
        self.wrapped = False
        self.before_taking: Callable[[str], object] = lambda _: None
        self.key: str | None = None
        self._lock = Lock()

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        if self.key is not None and environ.get("HTTP_X_API_KEY") != self.key:
            start_response("401 Unauthorized", [])
            return [b""]
        if environ["PATH_INFO"] == "/stored":
            self.before_telling()
            start_response(self.tells_status, [("Content-Type", "application/json")])
            return [self._told() if self.tells is None else self.tells]
        self.posts += 1
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"] or 0))
        start_response(self._take(body), [])
        return [b""]

    def _told(self) -> bytes:
        wrapped = [{"data": each} for each in self.stored]
        return json.dumps(wrapped if self.wrapped else self.stored).encode()

    def _take(self, body: bytes) -> str:
        try:
            message = json.loads(body)
            names = ("id", "body") if "body" in message else ("refid", "message")
            identity, text = (message[name] for name in names)
        except (ValueError, KeyError, TypeError, RecursionError):
            return "400 Bad Request"
        self.before_taking(text)
        with self._lock:
            if self.keeps_copies or all(each[names[0]] != identity for each in self.stored):
                self.stored.append({names[0]: identity, names[1]: text})
        return "200 OK"

    def pairs(self) -> list[tuple[str, str]]:
        """Return ids and texts."""
        return [(one, text) for one, text in (each.values() for each in self.stored)]
