from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest
from click.testing import CliRunner, Result

from mohook.cli.root import mohook
from pytest_mohook.harness.serving.hosted import Hosted
from tests.pytest_mohook.load.receivers import Desk


class Run(Protocol):
    def __call__(self, *arguments: str) -> Result: ...


class Figures(Protocol):
    def __call__(self, *arguments: str, ends_with: int = 0) -> dict[str, Any]: ...


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run `mohook load` in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HYPOTHESIS_STORAGE_DIRECTORY", str(tmp_path / "hypothesis"))
    return lambda *words: CliRunner().invoke(mohook, ["load", *words], prog_name="mohook")


@pytest.fixture
def figures(run: Run) -> Figures:
    """Run `mohook load --json`, and give what it prints."""

    def figures(*arguments: str, ends_with: int = 0) -> dict[str, Any]:
        result = run(*arguments, "--json")
        assert result.exit_code == ends_with, result.output
        read: dict[str, Any] = json.loads(result.stdout)
        return read

    return figures


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def url(desk: Desk) -> Iterator[str]:
    """Where the desk listens."""
    with Hosted(desk) as hosted:
        yield hosted.url
