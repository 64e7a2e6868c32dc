"""The live driver: on a running clock, in a thread of its own, woken by work."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from itertools import pairwise
from threading import Event
from typing import Any

import pytest

from mohook.delivery.clock import RunningClock
from mohook.delivery.engine import Engine, Flight
from mohook.delivery.faults import FaultPlan
from mohook.delivery.live import LiveDriver
from mohook.delivery.message import Message, State
from mohook.delivery.transports.curl import CurlTransport
from mohook.delivery.transports.in_process import InProcessTransport
from mohook.delivery.transports.switchboard import Switchboard
from mohook.delivery.transports.transport import Exchange, Request, Transport
from mohook.store.memory import MemoryStore
from tests._receivers import Answer, Connection, Receiver, scripted
from tests.delivery.bench import outcomes, rules
from tests.store.made import MINUTE, new_message

FAST = 1000.0  # a minute in 60 ms


class Watched:
    """A transport that counts how often the loop waits."""

    def __init__(self, inner: Transport[Flight]) -> None:
        self._inner = inner
        self.waits = 0
        self.waiting = Event()

    @property
    def in_flight(self) -> int:
        return self._inner.in_flight

    def start(self, request: Request, token: Flight) -> None:
        self._inner.start(request, token)

    def wait(self, timeout: float | None) -> list[tuple[Flight, Exchange]]:
        self.waits += 1
        self.waiting.set()
        return self._inner.wait(timeout)

    def wake(self) -> None:
        self._inner.wake()

    def close(self) -> None:
        self._inner.close()


class Live:
    """A live driver on real sockets, and all that it stands on."""

    def __init__(self, url: str, factor: float, time_limit: timedelta) -> None:
        self.url = url
        self.store = MemoryStore()
        self.clock = RunningClock(factor)
        self.faults = FaultPlan()

        def curl() -> Transport[Flight]:
            return CurlTransport(time_limit=time_limit)

        self.transport = Watched(Switchboard(InProcessTransport(), curl))
        engine = Engine(
            store=self.store,
            clock=self.clock,
            transport=self.transport,
            routes=lambda _: url,
            rules=rules(),
            faults=self.faults,
            time_limit=time_limit,
        )
        self.driver = LiveDriver(engine, self.store, self.clock)

    def accept(self, provider: str = "intelepeer") -> Message:
        now = self.clock.now()
        origin = self.url.removesuffix("/inbound")
        message = new_message(
            self.store.next_id(),
            provider=provider,
            destination=origin,
            created_at=now,
            next_attempt_at=now,
        )
        self.store.accept([message])
        self.driver.wake()
        return message

    def wait_for(self, happened: Callable[[], bool]) -> None:
        """Wait on the journal until something has happened; fail after ten seconds."""
        deadline = time.monotonic() + 10
        while not happened():
            seen = self.store.journal.last
            if not happened():
                assert self.store.journal.wait(seen, deadline - time.monotonic())


@contextmanager
def live(
    receiver: Receiver, factor: float = FAST, time_limit: timedelta = timedelta(seconds=10)
) -> Iterator[Live]:
    running = Live(receiver.url, factor, time_limit)
    with closing(running.transport):
        running.driver.start()
        try:
            yield running
        finally:
            running.driver.stop()


@pytest.mark.slow
def test_retries_happen_by_themselves_at_their_time() -> None:
    """Two failures and a delivery, a minute of the running clock apart."""
    with scripted(Answer(500), Answer(503), Answer(200)) as receiver, live(receiver) as running:
        message = running.accept()
        running.wait_for(lambda: message.state is State.DELIVERED)
    assert outcomes(message) == ["500", "503", "200"]
    starts = [attempt.started_at for attempt in message.attempts]
    for earlier, later in pairwise(starts):
        assert later - earlier >= MINUTE


@pytest.mark.slow
def test_the_fifth_failure_is_the_end() -> None:
    """IntelePeer's five attempts in all, on sockets and a running clock."""
    with scripted(Answer(500)) as receiver, live(receiver) as running:
        message = running.accept()
        running.wait_for(lambda: message.state is State.FAILED)
        assert len(receiver.requests) == 5
    assert outcomes(message) == ["500"] * 5


def test_work_wakes_an_idle_loop() -> None:
    """With nothing due the loop sleeps without end; a new message is sent at once."""
    with scripted() as receiver, live(receiver, factor=1) as running:
        assert running.transport.waiting.wait(10)
        for _ in range(3):
            message = running.accept()
            running.wait_for(lambda: message.state is State.DELIVERED)  # noqa: B023 - asked at once
    assert len(receiver.requests) == 3


def test_work_that_comes_while_the_loop_starts_is_not_slept_over() -> None:
    """A message sent right after the start is delivered, though libcurl is still being loaded."""
    for _ in range(5):
        with scripted() as receiver, live(receiver, factor=1) as running:
            message = running.accept()
            running.wait_for(lambda: message.state is State.DELIVERED)  # noqa: B023 - asked at once


def test_an_idle_loop_does_not_turn() -> None:
    """It waits once with nothing due, and once with a retry ahead: woken by work, never polling."""
    with scripted(Answer(500)) as receiver, live(receiver, factor=1) as running:
        assert running.transport.waiting.wait(10)
        message = running.accept()
        running.wait_for(lambda: message.attempts_made == 1)
        before = running.transport.waits
        assert not running.store.journal.wait(running.store.journal.last, 0.1)
        assert running.transport.waits - before <= 1


def test_stopping_leaves_what_is_in_flight_pending() -> None:
    """The loop ends at once, though a receiver hangs; the message is still to be sent."""

    def hang(connection: Connection) -> None:
        connection.read_request()
        connection.hold()

    with Receiver(hang) as receiver:
        with live(receiver, factor=1) as running:
            message = running.accept()
            receiver.wait_for(1)
            started = time.monotonic()
            running.driver.stop()
            assert time.monotonic() - started < 2
        assert (message.state, message.attempts) == (State.PENDING, [])


def test_a_retry_months_ahead_does_not_stop_the_loop() -> None:
    """Another message is delivered after a wait longer than any that the system takes."""
    with scripted() as receiver, live(receiver, factor=1) as running:
        running.faults.add(["delay:9000d"])
        waits = running.accept()
        message = running.accept()
        running.wait_for(lambda: message.state is State.DELIVERED)
        assert (waits.state, waits.attempts) == (State.PENDING, [])


@pytest.mark.slow
def test_a_hanging_receiver_is_timed_out_and_tried_again() -> None:
    """The time limit is real time, whatever the clock's pace."""

    def hang(connection: Connection) -> None:
        connection.read_request()
        connection.hold()

    with (
        Receiver(hang) as receiver,
        live(receiver, time_limit=timedelta(milliseconds=50)) as running,
    ):
        message = running.accept()
        running.wait_for(lambda: message.attempts_made == 2)
    assert outcomes(message)[:2] == ["timeout", "timeout"]
    assert message.attempts[0].timings.total >= 0.05


def test_what_another_process_holds_for_a_moment_is_asked_for_now_and_then() -> None:
    """It is due, and handed out to nobody here: the loop does not spin until it is."""
    bench = Live("http://127.0.0.1:9/", 1.0, timedelta(seconds=1))
    claim, held = bench.store.claim, Event()

    def locked(*given: Any, **named: Any) -> list[Message]:
        return claim(*given, **named) if held.is_set() else []

    bench.store.claim = locked  # type: ignore[method-assign] # rows that another has locked
    bench.store.sharing = object()  # type: ignore[assignment] # whoever that is
    with closing(bench.transport):
        message = bench.accept()
        bench.driver.start()
        time.sleep(0.3)
        waits = bench.transport.waits
        held.set()
        bench.wait_for(lambda: message.attempts_made == 1)
        bench.driver.stop()
    assert 5 < waits < 100


def test_a_bug_that_ends_delivery_is_kept_to_be_told(caplog: pytest.LogCaptureFixture) -> None:
    """The thread ends, says so in the log, and the driver keeps the reason."""
    bench = Live("http://127.0.0.1:9/", 1.0, timedelta(seconds=1))
    with closing(bench.transport):
        broken = RuntimeError("no such lane")

        def breaks(*_: object, **_named: object) -> list[Message]:
            raise broken

        bench.store.claim = breaks  # type: ignore[method-assign] # the bug
        assert bench.driver.failure is None
        bench.driver.start()
        bench.driver.stop()
        assert bench.driver.failure is broken
    assert "delivery has stopped" in caplog.text
