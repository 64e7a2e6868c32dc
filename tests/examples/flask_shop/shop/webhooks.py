"""Where the providers post: 200 says that an order is stored, and nothing else does."""

from __future__ import annotations

import json
from hmac import compare_digest

from flask import Blueprint, abort, current_app, request

from shop.orders import Order

webhooks = Blueprint("webhooks", __name__, url_prefix="/sms")


@webhooks.post("/ip1")
def ip1() -> tuple[str, int]:
    """Take an SMS from ip1, which sends it again until it is answered with 200."""
    message, sender, text = _texts("id", "sender", "body")
    current_app.extensions["orders"].take(Order("ip1", message, sender, text))
    return "", 200


@webhooks.post("/intelepeer")
def intelepeer() -> tuple[str, int]:
    """Take an SMS from IntelePeer, which proves itself by the shared code."""
    message, sender, text, signature = _texts("refid", "from", "message", "signature")
    if not compare_digest(signature.encode(), current_app.config["INTELEPEER_SECRET"].encode()):
        abort(403)
    current_app.extensions["orders"].take(Order("intelepeer", message, sender, text))
    return "", 200


def _texts(*names: str) -> list[str]:
    """Return these fields of the posted JSON; whatever else it holds may change."""
    try:
        payload = json.loads(request.get_data())
        texts = [payload[name] for name in names]
        "".join(texts).encode()  # refuses what is no text, and half a surrogate pair
    except (ValueError, TypeError, KeyError, RecursionError):
        abort(400)
    return texts
