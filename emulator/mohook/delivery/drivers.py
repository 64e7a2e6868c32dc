"""Who drives the engine: a thread while the clock runs, the caller while it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock

from mohook.delivery.clock import ChangeableClock, ManualClock, RunningClock, clock_from
from mohook.delivery.engine import Engine
from mohook.delivery.live import LiveDriver
from mohook.delivery.manual import ManualDriver
from mohook.errors import ConflictError
from mohook.store.journal import CLOCK_CHANGED
from mohook.store.sharing import AcrossLock
from mohook.store.store import Store

__all__ = ["Drivers"]


class Drivers:
    """Both drivers of one engine, and the change from one to the other.

    The thread of `live` begins with the first instant at which the emulator is started and
    its clock runs, and stays: it rests while the clock stands.
    """

    def __init__(
        self,
        engine: Engine,
        store: Store,
        clock: ChangeableClock,
        *,
        seed: Callable[[], int],
        on_change: Callable[[], None] = lambda: None,
        across: AcrossLock | None = None,
    ) -> None:
        self._engine = engine
        self._store = store
        self._on_change = on_change
        self._clock = clock
        self.live = LiveDriver(engine, store, clock)
        self.manual = ManualDriver(
            engine, store, clock, seed=seed, leave=self.live.leave, across=across
        )
        self._changing = Lock()
        self._started = False
        self._stopped = False

    def start(self) -> None:
        """Deliver by itself whenever the clock runs. Raises ConflictError after `stop`."""
        with self._changing:
            self._require_open()
            self._started = True
            self._begin()

    def stop(self) -> None:
        """End delivering for good; what is in flight stays pending."""
        with self._changing:
            self._stopped = True
        self.live.stop()

    def wake(self) -> None:
        """Tell the thread, if it delivers, that something new may be due."""
        if self.live.begun and self._clock.runs and not self._stopped:
            self.live.wake()

    def change(self, mode: str) -> None:
        """Let the clock go on as `mode` says; see `Emulator.change_clock`."""
        clock_from(mode)  # what is no clock is refused at once, not in its turn
        if mode == "manual":
            self._change(mode)
            return
        with self._between_moves():
            self._change(mode)

    def _change(self, mode: str) -> None:
        with self._changing:
            self._require_open()
            was = self._clock.mode
            since = self._clock.change(mode)
            if since is None:
                return
            self._store.note(since, CLOCK_CHANGED, {"mode": self._clock.mode, "was": was})
            self._begin()
        if self.live.begun:
            self.live.rouse()
        self._on_change()

    def follow(self, clock: RunningClock | ManualClock) -> None:
        """Go on as a clock that another process has changed or moved."""
        with self._changing:
            self._clock.go_on(clock)
            if not self._stopped:
                self._begin()
        if self.live.begun:
            self.live.rouse()

    def _begin(self) -> None:
        if self._started and self._clock.runs and not self.live.begun:
            # Here and not in the thread that delivers: an interrupt in the middle of an import
            # leaves its lock taken, and that thread waiting for it for ever.
            import mohook.delivery.transports.curl  # noqa: F401

            self.live.start()

    def _require_open(self) -> None:
        if self._stopped:
            msg = "the emulator has been stopped, and does not start again: make a new one"
            raise ConflictError(msg)

    @contextmanager
    def _between_moves(self) -> Iterator[None]:
        """Wait until nobody moves the clock by hand, and let nobody do so meanwhile.

        Raises ConflictError where the wait would have no end: whoever moves the clock waits for
        the code that calls.
        """
        turn = self.manual.turn
        turn.require_elsewhere()
        if not turn.take(0 if self._engine.turn.is_here else -1):
            msg = (
                "the clock is about to be moved, as soon as this message has been handled: "
                "an app cannot change it before it has answered"
            )
            raise ConflictError(msg)
        with turn.held():
            yield
