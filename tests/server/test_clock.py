"""The clock over HTTP: telling it, moving it, and not moving what runs by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from mohook.settings import Ip1Settings, ServeSettings
from tests.server.bench import Bench
from tests.server.test_messages import to_app

BenchOf = Callable[..., Bench]


def advance(bench: Bench, **body: Any) -> Any:
    return bench.post("/clock/advance", body)


def test_the_clock_tells_what_it_waits_for(bench: Bench) -> None:
    """It says where it stands, how it runs, and what is due next."""
    idle = bench.get("/clock").json
    assert idle == {
        "now": "2026-01-01T12:00:00.000Z", "mode": "manual", "pending": 0, "next_due": None,
        "idle": True,
    }  # fmt: skip
    to_app(bench, 500)
    bench.send()
    busy = bench.get("/clock").json
    assert (busy["pending"], busy["next_due"], busy["idle"]) == (
        1,
        "2026-01-01T12:10:00.000Z",
        False,
    )


@pytest.mark.parametrize(
    ("body", "now", "made"),
    [
        ({"seconds": 599}, "2026-01-01T12:09:59.000Z", 0),
        ({"seconds": 600.5}, "2026-01-01T12:10:00.500Z", 1),
        ({"seconds": 0}, "2026-01-01T12:00:00.000Z", 0),
        ({"to": "2026-01-01T13:20:00+01:00"}, "2026-01-01T12:20:00.000Z", 2),
        ({"until": "next"}, "2026-01-01T12:10:00.000Z", 1),
    ],
)
def test_the_clock_moves_and_makes_what_falls_due(
    bench: Bench, body: dict[str, Any], now: str, made: int
) -> None:
    """Each way of moving makes exactly the attempts on its way, ip1's every ten minutes."""
    to_app(bench, 500)
    bench.send()
    answer = advance(bench, **body)
    assert (answer.status_code, answer.json) == (
        200,
        {"now": now, "attempts_made": made, "idle": False},
    )


def test_until_idle_ends_when_nothing_is_pending(bench_of: BenchOf) -> None:
    """`until: idle` goes on to the end of what has an end."""
    bench = bench_of(ip1=Ip1Settings(retry_limit=4))
    to_app(bench, 500)
    bench.send()
    assert advance(bench, until="idle").json["attempts_made"] == 3
    assert advance(bench, until="idle").json == {
        "now": "2026-01-01T12:30:00.000Z", "attempts_made": 0, "idle": True
    }  # fmt: skip


def test_what_has_no_end_is_a_409_with_the_timeline(bench: Bench) -> None:
    """ip1 never gives up: `max_attempts` ends it, and the detail shows what was tried."""
    to_app(bench, 500)
    bench.send(body="are you there")
    answer = advance(bench, until="idle", max_attempts=3)
    assert (answer.status_code, answer.json["type"]) == (409, "urn:mohook:problem:not-settled")
    assert "are you there" in answer.json["detail"]
    assert "answered 500" in answer.json["detail"]


@pytest.mark.parametrize(
    "body",
    [
        {}, {"seconds": 1, "until": "next"}, {"seconds": None}, {"seconds": -1}, {"seconds": "1"},
        {"seconds": True}, {"until": "later"}, {"to": "tomorrow"}, {"to": 5}, {"seconds": 1e12},
        {"seconds": 1, "max_attempts": 0}, {"seconds": 1, "max_attempts": 1_000_001},
        {"seconds": 1, "minutes": 1},
    ],
)  # fmt: skip
def test_a_move_that_is_none_is_refused(bench: Bench, body: dict[str, Any]) -> None:
    """Exactly one of the three ways, within its bounds; else nothing moves."""
    answer = advance(bench, **body)
    assert (answer.status_code, answer.content_type) == (422, "application/problem+json")
    assert bench.get("/clock").json["now"] == "2026-01-01T12:00:00.000Z"


@pytest.mark.parametrize(
    "instant", ["2026-01-01T11:59:59Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00"]
)
def test_no_clock_moves_back_or_beyond_all_dates(bench: Bench, instant: str) -> None:
    """A time before the clock's, or one that no later attempt could follow, is a conflict."""
    assert advance(bench, to=instant).status_code == 409


def test_a_hundred_years_many_times_over_end_in_a_conflict(bench: Bench) -> None:
    """However far the clock has been moved, moving it further never fails as a bug."""
    clock = bench.emulator.clock
    clock.move_to(clock.now() + timedelta(days=365 * 6_950))
    century = timedelta(days=36_500).total_seconds()
    assert advance(bench, seconds=century).status_code == 409
    assert advance(bench, seconds=1).status_code == 200


@pytest.mark.parametrize("body", [{"seconds": 1}, {"until": "next"}, {"until": "idle"}])
def test_a_running_clock_cannot_be_moved(bench_of: BenchOf, body: dict[str, Any]) -> None:
    """Where the clock runs by itself, moving it is a conflict that says what to start."""
    for mode in ("real", "x60"):
        running = bench_of(serve=ServeSettings(clock=mode))
        answer = advance(running, **body)
        assert (answer.status_code, "--clock manual" in answer.json["detail"]) == (409, True)
        assert running.get("/clock").json["mode"] == mode


def test_the_clock_is_changed(bench: Bench) -> None:
    """It goes on from where it stands; the answer tells of it as GET does, and the journal too."""
    bench.send()
    answer = bench.put("/clock", {"mode": "x0.001"})
    assert (answer.status_code, answer.json["mode"]) == (200, "x0.001")
    assert answer.json["now"].startswith("2026-01-01T12:00:00.")
    assert answer.json.keys() == bench.get("/clock").json.keys()
    assert bench.get("/health").json["clock"] == "x0.001"
    assert advance(bench, seconds=1).status_code == 409
    assert bench.put("/clock", {"mode": "manual"}).json["mode"] == "manual"
    assert advance(bench, seconds=1).status_code == 200
    events = bench.get("/events?after=1").json["events"]
    assert [(each["type"], each["data"]) for each in events] == [
        ("clock.changed", {"mode": "x0.001", "was": "manual"}),
        ("clock.changed", {"mode": "manual", "was": "x0.001"}),
    ]


def test_a_change_to_the_same_clock_is_none(bench: Bench) -> None:
    """It is answered like any other, and nothing is written into the journal."""
    assert bench.put("/clock", {"mode": "manual"}).json == bench.get("/clock").json
    assert bench.get("/events").json["events"] == []


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"mode": "fast"}, "mode: 'fast': expected real, manual or xN, N from 0.001 to 1000000"),
        ({"mode": "x0"}, "mode: 'x0': expected real"),
        ({"mode": "x1000001"}, "mode: 'x1000001': expected real"),
        ({"mode": 60}, "mode: "),
        ({}, "mode: is missing"),
        ({"mode": "real", "factor": 2}, "factor: no such field"),
    ],
)
def test_what_is_no_clock_is_refused(bench: Bench, body: dict[str, Any], said: str) -> None:
    """The answer says what is taken, and the clock stays."""
    answer = bench.put("/clock", body)
    assert (answer.status_code, answer.content_type) == (422, "application/problem+json")
    assert said in answer.json["detail"]
    assert bench.get("/clock").json["mode"] == "manual"


def test_an_app_is_told_that_it_cannot_make_run_what_waits_for_it(bench: Bench) -> None:
    """A conflict: the clock is being moved by who called the app."""
    told: list[Any] = []

    def app(_environ: Any, start_response: Any) -> list[bytes]:
        told.append(bench.put("/clock", {"mode": "real"}))
        start_response("200 OK", [])
        return []

    bench.emulator.ip1.put("ip1-10001", bench.emulator.apps.mount(app))
    bench.send()
    [answer] = told
    assert (answer.status_code, "being moved" in answer.json["detail"]) == (409, True)
