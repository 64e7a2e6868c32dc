"""An inbox for SMS from ip1: a WSGI app, and no framework."""

from __future__ import annotations

import json
from collections.abc import Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

__all__ = ["Inbox"]


class Inbox:
    """Keeps each SMS once: its text by ip1's id, so that one sent again is no second one."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        status = self._take(environ)
        start_response(f"{status.value} {status.phrase}", [("Content-Length", "0")])
        return []

    def _take(self, environ: WSGIEnvironment) -> HTTPStatus:
        if environ["REQUEST_METHOD"] != "POST":
            return HTTPStatus.METHOD_NOT_ALLOWED
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        try:
            sms = json.loads(body)
            name, text = sms["id"], sms["body"]
        except (ValueError, TypeError, KeyError, RecursionError):
            return HTTPStatus.BAD_REQUEST
        if not isinstance(name, str) or not isinstance(text, str):
            return HTTPStatus.BAD_REQUEST
        self.kept.setdefault(name, text)
        return HTTPStatus.OK
