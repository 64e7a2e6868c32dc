"""An emulator under load that is killed again and again, and what its receiver got."""

from __future__ import annotations

import signal
import time
from collections import deque
from collections.abc import Sequence
from contextlib import ExitStack
from random import Random

from tests.benchmarks.receivers import failing_receiver
from tests.crashing.loading import Load
from tests.crashing.reckoning import AT_STAKE, Reckoning, reckon, recorded_in
from tests.crashing.serving import ended, serving, wait_until_settled

__all__ = ["SHARE", "Served", "end_settled", "killed", "killed_among"]

SHARE = 0.1
"""Of requests, that the receiver fails."""


def killed(where: str, kills: int, seed: int) -> Reckoning:
    """Kill `mohook serve --state WHERE` so often at moments drawn from `seed`; then let it end."""
    random, load = Random(seed), Load()
    with failing_receiver(share=SHARE, seed=seed) as receiver:
        for _ in range(kills):
            with serving(where, receiver.url) as (process, url), load.on(url):
                time.sleep(random.uniform(0.02, 0.8))  # the moment, which is the point
                process.send_signal(signal.SIGKILL)
                process.wait()
        with serving(where, receiver.url) as (process, url):
            wait_until_settled(url)
            ended(process)
        log = receiver.log()
    return reckon(Reckoning(kills, AT_STAKE * kills), load, log, recorded_in(where))


def killed_among(where: str, number: int, kills: int, seed: int) -> Reckoning:
    """Let so many emulators share WHERE, all under load, and kill one after the other of them.

    Each is followed by a new one; at the end all are there.
    """
    random, load = Random(seed), Load()
    with failing_receiver(share=SHARE, seed=seed) as receiver, ExitStack() as held:
        served = deque(Served(where, receiver.url, load) for _ in range(number))
        for each in served:
            held.enter_context(each)
        for _ in range(kills):
            time.sleep(random.uniform(0.5, 1.5))  # the moment, which is the point
            served.popleft().kill()
            served.append(held.enter_context(Served(where, receiver.url, load)))
        time.sleep(random.uniform(0.5, 1.5))
        end_settled(served)
        log = receiver.log()
    return reckon(Reckoning(kills, AT_STAKE * kills), load, log, recorded_in(where))


def end_settled(served: Sequence[Served]) -> None:
    """End their load, wait until nothing is pending, and have each end in order."""
    for each in served:
        each.unload()
    wait_until_settled(served[0].url)
    for each in served:
        each.end()


class Served:
    """One emulator of several, under load of its own until it is killed or unloaded."""

    def __init__(self, where: str, callback: str, load: Load) -> None:
        self._where, self._callback, self._load = where, callback, load
        self._whole, self._under_load = ExitStack(), ExitStack()

    def __enter__(self) -> Served:
        self._process, self.url = self._whole.enter_context(serving(self._where, self._callback))
        self._under_load.enter_context(self._load.on(self.url))
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self.unload()
        self._whole.close()

    def kill(self) -> None:
        """Kill it, and end its load."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        self.unload()

    def unload(self) -> None:
        """End its load."""
        self._under_load.close()

    def end(self) -> None:
        """Have it end, in order."""
        assert ended(self._process) == 0
