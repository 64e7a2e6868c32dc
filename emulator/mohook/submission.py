"""What somebody asks the emulator to send."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from mohook.providers.provider import NO_FIELDS

__all__ = ["Submission"]


class Submission(NamedTuple):
    """One SMS that a handset sends to a number. `count` sends it that many times.

    With `batch`, ip1 takes all of these for messages of one request: one `batchId`.
    `fields` replaces or adds provider fields by wire name, as given, right or wrong.
    """

    provider: str
    sender: str
    recipient: str
    body: str
    fields: Mapping[str, Any] = NO_FIELDS
    count: int = 1  # type: ignore[assignment] # hides tuple.count, which nobody misses
    batch: bool = False
