"""An emulator behind its HTTP face: in process by Flask's test client, or on a real port."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from mohook.emulator import Emulator
from mohook.server.app import create_app
from mohook.server.http import HttpServer
from mohook.settings import ServeSettings, Settings
from tests.server.bench import Bench


@pytest.fixture
def bench_of() -> Iterator[Callable[..., Bench]]:
    """Make a bench with the settings given; its clock is manual unless they say otherwise."""
    with ExitStack() as stack:

        def make(**tables: Any) -> Bench:
            settings = Settings(**{"serve": ServeSettings(clock="manual"), **tables})
            emulator = Emulator(settings)
            stack.callback(emulator.stop)
            return Bench(emulator)

        yield make


@pytest.fixture
def bench(bench_of: Callable[..., Bench]) -> Bench:
    """Give a bench as mohook comes, its clock manual."""
    return bench_of()


@pytest.fixture
def served() -> Iterator[Callable[..., HttpServer]]:
    """Serve an emulator on a free port and begin to deliver."""
    with ExitStack() as stack:

        def serve(emulator: Emulator) -> HttpServer:
            server = HttpServer(create_app(emulator), port=0)
            stack.callback(emulator.stop)
            stack.enter_context(server)
            emulator.start()
            return server

        yield serve


@pytest.fixture
def url(served: Callable[..., HttpServer]) -> str:
    """Give the base URL of an emulator on a real port, its clock manual."""
    return served(Emulator(Settings(serve=ServeSettings(clock="manual")))).url
