from __future__ import annotations

import pytest
from pytest_django import Settings
from pytest_mohook import Mohook


@pytest.fixture(autouse=True)
def shared_code(settings: Settings, mohook: Mohook) -> None:
    """Let desk and IntelePeer agree on the shared code."""
    settings.INTELEPEER_SECRET = mohook.intelepeer.secret
