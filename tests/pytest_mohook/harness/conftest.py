"""Running emulators for tests of `--mohook-url`, behind their HTTP faces; and both benches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from mohook.delivery.clock import MANUAL_START
from mohook.emulator import Emulator
from mohook.server.app import create_app
from mohook.server.http import HttpServer
from mohook.settings import ServeSettings, Settings
from pytest_mohook.harness.bench import Bench
from pytest_mohook.harness.local import LocalBench
from pytest_mohook.harness.remote.bench import RemoteBench

MANUAL = Settings(serve=ServeSettings(clock="manual", seed=1))


@pytest.fixture
def running() -> Iterator[Callable[..., str]]:
    """Start an emulator and return its URL; its clock is manual unless the settings say so."""
    with ExitStack() as stack:

        def start(settings: Settings = MANUAL) -> str:
            emulator = Emulator(settings)
            stack.callback(emulator.stop)
            server = stack.enter_context(HttpServer(create_app(emulator), port=0))
            emulator.start()
            return server.url

        yield start


@pytest.fixture(params=["local", "remote"])
def bench(request: pytest.FixtureRequest, running: Callable[..., str]) -> Iterator[Bench]:
    """Give what a handle stands on: in this process, and then a running emulator."""
    bench: Bench
    if request.param == "local":
        bench = LocalBench(MANUAL, MANUAL_START)
    else:
        bench = RemoteBench(running(MANUAL), MANUAL, MANUAL_START)
        bench.reset()
    yield bench
    bench.close()
