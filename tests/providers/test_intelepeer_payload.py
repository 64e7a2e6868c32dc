from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mohook.errors import TextError
from mohook.providers.intelepeer.customer import IntelePeerCustomer
from mohook.providers.intelepeer.payload import WIRE_ORDER, payloads, renewed
from mohook.providers.provider import Draft, Payload
from mohook.settings import IntelePeerSettings, Settings, SignatureSettings
from tests.providers.samples import as_text, sample

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
LITERAL = IntelePeerCustomer(name="acme", secret="SECRET CODE", signature=SignatureSettings())
PARTS = Settings(intelepeer=IntelePeerSettings(long_messages="parts"))


def signing(**how: Any) -> IntelePeerCustomer:
    return replace(LITERAL, signature=SignatureSettings(**how))


def draft(
    body: str = "Hello World!",
    account: IntelePeerCustomer = LITERAL,
    fields: Mapping[str, Any] | None = None,
) -> Draft:
    return Draft("+7708675309", "+13038675309", body, NOON, account, fields or {})


def one(account: IntelePeerCustomer = LITERAL, **fields: Any) -> Payload:
    [payload] = payloads(draft(account=account, fields=fields), Random(7), Settings())
    return payload


def test_documented_message_is_reproduced() -> None:
    """The documented example comes out whole: every value, every key in its place."""
    documented = sample("intelepeer-inbound")
    assert as_text(one(refid=documented["refid"])) == as_text(documented)


def test_keys_stand_in_documented_order() -> None:
    """The wire order is the example's."""
    assert tuple(sample("intelepeer-inbound")) == WIRE_ORDER
    assert tuple(one()) == WIRE_ORDER


@pytest.mark.parametrize(("form", "pattern"), [("hex", "[0-9A-F]{32}"), ("sm", "SM[0-9A-F]{30}")])
@given(seed=st.integers())
def test_refid_has_a_documented_form(form: Literal["hex", "sm"], pattern: str, seed: int) -> None:
    """32 characters in the form that the switch names."""
    settings = Settings(intelepeer=IntelePeerSettings(refid=form))
    [payload] = payloads(draft(), Random(seed), settings)
    assert re.fullmatch(pattern, payload["refid"])


def test_equal_seeds_make_equal_payloads() -> None:
    """The seed alone decides the ids."""
    assert one() == one()


def test_ids_differ_within_a_request() -> None:
    """Each message has a refid of its own."""
    random = Random(0)
    made = [payload for _ in range(1000) for payload in payloads(draft(), random, Settings())]
    assert len({payload["refid"] for payload in made}) == 1000


def test_absent_signature_leaves_no_key() -> None:
    """Where no code is configured, the key itself is not there."""
    assert list(one(signing(mode="absent"))) == ["refid", "from", "to", "message"]


def test_literal_signature_is_the_secret() -> None:
    """The documented signature is the shared code itself."""
    assert one()["signature"] == "SECRET CODE"


def test_hmac_agrees_with_openssl() -> None:
    """The signature is what `openssl dgst -sha256 -hmac key` prints for refid and message."""
    # printf 'ABCDEF1234567890ABCDEF1234567890Hello World!' |
    #     openssl dgst -sha256 -hmac 'SECRET CODE'
    expected = "40f3e3095964936676b1d99000d57f173b1fac1ee39833ebc06fc90b7a423f35"
    refid = "ABCDEF1234567890ABCDEF1234567890"
    assert one(signing(mode="hmac"), refid=refid)["signature"] == expected


@pytest.mark.parametrize("algorithm", ["md5", "sha1", "sha256", "sha512"])
@pytest.mark.parametrize("order", ["refid-message", "message-refid"])
@pytest.mark.parametrize("encoding", ["hex", "HEX", "base64"])
def test_hmac_follows_hash_order_and_encoding(algorithm: str, order: str, encoding: str) -> None:
    """Each switch of the signature changes what it names."""
    payload = one(signing(mode="hmac", hash=algorithm, order=order, encoding=encoding))
    parts = [payload["refid"], payload["message"]]
    signed = "".join(parts if order == "refid-message" else reversed(parts))
    made = hmac.new(b"SECRET CODE", signed.encode(), getattr(hashlib, algorithm))
    written = {
        "hex": made.hexdigest(),
        "HEX": made.hexdigest().upper(),
        "base64": base64.b64encode(made.digest()).decode(),
    }
    assert payload["signature"] == written[encoding]


def test_hmac_signs_what_is_sent() -> None:
    """A refid and a message set by hand are what the receiver verifies."""
    by_hand = one(signing(mode="hmac"), refid="R", message="M")["signature"]
    assert by_hand == hmac.new(b"SECRET CODE", b"RM", "sha256").hexdigest()


@pytest.mark.parametrize("odd", [None, 5, "\ud800"])
def test_odd_message_set_by_hand_is_sent_and_signed(odd: object) -> None:
    """What no SMS carries goes out on purpose, and the HMAC does not fall over it."""
    payload = one(signing(mode="hmac"), message=odd)
    assert payload["message"] == odd
    assert len(payload["signature"]) == 64


def test_signature_set_by_hand_wins() -> None:
    """A wrong signature can be sent on purpose, and an absent one be put in its place."""
    assert one(signature=None)["signature"] is None
    forged = one(signing(mode="absent"), x=1, signature="forged")
    assert list(forged) == [*WIRE_ORDER, "x"]


def test_body_that_no_sms_carries_is_refused() -> None:
    """Half a surrogate pair is no text of an SMS, in one POST or in parts."""
    for settings in (Settings(), PARTS):
        with pytest.raises(TextError):
            payloads(draft("\ud800"), Random(0), settings)


@given(body=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=500))
def test_parts_are_messages_of_their_own(body: str) -> None:
    """By switch, each SMS part is one POST with its own refid; together they are the text."""
    made = payloads(draft(body), Random(0), PARTS)
    assert "".join(payload["message"] for payload in made) == body
    assert len({payload["refid"] for payload in made}) == len(made)


def test_long_message_is_one_post_unless_switched() -> None:
    """161 characters are one POST as it comes, two with `long_messages = "parts"`."""
    assert [len(payloads(draft("a" * 161), Random(0), s)) for s in (Settings(), PARTS)] == [1, 2]


def test_message_set_by_hand_is_never_split() -> None:
    """A text set by hand goes out as given, in one piece."""
    [payload] = payloads(draft(fields={"message": "a" * 161}), Random(0), PARTS)
    assert payload["message"] == "a" * 161


def test_renewed_message_differs_in_its_refid_alone() -> None:
    """A new attempt under a new id is the same message, with the same literal code."""
    payload = one()
    fresh = renewed(payload, LITERAL, Random(3))
    assert list(fresh) == list(payload)
    assert {name for name in payload if fresh[name] != payload[name]} == {"refid"}


def test_renewed_message_is_signed_again_by_its_customer() -> None:
    """An HMAC covers the new refid, under the secret of the customer."""
    customer = replace(signing(mode="hmac"), secret="other")
    fresh = renewed(one(customer), customer, Random(3))
    signed = (fresh["refid"] + "Hello World!").encode()
    assert fresh["signature"] == hmac.new(b"other", signed, "sha256").hexdigest()


def test_customer_shows_no_secret() -> None:
    """Secret, token and password stand in no `repr`."""
    shown = repr(replace(LITERAL, token="tok", password="pass", username="joe"))
    assert "joe" in shown
    assert not re.search("SECRET|tok'|pass'", shown)
