"""The requests to the emulator itself, counted: by method, route and status."""

from __future__ import annotations

import time
from collections import Counter
from threading import Lock

from flask import Flask, Response, current_app, g, request

from mohook.delivery.tally import Distribution

__all__ = ["RequestTally", "count_requests", "request_tally"]

_KEY = "mohook.requests"
_NO_ROUTE = "none"


class RequestTally:
    """Safe to share by threads. A route is the path's pattern: paths themselves have no end."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: Counter[tuple[str, str, str]] = Counter()
        self._seconds: dict[tuple[str, str], Distribution] = {}

    def add(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request; a stream ends for this when it begins."""
        with self._lock:
            self._counts[method, route, str(status)] += 1
            self._seconds.setdefault((method, route), Distribution()).add(seconds)

    @property
    def counts(self) -> dict[tuple[str, str, str], int]:
        """How many requests there were, by method, route and status."""
        with self._lock:
            return self._counts.copy()

    @property
    def seconds(self) -> dict[tuple[str, str], Distribution]:
        """How long their answers took, by method and route."""
        with self._lock:
            return self._seconds.copy()


def request_tally() -> RequestTally:
    """Return the tally of the app that is answering."""
    tally: RequestTally = current_app.extensions[_KEY]
    return tally


def count_requests(app: Flask) -> None:
    """Let the app count what it is asked."""
    app.extensions[_KEY] = RequestTally()

    def begin() -> None:
        g.mohook_began = time.perf_counter()

    def end(answer: Response) -> Response:
        route = str(request.url_rule) if request.url_rule else _NO_ROUTE
        method = request.method if request.url_rule else _NO_ROUTE  # a client may invent one
        seconds = time.perf_counter() - g.mohook_began
        request_tally().add(method, route, answer.status_code, seconds)
        return answer

    app.before_request(begin)
    app.after_request(end)
