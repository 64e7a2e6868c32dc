"""The shop in a process of its own, on a port of pytest-flask's live server."""

from __future__ import annotations

from pytest_flask.live_server import LiveServer  # type: ignore[import-untyped]
from pytest_mohook import Mohook

from shop.orders import Orders


def test_an_sms_comes_by_http(mohook: Mohook, live_server: LiveServer, orders: Orders) -> None:
    """The file says what the other process has stored."""
    mohook.ip1.connect(live_server.url(), "/sms/ip1")
    mohook.fail_next("lose-ack")
    sms = mohook.ip1.send("3 apples")
    mohook.advance(minutes=10)
    assert sms.delivered
    assert [order.text for order in orders.all()] == ["3 apples"]
