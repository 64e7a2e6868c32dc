"""`mohook serve --state`: killed at any moment, it goes on where it was."""

from __future__ import annotations

import json
import signal
from datetime import timedelta
from pathlib import Path

import pytest

from mohook.client import Client
from mohook.submission import Submission
from tests._receivers import Answer, scripted
from tests.cli.shell import Shell
from tests.stalling import stalling_state

pytestmark = pytest.mark.slow
SMS = Submission("ip1", "46712345678", "456189040623", "Hi my name is earl")
NUMBER = "+12161112222"


def serving(folder: Path, *flags: str) -> tuple[Shell, Client]:
    shell = Shell(
        "serve", "--port", "0", "--json", "--quiet", "--state", "sms.sqlite", *flags, cwd=folder
    )
    return shell, Client(json.loads(shell.line())["url"])


def kill(shell: Shell) -> None:
    shell.send_signal(signal.SIGKILL)
    shell.end()


def test_all_of_it_comes_back_after_a_kill(tmp_path: Path) -> None:
    """Messages and their attempts, webhooks, faults, and where the clock stood."""
    with scripted(Answer(500), Answer(200)) as receiver:
        flags = ("--clock", "manual", "--ip1-callback", receiver.url)
        shell, client = serving(tmp_path, *flags)
        with shell, client:
            [message] = client.send(SMS)
            client.put_number(NUMBER, webhook="http://127.0.0.1:1/moved")
            client.add_faults("timeout", "500")
            client.advance(span=timedelta(seconds=600))
            client.advance(span=timedelta(seconds=1))
            stood = client.clock()
            before = client.message(message["id"])
            kill(shell)
        assert [each["outcome"] for each in before["attempts"]] == ["500", "timeout"]
        shell, client = serving(tmp_path)
        with shell, client:
            assert client.clock() == stood
            assert client.message(message["id"]) == before
            assert client.number(NUMBER)["webhook"] == "http://127.0.0.1:1/moved"
            [script] = client.faults()
            assert script["position"] == 1
            client.advance(span=timedelta(seconds=1200))
            after = client.message(message["id"])
            assert [each["outcome"] for each in after["attempts"]] == [
                "500", "timeout", "500", "200",
            ]  # fmt: skip
            assert len(receiver.requests) == 2
            client.reset()
            kill(shell)
        shell, client = serving(tmp_path)
        with shell, client:
            assert client.messages() == []
            assert client.faults() == []


def test_what_is_named_goes_over_what_was_kept(tmp_path: Path) -> None:
    """A flag of this run holds; what no flag names stays as it was."""
    shell, client = serving(tmp_path, "--clock", "manual", "--ip1-callback", "http://127.0.0.1:1/a")
    with shell, client:
        client.send(SMS)
        client.put_account("ip1-10001", callback_url="http://127.0.0.1:1/b")
        kill(shell)
    shell, client = serving(tmp_path)
    with shell, client:
        assert client.health()["clock"] == "manual"
        assert client.account("ip1-10001")["callback_url"] == "http://127.0.0.1:1/b"
        kill(shell)
    with scripted(Answer(200)) as receiver:
        shell, client = serving(tmp_path, "--clock", "x1000", "--ip1-callback", receiver.url)
        with shell, client:
            assert client.health()["clock"] == "x1000"
            receiver.wait_for(1)


def test_where_the_state_is_and_what_is_in_it_is_said(tmp_path: Path) -> None:
    """On the banner, and at the end."""
    shell, client = serving(tmp_path)
    with shell, client:
        client.send(SMS)
        kill(shell)
    with Shell("serve", "--port", "0", "--state", "sms.sqlite", cwd=tmp_path) as again:
        assert "State       sms.sqlite: 0 pending, 1 held" in again.lines_until("Ctrl-C")
        again.send_signal(signal.SIGINT)
        ended = again.end()
    assert (ended.code, ended.out) == (0, "")
    assert "Stopped with 1 held: kept in sms.sqlite." in ended.err


def test_a_state_in_use_is_wrong_usage(tmp_path: Path) -> None:
    """It says by whom, and what to do."""
    shell, client = serving(tmp_path)
    with shell, client, Shell("serve", "--state", "sms.sqlite", cwd=tmp_path) as second:
        ended = second.end()
    assert ended.code == 2
    assert ended.err.startswith("Error: --state: the state in sms.sqlite is in use by another")


@pytest.mark.postgres
def test_it_ends_though_the_database_hangs(tmp_path: Path) -> None:
    """Within a second, as ever: what is kept outlives any end."""
    with stalling_state() as (way, where):
        shell, client = serving(tmp_path, "--state", where)
        with shell, client:
            client.send(SMS)
            way.stall()
            shell.send_signal(signal.SIGINT)
            ended = shell.end(5)
    assert (ended.code, ended.err) == (0, "")
