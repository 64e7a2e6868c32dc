"""Reference ids: 32 characters, in either of the two documented forms."""

from __future__ import annotations

from random import Random
from typing import Literal

__all__ = ["REFID_LENGTH", "draw_refid"]

REFID_LENGTH = 32
_SM_DIGITS = 30


def draw_refid(form: Literal["hex", "sm"], random: Random) -> str:
    """Return 32 upper-case hex digits, or `SM` and 30 of them.

    At 120 bits, a million of them meet with a chance below 1e-24.

    >>> from random import Random
    >>> draw_refid("sm", Random(1))[:2]
    'SM'

    Source: IntelePeer, Receiving SMS messages (hex); its outbound sample (`SM`).
    """
    if form == "sm":
        return f"SM{random.getrandbits(4 * _SM_DIGITS):0{_SM_DIGITS}X}"
    return f"{random.getrandbits(4 * REFID_LENGTH):032X}"
