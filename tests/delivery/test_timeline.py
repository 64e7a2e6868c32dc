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
        (
            "    1. 2026-01-01 12:00:00 to http://127.0.0.1:5000/sms: answered 500 [500], "
            "again at 2026-01-01 12:01:00"
        ),
        f"    2. 2026-01-01 12:01:00 {in_words('timeout')}, again at 2026-01-01 12:02:00",
        "    3. 2026-01-01 12:00:00 answered 200, delivered",
        "    4. 2026-01-01 12:00:00 answered 200 (copy of 3)",
    ]


def test_many_attempts_that_went_alike_are_told_in_short() -> None:
    """The first, how many more, the last; ten, as many as some end with, are all told."""
    attempts = [new_attempt(number) for number in range(1, 1001)]
    attempts.append(new_attempt(1001, outcome="200", decision="delivered", next_attempt_at=None))
    _, *lines = timeline([new_message("m1", attempts=attempts)]).splitlines()
    assert [line.split()[0] for line in lines] == ["1.", "…", "1000.", "1001."]
    assert lines[1].strip() == "… 998 attempts more like this …"
    _, *lines = timeline([new_message("m1", attempts=attempts[:10])]).splitlines()
    assert [line.split()[0] for line in lines] == [f"{number}." for number in range(1, 11)]


def test_where_to_stands_where_it_changes() -> None:
    """A wrong path shows at once, a move of the webhook too; credentials do not."""
    urls = ["http://me:geheim@host.test/a", "http://me:geheim@host.test/a", "http://host.test/b"]
    attempts = [new_attempt(number, url=url) for number, url in enumerate(urls, 1)]
    _, first, second, third = timeline([new_message("m1", attempts=attempts)]).splitlines()
    assert " to http://***@host.test/a: answered 500" in first
    assert " answered 500" in second
    assert "host.test" not in second
    assert " to http://host.test/b: answered 500" in third


def test_what_is_known_beyond_the_outcome_is_told() -> None:
    """What an app raised stands on the attempt's line; the same words stand there once."""
    raised = "the app raised KeyError: 'mnc'\n(app.py:10, in receive)"
    told = attempt_line(new_attempt(error=raised))
    assert "answered 500: the app raised KeyError: 'mnc' (app.py:10, in receive), again" in told
    plain = attempt_line(new_attempt(outcome="timeout", error=in_words("timeout")))
    assert plain.count(in_words("timeout")) == 1
    scripted = attempt_line(
        new_attempt(fault="500", error="scripted: the receiver was not reached")
    )
    assert ": answered 500 [500], again" in scripted
    assert len(attempt_line(new_attempt(error="x" * 9_999))) < 400


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
