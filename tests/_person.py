"""The README's commands, and a person who types them at a shell in a folder of their own."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path
from threading import Thread
from typing import IO, Any

import pytest
import requests

from tests._pages import COMMANDS

__all__ = ["BIN", "EMULATOR", "RECEIVER", "Person"]

BIN = Path(sys.executable).parent
RECEIVER, EMULATOR = "http://127.0.0.1:5000", "http://127.0.0.1:7670"

JSON = dict[str, Any]
_PATIENCE = 30.0


def _free_ports() -> tuple[str, str]:
    """Return two ports on which nothing listens."""
    any_port = ("127.0.0.1", 0)
    with socket.create_server(any_port) as one, socket.create_server(any_port) as other:
        return str(one.getsockname()[1]), str(other.getsockname()[1])


class Person:
    """Reads the README and types what it says, at a shell in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ports = dict(zip(("5000", "7670"), _free_ports(), strict=True))
        ours = ("MOHOOK_", "FLASK_", "PYTEST_")
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
        self._environ = inherited | {
            "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
            "PYTHONUNBUFFERED": "1",
            "PYTHONUTF8": "1",
            "MOHOOK_PORT": self._ports["7670"],
        }
        self._running: list[subprocess.Popen[str]] = []
        self._said: dict[int, tuple[Thread, list[str]]] = {}

    def here(self, text: str) -> str:
        """Return a text of the README with the ports of this test."""
        return re.sub(r"\b(5000|7670)\b", lambda found: self._ports[found[0]], text)

    def type(self, command: str, *, ends_with: int = 0, patience: float = _PATIENCE) -> str:
        """Run a command of the README to its end, by default a good one; return its output."""
        assert command in COMMANDS
        ran = subprocess.run(
            ["sh", "-c", self.here(command)],
            cwd=self.folder,
            env=self._environ,
            capture_output=True,
            text=True,
            timeout=patience,
            check=False,
        )
        assert ran.returncode == ends_with, f"{command}\n{ran.stdout}{ran.stderr}"
        return ran.stdout

    def start(self, command: str, *, ready: str) -> subprocess.Popen[str]:
        """Run a command of the README that stays, until it has printed the word `ready`."""
        assert command in COMMANDS
        return self.start_inline(command, ready=ready)

    def start_inline(self, command: str, *, ready: str) -> subprocess.Popen[str]:
        """Do the same with a command that stands in a sentence."""
        process = subprocess.Popen(
            ["sh", "-c", f"exec {self.here(command)}"],
            cwd=self.folder,
            env=self._environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._running.append(process)
        assert process.stdout
        said = ""
        for line in process.stdout:
            said += line
            if ready in line:
                self._listen(process, process.stdout)
                return process
        pytest.fail(f"{command} ended:\n{said}")

    def _listen(self, process: subprocess.Popen[str], stdout: IO[str]) -> None:
        """Read what a process says: one that nobody listens to stops when its pipe is full."""
        said: list[str] = []
        listening = Thread(target=said.extend, args=(stdout,))
        listening.start()
        self._said[process.pid] = listening, said

    def end(self, process: subprocess.Popen[str]) -> str:
        """End what was started, and return what it has said since."""
        self._running.remove(process)
        # Ctrl-C's signal is ignored by what a background job starts; this one never is.
        process.terminate()
        try:
            process.wait(timeout=_PATIENCE)
        finally:
            process.kill()
            process.wait()
        listening, said = self._said.pop(process.pid)
        listening.join()
        assert process.stdout
        process.stdout.close()
        return "".join(said)

    def end_all(self) -> None:
        for process in reversed(self._running[:]):
            self.end(process)

    def get(self, url: str) -> Any:
        answer = requests.get(self.here(url), timeout=_PATIENCE)
        answer.raise_for_status()
        return answer.json()

    def stored(self) -> list[str]:
        """Return the texts that the receiver has stored, in their order."""
        texts: list[str] = self.get(f"{RECEIVER}/stored")
        return texts

    def tried(self, message_id: str, times: int) -> JSON:
        """Return a message as soon as it has so many attempts, or what there is in the end."""
        deadline = time.monotonic() + _PATIENCE
        while len((found := self.message(message_id))["attempts"]) < times:
            if time.monotonic() > deadline:
                break
        return found

    def message(self, message_id: str) -> JSON:
        found: JSON = self.get(f"{EMULATOR}/mohook/v1/messages/{message_id}")
        return found
