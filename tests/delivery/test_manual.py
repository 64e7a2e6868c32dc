"""The manual driver: from due time to due time, in the caller's thread, never without end."""

from __future__ import annotations

import asyncio
from contextvars import copy_context
from threading import Thread
from typing import Any

import pytest

from mohook.delivery.message import Attempt, Message, State
from mohook.delivery.transports.transport import Request
from mohook.errors import ConflictError, InputError, NotSettledError
from tests.delivery.bench import Bench, FakeTransport, outcomes
from tests.emulators import ip1, manual
from tests.store.made import HERE, MINUTE, NOON, SECOND, THERE


def failing() -> Bench:
    return Bench(FakeTransport(lambda _: "500"))


def test_settle_makes_what_is_due_and_moves_no_clock() -> None:
    """A retry in ten minutes is not its business."""
    bench = failing()
    bench.accept()
    assert len(bench.driver.settle()) == 1
    assert bench.driver.settle() == []
    assert bench.clock.now() == NOON


def test_advance_stops_at_each_due_time_and_ends_where_it_was_told() -> None:
    """Attempts begin at their own instants, the last one at the end of the span included."""
    bench = failing()
    message = bench.accept()
    made = bench.driver.advance(20 * MINUTE)
    assert [attempt.started_at - NOON for attempt in made] == [0 * MINUTE, 10 * MINUTE, 20 * MINUTE]
    assert bench.clock.now() == NOON + 20 * MINUTE
    assert message.next_attempt_at == NOON + 30 * MINUTE


def test_advance_leaves_alone_what_is_due_a_moment_later() -> None:
    """A second before the retry there is none."""
    bench = failing()
    bench.accept()
    bench.driver.settle()
    assert bench.driver.advance(10 * MINUTE - SECOND) == []
    assert len(bench.driver.advance(SECOND)) == 1


def test_run_next_moves_to_the_next_due_time() -> None:
    """One instant, all that is due at it, and nothing when nothing is."""
    bench = failing()
    bench.accept_all("ab", provider="intelepeer")
    bench.driver.settle()
    assert len(bench.driver.run_next()) == 2
    assert bench.clock.now() == NOON + MINUTE
    assert Bench().driver.run_next() == []


def test_run_until_idle_ends_when_nothing_is_pending() -> None:
    """Every message has ended, and the clock stands at the last attempt."""
    bench = failing()
    bench.accept_all("abc", provider="intelepeer")
    assert len(bench.driver.run_until_idle()) == 15
    assert bench.store.pending() == 0
    assert bench.clock.now() == NOON + 4 * MINUTE


def test_a_clock_is_never_moved_back() -> None:
    """A negative span and an instant in the past are refused."""
    bench = Bench()
    with pytest.raises(InputError):
        bench.driver.advance(-SECOND)
    with pytest.raises(ConflictError):
        bench.driver.advance_to(NOON - SECOND)
    assert bench.clock.now() == NOON


def test_the_bound_stops_what_would_go_on_for_ever_and_shows_why() -> None:
    """All attempts up to the bound are recorded, and the error tells them line by line."""
    bench = failing()
    message = bench.accept("call me")
    with pytest.raises(NotSettledError) as caught:
        bench.driver.run_until_idle(max_attempts=7)
    assert outcomes(message) == ["500"] * 7
    assert bench.store.figures().attempts == 7
    text = str(caught.value)
    assert "'call me'" in text
    assert text.count("answered 500") == 7
    assert "max_attempts" in text
    assert "The seed is 7." in text
    assert bench.clock.now() == NOON + 60 * MINUTE


def test_a_bound_that_is_just_enough_is_enough() -> None:
    """Five attempts are allowed and five are made: no error."""
    bench = failing()
    bench.accept(provider="intelepeer")
    assert len(bench.driver.run_until_idle(max_attempts=5)) == 5


@pytest.mark.parametrize("call", ["settle", "advance", "run_next", "run_until_idle"])
def test_the_bound_holds_among_messages_that_are_due_together(call: str) -> None:
    """Ten are due at once, at two receivers; the bound of three is not passed."""
    bench = failing()
    bench.accept_all("abcde")
    bench.accept_all("fghij", origin=THERE)
    run = getattr(bench.driver, call)
    with pytest.raises(NotSettledError):
        run(*([MINUTE] if call == "advance" else []), max_attempts=3)
    assert bench.store.figures().attempts == 3
    assert bench.driver.settle(max_attempts=7)
    assert bench.store.figures().attempts == 10


def test_what_was_stopped_by_the_bound_goes_on_afterwards() -> None:
    """Nothing is left leased or lost: the next call makes the next attempt."""
    bench = failing()
    message = bench.accept(origin=HERE)
    with pytest.raises(NotSettledError):
        bench.driver.run_until_idle(max_attempts=2)
    bench.fake.let_go()
    bench.driver.run_until_idle()
    assert outcomes(message) == ["500", "500", "200"]
    assert message.state is State.DELIVERED


def test_an_app_cannot_move_the_clock_while_it_handles_a_message() -> None:
    """The call from within is refused with a reason, and the delivery goes on."""
    bench = Bench()
    refused: list[str] = []

    def handles(_request: Request) -> str:
        with pytest.raises(ConflictError) as caught:
            bench.driver.advance(MINUTE)
        refused.append(str(caught.value))
        return "200"

    bench.fake.answer = handles
    message = bench.accept()
    bench.driver.settle()
    assert message.state is State.DELIVERED
    assert refused == ["the clock is being moved: an app cannot move it while it handles a message"]


def test_what_an_app_sends_while_it_handles_a_message_goes_out_after_it() -> None:
    """To settle from within does nothing by itself, and nothing is left undone."""
    bench = Bench()
    answers: list[Message] = []

    def handles(_request: Request) -> str:
        if not answers:
            answers.append(bench.accept("an answer"))
            assert bench.driver.settle() == []
        return "200"

    bench.fake.answer = handles
    message = bench.accept("a question")
    assert len(bench.driver.settle()) == 2
    assert [each.state for each in (message, *answers)] == [State.DELIVERED] * 2


@pytest.mark.slow
def test_another_thread_leaves_what_is_due_to_whoever_moves_the_clock() -> None:
    """A receiver whose handler has a message sent does not wait for its own answer."""
    bench = Bench()
    left: list[list[Attempt]] = []

    def handles(_request: Request) -> str:
        elsewhere = Thread(target=lambda: left.append(bench.driver.settle()))
        elsewhere.start()
        elsewhere.join(10)
        return "200"

    bench.fake.answer = handles
    bench.accept()
    assert len(bench.driver.settle()) == 1
    assert left == [[]]


@pytest.mark.parametrize("how", ["task", "thread", "loop"])
def test_an_app_on_a_loop_of_its_own_is_known_as_the_one_that_is_called(how: str) -> None:
    """It runs in another thread, and still it does not wait for itself."""
    emulator = manual()
    refused: list[str] = []

    def moves() -> None:
        assert emulator.settle() == []
        with pytest.raises(ConflictError) as caught:
            emulator.advance(MINUTE)
        refused.append(str(caught.value))

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        del scope, receive
        if how == "task":
            moves()
        elif how == "thread":
            await asyncio.to_thread(moves)
        else:
            with pytest.raises(ConflictError) as caught:
                await emulator.aio.advance(MINUTE)
            refused.append(str(caught.value))
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body"})

    emulator.ip1.put("ip1-10001", f"{emulator.apps.mount(app, lifespan=False)}/")
    [message] = emulator.send([ip1()])
    emulator.settle()
    emulator.stop()
    assert message.state is State.DELIVERED
    assert refused == ["the clock is being moved: an app cannot move it while it handles a message"]


def test_what_an_interrupted_call_left_in_flight_is_ended_by_the_next() -> None:
    """Before the clock moves, so that each attempt ends at the instant at which it began."""
    bench = Bench()
    interrupts = [True]

    def interrupt(_: Request) -> str:
        if interrupts and interrupts.pop():
            raise KeyboardInterrupt
        return "200"

    bench.fake.answer = interrupt
    message = bench.accept()
    with pytest.raises(KeyboardInterrupt):
        bench.driver.settle()
    assert (message.state, bench.engine.in_flight) == (State.PENDING, 1)
    [attempt] = bench.driver.advance(MINUTE)
    assert (attempt.started_at, message.state) == (NOON, State.DELIVERED)
    assert bench.engine.in_flight == 0


def test_a_turn_leaves_nothing_in_the_callers_context() -> None:
    """A test that settles a million times has the context that it began with."""
    bench = failing()
    bench.accept()
    before = dict(copy_context().items())
    bench.driver.advance(MINUTE)
    assert dict(copy_context().items()) == before
