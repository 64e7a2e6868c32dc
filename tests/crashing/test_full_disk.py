"""A disk that is full: what cannot be kept is refused, and all else goes on when there is room."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mohook.client import Client
from mohook.errors import StoreAwayError
from mohook.submission import Submission
from tests._receivers import Answer, scripted
from tests.cli.shell import Shell
from tests.portal.missing import missing

pytestmark = pytest.mark.slow
LONG = Submission("ip1", "46712345678", "456189040623", "x" * 300, count=50)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Give a folder on a disk of its own, with two megabytes free and a file that takes four."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() != 0 or not shutil.which("mount"):
        missing("needs root, and mount, for a small disk")
    mounting = ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder)]
    if subprocess.run(mounting, check=False, capture_output=True).returncode:
        missing("needs to be allowed to mount a tmpfs")
    (folder / "ballast").write_bytes(bytes(4 << 20))
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(client: Client, accepted: list[dict[str, Any]]) -> None:
    for _ in range(200):
        accepted += client.send(LONG)


def test_a_full_disk_is_told_and_outlived(small_disk: Path, tmp_path: Path) -> None:
    """A 503 for what was not accepted; all that was is delivered once there is room, none twice."""
    state = str(small_disk / "state.sqlite")
    with scripted(Answer(200)) as receiver:
        flags = ("--json", "--quiet", "--state", state, "--ip1-callback", receiver.url)
        with Shell("serve", "--port", "0", *flags, cwd=tmp_path) as shell:
            client = Client(json.loads(shell.line())["url"])
            accepted: list[dict[str, Any]] = []
            with pytest.raises(StoreAwayError, match=r"full\); make room there"):
                fill(client, accepted)
            assert accepted
            assert {each["id"] for each in client.messages()} <= {each["id"] for each in accepted}
            (small_disk / "ballast").unlink()
            client.send(LONG)
            receiver.wait_for(len(accepted) + LONG.count)
            while client.sms_report()["pending"]:
                client.events()
            assert len(receiver.requests) == len(accepted) + LONG.count
            shell.send_signal(signal.SIGTERM)
            assert shell.end().code == 0
    with sqlite3.connect(state) as file:
        assert file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    file.close()
