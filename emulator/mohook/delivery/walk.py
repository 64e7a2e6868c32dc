"""The way from due time to due time: what both drivers of the manual clock follow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mohook.delivery.clock import MovableClock
from mohook.delivery.engine import Engine
from mohook.delivery.message import Attempt, State
from mohook.delivery.timeline import timeline
from mohook.errors import InputError, NotSettledError
from mohook.store.store import MessageFilter, Store

__all__ = ["Walk"]

_SHOWN = 5


@dataclass
class Walk:
    """One walk of at most `most` attempts, which are in `made`.

    Each method moves the clock and starts what falls due, and yields as long as anything is in
    flight: whoever iterates it collects into `made` what has ended.
    """

    engine: Engine
    store: Store
    clock: MovableClock
    seed: Callable[[], int]
    most: int
    made: list[Attempt] = field(default_factory=list)

    def here(self) -> Iterator[None]:
        """Make what is due at this instant."""
        return self.to(self.clock.now())

    def by(self, span: timedelta) -> Iterator[None]:
        """Move the clock by `span`."""
        if span < timedelta():
            msg = f"{span}: a clock only moves forward; give a duration of zero or more"
            raise InputError(msg)
        return self.to(self.clock.now() + span)

    def to(self, until: datetime) -> Iterator[None]:
        """Move the clock to `until`."""
        yield from self._landing()
        while (due := self.store.next_due()) is not None and due <= until:
            yield from self._at(due)
        self.clock.move_to(until)

    def to_next(self) -> Iterator[None]:
        """Move the clock to the next instant at which something is due."""
        yield from self._landing()
        due = self.store.next_due()
        if due is not None:
            yield from self.to(max(due, self.clock.now()))

    def to_end(self) -> Iterator[None]:
        """Move the clock until nothing is pending."""
        yield from self._landing()
        while (due := self.store.next_due()) is not None:
            yield from self._at(due)

    def _at(self, due: datetime) -> Iterator[None]:
        bound = self.most - len(self.made)
        if bound <= 0:
            raise self._not_settled()
        self.clock.move_to(max(due, self.clock.now()))
        self.engine.start_due(bound)
        yield from self._landing()

    def _landing(self) -> Iterator[None]:
        """Wait for what is in flight; at first for what an interrupted walk has left there."""
        while self.engine.in_flight:
            yield

    def _not_settled(self) -> NotSettledError:
        pending = self.store.messages(MessageFilter(state=State.PENDING, limit=_SHOWN))
        return NotSettledError(
            f"{self.store.pending()} message(s) are still pending after the allowed number of "
            "attempts. A receiver that never answers 200 keeps ip1 trying for ever: let it "
            "answer 200, set a retry limit, or allow more with max_attempts.\n"
            f"{timeline(pending)}\nThe seed is {self.seed()}."
        )
