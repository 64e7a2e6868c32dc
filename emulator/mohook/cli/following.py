"""Attempts as they happen, in the JSON of the control API, from either side of it."""

from __future__ import annotations

import math
import time
from collections.abc import Collection, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from mohook.delivery.message import Attempt
from mohook.rendering import attempt_json
from mohook.store.journal import ATTEMPT_ENDED

if TYPE_CHECKING:
    from mohook.client import Client
    from mohook.emulator import Emulator

__all__ = ["Made", "made_by_emulator", "made_by_process"]

JSON = dict[str, Any]
_LOT = 1_000
_SOON, _LATER = 0.05, 1.0
_LONG = 3_600.0


class Made(NamedTuple):
    """An attempt that has just ended, and whose it is."""

    message_id: str
    attempt: JSON

    @property
    def final(self) -> bool:
        """Whether the message is settled by it."""
        return self.attempt["decision"] in ("delivered", "given-up")


class _Open:
    """Which messages are still waited for: those neither settled nor tried often enough."""

    def __init__(self, ids: Collection[str], most: int | None) -> None:
        self._asked = set(ids)
        self._left = dict.fromkeys(ids, most)

    def __bool__(self) -> bool:
        return bool(self._left)

    def take(self, message_id: str | None, attempt: JSON) -> Iterator[Made]:
        """Yield the attempt if it is one of theirs, and count it."""
        if message_id not in self._asked or message_id is None:
            return
        made = Made(message_id, attempt)
        if made.final:
            self._left.pop(message_id, None)
        elif attempt["copy_of"] is None and message_id in self._left:
            self._count(message_id)
        yield made

    def _count(self, message_id: str) -> None:
        left = self._left[message_id]
        if left is None:
            return
        self._left[message_id] = left - 1
        if left == 1:
            del self._left[message_id]


def made_by_process(
    emulator: Emulator,
    ids: Collection[str],
    *,
    after: int = 0,
    most: int | None = None,
    patience: timedelta | None = None,
) -> Iterator[Made]:
    """Yield attempts of these messages at an emulator in this process, as they end.

    It ends when each has settled or has had `most` attempts, or when `patience` is over.
    `after` is the journal's number before they were sent.
    """
    journal, waiting, deadline = emulator.store.journal, _Open(ids, most), _deadline(patience)
    while waiting:
        left = min(deadline - time.monotonic(), _LONG)
        if left <= 0:
            return
        journal.wait(after, left)
        for event in journal.after(after, _LOT):
            after = event.number
            if isinstance(event.subject, Attempt):
                yield from waiting.take(event.message_id, attempt_json(event.subject))


def made_by_emulator(
    client: Client,
    ids: Collection[str],
    *,
    after: int = 0,
    most: int | None = None,
    patience: timedelta | None = None,
) -> Iterator[Made]:
    """Yield attempts of these messages at a running emulator; it ends as `made_by_process`."""
    waiting, pause, deadline = _Open(ids, most), _SOON, _deadline(patience)
    while waiting:
        page = client.events(after=after, limit=_LOT)
        for event in page:
            after = event["number"]
            if event["type"] == ATTEMPT_ENDED:
                yield from waiting.take(event["message_id"], event["data"])
        if time.monotonic() >= deadline:
            return
        if not page:
            time.sleep(pause)
        pause = _SOON if page else min(2 * pause, _LATER)


def _deadline(patience: timedelta | None) -> float:
    return math.inf if patience is None else time.monotonic() + patience.total_seconds()
