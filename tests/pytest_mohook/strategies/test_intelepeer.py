"""IntelePeer's payloads: all that may come, signed as asked, and the simplest when a test fails."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import find, given
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from mohook.errors import InputError
from mohook.providers.intelepeer.ids import draw_refid
from mohook.providers.intelepeer.payload import WIRE_ORDER
from mohook.providers.provider import Payload
from mohook.schemas import EXAMPLES, payload_schema
from mohook.settings import SignatureSettings
from mohook.sms.addresses import is_e164, is_short_code
from pytest_mohook.strategies import intelepeer_messages, msisdns
from tests.pytest_mohook.strategies.drawing import drawn, drawn_for_each_seed, smallest

VALID = Draft202012Validator(payload_schema("intelepeer"))
HMAC = SignatureSettings(mode="hmac", hash="sha1", order="message-refid", encoding="HEX")


def extras(payload: Payload) -> set[str]:
    return set(payload) - set(WIRE_ORDER)


EDGES: dict[str, Callable[[Payload], bool]] = {
    "a refid in hex": lambda payload: re.fullmatch("[0-9A-F]{32}", payload["refid"]) is not None,
    "a refid with SM": lambda payload: re.fullmatch("SM[0-9A-F]{30}", payload["refid"]) is not None,
    "from a long code": lambda payload: is_e164(payload["from"]),
    "from a short code": lambda payload: is_short_code(payload["from"]),
    "to a long code": lambda payload: is_e164(payload["to"]),
    "to a short code": lambda payload: is_short_code(payload["to"]),
    "an extra field": lambda payload: bool(extras(payload)),
    "no extra field": lambda payload: not extras(payload),
    "an empty text": lambda payload: payload["message"] == "",
}
SIMPLEST = {
    "refid": "0" * 16 + "5C9A3F01" + "0" * 8,
    "from": "+10",
    "to": "+10",
    "message": "",
    "signature": "SECRET CODE",
}


@pytest.mark.slow
@pytest.mark.parametrize("edge", EDGES)
def test_an_edge_is_found_by_default(edge: str) -> None:
    """A test of the default 100 examples meets it, nearly whatever the seed."""
    tests = drawn_for_each_seed(intelepeer_messages)
    missed = [payloads for payloads in tests if not any(map(EDGES[edge], payloads))]
    assert len(missed) <= 1


@pytest.mark.slow
def test_short_codes_are_found_on_both_sides_at_once() -> None:
    """Neither side needs a long code."""
    all_of = [each for payloads in drawn_for_each_seed(intelepeer_messages) for each in payloads]
    assert any(
        EDGES["from a short code"](each) and EDGES["to a short code"](each) for each in all_of
    )


@given(payload=intelepeer_messages())
def test_a_payload_is_what_the_schema_says(payload: Payload) -> None:
    """Every payload is valid by the schema of what IntelePeer posts."""
    VALID.validate(payload)


@pytest.mark.slow
def test_refids_use_all_their_digits() -> None:
    """Most do not begin with zeros: as a number, such an id takes more than 64 bits."""
    for payloads in drawn_for_each_seed(intelepeer_messages):
        large = [each for each in payloads if "000" not in each["refid"][:8]]
        assert len(large) > len(payloads) / 3


@given(payload=intelepeer_messages())
def test_keys_stand_in_documented_order(payload: Payload) -> None:
    """All fields are there as the document orders them, and what nobody knows follows."""
    assert tuple(payload)[: len(WIRE_ORDER)] == WIRE_ORDER
    assert payload["signature"] == EXAMPLES["intelepeer"]["signature"]


@given(seed=st.integers())
def test_the_emulator_makes_refids_of_the_same_forms(seed: int) -> None:
    """What the strategy draws of reference ids is what the emulator draws of them."""
    assert EDGES["a refid in hex"]({"refid": draw_refid("hex", Random(seed))})
    assert EDGES["a refid with SM"]({"refid": draw_refid("sm", Random(seed))})


@given(payload=intelepeer_messages(secret="s3cret", signature=SignatureSettings(mode="absent")))
def test_a_signature_may_be_absent(payload: Payload) -> None:
    """Then there is no key for it, whatever the secret."""
    assert "signature" not in payload


@pytest.mark.slow
@given(payload=intelepeer_messages(secret="s3cret"))
def test_the_secret_is_the_signature(payload: Payload) -> None:
    """By default the shared code stands there itself."""
    assert payload["signature"] == "s3cret"


@given(payload=intelepeer_messages(secret="s3cret", signature=HMAC))
def test_an_hmac_signs_what_is_sent(payload: Payload) -> None:
    """Hash, order and encoding are those of the settings."""
    signed = (payload["message"] + payload["refid"]).encode()
    assert payload["signature"] == hmac.new(b"s3cret", signed, "sha1").hexdigest().upper()


@given(
    payload=intelepeer_messages(
        bodies=st.just("Hi"), senders=st.just("1-1234"), recipients=st.just("+12161112222")
    )
)
def test_arguments_take_the_place_of_all_that_is_possible(payload: Payload) -> None:
    """What they give stands in the payload."""
    assert [payload[name] for name in ("message", "from", "to")] == ["Hi", "1-1234", "+12161112222"]


@given(payload=intelepeer_messages(extra_fields=False))
def test_the_future_can_be_left_out(payload: Payload) -> None:
    """Without extra fields there are the documented ones alone."""
    assert tuple(payload) == WIRE_ORDER


def test_it_shrinks_to_the_simplest_payload() -> None:
    """What every test fails on has the least of everything."""
    found = smallest(intelepeer_messages(), lambda _: True)
    assert list(found.items()) == list(SIMPLEST.items())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("edge", "differs"),
    [
        ("a refid with SM", {"refid": "SM" + SIMPLEST["refid"][2:]}),
        ("from a short code", {"from": "1-000"}),
        ("to a short code", {"to": "1-000"}),
        ("an extra field", {"reference": "order 7"}),
    ],
)
def test_it_shrinks_to_what_matters(edge: str, differs: dict[str, Any]) -> None:
    """All that has nothing to do with the failure is as in the simplest payload."""
    assert smallest(intelepeer_messages(), EDGES[edge]) == SIMPLEST | differs


@pytest.mark.slow
def test_a_text_in_ucs_shrinks_to_one_character() -> None:
    """One character beyond ASCII, and all else as simple as it gets."""
    found = smallest(intelepeer_messages(), lambda payload: not payload["message"].isascii())
    assert found == SIMPLEST | {"message": found["message"]}
    assert len(found["message"]) == 1


@pytest.mark.slow
@given(payloads=st.lists(intelepeer_messages(), max_size=5), data=st.data())
def test_no_refid_comes_twice_in_one_test(payloads: list[Payload], data: st.DataObject) -> None:
    """However messages are drawn in a test, their reference ids are their own."""
    payloads.append(data.draw(intelepeer_messages(bodies=st.just("Hi"))))
    assert len({payload["refid"] for payload in payloads}) == len(payloads)


@pytest.mark.slow
def test_no_health_check_minds_many_messages() -> None:
    """Lists of messages are drawn under default settings."""
    assert len(drawn(st.lists(intelepeer_messages()))) == 100


MISUSES: dict[str, tuple[dict[str, Any], str]] = {
    "a text": ({"bodies": "Hi"}, "bodies='Hi': expected a strategy, such as st.just"),
    "no plus": ({"senders": msisdns()}, "senders: The telephone number is not in the proper E.164"),
    "a name": ({"recipients": st.just("57-MyCompany")}, "recipients: The telephone number"),
    "no code": ({"secret": ""}, "secret='': expected the shared code, such as 'SECRET CODE'"),
    "drawn codes": ({"secret": st.text()}, "secret=text.*: expected the shared code"),
    "a mode": ({"signature": "hmac"}, "signature='hmac': expected such as SignatureSettings"),
    "no claim": ({"extra_fields": None}, "extra_fields=None: expected True or False"),
}


@pytest.mark.parametrize("misuse", MISUSES)
def test_a_misuse_is_told_when_it_draws(misuse: str) -> None:
    """Making the strategy is fine; the draw says what was given and what was expected."""
    arguments, told = MISUSES[misuse]
    made = intelepeer_messages(**arguments)
    with pytest.raises(InvalidArgument, match=told) as caught:
        find(made, lambda _: True)
    assert isinstance(caught.value, InputError)
