"""The journal over HTTP: pages, and a stream that can be resumed."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from mohook.emulator import Emulator
from mohook.server import events
from mohook.server.events import stream
from mohook.server.http import HttpServer
from mohook.settings import ServeSettings, Settings
from mohook.store.memory_journal import MemoryJournal
from tests.server.bench import API, Bench, message

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
STREAM = {"Accept": "text/event-stream"}


def test_events_are_numbered_and_paged(bench: Bench) -> None:
    """A page holds what came after a number, and tells the oldest and newest that are kept."""
    for _ in range(3):
        bench.send()
    page = bench.get("/events?limit=2").json
    assert [each["number"] for each in page["events"]] == [1, 2]
    assert (page["first"], page["last"]) == (1, 3)
    [last] = bench.get("/events?after=2").json["events"]
    assert (last["type"], last["message_id"], last["data"]["id"]) == (
        "message.accepted",
        "m3",
        "m3",
    )
    assert bench.get("/events?after=3").json["events"] == []


@pytest.mark.parametrize("query", ["after=-1", "after=x", "limit=0", "limit=1001", "since=1"])
def test_a_page_that_is_none_is_refused(bench: Bench, query: str) -> None:
    """Only numbers are taken, within their bounds."""
    assert bench.get(f"/events?{query}").status_code == 422


def test_a_page_is_the_default(bench: Bench) -> None:
    """A stream comes only where it is asked for by name."""
    for accept in ("*/*", "application/json", "text/html", "application/json, text/event-stream"):
        answer = bench.get("/events", headers={"Accept": accept})
        assert answer.content_type == "application/json"


def sent(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    """Read server-sent events, comments passed over."""
    while True:
        block = dict(
            line.split(": ", 1)
            for line in itertools.takewhile(bool, lines)
            if not line.startswith(":")
        )
        if block:
            yield {**block, "data": json.loads(block["data"])}


class Listener:
    """A stream of events over real HTTP."""

    def __init__(self, url: str, **headers: str) -> None:
        self.answer = requests.get(
            f"{url}{API}/events", headers=STREAM | headers, stream=True, timeout=5
        )
        self.lines = self.answer.iter_lines(chunk_size=1, decode_unicode=True)
        self.events = sent(self.lines)

    def close(self) -> None:
        self.answer.close()


def test_a_stream_tells_what_was_and_what_happens(url: str) -> None:
    """A new stream begins with everything kept, and goes on with what happens."""
    requests.post(f"{url}{API}/messages", json=message(body="before"), timeout=5)
    with closing(Listener(url)) as listener:
        assert listener.answer.headers["Content-Type"].startswith("text/event-stream")
        first = next(listener.events)
        requests.post(f"{url}{API}/messages", json=message(body="aft\ner"), timeout=5)
        second = next(listener.events)
    assert (first["id"], first["event"]) == ("1", "message.accepted")
    assert [first["data"]["data"]["body"], second["data"]["data"]["body"]] == ["before", "aft\ner"]


def test_a_stream_goes_on_after_the_last_event(url: str) -> None:
    """`Last-Event-ID` resumes a stream where it broke off, and counts before `after`."""
    for _ in range(3):
        requests.post(f"{url}{API}/messages", json=message(), timeout=5)
    with closing(Listener(url, **{"Last-Event-ID": "2"})) as listener:
        assert next(listener.events)["id"] == "3"


@pytest.mark.parametrize("last", ["x", "-1", "1.5", "²", "9" * 30])
def test_a_last_event_that_is_none_is_refused(bench: Bench, last: str) -> None:
    """What is no event's number cannot be resumed from."""
    answer = bench.get(
        "/events", headers=STREAM | {"Last-Event-ID": last.encode().decode("latin-1")}
    )
    assert answer.status_code == 422


def test_streams_are_bounded(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """One stream more than the most is a 503 with Retry-After; an ended one makes room."""
    monkeypatch.setattr(events, "MOST_STREAMS", 1)
    small = Bench(bench.emulator)
    first = small.get("/events", headers=STREAM)
    refused = small.get("/events", headers=STREAM)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
    assert small.get("/events").status_code == 200
    first.close()
    again = small.get("/events", headers=STREAM)
    assert again.status_code == 200
    again.close()


def test_streams_end_with_the_server(served: Callable[..., HttpServer]) -> None:
    """When the server stops, an open stream ends, and does not hold it up."""
    server = served(Emulator(Settings(serve=ServeSettings(clock="manual"))))
    with closing(Listener(server.url)) as listener:
        assert next(listener.lines) == ": mohook"
        server.stop()
        assert list(itertools.islice(filter(None, listener.lines), 1)) == []


def test_events_that_were_dropped_are_told_of() -> None:
    """A stream that resumes before what is kept begins with a gap, and goes on."""
    journal = MemoryJournal(keep=2)
    for number in range(5):
        journal.append(NOW, "noted", None, {"number": number})
    told = b"".join(itertools.islice(stream(journal, 1, lambda: False), 3)).decode()
    blocks = [block.split("\n") for block in told.strip().split("\n\n")]
    assert blocks[1][0] == "event: gap"
    assert json.loads(blocks[1][1].removeprefix("data: ")) == {"after": 1, "first": journal.first}
    assert blocks[2][0] == f"id: {journal.first}"


def test_a_quiet_stream_is_kept_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without news there is a comment now and then, so that a reader that left is noticed."""
    monkeypatch.setattr(events, "KEEP_ALIVE", 0.02)
    monkeypatch.setattr(events, "_LOOK", 0.01)
    told = list(itertools.islice(stream(MemoryJournal(keep=1), 0, lambda: False), 3))
    assert told == [b": mohook\n\n", b":\n\n", b":\n\n"]


def test_an_ended_stream_says_no_more() -> None:
    """Once the server ends, a stream is over before the next event."""
    assert list(stream(MemoryJournal(keep=1), 0, lambda: True)) == [b": mohook\n\n"]
