"""Fault scripts: every step there is, and the simplest script when a test fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import find, given
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from mohook.delivery.faults import FaultKind, FaultPlan, parse_step
from mohook.errors import InputError
from pytest_mohook.strategies import fault_scripts
from tests.pytest_mohook.strategies.drawing import drawn, drawn_for_each_seed, smallest

Script = list[str]


def has(*steps: str) -> Callable[[Script], bool]:
    return lambda script: any(step in script for step in steps)


def has_kind(kind: FaultKind) -> Callable[[Script], bool]:
    return lambda script: any(parse_step(step).kind == kind for step in script)


def has_class(first: str) -> Callable[[Script], bool]:
    return lambda script: any(step.isdigit() and step.startswith(first) for step in script)


EDGES: dict[str, Callable[[Script], bool]] = {
    **{f"kind {kind}": has_kind(kind) for kind in FaultKind},
    **{f"class {first}xx": has_class(first) for first in "12345"},
    "another success": has("201", "202", "204"),
    "a redirect": has("301", "302", "304"),
    "one step": lambda script: len(script) == 1,
    "six steps": lambda script: len(script) == 6,
    "the same step twice": lambda script: len(set(script)) < len(script),
}


@pytest.mark.slow
@pytest.mark.parametrize("edge", EDGES)
def test_an_edge_is_found_by_default(edge: str) -> None:
    """A test of the default 100 examples meets it, whatever the seed."""
    for scripts in drawn_for_each_seed(fault_scripts):
        assert any(map(EDGES[edge], scripts))


@given(script=fault_scripts())
def test_a_script_is_one_that_the_emulator_takes(script: Script) -> None:
    """It has a step at least, each a word that `fail_next` knows."""
    assert FaultPlan().add(script).steps


@pytest.mark.slow
def test_no_step_acknowledges_for_the_receiver() -> None:
    """200 would end a message as delivered which no receiver has seen."""
    steps = {each for all_of in drawn_for_each_seed(fault_scripts) for s in all_of for each in s}
    assert "200" not in steps


@given(script=fault_scripts(steps=("200", "delay:9999d"), min_size=2, max_size=3))
def test_arguments_hold(script: Script) -> None:
    """The steps given are the only ones, and may be such as are left out by default."""
    assert set(script) <= {"200", "delay:9999d"}
    assert 2 <= len(script) <= 3


@pytest.mark.slow
def test_no_step_can_be_asked_for() -> None:
    """With a least size of 0 there may be no fault at all."""
    assert [] in drawn(fault_scripts(min_size=0))


SMALLEST: dict[str, tuple[Callable[[Script], bool], Script]] = {
    "anything": (lambda _: True, ["ok"]),
    "a lost answer": (has("lose-ack"), ["lose-ack"]),
    "two steps": (lambda script: len(script) > 1, ["ok", "ok"]),
    "two kinds": (lambda s: has("reset")(s) and has("500")(s), ["500", "reset"]),
    "a failure": (lambda s: s != ["ok"] * len(s), ["500"]),
}


@pytest.mark.slow
@pytest.mark.parametrize("failure", SMALLEST)
def test_it_shrinks_to_what_matters(failure: str) -> None:
    """The fewest and simplest steps that fail, in an order that fails."""
    condition, expected = SMALLEST[failure]
    found = smallest(fault_scripts(), condition)
    assert sorted(found) == expected


def test_the_first_step_given_is_the_simplest() -> None:
    """The caller says what a failing test is shrunk to."""
    assert smallest(fault_scripts(steps=("reset", "ok")), lambda _: True) == ["reset"]


MISUSES: dict[str, tuple[dict[str, Any], str]] = {
    "no such step": ({"steps": ["500", "fail"]}, "steps='fail': fault step 'fail': expected a sta"),
    "one step": ({"steps": "500"}, "steps='500': expected a collection of strings, such as"),
    "a number": ({"steps": [500]}, r"steps=\[500\]: expected a collection of strings"),
    "no steps": ({"steps": ()}, r"steps=\(\): expected a collection of strings"),
    "a strategy": ({"steps": st.just("500")}, "steps=just.*not a strategy: .* draw a value"),
    "a negative size": ({"min_size": -1}, "min_size=-1: expected a whole number of 0 or more"),
    "the wrong way": ({"min_size": 7}, "min_size=7 is above max_size=6: lower the one or raise"),
}


@pytest.mark.parametrize("misuse", MISUSES)
def test_a_misuse_is_told_when_it_draws(misuse: str) -> None:
    """Making the strategy is fine; the draw says what was given and what was expected."""
    arguments, told = MISUSES[misuse]
    made = fault_scripts(**arguments)
    with pytest.raises(InvalidArgument, match=told) as caught:
        find(made, lambda _: True)
    assert isinstance(caught.value, InputError)
