"""Ids: in one test case, no two are the same."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import count

from hypothesis import strategies as st

__all__ = ["PLACES", "numbered"]

_PLACE_BITS = 32

PLACES: st.SearchStrategy[Iterator[int]] = st.shared(
    st.builds(partial(count, 0x5C9A3F01)), key="mohook: places of ids"
)
"""The row from which each id of one test case takes a number of its own.

So ids are unique by construction, however messages are drawn: one by one, in lists, in a
history, in the rules of a state machine. Nothing is drawn for it: a message that it does not
take to fail leaves no trace in those that it takes.
"""


def numbered(before: int, place: int, after: int, bits: int) -> int:
    """Return a number with `place` between what was drawn, `bits` of it after.

    >>> f"{numbered(0xAAAA, 1, 0xFFFF, 16):x}"
    'aaaa00000001ffff'
    """
    return (before << _PLACE_BITS | place % (1 << _PLACE_BITS)) << bits | after
