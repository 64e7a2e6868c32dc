"""What came of it, by the receiver's own log: it knows nothing of what the emulator believes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field

from mohook.delivery.engine import UNRECORDED
from mohook.store.sql.opening import open_store
from mohook.store.store import MessageFilter
from tests.crashing.loading import Load
from tests.crashing.serving import KEEP

__all__ = ["AT_STAKE", "Reckoning", "reckon", "recorded_in"]

AT_STAKE = 64 + UNRECORDED
"""Requests to one receiver that a kill leaves unrecorded at most: those in flight
(`serve.per_receiver`), and those that have ended and were to be written down."""


@dataclass
class Reckoning:
    """What came of it, by messages and requests."""

    crashes: int
    """A message may be sent once more for each of them, and no more often than that."""
    most: int
    """Requests that they explain in all: for a kill, what it leaves unrecorded, `AT_STAKE`."""
    accepted: int = 0
    unanswered: int = 0
    """Messages whose sender was not told 201. Whether they are there or not, it is right."""
    requests: int = 0
    lost: list[str] = field(default_factory=list)
    """Accepted, and never acknowledged by the receiver."""
    unrecorded: int = 0
    """Requests that the receiver got and the journal does not tell of."""
    unexplained: list[str] = field(default_factory=list)
    """What no crash explains."""


def reckon(
    told: Reckoning, load: Load, log: Sequence[tuple[str, int]], recorded: Counter[str]
) -> Reckoning:
    """Hold the receiver's log against what was accepted, and against the journal."""
    got = Counter(identity for identity, _ in log)
    acknowledged = Counter(identity for identity, status in log if status == 200)
    told.accepted, told.unanswered = len(load.accepted), len(load.unanswered)
    told.requests = len(log)
    told.lost = sorted(load.accepted - acknowledged.keys())
    extra = {identity: got[identity] - recorded[identity] for identity in got}
    told.unrecorded = sum(extra.values())
    for identity, more in extra.items():
        # After an acknowledgement that was recorded, nothing more is sent.
        if not acknowledged[identity] - 1 <= more <= told.crashes:
            seen = f"{got[identity]} got, {acknowledged[identity]} of them acknowledged"
            told.unexplained.append(f"{identity}: {seen}, {recorded[identity]} recorded")
    if told.unrecorded > told.most:
        told.unexplained.append(f"{told.unrecorded} unrecorded after {told.crashes} crashes")
    told.unexplained += [f"{each}: recorded, and never got" for each in recorded - got]
    unknown = set(got) - load.accepted - load.unanswered
    told.unexplained += [f"{each}: never sent" for each in unknown]
    return told


def recorded_in(where: str) -> Counter[str]:
    """Return how many attempts stand in the state, by the id that the receiver knows."""
    with closing(open_store(where, keep=KEEP)) as store:
        found = store.messages(MessageFilter(limit=None))
        return Counter({json.loads(each.payload)["id"]: len(each.attempts) for each in found})
