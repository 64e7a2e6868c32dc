"""Thirty days of ip1 retries on the manual clock, to an app in the same process."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from mohook.emulator import Emulator
from mohook.settings import Ip1Settings, ServeSettings, Settings
from mohook.submission import Submission
from tests.benchmarks.table import Row

__all__ = ["virtual_time"]

DAYS = 30
ATTEMPTS = 4_320
AIM_S = 2.0


def refuses(environ: dict[str, Any], start_response: Callable[..., object]) -> list[bytes]:
    """Answer 500 to everything: a WSGI app."""
    environ["wsgi.input"].read()
    start_response("500 Internal Server Error", [("Content-Length", "0")])
    return []


def virtual_time() -> Iterator[Row]:
    """Give the time that the retries of thirty days take."""
    emulator = Emulator(Settings(ip1=Ip1Settings(), serve=ServeSettings(clock="manual")))
    [account] = emulator.ip1.accounts()
    emulator.ip1.put(account.owner, emulator.apps.mount(refuses), ())
    [message] = emulator.send([Submission("ip1", "46712345678", "456189040623", "Hello")])
    started = time.perf_counter()
    made = emulator.advance(timedelta(days=DAYS) - timedelta(seconds=1))
    seconds = time.perf_counter() - started
    assert len(made) == len(message.attempts) == ATTEMPTS
    yield Row(
        f"{DAYS} days of ip1 retries in virtual time ({ATTEMPTS:,} attempts)",
        f"{seconds:.2f} s",
        f"under {AIM_S:.0f} s",
        seconds < AIM_S,
    )
