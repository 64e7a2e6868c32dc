"""The portal's stream: few ticks however much happens, and nothing missed after a gap."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from mohook.emulator import Emulator
from mohook.server.portal import live
from mohook.server.portal.live import MOST_ROWS, REST, ticks
from mohook.store.store import MessageFilter
from tests.emulators import App, ip1, manual
from tests.server.bench import Bench


def parsed(chunk: bytes) -> tuple[int, dict[str, Any]]:
    lines = dict(line.split(": ", 1) for line in chunk.decode().strip().split("\n"))
    assert lines["event"] == "tick"
    return int(lines["id"]), json.loads(lines["data"])


class Stream:
    """A stream that is read as far as a test needs."""

    def __init__(self, bench: Bench, query: str = "") -> None:
        self._answer = bench.client.get(f"/portal/live{query}", buffered=False)
        assert self._answer.mimetype == "text/event-stream"
        self._chunks: Iterator[bytes] = iter(self._answer.response)

    def tick(self) -> tuple[int, dict[str, Any]]:
        return parsed(next(chunk for chunk in self._chunks if not chunk.startswith(b":")))

    def close(self) -> None:
        self._answer.close()


def test_the_first_tick_tells_where_all_stands(bench: Bench) -> None:
    """Clock and counts, at once: a page that was away need not wait for news."""
    bench.send()
    number, tick = Stream(bench).tick()
    assert number == bench.emulator.store.journal.last
    assert tick["clock"]["mode"] == "manual"
    assert tick["counts"] == {"received": 1, "pending": 0, "delivered": 0, "failed": 0, "held": 1}
    assert "rows" not in tick


def test_a_tick_holds_the_rows_that_changed(bench: Bench) -> None:
    """Under the list's filter: what does not fit any more is told as gone."""
    stream = Stream(bench, "?rows=1&provider=ip1")
    stream.tick()
    bench.send(body="here")
    bench.send("intelepeer", body="there")
    _, tick = stream.tick()
    assert [row["id"] for row in tick["rows"]] == ["m1"]
    assert "here" in tick["rows"][0]["html"]
    assert tick["gone"] == ["m2"]
    assert tick["messages"] == ["m1", "m2"]


@pytest.mark.parametrize("how", ["query", "header"])
def test_a_page_that_was_away_catches_up(bench: Bench, how: str) -> None:
    """From the number that it saw last, whether its script or the browser says so."""
    bench.send()
    seen = bench.emulator.store.journal.last
    bench.send(body="meanwhile")
    headers = {"Last-Event-ID": str(seen)} if how == "header" else {}
    query = f"?rows=1&after={seen}" if how == "query" else "?rows=1&after=0"
    answer = bench.client.get(f"/portal/live{query}", headers=headers, buffered=False)
    chunks = iter(answer.response)
    number, _ = parsed(next(chunks))
    assert number == seen
    _, tick = parsed(next(chunks))
    assert [row["id"] for row in tick["rows"]] == ["m2"]


def test_many_changes_are_one_tick_with_the_newest(bench: Bench) -> None:
    """However many there were: the list begins anew with as many as a page shows."""
    stream = Stream(bench, "?rows=1")
    stream.tick()
    bench.send(count=5 * MOST_ROWS)
    _, tick = stream.tick()
    assert tick["whole"] is True
    assert [row["id"] for row in tick["rows"]][:2] == [f"m{5 * MOST_ROWS}", f"m{5 * MOST_ROWS - 1}"]
    assert len(tick["rows"]) == MOST_ROWS
    assert tick["counts"]["received"] == 5 * MOST_ROWS


@pytest.mark.parametrize(
    ("query", "asked"),
    [("?rows=1", [MOST_ROWS]), ("?rows=1&search=here", [MOST_ROWS + 1]), ("", [])],
)
def test_a_tick_reads_no_more_than_it_tells(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, query: str, asked: list[int]
) -> None:
    """No whole entry of the journal, and of messages the list's alone, however many changed."""
    stream = Stream(bench, query)
    stream.tick()
    bench.send(count=5 * MOST_ROWS)
    read: list[int | None] = []
    store = bench.emulator.store
    messages, changes = store.messages, store.journal.changes(0, 10**6)

    def noted(wanted: MessageFilter) -> Any:
        read.append(wanted.limit)
        return messages(wanted)

    monkeypatch.setattr(store, "messages", noted)
    monkeypatch.setattr(store.journal, "changes", lambda *_: changes)
    monkeypatch.setattr(store.journal, "after", None)
    stream.tick()
    assert read == asked


def test_a_stream_rests_four_times_as_long_as_a_tick_took(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So one that is open costs a fifth of a core at most; it rests a little in any case."""
    rests: list[float] = []

    def ended(seconds: float) -> bool:
        if seconds:
            rests.append(seconds)
            bench.send()
        return len(rests) == 2

    seconds = count(0, 3)
    monkeypatch.setattr(live, "perf_counter", lambda: next(seconds))
    told = ticks(bench.emulator, 0, None, ended)
    bench.send()
    assert len(list(told)) == 3
    assert rests == [12, 12]
    assert REST < 12


@pytest.mark.parametrize("after", [0, 10**9])
def test_a_number_that_is_not_kept_begins_anew(bench_of: Any, after: int) -> None:
    """One before the oldest kept, and one of an emulator that was started before this one."""
    from mohook.settings import ServeSettings

    bench = bench_of(serve=ServeSettings(clock="manual", keep=1))
    bench.send(count=40)
    stream = Stream(bench, f"?rows=1&after={after}")
    _, tick = stream.tick()
    if not after:
        _, tick = stream.tick()
    assert tick["whole"] is True


def test_a_reset_begins_anew(bench: Bench) -> None:
    """Rows of before are no more."""
    bench.send()
    stream = Stream(bench, "?rows=1")
    stream.tick()
    bench.post("/reset")
    _, tick = stream.tick()
    assert (tick["whole"], tick["rows"]) == (True, [])


def test_a_clock_that_was_moved_is_told() -> None:
    """Also where nothing was due, and so nothing stands in the journal."""
    emulator: Emulator = manual(app=App(200))
    bench = Bench(emulator)
    stream = Stream(bench)
    _, before = stream.tick()
    emulator.advance(timedelta(hours=1))
    _, after = stream.tick()
    assert (before["clock"]["now"][11:13], after["clock"]["now"][11:13]) == ("12", "13")
    emulator.send([ip1()])
    emulator.stop()


def test_a_fault_that_is_used_up_is_told(bench: Bench) -> None:
    """Also where its step makes the attempt wait, and so nothing stands in the journal."""
    bench.emulator.ip1.put("ip1-10001", bench.emulator.apps.mount(App(200)) + "/ip1")
    bench.emulator.faults.add(["delay:5s", "ok"])
    bench.emulator.send([ip1()])
    stream = Stream(bench)
    number, _ = stream.tick()
    bench.emulator.settle()
    assert bench.emulator.store.journal.last == number
    _, tick = stream.tick()
    assert tick["clock"]["pending"] == 1
    stream.close()


def test_a_stream_gives_its_seat_back(bench: Bench) -> None:
    """However often pages come and go."""
    for _ in range(100):
        stream = Stream(bench)
        stream.tick()
        stream.close()


@pytest.mark.parametrize("query", ["?rows=1&state=lost", "?rows=1&provider=x"])
def test_a_filter_that_cannot_be_is_told(bench: Bench, query: str) -> None:
    """Before the stream begins."""
    assert bench.client.get(f"/portal/live{query}").status_code == 422
