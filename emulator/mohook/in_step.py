"""Several emulators on one state, kept in step: what one is told, all hold to.

Documents change under one lock across all of them, and whoever takes it reads first what others
have written. Who moves the clock by hand has another lock, and is the only one meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from mohook.store.sharing import AcrossLock, Guard, Sharing, Stand

__all__ = ["InStep"]


class InStep:
    """Keeps one emulator in step with those that share its state; alone there is nothing to do.

    `begin` names what follows documents that others have written: it is told whether all was
    forgotten meanwhile, and called with the lock held.
    """

    def __init__(self, sharing: Sharing | None) -> None:
        self._sharing = sharing
        self._follow: Callable[[bool], None] | None = None
        self._at = Stand(0, 0)
        self._ends = 0
        self.is_following = False
        self.is_moving = False
        self.guard: Guard | None = None
        self.moving: AcrossLock | None = None
        if sharing is not None:
            self.guard = Guard(sharing.configuration, self._held, self._left)
            self.moving = _Moving(sharing.moving, self)

    @property
    def shares(self) -> bool:
        """Whether others may have the state open."""
        return self._sharing is not None

    @property
    def lock(self) -> AbstractContextManager[Any]:
        """Who changes documents holds this; without others there is nothing to hold."""
        return self.guard or nullcontext()

    def lock_after(self, meet: Callable[[], None]) -> AbstractContextManager[Any] | None:
        """Return the lock for those who must `meet` first what waits; None without others."""
        return _Meeting(self.guard, meet) if self.guard else None

    def begin(
        self,
        follow: Callable[[bool], None],
        on_news: Callable[[], None],
        on_end: Callable[[], None],
    ) -> None:
        """From now on, follow what others write, and call `on_news` after that.

        Before that comes `on_end`, with the lock held, where another has ended.
        """
        sharing = self._sharing
        if sharing is None:
            return
        with self.lock:
            self._follow = follow
            self._at = sharing.stand

        def hear() -> None:
            self.look()
            if self._ends != (ends := sharing.ends):
                with self.lock:
                    on_end()
                self._ends = ends
            on_news()

        sharing.listen(hear)

    def look(self) -> None:
        """Follow what others have written until now."""
        if self._sharing is not None and self._follow and self._sharing.refresh() != self._at:
            self._catch_up()

    def has_fallen_behind(self) -> bool:
        """Follow what was seen of others by the way; tell whether there was anything."""
        if self._sharing is None or not self._follow or self._sharing.stand == self._at:
            return False
        self._catch_up()
        return True

    def _catch_up(self) -> None:
        with self.lock:
            pass  # whoever comes to hold it has followed

    def _held(self) -> None:
        if self._sharing is None or self._follow is None:
            return
        stand = self._sharing.refresh()
        if stand == self._at:
            return
        self.is_following = True
        try:
            self._follow(stand.epoch != self._at.epoch)
        finally:
            self.is_following = False
        self._at = stand

    def _left(self) -> None:
        if self._sharing is not None:
            self._at = self._sharing.stand  # what was written meanwhile was written here


class _Moving:
    """The lock of whoever moves the clock, who begins where others have left it."""

    def __init__(self, lock: AcrossLock, in_step: InStep) -> None:
        self._lock = lock
        self._in_step = in_step

    def acquire(self, patience: float = -1) -> bool:
        """Wait up to `patience` real seconds, -1 without end; tell whether it came."""
        if not self._lock.acquire(patience):
            return False
        try:
            self._in_step.look()
        except BaseException:
            self._lock.release()
            raise
        self._in_step.is_moving = True
        return True

    def release(self) -> None:
        """Let go of it."""
        self._in_step.is_moving = False
        self._lock.release()


class _Meeting:
    """The same lock; whoever comes to hold it looks first what waits, whoever accepted that."""

    def __init__(self, guard: Guard, meet: Callable[[], None]) -> None:
        self._guard = guard
        self._meet = meet

    def __enter__(self) -> None:
        self._guard.__enter__()
        if self._guard.depth > 1:
            return
        try:
            self._meet()
        except BaseException:
            self._guard.__exit__()
            raise

    def __exit__(self, *_: object) -> None:
        self._guard.__exit__()
