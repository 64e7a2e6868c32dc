from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest
from click.testing import CliRunner, Result

from mohook.cli.root import mohook
from mohook.client import Client
from mohook.delivery.clock import ManualClock
from mohook.emulator import Emulator
from mohook.server.app import create_app
from mohook.server.http import HttpServer


class Run(Protocol):
    def __call__(self, *arguments: str, stdin: str | None = None) -> Result: ...


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings of the machine's own reach a test."""
    for name in os.environ:
        if name.startswith("MOHOOK_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def run() -> Run:
    def invoke(*arguments: str, stdin: str | None = None) -> Result:
        return CliRunner().invoke(mohook, arguments, input=stdin, prog_name="mohook")

    return invoke


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """Give an emulator whose clock stands: what is sent is tried at once, the rest by hand."""
    emulator = Emulator(clock=ManualClock())
    yield emulator
    emulator.stop()


@pytest.fixture
def url(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Where that emulator answers; commands find it there by themselves."""
    with HttpServer(create_app(emulator), port=0) as server:
        monkeypatch.setenv("MOHOOK_URL", server.url)
        yield server.url


@pytest.fixture
def client(url: str) -> Iterator[Client]:
    with Client(url) as client:
        yield client
