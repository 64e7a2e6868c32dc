"""Ctrl-C ends a command that waits at once, after saying what was still pending."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from mohook.client import Client
from mohook.delivery.clock import RunningClock
from mohook.emulator import Emulator
from mohook.server.app import create_app
from mohook.server.http import HttpServer
from tests._receivers import Answer, scripted
from tests.cli.shell import Ended, Shell

pytestmark = pytest.mark.slow


def interrupted(*arguments: str, cwd: Path) -> Ended:
    """Interrupt a command after its first attempt, and hold it to ending at once."""
    with Shell(*arguments, cwd=cwd) as shell:
        shell.lines_until("attempt 1")
        began = time.monotonic()
        shell.send_signal(signal.SIGINT)
        ended = shell.end()
    assert time.monotonic() - began < 2
    assert "Traceback" not in ended.err
    return ended


def test_sending_straight_is_given_up(tmp_path: Path) -> None:
    """`send --webhook` says how many were still pending, and ends with 130."""
    with scripted(Answer(500)) as receiver:
        ended = interrupted("send", "ip1", "--webhook", receiver.url, cwd=tmp_path)
    assert ended.code == 130
    assert "Interrupted with 1 of 1 still pending" in ended.err


def test_waiting_at_an_emulator_leaves_it_going(tmp_path: Path) -> None:
    """`send --wait` says that the emulator goes on with what is pending."""
    emulator = Emulator(clock=RunningClock())
    with scripted(Answer(500)) as receiver, HttpServer(create_app(emulator), port=0) as server:
        emulator.start()
        Client(server.url).put_account("ip1-10001", callback_url=receiver.url)
        ended = interrupted("send", "ip1", "--wait", "60", "--url", server.url, cwd=tmp_path)
        assert emulator.store.pending() == 1
        emulator.stop()
    assert ended.code == 130
    assert f"Interrupted with 1 pending: the emulator at {server.url} goes on." in ended.err
