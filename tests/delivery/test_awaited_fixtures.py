"""The awaitable driver in fixtures of pytest-asyncio, whose two halves run in different tasks."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from mohook.emulator import Emulator
from tests.delivery.lived import Lived
from tests.emulators import ip1, manual

Running = tuple[Emulator, Lived]


@pytest_asyncio.fixture
async def running() -> AsyncIterator[Running]:
    emulator, lived = manual(), Lived()
    async with emulator.aio.lifespan(lived.app):
        emulator.ip1.put("ip1-10001", f"{emulator.apps.mount(lived.app)}/")
        yield emulator, lived
    emulator.stop()
    assert lived.log == ["hi", "down"]


@pytest.mark.asyncio
async def test_a_lifespan_can_be_entered_in_a_fixture(running: Running) -> None:
    """The app is up while the test runs, and is shut down after it."""
    emulator, lived = running
    emulator.send([ip1("hi")])
    await emulator.aio.settle()
    assert lived.log == ["hi"]
