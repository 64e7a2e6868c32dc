"""ip1's payloads: all that may come, nothing that may not, and the simplest when a test fails."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
from hypothesis import find, given
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from mohook.errors import InputError
from mohook.providers.ip1.account import Ip1Account
from mohook.providers.ip1.payload import WIRE_ORDER
from mohook.providers.ip1.payload import batch as emulated
from mohook.providers.ip1.statuses import STATUS_CODES, STATUS_GROUPS
from mohook.providers.provider import Draft, Payload
from mohook.schemas import EXAMPLES, payload_schema
from mohook.settings import Settings
from mohook.sms.segments import segment
from pytest_mohook.harness.fields import FRIENDLY
from pytest_mohook.strategies import e164_numbers, ip1_batches, ip1_messages
from tests.pytest_mohook.strategies.drawing import drawn, drawn_for_each_seed, smallest

VALID = Draft202012Validator(payload_schema("ip1"))
OPTIONAL = {"mcc", "mnc"}


def instant(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def second(payload: Payload) -> int:
    return int(instant(payload["statuses"][0]["created"]).timestamp())


def code(payload: Payload) -> int:
    number: int = payload["statuses"][0]["code"]
    return number


def extras(payload: Payload) -> set[str]:
    return set(payload) - set(WIRE_ORDER)


def status_extras(payload: Payload) -> set[str]:
    return set(payload["statuses"][0]) - {"created", "code", "duration"}


SIMPLEST: Payload = {
    "id": "386d438000005c9a3f010001",
    "batchId": "386d438000005c9a3f010000",
    "owner": "ip1-10001",
    "sender": "10",
    "recipient": "10",
    "body": "",
    "direction": "mo",
    "segments": 1,
    "type": "SMS",
    "datacoding": "GSM",
    "priority": 1,
    "statuses": [{"created": "2000-01-01T00:00:00Z", "code": 201, "duration": 1}],
    "modified": "1999-12-31T23:59:58Z",
}
EDGES: dict[str, Callable[[Payload], bool]] = {
    "GSM": lambda payload: payload["datacoding"] == "GSM",
    "UCS": lambda payload: payload["datacoding"] == "UCS",
    "Flash": lambda payload: payload["type"] == "Flash",
    "high priority": lambda payload: payload["priority"] == 2,
    "operator absent": lambda payload: "mcc" not in payload and "mnc" not in payload,
    "operator null": lambda payload: payload.get("mcc", "") is None is payload.get("mnc", ""),
    "operator given": lambda payload: bool(payload.get("mcc") and payload.get("mnc")),
    "half an operator": lambda payload: bool(payload.get("mcc")) != bool(payload.get("mnc")),
    "leading zero in mnc": lambda payload: (payload.get("mnc") or "").startswith("0"),
    "mnc of three digits": lambda payload: len(payload.get("mnc") or "") == 3,
    "the documented code": lambda payload: code(payload) == 201,
    "another known code": lambda payload: code(payload) in STATUS_CODES and code(payload) != 201,
    "an unknown code": lambda payload: code(payload) not in STATUS_CODES,
    "more reports to come": lambda payload: payload["statuses"][0]["duration"] == 0,
    "an extra field": lambda payload: bool(extras(payload)),
    "an extra field in the status": lambda payload: bool(status_extras(payload)),
    "no extra field": lambda payload: not extras(payload) | status_extras(payload),
    "modified before created": lambda p: instant(p["modified"]).timestamp() < second(p),
    "modified after created": lambda p: instant(p["modified"]).timestamp() > second(p),
    "not the first of its batch": lambda p: int(p["id"], 16) - int(p["batchId"], 16) > 1,
    "several parts": lambda payload: payload["segments"] > 1,
    "an empty text": lambda payload: payload["body"] == "",
}


@pytest.mark.slow
@pytest.mark.parametrize("edge", EDGES)
def test_an_edge_is_found_by_default(edge: str) -> None:
    """A test of the default 100 examples meets it, nearly whatever the seed."""
    tests = drawn_for_each_seed(ip1_messages)
    missed = [payloads for payloads in tests if not any(map(EDGES[edge], payloads))]
    assert len(missed) <= 1


@pytest.mark.slow
def test_every_group_of_codes_is_found() -> None:
    """Of the codes that are not 201, each group of the document comes, and no other group."""
    seen = {code(each) // 100 for all_of in drawn_for_each_seed(ip1_messages) for each in all_of}
    assert seen == set(STATUS_GROUPS)


@pytest.mark.slow
@given(payload=ip1_messages())
def test_a_payload_is_what_the_schema_says(payload: Payload) -> None:
    """Every payload is valid by the schema of what ip1 posts."""
    VALID.validate(payload)


@given(payload=ip1_messages())
def test_a_payload_follows_from_its_text(payload: Payload) -> None:
    """`segments` and `datacoding` are those of `body`."""
    text = segment(payload["body"])
    assert (payload["segments"], payload["datacoding"]) == (text.parts, text.encoding.value)


@pytest.mark.slow
@given(payload=ip1_messages())
def test_ids_and_times_fit(payload: Payload) -> None:
    """`id` and `batchId` begin with the second of the status, and `batchId` is a little less."""
    assert int(payload["id"][:8], 16) == int(payload["batchId"][:8], 16) == second(payload)
    assert 1 <= int(payload["id"], 16) - int(payload["batchId"], 16) <= 40
    assert abs(instant(payload["modified"]).timestamp() - second(payload)) <= 86_400


@pytest.mark.slow
@given(payload=ip1_messages())
def test_the_one_status_is_final_unless_it_informs(payload: Payload) -> None:
    """There is one entry; `duration` says that more comes where the code is of group 1."""
    [status] = payload["statuses"]
    assert status["duration"] == (status["code"] // 100 != 1)


@pytest.mark.slow
@given(payload=ip1_messages())
def test_keys_stand_in_documented_order(payload: Payload) -> None:
    """Known fields come first, as the document orders them; none is missing but the operator."""
    known = [name for name in payload if name in WIRE_ORDER]
    assert list(payload)[: len(known)] == known == [n for n in WIRE_ORDER if n in payload]
    assert set(WIRE_ORDER) - set(payload) <= OPTIONAL


@pytest.mark.slow
@given(payload=ip1_messages(extra_fields=False))
def test_the_emulator_posts_the_same(payload: Payload) -> None:
    """The emulator's own payload of that text, with what it draws itself put in, is equal."""
    received = instant(payload["statuses"][0]["created"])
    derived = {"segments", "datacoding", "direction", "owner", "sender", "recipient", "body"}
    by_hand = {name: value for name, value in payload.items() if name not in derived}
    draft = Draft(
        payload["sender"],
        payload["recipient"],
        payload["body"],
        received,
        Ip1Account(payload["owner"]),
        by_hand,
    )
    [posted] = emulated([draft], Random(0), Settings())
    assert list(posted.items()) == list(payload.items())


def plain(name: str) -> str:
    return re.sub("[^a-z0-9]", "", name.casefold())


# Beside these, a name begins with "x-".
NAMED = {"reference", "price", "currency", "media", "tags", "scores", "links", "carrier",
         "class", "__proto__", "lambda", "$where", "a.b", "with space", "", "Länge", "big",
         "small"}  # fmt: skip


@pytest.mark.slow
def test_no_extra_field_is_taken_for_a_known_one() -> None:
    """Not by its name in any letter case, nor by a plain name that the harness takes."""
    known = {*WIRE_ORDER, *EXAMPLES["intelepeer"], *FRIENDLY["ip1"], *FRIENDLY["intelepeer"]}
    taken = {plain(name) for name in (*known, "created", "code", "duration")}
    assert not taken & {plain(name) for name in NAMED}
    for payloads in drawn_for_each_seed(ip1_messages):
        for payload in payloads:
            named = extras(payload) | status_extras(payload)
            assert {name for name in named if not name.startswith("x-")} <= NAMED


@given(payload=ip1_messages(extra_fields=False, unknown_codes=False))
def test_the_future_can_be_left_out(payload: Payload) -> None:
    """Both arguments together give what is documented today."""
    assert extras(payload) == status_extras(payload) == set()
    assert code(payload) in STATUS_CODES


@given(payload=ip1_messages(status_codes=st.just(201)))
def test_codes_can_be_narrowed_down(payload: Payload) -> None:
    """To the one that the document says, say."""
    assert (code(payload), payload["statuses"][0]["duration"]) == (201, 1)


@pytest.mark.slow
@given(
    payload=ip1_messages(
        bodies=st.just("Hi"),
        senders=st.just("MyCompany"),
        recipients=st.just("456189040623"),
        owners=st.just("ip1-XXXXX"),
    )
)
def test_arguments_take_the_place_of_all_that_is_possible(payload: Payload) -> None:
    """What they give stands in the payload; a sender may be a name."""
    assert [payload[name] for name in ("body", "sender", "recipient", "owner")] == [
        "Hi",
        "MyCompany",
        "456189040623",
        "ip1-XXXXX",
    ]


def test_it_shrinks_to_the_simplest_payload() -> None:
    """What every test fails on is as the document's, with the least of everything."""
    assert list(smallest(ip1_messages(), lambda _: True).items()) == list(SIMPLEST.items())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("edge", "names"),
    [
        ("Flash", {"type"}),
        ("high priority", {"priority"}),
        ("operator null", {"mcc", "mnc"}),
        ("more reports to come", {"statuses"}),
        ("an extra field", {"reference"}),
    ],
)
def test_it_shrinks_to_what_matters(edge: str, names: set[str]) -> None:
    """All that has nothing to do with the failure is as in the simplest payload."""
    found = smallest(ip1_messages(), EDGES[edge])
    assert {name for name in found if found[name] != SIMPLEST.get(name, "absent")} == names


@pytest.mark.slow
def test_a_text_in_ucs_shrinks_to_one_character() -> None:
    """One character outside the GSM alphabet, and all else as simple as it gets."""
    found = smallest(ip1_messages(), EDGES["UCS"])
    assert len(found["body"]) == 1
    assert found == SIMPLEST | {"body": found["body"], "datacoding": "UCS"}


@pytest.mark.slow
@given(payloads=ip1_batches())
def test_a_batch_has_one_id_and_its_messages_stand_in_a_row(payloads: list[Payload]) -> None:
    """`batchId`, owner and time are those of the request; ids follow on the `batchId`."""
    first, *_ = payloads
    for place, payload in enumerate(payloads, start=1):
        VALID.validate(payload)
        assert int(payload["id"], 16) == int(first["batchId"], 16) + place
        assert [payload[name] for name in ("batchId", "owner")] == [
            first["batchId"],
            first["owner"],
        ]
        assert second(payload) == second(first)


@pytest.mark.slow
@given(payloads=ip1_batches())
def test_each_of_a_batch_follows_from_its_own_text(payloads: list[Payload]) -> None:
    """`segments` and `datacoding`, whatever the others say."""
    for payload in payloads:
        text = segment(payload["body"])
        assert (payload["segments"], payload["datacoding"]) == (text.parts, text.encoding.value)


@pytest.mark.slow
def test_batches_of_every_size_are_found() -> None:
    """The usual one message, and several."""
    for batches in drawn_for_each_seed(ip1_batches):
        sizes = {len(payloads) for payloads in batches}
        assert min(sizes) == 1
        assert max(sizes) >= 3


@pytest.mark.slow
@given(payloads=ip1_batches(min_size=3, max_size=4))
def test_a_batch_has_the_size_that_was_asked_for(payloads: list[Payload]) -> None:
    """Both ends are included."""
    assert 3 <= len(payloads) <= 4


@pytest.mark.slow
def test_a_batch_shrinks_to_as_few_simple_messages_as_it_takes() -> None:
    """Two messages, where it takes two; the ids are the first there are."""
    found = smallest(ip1_batches(), lambda payloads: len(payloads) > 1)
    assert found == [SIMPLEST, SIMPLEST | {"id": "386d438000005c9a3f010002"}]


@pytest.mark.slow
@given(payloads=st.lists(ip1_messages(), max_size=5), batch=ip1_batches(), data=st.data())
def test_no_id_comes_twice_in_one_test(
    payloads: list[Payload], batch: list[Payload], data: st.DataObject
) -> None:
    """However messages are drawn in a test, their ids and batches are their own."""
    payloads += [*batch, data.draw(ip1_messages())]
    ids = [payload["id"] for payload in payloads]
    batches = {payload["batchId"] for payload in payloads}
    assert len(set(ids)) == len(ids)
    assert not batches & set(ids)


@pytest.mark.slow
def test_no_health_check_minds_many_messages() -> None:
    """Lists of messages and of batches are drawn under default settings."""
    assert len(drawn(st.lists(ip1_messages()))) == 100
    assert len(drawn(st.lists(ip1_batches(), max_size=5))) == 100


TOO_LONG = st.just("a").map(lambda text: text * 40_000)
MISUSES: dict[str, tuple[dict[str, Any], str]] = {
    "a text": ({"bodies": "Hi"}, "bodies='Hi': expected a strategy, such as st.just"),
    "no text": ({"bodies": st.just(5)}, "bodies gave 5: expected a strategy of texts"),
    "half a character": ({"bodies": st.just("\ud800")}, "bodies: lone surrogate"),
    "too long a text": ({"bodies": TOO_LONG}, "bodies: text of 40000 septets"),
    "a plus": ({"senders": st.just("+4670")}, "senders: '.4670' is not an MSISDN"),
    "numbers of the other": ({"recipients": e164_numbers()}, "recipients: '.+' is not an MSISDN"),
    "a name that receives": ({"recipients": st.just("MyCompany")}, "is not an MSISDN"),
    "an owner with spaces": ({"owners": st.just("my own")}, "'my own' is no owner: expected one"),
    "a code": ({"status_codes": 201}, "status_codes=201: expected a strategy"),
    "a code in words": ({"status_codes": st.just("201")}, "status_codes gave '201'"),
    "a code of four digits": ({"status_codes": st.just(2010)}, "from 100 to 599"),
    "a true code": ({"status_codes": st.just(True)}, "status_codes gave True"),
    "no claim": ({"extra_fields": "no"}, "extra_fields='no': expected True or False"),
    "no claim of codes": ({"unknown_codes": 0}, "unknown_codes=0: expected True or False"),
    "a strategy": ({"extra_fields": st.booleans()}, "expected True or False, not a strategy"),
}


@pytest.mark.parametrize("strategy", [ip1_messages, ip1_batches])
@pytest.mark.parametrize("misuse", MISUSES)
def test_a_misuse_is_told_when_it_draws(
    strategy: Callable[..., st.SearchStrategy[object]], misuse: str
) -> None:
    """Making the strategy is fine; the draw says what was given and what was expected."""
    arguments, told = MISUSES[misuse]
    made = strategy(**arguments)
    with pytest.raises(InvalidArgument, match=told) as caught:
        find(made, lambda _: True)
    assert isinstance(caught.value, InputError)


@pytest.mark.parametrize(
    ("sizes", "told"),
    [
        ({"min_size": 0}, "min_size=0: expected a whole number from 1"),
        ({"min_size": 4, "max_size": 3}, "min_size=4 is above max_size=3"),
        ({"max_size": "3"}, "max_size='3': expected a whole number"),
    ],
)
def test_sizes_that_are_none_are_told(sizes: dict[str, Any], told: str) -> None:
    """A request has one message or more."""
    with pytest.raises(InvalidArgument, match=told):
        find(ip1_batches(**sizes), lambda _: True)
