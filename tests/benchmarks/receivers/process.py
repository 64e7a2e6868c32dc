"""Starting a receiver's process, learning its ports, and ending it whatever happens."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

__all__ = ["serving"]

_PATIENCE = 10.0  # seconds that a process gets to end by itself
_SERVER = Path(__file__).parent / "server.py"


@contextlib.contextmanager
def serving(kind: str, *options: str) -> Iterator[list[int]]:
    """Run the server of that kind (`server.py`) in its own process and give its ports.

    It ends when its standard input does: also when this process dies unawares.
    """
    process = subprocess.Popen(
        [sys.executable, str(_SERVER), kind, *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is for us; the server ends by its standard input
    )
    with process:
        try:
            yield _ports(process)
        finally:
            _end(process)


def _ports(process: subprocess.Popen[bytes]) -> list[int]:
    assert process.stdout
    line = process.stdout.readline()
    if not line:
        msg = f"{process.args!r} ended with {process.wait(_PATIENCE)}, expected its ports"
        raise RuntimeError(msg)
    ports: list[int] = json.loads(line)
    return ports


def _end(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin
    process.stdin.close()
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
