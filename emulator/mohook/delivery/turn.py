"""Whose turn it is to move the clock: one driver at a time, and never an app from within."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock, get_ident

from mohook.errors import ConflictError
from mohook.store.sharing import AcrossLock

__all__ = ["PATIENCE", "Turn"]

PATIENCE = 0.25
"""How many seconds `settle` waits for its turn, before it leaves the work to who has it."""

_turns_around: ContextVar[tuple[object, ...]] = ContextVar("mohook_turns_around", default=())


class Turn:
    """A lock that knows which code runs on behalf of its holder: an app that is called just now.

    `across` is a lock that another process may hold: then it is its turn.

    The context tells, for it follows an app into its tasks and worker threads.
    """

    def __init__(self, across: AcrossLock | None = None) -> None:
        self._lock = Lock()
        self._across = across
        self._taken: object | None = None
        self._thread: int | None = None

    @property
    def is_around(self) -> bool:
        """Whether the holder of the turn has called this code, directly or by way of an app."""
        return self._taken in _turns_around.get()

    @property
    def is_here(self) -> bool:
        """Whether it is held in this thread: to block until it ends would be without end."""
        return self.is_around or self._thread == get_ident()

    def require_outside(self) -> None:
        """Raise ConflictError for code that the holder of the turn has called."""
        if self.is_around:
            msg = "the clock is being moved: an app cannot move it while it handles a message"
            raise ConflictError(msg)

    def require_elsewhere(self) -> None:
        """Raise ConflictError where blocking would keep the holder from ever ending."""
        self.require_outside()
        if self.is_here:
            msg = (
                "the clock is being moved by a call of `aio` on this thread's loop, which cannot "
                "go on while this call waits; await the same call of `aio` instead"
            )
            raise ConflictError(msg)

    def take(self, patience: float = -1) -> bool:
        """Wait up to `patience` seconds for the turn, -1 without end; tell whether it came."""
        return self._lock.acquire(timeout=patience) and self._took_across(patience)

    def take_now(self) -> bool:
        """Take the turn if nobody has it; tell whether it came."""
        return self._lock.acquire(blocking=False) and self._took_across(0)

    def _took_across(self, patience: float) -> bool:
        taken = False
        try:
            taken = self._across is None or self._across.acquire(patience)
        finally:
            if not taken:
                self._lock.release()
        return taken

    @contextmanager
    def held(self) -> Iterator[None]:
        """Be the holder, after `take`; give the turn back at the end."""
        self._taken, self._thread = object(), get_ident()
        mark = _turns_around.set((*_turns_around.get(), self._taken))
        try:
            yield
        finally:
            _turns_around.reset(mark)
            self._taken = self._thread = None
            try:
                if self._across is not None:
                    self._across.release()
            finally:
                self._lock.release()
