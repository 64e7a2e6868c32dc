"""The oracle tells every way in which a receiver's store can be wrong, and blames no right one."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mohook.delivery.message import Attempt, Message, State
from mohook.errors import InputError
from mohook.settings import DeliverySettings, Settings
from pytest_mohook.oracle.answers import refusals
from pytest_mohook.oracle.findings import FindingKind
from pytest_mohook.oracle.stored import assert_stored, check_stored
from tests.store.made import new_attempt, new_message

LAX = Settings(delivery=DeliverySettings(acknowledge="2xx"))


def attempts(*words: str, body: bytes = b"") -> list[Attempt]:
    """Make attempts of words: a status, `lost:200`, `scripted:500`, or a named failure."""
    return [_attempt(number, word, body) for number, word in enumerate(words, 1)]


def _attempt(number: int, word: str, body: bytes) -> Attempt:
    how, _, status = word.rpartition(":")
    code = int(status) if status.isdigit() else None
    fault = {"lost": "lose-ack", "scripted": status}.get(how)
    outcome = "lost-ack" if how == "lost" else status
    return new_attempt(number, outcome=outcome, status_code=code, fault=fault, request_body=body)


def sent(
    mohook_id: str,
    identity: str,
    text: str,
    *words: str,
    state: State = State.DELIVERED,
    provider: str = "ip1",
) -> Message:
    names = ("id", "body") if provider == "ip1" else ("refid", "message")
    body = json.dumps(dict(zip(names, (identity, text), strict=True))).encode()
    return new_message(
        mohook_id,
        provider=provider,
        body=text,
        payload=body,
        state=state,
        attempts=attempts(*words, body=body),
    )


def kinds(messages: Sequence[Message], stored: Any, settings: Settings | None = None) -> list[str]:
    return [finding.kind for finding in check_stored(messages, stored, settings=settings)]


HI = sent("m1", "5c61", "Hi", "200")
PENDING = sent("m1", "5c61", "Hi", "500", state=State.PENDING)
FAILED = sent("m1", "5c61", "Hi", "500", "500", state=State.FAILED)


@pytest.mark.parametrize(
    "stored",
    [
        [{"id": "5c61", "body": "Hi"}],
        [{"id": "5c61", "body": "Hi", "refid": "x", "at": 12}],
        [("5c61", "Hi")],
        [["5c61", "Hi"]],
        {("5c61", "Hi")},
        iter([("5c61", "Hi")]),
        ["Hi"],
    ],
)
def test_what_was_acknowledged_and_stored_once_is_right(stored: Any) -> None:
    """In each form that a receiver may hand back."""
    assert kinds([HI], stored) == []


def test_rows_of_a_database_are_taken_as_they_come() -> None:
    """By position, and by name where there are more columns than two."""
    rows = sqlite3.connect(":memory:")
    assert kinds([HI], rows.execute("SELECT '5c61', 'Hi'")) == []
    rows.row_factory = sqlite3.Row
    assert kinds([HI], rows.execute("SELECT '5c61' AS a, 'Hi' AS b")) == []
    assert kinds([HI], rows.execute("SELECT 1 AS n, 'Hi' AS body, '5c61' AS id")) == []


def test_an_intelepeer_message_is_known_by_its_own_names() -> None:
    """Also where the receiver's own `id` and `body` stand beside them."""
    message = sent("m1", "F00D", "Hi", "200", provider="intelepeer")
    item = {"id": 1, "body": "{}", "refid": "F00D", "message": "Hi"}
    assert kinds([message], [item]) == []
    assert kinds([message], [item | {"message": "Ho"}]) == ["altered"]


def test_messages_of_both_providers_are_told_apart() -> None:
    """Each by the names of its own provider."""
    other = sent("m2", "F00D", "Ho", "200", provider="intelepeer")
    stored = [{"refid": "F00D", "message": "Ho"}, {"id": "5c61", "body": "Hi"}]
    assert kinds([HI, other], stored) == []
    assert kinds([HI, other], stored[:1]) == ["lost"]


@pytest.mark.parametrize("word", ["200", "lost:200"])
def test_an_acknowledged_message_that_is_not_stored_is_lost(word: str) -> None:
    """Also where its acknowledgement was lost on the way."""
    message = sent("m1", "5c61", "Hi", word, state=State.PENDING)
    [finding] = check_stored([message], [])
    assert (finding.kind, finding.messages) == (FindingKind.LOST, ("m1",))
    assert finding.sentence == "m1 'Hi' (id 5c61) was acknowledged and is not stored"


@pytest.mark.parametrize("word", ["500", "204", "lost:500", "scripted:200", "timeout", "refused"])
def test_what_was_never_acknowledged_need_not_be_stored(word: str) -> None:
    """A scripted 200 is no answer of the receiver's."""
    assert kinds([sent("m1", "5c61", "Hi", word, state=State.FAILED)], []) == []


def test_what_acknowledges_is_as_the_settings_say() -> None:
    """204 does with the switch, and does not without."""
    message = sent("m1", "5c61", "Hi", "204")
    assert kinds([message], []) == []
    assert kinds([message], [], LAX) == ["lost"]
    assert kinds([message], [("5c61", "Hi")], LAX) == []


def test_what_is_stored_twice_is_duplicated() -> None:
    """Acknowledged or not."""
    twice = [("5c61", "Hi"), ("5c61", "Hi")]
    [finding] = check_stored([HI], twice)
    assert str(finding) == "duplicated: m1 'Hi' (id 5c61) is stored 2 times"
    assert kinds([PENDING], twice) == ["duplicated"]


@pytest.mark.parametrize(("message", "wrong"), [(PENDING, []), (FAILED, ["unacknowledged"])])
def test_what_is_not_acknowledged_may_be_stored_while_it_is_tried(
    message: Message, wrong: list[str]
) -> None:
    """And not when the provider has given it up."""
    assert kinds([message], [("5c61", "Hi")]) == wrong
    assert kinds([message], ["Hi"]) == wrong


def test_nobody_is_blamed_for_an_answer_that_never_came() -> None:
    """The receiver may have acknowledged what timed out; it must not have stored it twice."""
    message = sent("m1", "5c61", "Hi", "500", "timeout", state=State.FAILED)
    assert kinds([message], [("5c61", "Hi")]) == []
    assert kinds([message], []) == []
    assert kinds([message], [("5c61", "Hi")] * 2) == ["duplicated"]
    scripted = sent("m1", "5c61", "Hi", "500", "scripted:timeout", state=State.FAILED)
    assert kinds([scripted], [("5c61", "Hi")]) == ["unacknowledged"]


def test_what_was_never_sent_is_unknown() -> None:
    """By its id, or by its text."""
    assert kinds([HI], [("5c61", "Hi"), ("5c62", "Hi")]) == ["unknown"]
    assert kinds([HI], ["Hi", "Ho"]) == ["unknown"]
    assert kinds([], [("None", "")]) == ["unknown"]


def test_another_text_is_altered_and_says_how() -> None:
    """One that is null too, and one of a message that is not acknowledged yet."""
    [finding] = check_stored([HI], [("5c61", "H")])
    assert finding.kind == "altered"
    assert "cut to the first 1 of its 2 characters (sent 'Hi', stored 'H')" in finding.sentence
    assert "it is null" in check_stored([HI], [("5c61", None)])[0].sentence
    assert kinds([PENDING], [("5c61", "H")]) == ["altered"]


def test_texts_without_ids_are_compared_as_often_as_they_were_sent() -> None:
    """Twice the same text is two messages."""
    again = sent("m2", "5c62", "Hi", "200")
    assert kinds([HI, again], ["Hi", "Hi"]) == []
    assert kinds([HI, again], ["Hi"]) == ["lost"]
    [finding] = check_stored([HI, again], ["Hi"] * 3)
    assert finding.sentence == "'Hi' is stored 3 times, 1 too many"
    assert finding.messages == ("m1", "m2")


def test_an_altered_text_without_an_id_is_told_from_a_lost_one() -> None:
    """By what receivers do to texts, or because nothing else can have become of it."""
    other = sent("m2", "5c62", " Ho ", "200")
    assert kinds([HI, other], ["Hi", "Ho"]) == ["altered"]
    assert kinds([HI, other], ["Hi", "x"]) == ["altered"]
    assert kinds([HI, other], ["x", "Ho"]) == ["altered", "altered"]
    assert kinds([HI, other], ["x", "y"]) == ["unknown", "unknown", "lost", "lost"]


def test_an_id_that_was_sent_twice_is_one_message_to_the_receiver() -> None:
    """It stores one of the two, whichever, and is blamed for neither."""
    again = sent("m2", "5c61", "Ho", "200")
    assert kinds([HI, again], [("5c61", "Hi")]) == []
    assert kinds([HI, again], [("5c61", "Ho")]) == []
    assert kinds([HI, again], [("5c61", "Hi"), ("5c61", "Ho")]) == ["duplicated"]


def test_with_a_new_id_each_attempt_each_id_is_a_message_of_its_own() -> None:
    """No receiver can tell them apart (switch `delivery.new_id_per_attempt`)."""
    message = sent("m1", "5c61", "Hi", "lost:200")
    message.attempts += attempts("200", body=b'{"id": "5c62", "body": "Hi"}')
    assert kinds([message], [("5c61", "Hi"), ("5c62", "Hi")]) == []
    assert kinds([message], [("5c61", "Hi")]) == ["lost"]


def test_the_error_shows_findings_timeline_and_seed() -> None:
    """Of the messages concerned alone."""
    other = sent("m2", "5c62", "Ho", "200")
    assert_stored([HI, other], ["Hi", "Ho"])
    with pytest.raises(AssertionError) as caught:
        assert_stored([HI, other], [("5c62", "Ho")], seed=7)
    assert str(caught.value).splitlines() == [
        "1 finding about the receiver:",
        "- lost: m1 'Hi' (id 5c61) was acknowledged and is not stored",
        "m1 ip1 46700000001 → 456189040623 'Hi': delivered",
        (
            "    1. 2026-01-01 12:00:00 to http://127.0.0.1:5000/sms: answered 200, "
            "again at 2026-01-01 12:01:00"
        ),
        "The seed is 7.",
    ]


@pytest.mark.parametrize(
    ("stored", "what"),
    [
        (None, "expected a list of what is stored"),
        (7, "expected a list of what is stored"),
        ("Hi", "stored = 'Hi': expected a list"),
        ({"id": "5c61", "body": "Hi"}, "one message; expected a list"),
        ([7], "stored item 7: expected a mapping with the provider's own names"),
        ([{"text": "Hi"}], "id and body at ip1"),
        ([b"Hi"], "stored item b'Hi'"),
        ([("5c61", b"Hi")], "expected a text, not b'Hi'; decode it first"),
        ([("5c61", "Hi", 3)], "a pair (id, text)"),
        (["Hi", ("5c62", "Ho")], "expected one form for all"),
        (st.just([]), "is a strategy: expected a value"),
        ([st.just("Hi")], "is a strategy: expected a value"),
    ],
)
def test_what_is_no_readback_says_so(stored: Any, what: str) -> None:
    """With the offending value, and what is expected."""
    with pytest.raises(InputError, match="stored") as caught:
        check_stored([HI], stored)
    assert what in str(caught.value)


Steps = st.lists(
    st.tuples(
        st.sampled_from(["200", "lost:200", "500", "scripted:500", "timeout"]),
        st.sampled_from(["a", "b "]),
    ),
    max_size=4,
)


@given(Steps)
def test_a_receiver_that_stores_what_it_acknowledges_is_never_blamed(
    steps: list[tuple[str, str]],
) -> None:
    """Whatever is on the way, with ids and without."""
    messages = [sent(f"m{n}", f"i{n}", text, word) for n, (word, text) in enumerate(steps)]
    kept = {m.id: m.body for m in messages if m.attempts[0].outcome in ("200", "lost-ack")}
    assert check_stored(messages, [(f"i{each[1:]}", text) for each, text in kept.items()]) == []
    assert check_stored(messages, list(kept.values())) == []


def test_what_came_before_an_acknowledgement_is_no_refusal() -> None:
    """Nor is what never reached the receiver."""
    message = sent("m1", "5c61", "Hi", "500", "lost:200", "scripted:500", "409", "timeout")
    assert [attempt.number for attempt in refusals(message, Settings())] == [4, 5]
    message.attempts[1].outcome = "too-large"
    assert [attempt.number for attempt in refusals(message, Settings())] == [1, 2, 4, 5]


def test_a_mapping_may_be_any() -> None:
    """One that is no dict too."""

    class Row(Mapping[str, object]):
        def __getitem__(self, name: str) -> object:
            return {"id": "5c61", "body": "Hi"}[name]

        def __iter__(self) -> Any:
            return iter(["id", "body"])

        def __len__(self) -> int:
            return 2

    assert kinds([HI], [Row()]) == []


def test_a_mapping_of_ids_to_texts_is_its_items() -> None:
    """What most small receivers keep can be given as it is."""
    assert check_stored([HI], {"5c61": "Hi"}) == []
    assert kinds([HI], {"5c62": "Hi"}) == kinds([HI], [("5c62", "Hi")])
