"""What is wrong with an argument is said so that it can be put right."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from mohook.errors import InputError, MohookError
from pytest_mohook.strategies import sms_texts
from pytest_mohook.strategies.arguments import (
    StrategyArgumentError,
    require_bool,
    require_range,
    require_strategy,
    require_word,
    require_words,
)


def test_one_error_is_both_kinds() -> None:
    """Who catches what Hypothesis raises catches it, and so does who catches what mohook raises."""
    for kind in (InvalidArgument, InputError, MohookError, TypeError, ValueError):
        assert issubclass(StrategyArgumentError, kind)


@pytest.mark.parametrize("strategy", [st.integers(), sms_texts(), st.just("Hi").map(str.upper)])
def test_a_strategy_is_taken(strategy: st.SearchStrategy[Any]) -> None:
    """Whatever it draws: that shows later."""
    require_strategy("bodies", strategy, example='st.just("Hi")')


@pytest.mark.parametrize("value", ["Hi", None, ["Hi"], sms_texts])
def test_a_value_is_no_strategy(value: object) -> None:
    """The strategy's name without its call is none either."""
    with pytest.raises(StrategyArgumentError, match=r"^bodies=.*such as st\.just"):
        require_strategy("bodies", value, example='st.just("Hi")')


@pytest.mark.parametrize("value", [True, False])
def test_a_claim_is_taken(value: object) -> None:
    """True and False."""
    require_bool("extra_fields", value)


@pytest.mark.parametrize("value", [None, 0, 1, "yes", st.booleans()])
def test_other_values_are_no_claim(value: object) -> None:
    """Nor is what only counts as one."""
    with pytest.raises(StrategyArgumentError, match=r"extra_fields=.*: expected True or False"):
        require_bool("extra_fields", value)


def test_a_word_is_one_of_those_there_are() -> None:
    """Another is refused with all that there are, a list too."""
    require_word("provider", "ip1", ("ip1", "intelepeer"))
    for value in ("IP1", ["ip1"], None):
        with pytest.raises(StrategyArgumentError, match="expected one of 'ip1', 'intelepeer'"):
            require_word("provider", value, ("ip1", "intelepeer"))


@pytest.mark.parametrize("value", [("SE",), ["SE", "US"], {"SE"}, {"SE": 1}])
def test_words_are_taken(value: object) -> None:
    """Any collection of strings that has one."""
    require_words("regions", value, example='("SE",)')


@pytest.mark.parametrize("value", ["SE", (), None, [1], iter(["SE"])])
def test_other_values_are_no_words(value: object) -> None:
    """A single word is a usual slip; an iterator could be read only once."""
    with pytest.raises(StrategyArgumentError, match=r'expected a collection .* \("SE",\)'):
        require_words("regions", value, example='("SE",)')


@pytest.mark.parametrize("sizes", [(1, 1), (1, 255), (255, 255), (3, 4)])
def test_a_range_is_taken(sizes: tuple[int, int]) -> None:
    """Both ends may be the same, and the limits."""
    require_range("min_parts", sizes[0], "max_parts", sizes[1], least=1, most=255)


@pytest.mark.parametrize(
    ("low", "high", "told"),
    [
        (0, 1, "min_parts=0: expected a whole number from 1 to 255"),
        (1, 256, "max_parts=256: expected a whole number from 1 to 255"),
        (True, 2, "min_parts=True: expected a whole number"),
        (1.0, 2, r"min_parts=1\.0: expected a whole number"),
        (None, 2, "min_parts=None: expected a whole number"),
        (3, 2, "min_parts=3 is above max_parts=2: lower the one or raise the other"),
    ],
)
def test_other_values_are_no_range(low: Any, high: Any, told: str) -> None:
    """The message names the argument that is wrong."""
    with pytest.raises(StrategyArgumentError, match=told):
        require_range("min_parts", low, "max_parts", high, least=1, most=255)


def test_a_range_may_have_no_upper_limit() -> None:
    """Then only the lower one is told."""
    require_range("min_size", 0, "max_size", 10**9, least=0)
    with pytest.raises(StrategyArgumentError, match="expected a whole number of 0 or more"):
        require_range("min_size", -1, "max_size", 10**9, least=0)


def test_a_long_value_is_shown_by_its_ends() -> None:
    """A message stays readable when somebody gives a megabyte."""
    with pytest.raises(StrategyArgumentError) as caught:
        require_bool("extra_fields", "x" * 1_000_000)
    assert len(str(caught.value)) < 200
