"""What is shown of messages, attempts and events: the contract's keys, and no secret."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mohook.delivery.message import State, Timings
from mohook.emulator import Emulator
from mohook.rendering import (
    attempt_json,
    event_json,
    instant_text,
    masked_body,
    masked_payload,
    message_json,
)
from mohook.settings import IntelePeerSettings, Settings, SignatureSettings
from mohook.store.journal import Event, Standing
from tests.emulators import App, intelepeer, manual
from tests.store.made import MINUTE, NOON, new_attempt, new_message

SECRET = 'S3cr3t/"\\ü'

MESSAGE_KEYS = ["id", "provider", "from", "to", "body", "state", "created_at", "next_attempt_at",
                "payload", "attempts"]  # fmt: skip
ATTEMPT_KEYS = ["number", "started_at", "duration_ms", "outcome", "status_code", "error", "timings",
                "request", "response"]  # fmt: skip


def test_a_message_shows_what_the_contract_names() -> None:
    """Every key of the public contract, and beside them only what is listed here."""
    shown = message_json(new_message("m1", attempts=[new_attempt()]))
    assert set(shown) == {*MESSAGE_KEYS, "via", "attempts_made"}
    assert shown | {"payload": 0, "attempts": 0} == {
        "id": "m1",
        "provider": "ip1",
        "from": "46700000001",
        "to": "456189040623",
        "body": "Hi my name is earl",
        "state": "pending",
        "via": "webhook",
        "created_at": "2026-01-01T12:00:00.000Z",
        "next_attempt_at": "2026-01-01T12:00:00.000Z",
        "attempts_made": 0,
        "payload": 0,
        "attempts": 0,
    }
    assert shown["payload"] == {"body": "Hi my name is earl"}
    assert "attempts" not in message_json(new_message("m1"), attempts=False)


def test_an_attempt_shows_what_the_contract_names() -> None:
    """Every key of the public contract, and beside them only what is listed here."""
    shown = attempt_json(new_attempt())
    assert set(shown) == {*ATTEMPT_KEYS, "fault", "copy_of", "decision", "next_attempt_at"}
    assert shown["duration_ms"] == 250.0
    assert shown["request"] == {
        "url": "http://127.0.0.1:5000/sms",
        "headers": [["Host", "127.0.0.1:5000"]],
        "body": '{"body":"Hi"}',
    }
    assert shown["response"] == {"headers": [["Server", "a"]], "body": "oops"}
    assert set(shown["timings"]) == {f"{phase}_ms" for phase in Timings._fields}


@pytest.mark.parametrize("state", State)
def test_a_state_shows_as_its_word(state: State) -> None:
    """One of the contract's four."""
    assert message_json(new_message("m1", state=state))["state"] == state.value
    assert {each.value for each in State} == {"pending", "delivered", "failed", "held"}


def test_all_that_is_shown_is_json() -> None:
    """Whatever bytes came back, and whatever is not there."""
    odd = new_attempt(response_body=b"\xff\x00", response_head=b"\xff: \xe9", next_attempt_at=None,
                      status_code=None, decision=None)  # fmt: skip
    message = new_message("m1", attempts=[odd], next_attempt_at=None)
    assert json.loads(json.dumps(message_json(message), allow_nan=False)) == message_json(message)
    assert attempt_json(odd)["response"]["body"] == "\ufffd\x00"


@pytest.mark.parametrize(
    ("head", "lines"),
    [
        (b"", []),
        (b"HTTP/1.1 200 OK\r\n\r\n", []),
        (b"HTTP/1.1 200 OK\r\nA: b\r\nA:  c \r\n\r\n", [["A", "b"], ["A", "c"]]),
        (b"HTTP/1.1 103 Early\r\nX: y\r\n\r\nHTTP/1.1 200 OK\r\nA: b:c\r\n\r\n", [["A", "b:c"]]),
        (b"HTTP/1.1 200 OK\r\nA: b\r\n", [["A", "b"]]),
    ],
)
def test_the_headers_shown_are_the_last_answers(head: bytes, lines: list[list[str]]) -> None:
    """Early hints and redirects before it are left out."""
    assert attempt_json(new_attempt(response_head=head))["response"]["headers"] == lines


def test_an_instant_is_shown_in_utc_to_the_millisecond() -> None:
    """Whatever the zone it was given in."""
    assert instant_text(NOON + MINUTE / 7) == "2026-01-01T12:00:08.571Z"


# Secrets


def test_an_attempt_shows_no_credentials() -> None:
    """Neither in its URL nor in the header that they became."""
    headers = (("Authorization", "Basic dXNlcjpwYXNz"), ("AUTHORIZATION", "x"), ("Accept", "*/*"))
    shown = attempt_json(new_attempt(url="http://user:pass@a/", request_headers=headers))
    assert shown["request"]["url"] == "http://***@a/"
    assert shown["request"]["headers"] == [
        ["Authorization", "Basic ***"],
        ["AUTHORIZATION", "x ***"],
        ["Accept", "*/*"],
    ]


def test_a_webhook_in_the_journal_shows_no_credentials() -> None:
    """Set or taken away, and other data beside it as it is."""
    told = {"endpoint": "ip1:a", "webhook": "http://user:pass@a/"}
    shown = event_json(Event(3, NOON, "webhook.changed", None, told))
    assert shown == {
        "number": 3,
        "at": "2026-01-01T12:00:00.000Z",
        "type": "webhook.changed",
        "message_id": None,
        "data": {"endpoint": "ip1:a", "webhook": "http://***@a/"},
    }
    gone = Event(4, NOON, "webhook.changed", None, {"webhook": None})
    assert event_json(gone)["data"] == {"webhook": None}


def test_an_event_shows_the_attempt_or_the_message_that_it_is_about() -> None:
    """The attempt whole; the message as it stood then, without its attempts."""
    attempt, message = new_attempt(), new_message("m1", attempts=[new_attempt()])
    stood = message_json(message, attempts=False)
    then = Standing(message, message.state, NOON, message.attempts_made, message.via)
    message.state, message.next_attempt_at, message.attempts_made = State.DELIVERED, None, 1
    ended = event_json(Event(1, NOON, "attempt.ended", "m1", attempt))
    accepted = event_json(Event(2, NOON, "message.accepted", "m1", then))
    assert ended["data"] == attempt_json(attempt)
    assert accepted["data"] == stood
    assert list(accepted["data"]) == list(stood)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab"), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


def signed(mode: str) -> Emulator:
    signature = SignatureSettings(mode=mode)  # type: ignore[arg-type] # one of its words
    return manual(Settings(intelepeer=IntelePeerSettings(secret=SECRET, signature=signature)))


LITERAL = signed("literal")


@settings(max_examples=40)
@given(
    st.text('SABC 3cr"\\/ü\n:,{}', max_size=40),
    st.dictionaries(st.sampled_from(["refid", "from", "to", "x"]), JSON_VALUES, max_size=3),
)
def test_no_secret_is_shown_whatever_the_message(body: str, fields: dict[str, Any]) -> None:
    """The signature is masked in body and payload; all else stands as it was sent."""
    try:
        [message] = LITERAL.send([intelepeer(body, fields=fields)])
    except ValueError:
        return  # a text that no SMS carries
    shown = masked_body(message.payload)
    assert json.loads(shown) == json.loads(message.payload) | {"signature": "***"}
    spoken = json.dumps(SECRET, ensure_ascii=False)
    assert shown == message.payload.decode().replace(spoken, '"***"')
    assert masked_payload(message.payload) == json.loads(shown)
    assert SECRET not in json.loads(shown).values()


@given(JSON_VALUES)
def test_a_signature_of_any_kind_is_masked(signature: object) -> None:
    """A number, a list, an object; what is empty hides nothing and shows as it is."""
    [message] = LITERAL.send([intelepeer(fields={"signature": signature})])
    shown = json.loads(masked_body(message.payload))
    assert shown["signature"] == ("***" if signature else signature)
    assert masked_payload(message.payload) == shown


@given(st.binary() | JSON_VALUES.map(lambda value: json.dumps(value).encode())
       | st.binary().map(lambda rest: b'{"signature":' + rest))  # fmt: skip
def test_any_body_can_be_shown(body: bytes) -> None:
    """What is no JSON, or no object, is shown as text and raises nothing."""
    assert isinstance(masked_body(body), str)


@pytest.mark.parametrize("mode", ["literal", "hmac", "absent"])
def test_no_signature_leaves_the_emulator(mode: str) -> None:
    """Neither in a message's payload, nor in its attempts, nor in the journal."""
    emulator = signed(mode)
    app = App(500)
    emulator.intelepeer.put_default_webhook(f"{emulator.apps.mount(app)}/")
    [message] = emulator.send([intelepeer()])
    emulator.run_until_idle()
    shown = [message_json(message), *map(event_json, emulator.store.journal.after(0, 100))]
    signature = app.payloads[0].get("signature")
    assert (signature is None) == (mode == "absent")
    text = json.dumps(shown, ensure_ascii=False)
    for secret in filter(None, (SECRET, signature)):
        assert json.dumps(secret, ensure_ascii=False)[1:-1] not in text
    assert ("***" in text) == (mode != "absent")
