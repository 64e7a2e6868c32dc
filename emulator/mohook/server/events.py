"""The journal: page by page, or as a stream of server-sent events that can be resumed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from flask import Response, current_app, json, request

from mohook.rendering import event_json
from mohook.server.blueprints import control_api
from mohook.server.current import emulator
from mohook.server.models.messages import EventsQuery
from mohook.server.problems import ProblemError
from mohook.server.replies import component, replies
from mohook.server.seats import Seats
from mohook.store.journal import Event, Journal

__all__ = [
    "CLOSING",
    "KEEP_ALIVE",
    "MOST_STREAMS",
    "STREAMS",
    "api",
    "reader_gone",
    "resumed_after",
    "stream",
]

CLOSING = "mohook.closing"
"""Where the app keeps the event that is set when it is about to end."""
STREAMS = "mohook.streams"
"""Where the app keeps the seats of event streams."""

MOST_STREAMS = 32
KEEP_ALIVE = 2.0
"""Seconds without news after which a comment is sent: where no reader is left, it fails."""
_LOOK = 0.25  # seconds after which a stream looks whether the server ends
_CHUNK = 100

api = control_api("events", "All that happened, numbered.")

_FOUND = {
    "description": "A page; or, for `Accept: text/event-stream`, a stream whose events have "
    "the number as `id`, the type as `event` and the entry as `data`.",
    "content": {
        "application/json": {"schema": component("EventsPage")},
        "text/event-stream": {"schema": {"type": "string"}},
    },
}


@api.get("/events", responses=replies({200: _FOUND}, 503))
def events(query: EventsQuery) -> dict[str, Any] | Response:
    """Tell what happened after an event, oldest first; or go on telling as it happens."""
    journal = emulator().store.journal
    if request.accept_mimetypes.best_match(["application/json", "text/event-stream"]) == (
        "text/event-stream"
    ):
        return _streamed(journal, resumed_after(query.after))
    page = _after(journal, query.after, query.limit)
    return {
        "events": [event_json(event) for event in page],
        "first": journal.first,
        "last": journal.last,
    }


def resumed_after(otherwise: int) -> int:
    """Return the event after which a stream is asked for: `Last-Event-ID`, or `otherwise`.

    Raises ProblemError 422 for one that is no number.
    """
    last = request.headers.get("Last-Event-ID", "")
    if last == "":
        return otherwise
    if not last.isascii() or not last.isdigit() or len(last) > 15:
        msg = f"Last-Event-ID {last[:40]!r}: expected the number of an event"
        raise ProblemError(422, msg, kind="input")
    return int(last)


def reader_gone() -> Callable[[], bool]:
    """Return what tells, during this request, whether who made it has closed the connection."""
    gone: Callable[[], bool] = request.environ.get("waitress.client_disconnected", bool)
    return gone


def _streamed(journal: Journal, after: int) -> Response:
    seats: Seats = current_app.extensions[STREAMS]
    closing, gone = current_app.extensions[CLOSING], reader_gone()
    seats.take()

    def ended() -> bool:
        return closing.is_set() or gone()

    answer = Response(stream(journal, after, ended), content_type="text/event-stream")
    # Not at the end of the generator: one that was never begun has no end.
    answer.call_on_close(seats.give_back)
    answer.headers["X-Accel-Buffering"] = "no"
    return answer


def stream(journal: Journal, after: int, ended: Callable[[], bool]) -> Iterator[bytes]:
    """Give every event above `after`, then each as it happens, until `ended()`.

    Events that are no longer kept are told of by one `gap`, which has no number.
    """
    yield b": mohook\n\n"
    quiet = 0.0
    while not ended():
        page = _after(journal, after, _CHUNK)
        if page and page[0].number > after + 1:
            yield _sent("gap", {"after": after, "first": page[0].number})
        for event in page:
            yield _sent(event.kind, event_json(event), event.number)
            after = event.number
        quiet = 0.0 if page else quiet + _LOOK
        if quiet >= KEEP_ALIVE:
            quiet = 0.0
            yield b":\n\n"
        journal.wait(after, _LOOK)


def _after(journal: Journal, number: int, limit: int) -> Sequence[Event]:
    """Return the next entries; read again where old ones were dropped in between."""
    while True:
        first = journal.first
        page = journal.after(number, limit)
        if not page or page[0].number == max(number + 1, first):
            return page


def _sent(kind: str, data: dict[str, Any], number: int | None = None) -> bytes:
    identity = "" if number is None else f"id: {number}\n"
    # JSON on one line: json.dumps writes no raw line break.
    return f"{identity}event: {kind}\ndata: {json.dumps(data)}\n\n".encode()
