"""A project that uses every public name, each with the type that it should have.

It is checked against the installed wheel, and never run.
"""

# pyright: strict
from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, assert_type

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from pytest_mohook import (
    Aio,
    AioLine,
    Answer,
    Attempt,
    IntelePeer,
    IntelePeerNumber,
    Ip1,
    Ip1Account,
    Line,
    Mohook,
    MohookFactory,
    MohookReceiver,
    MohookServer,
    Received,
    ReceiverCheck,
    SentMessage,
    State,
    checks,
)
from pytest_mohook.stateful import receiver_machine
from pytest_mohook.strategies import (
    HostileKind,
    HostileRequest,
    StrategyArgumentError,
    WebhookRequest,
    e164_numbers,
    fault_scripts,
    hostile_requests,
    intelepeer_messages,
    ip1_batches,
    ip1_messages,
    message_histories,
    msisdns,
    short_codes,
    sms_texts,
    webhook_requests,
)


def wsgi(_environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    start_response("200 OK", [])
    return [b""]


async def asgi(_scope: dict[str, Any], _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body"})


def test_lines(mohook: Mohook) -> None:
    assert_type(mohook.ip1, Ip1)
    assert_type(mohook.intelepeer, IntelePeer)
    lines: list[Line] = [mohook.ip1, mohook.intelepeer, mohook.line("ip1")]
    assert_type(lines[0].connect(Flask(__name__), "/sms/ip1"), str)
    mohook.ip1.connect(wsgi, concurrent=True)
    mohook.ip1.connect(asgi, lifespan=False)
    mohook.ip1.connect("http://127.0.0.1:5000/sms")
    assert_type(mohook.ip1.account("ip1-2", numbers=["46700000002"]), Ip1Account)
    assert_type(mohook.intelepeer.number("1-1234", sms_enabled=False), IntelePeerNumber)
    assert_type(mohook.intelepeer.secret, str)
    assert_type(mohook.ip1.webhook(), str | None)
    mohook.intelepeer.sign_with("secret", mode="hmac", hash="sha1")
    mohook.ip1.disconnect()


def test_sending(mohook: Mohook) -> None:
    message = mohook.ip1.send("Hi", sender="46700000001", mcc=None)
    assert_type(message, SentMessage)
    assert_type(mohook.send("intelepeer", "Hi"), SentMessage)
    assert_type(mohook.ip1.send_batch(["Hi", {"body": "Ho"}]), list[SentMessage])
    assert_type(mohook.messages, Sequence[SentMessage])
    assert_type(mohook.message("m1"), SentMessage)
    assert_type(mohook.resend_failed(), list[SentMessage])
    assert_type(message.resend(), SentMessage)
    assert_type(message.state, State)
    assert_type(message.payload, dict[str, Any])
    assert_type(message.delivered, bool)
    assert_type(message.outcomes, list[str])
    assert_type(message.attempts, tuple[Attempt, ...])
    assert_type(message.attempts[0].status_code, int | None)
    assert_type(message.next_attempt_at, datetime | None)


def test_time(mohook: Mohook) -> None:
    assert_type(mohook.now, datetime)
    assert_type(mohook.advance(minutes=20), list[Attempt])
    assert_type(mohook.advance(timedelta(days=7), max_attempts=10_000), list[Attempt])
    assert_type(mohook.advance_to(mohook.now + timedelta(hours=1)), list[Attempt])
    assert_type(mohook.run_next(), list[Attempt])
    assert_type(mohook.run_until_idle(), list[Attempt])


def test_trouble_and_judgement(mohook: Mohook) -> None:
    mohook.fail_next("lose-ack", 500, provider="ip1", times=2)
    mohook.assert_settled()
    mohook.assert_stored([("5c61", "Hi")], provider="ip1")
    mohook.assert_stored([{"id": "5c61", "body": "Hi"}])
    mohook.assert_stored(["Hi"])
    assert_type(mohook.timeline(), str)
    assert_type(mohook.seed, int | None)
    mohook.reset()


async def test_awaited(mohook: Mohook) -> None:
    assert_type(mohook.aio, Aio)
    assert_type(mohook.aio.ip1, AioLine)
    async with mohook.aio.lifespan(asgi):
        message = await mohook.aio.ip1.send("Hi")
        assert_type(message, SentMessage)
        assert_type(await mohook.aio.line("ip1").send_batch(["Hi"]), list[SentMessage])
        assert_type(await mohook.aio.advance(minutes=10), list[Attempt])
        assert_type(await mohook.aio.run_until_idle(), list[Attempt])
        assert_type(await mohook.aio.resend(message), SentMessage)


def test_server(mohook_server: MohookServer) -> None:
    assert_type(mohook_server.url, str)
    assert_type(mohook_server.port, int)


def test_receiver(mohook: Mohook, mohook_receiver: MohookReceiver) -> None:
    def busy_at_first(request: Received) -> int | Answer:
        return Answer(status=503, headers={"Retry-After": "60"}) if request.number == 1 else 200

    mohook_receiver.answer(500, busy_at_first)
    mohook.ip1.connect(mohook_receiver, "/sms")
    mohook.ip1.connect(mohook_receiver.url, "/sms")
    assert_type(mohook_receiver.payloads, list[dict[str, Any]])
    assert_type(mohook_receiver.stored, dict[str, str])
    assert_type(mohook_receiver.requests, list[Received])
    mohook_receiver.wait_for(1, timeout=timedelta(seconds=1))


@given(payload=ip1_messages(senders=msisdns(), bodies=sms_texts()), script=fault_scripts())
def test_examples(
    mohook_factory: MohookFactory, payload: dict[str, Any], script: list[str]
) -> None:
    with mohook_factory.episode(must_settle=True, ip1={"retry_interval": "30s"}) as mohook:
        assert_type(mohook, Mohook)
        mohook.fail_next(*script)
        mohook.ip1.send(**payload)


def test_strategies() -> None:
    assert_type(ip1_messages(), st.SearchStrategy[dict[str, Any]])
    assert_type(ip1_batches(max_size=3), st.SearchStrategy[list[dict[str, Any]]])
    numbers = st.one_of(e164_numbers(), short_codes())
    assert_type(numbers, st.SearchStrategy[str])
    assert_type(intelepeer_messages(senders=numbers), st.SearchStrategy[dict[str, Any]])
    assert_type(fault_scripts(), st.SearchStrategy[list[str]])
    assert_type(message_histories("ip1"), st.SearchStrategy[list[dict[str, Any]]])
    try:
        ip1_messages(bodies=st.just("\ud800")).example()
    except StrategyArgumentError as problem:
        assert_type(problem.args, tuple[Any, ...])


@given(valid=webhook_requests("ip1"), hostile=hostile_requests("intelepeer", kinds=["empty"]))
def test_requests(valid: WebhookRequest, hostile: HostileRequest) -> None:
    method, headers, body = valid
    Flask(__name__).test_client().open("/sms", method=method, headers=headers, data=body)
    assert_type(hostile.must_refuse, bool)
    assert_type(hostile.kind, HostileKind)
    assert_type(hostile.body, bytes)


@pytest.mark.parametrize("check", checks("ip1", skip=["time"]), ids=str)
def test_checks(check: ReceiverCheck) -> None:
    assert_type(check.id, str)
    check.assert_passes(wsgi, "/sms/ip1", readback=lambda: [("5c61", "Hi")])


def stored(app: Flask) -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = app.extensions["stored"]
    return rows


Machine = receiver_machine(
    app=lambda: Flask(__name__), provider="ip1", path="/sms/ip1", readback=stored
)
TestMachine = Machine.TestCase


def test_machine() -> None:
    machine: type[RuleBasedStateMachine] = Machine
    run_state_machine_as_test(machine)
