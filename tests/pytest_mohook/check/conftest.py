from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest
from click.testing import CliRunner, Result

from mohook.cli.root import mohook
from pytest_mohook.harness.serving.hosted import Hosted
from tests.pytest_mohook.check.inbox import Inbox


class Run(Protocol):
    def __call__(self, *arguments: str) -> Result: ...


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run `mohook check` in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HYPOTHESIS_STORAGE_DIRECTORY", str(tmp_path / "hypothesis"))
    return lambda *words: CliRunner().invoke(mohook, ["check", *words], prog_name="mohook")


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def url(inbox: Inbox) -> Iterator[str]:
    """Where the inbox listens."""
    with Hosted(inbox) as hosted:
        yield hosted.url
