"""What a machine may lack: a test that needs it skips, and in CI fails."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest

__all__ = ["missing"]


def missing(why: str) -> NoReturn:
    """End a test, or all that a fixture serves, for want of something."""
    end = pytest.fail if os.environ.get("CI") else pytest.skip
    end(why)
