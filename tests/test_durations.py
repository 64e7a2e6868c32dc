"""Durations read as people write them, and are written as they are read."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mohook.durations import LONGEST, format_duration, parse_duration
from mohook.errors import InputError


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("500ms", timedelta(milliseconds=500)),
        ("30s", timedelta(seconds=30)),
        ("10m", timedelta(minutes=10)),
        ("2h", timedelta(hours=2)),
        ("7d", timedelta(days=7)),
        ("1h30m", timedelta(minutes=90)),
        ("1d2h3m4s5ms", timedelta(days=1, hours=2, minutes=3, seconds=4, milliseconds=5)),
        ("1.5h", timedelta(minutes=90)),
        (" 10m ", timedelta(minutes=10)),
        ("90", timedelta(seconds=90)),
        ("0.25", timedelta(milliseconds=250)),
        ("0", timedelta()),
        (90, timedelta(seconds=90)),
        (0.25, timedelta(milliseconds=250)),
        (1e-05, timedelta(microseconds=10)),
    ],
)
def test_a_duration_is_read(text: str | float, duration: timedelta) -> None:
    """Each unit, compounds, fractions, and a bare number as seconds are read."""
    assert parse_duration(text) == duration


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "soon",
        "m",
        "5x",
        "5M",
        "30m1h",
        "1m1m",
        "1h30",
        "-5s",
        -5,
        "+5s",
        "1 h",
        "٣s",
        True,
        float("nan"),
        float("inf"),
        "1.s",
        ".5s",
        "1:30",
    ],
)
def test_anything_else_is_refused_by_name(text: str | float) -> None:
    """The error holds what was given, and shows what is taken."""
    with pytest.raises(InputError) as refused:
        parse_duration(text)
    assert str(refused.value).startswith(f"duration {text!r}: expected a duration such as 500ms")


def test_a_hundred_years_are_the_most() -> None:
    """A duration that would lead past the end of the calendar is refused."""
    assert parse_duration("36500d") == LONGEST
    for longer in ("36500d1ms", "1e999", 10**30, "9" * 400):
        with pytest.raises(InputError, match="expected no more than 36500d"):
            parse_duration(longer)


@pytest.mark.parametrize(
    ("duration", "text"),
    [
        (timedelta(), "0s"),
        (timedelta(microseconds=1), "0.001ms"),
        (timedelta(milliseconds=20), "20ms"),
        (timedelta(seconds=1.5), "1.5s"),
        (timedelta(seconds=100), "1m40s"),
        (timedelta(minutes=90), "1h30m"),
        (timedelta(days=7), "7d"),
        (timedelta(hours=1, milliseconds=5), "1h5ms"),
        (timedelta(minutes=-10), "-10m"),
    ],
)
def test_a_duration_is_written_short(duration: timedelta, text: str) -> None:
    """Units that count nothing are left out."""
    assert format_duration(duration) == text


@given(st.timedeltas(min_value=timedelta(), max_value=LONGEST))
def test_what_is_written_is_read_back(duration: timedelta) -> None:
    """Writing loses nothing, down to the microsecond."""
    assert parse_duration(format_duration(duration)) == duration


@given(st.text(max_size=12) | st.floats() | st.integers())
def test_any_input_is_read_or_refused(value: str | float) -> None:
    """Nothing but `InputError` comes out of a value that is no duration."""
    try:
        duration = parse_duration(value)
    except InputError:
        return
    assert timedelta() <= duration <= LONGEST
