"""What several emulators on one state have in common, beside what the store keeps for all."""

from __future__ import annotations

from collections.abc import Callable
from threading import RLock
from typing import NamedTuple, Protocol

__all__ = ["AcrossLock", "Guard", "Sharing", "Stand"]


class Stand(NamedTuple):
    """How often documents were written, and how often all was forgotten."""

    documents: int
    epoch: int


class AcrossLock(Protocol):
    """A lock that one process has at a time: whoever dies lets go of it. Not to be nested."""

    def acquire(self, patience: float = -1) -> bool:
        """Wait up to `patience` real seconds, -1 without end; tell whether it came."""

    def release(self) -> None:
        """Let go of it."""


class Sharing(Protocol):
    """How a store that several processes may open keeps them in step."""

    @property
    def configuration(self) -> AcrossLock:
        """Who may change documents."""

    @property
    def moving(self) -> AcrossLock:
        """Who may move the clock by hand."""

    @property
    def stand(self) -> Stand:
        """How documents stood when anything was last read or written here."""

    @property
    def ends(self) -> int:
        """How often it was seen that another had ended."""

    def refresh(self) -> Stand:
        """Look what others have written, and return how documents stand now."""

    def now(self) -> float:
        """Return seconds since 1970 by the one clock that all share."""

    def has_others(self) -> bool:
        """Whether another process has the state open just now."""

    def listen(self, on_news: Callable[[], None]) -> None:
        """Call `on_news` in a thread of its own when others have written or ended.

        `claim` calls it too, before it hands out what was claimed, where documents are newer.
        """


class Guard:
    """A lock for the threads of this process, and across all that share the state.

    It may be taken again by the thread that holds it. `on_held` is called when it has come
    from outside, before anything is done under it, and `on_left` when all has been done.
    """

    def __init__(
        self, across: AcrossLock, on_held: Callable[[], None], on_left: Callable[[], None]
    ) -> None:
        self._across = across
        self._on_held = on_held
        self._on_left = on_left
        self._here = RLock()
        self.depth = 0

    def __enter__(self) -> None:
        self._here.acquire()
        try:
            if not self.depth:
                self._across.acquire()
        except BaseException:
            self._here.release()
            raise
        self.depth += 1
        if self.depth > 1:
            return
        try:
            self._on_held()
        except BaseException:
            self._let_go()
            raise

    def __exit__(self, *_: object) -> None:
        if self.depth == 1:
            self._on_left()
        self._let_go()

    def _let_go(self) -> None:
        self.depth -= 1
        try:
            if not self.depth:
                self._across.release()
        finally:
            self._here.release()
