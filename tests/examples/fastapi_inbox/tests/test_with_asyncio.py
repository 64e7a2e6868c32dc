"""`async def` tests with pytest-asyncio: the app runs on the loop of the test."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from pytest_mohook import Mohook

pytestmark = pytest.mark.asyncio


async def test_an_sms_is_kept_once(mohook: Mohook, app: FastAPI) -> None:
    """A lost acknowledgement brings it again ten minutes later."""
    async with mohook.aio.lifespan(app):
        mohook.fail_next("lose-ack")
        sms = await mohook.aio.ip1.send("Hello")
        await mohook.aio.advance(minutes=10)
        assert sms.outcomes == ["lost-ack", "200"]
        assert app.state.inbox.texts() == ["Hello"]


async def test_intelepeer_tries_five_times(mohook: Mohook, app: FastAPI) -> None:
    async with mohook.aio.lifespan(app):
        mohook.fail_next(*["500"] * 4)
        sms = await mohook.aio.intelepeer.send("Hello")
        assert len(await mohook.aio.run_until_idle()) == 4
        assert sms.delivered
