"""What comes while a write is under way is written together, by one of those who wait for it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Event

import pytest

from mohook.errors import StoreAwayError
from mohook.store.sql.gathering import Gathering, _Given
from mohook.store.sql.opening import open_store
from tests.store.made import new_message
from tests.store.steps import ids

PATIENCE = 10.0  # seconds


class Disk:
    """Takes its time for the first write, until it is told; remembers what came together."""

    def __init__(self) -> None:
        self.is_full = False
        self.problem: BaseException = OSError("full")
        self.busy, self.ready = Event(), Event()
        self.lots: list[list[int]] = []

    def write(self, lot: Sequence[int]) -> None:
        self.busy.set()
        assert self.ready.wait(PATIENCE)
        if self.is_full and self.lots:
            raise self.problem
        self.lots.append(list(lot))


def written_behind_the_first(
    pool: ThreadPoolExecutor, disk: Disk, gathering: Gathering[int], number: int
) -> list[Future[None]]:
    """Give 0, and so many more in order while that is being written; then let the disk go on."""
    calls = [pool.submit(gathering, 0)]
    assert disk.busy.wait(PATIENCE)
    for each in range(1, number + 1):
        calls.append(pool.submit(gathering, each))
        while len(gathering._waiting) < each:
            time.sleep(0.001)
    disk.ready.set()
    return calls


def test_who_comes_meanwhile_is_written_together_in_order() -> None:
    disk = Disk()
    gathering = Gathering(disk.write)
    with ThreadPoolExecutor(9) as pool:
        for call in written_behind_the_first(pool, disk, gathering, 8):
            call.result(PATIENCE)
    assert disk.lots == [[0], list(range(1, 9))]


def test_a_problem_is_told_to_all_whom_it_hit_and_to_no_others() -> None:
    disk = Disk()
    disk.is_full = True
    gathering = Gathering(disk.write)
    with ThreadPoolExecutor(3) as pool:
        first, *rest = written_behind_the_first(pool, disk, gathering, 2)
        first.result(PATIENCE)
        for call in rest:
            with pytest.raises(OSError, match="full"):
                call.result(PATIENCE)
    disk.is_full = False
    gathering(3)
    assert disk.lots == [[0], [3]]


def test_an_interrupt_is_that_of_one_thread_alone() -> None:
    """The others are told that nobody knows what became of theirs."""
    disk = Disk()
    disk.is_full, disk.problem = True, KeyboardInterrupt()
    gathering = Gathering(disk.write)
    with ThreadPoolExecutor(3) as pool:
        first, *rest = written_behind_the_first(pool, disk, gathering, 2)
        first.result(PATIENCE)
        problems = {type(call.exception(PATIENCE)) for call in rest}
    assert problems == {KeyboardInterrupt, StoreAwayError}


def test_who_is_interrupted_as_it_is_to_write_leaves_that_to_the_next() -> None:
    """What it gave is taken back, and nobody waits for it for ever."""

    class Interrupted(Event):
        def wait(self, timeout: float | None = None) -> bool:
            del timeout
            raise KeyboardInterrupt

    disk = Disk()
    gathering = Gathering(disk.write)
    first, second = _Given(1), _Given(2)
    first.turn = Interrupted()
    first.turn.set()
    gathering._waiting = [first, second]
    gathering._somebody_writes = True
    with pytest.raises(KeyboardInterrupt):
        gathering._wait(first)
    assert gathering._waiting == [second]
    assert second.turn.is_set()


def test_ids_go_by_the_order_of_accepting(tmp_path: Path) -> None:
    """Whoever took an id first and accepts last gets a later one, that a reader misses nothing."""
    with closing(open_store(str(tmp_path / "state.sqlite"))) as store:
        early, late = new_message(store.next_id()), new_message(store.next_id())
        store.accept([late])
        store.accept([early])
        assert (late.id, early.id, store.next_id()) == ("m2", "m3", "m4")
        assert ids(store) == ["m2", "m3"]
