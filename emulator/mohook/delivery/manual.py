"""Drives the engine by hand, in the caller's thread: from due time to due time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Lock, get_ident

from mohook.delivery.clock import ManualClock
from mohook.delivery.engine import Engine
from mohook.delivery.message import Attempt, State
from mohook.delivery.timeline import timeline
from mohook.errors import ConflictError, InputError, NotSettledError
from mohook.store.store import MessageFilter, Store

__all__ = ["MAX_ATTEMPTS", "ManualDriver"]

MAX_ATTEMPTS = 100_000
"""How many attempts one call makes at most unless told otherwise: ip1 never gives up."""
_SHOWN = 5
_PATIENCE = 0.25  # seconds


class ManualDriver:
    """Moves the clock and makes every attempt that falls due on the way.

    Each call returns when all that it started has ended, with the attempts that it made.
    Each raises `NotSettledError`, with the timeline, when it would make more than
    `max_attempts`; all attempts made until then are recorded. A scripted duplicate may
    make it one more. Threads take turns. `seed` tells the seed in force, for errors.
    """

    def __init__(
        self, engine: Engine, store: Store, clock: ManualClock, *, seed: Callable[[], int]
    ) -> None:
        self._engine = engine
        self._seed = seed
        self._store = store
        self._clock = clock
        self._turn = Lock()
        self._driving: int | None = None

    def settle(self, max_attempts: int = MAX_ATTEMPTS) -> list[Attempt]:
        """Make what is due at this instant; the clock stands still.

        Leaves it to whoever moves the clock just now: a receiver that has another message
        sent, while it handles one, must not wait for its own answer.
        """
        if self._driving == get_ident() or not self._turn.acquire(timeout=_PATIENCE):
            return []
        self._turn.release()
        return self.advance_to(self._clock.now(), max_attempts)

    def advance(self, span: timedelta, max_attempts: int = MAX_ATTEMPTS) -> list[Attempt]:
        """Move the clock by `span`, making every attempt that falls due on the way."""
        if span < timedelta():
            msg = f"{span}: a clock only moves forward; give a duration of zero or more"
            raise InputError(msg)
        with self._taking_turns():
            return self._run(self._clock.now() + span, max_attempts)

    def advance_to(self, until: datetime, max_attempts: int = MAX_ATTEMPTS) -> list[Attempt]:
        """Move the clock to `until`, making every attempt that falls due on the way."""
        with self._taking_turns():
            return self._run(until, max_attempts)

    def run_next(self, max_attempts: int = MAX_ATTEMPTS) -> list[Attempt]:
        """Move the clock to the next instant at which something is due, and make that."""
        with self._taking_turns():
            due = self._store.next_due()
            return [] if due is None else self._run(max(due, self._clock.now()), max_attempts)

    def run_until_idle(self, max_attempts: int = 1_000) -> list[Attempt]:
        """Run until nothing is pending."""
        made: list[Attempt] = []
        with self._taking_turns():
            while (due := self._store.next_due()) is not None:
                made += self._make_due(due, max_attempts - len(made))
        return made

    @contextmanager
    def _taking_turns(self) -> Iterator[None]:
        if self._driving == get_ident():
            msg = "the clock is being moved: an app cannot move it while it handles a message"
            raise ConflictError(msg)
        with self._turn:
            self._driving = get_ident()
            try:
                yield
            finally:
                self._driving = None

    def _run(self, until: datetime, max_attempts: int) -> list[Attempt]:
        made: list[Attempt] = []
        while (due := self._store.next_due()) is not None and due <= until:
            made += self._make_due(due, max_attempts - len(made))
        self._clock.move_to(until)
        return made

    def _make_due(self, due: datetime, bound: int) -> list[Attempt]:
        if bound <= 0:
            raise self._not_settled()
        self._clock.move_to(max(due, self._clock.now()))
        self._engine.start_due(bound)
        made: list[Attempt] = []
        while self._engine.in_flight:
            made += self._engine.collect(None)
        return made

    def _not_settled(self) -> NotSettledError:
        pending = self._store.messages(MessageFilter(state=State.PENDING, limit=_SHOWN))
        return NotSettledError(
            f"{self._store.pending()} message(s) are still pending after the allowed number of "
            "attempts. A receiver that never answers 200 keeps ip1 trying for ever: let it "
            "answer 200, set a retry limit, or allow more with max_attempts.\n"
            f"{timeline(pending)}\nThe seed is {self._seed()}."
        )
