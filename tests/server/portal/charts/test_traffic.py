"""What the dashboard draws is what happened."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from mohook.server.portal.charts.traffic import MOST_BINS, kind, traffic_of
from mohook.store.store import MessageFilter
from tests.emulators import App, ip1, manual
from tests.store.made import NOON, new_attempt, new_message


def test_every_attempt_stands_in_one_bin() -> None:
    """By its beginning and its kind; a copy on the network is none."""
    message = new_message("m1")
    made = [
        new_attempt(started_at=NOON, outcome="500", decision="retry"),
        new_attempt(started_at=NOON + timedelta(minutes=10), outcome="timeout", decision="retry"),
        new_attempt(started_at=NOON + timedelta(minutes=20), outcome="200", decision="delivered"),
    ]
    message.attempts += [*made, replace(made[0], copy_of=1, decision=None)]
    traffic = traffic_of([message])
    assert len(traffic.bins) == MOST_BINS
    assert [kind(each) for each in made] == ["refused", "unanswered", "delivered"]
    assert traffic.bins[0].counts == {"refused": 1}
    assert traffic.bins[-1].counts == {"delivered": 1}
    assert sum(each.total for each in traffic.bins) == 3
    assert traffic.highest == 1


def test_numbers_come_with_their_failures() -> None:
    """Most attempts first."""
    emulator = manual(app=App(500, 500, 200))
    emulator.send([ip1()])
    emulator.advance(timedelta(hours=1))
    emulator.send([ip1("again")])
    emulator.settle()
    (row,) = traffic_of(emulator.store.messages(MessageFilter())).numbers
    assert (row.messages, row.attempts, row.failed_attempts) == (2, 4, 2)
    emulator.stop()


def test_latency_is_told_in_marks_and_percentiles() -> None:
    """Every answer within one mark; what was never answered has no latency."""
    message = new_message("m1")
    timings = new_attempt().timings
    message.attempts += [
        new_attempt(timings=timings._replace(total=ms / 1000), status_code=200)
        for ms in (0.5, 3, 3, 40, 900)
    ]
    message.attempts.append(new_attempt(timings=timings._replace(total=9), status_code=None))
    latency = traffic_of([message]).latency
    assert latency is not None
    counts = dict(latency.marks)
    assert (counts[1], counts[5], counts[50], counts[1000]) == (1, 2, 1, 1)
    assert sum(counts.values()) == 5
    assert dict(latency.percentiles) == {50: 3.0, 90: 900.0, 99: 900.0}


def test_nothing_has_no_chart() -> None:
    """Neither messages without attempts, nor no messages."""
    assert traffic_of([]).axis is None
    assert traffic_of([new_message("m1")]).latency is None
