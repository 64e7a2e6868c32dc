"""Addresses pass by their shape, and the patterns mean the same in every engine that reads them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import SchemaValidator, core_schema

from mohook.errors import AddressError, InputError
from mohook.settings import IntelePeerSettings
from mohook.sms import addresses
from mohook.sms.addresses import (
    ALPHANUMERIC_EXAMPLE,
    ALPHANUMERIC_PATTERN,
    E164_EXAMPLE,
    E164_PATTERN,
    MSISDN_EXAMPLE,
    MSISDN_PATTERN,
    SHORT_CODE_EXAMPLE,
    SHORT_CODE_LENGTHS,
    SHORT_CODE_PATTERN,
    is_alphanumeric,
    is_e164,
    is_msisdn,
    is_short_code,
    require_alphanumeric,
    require_e164,
    require_msisdn,
    require_short_code,
    short_code_pattern,
)

KINDS = {
    "e164": (is_e164, require_e164, E164_PATTERN, E164_EXAMPLE),
    "short code": (is_short_code, require_short_code, SHORT_CODE_PATTERN, SHORT_CODE_EXAMPLE),
    "msisdn": (is_msisdn, require_msisdn, MSISDN_PATTERN, MSISDN_EXAMPLE),
    "alphanumeric": (
        is_alphanumeric,
        require_alphanumeric,
        ALPHANUMERIC_PATTERN,
        ALPHANUMERIC_EXAMPLE,
    ),
}

ACCEPTED = {
    "e164": ["+7708675309", "+12161112222", "+13031112222", "+10", "+" + "9" * 15],
    "short code": ["1-1234", "57-1234", "1-123", "999-12345678", "1-000"],
    "msisdn": ["456189040623", "46712345678", "71700", "10", "9" * 15],
    "alphanumeric": ["MyCompany", "iP1", "a", "3", "0701234567", "elevenchars"],
}

REFUSED_EVERYWHERE = [
    "",
    " ",
    "+",
    "-",
    "\n",
    "\0",
    "1 2",
    "\uff11\uff12\uff13",
    "١٢٣",
    "²³",
    "\ud800",
]
REFUSED = {
    "e164": [
        *("7708675309", "+0708675309", "+1", "+" + "9" * 16, "++46712345678", "+46-712345678"),
        *("+46 712345678", "0046712345678", "1-1234", "MyCompany", "+٤٦٧١٢", "+46\uff1712345678"),
    ],
    "short code": [
        *("1-12", "1-123456789", "0-1234", "1234-1234", "-1234", "1-", "1-12a4", "+1-1234"),
        *("11234", "57-MyCompany", "1--1234", "1-1234-", "1\u20131234", "1-١٢٣٤"),
    ],
    "msisdn": ["+456189040623", "0456189040623", "1", "9" * 16, "46 712", "iP1", "1-1234"],
    "alphanumeric": ["twelve chars", "twelvechars1", "My Company", "Åsa", "a-b", "+46712", "a_b"],
}


def each(table: dict[str, list[str]]) -> pytest.MarkDecorator:
    """Run a test once for each kind and value of `table`."""
    rows = [
        pytest.param(kind, value, id=f"{kind} {value!a}")
        for kind, values in table.items()
        for value in values
    ]
    return pytest.mark.parametrize(("kind", "value"), rows)


@each(ACCEPTED)
def test_accepts(kind: str, value: str) -> None:
    """A value in the right form passes, and `require` hands it back."""
    claim, require, *_ = KINDS[kind]
    assert claim(value)
    assert require(value) == value


@each({kind: REFUSED[kind] + REFUSED_EVERYWHERE for kind in KINDS})
def test_refuses(kind: str, value: str) -> None:
    """A value in another form does not, digits of other scripts among them."""
    claim, require, *_ = KINDS[kind]
    assert not claim(value)
    with pytest.raises(AddressError):
        require(value)


@each(ACCEPTED)
@pytest.mark.parametrize("around", ["{}\n", "\n{}", " {}", "{} ", "{}\0"], ids=ascii)
def test_refuses_anything_around(kind: str, value: str, around: str) -> None:
    """No white space is stripped; above all `$` does not let a newline through."""
    claim, *_ = KINDS[kind]
    assert not claim(around.format(value))


@pytest.mark.parametrize(
    ("require", "expected"),
    [
        (require_e164, "E.164 number: expected '+' and 2 to 15 digits, the first not 0"),
        (require_short_code, "short code: expected country code, '-' and 3 to 8 digits"),
        (require_msisdn, "MSISDN: expected 2 to 15 digits, the first not 0, without '+'"),
        (require_alphanumeric, "alphanumeric sender: expected 1 to 11 letters and digits"),
    ],
)
def test_error_teaches(require: Callable[[str], str], expected: str) -> None:
    """The error holds the offending value, the expected form, and an example that passes."""
    with pytest.raises(AddressError) as caught:
        require("07-99 x")
    message = str(caught.value)
    assert message.startswith("'07-99 x' is not a")
    assert expected in message
    example = message.rpartition("such as ")[2].strip("'")
    assert require(example) == example


def test_error_stays_short() -> None:
    """A megabyte in the wrong place is shown by its ends."""
    with pytest.raises(AddressError) as caught:
        require_e164("9" * 1_000_000)
    assert len(str(caught.value)) < 200


# Short code lengths.


@pytest.mark.parametrize("lengths", [(3, 8), (4, 6), (5, 5), (1, 1), (1, 30)])
def test_short_code_lengths_are_inclusive(lengths: tuple[int, int]) -> None:
    """Both ends of the range pass, their neighbours outside do not."""
    least, most = lengths
    passing = [n for n in range(most + 3) if is_short_code("1-" + "1" * n, lengths)]
    assert passing == list(range(least, most + 1))


@pytest.mark.parametrize("lengths", [(3, 8), (5, 5), (12, 14)])
def test_short_code_error_follows_the_lengths(lengths: tuple[int, int]) -> None:
    """Expected form and example are those of the range in force."""
    with pytest.raises(AddressError, match=f"{lengths[0]} to {lengths[1]} digits") as caught:
        require_short_code("1-1", lengths)
    example = str(caught.value).rpartition("such as ")[2].strip("'")
    assert is_short_code(example, lengths)


@pytest.mark.parametrize("lengths", [(0, 8), (-1, 3), (8, 3)])
def test_short_code_lengths_that_are_no_range_are_refused(lengths: tuple[int, int]) -> None:
    """The error shows what was given and what a range looks like."""
    with pytest.raises(InputError, match=r"short code lengths \(.*expected \(least, most\)"):
        short_code_pattern(lengths)


def test_short_code_lengths_are_the_settings_default() -> None:
    """The switch `intelepeer.short_code_length` begins where the pattern does."""
    assert IntelePeerSettings().short_code_length == SHORT_CODE_LENGTHS


# One pattern, three engines.


def rust_finds(pattern: str, value: str) -> bool:
    """Search with the Rust engine, unanchored, as a JSON Schema validator does."""
    schema = core_schema.str_schema(pattern=pattern, regex_engine="rust-regex")
    return bool(SchemaValidator(schema).isinstance_python(value))


near_misses = st.text(st.sampled_from("+-0123456789aZ \n٣"), max_size=18)


@pytest.mark.parametrize("kind", KINDS)
def test_rust_and_python_agree(kind: str) -> None:
    """On every listed value, with and without a newline at the end, both say the same."""
    claim, _, pattern, _ = KINDS[kind]
    listed = chain(*ACCEPTED.values(), *REFUSED.values(), REFUSED_EVERYWHERE)
    for value in [text + end for text in listed for end in ("", "\n") if text != "\ud800"]:
        assert rust_finds(pattern, value) == claim(value), value


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_rust_and_python_agree_near_the_edge(kind: str, data: st.DataObject) -> None:
    """On values that nearly pass, and on values that do, both say the same."""
    claim, _, pattern, _ = KINDS[kind]
    value = data.draw(near_misses | st.from_regex(pattern, fullmatch=True))
    assert rust_finds(pattern, value) == claim(value)


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_what_a_pattern_generates_is_accepted(kind: str, data: st.DataObject) -> None:
    """The source string serves as a strategy."""
    claim, _, pattern, _ = KINDS[kind]
    assert claim(data.draw(st.from_regex(pattern, fullmatch=True)))


def test_patterns_use_nothing_that_engines_read_differently() -> None:
    """Each is anchored, and has no class escape, no look-around and no inline flag."""
    for name in addresses.__all__:
        if name.endswith("_PATTERN"):
            pattern = getattr(addresses, name)
            assert pattern.startswith("^")
            assert pattern.endswith("$")
            assert not any(part in pattern for part in (r"\d", r"\w", r"\s", "(?"))


@given(st.from_regex(MSISDN_PATTERN, fullmatch=True))
def test_msisdn_is_e164_without_its_plus(value: str) -> None:
    """The two forms hold the same numbers."""
    assert is_e164("+" + value)
    assert not is_e164(value)
    assert not is_msisdn("+" + value)
