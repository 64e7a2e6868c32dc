"""A waterfall has no gap, no overlap and nothing below zero, whatever was measured."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mohook.delivery.message import Timings
from mohook.evidence.phases import LABELS, phases
from tests._receivers.scripted import scripted
from tests.emulators import ip1, manual
from tests.store.made import new_attempt

seconds = st.one_of(st.just(0.0), st.floats(-1, 20, allow_nan=False))


def rows(timings: Timings, **changes: Any) -> list[tuple[str, float, float]]:
    found = phases(new_attempt(timings=timings, **changes))
    return [(each.name, each.start_ms, each.duration_ms) for each in found]


def test_each_timing_ends_a_phase() -> None:
    """In the order in which they come, each named in words of its own."""
    made = phases(new_attempt(timings=Timings(0.001, 0.003, 0.01, 0.0105, 0.02, 0.0215)))
    assert [each.name for each in made] == list(Timings._fields) == list(LABELS)
    assert [each.label for each in made] == list(LABELS.values())
    assert [(each.start_ms, each.duration_ms) for each in made] == [
        (0.0, 1.0),
        (1.0, 2.0),
        (3.0, 7.0),
        (10.0, 0.5),
        (10.5, 9.5),
        (20.0, 1.5),
    ]


def test_a_kept_connection_has_no_phase_of_its_own() -> None:
    """Neither name nor connection nor TLS took time."""
    assert rows(Timings(0, 0, 0, 0.001, 0.004, 0.004)) == [
        ("request_sent", 0.0, 1.0),
        ("first_byte", 1.0, 3.0),
    ]


@pytest.mark.parametrize(
    ("timings", "url", "last", "label"),
    [
        (Timings(0.001, total=0.002), "http://a/", "connect", "connecting, until it failed"),
        (Timings(0.001, 0.002, total=9), "https://a/", "tls", "securing the connection, until"),
        (Timings(0.001, 0.002, total=9), "http://a/", "request_sent", "sending the request, until"),
        (Timings(0.001, 0.002, 0, 0.003, total=9), "http://a/", "first_byte", "waiting for the"),
    ],
)
def test_a_failure_ends_the_phase_it_came_in(
    timings: Timings, url: str, last: str, label: str
) -> None:
    """A timeout is waiting, and not reading of an answer that never came."""
    made = phases(new_attempt(timings=timings, url=url, outcome="timeout"))
    assert made[-1].name == last
    assert made[-1].label.startswith(label)
    assert made[-1].start_ms + made[-1].duration_ms == timings.total * 1000


@pytest.mark.parametrize(
    ("outcome", "fault", "label"),
    [
        ("200", None, "in the app, in this process"),
        ("200", "duplicate", "in the app, in this process"),
        ("timeout", "timeout", "as scripted: the "),
        ("refused", None, "until it failed"),
    ],
)
def test_what_was_not_measured_apart_is_one_phase(
    outcome: str, fault: str | None, label: str
) -> None:
    """An app in this process, a script, and a failure before the first mark."""
    (made,) = phases(new_attempt(timings=Timings(total=10), outcome=outcome, fault=fault))
    assert made.label.startswith(label)
    assert (made.name, made.start_ms, made.duration_ms) == ("total", 0.0, 10_000.0)
    assert phases(new_attempt(timings=Timings(), outcome=outcome, fault=fault)) == ()


@given(st.builds(Timings, *[seconds] * 6), st.sampled_from(["http://a/", "https://a/"]))
def test_phases_follow_each_other(timings: Timings, url: str) -> None:
    """From zero on, without a gap, each longer than nothing."""
    made = phases(new_attempt(timings=timings, url=url))
    assert all(each.duration_ms > 0 for each in made)
    assert not made or made[0].start_ms == 0
    for one, other in pairwise(made):
        assert one.start_ms + one.duration_ms == pytest.approx(other.start_ms, abs=0.002)
    if made:
        end = max(0, *timings) * 1000
        assert made[-1].start_ms + made[-1].duration_ms == pytest.approx(end, abs=0.002)


def test_a_real_attempt_has_phases_that_end_at_its_total() -> None:
    """The figures of libcurl, for an answer over a socket."""
    emulator = manual()
    with scripted() as receiver:
        emulator.ip1.put("ip1-10001", receiver.url)
        (message,) = emulator.send([ip1()])
        emulator.settle()
        (attempt,) = emulator.store.message(message.id).attempts
        emulator.stop()
    made = phases(attempt)
    assert {"connect", "first_byte"} <= {each.name for each in made}
    end = made[-1].start_ms + made[-1].duration_ms
    assert end == pytest.approx(attempt.timings.total * 1000, abs=0.002)
