"""Histories: what a receiver gets over time, each message under an id of its own."""

from __future__ import annotations

import hmac
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import find, given
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from mohook.errors import InputError
from mohook.providers import PROVIDERS
from mohook.providers.provider import Payload
from mohook.schemas import payload_schema
from mohook.settings import SignatureSettings
from mohook.sms.segments import segment
from pytest_mohook.strategies import message_histories
from tests.pytest_mohook.strategies.drawing import drawn_for_each_seed, smallest

VALID = {name: Draft202012Validator(payload_schema(name)) for name in PROVIDERS}
HISTORIES = {name: partial(message_histories, name) for name in PROVIDERS}
EVERY = pytest.mark.parametrize("provider", PROVIDERS)


def says(provider: str, payload: Payload) -> tuple[str, str, str]:
    wire = PROVIDERS[provider].wire
    return payload[wire.text], payload[wire.sender], payload[wire.recipient]


def repeats(provider: str, payloads: list[Payload]) -> bool:
    return len({says(provider, payload) for payload in payloads}) < len(payloads)


def in_batches(payloads: list[Payload]) -> bool:
    return len({payload["batchId"] for payload in payloads}) < len(payloads)


@pytest.mark.slow
@EVERY
def test_no_id_comes_twice(provider: str) -> None:
    """Each message has an id that no other has, and is valid by the schema and its own text."""
    key = PROVIDERS[provider].wire.id

    @given(payloads=message_histories(provider))
    def every(payloads: list[Payload]) -> None:
        assert len({payload[key] for payload in payloads}) == len(payloads) >= 1
        for payload in payloads:
            VALID[provider].validate(payload)
            if provider == "ip1":
                text = segment(payload["body"])
                assert payload["segments"] == text.parts
                assert payload["datacoding"] == text.encoding.value

    every()


@pytest.mark.slow
@EVERY
def test_histories_of_all_sizes_with_repeated_texts_are_found(provider: str) -> None:
    """Whatever the seed: one message, several, and one sender who says the same twice."""
    for histories in drawn_for_each_seed(HISTORIES[provider]):
        sizes = {len(payloads) for payloads in histories}
        assert min(sizes) == 1
        assert max(sizes) >= 4
        several = [payloads for payloads in histories if len(payloads) > 1]
        assert sum(repeats(provider, payloads) for payloads in several) > len(several) / 3
        assert any(says(provider, payloads[0])[0] for payloads in histories)


@pytest.mark.slow
def test_batches_are_found_among_other_messages() -> None:
    """At ip1 some messages come in one request, and others in the same history do not."""
    for histories in drawn_for_each_seed(HISTORIES["ip1"]):
        some = [payloads for payloads in histories if in_batches(payloads)]
        assert any(len({payload["batchId"] for payload in payloads}) > 1 for payloads in some)


@pytest.mark.slow
@given(payloads=message_histories("ip1", min_size=2))
def test_messages_of_a_batch_stand_in_a_row(payloads: list[Payload]) -> None:
    """A `batchId` comes again at once or never, and its ids follow on one another."""
    for before, after in pairwise(payloads):
        if before["batchId"] == after["batchId"]:
            assert int(after["id"], 16) == int(before["id"], 16) + 1
            assert after["owner"] == before["owner"]
    seen = [payload["batchId"] for payload in payloads]
    changes = sum(a != b for a, b in pairwise(seen))
    assert len(set(seen)) == changes + 1


@EVERY
@pytest.mark.slow
def test_ids_are_unique_in_what_it_shrinks_to(provider: str) -> None:
    """The same text twice is two of the simplest messages, which differ in their ids."""
    wire = PROVIDERS[provider].wire
    first, again = smallest(
        message_histories(provider), lambda payloads: repeats(provider, payloads)
    )
    differ = {name for name in first if first[name] != again[name]}
    assert differ == ({wire.id, "batchId"} if provider == "ip1" else {wire.id})
    assert first[wire.text] == ""


@pytest.mark.slow
def test_a_batch_shrinks_to_two_messages() -> None:
    """As few as it takes, with the first ids there are."""
    found = smallest(message_histories("ip1"), in_batches)
    assert [payload["id"][8:] for payload in found] == ["00005c9a3f010001", "00005c9a3f010002"]


@pytest.mark.slow
@given(
    payloads=message_histories(
        "intelepeer",
        min_size=2,
        max_size=3,
        bodies=st.just("Hi"),
        senders=st.just("1-1234"),
        recipients=st.just("+12161112222"),
        secret="s3cret",
        signature=SignatureSettings(mode="hmac"),
        extra_fields=False,
    )
)
def test_arguments_are_those_of_intelepeer_messages(payloads: list[Payload]) -> None:
    """They narrow each message; what is repeated is signed for its own reference id."""
    assert 2 <= len(payloads) <= 3
    for payload in payloads:
        signed = (payload["refid"] + "Hi").encode()
        assert payload == {
            "refid": payload["refid"],
            "from": "1-1234",
            "to": "+12161112222",
            "message": "Hi",
            "signature": hmac.new(b"s3cret", signed, "sha256").hexdigest(),
        }


@pytest.mark.slow
@given(
    payloads=message_histories(
        "ip1",
        bodies=st.just("Hi"),
        senders=st.just("46712345678"),
        recipients=st.just("456189040623"),
        owners=st.just("ip1-XXXXX"),
        status_codes=st.just(201),
        extra_fields=False,
    )
)
def test_arguments_are_those_of_ip1_messages(payloads: list[Payload]) -> None:
    """They narrow each message."""
    for payload in payloads:
        assert says("ip1", payload) == ("Hi", "46712345678", "456189040623")
        assert (payload["owner"], payload["statuses"][0]["code"]) == ("ip1-XXXXX", 201)


def test_a_history_may_be_empty_where_that_is_asked_for() -> None:
    """`min_size=0` is taken; nothing came yet."""
    assert smallest(message_histories("ip1", min_size=0), lambda _: True) == []


MISUSES: dict[str, tuple[str, dict[str, Any], str]] = {
    "no provider": ("twilio", {}, "provider='twilio': expected one of 'ip1', 'intelepeer'"),
    "a secret at ip1": ("ip1", {"secret": "s3cret"}, "ip1 has nothing of the kind; leave it out"),
    "signed by ip1": ("ip1", {"signature": SignatureSettings()}, "signature=.*: ip1 has nothing"),
    "owners": ("intelepeer", {"owners": st.just("ip1-1")}, "owners=.*: intelepeer has nothing"),
    "codes": ("intelepeer", {"status_codes": st.just(201)}, "status_codes=.*: intelepeer has noth"),
    "sizes": ("ip1", {"min_size": 9}, "min_size=9 is above max_size=8"),
    "a text": ("ip1", {"bodies": "Hi"}, "bodies='Hi': expected a strategy"),
    "no text": ("intelepeer", {"min_size": 1, "bodies": st.just(b"Hi")}, "bodies gave b'Hi'"),
}


@pytest.mark.parametrize("misuse", MISUSES)
def test_a_misuse_is_told_when_it_draws(misuse: str) -> None:
    """Making the strategy is fine; the draw says what was given and what was expected."""
    provider, arguments, told = MISUSES[misuse]
    made = message_histories(provider, **arguments)
    with pytest.raises(InvalidArgument, match=told) as caught:
        find(made, lambda _: True)
    assert isinstance(caught.value, InputError)
