"""A day of virtual time: a message every second, to a receiver that fails one request in five.

Each way runs in a process of its own (`python -m tests.benchmarks.day WHERE RECEIVER SECONDS`), so
that its memory is its own. What it did is checked against the receiver's log.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from mohook.delivery.clock import ManualClock
from mohook.emulator import Emulator
from mohook.settings import Settings
from mohook.store.memory import MemoryStore
from mohook.store.sql.opening import open_store
from mohook.submission import Submission
from tests.benchmarks.memory import resident
from tests.benchmarks.receivers import failing_receiver
from tests.benchmarks.table import Row

__all__ = ["Lived", "against_chance", "against_log", "day", "live"]

DAY = 86_400
SHARE = 0.2
SEED = 20
MEMORY, IN_PROCESS = "memory", "in-process"
_TRIES = 5
"""After so many, IntelePeer gives up."""
_IP1 = Submission("ip1", "46712345678", "456189040623", "Hello")
_INTELEPEER = Submission("intelepeer", "+7708675309", "+12025550100", "Hello")
_A_SECOND = timedelta(seconds=1)


class Lived(NamedTuple):
    """How a day went: real seconds, memory in megabytes, and what was counted."""

    seconds: float
    resident_before: int
    resident: int
    pending: int
    figures: dict[str, Any]

    def of(self, provider: str, what: str) -> int:
        """Return what was counted for one provider."""
        number: int = self.figures["by_provider"][provider][what]
        return number


def day(seconds: int = DAY) -> Iterator[Row]:
    """Give what a day takes, and what is held at its end."""
    with tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder, "day.sqlite"))
        for what, where in (("in memory", MEMORY), ("on an SQLite file", file)):
            with failing_receiver(share=SHARE, seed=SEED) as receiver:
                lived = _in_a_child(where, receiver.url, seconds)
                against_log(lived, receiver.log())
            yield from _rows(f"{what}, over HTTP", lived, seconds)
    lived = _in_a_child(MEMORY, IN_PROCESS, seconds)
    yield from _rows("in memory, app in the same process", lived, seconds)


def _in_a_child(where: str, receiver: str, seconds: int) -> Lived:
    command = [sys.executable, "-m", "tests.benchmarks.day", where, receiver, str(seconds)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    lived = Lived(*json.loads(done.stdout))
    against_chance(lived, seconds)
    return lived


def live(where: str, receiver: str, seconds: int) -> Lived:
    """Send a message each second, and then deliver until nothing is pending."""
    clock = ManualClock()
    store = MemoryStore() if where == MEMORY else open_store(where)
    emulator = Emulator(Settings(), clock=clock, store=store)
    try:
        _connect(emulator, receiver)
        before, started = resident(), time.perf_counter()
        for second in range(seconds):
            emulator.send([_INTELEPEER if second % 2 else _IP1])
            emulator.advance(_A_SECOND)
        emulator.run_until_idle(max_attempts=seconds)
        took = time.perf_counter() - started
        figures = store.figures()
        return Lived(took, before, resident(), store.pending(), asdict(figures))
    finally:
        emulator.stop()


def _connect(emulator: Emulator, receiver: str) -> None:
    url = receiver
    if receiver == IN_PROCESS:
        url = emulator.apps.mount(_failing(Random(SEED)))
    [account] = emulator.ip1.accounts()
    emulator.ip1.put(account.owner, url, ())
    emulator.intelepeer.put_default_webhook(url)


def _failing(chance: Random) -> Callable[..., Iterable[bytes]]:
    def app(environ: dict[str, Any], start_response: Callable[..., object]) -> list[bytes]:
        environ["wsgi.input"].read()
        failed = chance.random() < SHARE
        status = "500 Internal Server Error" if failed else "200 OK"
        start_response(status, [("Content-Length", "0")])
        return []

    return app


def against_chance(lived: Lived, seconds: int) -> None:
    """Raise AssertionError where a day did not end as one must, or as chance hardly lets it."""
    figures = lived.figures
    ip1 = (seconds + 1) // 2
    intelepeer = seconds - ip1
    assert lived.pending == 0, lived
    assert lived.of("ip1", "delivered") == ip1, lived
    assert lived.of("intelepeer", "delivered") + figures["failed"] == intelepeer, lived
    assert figures["attempts"] == figures["failed_attempts"] + figures["delivered"], lived
    given_up = intelepeer * SHARE**_TRIES
    assert abs(figures["failed"] - given_up) <= 4 * given_up**0.5 + 1, lived
    attempts, spread = seconds / (1 - SHARE), (seconds * SHARE) ** 0.5 / (1 - SHARE)
    assert abs(figures["attempts"] - attempts) <= 5 * spread, lived


def against_log(lived: Lived, log: Iterable[tuple[str, int]]) -> None:
    """Raise AssertionError where the emulator and the receiver tell different things of a day.

    Each message ends with its only 200, or has been refused as often as IntelePeer tries.
    """
    answers: defaultdict[str, list[int]] = defaultdict(list)
    for identity, status in log:
        answers[identity].append(status)
    ends = Counter((each[-1] == 200, each.count(200), len(each)) for each in answers.values())
    delivered = sum(number for (ended, oks, _), number in ends.items() if ended and oks == 1)
    failed = ends[False, 0, _TRIES]
    assert (delivered, failed) == (lived.figures["delivered"], lived.figures["failed"]), ends
    assert delivered + failed == len(answers), ends
    assert sum(map(len, answers.values())) == lived.figures["attempts"], ends


def _rows(what: str, lived: Lived, seconds: int) -> Iterator[Row]:
    figures, grown = lived.figures, lived.resident - lived.resident_before
    hours = seconds / 3600
    yield Row(
        f"{hours:g} hours of virtual time, {seconds:,} messages, {what}", f"{lived.seconds:.1f} s"
    )
    yield Row("… resident memory at the end, grown by", f"{lived.resident} MB, {grown} MB")
    yield Row(
        "… delivered, failed, attempts",
        f"{figures['delivered']:,}, {figures['failed']:,}, {figures['attempts']:,}",
    )


if __name__ == "__main__":
    print(json.dumps(live(sys.argv[1], sys.argv[2], int(sys.argv[3]))))
