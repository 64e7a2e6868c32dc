"""Locust in a process of its own: how it is started, what it tells, how it is ended."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from queue import Empty, SimpleQueue
from tempfile import TemporaryDirectory, TemporaryFile
from threading import Thread
from time import monotonic
from typing import Any, Self

from mohook.errors import InputError, MohookError
from mohook.masking import masked_url
from pytest_mohook.load.plan import Orders

__all__ = ["Event", "Handover", "Part", "require_free", "require_locust"]

Event = dict[str, Any]
"""What Locust's process tells: `event` says which, `pytest_mohook.load.process` what else."""

_LOCUSTFILE = Path(__file__).parent / "process" / "locustfile.py"
_PATIENCE = 15.0  # seconds that Locust has to write its reports and end
_QUIETLY = ("--loglevel", "WARNING", "--only-summary", "--exit-code-on-error", "0")
_MOMENT = 0.6  # seconds
_SHOWN = 12  # lines


def require_locust() -> None:
    """Raise InputError where Locust is not installed."""
    if find_spec("locust") is None:
        msg = "a storm needs Locust, which is not installed: pip install 'mohook[load]'"
        raise InputError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What this process is to the storm, in the words of Locust's command line."""

    role: tuple[str, ...] = ()
    users: int = 1
    csv: Path | None = None
    html: Path | None = None
    web: tuple[str, int] | None = None
    workers: int = 0
    """How many a master waits for."""

    def arguments(self) -> list[str]:
        """Return Locust's arguments: its documented ones alone."""
        if "--worker" in self.role:
            return [*self.role, *_QUIETLY]
        given = [*self.role, "--users", str(self.users), "--spawn-rate", str(self.users)]
        if self.web is None:
            given.append("--headless")
        else:
            host, port = self.web
            given += ["--autostart", "--web-host", host, "--web-port", str(port)]
        given += ["--csv", str(self.csv.absolute())] if self.csv else []
        given += ["--html", str(self.html.absolute())] if self.html else []
        return [*given, *_QUIETLY]


def require_free(host: str, port: int, flag: str) -> None:
    """Raise InputError where Locust could not listen; `flag` is the option that says where."""
    try:
        family, *_, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.create_server(place[:2], family=family):
            return
    except OSError as problem:
        why = os.strerror(problem.errno) if problem.errno else problem
        msg = f"{host}:{port} cannot be listened on ({why}): choose another with {flag}"
        raise InputError(msg) from None


class Handover:
    """Runs Locust as a process of its own while it is entered.

    It has its own session: Ctrl-C is for us, and Locust is told by its stdin, which ends with
    this process whatever happens. It reads no settings of the user's own Locust.
    """

    def __init__(self, orders: Orders, part: Part) -> None:
        self._orders = orders
        self._part = part
        self._folder = TemporaryDirectory(prefix="mohook-load-")
        self._errors = TemporaryFile()  # noqa: SIM115 - open as long as this is
        self._told: SimpleQueue[Event | None] = SimpleQueue()
        self._is_let_go = False

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(  # noqa: S603 - Locust, with arguments of our own
            [sys.executable, "-m", "locust", "-f", str(_LOCUSTFILE), *self._arguments()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            cwd=self._folder.name,
            env=_environment(self._folder.name),
            start_new_session=True,
        )
        # A thread of its own: a plan may be larger than a pipe, and Locust may not come to read.
        self._threads = [
            Thread(target=self._say, args=(self._orders.line(),), daemon=True),
            Thread(target=self._listen, daemon=True),
        ]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.end()
        self._errors.close()
        self._folder.cleanup()

    def _arguments(self) -> list[str]:
        host = masked_url(self._orders.url)  # for Locust's page and report alone
        return ["--host", host, *self._part.arguments()]

    def events(self) -> Iterator[Event]:
        """Yield what it tells, until it ends.

        Raises the MohookError that it was refused for, or one that shows its last words.
        """
        over = False
        for event in iter(self._told.get, None):
            if event["event"] == "refused":
                raise _named(event["kind"])(event["why"])
            over |= event["event"] == "over"
            yield event
        by_order = over or "--worker" in self._part.role  # a worker leaves as the master says
        if not by_order or self._process.wait():
            raise MohookError(self._last_words())

    def last_events(self) -> Iterator[Event]:
        """Tell it to send no more, and yield what it tells in the moment that there is."""
        self.let_go()
        self._say(b"stop\n")
        until = monotonic() + _MOMENT
        with suppress(Empty):
            while event := self._told.get(timeout=max(0.0, until - monotonic())):
                yield event
                if event["event"] == "over":
                    return

    def let_go(self) -> None:
        """Let it leave by itself, when all is written; nobody waits for it then."""
        self._is_let_go = True

    def end(self) -> None:
        """Wait until it has written its reports and is gone; end it where it does not go."""
        with suppress(OSError):
            self._process.stdin.close()  # type: ignore[union-attr] # a pipe
        if self._is_let_go:
            return
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        finally:
            for thread in self._threads:
                thread.join()
            self._process.stdout.close()  # type: ignore[union-attr] # a pipe

    def _listen(self) -> None:
        for line in self._process.stdout or ():
            self._told.put(json.loads(line))
        self._told.put(None)

    def _say(self, line: bytes) -> None:
        stdin = self._process.stdin
        with suppress(OSError, ValueError):
            stdin.write(line)  # type: ignore[union-attr] # a pipe
            stdin.flush()  # type: ignore[union-attr]

    def _last_words(self) -> str:
        code = self._process.wait()
        self._errors.seek(0)
        said = self._errors.read().decode("utf-8", "replace").splitlines()[-_SHOWN:]
        return "\n".join([f"Locust ended with {code} before the storm was over:", *said])


def _environment(home: str) -> dict[str, str]:
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("LOCUST_", "MOHOOK_"))}
    return {**inherited, "HOME": home, "PYTHONUTF8": "1"}


def _named(kind: str) -> type[MohookError]:
    """Return the error of ours with that name."""
    from mohook import errors
    from pytest_mohook.check import errors as of_check

    found = getattr(errors, kind, None) or getattr(of_check, kind, None)
    return found if isinstance(found, type) and issubclass(found, MohookError) else MohookError
