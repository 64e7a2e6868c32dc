"""A clock that is made to stand while results wait to be recorded: whoever moves it goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from time import monotonic, sleep

import pytest

from mohook.delivery.clock import ChangeableClock, RunningClock
from mohook.delivery.engine import Engine, Flight
from mohook.delivery.faults import FaultPlan
from mohook.delivery.live import LiveDriver
from mohook.delivery.message import State
from mohook.delivery.transports.transport import Exchange
from mohook.errors import StoreAwayError
from mohook.store.memory import MemoryStore
from mohook.store.store import Result
from tests.delivery.bench import Bench, FakeTransport, rules
from tests.store.made import HERE, new_message

PATIENCE = 10.0  # seconds


class Transport(FakeTransport):
    """One that tells where somebody would wait for nothing."""

    def wait(self, timeout: float | None) -> list[tuple[Flight, Exchange]]:
        assert self.in_flight or timeout is not None, "waits for what never comes"
        return super().wait(timeout)


class Store(MemoryStore):
    """Lasts, and is away for a moment."""

    lasting = True
    is_away = True

    def record(self, results: Iterable[Result]) -> None:
        if self.is_away:
            raise StoreAwayError("no room on the disk")
        super().record(results)


@pytest.mark.parametrize("sharing", [None, "others"], ids=["in the same thread", "beside"])
def test_what_waits_to_be_recorded_is_recorded_first(
    sharing: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The store was away as the clock was made to stand, and delivery by itself has ended."""
    monkeypatch.setattr("tests.delivery.bench.MemoryStore", Store)
    monkeypatch.setattr(Store, "sharing", sharing)
    bench = Bench(transport=Transport())
    assert isinstance(bench.store, Store)
    message = bench.accept()
    bench.engine.start_due()
    wait_for(lambda: is_told_of_trouble(bench.engine))
    bench.store.is_away = False
    assert [attempt.outcome for attempt in bench.driver.settle()] == ["200"]
    assert message.state is State.DELIVERED
    assert not bench.engine.in_flight


def is_told_of_trouble(engine: Engine) -> bool:
    try:
        engine.collect(0.001, in_lots=True)
    except StoreAwayError:
        return True
    return False


class Slow(FakeTransport):
    """One that blocks a little where nothing has ended."""

    def wait(self, timeout: float | None) -> list[tuple[Flight, Exchange]]:
        ended = super().wait(timeout)
        if not ended and timeout != 0:
            sleep(0.002)
        return ended


def test_what_was_in_flight_ends_though_the_store_is_away_for_a_moment() -> None:
    """Nobody has to move the clock for that, and all is well then."""
    store, clock, transport = Store(), ChangeableClock(RunningClock()), Slow(lambda _: None)
    engine = Engine(
        store=store,
        clock=clock,
        transport=transport,
        routes=lambda _: HERE,
        rules=rules(),
        faults=FaultPlan(),
        time_limit=timedelta(seconds=10),
    )
    message = new_message("m1", created_at=clock.now(), next_attempt_at=clock.now())
    store.accept([message])
    driver = LiveDriver(engine, store, clock)
    driver.start()
    try:
        wait_for(lambda: bool(transport.started))
        clock.change("manual")
        driver.rouse()
        transport.let_go()
        wait_for(lambda: driver.trouble is not None)
        store.is_away = False
        wait_for(lambda: message.state is State.DELIVERED)
        wait_for(lambda: driver.trouble is None)
    finally:
        driver.stop()


def wait_for(happened: Callable[[], bool]) -> None:
    until = monotonic() + PATIENCE
    while not happened():
        assert monotonic() < until
        sleep(0.002)
