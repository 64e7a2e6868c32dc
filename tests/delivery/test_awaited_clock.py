"""The awaitable driver of a clock that was made manual, or runs again."""

from __future__ import annotations

from datetime import timedelta

import anyio
import anyio.to_thread
import pytest

from mohook.delivery.clock import RunningClock
from mohook.delivery.message import State
from mohook.emulator import Emulator
from mohook.errors import ConflictError
from tests.delivery.changing import gated, new_emulator
from tests.delivery.lived import Lived
from tests.emulators import App, ip1, manual, outcomes

pytestmark = pytest.mark.anyio

HOUR = timedelta(hours=1)


async def test_moving_the_clock_waits_for_what_is_in_flight() -> None:
    """The loop stays free, and the clock stands, until the last answer is recorded."""
    with gated() as (receiver, gate):
        emulator = new_emulator(receiver.url, "real")
        emulator.start()
        [message] = emulator.send([ip1()])
        await anyio.to_thread.run_sync(receiver.wait_for, 1)
        emulator.change_clock("manual")
        stood = emulator.clock.now()
        with anyio.move_on_after(0.02) as waiting:
            await emulator.aio.advance(HOUR)
        assert waiting.cancelled_caught
        assert emulator.clock.now() == stood
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(emulator.aio.advance, HOUR)
            gate.open()
        assert (emulator.clock.now(), outcomes(message)) == (stood + HOUR, ["200"])
        emulator.stop()


async def test_a_message_sent_before_all_has_landed_is_not_forgotten() -> None:
    """`settle` leaves it to who waits for the rest."""
    with gated() as (receiver, gate):
        emulator = new_emulator(receiver.url, "real")
        emulator.start()
        emulator.send([ip1()])
        await anyio.to_thread.run_sync(receiver.wait_for, 1)
        emulator.change_clock("manual")
        [second] = emulator.send([ip1()])
        assert await emulator.aio.settle() == []
        gate.open()
        await anyio.to_thread.run_sync(emulator.wait_settled, [second.id], 10.0)
        assert second.state is State.DELIVERED
        emulator.stop()


async def test_a_clock_that_runs_is_not_moved() -> None:
    """What was taken while it stood is refused too; nothing is made, and settling does nothing."""
    app = App()
    emulator = manual(app=app)
    aio = emulator.aio
    emulator.change_clock("real")
    emulator.send([ip1()])
    with pytest.raises(ConflictError, match="mohook clock manual"):
        await aio.advance(HOUR)
    assert await aio.settle() == []
    assert app.bodies == []
    with pytest.raises(ConflictError, match="the clock is real"):
        _ = Emulator(clock=RunningClock()).aio


async def test_a_clock_does_not_run_while_an_app_is_on_the_callers_loop() -> None:
    """Nothing could be delivered to it; outside the lifespan it runs."""
    emulator, lived = manual(), Lived()
    emulator.apps.mount(lived.app)
    async with emulator.aio.lifespan(lived.app):
        with pytest.raises(ConflictError, match="leave the lifespan first"):
            emulator.change_clock("x60")
        assert emulator.clock.mode == "manual"
        emulator.change_clock("manual")
    emulator.change_clock("x60")
    assert emulator.clock.mode == "x60"
    emulator.stop()
