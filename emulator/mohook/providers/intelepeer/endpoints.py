"""Endpoints at IntelePeer: long codes and short codes."""

from __future__ import annotations

import reprlib

from mohook.errors import AddressError
from mohook.sms.addresses import (
    E164_EXAMPLE,
    SHORT_CODE_EXAMPLE,
    SHORT_CODE_LENGTHS,
    is_e164,
    is_short_code,
)

__all__ = ["is_endpoint", "require_endpoint"]

_MALFORMED = "The telephone number is not in the proper E.164 format"
"""The document's own words for this 400."""


def is_endpoint(value: str, lengths: tuple[int, int] = SHORT_CODE_LENGTHS) -> bool:
    """`value` is a long code (E.164 by shape) or a short code of `lengths` digits.

    >>> is_endpoint("+12161112222"), is_endpoint("1-1234"), is_endpoint("12161112222")
    (True, True, False)

    Source: IntelePeer, Receiving SMS messages (endpoints; `from`, `to`).
    """
    return is_e164(value) or is_short_code(value, lengths)


def require_endpoint(value: str, lengths: tuple[int, int] = SHORT_CODE_LENGTHS) -> str:
    """Return `value`. Raises `AddressError`, in the document's words, unless it is an endpoint.

    >>> require_endpoint("57-1234")
    '57-1234'

    Source: see `is_endpoint`.
    """
    if not is_endpoint(value, lengths):
        raise AddressError(_refusal(value))
    return value


def _refusal(value: str) -> str:
    # A query string says "+" for a space: the commonest way to lose it.
    lost = " (a '+' in a query string is written %2B)" if value.startswith(" ") else ""
    return (
        f"{_MALFORMED}: {reprlib.repr(value)}{lost}; expected a long code "
        f"such as {E164_EXAMPLE!r} or a short code such as {SHORT_CODE_EXAMPLE!r}"
    )
