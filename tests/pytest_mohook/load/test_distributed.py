"""A master and its workers: real processes that share one storm."""

from __future__ import annotations

import json
import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil
import pytest

from tests.cli.shell import Ended, Shell
from tests.pytest_mohook.load.receivers import Desk

pytestmark = pytest.mark.slow

IP1 = ("--provider", "ip1")


@pytest.fixture
def port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return str(listener.getsockname()[1])


@contextmanager
def workers(
    url: str, port: str, folder: Path, *words: str, count: int = 2
) -> Iterator[list[Shell]]:
    """Run workers that wait for a master at that port."""
    with ExitStack() as stack:
        command = ("load", url, *IP1, "--worker", "--master-port", port, *words)
        yield [stack.enter_context(Shell(*command, cwd=folder)) for _ in range(count)]


def master(url: str, port: str, folder: Path, *words: str) -> Shell:
    command = ("load", url, *IP1, "--master", "--master-bind-port", port, "--expect-workers", "2")
    return Shell(*command, *words, "--max-parts", "1", cwd=folder)


def ended(shell: Shell) -> Ended:
    return shell.end(40)


def test_two_workers_share_a_storm(url: str, desk: Desk, port: str, tmp_path: Path) -> None:
    """Each sends half, under ids and in an order of its own; the master reads back once for all."""
    asked = ("--rate", "40", "--seconds", "1", "--readback", url, "--seed", "7", "--json")
    with workers(url, port, tmp_path) as both, master(url, port, tmp_path, *asked) as leader:
        told = ended(leader)
        shares = [ended(each) for each in both]
    assert told.code == 0, told.err
    figures = json.loads(told.out)
    assert figures["workers"] == [20, 20]
    assert figures["messages"]["delivered"] == figures["attempts"]["made"] == 40
    assert (figures["stored"]["lost"], figures["stored"]["duplicated"]) == (0, 0)
    assert len(desk.messages) == len(desk.stored) == 40
    assert set(desk.attempts.values()) == {1}
    assert [(each.code, each.out.splitlines()[-1]) for each in shares] == [
        (0, "20 messages sent.")
    ] * 2


def test_users_are_shared_too(url: str, desk: Desk, port: str, tmp_path: Path) -> None:
    """What one worker loses of its share counts in the master's figures."""
    desk.forgets = 7
    asked = ("--users", "4", "--seconds", "0.5", "--readback", url, "--json")
    with workers(url, port, tmp_path) as both, master(url, port, tmp_path, *asked) as leader:
        told = ended(leader)
        assert [ended(each).code for each in both] == [0, 0]
    assert told.code == 1
    figures = json.loads(told.out)
    assert min(figures["workers"]) > 0
    assert sum(figures["workers"]) == len(desk.messages)
    assert figures["stored"]["lost"] == len(desk.messages) // 7


def test_a_worker_that_dies_is_no_secret(url: str, desk: Desk, port: str, tmp_path: Path) -> None:
    """The storm comes to its end without it, and the figures say that a part is missing."""
    asked = ("--rate", "20", "--seconds", "2", "--readback", url)
    with workers(url, port, tmp_path) as (one, other), master(url, port, tmp_path, *asked) as lead:
        desk.wait_for(5)
        [locust] = psutil.Process(one.pid).children()
        locust.kill()
        told = ended(lead)
        assert ended(other).code == 0
        assert "Locust ended with -9" in ended(one).err
    assert told.code == 1
    assert "1 worker was lost: what was sent last is not in these figures." in told.out
    assert "✗ 1 worker was lost." in told.out


def test_a_worker_that_is_ended_tells_its_last(
    url: str, desk: Desk, port: str, tmp_path: Path
) -> None:
    """Ctrl-C at a worker: what it sent counts; that it sent less than its share is told."""
    asked = ("--rate", "20", "--seconds", "2", "--readback", url, "--json")
    with workers(url, port, tmp_path) as (one, other), master(url, port, tmp_path, *asked) as lead:
        desk.wait_for(5)
        one.send_signal(signal.SIGINT)
        assert ended(one).code == 130
        told = ended(lead)
        assert ended(other).code == 0
    assert told.code == 1
    figures = json.loads(told.out)
    assert (figures["workers_lost"], figures["cut_short"]) == (0, 1)
    assert figures["messages"]["sent"] == len(desk.messages) < 40


def test_a_worker_for_the_other_provider_is_refused(url: str, port: str, tmp_path: Path) -> None:
    """It says what the master sends, and ends with 2."""
    asked = ("--rate", "5", "--seconds", "0.5")
    odd = ("load", url, "--provider", "intelepeer", "--worker", "--master-port", port)
    with (
        Shell(*odd, cwd=tmp_path) as worker,
        workers(url, port, tmp_path, count=1),
        master(url, port, tmp_path, *asked) as leader,
    ):
        refused, told = ended(worker), ended(leader)
    assert refused.code == 2
    assert "the master sends as ip1, this worker as intelepeer" in refused.err
    assert told.code == 1
    assert "1 worker was lost" in told.out
