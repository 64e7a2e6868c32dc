"""A message that went through the control API's JSON shows the same as before."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mohook.delivery.message import Attempt, Message, State, Timings
from mohook.delivery.timeline import timeline
from mohook.rendering import message_json
from pytest_mohook.harness.remote.rebuilt import rebuilt_attempt, rebuilt_message
from tests.emulators import App, intelepeer, ip1, manual
from tests.store.made import MINUTE, NOON, new_attempt, new_message

_ENGINES_OWN = {"destination": None, "tries": 0, "claim": None}


def carried(message: Message) -> Any:
    """Return a message's JSON as it comes over the wire."""
    return json.loads(json.dumps(message_json(message)))


def scripted_and_real() -> list[Message]:
    """Return messages that met all kinds of things: every state, answers, faults, copies."""
    emulator = manual(app=App(500, 200))
    emulator.intelepeer.put_number("1-1234", webhook="")
    emulator.intelepeer.put_number("57-1234", webhook="", cpaas_enabled=True)
    emulator.faults.add(["timeout", "lose-ack", "duplicate", "delay:90s", "reset"])
    sent = emulator.send([
        ip1("räksmörgås 🦐", fields={"priority": 2}),
        intelepeer("two\nlines"),
        intelepeer("held", to="1-1234"),
        intelepeer("to the platform", to="57-1234"),
        *[intelepeer("again") for _ in range(3)],
    ])  # fmt: skip
    emulator.settle()
    emulator.advance(timedelta(minutes=2))
    emulator.stop()
    return sent


def test_real_messages_come_back_whole() -> None:
    """All but the engine's own is as it was, but for masked signatures and rounded times."""
    for message in scripted_and_real():
        back = rebuilt_message(carried(message))
        assert carried(back) == carried(message)
        assert timeline([back]) == timeline([message])
        assert json.loads(back.payload).keys() == json.loads(message.payload).keys()
        assert {name: getattr(back, name) for name in _ENGINES_OWN} == _ENGINES_OWN


def test_the_samples_are_of_every_kind() -> None:
    """What the test above is about has all states, and attempts of many kinds."""
    messages = scripted_and_real()
    assert {message.state for message in messages} == {State.DELIVERED, State.PENDING, State.HELD}
    attempts = [attempt for message in messages for attempt in message.attempts]
    assert {"timeout", "lost-ack", "reset"} < {attempt.outcome for attempt in attempts}
    assert any(attempt.copy_of for attempt in attempts)
    assert {message.via for message in messages} == {"webhook", "cpaas"}


def test_an_ip1_message_comes_back_byte_for_byte() -> None:
    """Nothing is masked there: payload, endpoint, head and times are equal."""
    [message] = manual(app=App(500)).send([ip1()])
    message.attempts.append(_attempt())
    assert rebuilt_message(carried(message)) == replace(message, destination=None)


def _attempt() -> Attempt:
    head = b"HTTP/1.1 500\r\nServer: a\r\nX-B: c, d\r\n\r\n"
    return replace(new_attempt(), response_head=head, timings=Timings(0.001, 0.002, 0.0, total=1.5))


instants = st.none() | st.integers(0, 10**15).map(lambda us: NOON + timedelta(microseconds=us))


@pytest.mark.slow
@given(
    outcome=st.sampled_from(["200", "500", "timeout", "lost-ack"]),
    status=st.none() | st.integers(100, 599),
    body=st.binary(max_size=20),
    sent=st.text(max_size=20).map(lambda text: json.dumps(text).encode()),
    headers=st.dictionaries(st.text("aB-", min_size=1), st.text("x y"), max_size=3),
    due=instants,
    copy_of=st.none() | st.integers(1),
    decision=st.sampled_from([None, "delivered", "retry", "given-up"]),
)
def test_whatever_an_attempt_holds_shows_the_same(
    outcome: str,
    status: int | None,
    body: bytes,
    sent: bytes,
    headers: dict[str, str],
    due: datetime | None,
    copy_of: int | None,
    decision: str | None,
) -> None:
    """Any answer, any bytes, any time: shown again, the JSON is the same."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    attempt = replace(
        new_attempt(),
        outcome=outcome,
        status_code=status,
        response_head=f"HTTP/1.1 {status}\r\n{lines}\r\n".encode(),
        response_body=body,
        request_body=sent,
        next_attempt_at=due,
        copy_of=copy_of,
        decision=decision,
        error=None,
    )
    shown = carried(new_message("m1", attempts=[attempt]))
    assert carried(rebuilt_message(shown)) == shown


def test_bytes_that_are_no_text_come_back_as_the_api_shows_them() -> None:
    """The one thing of an answer that JSON cannot hold."""
    attempt = replace(new_attempt(), response_body=b"\xff!")
    [shown] = carried(new_message("m1", attempts=[attempt]))["attempts"]
    assert rebuilt_attempt(shown).response_body.decode() == "\N{REPLACEMENT CHARACTER}!"


def test_times_come_back_to_the_millisecond() -> None:
    """What is finer is not shown."""
    attempt = replace(new_attempt(), started_at=NOON + MINUTE / 7)
    [shown] = carried(new_message("m1", attempts=[attempt]))["attempts"]
    assert timedelta() < attempt.started_at - rebuilt_attempt(shown).started_at < MINUTE / 60_000
