"""Many pass a gate together; who closes it is alone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

from mohook.gate import Gate

PATIENCE = 10.0  # seconds


def test_many_pass_together() -> None:
    """The second comes in while the first is still inside."""
    gate, inside, leave = Gate(), Event(), Event()

    def stay() -> None:
        with gate.passing():
            inside.set()
            assert leave.wait(PATIENCE)

    with ThreadPoolExecutor() as pool:
        staying = pool.submit(stay)
        assert inside.wait(PATIENCE)
        with gate.passing():
            leave.set()
        staying.result()


def test_who_closes_it_is_let_in_after_those_inside_and_before_those_who_come() -> None:
    """And may close it again: `restore` calls what closes it too."""
    gate, seen = Gate(), list[str]()
    inside, leave, begun = Event(), Event(), Event()

    def stay() -> None:
        with gate.passing():
            inside.set()
            assert leave.wait(PATIENCE)
            seen.append("inside")

    def close() -> None:
        begun.set()
        with gate.closed(), gate.closed():
            seen.append("alone")

    def come() -> None:
        with gate.passing():
            seen.append("after")

    with ThreadPoolExecutor() as pool:
        calls = [pool.submit(stay)]
        assert inside.wait(PATIENCE)
        calls.append(pool.submit(close))
        assert begun.wait(PATIENCE)
        while not gate._closing:
            pass
        calls.append(pool.submit(come))
        leave.set()
        for call in calls:
            call.result(PATIENCE)
    assert seen == ["inside", "alone", "after"]
