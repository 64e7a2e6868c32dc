"""A machine obeys the ini file, the flags and the marks of its test, and tells statistics."""

from __future__ import annotations

from pathlib import Path

import _hypothesis_pytestplugin  # type: ignore[import-untyped]
import pytest

from mohook.errors import InputError
from pytest_mohook.stateful import receiver_machine
from tests.pytest_mohook.plugin.conftest import Run
from tests.pytest_mohook.stateful import shops

pytestmark = pytest.mark.slow

MACHINE = """
import pytest
from datetime import timedelta
from hypothesis import Phase, settings, strategies as st
from hypothesis.stateful import run_state_machine_as_test
from pytest_mohook.stateful import receiver_machine
from tests.pytest_mohook.stateful import shops

class Made(shops.Shop):
    def take(self, payload):
        return super().take(payload) or 202

machine = receiver_machine(
    app={app}, provider="ip1", readback=lambda app: app.stored(), messages={messages}, **{words}
)
{marks}
class TestShop(machine.TestCase):
    settings = settings(
        database=None, derandomize=True, deadline=None, max_examples={examples},
        phases=[Phase.generate],
    )
"""
ACCEPTED = {"delivery": {"acknowledge": "2xx"}}


def source(
    app: str = "Made",
    *,
    marks: str = "",
    examples: int = 10,
    messages: str = 'st.just({"body": "Hi"})',
    **words: object,
) -> str:
    """Return a test file with the machine of a receiver that answers 202, or of another."""
    return MACHINE.format(app=app, marks=marks, words=words, messages=messages, examples=examples)


def ran(run: Run, text: str, *arguments: str) -> pytest.RunResult:
    return run(text, "-W", "error", *arguments, plugins=(_hypothesis_pytestplugin,))


def replay(result: pytest.RunResult) -> str:
    """Return the program that a failing run shows."""
    shown = result.stdout.str().split(" mohook: test_replay.py ")[1]
    return shown[shown.index("\n") + 1 : shown.index("\n===")]


def test_without_a_word_it_is_as_the_fixture_is(run: Run) -> None:
    """A 202 is no acknowledgement, the seed is 0, and the replay says neither."""
    result = ran(run, source())
    result.assert_outcomes(failed=1)
    assert "answered 202" in result.stdout.str()
    assert "The seed is 0" in result.stdout.str()
    assert "pytest.mark.mohook" not in replay(result)


def test_the_ini_file_holds(run: Run, pytester: pytest.Pytester) -> None:
    """Its switches and its seed."""
    Path("bench.toml").write_text('[delivery]\nacknowledge = "2xx"\n', encoding="utf-8")
    pytester.makeini("[pytest]\nmohook_config = bench.toml\nmohook_seed = 7\n")
    ran(run, source()).assert_outcomes(passed=1)
    result = ran(run, source("shops.RefusesAll"))
    assert "The seed is 7" in result.stdout.str()


def test_the_inventory_of_the_ini_file_holds(run: Run, pytester: pytest.Pytester) -> None:
    """Messages go to the numbers that there are."""
    toml = '[ip1.accounts.ip1-1]\nnumbers = ["46700000001"]\n'
    Path("bench.toml").write_text(toml, encoding="utf-8")
    pytester.makeini("[pytest]\nmohook_config = bench.toml\n")
    ran(run, source("shops.Shop", messages="None")).assert_outcomes(passed=1)


def test_the_flag_holds_and_the_replay_keeps_the_seed(run: Run) -> None:
    """For the flag is not given when the replay runs."""
    result = ran(run, source(), "--mohook-seed=9")
    assert "The seed is 9" in result.stdout.str()
    assert "\n@pytest.mark.mohook(seed=9)\ndef test_replay(" in replay(result)


def test_a_mark_of_the_test_holds(run: Run) -> None:
    """As at any other test."""
    ran(run, source(marks=f"@pytest.mark.mohook(**{ACCEPTED})")).assert_outcomes(passed=1)


def test_marks_and_words_of_the_machine_hold_the_nearest_first(run: Run) -> None:
    """Over module and class goes what the machine was told itself; so it does in the replay."""
    marks = (
        "pytestmark = pytest.mark.mohook(seed=5, delivery={'acknowledge': '2xx'})\n"
        "@pytest.mark.mohook(seed=6, ip1={'retry_interval': timedelta(minutes=20)})"
    )
    result = ran(run, source(marks=marks, marker={"delivery": {"acknowledge": "200"}}))
    result.assert_outcomes(failed=1)
    assert "The seed is 6" in result.stdout.str()
    program = replay(result)
    assert (
        '@pytest.mark.mohook(seed=5, delivery={"acknowledge": "2xx"})\n'
        '@pytest.mark.mohook(seed=6, ip1={"retry_interval": "1200s"})\n'
        '@pytest.mark.mohook(seed=6, delivery={"acknowledge": "200"})\n'
        "def test_replay("
    ) in program


def test_a_machine_in_a_function_obeys_too(run: Run) -> None:
    """The marks are those of the function."""
    text = source() + (
        f"\n@pytest.mark.mohook(**{ACCEPTED})\ndef test_function():\n"
        "    run_state_machine_as_test(machine, settings=TestShop.settings)\n"
    )
    ran(run, text, "-k", "function").assert_outcomes(passed=1, deselected=1)


def test_a_clock_that_runs_by_itself_is_refused_with_what_to_do(run: Run) -> None:
    """A history moves its clock; the machine can be told so where the ini file says otherwise."""
    result = ran(run, source(), "-o", "mohook_clock=x60")
    assert "clock = 'x60': expected manual" in result.stdout.str()
    words = {"clock": "manual", **ACCEPTED}
    ran(run, source(marker=words), "-o", "mohook_clock=x60").assert_outcomes(passed=1)


def test_a_running_emulator_is_not_asked_and_that_is_told(run: Run) -> None:
    """Each history has an emulator of its own, whose clock it moves."""
    result = ran(run, source(), "--mohook-url=http://127.0.0.1:1", "-rs")
    result.assert_outcomes(skipped=1)
    assert "a state machine has an emulator of its own in this process" in result.stdout.str()


def test_no_history_is_given_up(run: Run) -> None:
    """Rules that are off leave one that is on; statistics say what the histories had in them."""
    result = ran(run, source("shops.Shop", examples=50), "--hypothesis-show-statistics")
    told = result.stdout.str()
    assert "gave up" not in told, told
    for event in (
        "retry after a lost acknowledgement",
        "two copies at the same time",
        "delivered message sent again",
    ):
        assert event in told


def test_outside_of_a_test_a_machine_is_as_it_was_told() -> None:
    """When it is made, no test runs."""
    with pytest.raises(InputError, match="clock = 'real': expected manual"):
        receiver_machine(app=shops.Shop, provider="ip1", readback=list, marker={"clock": "real"})
