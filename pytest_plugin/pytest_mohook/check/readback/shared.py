"""One readback for many checks: who asks at the same time is told the same."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Condition

from mohook.errors import InputError
from mohook.providers.provider import WireNames
from pytest_mohook.check.errors import ReadbackError
from pytest_mohook.check.paging import Paging
from pytest_mohook.check.reading import stored_items
from pytest_mohook.check.target import Readback
from pytest_mohook.oracle.readback import Stored

__all__ = ["SharedReadback"]

_SINCE = "; it answered before: what the receiver was sent since may be why"


class SharedReadback:
    """Reads once for all that wait, so that eight checks are no load for the receiver.

    What it returns was read after it was asked for: a reading that had begun before is not
    good enough. `problem` is the last that a reading met, if any did; it tells whether one
    before had met none.
    """

    def __init__(self, readback: Readback) -> None:
        self._readback = readback
        self._changed = Condition()
        self._begun = self._ended = 0
        self._stored: Stored = ()
        self._error: Exception | None = None
        self._has_answered = False
        self.problem: ReadbackError | None = None
        self.paging: Paging = Paging()

    def __call__(self) -> Stored:
        """Return what is stored. Raises ReadbackError, or what the readback itself raises."""
        with self._changed:
            enough = self._begun + 1
            while self._ended < enough:
                if self._begun > self._ended:
                    self._changed.wait()
                else:
                    self._read()
            if self._error:
                raise self._error
            return self._stored

    def _read(self) -> None:
        self._begun += 1
        self._changed.release()
        stored: Stored = ()
        error: Exception | None = None
        try:
            stored = self._readback()
            if isinstance(stored, Iterator):
                stored = list(stored)  # several will read it
            self._has_answered = True
            self.paging.note(stored)
        except ReadbackError as problem:
            error = type(problem)(f"{problem}{_SINCE}") if self._has_answered else problem
        except Exception as problem:  # noqa: BLE001 - raised in each thread that asked
            error = problem
        finally:
            self._changed.acquire()
            self._stored, self._error = stored, error
            self._ended = self._begun
            if isinstance(error, ReadbackError):
                self.problem = error
            self._changed.notify_all()

    def first(self, names: WireNames) -> int:
        """Read before anything is sent; return how many messages are stored already.

        Raises ReadbackError for what is no list of messages.
        """
        try:
            return len(stored_items(self(), names))
        except InputError as problem:
            raise ReadbackError(f"readback: {problem}") from problem
