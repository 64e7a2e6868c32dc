"""`async def` tests with anyio, each on asyncio and on trio: the app and its task run there too."""

from __future__ import annotations

import anyio
import pytest
from fastapi import FastAPI
from pytest_mohook import Mohook

pytestmark = pytest.mark.anyio


async def test_who_writes_stop_is_off_the_list(mohook: Mohook, app: FastAPI) -> None:
    """What the task does with an SMS is done when every task of the loop waits again."""
    async with mohook.aio.lifespan(app):
        await mohook.aio.ip1.send("more please", sender="46700000001")
        await mohook.aio.ip1.send(" Stop ", sender="46700000002")
        await anyio.wait_all_tasks_blocked()
        assert app.state.inbox.gone() == ["46700000002"]


async def test_what_is_kept_outlives_a_restart(mohook: Mohook, app: FastAPI) -> None:
    """The provider tries again after the restart, and the inbox knows the SMS."""
    mohook.fail_next("lose-ack")
    async with mohook.aio.lifespan(app):
        sms = await mohook.aio.ip1.send("STOP")
    async with mohook.aio.lifespan(app):
        await mohook.aio.advance(minutes=10)
        assert sms.delivered
        assert len(app.state.inbox.texts()) == 1
