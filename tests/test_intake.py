"""From a submission to messages: routed, in wire form, the same bytes for the same seed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import count
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mohook.delivery.message import State
from mohook.delivery.origin import origin
from mohook.directory.intelepeer import IntelePeerDirectory
from mohook.directory.ip1 import Ip1Directory
from mohook.directory.route import Directory
from mohook.emulator import Emulator
from mohook.errors import InputError
from mohook.intake import Intake, encode, provider_named
from mohook.settings import IntelePeerSettings, Ip1Settings, Settings
from mohook.submission import Submission
from tests.emulators import NUMBER, intelepeer, ip1

NOW = datetime(2026, 1, 1, 12, 0, 0, 123456, tzinfo=UTC)
HOOKED = Settings(
    ip1=Ip1Settings(callback_url="http://user:secret@127.0.0.1:5000/ip1?a=b"),
    intelepeer=IntelePeerSettings(webhook="https://receiver.example/sms"),
)


def new_intake(settings: Settings | None = None, seed: int = 1) -> Intake:
    taken = settings or Settings()
    directories: dict[str, Directory] = {
        "ip1": Ip1Directory(taken),
        "intelepeer": IntelePeerDirectory(taken),
    }
    numbers = count(1)
    return Intake(taken, directories, Random(seed), lambda: f"m{next(numbers)}")


def test_a_message_carries_all_that_the_engine_needs() -> None:
    """Whose it is, where it goes, when it is due, and the bytes to post."""
    [message] = new_intake(HOOKED).messages([ip1()], NOW)
    assert (message.id, message.provider, message.via) == ("m1", "ip1", "webhook")
    assert (message.sender, message.recipient) == ("46700000001", "456189040623")
    assert (message.endpoint, message.destination) == ("ip1:ip1-10001", "http://127.0.0.1:5000")
    assert (message.state, message.created_at) == (State.PENDING, NOW)
    assert (message.next_attempt_at, message.tries, message.attempts) == (NOW, 0, [])
    assert json.loads(message.payload)["body"] == message.body == "Hi my name is earl"


def test_an_intelepeer_message_goes_by_its_number() -> None:
    """Each number is an endpoint of its own."""
    [message] = new_intake(HOOKED).messages([intelepeer()], NOW)
    assert message.endpoint == f"intelepeer:{NUMBER}"
    assert message.destination == "https://receiver.example"


def test_without_a_webhook_a_message_is_held() -> None:
    """It has no destination and no due time."""
    for message in new_intake().messages([ip1(), intelepeer()], NOW):
        assert message.state is State.HELD
        assert (message.destination, message.next_attempt_at) == (None, None)


def test_the_same_seed_makes_the_same_bytes() -> None:
    """Another seed makes others, in the ids alone."""
    story = [ip1(), intelepeer(), ip1(count=3, batch=True)]
    one, again, other = (
        [message.payload for message in new_intake(seed=seed).messages(story, NOW)]
        for seed in (1, 1, 2)
    )
    assert one == again
    assert not set(one) & set(other)


def test_a_text_set_by_hand_is_the_messages_text() -> None:
    """What goes out is what is shown; what is no text leaves the submitted one."""
    given_text, odd = new_intake().messages(
        [ip1(fields={"body": "other"}), intelepeer(fields={"message": 5})], NOW
    )
    assert given_text.body == "other"
    assert odd.body == "Hi my name is earl"
    assert json.loads(odd.payload)["message"] == 5


def test_parts_are_told_apart_in_a_batch() -> None:
    """Each part knows the draft that it comes of, and the ids are as many."""
    settings = Settings(intelepeer=IntelePeerSettings(long_messages="parts"))
    other = intelepeer("b", to="1-1234")
    messages = new_intake(settings).batch([intelepeer("a" * 307), other], NOW)
    assert [message.recipient for message in messages] == [NUMBER, NUMBER, NUMBER, "1-1234"]
    assert len({json.loads(message.payload)["refid"] for message in messages}) == 4


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab"), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@given(st.dictionaries(st.text("abü", max_size=3), JSON_VALUES, max_size=5))
def test_what_is_posted_is_json_of_the_payload(payload: dict[str, Any]) -> None:
    """In UTF-8, without spaces, its keys in their order; it reads back as it was."""
    encoded = encode(payload)
    assert json.loads(encoded) == payload
    assert list(json.loads(encoded)) == list(payload)
    assert encode({"a": [1, "ü"], "b": None}) == '{"a":[1,"ü"],"b":null}'.encode()


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        float("inf"),
        object(),
        b"x",
        {1, 2},
        "\ud800",
        {("a",): 1},
        NOW,
        nested(10_000),
    ],
    ids=["nan", "inf", "object", "bytes", "set", "surrogate", "key", "datetime", "deep"],
)
def test_a_field_that_is_no_json_is_refused(value: object) -> None:
    """The error says where to look."""
    with pytest.raises(InputError, match="fields"):
        new_intake().messages([ip1(fields={"x": value})], NOW)


def test_a_field_that_holds_itself_is_refused() -> None:
    """It would never end."""
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(InputError, match="fields"):
        new_intake().messages([ip1(fields={"x": loop})], NOW)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://a/b", "http://a"),
        ("http://a:80/b?c#d", "http://a:80"),
        ("https://u:p@a:8443", "https://a:8443"),
        ("http://u:p%40@[::1]:5000/x@y", "http://[::1]:5000"),
    ],
)
def test_an_origin_is_scheme_host_and_port(url: str, expected: str) -> None:
    """Without credentials: what shares connections, and a lane."""
    assert origin(url) == expected


def test_a_provider_goes_by_its_word() -> None:
    """Any other word is refused, with those that there are."""
    assert provider_named("ip1").name == "ip1"
    with pytest.raises(InputError, match="'IP1': expected one of ip1, intelepeer"):
        provider_named("IP1")


def test_one_submission_without_a_list_is_told_so() -> None:
    """It is a tuple of its fields, which would be taken one by one for submissions."""
    with pytest.raises(InputError, match="expected a list of them"):
        Emulator().send(ip1())  # type: ignore[arg-type] # the mistake that is meant


@pytest.mark.parametrize("place", [1, 2, 3], ids=["sender", "recipient", "body"])
def test_what_is_no_text_is_refused(place: int) -> None:
    """None in the place of a text is refused, and nothing is accepted."""
    emulator = Emulator()
    # Any: what a caller without types may give.
    given: list[Any] = list(ip1())
    given[place] = None
    with pytest.raises(InputError, match="to be texts"):
        emulator.send([Submission(*given)])
    assert emulator.store.figures().received == 0
