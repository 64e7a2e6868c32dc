"""Many may pass at once, and nobody while it is closed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition

__all__ = ["Gate"]


class Gate:
    """Lets threads pass together, or one alone: who closes it waits until all have passed.

    >>> gate = Gate()
    >>> with gate.passing(), gate.passing():
    ...     pass
    >>> with gate.closed():
    ...     pass
    """

    def __init__(self) -> None:
        self._changed = Condition()
        self._inside = 0
        self._closing = 0

    @contextmanager
    def passing(self) -> Iterator[None]:
        """Be inside, with others who pass; not to be nested."""
        with self._changed:
            self._changed.wait_for(lambda: not self._closing)
            self._inside += 1
        try:
            yield
        finally:
            with self._changed:
                self._inside -= 1
                self._changed.notify_all()

    @contextmanager
    def closed(self) -> Iterator[None]:
        """Be inside alone; it may be closed again by the thread that has closed it."""
        with self._changed:
            self._closing += 1
            try:
                self._changed.wait_for(lambda: not self._inside)
                yield
            finally:
                self._closing -= 1
                self._changed.notify_all()
