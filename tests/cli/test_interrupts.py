"""Ctrl-C ends a command that waits at once, after saying what was still pending."""

from __future__ import annotations

import signal
import time
from datetime import timedelta
from pathlib import Path

import pytest

from mohook.client import Client
from mohook.delivery.clock import ManualClock, RunningClock
from mohook.emulator import Emulator
from mohook.server.app import create_app
from mohook.server.http import HttpServer
from mohook.submission import Submission
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


def test_moving_the_clock_leaves_the_emulator_going(tmp_path: Path) -> None:
    """`advance` says what is pending while the emulator waits for an answer."""
    emulator = Emulator(clock=ManualClock())
    with (
        HttpServer(create_app(emulator), port=0) as server,
        scripted(Answer(delay=timedelta(seconds=5))) as receiver,  # ends first, with all answers
    ):
        emulator.ip1.put("ip1-10001", receiver.url)
        emulator.send([Submission("ip1", "46712345678", "456189040623", "hello", count=2)])
        with Shell("advance", "10m", "--url", server.url, cwd=tmp_path) as shell:
            receiver.wait_for(2)
            began = time.monotonic()
            shell.send_signal(signal.SIGINT)
            ended = shell.end()
        assert time.monotonic() - began < 2
    emulator.stop()
    assert (ended.code, ended.out) == (130, "")
    assert ended.err.strip() == (
        f"Interrupted with 2 pending: the emulator at {server.url} goes on as it was told."
    )
