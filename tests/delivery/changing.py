"""An emulator whose clock is changed while it runs, receivers that hold back, and threads."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

from mohook.emulator import Emulator
from mohook.errors import MohookError
from mohook.settings import ServeSettings, Settings
from mohook.store.journal import CLOCK_CHANGED
from tests._receivers import Answer, Connection, Receiver
from tests.emulators import App

__all__ = ["SECONDS", "changes", "gated", "in_thread", "new_emulator", "wait_for"]

SECONDS = 10.0  # that a test waits for what comes at once


def new_emulator(target: str | App, clock: str, *, per_receiver: int = 64) -> Emulator:
    """Return an emulator that posts all to a URL or an app."""
    serve = ServeSettings(clock=clock, seed=1, per_receiver=per_receiver)
    emulator = Emulator(Settings(serve=serve))
    url = target if isinstance(target, str) else emulator.apps.mount(target)
    emulator.ip1.put("ip1-10001", url)
    emulator.intelepeer.put_default_webhook(url)
    return emulator


class Gate:
    """Answers 200, but to nobody before it is opened."""

    def __init__(self) -> None:
        self._opened = Event()

    def open(self) -> None:
        self._opened.set()

    def __call__(self, connection: Connection) -> None:
        while True:
            connection.read_request()
            assert self._opened.wait(SECONDS)
            connection.send(Answer().wire)


@contextmanager
def gated() -> Iterator[tuple[Receiver, Gate]]:
    gate = Gate()
    with Receiver(gate) as receiver:
        try:
            yield receiver, gate
        finally:
            gate.open()


def wait_for(emulator: Emulator, happened: Callable[[], bool]) -> None:
    """Wait on the journal until something has happened."""
    deadline = time.monotonic() + SECONDS
    while not happened():
        seen = emulator.store.journal.last
        if not happened():
            assert emulator.store.journal.wait(seen, deadline - time.monotonic())


def changes(emulator: Emulator) -> list[dict[str, Any]]:
    journal = emulator.store.journal.after(0, 10**6)
    return [dict(event.subject) for event in journal if event.kind == CLOCK_CHANGED]  # type: ignore[arg-type]


def in_thread(work: Callable[[], object]) -> tuple[Thread, list[object]]:
    """Begin some work; give its thread, and where its result or error will be."""
    came: list[object] = []

    def run() -> None:
        try:
            came.append(work())
        except MohookError as error:
            came.append(error)

    thread = Thread(target=run, daemon=True)
    thread.start()
    return thread, came
