"""`mohook --help` is quick, whole, and does not load what it lists."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import mohook
from mohook.cli.root import COMMANDS
from tests.cli.conftest import Run
from tests.cli.shell import Shell

HEAVY = ("flask", "pydantic", "requests", "pycurl", "rich", "sqlalchemy", "hypothesis")

_HELP_AND_MODULES = """
import sys
from mohook.cli import main
try:
    sys.argv = ["mohook", "--help"]
    main()
except SystemExit:
    print("LOADED", *sorted({name.partition(".")[0] for name in sys.modules}))
"""


@pytest.mark.slow
def test_help_loads_nothing_heavy() -> None:
    """`mohook --help` imports none of the libraries that cost time."""
    ran = subprocess.run(
        [sys.executable, "-c", _HELP_AND_MODULES], capture_output=True, text=True, check=True
    )
    loaded = ran.stdout.rpartition("LOADED")[2].split()
    assert "click" in loaded
    assert not set(HEAVY) & set(loaded)


def test_help_lists_every_command(run: Run) -> None:
    """Each command of the contract stands in `--help`, with its one line."""
    shown = run("--help").stdout
    for name, command in COMMANDS.items():
        assert re.search(rf"^  {name} +{re.escape(command.help)}", shown, re.MULTILINE)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(run: Run, name: str) -> None:
    """Each command has help with an example, under the name that the table gives it."""
    result = run(name, "--help")
    assert result.exit_code == 0
    assert result.stdout.startswith(f"Usage: mohook {name}")
    shown = result.stdout if name != "webhook" else run("webhook", "set", "--help").stdout
    assert re.search(r"^  Examples?[:,]", shown, re.MULTILINE)


@pytest.mark.parametrize(
    "command", [*sorted(set(COMMANDS) - {"webhook"}), "webhook set", "webhook show"]
)
def test_every_command_speaks_json(run: Run, command: str) -> None:
    """Each command that prints takes --json."""
    assert "--json" in run(*command.split(), "--help").stdout


def test_the_version_is_the_packages(run: Run) -> None:
    """`mohook --version` names the version that is installed."""
    assert run("--version").stdout.strip() == f"mohook, version {mohook.__version__}"


def test_an_unknown_command_is_wrong_usage(run: Run) -> None:
    """A command that does not exist ends with 2 and is named."""
    result = run("sned")
    assert result.exit_code == 2
    assert "'sned'" in result.stderr


@pytest.fixture
def plugin(tmp_path: Path) -> Path:
    """Make a folder with a distribution whose module leaves a trace when it is loaded."""
    info = tmp_path / "extra-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: extra\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[mohook.commands]\n"
        + "".join(f"{name} = extra_commands:extra\n" for name in ("extra", "serve", "check"))
    )
    (tmp_path / "extra_commands.py").write_text(
        "import click\n"
        "open('loaded', 'w').close()\n"
        "@click.command()\n"
        "def extra():\n"
        "    click.echo('done')\n"
    )
    return tmp_path


@pytest.mark.slow
def test_a_plug_in_is_listed_and_not_loaded(plugin: Path) -> None:
    """`--help` names a plug-in's command by its entry point, without importing it."""
    with Shell("--help", cwd=plugin, PYTHONPATH=str(plugin)) as shell:
        shown = shell.end().out
    assert re.search(r"^  extra +\(plug-in: extra_commands\)", shown, re.MULTILINE)
    assert re.search(r"^  check +Check whether a receiver is right\.", shown, re.MULTILINE)
    assert not (plugin / "loaded").exists()


@pytest.mark.slow
def test_a_plug_in_runs_and_takes_over_nothing(plugin: Path) -> None:
    """A plug-in's command runs under its name; one of mohook's own names stays mohook's."""
    with Shell("extra", cwd=plugin, PYTHONPATH=str(plugin)) as shell:
        assert shell.end().out == "done\n"
    for name, said in (("serve", "Run the emulator"), ("check", "Tell whether a receiver")):
        with Shell(name, "--help", cwd=plugin, PYTHONPATH=str(plugin)) as shell:
            assert said in shell.end().out
