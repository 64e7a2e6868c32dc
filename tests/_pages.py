"""README and CONTRIBUTING as data: their blocks, their tables, their commands."""

from __future__ import annotations

import re
from pathlib import Path

__all__ = ["COMMANDS", "CONTRIBUTING", "QUICK_START", "README", "ROOT", "blocks", "cells"]

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)


def cells(page: str, column: int) -> list[list[str]]:
    """Return what is written as code in one column of the tables, a list for each row."""
    rows = [line.split("|") for line in page.splitlines() if line.startswith("|")]
    return [re.findall(r"`([^`]+)`", row[column]) for row in rows]


_CONSOLE = [line for block in blocks(README, "console") for line in block.splitlines()]

QUICK_START = _CONSOLE[:2]
"""Two lines that make an environment each; `.ci/run` runs them."""
COMMANDS = _CONSOLE[2:]
"""Every other line of a console block."""
