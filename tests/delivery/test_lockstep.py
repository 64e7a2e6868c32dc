"""Calls at the same time take turns line by line, and wait for each other without hanging."""

from __future__ import annotations

import signal
import sys
import threading
import time
from _thread import interrupt_main
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from hashlib import pbkdf2_hmac
from pathlib import Path
from random import shuffle
from runpy import run_path

import pytest
import sqlalchemy

from mohook.delivery.transports import lockstep
from mohook.delivery.transports.lockstep import run_in_lockstep
from tests.threads import no_thread_left

Trail = list[tuple[str, int]]


def walk(trail: Trail, name: str) -> str:
    trail.append((name, 1))
    trail.append((name, 2))
    trail.append((name, 3))
    return name


def test_lines_alternate() -> None:
    """Each call makes a line, in the order of the calls, and then the next."""
    trail: Trail = []
    assert run_in_lockstep([partial(walk, trail, name) for name in "abc"]) == ["a", "b", "c"]
    assert trail == [(name, line) for line in (1, 2, 3) for name in "abc"]


@pytest.mark.parametrize("count", [0, 1])
def test_less_than_two_calls_need_no_turns(count: int) -> None:
    """None gives nothing; one runs through."""
    trail: Trail = []
    assert run_in_lockstep([partial(walk, trail, "a")] * count) == ["a"] * count
    assert trail == [("a", 1), ("a", 2), ("a", 3)][: 3 * count]


def test_a_call_that_ends_early_leaves_the_turns_to_the_others() -> None:
    """Two calls alternate when the one between them has ended."""
    trail: Trail = []
    run_in_lockstep([lambda: walk(trail, "a"), lambda: "", lambda: walk(trail, "b")])
    assert trail == [(name, line) for line in (1, 2, 3) for name in "ab"]


def test_generators_take_turns_too() -> None:
    """Each line between two items is a line like any other."""
    trail: Trail = []

    def items(name: str) -> Iterator[int]:
        for number in (1, 2):
            trail.append((name, number))
            yield number

    assert run_in_lockstep([lambda: sum(items("a")), lambda: sum(items("b"))]) == [3, 3]
    assert trail == [("a", 1), ("b", 1), ("a", 2), ("b", 2)]


def locks(trail: list[str], lock: threading.Lock, name: str) -> None:
    with lock:
        trail.append(f"{name}1")
        trail.append(f"{name}2")
    trail.append(f"{name}3")
    trail.append(f"{name}4")


def locks_twice(trail: list[str], lock: threading.Lock, name: str) -> None:
    with lock:
        trail.append(f"{name}1")
    trail.append(f"{name}2")
    with lock:
        trail.append(f"{name}3")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who sleeps")
@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (locks, "a1 a2 b1 a3 b2 a4 c1 b3 c2 b4 c3 c4"),
        (locks_twice, "a1 b1 a2 c1 b2 a3 c2 b3 c3"),
    ],
)
def test_who_waits_for_a_lock_is_back_before_the_line_after_its_release(
    call: Callable[[list[str], threading.Lock, str], None], expected: str
) -> None:
    """So that the order of lines is the same each time, but where the machine starves a thread."""
    seen: Counter[str] = Counter()
    for _ in range(20):
        trail: list[str] = []
        lock = threading.Lock()
        run_in_lockstep([partial(call, trail, lock, name) for name in "abc"])
        seen[" ".join(trail)] += 1
    [(order, times)] = seen.most_common(1)
    assert order == expected
    assert times > 10


def test_a_lock_is_waited_for_where_nothing_tells_who_sleeps(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On a system without /proc, a thread that makes no line in time is taken to sleep."""
    monkeypatch.setattr(lockstep, "get_native_id", lambda: 0)
    trail: list[str] = []
    lock = threading.Lock()
    run_in_lockstep([partial(locks, trail, lock, name) for name in "abc"])
    assert sorted(trail) == [f"{name}{line}" for name in "abc" for line in (1, 2, 3, 4)]


def test_a_call_may_wait_for_what_another_does() -> None:
    """The first waits for an event that the second sets at its end."""
    set_last = threading.Event()

    def first() -> bool:
        return set_last.wait(30)

    def second() -> bool:
        time.monotonic()
        set_last.set()
        return True

    assert run_in_lockstep([first, second]) == [True, True]
    assert run_in_lockstep([second, first]) == [True, True]


def test_all_may_wait_for_what_comes_from_outside() -> None:
    """None has the turn then; it goes to whoever wakes."""
    trail: Trail = []
    opened = threading.Event()
    asleep = threading.Semaphore(0)

    def waits(name: str) -> None:
        asleep.release()
        opened.wait()
        walk(trail, name)

    def opens() -> None:
        for _ in range(2):
            asleep.acquire()
        opened.set()

    opener = threading.Thread(target=opens)
    opener.start()
    run_in_lockstep([partial(waits, "a"), partial(waits, "b")])
    opener.join()
    assert sorted(trail) == [(name, line) for name in "ab" for line in (1, 2, 3)]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who sleeps")
@pytest.mark.parametrize(
    "compute", [partial(pbkdf2_hmac, "sha256", b"", b"", 100_000), partial(shuffle, [0] * 40_000)]
)
def test_a_long_computation_is_no_wait(compute: Callable[[], object]) -> None:
    """What computes keeps its turn for longer than one that sleeps, with the GIL or without."""
    trail: Trail = []

    def computes(name: str) -> None:
        trail.append((name, 1))
        compute()
        trail.append((name, 2))

    run_in_lockstep([partial(computes, "a"), partial(computes, "b")])
    assert trail == [("a", 1), ("b", 1), ("a", 2), ("b", 2)]


def test_no_run_without_a_wait_takes_the_time_of_one() -> None:
    """Nothing is looked at and nobody waited for while the turn goes round."""
    spans = []
    for _ in range(10):
        started = time.perf_counter()
        run_in_lockstep([partial(walk, [], "a"), partial(walk, [], "b")])
        spans.append(time.perf_counter() - started)
    assert min(spans) < lockstep._LOOK * lockstep._PATIENCE


def library(folder: Path) -> dict[str, Callable[..., None]]:
    """Write a module into the folder, and run it from there."""
    folder.mkdir()
    file = folder / "written.py"
    file.write_text(
        "def walk(trail, name):\n"
        "    trail.append((name, 1))\n"
        "    trail.append((name, 2))\n"
        "def store(engine, select, insert):\n"
        "    with engine.begin() as connection:\n"
        "        if connection.execute(select).first() is None:\n"
        "            connection.execute(insert)\n"
    )
    return run_path(str(file))


def test_an_installed_library_runs_through(tmp_path: Path) -> None:
    """What stands in site-packages keeps the turn; the same lines elsewhere do not."""

    def trail(folder: str) -> Trail:
        passed: Trail = []
        walk = library(tmp_path / folder)["walk"]
        run_in_lockstep([partial(walk, passed, name) for name in "ab"])
        return passed

    assert trail("site-packages") == [("a", 1), ("a", 2), ("b", 1), ("b", 2)]
    assert trail("project") == [("a", 1), ("b", 1), ("a", 2), ("b", 2)]


def test_a_library_that_asks_and_then_inserts_is_caught(tmp_path: Path) -> None:
    """Before each statement the turn goes round, as in a `get_or_create` without a constraint."""
    store = library(tmp_path / "site-packages")["store"]
    engine = sqlalchemy.create_engine(f"sqlite:///{tmp_path / 'sms.db'}")
    ids = sqlalchemy.Column("id", sqlalchemy.Integer)
    table = sqlalchemy.Table("sms", sqlalchemy.MetaData(), ids)
    table.create(engine)

    run_in_lockstep([partial(store, engine, table.select(), table.insert().values(id=1))] * 2)
    with engine.connect() as connection:
        rows = connection.execute(table.select()).all()
    engine.dispose()
    assert len(rows) == 2


def test_an_exception_comes_to_the_caller_when_all_have_ended() -> None:
    """The first call's, whatever ended first, also one that is no Exception."""
    trail: Trail = []

    def fails(problem: BaseException) -> str:
        raise problem

    with pytest.raises(SystemExit, match="3"):
        run_in_lockstep(
            [
                lambda: walk(trail, "a"),
                lambda: fails(SystemExit(3)),
                lambda: fails(KeyError()),
            ]
        )
    assert len(trail) == 3


def test_each_call_has_a_copy_of_the_caller_context() -> None:
    """It sees what the caller set, and sets it for nobody else."""
    held = ContextVar("held", default="")
    held.set("caller")

    def call(name: str) -> tuple[str, str]:
        before = held.get()
        held.set(name)
        return before, held.get()

    assert run_in_lockstep([partial(call, "a"), partial(call, "b")]) == [
        ("caller", "a"),
        ("caller", "b"),
    ]
    assert held.get() == "caller"


def test_a_call_may_start_threads() -> None:
    """They take no turns, and may be waited for."""

    def call(name: str) -> Trail:
        trail: Trail = []
        worker = threading.Thread(target=walk, args=(trail, name))
        worker.start()
        worker.join()
        return trail

    assert run_in_lockstep([partial(call, "a"), partial(call, "b")]) == [
        [("a", 1), ("a", 2), ("a", 3)],
        [("b", 1), ("b", 2), ("b", 3)],
    ]


def test_calls_may_be_nested() -> None:
    """An app that is called in lockstep may itself call another so."""
    trail: Trail = []

    def outer(name: str) -> list[str]:
        return run_in_lockstep([partial(walk, trail, name + each) for each in "xy"])

    assert run_in_lockstep([partial(outer, "a"), partial(outer, "b")]) == [
        ["ax", "ay"],
        ["bx", "by"],
    ]
    assert [step for step in trail if step[0][0] == "a"] == [
        (name, line) for line in (1, 2, 3) for name in ("ax", "ay")
    ]


def test_no_thread_is_left() -> None:
    """All have ended when the results are there."""
    for _ in range(50):
        with no_thread_left():
            run_in_lockstep([int, int])


@contextmanager
def interruptible() -> Iterator[None]:
    """Make sure that an interrupt is an exception, whatever the test runner does with it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def test_an_interrupt_of_the_caller_lets_the_threads_go() -> None:
    """It is raised at once, though a call waits; the calls end when they can."""
    opened, lock = threading.Event(), threading.Lock()
    ended: list[str] = []

    def waits(name: str) -> None:
        opened.wait()
        with lock:
            ended.append(name)

    with interruptible(), pytest.raises(KeyboardInterrupt):
        run_in_lockstep([interrupt_main, lambda: waits("a"), lambda: waits("b")])
    assert ended == []
    left = [each for each in threading.enumerate() if each.name == "mohook-lockstep"]
    opened.set()
    for thread in left:
        thread.join(5)
    assert sorted(ended) == ["a", "b"]


def test_a_call_that_has_not_begun_never_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without threads to spare delivers nothing, also not later."""
    started: list[lockstep._Thread] = []
    start = lockstep._Thread.start

    def one_alone(thread: lockstep._Thread) -> None:
        if started:
            msg = "can't start new thread"
            raise RuntimeError(msg)
        started.append(thread)
        start(thread)

    monkeypatch.setattr(lockstep._Thread, "start", one_alone)
    trail: Trail = []
    with pytest.raises(RuntimeError, match="new thread"):
        run_in_lockstep([partial(walk, trail, "a")] * 2)
    started[0].join(30)
    assert trail == []
