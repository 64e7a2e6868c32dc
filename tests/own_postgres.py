"""A PostgreSQL server of a test's own, to stop and start as it likes.

It listens on a socket in its own folder alone, so that no port is taken.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Literal

from tests.portal.missing import missing

__all__ = ["Mode", "OwnPostgres", "own_postgres"]

Mode = Literal["fast", "immediate"]
"""How it is stopped: in order, or as if it crashed."""
_USERS = ("postgres", "nobody")
"""Who runs it where we are root, which it refuses."""
_OWNER = "mohook"


class OwnPostgres:
    """A server in `folder`, run by `user`, or by who runs the tests."""

    def __init__(
        self, programs: Path, folder: Path, user: str | None, settings: Mapping[str, str]
    ) -> None:
        self._programs, self._folder, self._user = programs, folder, user
        self._numbers = count(1)
        self._run(
            "initdb", "--no-sync", "--auth=trust", f"--username={_OWNER}", "--no-locale", "-EUTF8"
        )
        own = {"listen_addresses": "", "unix_socket_directories": str(folder)}
        with (folder / "data" / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in {**own, **settings}.items())

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self._run("pg_ctl", "start", "--wait", "--silent", f"--log={self._folder / 'log'}")

    def stop(self, mode: Mode) -> None:
        """Stop it, and wait until it has ended."""
        self._run("pg_ctl", "stop", "--wait", "--silent", f"--mode={mode}")

    def restart(self, mode: Mode) -> None:
        """Stop it and start it again at once."""
        self.stop(mode)
        self.start()

    def new_state(self, encoding: str = "UTF8") -> str:
        """Return the URL of an empty database."""
        name = f"state_{next(self._numbers)}"
        flags = f"--encoding={encoding}", "--template=template0"
        self._run("createdb", f"--host={self._folder}", f"--username={_OWNER}", *flags, name)
        return f"postgresql+psycopg://{_OWNER}@/{name}?host={self._folder}"

    def _run(self, program: str, *flags: str) -> None:
        errors = self._folder / "errors"
        with errors.open("wb") as file:  # no pipe: the server would keep it open
            told = subprocess.run(
                [self._programs / program, *flags],
                cwd=self._folder,
                user=self._user,
                env={"PGDATA": str(self._folder / "data"), "PATH": os.defpath},
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                check=False,
            )
        if told.returncode:
            raise RuntimeError(f"{program}: {errors.read_text()}")


@contextmanager
def own_postgres(**settings: str) -> Iterator[OwnPostgres]:
    """Give a server that runs; where there are no programs a test skips, and in CI it fails."""
    programs = _programs()
    user = _user() if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="mohook-pg-"))
    try:
        if user:
            shutil.chown(folder, user)
        server = OwnPostgres(programs, folder, user, settings)
        server.start()
        try:
            yield server
        finally:
            if (folder / "data" / "postmaster.pid").exists():
                server.stop("immediate")
    finally:
        shutil.rmtree(folder)


def _programs() -> Path:
    on_path = shutil.which("initdb")
    places = [Path(on_path).resolve().parent] if on_path else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found = next((each for each in places if (each / "initdb").exists()), None)
    if found is None:
        missing("needs a PostgreSQL server of its own: apt-get install postgresql")
    return found


def _user() -> str:
    known = {each.pw_name for each in pwd.getpwall()}
    found = next((each for each in _USERS if each in known), None)
    if found is None:
        missing(f"PostgreSQL does not run as root, and there is none of {', '.join(_USERS)}")
    return found
