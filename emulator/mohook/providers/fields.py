"""Wire fields that somebody sets by hand, on purpose and as given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mohook.providers.provider import Payload

__all__ = ["overlaid"]


def overlaid(payload: Payload, fields: Mapping[str, Any], order: Sequence[str]) -> Payload:
    """Return `payload` with `fields` put over it, no value judged.

    A name in `order` takes its place there, whether `payload` holds it or not; any other
    name follows at the end.

    >>> overlaid({"a": 1, "c": 3}, {"x": 9, "b": 2, "a": None}, order="abc")
    {'a': None, 'b': 2, 'c': 3, 'x': 9}
    """
    merged = {**payload, **fields}
    return {name: merged[name] for name in order if name in merged} | merged
