"""Fields by wire name and by plain name, and what neither takes."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import strategies as st

from mohook.errors import AddressError, InputError
from mohook.providers.ip1.payload import WIRE_ORDER
from pytest_mohook import Mohook
from pytest_mohook.harness.fields import FRIENDLY
from pytest_mohook.strategies.extras import _LIKELY
from tests.emulators import App

WIRE = {"ip1": WIRE_ORDER, "intelepeer": ("refid", "from", "to", "message", "signature")}
VALUES: dict[str, Any] = {
    "sender": "46700000001",
    "recipient": "46700000002",
    "from": "+46700000001",
    "to": "1-1234",
    "statuses": [],
}


@pytest.mark.parametrize(("provider", "name"), [(p, name) for p in WIRE for name in WIRE[p]])
def test_each_field_can_be_given_by_its_wire_name(mohook: Mohook, provider: str, name: str) -> None:
    """What a test gives under a wire name is what is posted, and stands where it always does."""
    app = App()
    mohook.line(provider).connect(app)
    value = VALUES.get(name, "any")
    message = mohook.send(provider, **{name: value})
    [posted] = app.payloads
    assert posted[name] == value
    assert list(posted) == [each for each in WIRE[provider] if each in posted]
    assert message.payload == posted


@pytest.mark.parametrize(
    ("provider", "plain", "wire"),
    [(provider, *pair) for provider in FRIENDLY for pair in FRIENDLY[provider].items()],
)
def test_each_plain_name_stands_for_its_wire_name(
    mohook: Mohook, provider: str, plain: str, wire: str
) -> None:
    """A plain name sets the same field."""
    value = VALUES.get(wire, "any")
    assert mohook.send(provider, **{plain: value}).payload[wire] == value


def test_plain_names_are_there_for_both_providers() -> None:
    """A test of both providers can say id, sender, recipient and body to either."""
    assert all({"id", "sender", "recipient", "body"} <= set(names) for names in FRIENDLY.values())


def test_an_unknown_field_is_posted_too(mohook: Mohook) -> None:
    """A field that the provider may add one day goes along, after the known ones."""
    message = mohook.ip1.send("Hi", price={"amount": 1}, reference=None)
    assert list(message.payload)[-2:] == ["price", "reference"]
    assert message.payload["price"] == {"amount": 1}


@pytest.mark.parametrize(
    ("provider", "name", "told"),
    [
        ("ip1", "sendr", "'sendr' is no field of ip1: did you mean 'sender'?"),
        ("ip1", "batchID", "did you mean 'batchId'?"),
        ("ip1", "data_coding", "did you mean 'datacoding'?"),
        ("ip1", "priorty", "did you mean 'priority'?"),
        ("intelepeer", "from_", "did you mean 'from'?"),
        ("intelepeer", "Signature", "did you mean 'signature'?"),
        ("ip1", "message", "'message' is a field of IntelePeer; at ip1 it is 'body'"),
        ("ip1", "to", "at ip1 it is 'recipient'"),
        ("ip1", "refid", "at ip1 it is 'id'"),
    ],
)
def test_a_mistaken_name_is_told(mohook: Mohook, provider: str, name: str, told: str) -> None:
    """What is nearly a field, and what only the other provider calls so; nothing is sent."""
    with pytest.raises(InputError, match=re.escape(told)):
        mohook.send(provider, **{name: "any"})
    assert mohook.messages == []


@pytest.mark.parametrize("provider", WIRE)
def test_no_field_that_a_strategy_adds_is_taken_for_a_mistake(
    mohook: Mohook, provider: str
) -> None:
    """Whatever `extra_fields` may draw from its fixed names; the others begin with x-."""
    names = {name for text in _LIKELY for name in json.loads(text)} | {"x-batchId", "x-refid"}
    message = mohook.send(provider, **dict.fromkeys(names, 1))
    assert names <= set(message.payload)


def test_a_name_is_a_text(mohook: Mohook) -> None:
    """JSON has no other names."""
    with pytest.raises(InputError, match="a field named 7: expected a text"):
        mohook.ip1.send_batch([{7: "x"}])  # type: ignore[dict-item] # on purpose


def test_text_and_measure_follow_what_is_given(mohook: Mohook) -> None:
    """A body under any name is measured: an emoji makes it UCS."""
    assert mohook.ip1.send(body="🐝").payload["datacoding"] == "UCS"
    assert mohook.ip1.send("🐝", encoding="GSM").payload["datacoding"] == "GSM"


def test_what_is_no_text_goes_out_as_it_is(mohook: Mohook) -> None:
    """A sender, recipient or text of another type is posted, for a receiver must bear it."""
    payload = mohook.ip1.send(sender=None, recipient=7, body=["x"]).payload
    assert (payload["sender"], payload["recipient"], payload["body"]) == (None, 7, ["x"])


def test_an_address_in_the_wrong_form_is_refused(mohook: Mohook) -> None:
    """A slip in a number is told and not sent."""
    with pytest.raises(AddressError, match=r"'\+46700000001' is not an MSISDN: .* without '\+'"):
        mohook.ip1.send(sender="+46700000001")
    assert mohook.messages == []


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"id": "a", "refid": "b"}, "'refid' is given twice, as 'id' and as 'refid'"),
        ({"message": "a", "body": "b"}, "'message' is given twice, as 'message' and as 'body'"),
    ],
)
def test_a_field_given_twice_is_refused(mohook: Mohook, fields: dict[str, str], told: str) -> None:
    """Two names of one field contradict each other."""
    with pytest.raises(InputError, match=told):
        mohook.intelepeer.send(**fields)


def test_a_text_given_twice_is_refused(mohook: Mohook) -> None:
    """A text is the first argument or a field, not both."""
    with pytest.raises(InputError, match="given twice, 'Hi' and 'Ho': leave one out"):
        mohook.ip1.send("Hi", body="Ho")


@pytest.mark.parametrize("name", ["body", "sender", "priority", "price"])
def test_a_strategy_is_no_value(mohook: Mohook, name: str) -> None:
    """A strategy in the place of a value is told, with what to do."""
    with pytest.raises(InputError, match=rf"{name} = text\(\) is a strategy.* @given"):
        mohook.ip1.send(**{name: st.text()})


@pytest.mark.parametrize("value", [object(), float("nan"), {1: object()}])
def test_what_json_cannot_hold_is_refused(mohook: Mohook, value: object) -> None:
    """A field that cannot be written as JSON is an error, and nothing is sent."""
    with pytest.raises(InputError, match="cannot be written as JSON"):
        mohook.ip1.send(price=value)
    assert mohook.messages == []


def test_a_whole_payload_is_sent_as_it_is(mohook: Mohook) -> None:
    """`send(**payload)` posts that payload, id and all."""
    app = App()
    mohook.intelepeer.connect(app)
    payload = mohook.intelepeer.send("Hi").payload | {"from": "57-1234", "refid": "SM" + "0" * 30}
    mohook.intelepeer.send(**payload)
    assert app.payloads[-1] == payload
