"""What starts quickly imports little: each start in a process of its own, by what it loads."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mohook.cli.root import COMMANDS

pytestmark = pytest.mark.slow

HEAVY = {"anyio", "flask", "flask_openapi", "hypothesis", "phonenumbers", "pycurl", "pydantic",
         "requests", "rich", "sqlalchemy", "waitress", "werkzeug"}  # fmt: skip
ADDED_BY = """
import sys
before = set(sys.modules)  # what Python and this machine load first is nobody's doing
{code}
print("ADDED", *sorted(set(sys.modules) - before))
"""
PURE = ["mohook.sms", "mohook.providers", "mohook.directory", "mohook.settings", "mohook.options",
        "mohook.assumptions", "mohook.errors", "mohook.durations"]  # fmt: skip
EVERY_MODULE_OF = """
import importlib, pkgutil
package = importlib.import_module({name!r})
for found in pkgutil.walk_packages(getattr(package, "__path__", []), {name!r} + "."):
    importlib.import_module(found.name)
"""
COMMAND_LINE = """
import sys
sys.argv = ["mohook", *{arguments!r}]
from mohook.cli import main
try:
    main()
except SystemExit as ended:
    assert not ended.code, ended.code
"""
LISTS_MODULES = """
import sys
from pathlib import Path

def test_nothing():
    Path({path!r}).write_text(" ".join(sys.modules))
"""


def ran(*arguments: str, cwd: Path | None = None) -> str:
    quiet = {k: v for k, v in os.environ.items() if not k.startswith(("MOHOOK_", "PYTEST_"))}
    done = subprocess.run(
        [sys.executable, *arguments],
        env={**quiet, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def added_by(code: str) -> set[str]:
    return set(ran("-c", ADDED_BY.format(code=code)).rpartition("ADDED ")[2].split())


def foreign(modules: set[str]) -> set[str]:
    """Return the distributions' names among them: neither Python's own nor ours."""
    roots = {name.partition(".")[0] for name in modules}
    return roots - sys.stdlib_module_names - {"mohook", "pytest_mohook"}


def test_a_heavy_import_is_seen() -> None:
    """What these tests look for would be found: Flask brings Werkzeug, and both are told."""
    assert {"flask", "werkzeug"} <= foreign(added_by("import flask")) & HEAVY


@pytest.mark.parametrize("name", PURE)
def test_the_pure_rooms_need_python_alone(name: str) -> None:
    """Every module of a pure room is imported without any library."""
    added = added_by(EVERY_MODULE_OF.format(name=name))
    assert name in added
    assert foreign(added) == set()


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],
        ["send", "ip1", "--help"],
        ["webhook", "set", "--help"],
        *([name, "--help"] for name in COMMANDS),
    ],
    ids=" ".join,
)
def test_help_loads_click_alone(arguments: list[str]) -> None:
    """`mohook --help`, `--version` and each command's own help load click and nothing heavy."""
    added = added_by(COMMAND_LINE.format(arguments=arguments))
    assert "click" in added
    assert foreign(added) & HEAVY == set()


def test_the_plugin_module_imports_no_library() -> None:
    """`import pytest_mohook.plugin` brings at most pytest, and nothing else from outside."""
    added = added_by("import pytest_mohook.plugin")
    assert "pytest_mohook.plugin" in added
    assert foreign(added) & (HEAVY | {"click"}) == set()


def test_a_run_with_the_plugin_loads_nothing_that_a_run_without_it_does_not(
    tmp_path: Path,
) -> None:
    """In a run of one empty test, all that the plugin adds is its own and Python's."""
    loaded = {}
    for choice in ("mohook", "no:mohook"):
        path = tmp_path / f"{choice.replace(':', '-')}.txt"
        test = tmp_path / "test_nothing.py"
        test.write_text(LISTS_MODULES.format(path=str(path)))
        ran("-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", choice, str(test), cwd=tmp_path)
        loaded[choice] = set(path.read_text().split())
    added = loaded["mohook"] - loaded["no:mohook"]
    assert "pytest_mohook.plugin" in added
    assert foreign(added) == set()
