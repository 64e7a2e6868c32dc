"""Drives the engine by hand, in the caller's thread: from due time to due time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial

from mohook.delivery.clock import MovableClock
from mohook.delivery.engine import Engine
from mohook.delivery.message import Attempt
from mohook.delivery.turn import PATIENCE, Turn
from mohook.delivery.walk import Walk
from mohook.errors import ConflictError
from mohook.store.sharing import AcrossLock
from mohook.store.store import Store

__all__ = ["MAX_ATTEMPTS", "ManualDriver"]

MAX_ATTEMPTS = 100_000
"""How many attempts one call makes at most unless told otherwise: ip1 never gives up."""


class ManualDriver:
    """Moves the clock and makes every attempt that falls due on the way.

    Each call returns when all that it started has ended, with the attempts that it made.
    Each raises `NotSettledError`, with the timeline, when it would make more than
    `max_attempts`; all attempts made until then are recorded. A scripted duplicate may
    make it one more. Threads take turns. `seed` tells the seed in force, for errors.

    Each raises ConflictError while the clock runs by itself. What was in flight when it was
    made to stand ends first. `leave` hands over what is due to whoever waits for that.
    `across` is the lock of those who may move the same clock from other processes.
    """

    def __init__(
        self,
        engine: Engine,
        store: Store,
        clock: MovableClock,
        *,
        seed: Callable[[], int],
        leave: Callable[[], None] = lambda: None,
        across: AcrossLock | None = None,
    ) -> None:
        self._clock = clock
        self.leave = leave
        self.turn = Turn(across)
        self.landing = engine.turn
        self.walk: Callable[[int], Walk] = partial(Walk, engine, store, clock, seed)

    @property
    def runs_by_itself(self) -> bool:
        """Whether there is nothing to move by hand."""
        return self._clock.runs

    def require_standing(self) -> None:
        """Raise ConflictError for a clock that runs by itself."""
        if self._clock.runs:
            msg = (
                f"the clock is {self._clock.mode}: it runs by itself and cannot be moved; only a "
                "manual one is moved by hand: `mohook clock manual` makes it one, and it is one "
                'from the start with `--clock manual`, in a test with `clock="manual"`'
            )
            raise ConflictError(msg)

    def settle(self, max_attempts: int = MAX_ATTEMPTS) -> list[Attempt]:
        """Make what is due at this instant; the clock stands still.

        Leaves it to whoever moves the clock just now, or waits for what is in flight: a
        receiver that has another message sent, while it handles one, must not wait for its
        own answer. With a clock that runs it happens by itself.
        """
        if self._clock.runs or self.turn.is_here or not self.turn.take(PATIENCE):
            return []
        with self.turn.held():
            if self._clock.runs:
                return []
            if self.landing.is_here or not self.landing.take(PATIENCE):
                self.leave()
                return []
            return self._follow(self.walk(max_attempts), Walk.here)

    def advance(self, span: timedelta, max_attempts: int = MAX_ATTEMPTS) -> list[Attempt]:
        """Move the clock by `span`, making every attempt that falls due on the way."""
        return self._in_turn(max_attempts, lambda walk: walk.by(span))

    def advance_to(self, until: datetime, max_attempts: int = MAX_ATTEMPTS) -> list[Attempt]:
        """Move the clock to `until`, making every attempt that falls due on the way."""
        return self._in_turn(max_attempts, lambda walk: walk.to(until))

    def run_next(self, max_attempts: int = MAX_ATTEMPTS) -> list[Attempt]:
        """Move the clock to the next instant at which something is due, and make that."""
        return self._in_turn(max_attempts, Walk.to_next)

    def run_until_idle(self, max_attempts: int = 1_000) -> list[Attempt]:
        """Run until nothing is pending."""
        return self._in_turn(max_attempts, Walk.to_end)

    def _in_turn(self, most: int, way: Callable[[Walk], Iterator[None]]) -> list[Attempt]:
        self.require_standing()
        self.turn.require_elsewhere()
        self.landing.require_elsewhere()
        self.turn.take()
        with self.turn.held():
            self.require_standing()
            self.landing.take()
            return self._follow(self.walk(most), way)

    def _follow(self, walk: Walk, way: Callable[[Walk], Iterator[None]]) -> list[Attempt]:
        with self.landing.held():
            for _ in way(walk):
                walk.made += walk.engine.collect(None)
            walk.engine.on_progress()
        return walk.made
