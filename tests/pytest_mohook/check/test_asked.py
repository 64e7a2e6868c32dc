"""What the commands of the verdict take is refused where it would do nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pytest_mohook.check.conftest import Run


@pytest.mark.parametrize("flag", ["--readback-id", "--readback-text"])
def test_a_pointer_without_a_readback_is_refused(run: Run, flag: str) -> None:
    """Who gives one means what is stored to be looked at; a readback of mohook.toml counts."""
    words = ("http://127.0.0.1:1/", "--provider", "ip1", flag, "/x")
    alone = run(*words)
    assert alone.exit_code == 2
    assert f"{flag} without a readback: give --readback URL" in alone.stderr
    Path("mohook.toml").write_text('[check]\nreadback_command = "echo []"\n', encoding="utf-8")
    assert run(*words).exit_code == 3
