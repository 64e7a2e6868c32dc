"""A hundred receivers that hang do not slow a healthy one."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from statistics import quantiles

from mohook.cli.process import raise_file_limit
from mohook.delivery.clock import RunningClock
from mohook.emulator import Emulator
from mohook.settings import DeliverySettings, IntelePeerSettings, Settings
from mohook.store.memory import MemoryStore
from mohook.store.store import Result
from mohook.submission import Submission
from tests.benchmarks.receivers import HangingReceiver, fast_receiver, hanging_receiver
from tests.benchmarks.table import Row, milliseconds

__all__ = ["isolation"]

RECEIVERS = 100
HUNG = 5_000
WARM_UP = 200
MESSAGES = 2_000
PAUSE = 0.002
AIM_MS = 50.0
SENDER = "+7708675309"
HEALTHY = "+12025550100"


class Stopwatch(MemoryStore):
    """A store that notes how long each delivery took, in seconds, from due to recorded."""

    def __init__(self, clock: RunningClock) -> None:
        super().__init__(keep=10 * HUNG)
        self.seconds: list[float] = []
        self._clock = clock

    def record(self, results: Iterable[Result]) -> None:
        """Record, and note the time since each message was due."""
        results = list(results)
        super().record(results)
        now = self._clock.now()
        self.seconds += [(now - each.message.created_at).total_seconds() for each in results]


def isolation() -> Iterator[Row]:
    """Give the 99th percentile from due to delivered, alone and beside hung requests."""
    raise_file_limit()
    with fast_receiver() as url, hanging_receiver(RECEIVERS, HUNG) as hanging:
        alone = p99(delivered(url, None))
        beside = p99(delivered(url, hanging))
    yield Row("99th percentile from due to delivered, alone", milliseconds(alone))
    yield Row(f"the same beside {HUNG:,} hung requests", milliseconds(beside))
    slower = (beside - alone) * 1000
    yield Row("slower by", f"{slower:.1f} ms", f"at most {AIM_MS:.0f} ms", slower <= AIM_MS)


def p99(seconds: Sequence[float]) -> float:
    """Return the 99th percentile."""
    return quantiles(seconds, n=100)[98]


def delivered(url: str, hanging: HangingReceiver | None) -> Sequence[float]:
    """Return how long each of many deliveries to `url` took, a few at a time."""
    clock = RunningClock()
    store = Stopwatch(clock)
    settings = Settings(
        intelepeer=IntelePeerSettings(webhook=url),
        delivery=DeliverySettings(time_limit=timedelta(minutes=10)),
    )
    emulator = Emulator(settings, clock=clock, store=store)
    emulator.start()
    try:
        if hanging:
            hang(emulator, hanging)
        send(emulator, store, WARM_UP)
        store.seconds.clear()
        send(emulator, store, MESSAGES)
    finally:
        emulator.stop()
    return store.seconds


def send(emulator: Emulator, store: Stopwatch, count: int) -> None:
    """Send messages one by one, and wait until all are delivered."""
    for number in range(count):
        emulator.send([Submission("intelepeer", SENDER, HEALTHY, f"Hello {number}")])
        time.sleep(PAUSE)
    while len(store.seconds) < count:
        time.sleep(0.05)


def hang(emulator: Emulator, hanging: HangingReceiver) -> None:
    """Put `HUNG` requests in flight that get no answer."""
    before = hanging.held()
    for place, url in enumerate(hanging.urls):
        number = f"+1303555{place:04}"
        emulator.intelepeer.put_number(number, webhook=url)
        hung = Submission("intelepeer", SENDER, number, "Hello?", count=HUNG // RECEIVERS)
        emulator.send([hung])
    while hanging.held() - before < HUNG:
        time.sleep(0.05)
