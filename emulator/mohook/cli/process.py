"""What a long-running command does to its own process: files, garbage, signals."""

from __future__ import annotations

import gc
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from threading import Timer
from types import FrameType
from typing import NoReturn

__all__ = ["ending_at_once", "raise_file_limit", "settle_garbage", "wait_for_interrupt"]

_GC_THRESHOLDS = (50_000, 20, 100)
_ENOUGH_FILES = 65_536
_GRACE = 1.0  # seconds
_LOOK_UP = 0.5  # seconds


def raise_file_limit() -> None:
    """Allow as many open sockets as the system lets an ordinary user have."""
    try:
        import resource
    except ImportError:  # not on Windows, which has no such limit
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _ENOUGH_FILES if hard == resource.RLIM_INFINITY else min(hard, _ENOUGH_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        except (OSError, ValueError):
            return  # the lower limit still serves; some systems refuse what they offer


def settle_garbage() -> None:
    """Take what is loaded by now out of the collector's way, and let it run more seldom.

    Messages and attempts live long and hold no cycles: walking them costs, and frees nothing.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_GC_THRESHOLDS)


@contextmanager
def ending_at_once(exit_code: int, *libraries: str) -> Iterator[None]:
    """Let Ctrl-C and SIGTERM raise KeyboardInterrupt in the block, and then suffer no delay.

    What has not come to its end within a second is cut off, with `exit_code`; a second signal
    does that at once. Nothing here needs an orderly end: what is kept outlives any end.

    `libraries` are imported before anything, as are those that deliver: an interrupt that hits
    an import while another thread imports can leave that one, and who waits for it, hanging.
    """
    for name in ("mohook.delivery.transports.curl", *libraries):
        import_module(name)

    def interrupt(number: int, frame: FrameType | None) -> None:
        del number, frame
        for each in before:
            signal.signal(each, signal.SIG_DFL)
        cut_off = Timer(_GRACE, os._exit, (exit_code,))
        cut_off.daemon = True
        cut_off.start()
        raise KeyboardInterrupt

    before = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)}
    # What a shell starts in the background ignores Ctrl-C, which is meant for another.
    for number in [each for each, handler in before.items() if handler != signal.SIG_IGN]:
        signal.signal(number, interrupt)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def wait_for_interrupt() -> NoReturn:
    """Do nothing until Ctrl-C or SIGTERM, which raises KeyboardInterrupt.

    It looks up now and then: a signal that comes in the moment before the thread blocks
    would go unheard until the next.
    """
    while True:
        time.sleep(_LOOK_UP)
