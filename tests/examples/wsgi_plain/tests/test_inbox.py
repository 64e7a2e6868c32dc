"""The inbox keeps each SMS once."""

from __future__ import annotations

import pytest
from pytest_mohook import Mohook

from inbox import Inbox


@pytest.fixture
def inbox(mohook: Mohook) -> Inbox:
    inbox = Inbox()
    mohook.ip1.connect(inbox)
    return inbox


def test_an_sms_is_kept(mohook: Mohook, inbox: Inbox) -> None:
    sms = mohook.ip1.send("Hi my name is earl")
    assert sms.delivered
    assert inbox.kept == {sms.payload["id"]: "Hi my name is earl"}


@pytest.mark.parametrize("trouble", ["duplicate", "lose-ack", "500", "timeout", "delay:30s"])
def test_whatever_goes_wrong_it_is_kept_once(mohook: Mohook, inbox: Inbox, trouble: str) -> None:
    mohook.fail_next(trouble)
    sms = mohook.ip1.send("Hi")
    mohook.run_until_idle()
    assert sms.delivered
    assert list(inbox.kept.values()) == ["Hi"]


def test_messages_overtake_each_other(mohook: Mohook, inbox: Inbox) -> None:
    """No order is promised: the first of two comes last."""
    mohook.fail_next("reorder")
    mohook.ip1.send("first")
    mohook.ip1.send("second")
    mohook.run_until_idle()
    assert list(inbox.kept.values()) == ["second", "first"]


def test_what_is_no_sms_is_refused(mohook: Mohook, inbox: Inbox) -> None:
    """Every field can be given, right or wrong."""
    assert mohook.ip1.send(id=None, body=["no", "text"]).outcomes == ["400"]
    assert inbox.kept == {}
