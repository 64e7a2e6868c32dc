"""The WSGI handler, in the thread of the test: the fixture `db` is enough, and rolls back."""

from __future__ import annotations

import pytest
from pytest_mohook import Mohook

from desk.models import Ticket
from desk.wsgi import application

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def connected(mohook: Mohook) -> None:
    mohook.ip1.connect(application, "/sms/ip1")
    mohook.intelepeer.connect(application, "/sms/intelepeer")


@pytest.mark.parametrize("provider", ["ip1", "intelepeer"])
def test_an_sms_opens_one_ticket(mohook: Mohook, provider: str) -> None:
    """Also when it comes twice, and when the acknowledgement is lost."""
    mohook.fail_next("duplicate", "lose-ack")
    sms = mohook.send(provider, "The printer is on fire 🔥")
    mohook.advance(minutes=20)
    assert sms.delivered
    ticket = Ticket.objects.get()
    assert (ticket.sender, ticket.text) == (sms.sender, "The printer is on fire 🔥")


def test_a_wrong_signature_opens_no_ticket(mohook: Mohook) -> None:
    assert mohook.intelepeer.send(signature="guessed").outcomes == ["403"]
    assert not Ticket.objects.exists()


def test_each_number_has_its_own_tickets(mohook: Mohook) -> None:
    """Two numbers of ours, one webhook; the same customer writes to both."""
    for number in ("+12161112222", "1-1234"):
        mohook.intelepeer.number(number).send("Help", sender="+13035550100")
    assert [ticket.sender for ticket in Ticket.objects.all()] == ["+13035550100"] * 2


def test_a_failing_database_is_no_acknowledgement(
    mohook: Mohook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What cannot be stored now comes again in ten minutes."""
    with monkeypatch.context() as patch:
        patch.setattr(Ticket.objects, "get_or_create", _out_of_order)
        sms = mohook.ip1.send("Help")
    assert sms.outcomes == ["500"]
    assert sms.next_attempt_at is not None
    mohook.advance_to(sms.next_attempt_at)
    assert sms.delivered
    assert Ticket.objects.count() == 1


def _out_of_order(**_: object) -> None:
    raise ConnectionError
