"""Tokens at IntelePeer: their form in a header, how long they last, how they are drawn."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from mohook.errors import UnauthorizedError
from mohook.providers.intelepeer.paths import AUTHENTICATE

__all__ = ["TOKEN_LIFETIME", "draw_token", "token_in"]

TOKEN_LIFETIME = timedelta(hours=24)
"""Source: IntelePeer, API Authentication."""

_TOKEN_BITS = 160


def draw_token(random: Random) -> str:
    """Return a new token of 40 hex digits. Assumption: its form."""
    return f"{random.getrandbits(_TOKEN_BITS):0{_TOKEN_BITS // 4}x}"


def token_in(authorization: str | None, *, bearer_only: bool = False) -> str:
    """Return the token of an `Authorization` header, in either documented form.

    Raises `UnauthorizedError` where there is none, and for the raw form if `bearer_only`.
    The header itself stands in no error.

    >>> token_in("Bearer abc"), token_in("abc")
    ('abc', 'abc')

    Source: IntelePeer, Receiving SMS messages (its POST example sends `Bearer TOKEN`, its
    GET example the token alone).
    """
    header = (authorization or "").strip()
    scheme, _, rest = header.partition(" ")
    token = rest.strip() if scheme.lower() == "bearer" else "" if bearer_only else header
    if not token:
        msg = (
            "no token in the Authorization header: expected 'Bearer TOKEN'; get a token with "
            f"POST {AUTHENTICATE}"
        )
        raise UnauthorizedError(msg)
    return token
