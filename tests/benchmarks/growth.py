"""What one message costs as they grow in number: a thousand to a million, accepted and delivered.

`--keep` decides what grows. One that is larger than all of them lets the store grow with each
message: that is the harder case. The default one, 10,000, holds the store at its bound, where
each message that finishes prunes another one: then it is what waits that grows.

Beside the time stands the emulator's own work on both cores: other programs on the machine
stretch the time, and leave that as it is. It takes in what asking for figures costs.
"""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import mean, median
from typing import NamedTuple
from urllib.request import Request, urlopen

import pytest

from tests.benchmarks.receivers import fast_receiver
from tests.benchmarks.table import Row
from tests.benchmarks.throughput import emulator, figures, post
from tests.postgres import state_url

__all__ = ["Cost", "growth", "rows"]

SIZES = (1_000, 10_000, 100_000, 1_000_000)
ON_POSTGRES = 100_000
"""The largest number there."""
AIM = 1.3
_ALL, _DEFAULT = 10_000_000, 10_000
_ROUNDS = 3
_TIMES = {1_000: 5, 10_000: 3}
"""How often each round measures a small number, so that no pause decides; a large one is
measured once, in the middle of the rounds."""
_LOT = 20_000
_WARM_UP = 5_000
_BOUND = 60_000
"""After so many, the default `--keep` drops as much as comes."""


class Cost(NamedTuple):
    """What one message took, in seconds: of time, and of the emulator's work."""

    time: float
    work: float


Costs = Mapping[int, Sequence[Cost]]
"""By how many messages there were."""


def growth(most: int = SIZES[-1]) -> Iterator[Row]:
    """Give what one message costs, by how many there are: `most` at most."""
    with fast_receiver() as url, tempfile.TemporaryDirectory() as folder:
        sizes = [size for size in SIZES if size <= most]
        yield from rows("in memory, all kept", _growing(url, [None] * len(sizes), sizes))
        yield from rows("in memory, 10,000 kept", _bounded(url, None, sizes))
        files = [str(Path(folder, f"{size}.sqlite")) for size in sizes]
        yield from rows("SQLite file, all kept", _growing(url, files, sizes))
        bounded = str(Path(folder, "bounded.sqlite"))
        yield from rows("SQLite file, 10,000 kept", _bounded(url, bounded, sizes))
        yield from _on_postgres(url, [size for size in sizes if size <= ON_POSTGRES])


def _on_postgres(url: str, sizes: Sequence[int]) -> Iterator[Row]:
    with ExitStack() as stack:
        try:
            states = [stack.enter_context(state_url()) for _ in sizes]
        except pytest.skip.Exception:
            return
        yield from rows("PostgreSQL, all kept", _growing(url, states, sizes))


def _growing(url: str, states: Sequence[str | None], sizes: Sequence[int]) -> Costs:
    """Measure each number in an emulator of its own, warm, whose store is empty every time."""
    with ExitStack() as stack:
        bases = [stack.enter_context(emulator(url, keep=_ALL, state=state)) for state in states]
        paces = [_cost(base, _WARM_UP, 0.0).time for base in bases]
        return _measured(dict(zip(sizes, bases, strict=True)), max(paces), empty=True)


def _bounded(url: str, state: str | None, sizes: Sequence[int]) -> Costs:
    """Measure all in one emulator, whose store holds as much as it ever will."""
    with emulator(url, keep=_DEFAULT, state=state) as base:
        pace = _cost(base, _BOUND, 0.0).time
        return _measured(dict.fromkeys(sizes, base), pace, empty=False)


def _measured(bases: Mapping[int, str], pace: float, *, empty: bool) -> Costs:
    costs: dict[int, list[Cost]] = {size: [] for size in bases}
    for number in range(_ROUNDS):
        for size, base in bases.items():
            for _ in range(_TIMES.get(size, int(number == _ROUNDS // 2))):
                if empty:
                    _reset(base)
                costs[size].append(_cost(base, size, pace))
                pace = min(pace, costs[size][-1].time)
    return costs


def _cost(base: str, size: int, pace: float) -> Cost:
    """Return what each of `size` messages takes, from the first byte sent to the last recorded.

    `pace` is what it takes more or less. Asking too often would slow what is measured.
    """
    lines = b"\n".join(
        b'{"provider":"ip1","from":"46712345678","to":"456189040623","body":"Hello %d"}' % number
        for number in range(min(size, _LOT))
    )
    before, worked = figures(base)["delivered"], _worked(base)
    started = time.perf_counter()
    for _ in range(0, size, _LOT):
        post(f"{base}/mohook/v1/messages", lines)
    while left := before + size - figures(base)["delivered"]:
        assert left > 0
        time.sleep(max(0.002, 0.8 * left * pace))
    took = time.perf_counter() - started
    return Cost(took / size, (_worked(base) - worked) / size)


def _worked(base: str) -> float:
    """Return how many seconds the emulator has kept cores busy."""
    with urlopen(f"{base}/metrics", timeout=30) as answer:
        [line] = re.findall(rb"^process_cpu_seconds_total (.+)$", answer.read(), re.MULTILINE)
    return float(line)


def _reset(base: str) -> None:
    with urlopen(Request(f"{base}/mohook/v1/reset", b""), timeout=120) as answer:
        assert answer.status == 204


def rows(what: str, measured: Costs) -> Iterator[Row]:
    """Give the median of each number of messages, and how far they lie apart."""
    times = {size: median(cost.time for cost in costs) for size, costs in measured.items()}
    least = min(times.values())
    for size, costs in measured.items():
        seen = f"{times[size] * 1e6:.0f} µs, {times[size] / least:.2f} of the least"
        work = mean(cost.work for cost in costs)
        yield Row(f"{what}: each of {size:,} messages", f"{seen}; {work * 1e6:.0f} µs of work")
    worst = max(times.values()) / least
    yield Row(f"{what}: the most against the least", f"{worst:.2f}", "at most 1.3", worst <= AIM)
