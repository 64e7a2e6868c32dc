"""What somebody asks the emulator to send."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Submission"]


@dataclass(frozen=True, slots=True)
class Submission:
    """One SMS that a handset sends to a number. `count` sends it that many times.

    With `batch`, ip1 takes all of these for messages of one request: one `batchId`.
    `fields` replaces or adds provider fields by wire name, as given, right or wrong.
    """

    provider: str
    sender: str
    recipient: str
    body: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    count: int = 1
    batch: bool = False
