"""Receivers for the tests of the hunt: an inbox, or one that is careless in one way."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from itertools import count
from typing import Any

from mohook.schemas import payload_schema
from tests.pytest_mohook.check.inbox import Inbox

__all__ = ["CARELESS", "Careless"]


IP1_FIELDS = payload_schema("ip1")["properties"].keys()
StartResponse = Callable[[str, list[tuple[str, str]]], object]


class Careless(Inbox):
    """An inbox that does what its `way` says before it does what is right."""

    def __init__(self, way: str = "") -> None:
        super().__init__()
        self.way = CARELESS[way]
        self.keeps_copies = way == "copies"
        self.turns = count(1)

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/sms" and environ["REQUEST_METHOD"] != "POST":
            start_response("405 Method Not Allowed", [])
            return [b""]
        return super().__call__(environ, start_response)

    def _take(self, body: bytes) -> str:
        return self.way(self, body) or super()._take(body)

    def changed(self, body: bytes, change: Callable[[str], str]) -> str:
        """Take a message with another text."""
        message = json.loads(body)
        name = "body" if "body" in message else "message"
        return super()._take(json.dumps({**message, name: change(message[name])}).encode())


def _message(body: bytes) -> dict[str, object]:
    """Return a message; nothing where there is none."""
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    is_one = isinstance(message, dict) and {"id", "body"} <= message.keys()
    return message if is_one and isinstance(message["body"], str) else {}


def _right(inbox: Careless, body: bytes) -> str:
    del inbox, body
    return ""


def _knows_texts(inbox: Careless, body: bytes) -> str:
    text = _message(body).get("body")
    return "200 OK" if any(each.get("body") == text for each in inbox.stored) else ""


def _fails_on_no_json(inbox: Careless, body: bytes) -> str:
    del inbox
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return "500 Internal Server Error"
    return ""


def _cuts(inbox: Careless, body: bytes) -> str:
    return inbox.changed(body, lambda text: text[:160]) if _message(body) else ""


def _strips_and_cuts(inbox: Careless, body: bytes) -> str:
    return inbox.changed(body, lambda text: text.strip()[:160]) if _message(body) else ""


def _cuts_and_fails(inbox: Careless, body: bytes) -> str:
    return _fails_on_no_json(inbox, body) or _cuts(inbox, body)


def _loses_some(inbox: Careless, body: bytes) -> str:
    return "200 OK" if _message(body) and next(inbox.turns) % 4 == 0 else ""


def _needs_growing_ids(inbox: Careless, body: bytes) -> str:
    identity = str(_message(body).get("id", ""))
    late = any(each["id"] > identity for each in inbox.stored)
    return "200 OK" if identity and late else ""


def _tells_no_halves(inbox: Careless, body: bytes) -> str:
    """Take half a character, which what is told of all messages cannot hold."""
    if b"\\ud8" in body.lower() or b"\\udc" in body.lower():
        inbox.tells = b"\xff"
        return "200 OK"
    return ""


def _knows_its_fields(inbox: Careless, body: bytes) -> str:
    del inbox
    return "400 Bad Request" if _message(body).keys() - IP1_FIELDS else ""


def _formats_texts(inbox: Careless, body: bytes) -> str:
    del inbox
    return "500 Internal Server Error" if "{" in str(_message(body).get("body")) else ""


def _takes_anything(inbox: Careless, body: bytes) -> str:
    if not _message(body):
        inbox.stored.append({"id": f"odd {next(inbox.turns)}", "body": "?"})
        return "200 OK"
    return ""


CARELESS: dict[str, Callable[[Careless, bytes], str]] = {
    "": _right,
    "copies": _right,
    "texts": _knows_texts,
    "no-json": _fails_on_no_json,
    "cuts": _cuts,
    "two": _cuts_and_fails,
    "two-of-a-text": _strips_and_cuts,
    "some": _loses_some,
    "growing": _needs_growing_ids,
    "anything": _takes_anything,
    "halves": _tells_no_halves,
    "its-fields": _knows_its_fields,
    "formats": _formats_texts,
}
