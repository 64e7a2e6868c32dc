"""The clock: real, scaled or moved by hand, and never backwards."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mohook.delivery.clock import (
    ChangeableClock,
    ManualClock,
    RunningClock,
    checked_instant,
    clock_from,
)
from mohook.errors import ConflictError, InputError, SettingsError
from tests.store.made import MINUTE, NOON, SECOND


class Machine:
    """The machine's monotonic clock, as a test sets it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seconds = 1000.0
        monkeypatch.setattr(time, "monotonic", lambda: self.seconds)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(monkeypatch)


@pytest.mark.parametrize("factor", [1.0, 60.0, 0.5])
def test_a_running_clock_moves_with_the_machine_times_its_factor(
    machine: Machine, factor: float
) -> None:
    """Ten seconds of the machine are ten times the factor here."""
    clock = RunningClock(factor, NOON)
    assert clock.now() == NOON
    machine.seconds += 10
    assert clock.now() == NOON + timedelta(seconds=10 * factor)


def test_a_running_clock_starts_at_the_wall_clocks_time() -> None:
    """Without a start given, it is now."""
    before = datetime.now(UTC)
    assert before <= RunningClock().now() <= datetime.now(UTC) + SECOND


@given(st.floats(0.01, 1e6), st.timedeltas(timedelta(), timedelta(days=30)))
def test_real_seconds_are_the_factors_part(factor: float, real: timedelta) -> None:
    """What this clock moves in a real time takes that real time."""
    moved = real * factor
    assert RunningClock(factor).real_seconds(moved) == pytest.approx(real.total_seconds(), abs=1e-3)


def test_a_manual_clock_stands_until_it_is_moved() -> None:
    """It moves to the instant named, and to its own instant too."""
    clock = ManualClock(NOON)
    clock.move_to(NOON + MINUTE)
    clock.move_to(NOON + MINUTE)
    assert clock.now() == NOON + MINUTE


def test_a_manual_clock_never_moves_back() -> None:
    """The refusal names both instants and moves nothing."""
    clock = ManualClock(NOON)
    with pytest.raises(ConflictError, match=r"11:59:00.*12:00:00"):
        clock.move_to(NOON - MINUTE)
    assert clock.now() == NOON


def test_only_a_hand_brings_about_what_is_not_due() -> None:
    """A manual clock tells no waiting time for the future, and none at all for what is due."""
    clock = ManualClock()
    assert clock.real_seconds(SECOND) is None
    assert clock.real_seconds(timedelta()) == 0.0


@pytest.mark.parametrize(
    "text", ["real", "manual", "x60", "x0.5", "x0.001", "x1.25", "x999999.999", "x1000000"]
)
def test_a_clock_says_its_mode_as_it_was_asked_for(text: str) -> None:
    """`mode` reads as the option did."""
    assert clock_from(text).mode == text


@pytest.mark.parametrize("text", ["real", "manual", "x60"])
def test_a_clock_starts_where_it_is_told(machine: Machine, text: str) -> None:
    """A start is taken by every kind."""
    assert machine.seconds
    assert clock_from(text, NOON).now() == NOON


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Real",
        "x",
        "x0",
        "x0.0",
        "x-1",
        "x1e3",
        "xnan",
        "xinf",
        "x1.",
        "60",
        "x1000001",
        "x1000000.5",
        "x0.0001",
        "x60\n",
        "x\u0663",
    ],
)
def test_a_text_that_names_no_clock_is_refused(text: str) -> None:
    """The error shows the text and says what is taken."""
    with pytest.raises(SettingsError) as caught:
        clock_from(text)
    assert repr(text) in str(caught.value)
    assert "x60" in str(caught.value)


def test_an_instant_is_taken_in_utc_or_not_at_all() -> None:
    """Another zone is converted; none is refused."""
    plus_two = timezone(timedelta(hours=2))
    assert checked_instant(datetime(2026, 1, 1, 14, tzinfo=plus_two)).isoformat() == (
        "2026-01-01T12:00:00+00:00"
    )
    with pytest.raises(InputError, match="2026-01-01T12:00:00: expected"):
        checked_instant(NOON.replace(tzinfo=None))


# From one to another


def test_a_changed_clock_goes_on_from_where_it_stands(machine: Machine) -> None:
    """Each mode adds what passes while it holds, and no change adds or takes away anything."""
    clock = ChangeableClock(ManualClock(NOON))
    clock.move_to(NOON + MINUTE)
    assert clock.change("x60") == NOON + MINUTE
    machine.seconds += 1
    assert clock.change("real") == NOON + 2 * MINUTE
    machine.seconds += 1
    assert clock.change("manual") == NOON + 2 * MINUTE + SECOND
    machine.seconds += 1
    assert clock.now() == NOON + 2 * MINUTE + SECOND


@pytest.mark.parametrize(("mode", "same"), [("real", "x1"), ("x60", "x60.0"), ("manual", "manual")])
def test_a_change_to_the_same_is_none(machine: Machine, mode: str, same: str) -> None:
    """The clock that was there goes on."""
    clock = ChangeableClock(clock_from(mode, NOON))
    machine.seconds += 10
    before = clock.now()
    assert clock.change(same) is None
    assert (clock.mode, clock.now()) == (mode, before)


def test_a_changeable_clock_is_as_the_one_within() -> None:
    """What it tells of itself is told by the clock that holds just now."""
    clock = ChangeableClock(RunningClock(60, NOON))
    assert (clock.runs, clock.real_seconds(MINUTE)) == (True, 1.0)
    clock.change("manual")
    assert (clock.runs, clock.real_seconds(MINUTE)) == (False, None)


def test_a_changeable_clock_is_moved_and_set_only_where_it_stands(machine: Machine) -> None:
    """A running one refuses to be moved, and is not set."""
    clock = ChangeableClock(RunningClock(start=NOON))
    with pytest.raises(ConflictError, match="the clock is real"):
        clock.move_to(NOON + MINUTE)
    clock.set(NOON + MINUTE)
    assert clock.now() == NOON
    clock.change("manual")
    clock.move_to(NOON + MINUTE)
    clock.set(NOON)
    assert clock.now() == NOON
    assert machine.seconds


def test_a_change_that_is_none_of_a_clock_is_refused() -> None:
    """It goes on as it did."""
    clock = ChangeableClock(ManualClock())
    with pytest.raises(SettingsError, match="'fast': expected real, manual or xN"):
        clock.change("fast")
    assert clock.mode == "manual"
