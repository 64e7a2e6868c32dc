from __future__ import annotations

from pathlib import Path

import pytest
from fastapi import FastAPI
from pytest_mohook import Mohook

from inbox import create_app


@pytest.fixture
def app(mohook: Mohook, tmp_path: Path) -> FastAPI:
    """Give the inbox, connected to both providers; it starts with the first SMS."""
    app = create_app(tmp_path / "inbox.sqlite", secret=mohook.intelepeer.secret)
    mohook.ip1.connect(app, "/sms/ip1")
    mohook.intelepeer.connect(app, "/sms/intelepeer")
    return app
