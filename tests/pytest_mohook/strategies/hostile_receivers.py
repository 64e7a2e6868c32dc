"""Two receivers for hostile requests: one takes all it can, one thinks of nothing."""

from __future__ import annotations

import hmac
import json
import sqlite3
from typing import Any

from flask import Flask, request
from werkzeug.exceptions import BadRequest

from mohook.providers import PROVIDERS

__all__ = ["METHODS", "SECRET", "LenientReceiver", "naive_receiver"]

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
SECRET = "SECRET CODE"


class LenientReceiver:
    """Stores whatever can be taken for a message, as long as nothing certain speaks against it.

    A request changes nothing by GET or HEAD, and a signature is compared, where there is one.
    """

    def __init__(self, provider: str) -> None:
        self.stored: list[dict[str, Any]] = []
        self.app = Flask("lenient")
        self._signed = provider == "intelepeer"
        self.app.add_url_rule("/", view_func=self._receive, methods=METHODS)

    def _receive(self) -> str:
        if request.method not in ("GET", "HEAD"):
            read = lenient_json(request.get_data())
            if self._signed and read.get("signature") != SECRET:
                raise BadRequest
            self.stored.append(read)
        return "fine"


def lenient_json(body: bytes) -> dict[str, Any]:
    """Read the first object in a body of any encoding; a form is an object too."""
    text = body.decode(json.detect_encoding(body), "replace")
    try:
        read, _ = json.JSONDecoder().raw_decode(text[text.index("{") :])
    except (ValueError, RecursionError) as problem:
        read = request.form.to_dict()
        if not read:
            raise BadRequest from problem
    if not isinstance(read, dict) or not read:
        raise BadRequest
    return read


def naive_receiver(provider: str) -> Flask:
    """Return an app that works well with what the provider sends, and is written in no time."""
    app = Flask("naive")
    app.logger.disabled = True  # each 500 would be told with its traceback
    wire = PROVIDERS[provider].wire
    database = sqlite3.connect(":memory:", check_same_thread=False)
    database.execute("CREATE TABLE messages (id TEXT, sender TEXT, body TEXT)")

    @app.route("/", methods=METHODS)
    def receive() -> str:
        read = json.loads(request.get_data())
        if provider == "intelepeer":
            assert hmac.compare_digest(read["signature"], SECRET)
        row = (read[wire.id].upper(), "+" + read[wire.sender], read[wire.text])
        database.execute("INSERT INTO messages VALUES (?, ?, ?)", row)
        return "fine"

    return app
