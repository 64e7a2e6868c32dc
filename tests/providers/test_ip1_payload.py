from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mohook.errors import TextError
from mohook.providers.ip1.account import Ip1Account
from mohook.providers.ip1.ids import ID_PATTERN, draw_tail, object_id
from mohook.providers.ip1.payload import WIRE_ORDER, batch, renewed
from mohook.providers.ip1.statuses import FINAL, RECEIVED, STATUS_CODES, STATUS_GROUPS
from mohook.providers.provider import Draft, Payload
from mohook.settings import Ip1Settings, Settings, SmsSettings
from mohook.sms.segments import segment
from tests.providers.samples import as_text, sample

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
WITH_OPERATOR = Settings(ip1=Ip1Settings(mcc="431", mnc="20"))


def draft(
    body: str = "Hello", at: datetime = NOON, fields: Mapping[str, Any] | None = None
) -> Draft:
    account = Ip1Account("ip1-XXXXX")
    return Draft("46712345678", "456189040623", body, at, account, fields or {})


def one(drafted: str = "Hello", /, settings: Settings | None = None, **fields: Any) -> Payload:
    [payload] = batch([draft(drafted, fields=fields)], Random(7), settings or Settings())
    return payload


def test_documented_payload_is_reproduced() -> None:
    """The documented sample comes out whole: every value, every key in its place."""
    documented = sample("ip1-callback")
    received = datetime(2018, 10, 23, 17, 43, 21, tzinfo=UTC)
    ids = {name: documented[name] for name in ("id", "batchId")}
    [payload] = batch([draft("Hi my name is earl", received, ids)], Random(0), WITH_OPERATOR)
    assert as_text(payload) == as_text(documented)


def test_keys_stand_in_documented_order() -> None:
    """The wire order is the sample's, where a field is set by hand and where none is."""
    assert tuple(sample("ip1-callback")) == WIRE_ORDER
    assert tuple(one(settings=WITH_OPERATOR)) == WIRE_ORDER
    assert tuple(one(settings=WITH_OPERATOR, body="by hand")) == WIRE_ORDER
    assert tuple(one()) == WIRE_ORDER[:-2]


def test_documented_id_follows_from_its_seconds_and_tail() -> None:
    """The sample's id is its Unix second and 64 bits; its batch is one less."""
    documented = sample("ip1-callback")
    seconds, tail = 1549875272, 0x879973045CF39AC4
    assert object_id(seconds, tail) == documented["id"]
    assert object_id(seconds, tail - 1) == documented["batchId"]


@given(seed=st.integers(), second=st.integers(0, 2**32 - 1))
def test_ids_have_the_shape_of_an_object_id(seed: int, second: int) -> None:
    """24 lower-case hex digits in any second; the batch is the first id minus one."""
    at = datetime.fromtimestamp(second, UTC)
    [payload] = batch([draft(at=at)], Random(seed), Settings())
    assert re.fullmatch(ID_PATTERN, payload["id"])
    assert re.fullmatch(ID_PATTERN, payload["batchId"])
    assert int(payload["id"], 16) - int(payload["batchId"], 16) == 1


def test_id_begins_with_its_second() -> None:
    """The first eight digits are the Unix seconds of the message's arrival."""
    assert int(one()["id"][:8], 16) == int(NOON.timestamp())


@given(seed=st.integers(), count=st.integers(1, 40))
def test_messages_of_one_request_share_their_batch(seed: int, count: int) -> None:
    """One batch id, ids in a row behind it."""
    payloads = batch([draft()] * count, Random(seed), Settings())
    assert len({payload["batchId"] for payload in payloads}) == 1
    first = int(payloads[0]["batchId"], 16) + 1
    assert [int(payload["id"], 16) for payload in payloads] == list(range(first, first + count))


def test_requests_have_their_own_batches() -> None:
    """Two requests never share a batch id, even in the same second."""
    random = Random(1)
    first, second = (batch([draft()], random, Settings())[0] for _ in range(2))
    assert first["batchId"] != second["batchId"]


def test_no_drafts_make_no_payloads() -> None:
    """An empty request is no message and draws nothing."""
    random = Random(1)
    before = random.getstate()
    assert batch([], random, Settings()) == []
    assert random.getstate() == before


@pytest.mark.slow
def test_a_million_ids_of_one_second_differ() -> None:
    """A million messages on a clock that stands still have a million ids."""
    random = Random(0)
    assert len({draw_tail(1, random) for _ in range(1_000_000)}) == 1_000_000


class _Highest(Random):
    def getrandbits(self, k: int, /) -> int:
        return (1 << k) - 1


@given(count=st.integers(1, 1000))
def test_a_row_of_tails_never_leaves_64_bits(count: int) -> None:
    """The lowest tail has one below it for the batch, the highest still fits 16 digits."""
    for random in (_Highest(), Random(count)):
        tail = draw_tail(count, random)
        assert tail >= 1
        assert tail + count - 1 < 1 << 64


def test_equal_seeds_make_equal_payloads() -> None:
    """The seed alone decides the ids."""
    assert one() == one()


@given(body=st.text(st.characters(exclude_categories=["Cs"]), max_size=400))
def test_segments_and_datacoding_follow_the_body(body: str) -> None:
    """`segments` counts the parts, `datacoding` names the encoding of the same body."""
    payload = one(body)
    measured = segment(body)
    assert (payload["segments"], payload["datacoding"]) == (measured.parts, measured.encoding)
    assert type(payload["datacoding"]) is str


@pytest.mark.parametrize("parts", [0, 1])
def test_empty_body_takes_the_parts_of_its_switch(parts: int) -> None:
    """An empty body has as many segments as `sms.empty_text_parts` says."""
    settings = Settings(sms=SmsSettings(empty_text_parts=1 if parts else 0))
    assert one("", settings=settings)["segments"] == parts


def test_body_that_no_sms_carries_is_refused() -> None:
    """Half a surrogate pair is no text of an SMS."""
    with pytest.raises(TextError):
        one("\ud800")


def test_times_are_whole_seconds_in_zulu() -> None:
    """Fractions are cut, and `modified` lies two seconds before the status."""
    at = NOON + timedelta(seconds=1, microseconds=999_999)
    [payload] = batch([draft(at=at)], Random(0), Settings())
    assert payload["statuses"][0]["created"] == "2026-01-01T12:00:01Z"
    assert payload["modified"] == "2026-01-01T11:59:59Z"


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (Ip1Settings(), []),
        (Ip1Settings(missing_operator="null"), [("mcc", None), ("mnc", None)]),
        (Ip1Settings(mcc="431"), [("mcc", "431")]),
        (Ip1Settings(mnc="20", missing_operator="null"), [("mcc", None), ("mnc", "20")]),
        (Ip1Settings(mcc="431", mnc="20"), [("mcc", "431"), ("mnc", "20")]),
    ],
)
def test_missing_operator_is_absent_or_null(
    settings: Ip1Settings, expected: list[tuple[str, str | None]]
) -> None:
    """What the carrier does not tell is absent, or null by switch, each key for itself."""
    assert list(one(settings=Settings(ip1=settings)).items())[13:] == expected


def test_known_field_keeps_its_place_and_unknown_follows() -> None:
    """A field set by hand takes its documented place, a new name goes to the end, as given."""
    payload = one(settings=Settings(ip1=Ip1Settings(mnc="20")), x=[None], mcc="", sender=5)
    assert list(payload) == [*WIRE_ORDER, "x"]
    assert (payload["sender"], payload["mcc"], payload["x"]) == (5, "", [None])


def test_segments_follow_a_body_set_by_hand() -> None:
    """What is sent is what is measured."""
    payload = one("short", body="ç" * 71)
    assert (payload["segments"], payload["datacoding"]) == (2, "UCS")


def test_measures_set_by_hand_win() -> None:
    """`segments` and `datacoding` set by hand stand against the body."""
    payload = one("short", body="ç" * 71, segments=9, datacoding="GSM")
    assert (payload["segments"], payload["datacoding"]) == (9, "GSM")


@pytest.mark.parametrize("odd", [None, 5, "\ud800", "a" * 40_000])
def test_odd_body_set_by_hand_is_sent_as_given(odd: object) -> None:
    """A body that no SMS carries goes out on purpose, with the measure of the draft."""
    payload = one("ç", body=odd)
    assert payload["body"] == odd
    assert (payload["segments"], payload["datacoding"]) == (1, "UCS")


def test_renewed_message_differs_in_its_id_alone() -> None:
    """A new attempt under a new id is the same message of the same batch."""
    payload = one()
    later = NOON + timedelta(minutes=10)
    fresh = renewed(payload, later, Random(3))
    assert list(fresh) == list(payload)
    assert {name for name in payload if fresh[name] != payload[name]} == {"id"}
    assert int(fresh["id"][:8], 16) == int(later.timestamp())


def test_payloads_share_nothing_that_can_change() -> None:
    """Changing one payload changes no other."""
    first, second = batch([draft(), draft()], Random(0), Settings())
    first["statuses"][0]["code"] = 0
    assert second["statuses"][0]["code"] == RECEIVED


def test_every_status_code_belongs_to_a_group() -> None:
    """The first digit of each known code is a known group; the sample's code is known."""
    assert {code // 100 for code in STATUS_CODES} <= set(STATUS_GROUPS)
    assert {"code": RECEIVED, "duration": FINAL}.items() <= (
        sample("ip1-callback")["statuses"][0].items()
    )
    assert RECEIVED in STATUS_CODES
