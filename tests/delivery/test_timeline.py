"""The timeline: what happened to a message, in lines that need no explanation."""

from __future__ import annotations

import pytest

from mohook.delivery import outcome
from mohook.delivery.message import State
from mohook.delivery.outcome import FAILURES, in_words
from mohook.delivery.timeline import attempt_line, timeline
from tests.store.made import MINUTE, NOON, new_attempt, new_message


def test_a_timeline_tells_the_message_and_each_attempt() -> None:
    """Who to whom, how it stands, and a line for every attempt in order."""
    attempts = [
        new_attempt(1, fault="500"),
        new_attempt(
            2, outcome="timeout", started_at=NOON + MINUTE, next_attempt_at=NOON + 2 * MINUTE
        ),
        new_attempt(3, outcome="200", decision="delivered", next_attempt_at=None),
        new_attempt(4, outcome="200", decision=None, copy_of=3),
    ]
    message = new_message("m7", attempts=attempts, state=State.DELIVERED)
    assert timeline([message]).splitlines() == [
        "m7 ip1 46700000001 → 456189040623 'Hi my name is earl': delivered",
        "    1. 2026-01-01 12:00:00 answered 500 [500], again at 2026-01-01 12:01:00",
        f"    2. 2026-01-01 12:01:00 {in_words('timeout')}, again at 2026-01-01 12:02:00",
        "    3. 2026-01-01 12:00:00 answered 200, delivered",
        "    4. 2026-01-01 12:00:00 answered 200 (copy of 3)",
    ]


@pytest.mark.parametrize(
    ("changes", "end"),
    [
        ({}, ": pending, next attempt at 2026-01-01 12:00:00"),
        ({"state": State.FAILED}, ": failed: the provider has given it up"),
        ({"destination": None}, ": held: its number has no webhook"),
        ({"state": State.DELIVERED, "via": "cpaas"}, ": delivered to cpaas"),
    ],
)
def test_a_message_tells_how_it_stands(changes: dict[str, object], end: str) -> None:
    """In words, with the next attempt where there is one."""
    assert timeline([new_message("m1", **changes)]).endswith(end)


def test_a_long_text_is_cut_and_stays_on_its_line() -> None:
    """Forty characters at most, line ends escaped."""
    [line] = timeline([new_message("m1", body="a\nb" + "x" * 100)]).splitlines()
    assert "'a\\nb" in line
    assert "x…'" in line
    assert timeline([]) == ""


def test_giving_up_is_told_at_the_last_attempt() -> None:
    """So that a reader knows why there is no further line."""
    given_up = new_attempt(5, decision="given-up", next_attempt_at=None)
    assert attempt_line(given_up).endswith("answered 500, given up")


def test_every_named_failure_has_words_of_its_own() -> None:
    """And every name that the code uses stands in the table."""
    names = {
        value for name, value in vars(outcome).items() if name.isupper() and name != "FAILURES"
    }
    assert names == set(FAILURES)
    assert len({in_words(name) for name in names}) == len(names)
    assert not any(name.isdigit() for name in names)
