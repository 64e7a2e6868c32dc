"""A generated test replays what happened: the same script, the same time, the same end."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mohook.delivery.message import Message, State
from mohook.emulator import Emulator
from mohook.evidence.pytest_source import pytest_source
from mohook.settings import (
    CustomerSettings,
    DeliverySettings,
    IntelePeerSettings,
    Ip1Settings,
    NumberSettings,
    ServeSettings,
    Settings,
    SignatureSettings,
)
from mohook.submission import Submission
from tests._receivers.receiver import Receiver
from tests._receivers.scripted import Answer, scripted
from tests.emulators import NUMBER, intelepeer, ip1, manual
from tests.pytest_mohook.plugin.conftest import run  # noqa: F401
from tests.store.made import NOON, new_attempt, new_message

ODD = "it's \"100 %\" \\n\n\t{x} \u2028 \u202e é🐝 '''"
PLAIN = Settings()
HMAC = SignatureSettings(mode="hmac", hash="sha512", encoding="base64")
VARIED = ("refid", "id", "batchId", "statuses", "modified", "signature")
"""What is made anew for each message: ids, times, and what is signed with an id."""
BY_HAND: tuple[object, ...] = (None, [], "mine", "forged 'x'")
"""Those of them that a case sets."""


@dataclass
class Case:
    """A message, what is scripted, what the receiver answers, and what is done in which order."""

    submission: Submission
    faults: tuple[str, ...] = ()
    answers: tuple[int, ...] = (200,)
    span: timedelta = timedelta(hours=6)
    settings: Settings = PLAIN
    resend: int = 0
    credentials: str = ""
    state: State = State.DELIVERED


CASES = {
    "delivered at once": Case(ip1(ODD)),
    "every kind of step": Case(
        ip1(ODD),
        ("500", "lose-ack", "delay:90s", "reorder", "timeout", "reset", "refused", "duplicate"),
    ),
    "given up by script": Case(intelepeer(ODD), ("404",) * 5, state=State.FAILED),
    "given up by itself": Case(intelepeer(), (), (500,), state=State.FAILED),
    "pending": Case(ip1(), ("ok", "503"), (500,), timedelta(minutes=30), state=State.PENDING),
    "late in a long history": Case(ip1(), ("ok",) * 9 + ("503", "ok", "503"), (500,) * 11 + (200,)),
    "sent again by hand": Case(intelepeer(), ("500",) * 5 + ("timeout",), resend=2),
    "switches": Case(
        intelepeer(),
        ("reset",),
        settings=Settings(
            intelepeer=IntelePeerSettings(
                retry_spacing=(timedelta(seconds=90), timedelta(hours=1)), mdr_text=True
            ),
            delivery=DeliverySettings(transport_failures="give-up"),
        ),
        state=State.FAILED,
    ),
    "an operator": Case(
        ip1(), settings=Settings(ip1=Ip1Settings(mcc="240", missing_operator="null"))
    ),
    "fields by hand": Case(
        ip1(fields={"priority": 2, "mnc": None, "statuses": [], "x-é": [1.5, True], "class": "a"})
    ),
    "text and addresses by hand": Case(
        intelepeer(fields={"message": None, "from": 7, "refid": "mine", "signature": None})
    ),
    "an address no phone has": Case(intelepeer(fields={"to": "nobody"})),
    "a name of the test's own": Case(intelepeer(fields={"sender": "x"})),
    "a secret": Case(
        intelepeer(ODD),
        settings=Settings(intelepeer=IntelePeerSettings(secret="hush hush", signature=HMAC)),
    ),
    "unsigned": Case(
        intelepeer(),
        settings=Settings(
            intelepeer=IntelePeerSettings(signature=SignatureSettings(mode="absent"))
        ),
    ),
    "a customer's": Case(
        intelepeer(),
        settings=Settings(
            intelepeer=IntelePeerSettings(
                customers={"c": CustomerSettings(secret="hush hush")},
                numbers={NUMBER: NumberSettings(customer="c")},
            )
        ),
    ),
    "a forged signature": Case(intelepeer(fields={"signature": "forged 'x'"})),
    "credentials": Case(ip1(), ("500",), credentials="user:hush hush@".replace(" ", "%20")),
    "new ids": Case(
        intelepeer(),
        ("500",),
        settings=Settings(delivery=DeliverySettings(new_id_per_attempt=True)),
    ),
}


def happened(case: Case, receiver: Receiver) -> Message:
    """Return the message as an emulator has left it."""
    emulator = manual(case.settings)
    url = receiver.url.replace("//", f"//{case.credentials}")
    emulator.ip1.put("ip1-10001", url)
    emulator.intelepeer.put_default_webhook(url)
    emulator.faults.add(case.faults or ["ok"])
    (message,) = emulator.send([case.submission])
    emulator.settle()
    for again in range(case.resend + 1):
        if again:
            emulator.resend(message.id)
        emulator.advance(case.span)
    kept = emulator.store.message(message.id)
    emulator.stop()
    return kept


def bodies(receiver: Receiver) -> list[dict[str, Any]]:
    """Return what arrived, without what is made anew for each message."""
    made = [json.loads(each.body) for each in receiver.requests]
    return [{k: v for k, v in each.items() if k not in VARIED or v in BY_HAND} for each in made]


@pytest.fixture
def played(
    run: Callable[..., pytest.RunResult],  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[str], None]:
    def play(source: str) -> None:
        result = run(source)
        result.assert_outcomes(passed=1)

    monkeypatch.setenv("INTELEPEER_SECRET", "hush hush")
    monkeypatch.setenv("SIGNATURE", "forged 'x'")
    return play


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_the_test_passes_and_sends_the_same(
    name: str, played: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As often, with the same fields, to the same end, against a receiver that answers the same."""
    case = CASES[name]
    answers = [Answer(each) for each in case.answers]
    with scripted(*answers) as first, scripted(*answers) as second:
        message = happened(case, first)
        assert message.state is case.state
        source = pytest_source(message, message.attempts, case.settings)
        assert "hush" not in source
        assert "forged" not in source
        there = source.replace(str(first.port), str(second.port))
        monkeypatch.setenv("RECEIVER_URL", second.url.replace("//", f"//{case.credentials}"))
        played(there)
        was, now = bodies(first), bodies(second)
    if name == "an address no phone has":
        was = [each | {"to": NUMBER} for each in was]
    if name == "a name of the test's own":
        was = [{k: v for k, v in each.items() if k != "sender"} for each in was]
    assert now == was


@pytest.mark.slow
def test_the_test_fails_where_the_end_is_another(run: Callable[..., pytest.RunResult]) -> None:  # noqa: F811
    """A receiver that has been put right no longer lets the message be given up."""
    with scripted(Answer(500)) as broken, scripted() as right:
        message = happened(Case(intelepeer(), state=State.FAILED), broken)
        source = pytest_source(message, message.attempts, PLAIN)
        result = run(source.replace(str(broken.port), str(right.port)))
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*assert message.failed*"])


@pytest.mark.slow
def test_a_message_that_was_never_posted_is_replayed(played: Callable[[str], None]) -> None:
    """Held for want of a webhook; taken to the CPaaS inbox; held after its first attempt."""
    emulator = manual(Settings(intelepeer=IntelePeerSettings(
        numbers={NUMBER: NumberSettings(cpaas_enabled=True)})))  # fmt: skip
    (held,) = emulator.send([ip1()])
    (inbox,) = emulator.send([intelepeer()])
    assert (held.state, inbox.via) == (State.HELD, "cpaas")
    played(pytest_source(held, held.attempts, PLAIN))
    played(pytest_source(inbox, inbox.attempts, PLAIN))
    with scripted(Answer(500)) as receiver:
        emulator.ip1.put("ip1-10001", receiver.url)
        emulator.settle()
        emulator.ip1.put("ip1-10001", "")
        kept = emulator.store.message(held.id)
        assert (kept.state, len(kept.attempts)) == (State.HELD, 1)
        played(pytest_source(kept, kept.attempts, PLAIN))
        assert len(receiver.requests) == 2
    emulator.stop()


@pytest.mark.slow
def test_a_webhook_that_was_changed_is_changed_again(played: Callable[[str], None]) -> None:
    """Each attempt goes where it went."""
    with scripted(Answer(500)) as first, scripted() as second:
        emulator = manual()
        (message,) = _sent(emulator, first.url)
        emulator.ip1.put("ip1-10001", second.url)
        emulator.advance(timedelta(minutes=10))
        kept = emulator.store.message(message.id)
        emulator.stop()
        played(pytest_source(kept, kept.attempts, PLAIN))
        assert (len(first.requests), len(second.requests)) == (2, 2)


def _sent(emulator: Emulator, url: str) -> Sequence[Message]:
    emulator.ip1.put("ip1-10001", url)
    messages = emulator.send([ip1()])
    emulator.settle()
    return messages


def test_a_header_of_the_users_own_is_told_to_be_missing() -> None:
    """Its value is nobody's business, its absence is."""
    settings = Settings(serve=ServeSettings(headers=("X-Api-Key: hush",)))
    source = pytest_source(new_message("m1"), [], settings)
    assert "no header of yours" in source
    assert "hush" not in source


@given(text=st.text(), error=st.text(), name=st.text(min_size=1), url=st.text())
def test_no_text_leaves_its_place(text: str, error: str, name: str, url: str) -> None:
    """Whatever a message, a field, a URL or an error holds, the source has the same shape."""
    payload = json.dumps({"body": text, name: text}).encode()
    attempt = new_attempt(error=error, url=f"http://a/{url}")
    made = pytest_source(new_message("m-1", payload=payload, body=text), [attempt], PLAIN)
    tree = ast.parse(made)
    assert [type(each).__name__ for each in tree.body if not isinstance(each, ast.Import)] == [
        "Assign",
        "Assign",
        "FunctionDef",
    ]
    made.encode()


def test_a_message_that_waits_for_its_first_attempt_has_a_test_too() -> None:
    """It asks for an attempt, for the fixture makes it at once."""
    waiting = replace(new_message("m1"), created_at=NOON)
    assert "assert message.attempts  # there was none yet" in pytest_source(waiting, [], PLAIN)
