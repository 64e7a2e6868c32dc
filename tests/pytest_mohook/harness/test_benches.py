"""One test, two benches: what holds in this process holds at a running emulator too."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from mohook.delivery.clock import MANUAL_START
from mohook.delivery.message import State
from mohook.errors import (
    AddressError,
    ConflictError,
    InputError,
    NotFoundError,
    NotSettledError,
    WebhookError,
)
from pytest_mohook.harness.bench import Bench
from pytest_mohook.harness.handle import Mohook
from pytest_mohook.harness.receiver import Answer, MohookReceiver, Received


@pytest.fixture
def mohook(bench: Bench) -> Mohook:
    return Mohook(bench)


@pytest.fixture
def receiver() -> Iterator[MohookReceiver]:
    with MohookReceiver() as receiver:
        yield receiver


def test_a_lost_acknowledgement_comes_again(mohook: Mohook, receiver: MohookReceiver) -> None:
    """The contract's own story: lost, refused by script, delivered; and what was told of it."""
    mohook.ip1.connect(receiver, "/sms/ip1")
    mohook.fail_next("lose-ack", "500")
    message = mohook.ip1.send("Hi my name is earl")
    assert (message.outcomes, message.state) == (["lost-ack"], State.PENDING)
    made = mohook.advance(minutes=20)
    assert message.delivered
    assert message.outcomes == ["lost-ack", "500", "200"]
    assert [attempt.outcome for attempt in made] == ["500", "200"]
    assert [attempt.number for attempt in made] == [2, 3]
    assert [request.path for request in receiver.requests] == ["/sms/ip1"] * 2
    assert list(receiver.stored.values()) == ["Hi my name is earl"]
    assert "again at 2026-01-01 12:10:00" in mohook.timeline()
    mohook.assert_stored(receiver.stored.items())


def test_every_field_of_an_attempt_is_told(mohook: Mohook, receiver: MohookReceiver) -> None:
    """What was sent and what came back, as it was on the wire."""
    receiver.answer(Answer(status=503, body="busy", headers={"Retry-After": "60"}))
    url = mohook.ip1.connect(receiver, "/sms")
    message = mohook.ip1.send("räksmörgås")
    [attempt] = message.attempts
    [request] = receiver.requests
    assert (attempt.url, attempt.status_code, attempt.decision) == (url, 503, "retry")
    assert attempt.request_body == request.body
    assert attempt.response_body == b"busy"
    assert b"\r\nRetry-After: 60\r\n" in attempt.response_head
    assert dict(attempt.request_headers)["Content-Type"] == "application/json"
    assert attempt.started_at == mohook.now == MANUAL_START
    assert message.next_attempt_at == attempt.next_attempt_at
    assert message.payload == request.json


def test_the_clock_moves_as_it_is_told(mohook: Mohook, receiver: MohookReceiver) -> None:
    """By a span, to an instant, to what is next, until idle: each returns what it made."""
    receiver.answer(500)
    mohook.intelepeer.connect(receiver)
    message = mohook.intelepeer.send()
    assert mohook.advance(timedelta()) == []
    assert mohook.advance(seconds=59) == []
    assert [each.number for each in mohook.advance(seconds=1)] == [2]
    assert [each.number for each in mohook.run_next()] == [3]
    assert mohook.now == MANUAL_START + timedelta(minutes=2)
    to = MANUAL_START + timedelta(minutes=3)
    assert [each.number for each in mohook.advance_to(to)] == [4]
    assert [each.number for each in mohook.run_until_idle()] == [5]
    assert message.failed
    assert mohook.run_next() == mohook.run_until_idle() == mohook.advance(days=7) == []
    with pytest.raises(ConflictError, match="it only moves forward"):
        mohook.advance_to(MANUAL_START)


def test_a_bound_on_attempts_holds(mohook: Mohook, receiver: MohookReceiver) -> None:
    """ip1 never gives up: the error shows the timeline, and what was made has been made."""
    receiver.answer(500)
    mohook.ip1.connect(receiver)
    message = mohook.ip1.send()
    with pytest.raises(NotSettledError, match="answered 500"):
        mohook.run_until_idle(max_attempts=5)
    assert len(message.attempts) == 6
    with pytest.raises(NotSettledError):
        mohook.advance(days=1, max_attempts=5)
    assert len(message.attempts) == len(receiver.requests) == 11


def test_a_batch_goes_together(mohook: Mohook, receiver: MohookReceiver) -> None:
    """All messages come back in their order, tried once; at ip1 they share a batchId."""
    mohook.ip1.connect(receiver)
    mohook.intelepeer.connect(receiver)
    mohook.fail_next("ok", "500")
    sent = mohook.ip1.send_batch(["one", {"body": "two", "priority": 2}, "three"])
    assert [each.body for each in sent] == ["one", "two", "three"]
    assert [each.outcomes for each in sent] == [["200"], ["500"], ["200"]]
    assert len({each.payload["batchId"] for each in sent}) == 1
    assert sent[1].payload["priority"] == 2
    others = mohook.intelepeer.send_batch(["four", "five"])
    assert [each.delivered for each in others] == [True, True]
    assert [each.body for each in mohook.messages] == ["one", "two", "three", "four", "five"]
    with pytest.raises(AddressError):
        mohook.ip1.send_batch(["six", {"recipient": "+46"}])
    assert len(mohook.messages) == 5


def test_faults_may_be_for_some_messages(mohook: Mohook, receiver: MohookReceiver) -> None:
    """By provider, number or text; others go as they really do."""
    mohook.ip1.connect(receiver)
    mohook.intelepeer.connect(receiver)
    mohook.fail_next("500", provider="intelepeer", body="bad", times=1)
    mohook.fail_next("timeout", sender="46700000009", recipient="456189040623")
    assert mohook.intelepeer.send("good").outcomes == ["200"]
    assert mohook.ip1.send("bad").outcomes == ["200"]
    assert mohook.ip1.send(sender="46700000009", recipient="456189040623").outcomes == ["timeout"]
    assert [mohook.intelepeer.send("bad").outcomes for _ in range(2)] == [["500"], ["200"]]
    with pytest.raises(InputError, match="explode"):
        mohook.fail_next("explode")


def test_what_is_held_goes_when_there_is_a_webhook(
    mohook: Mohook, receiver: MohookReceiver
) -> None:
    """Both providers hold what has nowhere to go; connecting sends it."""
    early = [mohook.ip1.send("a"), mohook.intelepeer.send("b", to="1-1234")]
    assert all(each.held for each in early)
    assert mohook.ip1.webhook() is None
    assert mohook.intelepeer.webhook() is None
    urls = mohook.ip1.connect(receiver, "/a"), mohook.intelepeer.connect(receiver, "/b")
    assert (mohook.ip1.webhook(), mohook.intelepeer.webhook()) == urls
    mohook.run_next()
    assert all(each.delivered for each in early)


def test_a_url_with_credentials_is_told_whole(mohook: Mohook) -> None:
    """What a test has set comes back as it was."""
    url = "http://user:hush@127.0.0.1:1/sms"
    for line in (mohook.ip1, mohook.intelepeer):
        assert line.connect(url) == url
        assert line.webhook() == url


def test_accounts_and_numbers_have_their_own(mohook: Mohook) -> None:
    """A second account and a second number, each with a receiver of its own."""
    with MohookReceiver() as ours, MohookReceiver() as theirs:
        mohook.ip1.connect(ours)
        mohook.intelepeer.connect(ours)
        account = mohook.ip1.account("ip1-20002", numbers=["46700000002"])
        number = mohook.intelepeer.number("+12161119999")
        assert account.send("both").delivered
        assert number.send("both").delivered
        account.connect(theirs)
        number.connect(theirs)
        assert account.webhook() == mohook.ip1.account("ip1-20002").webhook()
        for line in (mohook.ip1, mohook.intelepeer, account, number):
            assert line.send("one each").delivered
        assert [len(each.requests) for each in (ours, theirs)] == [4, 2]
    with pytest.raises(NotFoundError):
        mohook.ip1.account("ip1-nobody")


def test_a_number_may_be_disabled(mohook: Mohook, receiver: MohookReceiver) -> None:
    """SMS switched off, not yet provisioned, or enabled for CPaaS."""
    mohook.intelepeer.connect(receiver)
    with pytest.raises(ConflictError, match="cannot receive"):
        mohook.intelepeer.number("+12161119991", sms_enabled=False).send()
    with pytest.raises(ConflictError, match="cannot receive"):
        mohook.intelepeer.number("+12161119992", provisioning="requested").send()
    assert mohook.intelepeer.number("+12161119993", cpaas_enabled=True).send().delivered
    assert receiver.requests == []


def test_messages_are_signed_as_was_said(mohook: Mohook, receiver: MohookReceiver) -> None:
    """The shared code as it comes, another one, an HMAC, and none."""
    mohook.intelepeer.connect(receiver)
    mohook.intelepeer.send()
    assert mohook.intelepeer.secret == receiver.payloads[0]["signature"] == "SECRET CODE"
    mohook.intelepeer.sign_with("hush")
    mohook.intelepeer.send()
    assert mohook.intelepeer.secret == receiver.payloads[1]["signature"] == "hush"
    mohook.intelepeer.sign_with(mode="hmac", hash="md5")
    mohook.intelepeer.send()
    assert len(receiver.payloads[2]["signature"]) == 32
    mohook.intelepeer.sign_with(mode="absent")
    mohook.intelepeer.send()
    assert "signature" not in receiver.payloads[3]
    assert mohook.intelepeer.secret == "hush"


def test_messages_are_sent_again_by_hand(mohook: Mohook, receiver: MohookReceiver) -> None:
    """One, or all that have failed since a time."""
    receiver.answer(500)
    mohook.intelepeer.connect(receiver)
    message = mohook.intelepeer.send()
    mohook.run_until_idle()
    receiver.answer(200)
    assert mohook.resend_failed(mohook.now + timedelta(seconds=1)) == []
    assert mohook.resend_failed() == [message]
    assert message.delivered
    message.resend()
    assert message.outcomes == ["500"] * 5 + ["200"] * 2
    mohook.intelepeer.disconnect()
    with pytest.raises(ConflictError, match="no webhook"):
        message.resend()


def test_a_message_is_found_by_its_id(mohook: Mohook) -> None:
    """The one that was sent; no other."""
    message = mohook.ip1.send()
    assert mohook.message(message.id) == message
    with pytest.raises(NotFoundError):
        mohook.message("m99")


def test_a_reset_forgets_everything(mohook: Mohook, receiver: MohookReceiver) -> None:
    """Messages, webhooks, accounts and scripts; a message of before stays as it was."""
    mohook.intelepeer.connect(receiver)
    mohook.ip1.account("ip1-20002", numbers=["46700000002"])
    before = mohook.intelepeer.send("before")
    mohook.fail_next("500")
    mohook.reset()
    assert list(mohook.messages) == []
    assert mohook.intelepeer.webhook() is None
    with pytest.raises(NotFoundError):
        mohook.ip1.account("ip1-20002")
    mohook.intelepeer.connect(receiver)
    receiver.answer(500)
    after = mohook.intelepeer.send("after")
    assert (after.id, after.outcomes) == (before.id, ["500"])
    assert (before.body, before.outcomes) == ("before", ["200"])


def test_a_duplicate_arrives_twice(mohook: Mohook, receiver: MohookReceiver) -> None:
    """Both copies are attempts, and the second says of which it is a copy."""
    mohook.ip1.connect(receiver)
    mohook.fail_next("duplicate")
    message = mohook.ip1.send()
    assert [each.copy_of for each in message.attempts] == [None, 1]
    assert len(receiver.requests) == 2
    mohook.fail_next("500", "duplicate")
    message = mohook.ip1.send()
    assert [each.copy_of for each in mohook.run_next()] == [None, 2]


def test_copies_come_one_after_the_other(mohook: Mohook, receiver: MohookReceiver) -> None:
    """Unless an app is said to bear it, it is never called twice at the same time."""
    inside: list[int] = []
    met: list[int] = []

    def looks(request: Received) -> int:
        inside.append(request.number)
        met.append(len(inside))
        inside.remove(request.number)
        return 200

    receiver.answer(looks)
    mohook.ip1.connect(receiver)
    mohook.fail_next("duplicate", "duplicate")
    mohook.ip1.send_batch(["one", "two"])
    assert met == [1, 1, 1, 1]


def test_an_app_is_called_in_the_thread_of_the_test(
    mohook: Mohook, receiver: MohookReceiver
) -> None:
    """Where its database connection and its fixtures belong."""
    threads: list[int] = []

    def notes(_: Received) -> int:
        threads.append(threading.get_ident())
        return 500 if len(threads) < 3 else 200

    receiver.answer(notes)
    mohook.ip1.connect(receiver)
    mohook.ip1.send()
    mohook.run_until_idle()
    assert threads == [threading.get_ident()] * 3


def test_what_fails_in_an_app_fails_the_test(mohook: Mohook, receiver: MohookReceiver) -> None:
    """`pytest.fail`, and an assertion library's own, go through; an Exception is a 500."""
    receiver.answer(lambda _: pytest.fail("as it should"))
    mohook.ip1.connect(receiver)
    with pytest.raises(pytest.fail.Exception, match="as it should"):
        mohook.ip1.send()
    receiver.answer(lambda _: 1 // 0)
    assert mohook.ip1.send().outcomes == ["500"]


class AsgiApp:
    """An ASGI app that notes where it runs, what came, and the state that its lifespan left."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.states: list[Any] = []
        self.threads: set[int] = set()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.threads.add(threading.get_ident())
        if scope["type"] == "lifespan":
            await receive()
            scope["state"]["open"] = True
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        self.states.append(scope.get("state"))
        self.bodies.append((await receive())["body"])
        status = 200 if len(self.bodies) > 1 else 500
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})


def test_an_asgi_app_is_a_receiver_too(mohook: Mohook) -> None:
    """It starts with its first message, on a loop of its own."""
    app = AsgiApp()
    mohook.intelepeer.connect(app, "/sms")
    message = mohook.intelepeer.send("Hi")
    mohook.run_next()
    assert message.outcomes == ["500", "200"]
    assert json.loads(app.bodies[0])["message"] == "Hi"
    assert app.states == [{"open": True}] * 2
    assert threading.get_ident() not in app.threads


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
async def test_it_is_awaited_on_the_loop_of_the_test(mohook: Mohook) -> None:
    """Sent, moved and sent again by `aio`, the app runs where the test does."""
    app = AsgiApp()
    mohook.ip1.connect(app)
    mohook.fail_next("timeout", "duplicate")
    message = await mohook.aio.ip1.send("Hi")
    assert message.outcomes == ["timeout"]
    assert [each.outcome for each in await mohook.aio.run_next()] == ["200", "500"]
    assert (await mohook.aio.resend(message)).delivered
    sent = await mohook.aio.intelepeer.send_batch(["a", "b"])
    assert [each.held for each in sent] == [True, True]
    assert await mohook.aio.advance(minutes=1) == await mohook.aio.run_until_idle() == []
    assert await mohook.aio.advance_to(mohook.now) == []
    assert app.threads == {threading.get_ident()}
    assert app.states == [None] * 3


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
async def test_a_lifespan_may_run_on_the_loop_of_the_test(mohook: Mohook) -> None:
    """Within the block the app has started, and its requests have its state."""
    app = AsgiApp()
    mohook.ip1.connect(app, lifespan=False)
    async with mohook.aio.lifespan(app):
        await mohook.aio.ip1.send()
    assert app.threads == {threading.get_ident()}
    assert app.states == [{"open": True}]


@pytest.mark.parametrize("what", [None, 7, "ftp://host/"])
def test_what_is_no_app_is_refused(mohook: Mohook, what: object) -> None:
    """The error holds what was given; nothing is served."""
    with pytest.raises(WebhookError, match=re.escape(repr(what))):
        mohook.ip1.connect(what)  # type: ignore[arg-type] # on purpose
    assert mohook.ip1.webhook() is None


def test_what_is_over_does_nothing_any_more(bench: Bench, receiver: MohookReceiver) -> None:
    """A handle that somebody kept is told so at the next call; nothing reaches the receiver."""
    mohook = Mohook(bench)
    mohook.ip1.connect(receiver.url)
    message = mohook.ip1.send("Hi")
    bench.close()
    for late in (
        lambda: mohook.ip1.send("late"),
        lambda: mohook.advance(minutes=10),
        lambda: mohook.run_next(),
        lambda: mohook.run_until_idle(),
        lambda: message.resend(),
    ):
        with pytest.raises(ConflictError, match="this handle is over, as its test or its episode"):
            late()
    assert len(receiver.requests) == 1
