"""One process' share of a storm: when each message is sent, and the lots that tell of them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from random import Random
from time import perf_counter
from typing import Any

import gevent
from gevent.event import Event

from pytest_mohook.load.plan import Plan
from pytest_mohook.load.process.carrier import Carrier, Delivery, Tried

__all__ = ["Lot", "Sending"]

Lot = dict[str, Any]
"""What happened since the last lot, as JSON can hold it:

`tried`: of each attempt that ended its number, latency and delay in seconds, and outcome;
`settled`: of each message that settled its id, the place of its text, state, seconds, whether an
answer to it was never heard, and its later ids; `sent`, `open`: messages begun, and under way now.
The last lot is `done`, and has in `left` the messages that are still under way, in the form of
`settled`; `unsent` counts those that were due and were not begun any more; it was `cut` where it
ended before its time.
"""

_LOT = 0.5  # seconds
_LOOK = 0.02  # seconds
_BURST = 16


class Sending:
    """Sends the messages of worker `index` out of `workers`; `tell` takes a lot each half second.

    Locust's users call `work`. With a rate one of them is enough: it starts a greenlet for each
    message when that is due, so nothing waits for the receiver.
    """

    def __init__(
        self,
        plan: Plan,
        carrier_for: Callable[[Callable[[Tried], None]], Carrier],
        *,
        index: int,
        workers: int,
        tell: Callable[[Lot], None],
    ) -> None:
        self._plan = plan
        self._index, self._workers = index, workers
        self._tell = tell
        self._carrier = carrier_for(self._note)
        self._choices = Random(f"{plan.seed}/{index}")
        self._started: float | None = None
        self._tried: list[tuple[int, float, float, str]] = []
        self._settled: list[tuple[Any, ...]] = []
        self._open: dict[str, tuple[Delivery, int]] = {}
        self._sent = self._unsent = self._producing = 0
        self._stopped = Event()
        self.done: Event = Event()

    def work(self) -> None:
        """Send until the time is over; then return."""
        first = self._started is None
        if first:
            self._started = perf_counter()
            gevent.spawn(self._report)
        self._producing += 1
        try:
            if self._plan.rate is None:
                self._one_by_one()
            elif first:
                self._when_due(self._plan.rate)
        finally:
            self._producing -= 1

    def stop(self) -> None:
        """Send no more, tell the last lot, and return when it is told."""
        self._stopped.set()
        if self._started is None:
            self._finish()
        self.done.wait()

    def _since(self) -> float:
        return perf_counter() - (self._started or perf_counter())

    def _one_by_one(self) -> None:
        while self._since() < self._plan.seconds and not self._stopped.is_set():
            self._send(perf_counter())

    def _when_due(self, rate: float) -> None:
        last = self._plan.seconds + self._plan.drain
        started = self._started or 0.0
        for number in count(self._index, self._workers):
            after = number / rate
            if after >= self._plan.seconds or self._stopped.is_set():
                return
            if self._since() > last:
                self._unsent += 1  # it could not keep up, and there is no time left
                continue
            early = started + after - perf_counter()
            if early > 0 or number % _BURST == 0:  # who is late gives others a turn all the same
                gevent.sleep(max(0.0, early))
            gevent.spawn(self._send, started + after)

    def _send(self, due: float) -> None:
        drawn = self._plan.drawn
        place = self._choices.randrange(len(drawn.texts))
        sender = self._choices.choice(drawn.senders)
        delivery, body = self._carrier.message(drawn.texts[place], sender=sender)
        self._sent += 1
        self._open[delivery.id] = delivery, place
        self._carrier.deliver(delivery, body, due)
        if self._open.pop(delivery.id, None) and not self.done.is_set():
            self._settled.append(_told(delivery, place))

    def _note(self, tried: Tried) -> None:
        if not self.done.is_set():
            latency, behind = round(tried.latency, 6), round(tried.behind, 6)
            self._tried.append((tried.number, latency, behind, tried.posted.outcome))

    def _report(self) -> None:
        """Tell a lot each half second until all has settled, or may settle no longer."""
        plan, next_lot = self._plan, _LOT
        while not self._stopped.wait(_LOOK):
            since = self._since()
            if since >= plan.seconds:
                idle = not self._producing and not self._open
                if idle or since >= plan.seconds + plan.drain:
                    break
            if since >= next_lot:
                next_lot = since + _LOT
                self._tell(self._lot())
        self._stopped.set()
        self._finish()

    def _finish(self) -> None:
        if self.done.is_set():
            return
        left = [_told(delivery, place) for delivery, place in self._open.values()]
        lot = self._lot() | {
            "done": True,
            "left": left,
            "unsent": self._unsent,
            "cut": self._since() < self._plan.seconds,
        }
        self.done.set()  # what ends from now on is one of those left
        self._tell(lot)

    def _lot(self) -> Lot:
        lot: Lot = {
            "index": self._index,
            "since": round(self._since(), 3),
            "sent": self._sent,
            "open": len(self._open),
            "tried": self._tried,
            "settled": self._settled,
        }
        self._tried, self._settled = [], []
        return lot


def _told(delivery: Delivery, place: int) -> tuple[Any, ...]:
    seconds = round(delivery.seconds, 6)
    state, later = str(delivery.state), delivery.later_ids
    return delivery.id, place, state, seconds, delivery.unheard, *later
