"""`mohook serve` in a process of its own, on a state that lasts."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.request import urlopen

__all__ = ["KEEP", "ended", "serving", "wait_until_settled"]

KEEP = 10_000_000
"""Finished messages that are kept: all of them."""
_PATIENCE = 60.0  # seconds
_QUICK = {"MOHOOK_IP1_RETRY_INTERVAL": "500ms"}


@contextmanager
def serving(
    where: str, callback: str, environ: Mapping[str, str] = _QUICK
) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Give the process that serves the state at `where`, and its URL; kill it at the end."""
    command = [sys.executable, "-m", "mohook", "serve", "--json", "--port", "0", "--quiet"]
    command += ["--state", where, "--ip1-callback", callback, "--keep", str(KEEP)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={**os.environ, **environ}
    ) as process:
        assert process.stdout
        try:
            line = process.stdout.readline()
            assert line, f"the emulator ended with {process.wait()}"
            yield process, json.loads(line)["url"]
        finally:
            if process.poll() is None:
                process.kill()


def ended(process: subprocess.Popen[bytes]) -> int:
    """Ask it to end, and return its code."""
    process.send_signal(signal.SIGTERM)
    return process.wait(_PATIENCE)


def wait_until_settled(url: str) -> None:
    """Wait until nothing is pending."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        with urlopen(f"{url}/mohook/v1/reports/sms", timeout=30) as answer:
            if not json.load(answer)["pending"]:
                return
        time.sleep(0.1)
    msg = f"messages are still pending after {_PATIENCE:.0f} s"
    raise AssertionError(msg)
