"""An emulator on a real port, attacked over sockets of 127.0.0.1 alone."""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from mohook.emulator import Emulator
from mohook.server.app import create_app
from mohook.server.http import HttpServer
from mohook.settings import ServeSettings, Settings

Serve = Callable[..., HttpServer]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serve an emulator with the tables of settings given; its clock is manual by default."""
    with ExitStack() as stack:

        def served(emulator: Emulator | None = None, **tables: Any) -> HttpServer:
            settings = Settings(**{"serve": ServeSettings(clock="manual"), **tables})
            made = emulator or Emulator(settings)
            stack.callback(made.stop)
            server = HttpServer(create_app(made), made.settings.serve.host, 0)
            stack.enter_context(server)
            made.start()
            return server

        yield served


@pytest.fixture
def url(serve: Serve) -> str:
    """Give the base URL of an emulator as it comes."""
    return serve().url


@pytest.fixture
def many_files() -> Iterator[None]:
    """Let this process have as many files open as the machine allows, for one test."""
    with file_limit():
        yield


@contextmanager
def file_limit() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
