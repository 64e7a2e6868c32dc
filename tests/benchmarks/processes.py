"""Several emulators on one PostgreSQL: what two deliver, and three, against what one does.

A receiver that answers at once leaves the cores as the only bound, and emulators, database,
receiver and sender share these; what several are for is a receiver that takes its time, of which
each has so many requests in flight (`serve.per_receiver`).
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from tests.benchmarks.receivers import fast_receiver, late_receiver
from tests.benchmarks.table import Row, best, ratio
from tests.benchmarks.throughput import emulator, figures, post
from tests.postgres import state_url

__all__ = ["processes"]

NUMBERS = (1, 2, 3)
ROUNDS = 3
LATE = 0.05
"""Seconds that the slower receiver takes for each request."""
_LINE = b'{"provider":"ip1","from":"46712345678","to":"456189040623","body":"Hello"}\n'


def processes() -> Iterator[Row]:
    """Give the deliveries a second of one, two and three, on both kinds of receiver."""
    try:
        with state_url():
            pass
    except pytest.skip.Exception:
        return
    with fast_receiver() as url:
        yield from _rows("answers at once", url, 18_000)
    with late_receiver(LATE) as url:
        yield from _rows(f"takes {LATE * 1000:.0f} ms", url, 6_000)


def _rows(receiver: str, url: str, count: int) -> Iterator[Row]:
    with ExitStack() as stack:
        states = [stack.enter_context(state_url()) for _ in NUMBERS]
        served = [
            [stack.enter_context(emulator(url, state=state)) for _ in range(number)]
            for number, state in zip(NUMBERS, states, strict=True)
        ]
        for bases in served:
            _rate(bases, count // 4)  # warm
        rounds = [[_rate(bases, count) for bases in served] for _ in range(ROUNDS)]
    one, two, three = (best(rates) for rates in zip(*rounds, strict=True))
    measure = f"1, 2, 3 emulators on one PostgreSQL, receiver {receiver}"
    yield Row(measure, f"{one:,.0f}/s, {two:,.0f}/s, {three:,.0f}/s")
    yield Row("… three against two", ratio(three, two), "more than 1", three > two)


def _rate(bases: Sequence[str], count: int) -> float:
    """Return deliveries a second: of as many messages, accepted by all of them alike."""
    before = figures(bases[0])["delivered"]
    begun = time.perf_counter()
    with ThreadPoolExecutor(len(bases)) as pool:
        list(pool.map(post_some, bases, [count // len(bases)] * len(bases)))
    while figures(bases[0])["delivered"] - before < count:
        time.sleep(0.05)
    return count / (time.perf_counter() - begun)


def post_some(base: str, count: int) -> None:
    """Post so many messages to one of them."""
    post(f"{base}/mohook/v1/messages", _LINE * count)
