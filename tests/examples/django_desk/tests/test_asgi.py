"""The ASGI handler: its views run in another thread, so the test's database is a real one."""

from __future__ import annotations

import pytest
from pytest_mohook import Mohook

from desk.asgi import application
from desk.models import Ticket

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_sms_opens_one_ticket(mohook: Mohook) -> None:
    """Also when its acknowledgement is lost."""
    mohook.ip1.connect(application, "/sms/ip1")
    mohook.fail_next("lose-ack")
    sms = mohook.ip1.send("The printer is on fire")
    mohook.advance(minutes=10)
    assert sms.outcomes == ["lost-ack", "200"]
    assert Ticket.objects.get().text == "The printer is on fire"
