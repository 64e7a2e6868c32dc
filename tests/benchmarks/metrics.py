"""What counting for `/metrics` costs a delivery: the whole path with it and without, in turns."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import cast
from urllib.request import urlopen

from mohook.delivery.message import Attempt, Message, State, Timings
from mohook.delivery.tally import AttemptTally
from mohook.store.store import Result
from tests.benchmarks.receivers import fast_receiver
from tests.benchmarks.table import Row, best, milliseconds, ratio
from tests.benchmarks.throughput import WHOLE_PATH, whole_path

__all__ = ["metrics"]

ROUNDS = 5
_BATCH = 64
_SERVED = "from mohook.cli import main; main()"
_UNCOUNTED = (
    "from mohook.delivery.tally import AttemptTally\n"
    f"AttemptTally.record = lambda self, results: None\n{_SERVED}"
)


def metrics() -> Iterator[Row]:
    """Give the rates, the ratio, what one attempt costs by itself, and one scrape."""
    with (
        fast_receiver() as url,
        _emulator(url, _SERVED) as counted,
        _emulator(url, _UNCOUNTED) as bare,
    ):
        rounds = [(whole_path(counted), whole_path(bare)) for _ in range(ROUNDS)]
        scrape = min(_scraped(counted) for _ in range(ROUNDS))
    with_it, without = (best(rates) for rates in zip(*rounds, strict=True))
    spread = min(rate for _, rate in rounds) / without
    yield Row("whole path, counted for /metrics", f"{with_it:,.0f}/s")
    yield Row("whole path, not counted", f"{without:,.0f}/s")
    yield Row(
        "counted against not counted",
        ratio(with_it, without),
        f"within the noise: {spread:.2f}, the slowest of those not counted against the fastest",
        with_it >= min(spread, 0.97) * without,
    )
    each = _recorded()
    share = each * without
    yield Row(
        "counting one attempt : one delivery on the whole path",
        f"{share:.3f} ({each * 1e6:.2f} µs)",
        "at most 0.03",
        share <= 0.03,
    )
    yield Row(f"one scrape, after {ROUNDS * WHOLE_PATH:,} deliveries", milliseconds(scrape))


@contextmanager
def _emulator(url: str, program: str) -> Iterator[str]:
    command = [sys.executable, "-c", program, "serve", "--json", "--port", "0", "--quiet"]
    command += ["--ip1-callback", url, "--keep", "1000"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout
        try:
            yield json.loads(process.stdout.readline())["url"]
        finally:
            process.terminate()


def _scraped(base: str) -> float:
    started = time.perf_counter()
    with urlopen(f"{base}/metrics", timeout=30) as answer:
        assert b"mohook_attempts_total" in answer.read()
    return time.perf_counter() - started


def _recorded() -> float:
    """Return the seconds that counting one attempt takes, by batches as they come."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    timings = Timings(0.0, 0.0001, 0.0, 0.0002, 0.002, 0.0021)
    attempt = Attempt(1, now, "200", 200, None, timings, "http://127.0.0.1/", (), b"", b"", b"")
    message = Message("m1", "ip1", "1", "2", "x", "ip1:a", b"{}", now, "http://127.0.0.1", now)
    recorded = SimpleNamespace(message=message, attempts=(attempt,), state=State.DELIVERED)
    results = [cast(Result, recorded)] * _BATCH
    tally, rounds = AttemptTally(), 2_000
    started = time.perf_counter()
    for _ in range(rounds):
        tally.record(results)
    return (time.perf_counter() - started) / (rounds * _BATCH)
