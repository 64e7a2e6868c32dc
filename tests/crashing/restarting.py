"""Emulators under load whose database server is restarted, and what their receiver got.

A server that is stopped at once, as if it crashed, forgets the results and the claims of its last
moments: then attempts are made again, those too that were made meanwhile under such a claim. Of
several emulators, one that is late to be there again loses to the others what it had in flight.
Nothing else explains a request that nobody recorded.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from random import Random
from urllib.error import HTTPError
from urllib.request import urlopen

from tests.benchmarks.receivers import FailingReceiver, failing_receiver
from tests.crashing.killing import SHARE, Served, end_settled
from tests.crashing.loading import Load
from tests.crashing.reckoning import Reckoning, reckon, recorded_in
from tests.own_postgres import Mode, OwnPostgres

__all__ = ["outside", "restarted"]

Log = Sequence[tuple[str, int]]
_FORGETS = 0.6
"""Seconds before a crash that are forgotten at most: three times `wal_writer_delay`, and a bit."""
_PAUSE = 0.05  # seconds
_PATIENCE = 30.0


def restarted(
    server: OwnPostgres, number: int, modes: Sequence[Mode], seed: int
) -> tuple[Reckoning, Load]:
    """Restart the server that so many emulators share, at moments drawn from `seed`."""
    random, load, where = Random(seed), Load(_PAUSE), server.new_state()
    with failing_receiver(share=SHARE, seed=seed) as receiver, ExitStack() as held:
        served = [Served(where, receiver.url, load) for _ in range(number)]
        for each in served:
            held.enter_context(each)
        windows = []
        for mode in modes:
            time.sleep(random.uniform(0.05, 0.4))  # the moment, which is the point
            windows.append(_restart(server, mode, receiver, [each.url for each in served]))
            _wait_until(_more_is_accepted(load))
        end_settled(served)
        log = receiver.log()
    crashes = len(modes) if number > 1 else modes.count("immediate")
    recorded = recorded_in(where)
    told = Reckoning(crashes, sum(end - begin for begin, end in windows))
    told = reckon(told, load, log, recorded)
    told.unexplained += outside(windows, log, recorded)
    return told, load


def _restart(
    server: OwnPostgres, mode: Mode, receiver: FailingReceiver, urls: Sequence[str]
) -> tuple[int, int]:
    """Return between which of its requests the receiver got those that it may get again."""
    begin = len(receiver.log())
    if mode == "immediate" or len(urls) > 1:
        time.sleep(_FORGETS)
    server.stop(mode)
    for url in urls:
        status, told = health(url)
        assert status == 503, told
        assert "the store is away" in told
    server.start()
    for url in urls:
        _wait_until(lambda url=url: health(url)[0] == 200)  # type: ignore[misc]
    return begin, len(receiver.log())


def health(url: str) -> tuple[int, str]:
    """Return the status of an emulator's health, and what it tells."""
    try:
        with urlopen(f"{url}/mohook/v1/health", timeout=_PATIENCE) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as refusal:
        with refusal:
            return refusal.code, json.load(refusal)["detail"]


def outside(windows: Sequence[tuple[int, int]], log: Log, recorded: Counter[str]) -> list[str]:
    """Tell what was sent more often than the journal tells, and not just before a crash."""
    got = Counter(identity for identity, _ in log)
    forgotten = Counter(identity for begin, end in windows for identity, _ in log[begin:end])
    told = (got - recorded) - forgotten
    return [f"{identity}: {more} more, at no crash" for identity, more in told.items()]


def _more_is_accepted(load: Load) -> Callable[[], bool]:
    before = len(load.accepted)
    return lambda: len(load.accepted) > before


def _wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)
