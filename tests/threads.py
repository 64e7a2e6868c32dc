"""Which threads a piece of code leaves behind."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["no_thread_left"]


@contextmanager
def no_thread_left() -> Iterator[None]:
    """Fail where a thread lives on that was born inside.

    Those born before are none of this test's business: one that an earlier test left to end by
    itself may end meanwhile.
    """
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before
