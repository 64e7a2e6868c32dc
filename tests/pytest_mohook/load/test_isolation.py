"""Locust and gevent change the process that imports them: only Locust's own process does."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests._receivers import scripted
from tests.cli.shell import Shell

pytestmark = pytest.mark.slow

EVERYTHING_ELSE = """
import pkgutil, sys
from importlib import import_module
import mohook, pytest_mohook
before = set(sys.modules)
names = [
    found.name
    for package in (mohook, pytest_mohook)
    for found in pkgutil.walk_packages(package.__path__, package.__name__ + ".")
    if not found.name.startswith("pytest_mohook.load.process.") and "__main__" not in found.name
]
for name in names:
    import_module(name)
assert "pytest_mohook.load.command" in names
print(sorted({"gevent", "locust", "geventhttpclient"} & set(sys.modules)))
"""
USERS = """
import sys
import pytest_mohook.load
assert "locust" not in sys.modules
from pytest_mohook.load import Ip1User
print("locust" in sys.modules)
"""


def ran(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_no_other_module_imports_locust() -> None:
    """Every module but those of Locust's process is imported, and gevent is not there."""
    assert ran(EVERYTHING_ELSE) == "[]"


def test_the_users_are_loaded_when_they_are_asked_for() -> None:
    """The package by itself imports no Locust; a locustfile's import of a user does."""
    assert ran(USERS) == "True"


def test_who_is_killed_leaves_no_locust_behind(tmp_path: Path) -> None:
    """Locust's process sees that nobody is there any more, and ends."""
    with scripted() as receiver:
        words = (receiver.url, "--provider", "ip1", "--rate", "20", "--seconds", "600")
        with Shell("load", *words, cwd=tmp_path, TMPDIR=str(tmp_path)) as shell:
            shell.line()
            receiver.wait_for(3, 20)
            children = psutil.Process(shell.pid).children()
            assert len(children) == 1
            shell.send_signal(signal.SIGKILL)
        psutil.wait_procs(children, timeout=20)
        assert not children[0].is_running()


def test_the_time_it_takes_to_import_is_not_the_others() -> None:
    """`mohook load --help` needs neither Locust nor what draws the texts."""
    code = (
        "import sys\nsys.argv = ['mohook', 'load', '--help']\n"
        "from mohook.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    print()\n"
        "print(sorted({'gevent', 'locust', 'hypothesis', 'rich'} & set(sys.modules)))"
    )
    assert ran(code).splitlines()[-1] == "[]"
