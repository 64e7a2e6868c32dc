from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from pytest_mohook import Mohook

from shop import create_app
from shop.orders import Orders


@pytest.fixture
def app(mohook: Mohook, tmp_path: Path) -> Flask:
    """Give the shop, connected to both providers."""
    app = create_app(tmp_path / "shop.sqlite", secret=mohook.intelepeer.secret)
    mohook.ip1.connect(app, "/sms/ip1")
    mohook.intelepeer.connect(app, "/sms/intelepeer")
    return app


@pytest.fixture
def orders(app: Flask) -> Orders:
    """Give what the shop has stored."""
    orders: Orders = app.extensions["orders"]
    return orders
