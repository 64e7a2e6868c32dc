"""Drives the engine by itself, while the clock runs: one thread, one loop, woken by work."""

from __future__ import annotations

import logging
from threading import Condition, Thread

from mohook.delivery.clock import Clock
from mohook.delivery.engine import Engine
from mohook.errors import StoreAwayError
from mohook.store.store import Store

__all__ = ["LiveDriver"]

log = logging.getLogger(__name__)
_LOOK_AGAIN = 0.5  # seconds after which a store that was away is asked again
_MOMENT = 0.005  # seconds


class LiveDriver:
    """Makes each attempt as it falls due, until it is stopped. `failure` is what ended it.

    `trouble` is why it waits just now: the store is away. Nothing is lost by that.

    Where the clock is made to stand, it starts no more, and keeps the engine's turn until all
    that is in flight has ended; it goes on when the clock runs again.
    """

    def __init__(self, engine: Engine, store: Store, clock: Clock) -> None:
        self._engine = engine
        self._store = store
        self._clock = clock
        self.failure: Exception | None = None
        self.trouble: StoreAwayError | None = None
        self._work = Condition()
        self._stopping = False
        self._left = False
        self._begun = 0
        self._thread = Thread(target=self._run, name="mohook-delivery", daemon=True)

    @property
    def begun(self) -> bool:
        """Whether it was ever started."""
        return self._thread.ident is not None

    def start(self) -> None:
        """Begin delivering."""
        self._thread.start()

    def wake(self) -> None:
        """Tell that something new may be due."""
        self._engine.wake()

    def rouse(self) -> None:
        """Tell that the clock has changed."""
        with self._work:
            self._work.notify_all()
        self._engine.wake()

    def leave(self) -> None:
        """Have what is due made though the clock stands, after what is still in flight."""
        self._left = True
        self.rouse()

    def stop(self, timeout: float = 5.0) -> None:
        """End the loop; what is in flight stays pending and is due again later."""
        self._stopping = True
        if self.begun:
            self.rouse()
            self._thread.join(timeout)
            self._engine.finish(timeout)

    def _run(self) -> None:
        try:
            while self._wait_for_work():
                self._engine.turn.take()
                try:
                    with self._engine.turn.held():
                        self._deliver()
                except StoreAwayError as problem:
                    self._wait_for_store(problem)
        except Exception as problem:
            self.failure = problem  # told by whoever is asked for health
            log.exception("delivery has stopped; this is a bug in mohook")

    def _wait_for_work(self) -> bool:
        with self._work:
            self._work.wait_for(self._has_work)
        return not self._stopping

    def _has_work(self) -> bool:
        # Where there was trouble something may be in flight, though the clock stands by now.
        return self._stopping or self._clock.runs or self._left or self.trouble is not None

    def _wait_for_store(self, problem: StoreAwayError) -> None:
        if self.trouble is None:
            log.warning("delivery waits: %s", problem)
        self.trouble = problem
        with self._work:
            self._work.wait_for(lambda: self._stopping, _LOOK_AGAIN)

    def _deliver(self) -> None:
        """Deliver until the clock stands, and nothing is in flight any more."""
        while not self._stopping and (self._start_due() or self._engine.in_flight):
            self._engine.collect(self._seconds_until_due(), in_lots=True)
            self._go_on()
        self._store.give_back()
        self._go_on()

    def _go_on(self) -> None:
        if self.trouble is not None:
            log.warning("delivery goes on: the state is there again")
            self.trouble = None

    def _start_due(self) -> bool:
        """Start what may be started; tell whether more is to come by itself."""
        if self._clock.runs:
            self._begun = self._engine.start_due(ahead=True)
            return True
        self._store.give_back()  # at once: another process may move the clock by hand
        if self._left:
            self._left = False  # first: what is left in this moment is looked for once more
            try:
                if self._engine.start_due() or self._engine.in_flight:
                    self._left = True
            except StoreAwayError:
                self._left = True
                raise
        return False

    def _seconds_until_due(self) -> float | None:
        if not self._clock.runs:
            return None
        due, lease = self._store.next_due(self._engine.room), self._store.lease_ends()
        if due is None:
            return lease
        seconds = max(0.0, self._clock.real_seconds(due - self._clock.now()) or 0.0)
        if not seconds and not self._begun and self._store.sharing is not None:
            seconds = _MOMENT  # another process holds it for a moment
        return seconds if lease is None else min(seconds, lease)
