"""Real HTTP, awaited: the receiver may run on the very loop that awaits its answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import anyio
import pytest
from anyio.abc import SocketAttribute, SocketStream

from mohook.delivery.message import State
from mohook.emulator import Emulator
from tests.emulators import App, intelepeer, ip1, manual, outcomes

pytestmark = pytest.mark.anyio


class Receiver:
    """Answers 200 on the loop of the test, as soon as it is let go."""

    def __init__(self) -> None:
        self.asked = anyio.Event()
        self.let_go = anyio.Event()
        self.url = ""

    async def answer(self, stream: SocketStream) -> None:
        async with stream:
            while b"}" not in await stream.receive():
                pass
            self.asked.set()
            await self.let_go.wait()
            await stream.send(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    made = manual()
    yield made
    made.stop()


@pytest.fixture
async def receiver(emulator: Emulator) -> AsyncIterator[Receiver]:
    made = Receiver()
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    port = listener.extra(SocketAttribute.local_port)  # noqa: S610 - of anyio, not of Django
    made.url = f"http://127.0.0.1:{port}/"
    emulator.ip1.put("ip1-10001", made.url)
    async with listener, anyio.create_task_group() as tasks:
        tasks.start_soon(listener.serve, made.answer)
        yield made
        tasks.cancel_scope.cancel()


async def test_a_receiver_on_the_same_loop_answers(emulator: Emulator, receiver: Receiver) -> None:
    """The loop is free while its answer is waited for."""
    receiver.let_go.set()
    [message] = emulator.send([ip1()])
    with anyio.fail_after(10):
        assert len(await emulator.aio.settle()) == 1
    assert message.state is State.DELIVERED


async def test_apps_and_http_go_out_at_one_instant(emulator: Emulator, receiver: Receiver) -> None:
    """Whatever is due is made, wherever it goes, and what a script answers is counted too."""
    receiver.let_go.set()
    app = App()
    emulator.intelepeer.put_default_webhook(f"{emulator.apps.mount(app)}/")
    emulator.faults.add(["500", "duplicate", "duplicate"])
    emulator.send([ip1("a"), intelepeer("b"), ip1("c"), intelepeer("d")])
    with anyio.fail_after(10):
        made = await emulator.aio.settle()
    assert sorted(attempt.outcome for attempt in made) == ["200"] * 5 + ["500"]
    assert emulator.engine.in_flight == 0


async def test_a_cancelled_call_leaves_http_in_flight(
    emulator: Emulator, receiver: Receiver
) -> None:
    """The request is not lost: the next call has its answer, also one that is not awaited."""
    for _ in range(3):
        [message] = emulator.send([ip1()])
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(emulator.aio.settle)
            await anyio.wait_all_tasks_blocked()
            tasks.cancel_scope.cancel()
        assert message.state is State.PENDING
        assert emulator.engine.in_flight > 0
    receiver.let_go.set()
    with anyio.fail_after(10):
        assert len(await emulator.aio.settle()) == 3
    assert outcomes(message) == ["200"]
    assert emulator.engine.in_flight == 0


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_asyncios_own_way_to_cancel_leaves_http_in_flight(
    emulator: Emulator, receiver: Receiver
) -> None:
    """The worker thread has left HTTP before anybody else gets to it."""
    [message] = emulator.send([ip1()])
    for _ in range(20):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(emulator.aio.settle(), 0.002)
    receiver.let_go.set()
    with anyio.fail_after(10):
        await emulator.aio.settle()
    assert outcomes(message) == ["200"]
