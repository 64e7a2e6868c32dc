"""What every test starts from: none of the caller's own settings, and no hurry."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).parents[1]
BUILD = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-input", "--no-index", "--no-deps",
         "--no-build-isolation", "--disable-pip-version-check"]  # fmt: skip

pytest_plugins = ["pytester"]  # runs of pytest within a test

# A machine that is busy for a moment is no finding. All else is as Hypothesis has it, in CI too.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


@pytest.fixture(scope="session", autouse=True)
def no_settings_of_the_caller() -> Iterator[None]:
    """Take away variables that change what mohook does or prints."""
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ:
            if name.startswith("MOHOOK_") or name in ("COLUMNS", "NO_COLOR", "FORCE_COLOR"):
                patch.delenv(name)
        yield


@pytest.fixture(scope="session")
def wheel_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a wheel built from this tree, without the network."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [*BUILD, "--wheel-dir", str(folder), str(ROOT)]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    (path,) = folder.iterdir()
    return path
