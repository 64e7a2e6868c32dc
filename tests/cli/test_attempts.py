"""An attempt is one line, in the words of the timeline, and fits a terminal of 80 columns."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mohook.cli.attempts import IN_BRIEF, attempt_text, message_text, state_text
from mohook.delivery.message import State
from mohook.delivery.outcome import FAILURES

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def attempt(**changes: Any) -> dict[str, Any]:
    made = {
        "number": 2,
        "started_at": NOON.isoformat(),
        "outcome": "500",
        "decision": "retry",
        "copy_of": None,
        "fault": None,
        "next_attempt_at": (NOON + timedelta(minutes=10)).isoformat(),
    }
    return made | changes


def test_every_failure_has_brief_words() -> None:
    """Each named failure of the engine, and nothing else, has its few words."""
    assert set(IN_BRIEF) == set(FAILURES)


@pytest.mark.parametrize("outcome", [*FAILURES, "500", "204"])
def test_a_line_fits_80_columns(outcome: str) -> None:
    """The longest attempt keeps to 80 columns, three of them for the indent."""
    assert len(attempt_text(attempt(outcome=outcome, number=99)).plain) <= 77


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({}, "12:00:00  attempt 2  ✗ answered 500, not 200     again at 12:10:00"),
        (
            {"outcome": "200", "decision": "delivered", "next_attempt_at": None},
            "12:00:00  attempt 2  ✓ answered 200              delivered",
        ),
        (
            {"outcome": "timeout", "decision": "given-up", "next_attempt_at": None},
            "12:00:00  attempt 2  ✗ no answer in time         given up: failed",
        ),
        (
            {"outcome": "200", "decision": None, "copy_of": 1, "next_attempt_at": None},
            "12:00:00  attempt 2  · answered 200              a copy of attempt 1",
        ),
        (
            {"next_attempt_at": (NOON + timedelta(hours=13)).isoformat()},
            "12:00:00  attempt 2  ✗ answered 500, not 200     again at 2026-01-02 01:00:00",
        ),
        (
            {"outcome": "lost-ack", "fault": "lose-ack"},
            "12:00:00  attempt 2  ✗ answered, answer lost [lose-ack]  again at 12:10:00",
        ),
    ],
)
def test_a_line_says_when_what_and_what_follows(changes: dict[str, Any], shown: str) -> None:
    """Time, number, how it ended, what the policy made of it and when it goes on."""
    assert attempt_text(attempt(**changes)).plain == shown


def test_colour_is_for_what_follows_alone() -> None:
    """What happened stands in the terminal's own colour: only the time is dimmed."""
    text = attempt_text(attempt())
    styled = {text.plain[span.start : span.end].strip(): span.style for span in text.spans}
    assert styled == {"12:00:00": "dim", "✗": "yellow", "again at 12:10:00": "yellow"}
    assert not text.style


@pytest.mark.parametrize("state", State)
def test_every_state_has_its_words(state: State) -> None:
    """Each state of a message is named by its own word, beside a symbol."""
    assert state.value in state_text({"state": state.value, "via": "webhook"}).plain


def test_a_message_cannot_steer_the_terminal() -> None:
    """An escape sequence in a text is spelled out."""
    message = {"from": "1", "to": "2", "body": "\x1b[2Jgone"}
    assert message_text(message).plain == r'1 → 2  "\x1b[2Jgone"'
