r"""The forms of an address, by shape alone: no numbering plan is consulted.

The documented samples are numbers that no plan knows, so a plan would refuse them.

Each pattern is anchored and means the same to Python's `fullmatch`, to ECMA 262 (JSON Schema)
and to Rust: `[0-9]` where `\d` would take other scripts' digits, no look-around.
"""

from __future__ import annotations

import re
import reprlib
from functools import lru_cache
from typing import NoReturn

from mohook.errors import AddressError, InputError

__all__ = [
    "ALPHANUMERIC_EXAMPLE",
    "ALPHANUMERIC_PATTERN",
    "E164_EXAMPLE",
    "E164_PATTERN",
    "MSISDN_EXAMPLE",
    "MSISDN_PATTERN",
    "SHORT_CODE_EXAMPLE",
    "SHORT_CODE_LENGTHS",
    "SHORT_CODE_PATTERN",
    "is_alphanumeric",
    "is_e164",
    "is_msisdn",
    "is_short_code",
    "require_alphanumeric",
    "require_e164",
    "require_msisdn",
    "require_short_code",
    "short_code_pattern",
]

# ITU-T E.164 sets a maximum of 15 digits and no minimum. Two is the least that can be a
# country code (never 0 at first) with a number after it.
_INTERNATIONAL = "[1-9][0-9]{1,14}"

E164_PATTERN = rf"^\+{_INTERNATIONAL}$"
E164_EXAMPLE = "+7708675309"
"""The sender in IntelePeer's documented inbound message."""

MSISDN_PATTERN = f"^{_INTERNATIONAL}$"
MSISDN_EXAMPLE = "456189040623"
"""The recipient in ip1's documented inbound message."""

ALPHANUMERIC_PATTERN = "^[0-9A-Za-z]{1,11}$"
ALPHANUMERIC_EXAMPLE = "MyCompany"

SHORT_CODE_LENGTHS = (3, 8)
"""The least and most digits after the country code. Assumption: no document tells."""
SHORT_CODE_EXAMPLE = "1-1234"


def short_code_pattern(lengths: tuple[int, int] = SHORT_CODE_LENGTHS) -> str:
    """Return the pattern of short codes whose own digits are so many, both ends included.

    Raises `InputError` unless 1 <= least <= most.

    >>> short_code_pattern((4, 6))
    '^[1-9][0-9]{0,2}-[0-9]{4,6}$'

    Source: IntelePeer, Receiving SMS messages (`{countrycode}-{shortcode}`).
    """
    least, most = lengths
    if not 1 <= least <= most:
        msg = f"short code lengths {lengths!r}: expected (least, most), 1 or more, such as (3, 8)"
        raise InputError(msg)
    return f"^[1-9][0-9]{{0,2}}-[0-9]{{{least},{most}}}$"


SHORT_CODE_PATTERN = short_code_pattern()

_match_e164 = re.compile(E164_PATTERN).fullmatch
_match_msisdn = re.compile(MSISDN_PATTERN).fullmatch
_match_alphanumeric = re.compile(ALPHANUMERIC_PATTERN).fullmatch


@lru_cache(maxsize=16)
def _short_code(lengths: tuple[int, int]) -> re.Pattern[str]:
    return re.compile(short_code_pattern(lengths))


def is_e164(value: str) -> bool:
    """`value` is `+` and 2 to 15 digits, the first not 0.

    >>> is_e164("+7708675309")
    True
    >>> is_e164("7708675309")
    False

    Source: IntelePeer, Receiving SMS messages; ITU-T E.164, 6.1.
    Assumption: two digits at least.
    """
    return _match_e164(value) is not None


def is_short_code(value: str, lengths: tuple[int, int] = SHORT_CODE_LENGTHS) -> bool:
    """`value` is a country code, a hyphen and a short code of `lengths` digits.

    Raises `InputError` for lengths that are no range.

    >>> is_short_code("57-1234")
    True
    >>> is_short_code("1-1234", lengths=(5, 6))
    False

    Source: IntelePeer, Receiving SMS messages. Assumption: 3 to 8 digits.
    """
    return _short_code(lengths).fullmatch(value) is not None


def is_msisdn(value: str) -> bool:
    """`value` is 2 to 15 digits, the first not 0: an E.164 number without its `+`.

    >>> is_msisdn("456189040623")
    True
    >>> is_msisdn("+456189040623")
    False

    Source: ip1, Send SMS (senders follow E.164, recipients are digits, at most 15).
    Assumption: two digits at least.
    """
    return _match_msisdn(value) is not None


def is_alphanumeric(value: str) -> bool:
    """`value` is 1 to 11 ASCII letters and digits, the form of a sender that is a name.

    Digits alone pass, with 0 at first too: ask `is_msisdn` before.

    >>> is_alphanumeric("MyCompany")
    True
    >>> is_alphanumeric("My Company")
    False

    Source: ip1, Send SMS (`[0-9A-Za-z]{1,11}`).
    """
    return _match_alphanumeric(value) is not None


def require_e164(value: str) -> str:
    """Return `value`. Raises `AddressError` unless it is an E.164 number by its shape.

    >>> require_e164("+12161112222")
    '+12161112222'

    Source: see `is_e164`.
    """
    if _match_e164(value) is None:
        _refuse(value, "an E.164 number", "'+' and 2 to 15 digits, the first not 0", E164_EXAMPLE)
    return value


def require_short_code(value: str, lengths: tuple[int, int] = SHORT_CODE_LENGTHS) -> str:
    """Return `value`. Raises `AddressError` unless it is a short code of `lengths` digits.

    >>> require_short_code("1-1234")
    '1-1234'

    Source: see `is_short_code`.
    """
    if _short_code(lengths).fullmatch(value) is None:
        least, most = lengths
        form = f"country code, '-' and {least} to {most} digits"
        _refuse(value, "a short code", form, "1-" + "12345678"[:least].ljust(least, "0"))
    return value


def require_msisdn(value: str) -> str:
    """Return `value`. Raises `AddressError` unless it is an MSISDN by its shape.

    >>> require_msisdn("46712345678")
    '46712345678'

    Source: see `is_msisdn`.
    """
    if _match_msisdn(value) is None:
        form = "2 to 15 digits, the first not 0, without '+'"
        _refuse(value, "an MSISDN", form, MSISDN_EXAMPLE)
    return value


def require_alphanumeric(value: str) -> str:
    """Return `value`. Raises `AddressError` unless it has the form of a sender's name.

    >>> require_alphanumeric("MyCompany")
    'MyCompany'

    Source: see `is_alphanumeric`.
    """
    if _match_alphanumeric(value) is None:
        form = "1 to 11 letters and digits of ASCII"
        _refuse(value, "an alphanumeric sender", form, ALPHANUMERIC_EXAMPLE)
    return value


def _refuse(value: str, kind: str, form: str, example: str) -> NoReturn:
    # reprlib: what somebody gave may be a megabyte.
    msg = f"{reprlib.repr(value)} is not {kind}: expected {form}, such as {example!r}"
    raise AddressError(msg)
