"""What every test starts from: none of the caller's own settings, and no hurry."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

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
