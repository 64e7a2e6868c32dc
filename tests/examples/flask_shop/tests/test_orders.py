"""Each SMS is one order, whatever happens on the way."""

from __future__ import annotations

import pytest
from flask import Flask
from pytest_mohook import Mohook

from shop.orders import Order, Orders

both = pytest.mark.parametrize("provider", ["ip1", "intelepeer"])


@both
def test_an_sms_is_an_order(mohook: Mohook, orders: Orders, provider: str) -> None:
    """What the customer wrote is stored, with the number to answer to."""
    sms = mohook.send(provider, "3 apples, 1 pear 🍐")
    assert sms.delivered
    assert [(order.sender, order.text) for order in orders.all()] == [
        (sms.sender, "3 apples, 1 pear 🍐")
    ]


@both
def test_a_lost_acknowledgement_is_no_second_order(
    mohook: Mohook, orders: Orders, provider: str
) -> None:
    """The provider never hears our 200 and sends the SMS again."""
    mohook.fail_next("lose-ack", "500")
    sms = mohook.send(provider, "3 apples")
    mohook.advance(minutes=20)
    assert sms.outcomes == ["lost-ack", "500", "200"]
    assert [order.text for order in orders.all()] == ["3 apples"]


@both
def test_an_sms_that_comes_twice_is_one_order(
    mohook: Mohook, orders: Orders, provider: str
) -> None:
    mohook.fail_next("duplicate")
    sms = mohook.send(provider, "3 apples")
    assert len(sms.attempts) == 2
    assert len(orders.all()) == 1


def test_the_same_text_again_is_a_second_order(mohook: Mohook, orders: Orders) -> None:
    """A customer may order three apples twice: the id decides, not the text."""
    mohook.ip1.send_batch(["3 apples", "3 apples"])
    mohook.ip1.send("3 apples")
    assert [order.text for order in orders.all()] == ["3 apples"] * 3


def test_a_week_of_trouble_is_survived(mohook: Mohook, orders: Orders) -> None:
    """ip1 tries again every ten minutes; a week takes no time here."""
    mohook.fail_next("timeout", times=7 * 24 * 6)
    sms = mohook.ip1.send("3 apples")
    assert orders.all() == []
    mohook.advance(days=7)
    assert sms.delivered
    assert [order.text for order in orders.all()] == ["3 apples"]


@pytest.mark.usefixtures("app")
def test_intelepeer_gives_up_after_five_attempts(mohook: Mohook) -> None:
    """An outage of five minutes loses the SMS, until support sends it again."""
    mohook.fail_next("500", times=5)
    sms = mohook.intelepeer.send("3 apples")
    mohook.run_until_idle()
    assert sms.failed
    assert len(sms.attempts) == 5
    sms.resend()
    assert sms.delivered


def test_a_wrong_signature_is_refused(mohook: Mohook, orders: Orders) -> None:
    """Whoever does not know the shared code orders nothing."""
    sms = mohook.intelepeer.send("3 apples", signature="guessed")
    assert sms.outcomes == ["403"]
    assert orders.all() == []


@pytest.mark.mohook(must_settle=True)
def test_both_providers_order_side_by_side(mohook: Mohook, orders: Orders) -> None:
    """Nothing may be left undelivered at the end of this test."""
    mohook.fail_next("500", provider="ip1")
    first, second = mohook.ip1.send("3 apples"), mohook.intelepeer.send("1 pear")
    mohook.run_until_idle()
    assert orders.all() == [
        Order("intelepeer", second.payload["refid"], second.sender, "1 pear"),
        Order("ip1", first.payload["id"], first.sender, "3 apples"),
    ]


def test_the_webhook_says_what_it_is_for(app: Flask) -> None:
    """A browser that comes by is told that this is no page."""
    assert app.test_client().get("/sms/ip1").status_code == 405
