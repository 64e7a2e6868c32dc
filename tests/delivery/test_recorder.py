"""Results are recorded in lots, beside sending or not, and again where the store was away."""

from __future__ import annotations

import time
from collections.abc import Iterable
from threading import Event, Semaphore

import pytest

from mohook.delivery.engine import Flight
from mohook.delivery.message import State
from mohook.delivery.recorder import MANY, Recorder
from mohook.errors import StoreAwayError
from mohook.store.store import Result
from tests.store.made import HERE, NOON, new_message
from tests.store.steps import Seconds

PATIENCE = 10.0  # seconds


class Store:
    """Records when it is let, or says that it is away."""

    def __init__(self) -> None:
        self.is_away = False
        self.busy, self.may = Event(), Semaphore(0)
        self.lots: list[list[int]] = []

    def record(self, results: Iterable[Result]) -> None:
        self.busy.set()
        assert self.may.acquire(timeout=PATIENCE)
        if self.is_away:
            raise StoreAwayError("no room on the disk")
        self.lots.append([result.claim or 0 for result in results])


class Bench:
    """A recorder of results that are known by their claims, and the store that it writes into."""

    def __init__(self, *, beside: bool = True) -> None:
        self.store = Store()
        self.seconds = Seconds()
        self.wakes = Semaphore(0)
        self.recorder = Recorder(
            self.store,  # type: ignore[arg-type] # the one method of it
            self.wakes.release,
            beside=beside,
            seconds=self.seconds,
        )

    def give(self, *claims: int, last: bool = True) -> list[Flight]:
        flights = [
            Flight(new_message(f"m{claim}"), HERE, HERE, b"", NOON, None, claim=claim)
            for claim in claims
        ]
        results = [
            Result(flight.message, (), State.DELIVERED, None, flight.claim) for flight in flights
        ]
        self.recorder.give(list(zip(flights, results, strict=True)), last=last)
        return flights

    def taken(self) -> list[int | None]:
        """Wait until it wakes its engine, and return what it has recorded."""
        assert self.wakes.acquire(timeout=PATIENCE)
        return [result.claim for _, result in self.recorder.take()]


def test_what_comes_while_one_lot_is_written_is_the_next() -> None:
    bench = Bench()
    bench.give(1)
    assert bench.store.busy.wait(PATIENCE)
    bench.give(2, 3)
    bench.give(4)
    assert bench.recorder.backlog == 4
    bench.store.may.release(2)
    assert bench.taken() + bench.taken() == [1, 2, 3, 4]
    assert bench.store.lots == [[1], [2, 3, 4]]
    assert bench.recorder.backlog == 0


def test_where_the_store_is_away_it_tells_and_tries_again() -> None:
    """Nothing is lost, and all stays in order."""
    bench = Bench()
    bench.store.is_away = True
    bench.give(1, 2)
    bench.store.may.release()
    with pytest.raises(StoreAwayError, match="no room"):
        bench.taken()
    bench.give(3)
    assert bench.recorder.backlog == 3
    bench.store.is_away = False
    bench.store.may.release(2)
    recorded = bench.taken()
    if len(recorded) == 2:  # the third came when the first two were under way again
        recorded += bench.taken()
    assert recorded == [1, 2, 3]


def test_what_was_handed_out_anew_meanwhile_is_recorded_under_the_new_claim() -> None:
    """Its lease ran out while it waited to be recorded: the result is not lost by that."""
    bench = Bench()
    bench.give(1)
    assert bench.store.busy.wait(PATIENCE)
    (late,) = bench.give(2)
    late.claim = 7
    bench.store.may.release(2)
    assert bench.taken() + bench.taken() == [1, 7]


def test_at_the_end_what_is_left_is_recorded() -> None:
    bench = Bench()
    bench.give(1)
    assert bench.store.busy.wait(PATIENCE)
    bench.give(2)
    bench.store.may.release(2)
    bench.recorder.close(PATIENCE)
    assert bench.store.lots == [[1], [2]]


def test_at_the_end_what_could_not_be_recorded_is_tried_once_more() -> None:
    """The store may be there again, and nobody has asked since."""
    bench = Bench()
    bench.store.is_away = True
    bench.give(1)
    bench.store.may.release()
    assert bench.wakes.acquire(timeout=PATIENCE)
    bench.store.is_away = False
    bench.store.may.release()
    bench.recorder.close(PATIENCE)
    assert bench.store.lots == [[1]]


def test_a_store_that_stays_away_does_not_keep_it_from_ending() -> None:
    bench = Bench()
    bench.store.is_away = True
    bench.store.may.release(9)
    bench.give(1)
    begun = time.monotonic()
    bench.recorder.close(PATIENCE)
    assert time.monotonic() - begun < PATIENCE / 2
    assert bench.store.lots == []


def test_without_a_thread_a_lot_waits_for_others_some_milliseconds() -> None:
    """The engine is told how long that is, so that it waits for requests no longer."""
    bench = Bench(beside=False)
    bench.store.may.release(1)
    bench.give(1, last=False)
    bench.give(2, last=False)
    assert bench.recorder.take() == []
    assert bench.recorder.bounded(None) == bench.recorder.bounded(9.0) == pytest.approx(0.004)
    assert bench.recorder.bounded(0.001) == 0.001
    bench.seconds.pass_by(0.004)
    assert bench.recorder.bounded(None) == 0.0
    assert len(bench.recorder.take()) == 2
    assert bench.store.lots == [[1, 2]]
    assert bench.recorder.bounded(None) is None


def test_without_a_thread_a_large_lot_waits_for_nothing_and_nor_does_the_last() -> None:
    bench = Bench(beside=False)
    bench.store.may.release(2)
    bench.give(*range(1, MANY), last=False)
    assert bench.recorder.take() == []
    bench.give(MANY, last=False)
    assert len(bench.recorder.take()) == MANY
    bench.give(MANY + 1, last=True)
    assert len(bench.recorder.take()) == 1
    assert bench.recorder.backlog == 0


def test_without_a_thread_too_nothing_is_lost_where_the_store_is_away() -> None:
    bench = Bench(beside=False)
    bench.store.is_away = True
    bench.store.may.release(3)
    bench.give(1)
    with pytest.raises(StoreAwayError):
        bench.recorder.take()
    bench.give(2)
    bench.store.is_away = False
    assert [result.claim for _, result in bench.recorder.take()] == [1, 2]
    bench.give(3, last=False)
    bench.recorder.close(PATIENCE)
    assert bench.store.lots == [[1, 2], [3]]
