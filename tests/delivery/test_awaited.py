"""The awaitable driver: what the manual one does, on the loop of whoever awaits it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from threading import Event as Flag
from threading import Thread, get_ident
from typing import Any

import anyio
import anyio.to_thread
import flask
import pytest

from mohook.delivery.message import Attempt, Message, State
from mohook.emulator import Emulator
from mohook.errors import ConflictError, InputError, NotSettledError
from tests.delivery.lived import Lived
from tests.emulators import ip1, manual, outcomes
from tests.store.made import MINUTE, NOON, SECOND

pytestmark = pytest.mark.anyio

Event = dict[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]
Then = Callable[[str], Awaitable[int]]


class Stage:
    """An emulator, and an ASGI app whose answer to a text is what `then` returns."""

    def __init__(self) -> None:
        self.emulator = manual()
        self.aio = self.emulator.aio
        self.then: Then | None = None
        self.statuses: list[int] = []
        self.threads: list[int] = []
        self.connect(self.app)

    def connect(self, app: Callable[..., Any]) -> None:
        self.emulator.ip1.put("ip1-10001", f"{self.emulator.apps.mount(app)}/")

    async def app(self, scope: Event, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        body = json.loads((await receive())["body"])["body"]
        self.threads.append(get_ident())
        status = await self.then(body) if self.then else self.statuses.pop(0)
        await send({"type": "http.response.start", "status": status})
        await send({"type": "http.response.body"})

    def send(self, body: str = "hi") -> Message:
        [message] = self.emulator.send([ip1(body)])
        return message


def ends(made: list[Attempt]) -> list[str]:
    return [attempt.outcome for attempt in made]


@pytest.fixture
def stage() -> Iterator[Stage]:
    made = Stage()
    yield made
    made.emulator.stop()


async def test_settle_makes_what_is_due_on_the_callers_own_loop(stage: Stage) -> None:
    """At this instant: the clock stands still, and a retry is not its business."""
    stage.statuses = [500, 200]
    message = stage.send()
    assert ends(await stage.aio.settle()) == ["500"]
    assert await stage.aio.settle() == []
    assert stage.emulator.clock.now() == NOON
    assert stage.threads == [get_ident()]
    assert message.state is State.PENDING


async def test_every_way_to_move_the_clock_can_be_awaited(stage: Stage) -> None:
    """By a span, to an instant, to what is next, and until nothing is pending."""
    stage.statuses = [500, 501, 502, 503, 200]
    message = stage.send()
    await stage.aio.settle()
    assert ends(await stage.aio.advance(10 * MINUTE)) == ["501"]
    assert ends(await stage.aio.advance_to(NOON + 20 * MINUTE)) == ["502"]
    assert ends(await stage.aio.run_next()) == ["503"]
    assert ends(await stage.aio.run_until_idle()) == ["200"]
    assert stage.emulator.clock.now() == NOON + 40 * MINUTE
    assert outcomes(message) == ["500", "501", "502", "503", "200"]
    assert await stage.aio.run_next() == []


async def test_the_same_is_refused_as_without_awaiting(stage: Stage) -> None:
    """A clock is not moved back, and the bound on attempts holds, with the timeline."""
    stage.statuses = [500] * 3
    stage.send("call me")
    with pytest.raises(InputError, match="a clock only moves forward"):
        await stage.aio.advance(-SECOND)
    with pytest.raises(ConflictError, match="lies before"):
        await stage.aio.advance_to(NOON - SECOND)
    with pytest.raises(NotSettledError, match="call me"):
        await stage.aio.run_until_idle(max_attempts=3)
    assert stage.emulator.store.figures().attempts == 3


def test_a_clock_that_runs_by_itself_is_not_moved() -> None:
    """There is nothing to await."""
    with pytest.raises(ConflictError, match="it runs by itself"):
        _ = Emulator().aio


async def test_both_copies_of_a_duplicate_are_inside_at_the_same_time(stage: Stage) -> None:
    """Each waits for the other in the app; both are recorded."""
    inside = [0]

    async def meets(_: str) -> int:
        inside[0] += 1
        while inside[0] < 2:
            await anyio.sleep(0)
        return 200

    stage.then = meets
    stage.emulator.faults.add(["duplicate"])
    message = stage.send()
    with anyio.fail_after(10):
        assert len(await stage.aio.settle()) == 2
    assert [attempt.copy_of for attempt in message.attempts] == [None, 1]


async def test_the_loop_goes_on_while_an_app_is_awaited(stage: Stage) -> None:
    """The app waits for another task of the test."""
    opened = anyio.Event()

    async def waits(_: str) -> int:
        await opened.wait()
        return 200

    async def opens() -> None:
        await anyio.wait_all_tasks_blocked()
        opened.set()

    stage.then = waits
    message = stage.send()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(opens)
        await stage.aio.settle()
    assert message.state is State.DELIVERED


async def test_what_an_app_sends_while_it_handles_a_message_goes_out_after_it(
    stage: Stage,
) -> None:
    """To settle from within does nothing by itself, awaited or not; nothing is left undone."""
    answers: list[Message] = []

    async def replies(body: str) -> int:
        if body == "a question":
            answers.append(stage.send("an answer"))
            assert await stage.aio.settle() == []
            assert stage.emulator.settle() == []
            assert await anyio.to_thread.run_sync(stage.emulator.settle) == []
        return 200

    stage.then = replies
    message = stage.send("a question")
    assert len(await stage.aio.settle()) == 2
    assert [each.state for each in (message, *answers)] == [State.DELIVERED] * 2


async def test_an_app_cannot_move_the_clock_while_it_handles_a_message(stage: Stage) -> None:
    """From its task, from a task or a worker thread that it starts: never a wait for itself."""
    refused: list[str] = []

    async def refuses(move: Callable[[], Awaitable[object]]) -> None:
        with pytest.raises(ConflictError) as caught:
            await move()
        refused.append(str(caught.value))

    async def moves(_: str) -> int:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(refuses, lambda: stage.aio.advance(MINUTE))
        await refuses(lambda: stage.aio.run_next())
        await refuses(lambda: anyio.to_thread.run_sync(stage.emulator.advance, MINUTE))
        return 200

    stage.then = moves
    message = stage.send()
    await stage.aio.settle()
    assert (
        refused
        == ["the clock is being moved: an app cannot move it while it handles a message"] * 3
    )
    assert message.state is State.DELIVERED
    assert len(await stage.aio.advance(MINUTE)) == 0  # and afterwards it can be moved


async def test_tasks_take_turns(stage: Stage) -> None:
    """Two that move the clock at the same time move it one after the other."""
    log: list[str] = []

    async def slow(body: str) -> int:
        log.append(f"{body} in")
        await anyio.sleep(0.01)
        log.append(f"{body} out")
        return 200

    stage.then = slow

    async def one(body: str) -> None:
        stage.send(body)
        await stage.aio.advance(MINUTE)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(one, "a")
        tasks.start_soon(one, "b")
    first, second = log[0][0], log[2][0]  # trio draws who comes first
    assert log == [f"{first} in", f"{first} out", f"{second} in", f"{second} out"]
    assert stage.emulator.clock.now() == NOON + 2 * MINUTE


@pytest.mark.slow
async def test_settling_is_left_to_whoever_moves_the_clock(stage: Stage) -> None:
    """Another task does not wait for a turn that lasts, and its message goes out all the same."""
    left: list[int] = []
    opened = anyio.Event()

    async def waits(body: str) -> int:
        if body == "first":
            await opened.wait()
        return 200

    async def another() -> None:
        await anyio.wait_all_tasks_blocked()
        stage.send("second")
        left.append(len(await stage.aio.settle()))
        opened.set()

    stage.then = waits
    stage.send("first")
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(another)
        assert len(await stage.aio.settle()) == 2
    assert left == [0]


async def test_a_call_that_blocks_the_loop_does_not_wait_for_an_awaited_one(stage: Stage) -> None:
    """It could never end: to settle does nothing, to move the clock is refused."""
    opened = anyio.Event()

    async def waits(_: str) -> int:
        await opened.wait()
        return 200

    async def another() -> None:
        await anyio.wait_all_tasks_blocked()
        assert stage.emulator.settle() == []
        with pytest.raises(ConflictError, match="await the same call of `aio` instead"):
            stage.emulator.advance(MINUTE)
        opened.set()

    stage.then = waits
    stage.send()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(another)
        await stage.aio.settle()


async def test_threads_and_tasks_take_turns(stage: Stage) -> None:
    """A thread that moves the clock waits for the awaited call, which needs the loop."""
    began = Flag()

    async def waits(body: str) -> int:
        if body == "first":
            mover.start()
            began.wait(10)
            await anyio.sleep(0.01)
        return 200

    def moves() -> None:
        began.set()
        stage.emulator.advance(MINUTE)

    mover = Thread(target=moves)
    stage.then = waits
    stage.send("first")
    await stage.aio.settle()
    await anyio.to_thread.run_sync(mover.join, 10)
    assert stage.emulator.clock.now() == NOON + MINUTE


@pytest.mark.parametrize("kind", ["asgi", "wsgi"])
async def test_a_cancelled_call_leaves_nothing_lost(stage: Stage, kind: str) -> None:
    """What it waited for has ended with an error; what it had not begun is made next."""
    let_go = Flag()

    async def hangs(body: str) -> int:
        if body == "hang" and kind == "asgi":
            await anyio.sleep_forever()
        return 200

    wsgi = flask.Flask("inbox")

    @wsgi.post("/")
    def inbound() -> str:
        if flask.request.get_json()["body"] == "hang" and kind == "wsgi":
            let_go.wait(10)
        return ""

    stage.then = hangs
    if kind == "wsgi":
        stage.connect(wsgi)
    first, second = stage.send("hang"), stage.send("then")
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(stage.aio.settle)
        await anyio.wait_all_tasks_blocked()
        tasks.cancel_scope.cancel()
    let_go.set()
    assert ends(await stage.aio.settle()) == ["error", "200"]
    assert first.attempts[0].error in {
        "interrupted before the app had answered: Cancelled",
        "interrupted before the app had answered: CancelledError",
    }
    assert first.next_attempt_at == NOON + 10 * MINUTE
    assert second.state is State.DELIVERED
    assert stage.emulator.engine.in_flight == 0


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_call_can_be_cancelled_as_asyncio_does_it(stage: Stage) -> None:
    """By a time limit of asyncio's own; the next call need not be awaited."""
    loop = asyncio.get_running_loop()

    async def hangs(body: str) -> int:
        if body == "hang":
            limit.reschedule(loop.time())
            await asyncio.sleep(60)
        return 200

    stage.then = hangs
    first = stage.send("hang")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(None) as limit:
            await stage.aio.settle()
    second = stage.send("then")
    assert len(stage.emulator.advance(timedelta())) == 2
    assert (outcomes(first), outcomes(second)) == (["error"], ["200"])


async def test_pytest_fail_in_an_app_fails_the_test(stage: Stage) -> None:
    """It comes as it is, not in a group, and the emulator goes on."""

    async def fails(body: str) -> int:
        if body == "bad":
            pytest.fail("wrong text")
        return 200

    stage.then = fails
    stage.send("bad")
    with pytest.raises(pytest.fail.Exception, match="wrong text"):
        await stage.aio.settle()
    stage.send("good")
    assert ends(await stage.aio.settle()) == ["error", "200"]


async def test_what_a_script_answers_is_not_lost_in_an_interrupt(stage: Stage) -> None:
    """A message that never reached the app has its attempt all the same."""

    async def fails(_: str) -> int:
        pytest.fail("wrong text")

    stage.then = fails
    stage.emulator.faults.add(["500"])
    scripted = stage.send("scripted")
    stage.send("bad")
    with pytest.raises(pytest.fail.Exception):
        await stage.aio.settle()
    await stage.aio.settle()
    assert outcomes(scripted) == ["500"]


async def test_a_reset_takes_back_what_an_interrupted_call_had_not_begun(stage: Stage) -> None:
    """The app is not called with a message that is forgotten, and there is room again."""
    seen: list[str] = []

    async def fails(body: str) -> int:
        seen.append(body)
        if body == "bad":
            pytest.fail("wrong text")
        return 200

    stage.then = fails
    stage.send("bad")
    stage.send("forgotten")
    with pytest.raises(pytest.fail.Exception):
        await stage.aio.settle()
    stage.emulator.reset()
    stage.connect(stage.app)
    stage.send("new")
    assert ends(await stage.aio.settle())[-1] == "200"
    assert seen == ["bad", "new"]
    assert stage.emulator.store.figures().attempts == 1
    assert stage.emulator.engine.in_flight == 0


async def test_a_lifespan_is_entered_around_the_calls(stage: Stage) -> None:
    """The app may be mounted within; its requests have the state of its startup."""
    lived = Lived()
    async with stage.aio.lifespan(lived.app) as state:
        stage.connect(lived.app)
        message = stage.send("hi")
        await stage.aio.settle()
        assert state["stored"] == ["hi"]
    assert (message.state, lived.log) == (State.DELIVERED, ["hi", "down"])


async def test_an_app_that_started_elsewhere_is_awaited_there(stage: Stage) -> None:
    """A call that was not awaited has started it on the emulator's own loop; there it stays."""
    lived = Lived()
    stage.connect(lived.app)
    first = stage.send("first")
    stage.emulator.settle()
    second = stage.send("second")
    await stage.aio.settle()
    assert lived.log == ["first", "second"]
    assert [first.state, second.state] == [State.DELIVERED] * 2
