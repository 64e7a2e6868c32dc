"""Writes a bug's three files into a folder."""

from __future__ import annotations

import re
from pathlib import Path

from pytest_mohook.check.target import Target
from pytest_mohook.fuzz.bug import Bug
from pytest_mohook.fuzz.export.curl_script import curl_script
from pytest_mohook.fuzz.export.history_file import history_file
from pytest_mohook.fuzz.export.pytest_file import pytest_file

__all__ = ["write_files"]

_MOST = 60


def write_files(bug: Bug, target: Target, folder: Path) -> list[Path]:
    """Write a shell script, a test, and a history; return where they are.

    They hold what was sent, a secret too: the user alone may read them.
    """
    name = re.sub(r"[^a-z0-9]+", "-", bug.finding.bug.lower()).strip("-")[:_MOST].strip("-")
    contents = {
        folder / f"{name}.sh": curl_script(bug, target),
        folder / f"test_{name.replace('-', '_')}.py": pytest_file(bug, target),
        folder / f"{name}.json": history_file(bug),
    }
    for path, content in contents.items():
        path.touch(mode=0o600)
        path.write_text(content, encoding="utf-8", errors="surrogateescape")
    return list(contents)
