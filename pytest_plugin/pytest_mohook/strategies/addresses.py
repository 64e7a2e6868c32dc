"""Strategies for where an SMS comes from and where it goes."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache

from hypothesis import strategies as st

from mohook.sms.addresses import SHORT_CODE_LENGTHS
from pytest_mohook.strategies.arguments import (
    StrategyArgumentError,
    require_range,
    require_words,
)

__all__ = [
    "COUNTRY_CODES",
    "DOCUMENTED",
    "e164_numbers",
    "msisdns",
    "short_codes",
]

DOCUMENTED = ("46712345678", "456189040623", "7708675309", "13038675309", "12161112222")
"""The numbers in the documents' samples, some of which no numbering plan knows."""

# A string is what Hypothesis draws most cheaply, so one stands for either: the digits of a
# number, or a mark and the choice of a documented one.
_MARK = "*"
_DRAWN = st.text("0123456789" + _MARK, min_size=2, max_size=15)
_LATER_DIGITS = str.maketrans(_MARK, "9")

COUNTRY_CODES = ("1", "57") * 200 + tuple(map(str, range(1, 1000)))
"""The two documented countries, and then any."""


@st.composite
def e164_numbers(draw: st.DrawFn, *, regions: Collection[str] | None = None) -> str:
    """Draw numbers in E.164 format: `+`, then 2 to 15 digits, the first not 0.

    Any digits will do, as for the providers, whose own samples no numbering plan knows. With
    `regions`, such as ("SE", "US"), numbers that the plans of these regions give to mobiles.

    Shrinks towards "+10". Raises `StrategyArgumentError` once it is drawn from.

    >>> from hypothesis import given
    >>> from mohook.sms.addresses import is_e164
    >>> @given(number=e164_numbers())
    ... def test_numbers(number):
    ...     assert is_e164(number)
    >>> test_numbers()

    Source: IntelePeer, Receiving SMS messages; ITU-T E.164, 6.1; metadata of `phonenumbers`.
    """
    return "+" + _drawn_number(draw, regions)


@st.composite
def msisdns(draw: st.DrawFn, *, regions: Collection[str] | None = None) -> str:
    """Draw numbers as ip1 writes them: E.164 numbers without their `+`.

    `regions` is as for `e164_numbers`. Shrinks towards "10". Raises `StrategyArgumentError`
    once it is drawn from.

    >>> from hypothesis import given
    >>> @given(number=msisdns(regions=["SE"]))
    ... def test_swedish_numbers(number):
    ...     assert number.startswith("467")
    >>> test_swedish_numbers()

    Source: ip1, Receive incoming SMS; metadata of `phonenumbers`.
    """
    return _drawn_number(draw, regions)


@st.composite
def short_codes(
    draw: st.DrawFn,
    *,
    min_length: int = SHORT_CODE_LENGTHS[0],
    max_length: int = SHORT_CODE_LENGTHS[1],
) -> str:
    """Draw short codes: a country code of 1 to 3 digits, `-`, and 3 to 8 digits, 0 at first too.

    `min_length` and `max_length` count the digits after the hyphen. Shrinks towards "1-000".
    Raises `StrategyArgumentError` once it is drawn from.

    >>> from hypothesis import given
    >>> from mohook.sms.addresses import is_short_code
    >>> @given(code=short_codes())
    ... def test_codes(code):
    ...     assert is_short_code(code)
    >>> test_codes()

    Source: IntelePeer, Receiving SMS messages (`{countrycode}-{shortcode}`). Assumption: 3 to 8.
    """
    require_range("min_length", min_length, "max_length", max_length, least=1)
    code = draw(st.text("0123456789", min_size=min_length, max_size=max_length))
    return f"{draw(st.sampled_from(COUNTRY_CODES))}-{code}"


def _drawn_number(draw: st.DrawFn, regions: Collection[str] | None) -> str:
    if regions is None:
        return _number(draw(_DRAWN))
    require_words("regions", regions, example='("SE", "US")')
    return draw(_mobiles(tuple(sorted(set(regions)))))


def _number(drawn: str) -> str:
    first = drawn[0]
    if first == _MARK:
        return DOCUMENTED[ord(drawn[1]) % len(DOCUMENTED)]
    return ("1" if first == "0" else first) + drawn[1:].translate(_LATER_DIGITS)


@lru_cache(maxsize=64)
def _mobiles(regions: tuple[str, ...]) -> st.SearchStrategy[str]:
    return st.one_of([_mobiles_of(region) for region in regions])


def _mobiles_of(region: str) -> st.SearchStrategy[str]:
    """Draw what the plan of a region gives to mobiles, or to any line where it tells no more."""
    from phonenumbers import PhoneMetadata  # 0.1 s, and only some need it

    plan = PhoneMetadata.metadata_for_region(region)
    if plan is None:
        raise StrategyArgumentError(
            f"regions={region!r}: expected regions that `phonenumbers` knows, in capital letters, "
            'such as "SE" or "US"'
        )
    lines = (line.national_number_pattern for line in (plan.mobile, plan.fixed_line) if line)
    pattern = re.compile(next(filter(None, lines)), re.ASCII)
    return st.from_regex(pattern, fullmatch=True).map(f"{plan.country_code}{{}}".format)
