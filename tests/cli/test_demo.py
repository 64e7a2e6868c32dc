"""`mohook demo` tells its story, and fails where the story goes otherwise."""

from __future__ import annotations

import json
import signal
import socket
import struct
import time
from pathlib import Path

import pytest
import requests

from mohook.cli.demo import story
from mohook.cli.demo.receiver import HANG, receiving
from mohook.client import Client
from tests.cli.conftest import Run
from tests.cli.shell import Shell

pytestmark = pytest.mark.slow


def test_it_tells_the_story_and_ends_by_itself(tmp_path: Path) -> None:
    """Within ten seconds: ip1 delivers on attempt 3, IntelePeer on 1, the last fails after 5."""
    began = time.monotonic()
    with Shell("demo", cwd=tmp_path) as shell:
        ended = shell.end()
    assert time.monotonic() - began < 10
    assert (ended.code, ended.err) == (0, "")
    outcomes = [line for line in ended.out.splitlines() if "  attempt " in line]
    assert ["again" in line for line in outcomes] == [True, True, False, False, *[True] * 4, False]
    assert "POST /_rest/v4/my/did/sms/webhook" in ended.out
    assert "→ 201, +13038675309 is provisioned" in ended.out
    assert "ip1         delivered on attempt 3   as it should" in ended.out
    assert "IntelePeer  failed after 5 attempts  as it should" in ended.out
    assert "600 times as fast" in ended.out
    assert max(map(len, ended.out.splitlines())) <= 80
    assert "\x1b" not in ended.out


def test_json_tells_the_same_in_events(tmp_path: Path) -> None:
    """--json prints an event a line, the last of them the summary."""
    with Shell("demo", "--json", cwd=tmp_path) as shell:
        ended = shell.end()
    events = [json.loads(line) for line in ended.out.splitlines()]
    assert [event["event"] for event in events if event["event"] != "attempt"] == [
        *("ready", "chapter", "chapter", "webhook", "chapter", "webhook", "summary")
    ]
    attempts = [event["outcome"] for event in events if event["event"] == "attempt"]
    assert attempts == ["500", "timeout", "200", "200", *["204"] * 5]
    assert events[-1]["ok"] is True


def test_another_outcome_ends_with_1(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A receiver that answers at once spoils the first chapter: the demo is a test of itself."""
    monkeypatch.setitem(story._SCRIPTS, "/ip1", (200,))
    monkeypatch.setitem(story._SCRIPTS, "/never-200", (200,))
    result = run("demo")
    assert result.exit_code == 1
    assert "NOT as it should" in result.stdout
    assert "2 of 3 chapters went otherwise than told" in result.stderr


def test_stay_keeps_the_emulator_up_until_ctrl_c(tmp_path: Path) -> None:
    """With --stay the emulator answers after the story, and Ctrl-C ends it at once with 0."""
    with Shell("demo", "--stay", "--json", cwd=tmp_path) as shell:
        url = json.loads(shell.lines_until('"staying"').splitlines()[-1])["url"]
        assert len(Client(url).messages()) == 3
        began = time.monotonic()
        shell.send_signal(signal.SIGINT)
        ended = shell.end()
    assert time.monotonic() - began < 2
    assert ended.code == 0
    assert "Traceback" not in ended.err


@pytest.mark.parametrize("until", ['"ready"', '"attempt"'])
def test_ctrl_c_ends_the_story_at_once(tmp_path: Path, until: str) -> None:
    """In the middle of it Ctrl-C ends with 130 and no traceback."""
    with Shell("demo", "--json", cwd=tmp_path) as shell:
        shell.lines_until(until)
        began = time.monotonic()
        shell.send_signal(signal.SIGINT)
        ended = shell.end()
    assert time.monotonic() - began < 2
    assert ended.code == 130
    assert "Traceback" not in ended.err


def test_the_sample_receiver_follows_its_script() -> None:
    """It answers in turn, repeats the last status, and knows no other path."""
    with receiving({"/a": (500, 200)}) as receiver:
        answers = [requests.post(f"{receiver.url}/a", timeout=5).status_code for _ in range(3)]
        other = requests.post(f"{receiver.url}/b", timeout=5).status_code
    assert (answers, other) == ([500, 200, 200], 404)


def test_the_sample_receiver_hangs_for_real() -> None:
    """A hang sends no byte, for as long as the caller waits, and ends with the receiver."""
    with (
        receiving({"/a": (HANG,)}) as receiver,
        pytest.raises(requests.ReadTimeout),
    ):
        requests.post(f"{receiver.url}/a", timeout=0.1)


def test_its_receiver_says_nothing_of_a_client_that_went_away(
    capfd: pytest.CaptureFixture[str],
) -> None:
    """A connection that is reset ends a demo on Ctrl-C; any other mistake is told."""
    with receiving({}) as receiver:
        with socket.create_connection(("127.0.0.1", receiver.server_port)) as client:
            client.sendall(b"POST /sms HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            assert client.recv(12) == b"HTTP/1.1 404"
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        with socket.create_connection(("127.0.0.1", receiver.server_port)) as client:
            client.sendall(b"POST /sms HTTP/1.1\r\nContent-Length: many\r\n\r\n")
            assert client.recv(1) == b""
    told = capfd.readouterr().err
    assert "ConnectionResetError" not in told
    assert "invalid literal for int() with base 10: 'many'" in told
