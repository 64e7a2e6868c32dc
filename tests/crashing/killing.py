"""An emulator under load that is killed again and again, and what its receiver got.

The receiver's own log is the judge: it knows nothing of what the emulator believes.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from itertools import count
from random import Random
from threading import Event, Thread
from urllib.error import URLError
from urllib.request import Request, urlopen

from mohook.store.sql.opening import open_store
from mohook.store.store import MessageFilter
from tests.benchmarks.receivers import failing_receiver

__all__ = ["LANES", "Reckoning", "killed", "killed_among"]

LANES = 64
"""Requests in flight to one receiver (`serve.per_receiver`), and so unrecorded at a kill."""
_KEEP = 10_000_000
_LINES = 25
_SHARE = 0.1  # of requests that the receiver fails
_PATIENCE = 60.0  # seconds


@dataclass
class Reckoning:
    """What came of it, by messages and requests."""

    kills: int
    accepted: int = 0
    unanswered: int = 0
    """Messages whose sender got no answer: the kill came first. Either is right."""
    requests: int = 0
    lost: list[str] = field(default_factory=list)
    """Accepted, and never acknowledged by the receiver."""
    unrecorded: int = 0
    """Requests that the receiver got and the journal does not tell of: in flight at a kill."""
    unexplained: list[str] = field(default_factory=list)
    """What no kill explains: it costs a message one request at most, and all of them `LANES`."""


class _Load:
    """Sends messages as fast as they are taken, and remembers what was answered 201."""

    def __init__(self) -> None:
        self.accepted: set[str] = set()
        self.unanswered: set[str] = set()
        self._numbers = count(1)

    @contextmanager
    def on(self, url: str) -> Iterator[None]:
        ended = Event()
        threads = [Thread(target=self._send, args=(url, ended)) for _ in range(2)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            ended.set()
            for thread in threads:
                thread.join()

    def _send(self, url: str, ended: Event) -> None:
        while not ended.is_set():
            ids = [f"{next(self._numbers):024x}" for _ in range(_LINES)]
            lines = "\n".join(json.dumps(_message(each)) for each in ids).encode()
            headers = {"Content-Type": "application/x-ndjson"}
            try:
                with urlopen(Request(f"{url}/mohook/v1/messages", lines, headers), timeout=30) as a:
                    assert a.status == 201
            except (URLError, OSError):
                self.unanswered.update(ids)
                if ended.wait(0.01):
                    return
            else:
                self.accepted.update(ids)


def _message(wire_id: str) -> dict[str, object]:
    numbers = {"from": "46712345678", "to": "456189040623"}
    return {"provider": "ip1", **numbers, "body": "Hello", "fields": {"id": wire_id}}


def killed(where: str, kills: int, seed: int) -> Reckoning:
    """Kill `mohook serve --state WHERE` so often at moments drawn from `seed`; then let it end."""
    random, load = Random(seed), _Load()
    with failing_receiver(share=_SHARE, seed=seed) as receiver:
        for _ in range(kills):
            with _serving(where, receiver.url) as (process, url), load.on(url):
                time.sleep(random.uniform(0.02, 0.8))  # the moment, which is the point
                process.send_signal(signal.SIGKILL)
                process.wait()
        with _serving(where, receiver.url) as (process, url):
            _wait_until_settled(url)
            process.send_signal(signal.SIGTERM)
            process.wait(_PATIENCE)
        log = receiver.log()
    return _reckon(Reckoning(kills), load, log, _recorded(where))


def killed_among(where: str, number: int, kills: int, seed: int) -> Reckoning:
    """Let so many emulators share WHERE, all under load, and kill one after the other of them.

    Each is followed by a new one; at the end all are there.
    """
    random, load = Random(seed), _Load()
    with failing_receiver(share=_SHARE, seed=seed) as receiver, ExitStack() as held:
        served = deque(_Served(where, receiver.url, load) for _ in range(number))
        for each in served:
            held.enter_context(each)
        for _ in range(kills):
            time.sleep(random.uniform(0.5, 1.5))  # the moment, which is the point
            served.popleft().kill()
            served.append(held.enter_context(_Served(where, receiver.url, load)))
        time.sleep(random.uniform(0.5, 1.5))
        for each in served:
            each.unload()
        _wait_until_settled(served[0].url)
        for each in served:
            each.end()
        log = receiver.log()
    return _reckon(Reckoning(kills), load, log, _recorded(where))


class _Served:
    """One emulator of several, under load of its own until it is killed or unloaded."""

    def __init__(self, where: str, callback: str, load: _Load) -> None:
        self._where, self._callback, self._load = where, callback, load
        self._whole, self._under_load = ExitStack(), ExitStack()

    def __enter__(self) -> _Served:
        self._process, self.url = self._whole.enter_context(_serving(self._where, self._callback))
        self._under_load.enter_context(self._load.on(self.url))
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self.unload()
        self._whole.close()

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        self.unload()

    def unload(self) -> None:
        self._under_load.close()

    def end(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        assert self._process.wait(_PATIENCE) == 0


def _reckon(
    told: Reckoning, load: _Load, log: list[tuple[str, int]], recorded: Counter[str]
) -> Reckoning:
    got = Counter(identity for identity, _ in log)
    acknowledged = Counter(identity for identity, status in log if status == 200)
    told.accepted, told.unanswered = len(load.accepted), len(load.unanswered)
    told.requests = len(log)
    told.lost = sorted(load.accepted - acknowledged.keys())
    extra = {identity: got[identity] - recorded[identity] for identity in got}
    told.unrecorded = sum(extra.values())
    for identity, more in extra.items():
        # After an acknowledgement that was recorded, nothing more is sent.
        if not acknowledged[identity] - 1 <= more <= told.kills:
            seen = f"{got[identity]} got, {acknowledged[identity]} of them acknowledged"
            told.unexplained.append(f"{identity}: {seen}, {recorded[identity]} recorded")
    if told.unrecorded > LANES * told.kills:
        told.unexplained.append(f"{told.unrecorded} unrecorded after {told.kills} kills")
    told.unexplained += [f"{each}: recorded, and never got" for each in recorded - got]
    unknown = set(got) - load.accepted - load.unanswered
    told.unexplained += [f"{each}: never sent" for each in unknown]
    return told


def _recorded(where: str) -> Counter[str]:
    """Return how many attempts stand in the state, by the id that the receiver knows."""
    with closing(open_store(where, keep=_KEEP)) as store:
        found = store.messages(MessageFilter(limit=None))
        return Counter({json.loads(each.payload)["id"]: len(each.attempts) for each in found})


@contextmanager
def _serving(where: str, callback: str) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    command = [sys.executable, "-m", "mohook", "serve", "--json", "--port", "0", "--quiet"]
    command += ["--state", where, "--ip1-callback", callback, "--keep", str(_KEEP)]
    quick = {"MOHOOK_IP1_RETRY_INTERVAL": "500ms"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=os.environ | quick
    ) as process:
        assert process.stdout
        try:
            line = process.stdout.readline()
            assert line, f"the emulator ended with {process.wait()}"
            yield process, json.loads(line)["url"]
        finally:
            if process.poll() is None:
                process.kill()


def _wait_until_settled(url: str) -> None:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        with urlopen(f"{url}/mohook/v1/reports/sms", timeout=30) as answer:
            if not json.load(answer)["pending"]:
                return
        time.sleep(0.1)
    msg = f"messages are still pending after {_PATIENCE:.0f} s"
    raise AssertionError(msg)
