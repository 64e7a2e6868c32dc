"""A `mohook` command in a process of its own, as a person at a shell has it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["Ended", "Shell"]

_COMMAND = (sys.executable, "-c", "from mohook.cli import main; main()")
_PATIENCE = 20.0


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str


class Shell:
    """One command, started when this is made; a `with` block never leaves it behind."""

    def __init__(self, *arguments: str, cwd: Path, **environ: str) -> None:
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("MOHOOK_")}
        self._process = subprocess.Popen(
            [*_COMMAND, *arguments],
            cwd=cwd,
            env={**inherited, "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1", **environ},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Shell:
        return self

    def __exit__(self, *_: Any) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.communicate()

    @property
    def pid(self) -> int:
        return self._process.pid

    def line(self) -> str:
        """Return the next line of stdout."""
        assert self._process.stdout
        return self._process.stdout.readline()

    def lines_until(self, word: str) -> str:
        """Return stdout up to the line that holds `word`, or all of it."""
        lines = []
        while line := self.line():
            lines.append(line)
            if word in line:
                break
        return "".join(lines)

    def send_signal(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def close_stdout(self) -> None:
        assert self._process.stdout
        self._process.stdout.close()
        self._process.stdout = None

    def end(self, seconds: float = _PATIENCE) -> Ended:
        """Wait for the end and return it; `subprocess.TimeoutExpired` where it does not come."""
        out, err = self._process.communicate(timeout=seconds)
        return Ended(self._process.returncode, out or "", err or "")
