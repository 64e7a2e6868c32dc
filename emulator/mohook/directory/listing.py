"""What there is, as a refusal tells it of what there is not."""

from __future__ import annotations

import reprlib
from collections.abc import Collection

__all__ = ["listed"]


def listed(names: Collection[str]) -> str:
    """Return the first few names, however many there are; `none` where there are none.

    >>> listed(["+4670", "+4671"]), listed([])
    ("['+4670', '+4671']", 'none')
    """
    return reprlib.repr(list(names)) if names else "none"
