"""The same inbox, by someone who forgot that an SMS may come twice."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

__all__ = ["CarelessInbox"]


class CarelessInbox:
    """Keeps whatever comes. Its tests with one SMS pass."""

    def __init__(self) -> None:
        self.kept: list[tuple[str, str]] = []

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        sms = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        self.kept.append((sms["id"], sms["body"]))
        start_response("200 OK", [("Content-Length", "0")])
        return []
