"""An explanation says what came of an attempt, and rests on the ledger alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mohook.assumptions import LEDGER
from mohook.delivery.message import Attempt, Message, State
from mohook.delivery.outcome import FAILURES
from mohook.evidence.explanation import RETRY_ROWS, Explanation, explanation
from mohook.providers import PROVIDERS
from mohook.settings import DeliverySettings, IntelePeerSettings, Ip1Settings, Settings
from mohook.submission import Submission
from tests.emulators import App, intelepeer, ip1, manual
from tests.store.made import MINUTE, NOON, new_attempt, new_message

ROWS = {row.id: row for row in LEDGER}
PLAIN = Settings()
DAY = timedelta(days=1)
LOST = "Scripted, lose-ack: the receiver got the message, and its answer was lost on the way."
ONCE_AGAIN = IntelePeerSettings(retry_spacing=(timedelta(seconds=10),))


def explained(
    submission: Submission,
    *statuses: int,
    settings: Settings = PLAIN,
    faults: tuple[str, ...] = (),
    span: timedelta = DAY,
) -> list[Explanation]:
    """Return what is told of each attempt that an emulator made within a time."""
    emulator = manual(settings, app=App(*statuses))
    if faults:
        emulator.faults.add(faults)
    (message,) = emulator.send([submission])
    emulator.settle()
    emulator.advance(span)
    kept = emulator.store.message(message.id)
    return [explanation(kept, attempt, settings) for attempt in kept.attempts]


def test_intelepeer_gives_up_after_five_attempts() -> None:
    """Each tells which of five follows; the last that none does, and the document that says so."""
    made = explained(intelepeer(), 500)
    assert [each.what for each in made] == ["Answered 500."] * 5
    assert made[0].next == "Attempt 2 of 5 followed at 2026-01-01 12:01:00 UTC, 1m after this one."
    assert made[3].next.startswith("Attempt 5 of 5 followed")
    assert made[4].next == "Given up: no attempt follows."
    for each in made:
        assert each.rule.startswith("5 attempts in all, 1m apart. ")
        assert each.assumptions == (
            "acknowledgement",
            "intelepeer-attempts",
            "intelepeer-retry-spacing",
        )
        assert "Documented: IntelePeer, Receiving SMS Messages (Behavior)." in each.source


def test_ip1_goes_on_until_200() -> None:
    """There is no last attempt to count up to; the next one is due, not made."""
    made = explained(ip1(), 500, span=timedelta(minutes=10))
    assert made[-1].next == "Attempt 3 is due at 2026-01-01 12:20:00 UTC."
    assert made[-1].rule.startswith("Attempts without end, 10m apart. ")
    assert made[-1].assumptions == ("acknowledgement", "ip1-retry", "ip1-retry-interval")
    assert 'Assumed: ip1, Receive incoming SMS: "re-sent at a later time".' in made[-1].source


@pytest.mark.parametrize(
    ("submission", "settings", "told"),
    [
        (
            intelepeer(),
            Settings(intelepeer=ONCE_AGAIN),
            [
                "2 attempts in all, 10s apart.",
                "intelepeer.retry_spacing is 10s, by default 1m,1m,1m,1m. By default, one minute",
                "Changed by intelepeer.retry_spacing: otherwise, a message that is not answered",
            ],
        ),
        (
            intelepeer(),
            Settings(intelepeer=IntelePeerSettings(retry_spacing=(MINUTE, 2 * MINUTE) * 2)),
            ["5 attempts in all, 1m, 2m, 1m, 2m apart.", ROWS["intelepeer-attempts"].says],
        ),
        (
            intelepeer(),
            Settings(intelepeer=IntelePeerSettings(retry_spacing=())),
            ["1 attempt in all. "],
        ),
        (
            ip1(),
            Settings(ip1=Ip1Settings(retry="dlr-like")),
            ["10 attempts in all", "ip1.retry is dlr-like, by default until-200."],
        ),
        (
            ip1(),
            Settings(ip1=Ip1Settings(retry_limit=2)),
            ["2 attempts in all", "ip1.retry_limit is 2, by default none."],
        ),
        (
            ip1(),
            Settings(delivery=DeliverySettings(acknowledge="2xx")),
            ["delivery.acknowledge is 2xx, by default 200. By default, 200 alone"],
        ),
    ],
)
def test_a_changed_switch_is_told_as_such(
    submission: Submission, settings: Settings, told: list[str]
) -> None:
    """What no longer holds is told as what would hold otherwise."""
    rule = explained(submission, 500, settings=settings)[0].rule
    assert [each for each in told if each not in rule] == []


def test_a_failure_is_given_up_where_the_switch_says_so() -> None:
    """And then the number of attempts is no reason."""
    settings = Settings(delivery=DeliverySettings(transport_failures="give-up"))
    (made,) = explained(ip1(), settings=settings, faults=("reset",))
    assert made.next == "Given up: no attempt follows."
    assert made.assumptions == ("transport-failures",)
    assert "delivery.transport_failures is give-up, by default retry." in made.rule


def test_what_was_scripted_is_told_with_what_it_means() -> None:
    """Whether the receiver was reached; what it had answered; which copy decides nothing."""
    made = explained(ip1(), 500, 503, 200, faults=("lose-ack", "503", "timeout", "duplicate"))
    assert [each.what for each in made] == [
        f"{LOST} It had answered 500.",
        "Scripted, 503: the receiver was not reached, and this status stands for its answer.",
        "Scripted, timeout: the receiver was not reached, and the time limit counts as passed.",
        "Scripted, duplicate: the message was sent twice, at the same time. Answered 200.",
        "A copy of attempt 4, made by the script on the way. Answered 503.",
    ]
    assert made[2].assumptions[:2] == ("time-limit", "transport-failures")
    assert [each.next for each in made[3:]] == [
        "Delivered: no attempt follows.",
        "Nothing: attempt 4 decides.",
    ]
    assert made[3].assumptions == ("acknowledgement",)


def test_an_answer_that_never_was_cannot_be_lost() -> None:
    """A receiver that does not listen has got nothing."""
    attempt = new_attempt(outcome="refused", status_code=None, fault="lose-ack")
    told = explanation(new_message("m1", attempts=[attempt]), attempt, PLAIN).what
    assert told == (
        "Scripted, lose-ack: there was no answer to lose. The receiver refused the connection."
    )


def test_a_redirect_is_explained_as_one() -> None:
    """That it is not followed is a rule of its own."""
    assert explained(ip1(), 302, span=MINUTE)[0].assumptions[:2] == ("redirects", "acknowledgement")


def test_a_message_sent_again_by_hand_is_counted_anew() -> None:
    """After its end all attempts of the policy are there again."""
    emulator = manual(app=App(500))
    (message,) = emulator.send([intelepeer()])
    emulator.settle()
    emulator.advance(timedelta(hours=1))
    emulator.resend(message.id)
    emulator.settle()
    kept = emulator.store.message(message.id)
    told = [explanation(kept, each, PLAIN).next for each in kept.attempts]
    assert told[4] == "Given up. It was sent again by hand at 2026-01-01 13:00:00 UTC."
    assert told[5] == "Attempt 2 of 5 is due at 2026-01-01 13:01:00 UTC."


def test_a_message_without_an_attempt_says_why() -> None:
    """It is held, it waits for its time, or it went where nothing is posted."""
    emulator = manual()
    (held,) = emulator.send([ip1()])
    made = explanation(held, None, PLAIN)
    assert made.what == "It is held: its number has no webhook."
    assert made.next == "It is sent as soon as its number has a webhook."
    assert "Neither provider says" in made.source
    pending = explanation(new_message("m1"), None, PLAIN)
    assert pending.next == "The first attempt is due at 2026-01-01 12:00:00 UTC."
    gone = new_message("m1", state=State.DELIVERED, via="cpaas", provider="intelepeer")
    inbox = explanation(gone, None, PLAIN)
    assert inbox.what == "It went to cpaas: nothing is posted."
    assert inbox.assumptions == ("intelepeer-cpaas",)
    assert inbox.next == "No attempt follows."


def test_a_retry_that_is_held_says_so() -> None:
    """Its number has lost its webhook between two attempts."""
    emulator = manual(app=App(500))
    (message,) = emulator.send([intelepeer()])
    emulator.settle()
    emulator.intelepeer.put_default_webhook(None)
    kept = emulator.store.message(message.id)
    made = explanation(kept, kept.attempts[0], PLAIN)
    assert made.next == "Attempt 2 of 5 is held: its number has no webhook any more."


def test_every_provider_has_its_rows() -> None:
    """They stand in the ledger, under its name."""
    assert RETRY_ROWS.keys() == PROVIDERS.keys()
    for provider, rows in RETRY_ROWS.items():
        assert {ROWS[each].provider for each in rows} == {provider}


def attempts(provider: str) -> st.SearchStrategy[tuple[Message, Attempt]]:
    """Draw what a store could hold, and much that it never would."""

    def made(
        outcome: str, fault: str | None, decision: str | None, **of: State
    ) -> tuple[Message, Attempt]:
        status = int(outcome) if outcome.isdigit() else None
        attempt = new_attempt(outcome=outcome, status_code=status, fault=fault, decision=decision)
        attempt = replace(attempt, copy_of=None if decision else 7)
        message = new_message("m1", provider=provider, attempts=[attempt], **of)
        return message, attempt

    return st.builds(
        made,
        st.sampled_from([*FAILURES, "200", "204", "301", "500"]),
        st.sampled_from([None, "500", "timeout", "lose-ack", "duplicate", "delay:5s", "reorder"]),
        st.sampled_from([None, "retry", "delivered", "given-up"]),
        state=st.sampled_from(State),
    )


@given(st.sampled_from(["ip1", "intelepeer"]).flatmap(attempts))
def test_everything_is_explained_in_sentences(pair: tuple[Message, Attempt]) -> None:
    """Each begins with a capital or a digit and ends with a full stop; each row exists."""
    made = explanation(*pair, PLAIN)
    for text in (made.what, made.next, made.rule, made.source):
        assert text[0].isupper() or text[0].isdigit()
        assert text.endswith(".")
        assert ".." not in text
    assert set(made.assumptions) <= ROWS.keys()
    assert NOON.isoformat() not in made.next
