"""Moves a running emulator's manual clock, and reads from its journal what was done on the way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from mohook.client import Client
from mohook.delivery.message import Attempt
from mohook.errors import ConflictError, NotSettledError
from mohook.store.journal import ATTEMPT_ENDED
from pytest_mohook.harness.remote.rebuilt import rebuilt_attempt

__all__ = ["RemoteClock", "events"]

JSON = dict[str, Any]

_PAGE = 1_000
_LOT = 20_000
"""Attempts of one request: the journal keeps several times as many, unless `--keep` is small."""


class RemoteClock:
    """Moves the clock in as many requests as it takes, so that no attempt drops out of the journal.

    Each move returns the attempts made on the way, in their order. Raises NotSettledError when
    there would be more than `most`, ConflictError for a clock that runs by itself, and for a
    journal that has lost some of them.
    """

    def __init__(self, client: Client) -> None:
        self._client = client

    def by(self, span: timedelta, most: int) -> list[Attempt]:
        """Move by a span."""
        goal = datetime.fromisoformat(self._client.clock()["now"]) + span
        return self._made({"span": span}, {"to": goal}, most)

    def to(self, instant: datetime, most: int) -> list[Attempt]:
        """Move to an instant."""
        return self._made({"to": instant}, {"to": instant}, most)

    def until(self, word: str, most: int) -> list[Attempt]:
        """Move until `next` or `idle`."""
        return self._made({"until": word}, {"until": word}, most)

    def _made(self, move: JSON, then: JSON, most: int) -> list[Attempt]:
        """Make the first move, and where a lot was not enough, `then` the rest of the way."""
        after = self._client.last_event()
        made: list[Attempt] = []
        while True:
            try:
                answer = self._client.advance(**move, max_attempts=min(_LOT, most - len(made)))
            except NotSettledError:
                after = self._read(after, made)
                if len(made) >= most:
                    raise
                move = then
                continue
            if answer["attempts_made"]:
                self._read(after, made)
            return made

    def _read(self, after: int, made: list[Attempt]) -> int:
        for event in events(self._client, after):
            after = event["number"]
            if event["type"] == ATTEMPT_ENDED:
                made.append(rebuilt_attempt(event["data"]))
        return after


def events(client: Client, after: int) -> Iterator[JSON]:
    """Yield what happened after an event; raise ConflictError where some is no longer kept."""
    while page := client.events(after=after, limit=_PAGE):
        if page[0]["number"] != after + 1:
            lost = page[0]["number"] - after - 1
            msg = (
                f"{lost} events are no longer in the emulator's journal: start it with a larger "
                "`--keep`, or move the clock in smaller steps"
            )
            raise ConflictError(msg)
        yield from page
        after = page[-1]["number"]
        if len(page) < _PAGE:
            return
