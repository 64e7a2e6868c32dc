"""The portal's event stream: what changed, a few times a second at most, however much did.

A page that is open must cost the same at two messages a minute and at two thousand a second:
the stream tells what a page shows, not each thing that happened. A page that was away says
what it saw last, and is told what has changed since. A tick reads no more than it tells, and a
stream whose ticks take long rests long: a page takes a fifth of a core at most.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from time import perf_counter
from typing import Any

from flask import Response, current_app, json, request

from mohook.delivery.message import Message
from mohook.emulator import Emulator
from mohook.server.current import emulator
from mohook.server.events import CLOSING, KEEP_ALIVE, STREAMS, reader_gone, resumed_after
from mohook.server.portal.asked import wanted_messages
from mohook.server.portal.blueprint import portal
from mohook.server.portal.clock_bar import clock_bar
from mohook.server.portal.rows import RowWriter
from mohook.server.portal.words import factor_of
from mohook.server.seats import Seats
from mohook.store.store import MessageFilter, Store

__all__ = ["MOST_ROWS", "REST", "counts", "live", "ticks"]

REST = 0.1
"""Seconds between two ticks at least."""
MOST_ROWS = 100
"""Rows in one tick at most: where more has changed, the newest are told afresh."""
_READ = 5_000  # events that one tick looks at, at most
_RESTS = 4.0  # times as long as a tick took
_LOOK = 0.25  # seconds after which a stream looks whether the server ends


@dataclass(frozen=True, slots=True)
class _Change:
    """What happened since an event: up to which one, and to which messages."""

    last: int
    messages: frozenset[str] = frozenset()
    whole: bool = False
    """More than is looked at: the page begins anew."""


@portal.get("/portal/live")
def live() -> Response:
    """Stream ticks: `{"clock", "counts", "messages", "rows"?, "gone"?, "whole"?}`.

    With `rows=1` a tick holds the rows of the messages that changed, under the list's filter.
    """
    served = emulator()
    after = resumed_after(request.args.get("after", served.store.journal.last, int))
    shown = _List(wanted_messages(request.args), RowWriter()) if "rows" in request.args else None
    seats: Seats = current_app.extensions[STREAMS]
    closing, gone = current_app.extensions[CLOSING], reader_gone()
    seats.take()

    def ended(seconds: float) -> bool:
        return closing.wait(seconds) or gone()

    answer = Response(ticks(served, after, shown, ended), content_type="text/event-stream")
    answer.call_on_close(seats.give_back)
    answer.headers["X-Accel-Buffering"] = "no"
    return answer


@dataclass(frozen=True, slots=True)
class _List:
    """The list that a page shows: which messages, and how one is written."""

    wanted: MessageFilter
    writer: RowWriter

    def tick(self, store: Store, change: _Change) -> dict[str, Any]:
        found = None if change.whole else self._changed(store, change.messages)
        if found is None:
            newest = replace(self.wanted, newest_first=True, limit=MOST_ROWS)
            return {"whole": True, "rows": self.writer.rows(store.messages(newest))}
        gone = change.messages - {message.id for message in found}
        return {"rows": self.writer.rows(found), "gone": sorted(gone)}

    def _changed(self, store: Store, ids: frozenset[str]) -> list[Message] | None:
        """Return those of the messages that the list shows; None where they are too many."""
        if len(ids) > MOST_ROWS and not self.is_filtered:
            return None
        found = store.messages(replace(self.wanted, ids=ids, limit=MOST_ROWS + 1))
        return found if len(found) <= MOST_ROWS else None

    @property
    def is_filtered(self) -> bool:
        """Whether some messages are not shown."""
        return replace(self.wanted, limit=None) != MessageFilter(newest_first=True, limit=None)


def ticks(
    served: Emulator, after: int, shown: _List | None, ended: Callable[[float], bool]
) -> Iterator[bytes]:
    """Give a tick at once and after each change; `ended` waits so long and tells of the end."""
    last = served.store.journal.last
    # A number that was never given is of an emulator that ran before this one.
    change = _Change(after) if after <= last else _Change(last, whole=True)
    after, quiet, stood = change.last, 0.0, _standing(served)
    yield _sent(after, _tick(served, change, shown))
    while not ended(0):
        if served.store.journal.wait(after, _LOOK) or stood != _standing(served):
            began = perf_counter()
            change = _since(served.store, after)
            after, stood, quiet = change.last, _standing(served), 0.0
            tick = _sent(after, _tick(served, change, shown))
            took = perf_counter() - began
            yield tick
            ended(max(REST, _RESTS * took))
            continue
        quiet += _LOOK
        if quiet >= KEEP_ALIVE:
            quiet = 0.0
            yield b":\n\n"


def _standing(served: Emulator) -> tuple[str, datetime | None, int]:
    """Return what a page must be told of and no journal tells: the clock, and faults used up.

    A running clock runs on by itself.
    """
    mode = served.clock.mode
    return mode, None if factor_of(mode) else served.clock.now(), served.faults.changes


def _since(store: Store, after: int) -> _Change:
    journal = store.journal
    last = journal.last
    if last - after > _READ or journal.first > after + 1:
        return _Change(last, whole=True)
    changed = journal.changes(after, last - after)
    return _Change(last, changed.messages, whole=changed.reset)


def _tick(served: Emulator, change: _Change, shown: _List | None) -> dict[str, Any]:
    few = len(change.messages) <= MOST_ROWS
    return {
        "clock": clock_bar(served),
        "counts": counts(served.store),
        "messages": sorted(change.messages) if few else [],
        **(shown.tick(served.store, change) if shown else {}),
    }


def counts(store: Store) -> dict[str, int]:
    """Return how many messages came since the last reset, and how many stand where."""
    figures = store.figures()
    return {
        "received": figures.received,
        "pending": store.pending(),
        "delivered": figures.delivered,
        "failed": figures.failed,
        "held": store.held(),
    }


def _sent(number: int, tick: dict[str, Any]) -> bytes:
    return f"id: {number}\nevent: tick\ndata: {json.dumps(tick)}\n\n".encode()
