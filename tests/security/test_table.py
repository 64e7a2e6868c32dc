"""The table of README.md is whole: each test that it names is there, and each attack is in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py(?:::\w+)?)`", (HERE / "README.md").read_text())))


@pytest.mark.parametrize("name", NAMED)
def test_a_test_that_is_named_is_there(name: str) -> None:
    """By its file, and where one is named by its function."""
    path, _, function = name.partition("::")
    assert f"def {function or 'test_'}" in (ROOT / path).read_text()


def test_every_file_of_attacks_is_named() -> None:
    """A newcomer finds the whole list here."""
    files = {f"tests/security/{path.name}" for path in HERE.glob("test_*.py")}
    assert files - {name.partition("::")[0] for name in NAMED} == {"tests/security/test_table.py"}
