"""Numbers and codes: every form there is, real ones on request, the simplest when a test fails."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import phonenumbers
import pytest
from hypothesis import find, given
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from mohook.errors import InputError
from mohook.sms.addresses import (
    E164_EXAMPLE,
    MSISDN_EXAMPLE,
    is_e164,
    is_msisdn,
    is_short_code,
    short_code_pattern,
)
from pytest_mohook.strategies import e164_numbers, msisdns, short_codes
from tests.pytest_mohook.strategies.drawing import drawn, drawn_for_each_seed, smallest

DOCUMENTED = {E164_EXAMPLE, f"+{MSISDN_EXAMPLE}", "+46712345678", "+12161112222", "+13038675309"}


def begins(digit: str) -> Callable[[str], bool]:
    return lambda number: number[1] == digit


NUMBER_EDGES: dict[str, Callable[[str], bool]] = {
    "the shortest": lambda number: len(number) == len("+10"),
    "the longest": lambda number: len(number) == len("+123456789012345"),
    "of eleven digits": lambda number: len(number) == len("+12161112222"),
    "a documented one": lambda number: number in DOCUMENTED,
    "another one": lambda number: number not in DOCUMENTED,
    **{f"digit {digit}": begins(digit) for digit in "123456789"},
}


@pytest.mark.slow
@pytest.mark.parametrize("edge", NUMBER_EDGES)
def test_an_edge_of_numbers_is_found_by_default(edge: str) -> None:
    """A test of the default 100 examples meets it, whatever the seed, with a plus and without."""
    for numbers in drawn_for_each_seed(e164_numbers):
        assert any(map(NUMBER_EDGES[edge], numbers))
    for numbers in drawn_for_each_seed(msisdns):
        assert any(NUMBER_EDGES[edge](f"+{number}") for number in numbers)


@pytest.mark.slow
def test_every_documented_number_is_found() -> None:
    """Five tests of the default size meet each."""
    seen = {number for numbers in drawn_for_each_seed(e164_numbers) for number in numbers}
    assert seen >= DOCUMENTED


@given(number=e164_numbers())
def test_a_number_has_the_form_of_e164(number: str) -> None:
    """A plus and 2 to 15 digits, the first not 0."""
    assert is_e164(number)


@given(number=msisdns())
def test_an_msisdn_has_no_plus(number: str) -> None:
    """2 to 15 digits, the first not 0."""
    assert is_msisdn(number)


CODE_EDGES: dict[str, Callable[[str], bool]] = {
    "country 1": lambda code: code.startswith("1-"),
    "country 57": lambda code: code.startswith("57-"),
    "a country of three digits": lambda code: code[3] == "-",
    "the shortest": lambda code: len(code.partition("-")[2]) == 3,
    "the longest": lambda code: len(code.partition("-")[2]) == 8,
    "0 at first": lambda code: "-0" in code,
    "no 0 at first": lambda code: "-0" not in code,
}


@pytest.mark.slow
@pytest.mark.parametrize("edge", CODE_EDGES)
def test_an_edge_of_short_codes_is_found_by_default(edge: str) -> None:
    """A test of the default 100 examples meets it, whatever the seed."""
    for codes in drawn_for_each_seed(short_codes):
        assert any(map(CODE_EDGES[edge], codes))


@given(code=short_codes())
def test_a_short_code_has_its_form(code: str) -> None:
    """A country code, a hyphen, and 3 to 8 digits."""
    assert is_short_code(code)


@pytest.mark.parametrize("lengths", [(1, 1), (5, 6), (20, 20)])
def test_short_codes_are_as_long_as_asked_for(lengths: tuple[int, int]) -> None:
    """As the setting `short_code_length` can be, both ends are included."""
    codes = drawn(short_codes(min_length=lengths[0], max_length=lengths[1]))
    assert {len(code.partition("-")[2]) for code in codes} == set(lengths)
    assert short_code_pattern(lengths)
    assert all(is_short_code(code, lengths) for code in codes)


@pytest.mark.slow
def test_numbers_of_regions_are_in_their_plans() -> None:
    """Of every region there is: a valid number, in its E.164 form."""
    for number in drawn(e164_numbers(regions=phonenumbers.SUPPORTED_REGIONS)):
        parsed = phonenumbers.parse(number)
        assert phonenumbers.is_valid_number(parsed), number
        assert phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) == number
        assert is_e164(number)


@pytest.mark.slow
def test_each_region_asked_for_is_found() -> None:
    """Swedish and American numbers; a set may be given too."""
    numbers = drawn(msisdns(regions={"US", "SE"}))
    assert {number[0] for number in numbers} == {"1", "4"}
    assert all(map(is_msisdn, numbers))


@pytest.mark.slow
def test_plans_are_read_only_where_regions_are_given() -> None:
    """Whoever asks for any number does not wait for the metadata."""
    program = (
        "import sys; from pytest_mohook.strategies import e164_numbers; "
        "e164_numbers().example(); print('phonenumbers' in sys.modules)"
    )
    command = [sys.executable, "-W", "ignore", "-c", program]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stdout == "False\n"


SMALLEST: dict[str, tuple[st.SearchStrategy[str], Callable[[str], bool], str]] = {
    "a number": (e164_numbers(), lambda _: True, "+10"),
    "an MSISDN": (msisdns(), lambda _: True, "10"),
    "a long number": (e164_numbers(), lambda number: len(number) > 14, "+10000000000000"),
    "a digit": (msisdns(), lambda number: "5" in number, "15"),
    "a Swedish number": (msisdns(regions=["SE"]), lambda _: True, "46700000000"),
    "a short code": (short_codes(), lambda _: True, "1-000"),
    "a long short code": (short_codes(), lambda code: len(code) > 8, "1-0000000"),
    "a foreign short code": (short_codes(), lambda code: code[0] != "1", "57-000"),
}


@pytest.mark.slow
@pytest.mark.parametrize("failure", SMALLEST)
def test_it_shrinks_to_what_matters(failure: str) -> None:
    """The shortest number of the lowest digits that fails."""
    strategy, condition, expected = SMALLEST[failure]
    assert smallest(strategy, condition) == expected


MISUSES: dict[str, tuple[Callable[..., st.SearchStrategy[str]], dict[str, Any], str]] = {
    "one region": (e164_numbers, {"regions": "SE"}, "regions='SE': expected a collection of str"),
    "no region": (e164_numbers, {"regions": []}, r"regions=\[\]: expected a collection of str"),
    "a number": (msisdns, {"regions": [46]}, r'regions=\[46\].*such as \("SE", "US"\)'),
    "an unknown region": (msisdns, {"regions": ["SE", "XX"]}, "regions='XX': expected regions"),
    "lower case": (e164_numbers, {"regions": ["se"]}, "'se'.* in capital letters, such as \"SE\""),
    "a strategy": (e164_numbers, {"regions": st.just(("SE",))}, "not a strategy: .* draw a value"),
    "no digit": (short_codes, {"min_length": 0}, "min_length=0: expected a whole number of 1 or"),
    "the wrong way": (short_codes, {"min_length": 9}, "min_length=9 is above max_length=8: lower"),
    "a word": (short_codes, {"max_length": "8"}, "max_length='8': expected a whole number"),
}


@pytest.mark.parametrize("misuse", MISUSES)
def test_a_misuse_is_told_when_it_draws(misuse: str) -> None:
    """Making the strategy is fine; the draw says what was given and what was expected."""
    strategy, arguments, told = MISUSES[misuse]
    made = strategy(**arguments)
    with pytest.raises(InvalidArgument, match=told) as caught:
        find(made, lambda _: True)
    assert isinstance(caught.value, InputError)
