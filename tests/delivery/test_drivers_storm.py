"""The clock is changed at random under load: each message arrives as often as is recorded."""

from __future__ import annotations

import itertools
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from random import Random
from threading import Event

import pytest

from mohook.delivery.message import State
from mohook.emulator import Emulator
from mohook.errors import ConflictError
from mohook.store.journal import CLOCK_CHANGED
from mohook.store.store import MessageFilter
from tests._receivers import Answer, Connection, Receiver
from tests.delivery.changing import in_thread, new_emulator
from tests.emulators import ip1

HOUR = timedelta(hours=1)


@contextmanager
def started(url: str) -> Iterator[Emulator]:
    emulator = new_emulator(url, "real", per_receiver=16)
    emulator.start()
    try:
        yield emulator
    finally:
        emulator.stop()


class Flaky:
    """Answers, fails, and hangs up without an answer, drawn for each request."""

    def __init__(self) -> None:
        self._random = Random(5)

    def __call__(self, connection: Connection) -> None:
        while True:
            connection.read_request()
            drawn = self._random.random()
            if drawn < 0.05:
                connection.pause(0.02)
            if drawn < 0.1:
                connection.reset()
                return
            connection.send(Answer(500 if drawn < 0.4 else 200).wire)


class Storm:
    """Clocks change, hands move and messages come, each from threads of its own, for a while."""

    SENT = 300

    def __init__(self, emulator: Emulator, seed: int) -> None:
        self._emulator = emulator
        self._randoms = (Random(f"{seed} {n}") for n in itertools.count())
        self._ends = time.monotonic() + 3
        self._pause = Event().wait
        self.done: Counter[str] = Counter()

    def rage(self) -> None:
        work = [self._sending, *[self._changing, self._moving, self._reading] * 2]
        threads = [in_thread(each) for each in work]
        for thread, came in threads:
            thread.join(30)
            assert came == [None]

    def _sending(self) -> None:
        for _ in range(self.SENT // 5):
            self._emulator.send([ip1(count=5)])
            self._emulator.settle()
            self._pause(0.02)

    def _changing(self) -> None:
        random = next(self._randoms)
        while time.monotonic() < self._ends:
            mode = random.choice(["real", "manual", "manual", "x60", "x20000", "x1000000"])
            self._emulator.change_clock(mode)
            self.done["changed"] += 1
            self._pause(random.random() * 0.02)

    def _moving(self) -> None:
        random = next(self._randoms)
        while time.monotonic() < self._ends:
            try:
                random.choice([self._emulator.run_next, lambda: self._emulator.advance(HOUR)])()
                self.done["moved"] += 1
            except ConflictError:
                self.done["refused"] += 1
            self._pause(random.random() * 0.01)

    def _reading(self) -> None:
        before = self._emulator.clock.now()
        while time.monotonic() < self._ends:
            now = self._emulator.clock.now()
            assert before <= now
            before = now
            self._pause(0.0005)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_every_message_arrives_as_often_as_recorded(seed: int) -> None:
    """However the clock is changed and moved under load, each POST is one attempt, recorded."""
    with Receiver(Flaky()) as receiver, started(receiver.url) as emulator:
        storm = Storm(emulator, seed)
        storm.rage()
        emulator.change_clock("manual")
        emulator.run_until_idle(max_attempts=100_000)
        assert emulator.failure is None
        arrived = Counter(request.body for request in receiver.requests)
    messages = emulator.store.messages(MessageFilter(limit=None))
    assert Counter(message.state for message in messages) == {State.DELIVERED: storm.SENT}
    assert {each.payload: each.attempts_made for each in messages} == arrived
    assert sum(arrived.values()) > storm.SENT * 1.3
    assert min(storm.done[what] for what in ("changed", "moved", "refused")) > 20


@pytest.mark.slow
def test_no_retry_comes_early_however_the_clock_changes() -> None:
    """Ten minutes of the emulator's time lie between two attempts, and the journal is in order."""
    with Receiver(Flaky()) as receiver, started(receiver.url) as emulator:
        Storm(emulator, 7).rage()
    told = [
        each.at for each in emulator.store.journal.after(0, 10**6) if each.kind == CLOCK_CHANGED
    ]
    assert told == sorted(told)
    messages = emulator.store.messages(MessageFilter(limit=None))
    apart = [
        later.started_at - earlier.started_at
        for message in messages
        for earlier, later in itertools.pairwise(message.attempts)
    ]
    assert len(apart) > 30
    assert min(apart) >= timedelta(minutes=10)
