"""What a long-running command does to its own process: files, garbage, signals."""

from __future__ import annotations

import gc
import signal
from types import FrameType

__all__ = ["end_on_term", "raise_file_limit", "settle_garbage", "stop_at_second_interrupt"]

_GC_THRESHOLDS = (50_000, 20, 100)
_ENOUGH_FILES = 65_536


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


def end_on_term() -> None:
    """Let SIGTERM end a command as Ctrl-C does."""
    signal.signal(signal.SIGTERM, _interrupt)


def stop_at_second_interrupt() -> None:
    """From here on another Ctrl-C or SIGTERM ends the process without ceremony."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _interrupt(number: int, frame: FrameType | None) -> None:
    del number, frame
    raise KeyboardInterrupt
