"""The axis of time: everything on it, round labels, never too many."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mohook.server.portal.charts.axis import axis_over

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
instants = st.integers(0, 4_000_000_000_000).map(
    lambda ms: datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=ms)
)


@given(st.lists(instants, min_size=1, max_size=5))
def test_every_instant_stands_on_the_axis(given: list[datetime]) -> None:
    """From 0 to 100 percent, in the order of time."""
    axis = axis_over(given)
    places = [axis.at(each) for each in sorted(given)]
    assert places == sorted(places)
    assert places[0] == 0
    assert 0 <= places[-1] <= 100


@given(st.lists(instants, min_size=1, max_size=5), st.integers(2, 6))
def test_ticks_are_few_and_on_the_axis(given: list[datetime], most: int) -> None:
    """Left to right, each with another label."""
    ticks = axis_over(given).ticks(most)
    assert len(ticks) <= most
    assert [x for x, _ in ticks] == sorted(x for x, _ in ticks)
    assert all(0 <= x <= 100 for x, _ in ticks)


@pytest.mark.parametrize(
    ("span", "labels"),
    [
        (timedelta(seconds=20), ["12:00:00", "12:00:10", "12:00:20"]),
        (timedelta(minutes=20), ["12:00", "12:10", "12:20"]),
        (timedelta(hours=3), ["12:00", "13:00", "14:00", "15:00"]),
        (timedelta(days=3), ["2026-01-02", "2026-01-03", "2026-01-04"]),
    ],
)
def test_labels_are_round(span: timedelta, labels: list[str]) -> None:
    """To the second, the minute or the day, as the span asks for."""
    assert [label for _, label in axis_over([NOON, NOON + span]).ticks(4)] == labels


def test_one_instant_has_an_axis_too() -> None:
    """Of a second, so that nothing is divided by nothing."""
    axis = axis_over([NOON])
    assert (axis.at(NOON), axis.end - axis.begin) == (0.0, timedelta(seconds=1))
