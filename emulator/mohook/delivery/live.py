"""Drives the engine by itself, on a running clock: one thread, one loop, woken by work."""

from __future__ import annotations

import logging
from threading import Event, Thread

from mohook.delivery.clock import Clock
from mohook.delivery.engine import Engine
from mohook.store.store import Store

__all__ = ["LiveDriver"]

log = logging.getLogger(__name__)


class LiveDriver:
    """Makes each attempt as it falls due, until it is stopped. `failure` is what ended it."""

    def __init__(self, engine: Engine, store: Store, clock: Clock) -> None:
        self._engine = engine
        self._store = store
        self._clock = clock
        self.failure: Exception | None = None
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="mohook-delivery", daemon=True)

    def start(self) -> None:
        """Begin delivering."""
        self._thread.start()

    def wake(self) -> None:
        """Tell that something new may be due."""
        self._engine.wake()

    def stop(self, timeout: float = 5.0) -> None:
        """End the loop; what is in flight stays pending and is due again later."""
        self._stopping.set()
        self._engine.wake()
        self._thread.join(timeout)

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                self._engine.start_due()
                self._engine.collect(self._seconds_until_due())
        except Exception as problem:
            self.failure = problem  # told by whoever is asked for health
            log.exception("delivery has stopped; this is a bug in mohook")

    def _seconds_until_due(self) -> float | None:
        due = self._store.next_due(self._engine.room)
        if due is None:
            return None
        return max(0.0, self._clock.real_seconds(due - self._clock.now()) or 0.0)
