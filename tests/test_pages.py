"""What README and CONTRIBUTING name exists: keys, steps, commands, flags, folders, tools."""

from __future__ import annotations

import os
import re
import shutil
import tomllib
from datetime import timedelta
from pathlib import Path

import click

from mohook.cli.root import COMMANDS
from mohook.cli.root import mohook as command_line
from mohook.delivery.faults import parse_step
from mohook.options import load_settings
from mohook.settings import (
    DeliverySettings,
    IntelePeerSettings,
    Ip1Settings,
    Settings,
    SignatureSettings,
)
from tests._pages import CONTRIBUTING, QUICK_START, README, ROOT, blocks, cells
from tests._person import BIN


def test_the_quick_start_is_two_whole_lines() -> None:
    """Each makes its environment and needs nothing but Python; what they name is there."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert QUICK_START == [
        "python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/mohook demo",
        "python3 -m venv .venv && .venv/bin/pip install -e '.[dev]' && .venv/bin/pytest -n auto",
    ]
    assert "mohook" in project["scripts"]
    assert "demo" in COMMANDS
    assert "dev" in project["optional-dependencies"]
    assert any(re.match(r"pytest\b(?!-)", each) for each in project["dependencies"])


def test_ci_reads_the_test_command_out_of_the_readme() -> None:
    """The pattern of `.ci/run` finds the quick start's second line, and no other."""
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    (pattern,) = re.findall(r"grep -m 1 -E '([^']+)' README\.md", script)
    assert re.findall(pattern, README, re.MULTILINE) == QUICK_START[1:]


def test_the_settings_shown_are_settings(tmp_path: Path) -> None:
    """The README's mohook.toml sets what it says, and nothing else."""
    (snippet,) = blocks(README, "toml")
    path = tmp_path / "mohook.toml"
    path.write_text(snippet, encoding="utf-8")
    spacing = [timedelta(seconds=each) for each in (10, 60, 300, 3600)]
    assert load_settings(path, environ={}, flags={}) == Settings(
        ip1=Ip1Settings(retry_interval=timedelta(seconds=30)),
        intelepeer=IntelePeerSettings(
            retry_spacing=tuple(spacing),
            signature=SignatureSettings(mode="hmac", hash="sha256"),
            secret="what the portal says",
        ),
        delivery=DeliverySettings(time_limit=timedelta(seconds=5)),
    )


def test_every_fault_step_shown_is_one() -> None:
    """Each step of the table is taken as it is written there."""
    table = README[README.index("| step |") : README.index('With `"match"')]
    steps = [step for row in cells(table, 1) for step in row]
    assert {"lose-ack", "duplicate", "reorder", "ok", "timeout", "500"} <= set(steps)
    assert [str(parse_step(step)) for step in steps] == steps


def test_sentences_name_commands_and_flags_that_exist() -> None:
    """`mohook …` in a sentence is a command, and each of its flags one that the command takes."""
    named = [code.split() for code in re.findall(r"`mohook ([^`]+)`", README)]
    assert len(named) >= 3
    context = click.Context(command_line)
    for words in named:
        command: click.Command = command_line
        while words and not words[0].startswith("-") and isinstance(command, click.Group):
            found = command.get_command(context, words.pop(0))
            assert found, words
            command = found
        takes = {flag for parameter in command.params for flag in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= takes


def test_links_and_paths_lead_somewhere() -> None:
    """What the README links to, or names in its folders, is in the repository."""
    links = re.findall(r"\]\(([^):]+)\)", README)
    paths = re.findall(r"`(fixtures/[^`]+)`", README)
    assert {"CONTRIBUTING.md", "CHANGELOG.md", "fixtures/mohook.example.toml"} <= {*links, *paths}
    assert [each for each in [*links, *paths] if not (ROOT / each).exists()] == []


def test_contributing_names_every_room() -> None:
    """Each folder of its table exists, and each room of the emulator stands in the table."""
    table = CONTRIBUTING[CONTRIBUTING.index("| folder |") :]
    folders = {name for row in cells(table, 1) for name in row}
    assert [each for each in folders if not (ROOT / each).is_dir()] == []
    rooms = (ROOT / "emulator" / "mohook").glob("*/__init__.py")
    assert {path.parent.relative_to(ROOT).as_posix() for path in rooms} <= folders


def test_contributing_names_tools_that_are_installed() -> None:
    """Each command's program is there once `pip install -e '.[dev]'` has run."""
    tools = set(re.findall(r"\.venv/bin/([\w-]+)", CONTRIBUTING))
    assert {"pytest", "ruff", "mypy", "lint-imports", "python"} <= tools
    assert [tool for tool in tools if shutil.which(tool, path=str(BIN)) is None] == []
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    assert (ROOT / "tests" / "benchmarks" / "__main__.py").is_file()
    assert blocks(CONTRIBUTING, "console") == [f"{QUICK_START[1]}\n"]
