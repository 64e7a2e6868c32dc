"""A shop that takes orders by SMS, through ip1 and IntelePeer."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from shop.orders import Orders
from shop.webhooks import webhooks


def create_app(database: Path, secret: str) -> Flask:
    """Return the shop; `secret` is the shared code of IntelePeer's Customer Portal."""
    app = Flask(__name__)
    app.config.update(DATABASE=database, INTELEPEER_SECRET=secret)
    app.extensions["orders"] = Orders(database)
    app.register_blueprint(webhooks)
    return app
