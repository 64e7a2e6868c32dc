"""Event streams keep a thread each: however many are asked for, others are served."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path
from time import monotonic

import pytest

from mohook.server.events import MOST_STREAMS
from tests.cli.shell import Shell
from tests.security.asking import API, asked, connected, one_answer, request_bytes

pytestmark = pytest.mark.slow

ASKED_FOR = 10_000
EVENTS = f"{API}/events"
STREAM = {"Accept": "text/event-stream", "Connection": "keep-alive"}


@pytest.mark.usefixtures("many_files")
def test_ten_thousand_streams_leave_room_for_others(tmp_path: Path) -> None:
    """As many as there are seats are open, of both kinds; each other one is a clear 503.

    The server is a process of its own, and none of the connections is closed by who asks.
    """
    with (
        Shell("serve", "--port", "0", "--json", "--quiet", cwd=tmp_path) as shell,
        ExitStack() as stack,
    ):
        url = json.loads(shell.line())["url"]
        opened = []
        for number in range(ASKED_FOR):
            sock = stack.enter_context(connected(url, timeout=30))
            path = (EVENTS, "/portal/live")[number % 2]
            sock.sendall(request_bytes(path, headers=STREAM))
            opened.append((path, sock))
            if number % 2_500 == 0:
                assert asked(url, f"{API}/health").status == 200
        answers = [(path, one_answer(sock)) for path, sock in opened]
        streaming = [path for path, answer in answers if answer.status == 200]
        refused = [answer for _, answer in answers if answer.status != 200]
        assert len(streaming) == MOST_STREAMS
        assert set(streaming) == {EVENTS, "/portal/live"}
        assert {answer.status for answer in refused} == {503}
        assert {answer.headers["retry-after"] for answer in refused} == {"1"}
        told = json.loads(refused[-1].body)
        assert "event streams are open, which is the most" in told["detail"]
        assert asked(url, f"{API}/messages").status == 200
        assert asked(url, "/").status == 200
        stack.close()
        assert _is_open_again(url)


def _is_open_again(url: str) -> bool:
    """Whether a stream is to be had once all others have gone."""
    until = monotonic() + 20
    while monotonic() < until:
        with connected(url) as sock:
            sock.sendall(request_bytes(EVENTS, headers=STREAM))
            if one_answer(sock).status == 200:
                return True
    return False
