"""Ids of the ObjectId shape: 24 lower-case hex digits, the first eight Unix seconds."""

from __future__ import annotations

from random import Random

__all__ = ["ID_PATTERN", "draw_tail", "object_id"]

ID_PATTERN = "^[0-9a-f]{24}$"
_TAILS = 1 << 64


def draw_tail(count: int, random: Random) -> int:
    """Return the first of `count` tails in a row, with one before it left for the batch.

    A tail is the 64 bits behind the seconds. It is drawn, not counted, so that the seed alone
    decides it. A million ids of one and the same second meet with a chance below 6e-8,
    and ids of different seconds cannot meet.
    """
    return 1 + random.getrandbits(64) % (_TAILS - count)


def object_id(seconds: int, tail: int) -> str:
    """Return the id of a Unix second and a tail of 64 bits.

    >>> object_id(0x5C613848, 0x879973045CF39AC4)
    '5c613848879973045cf39ac4'

    Source: ip1, Receive incoming SMS (sample). Inferred: the ObjectId reading.
    """
    return f"{seconds & 0xFFFFFFFF:08x}{tail:016x}"
