"""What no function of a handle takes: told with the value and what to do, on both benches."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from hypothesis import strategies as st

from mohook.errors import AddressError, FaultError, InputError, WebhookError
from pytest_mohook.harness.bench import Bench
from pytest_mohook.harness.handle import Mohook
from pytest_mohook.harness.receiver import MohookReceiver
from pytest_mohook.harness.server import MohookServer
from pytest_mohook.strategies import fault_scripts, msisdns
from tests.emulators import App


@pytest.fixture
def mohook(bench: Bench) -> Mohook:
    return Mohook(bench)


Call = Callable[[Any], object]
NAIVE = datetime(2026, 1, 1)  # noqa: DTZ001 - what is refused

STRATEGIES: list[tuple[Call, str]] = [
    (lambda m: m.fail_next(fault_scripts()), "a step = "),
    (lambda m: m.fail_next("500", times=st.integers()), "times = "),
    (lambda m: m.fail_next("500", sender=msisdns()), "sender = "),
    (lambda m: m.fail_next("500", body=st.text()), "body = "),
    (lambda m: m.advance(st.timedeltas()), "span = "),
    (lambda m: m.advance(minutes=st.integers()), "minutes = "),
    (lambda m: m.advance_to(st.datetimes()), "instant = "),
    (lambda m: m.run_next(max_attempts=st.integers()), "max_attempts = "),
    (lambda m: m.message(st.text()), "message_id = "),
    (lambda m: m.resend_failed(st.datetimes()), "since = "),
    (lambda m: m.ip1.connect(st.just(App())), "app = "),
    (lambda m: m.ip1.connect(App(), concurrent=st.booleans()), "concurrent = "),
    (lambda m: m.ip1.account(st.just("ip1-5")), "owner = "),
    (lambda m: m.ip1.account("ip1-5", msisdns()), "numbers = "),
    (lambda m: m.ip1.account("ip1-5", [msisdns()]), "a number = "),
    (lambda m: m.intelepeer.number(st.text()), "number = "),
    (lambda m: m.intelepeer.number("1-1234", cpaas_enabled=st.booleans()), "cpaas_enabled = "),
    (lambda m: m.intelepeer.sign_with(st.text()), "secret = "),
]


@pytest.mark.parametrize(("call", "name"), STRATEGIES)
def test_a_strategy_in_the_place_of_a_value_is_refused(
    mohook: Mohook, call: Call, name: str
) -> None:
    """Wherever a test may put one, the error names the argument and tells to draw."""
    with pytest.raises(InputError, match=f"^{name}.* is a strategy: .* draw one with @given"):
        call(mohook)


WRONG: list[tuple[Call, type[Exception], str]] = [
    (lambda m: m.fail_next("500", sender=7), InputError, "sender 7: expected a text, such as '46"),
    (lambda m: m.fail_next("500", body=7), InputError, "body 7: expected a text, such as 'Hi my"),
    (
        lambda m: m.fail_next("500", sender="+46712345678", provider="ip1"),
        AddressError,
        r"no message would fit; at ip1: '\+46712345678' is not an MSISDN: expected .* without",
    ),
    (
        lambda m: m.fail_next("500", sender="+46712345678", recipient="46712345678"),
        AddressError,
        "at ip1: .*46712345678.*; at IntelePeer: .*46712345678.*",
    ),
    (lambda m: m.fail_next("500", recipient="nobody"), AddressError, "'nobody' is not an MSISDN"),
    (lambda m: m.fail_next("500", times="x"), FaultError, "times 'x': expected a whole number, 1"),
    (lambda m: m.fail_next("500", times=True), FaultError, "times True: expected a whole number"),
    (lambda m: m.ip1.account(7), InputError, "owner 7: expected a text, such as 'ip1-20002'"),
    (
        lambda m: m.ip1.account("ip1-5", "46700000002"),
        InputError,
        r"numbers '46700000002': expected a list of texts, such as \['46700000002'\]",
    ),
    (lambda m: m.ip1.account("ip1-5", 7), InputError, "numbers 7: expected a list of texts"),
    (lambda m: m.ip1.account("ip1-5", [7]), InputError, "a number 7: expected a text, such as"),
    (lambda m: m.intelepeer.number(7), InputError, "number 7: expected a text, such as '.1216"),
    (
        lambda m: m.intelepeer.number("1-1234", sms_enabled="no"),
        InputError,
        "sms_enabled 'no': expected True or False",
    ),
    (
        lambda m: m.intelepeer.sign_with(7),
        InputError,
        "a secret of type int: expected a text, such",
    ),
    (lambda m: m.intelepeer.sign_with(""), InputError, "an empty secret: .*, mode='absent'"),
    (lambda m: m.message(7), InputError, "message_id 7: expected a text, such as 'm1'"),
    (lambda m: m.resend_failed("x"), InputError, "since 'x': expected a datetime with a time zone"),
    (lambda m: m.resend_failed(NAIVE), InputError, "since datetime.*: expected a datetime with a"),
    (lambda m: m.ip1.connect(App(), concurrent="yes"), InputError, "concurrent 'yes': expected Tr"),
    (lambda m: m.ip1.connect(App(), lifespan="yes"), InputError, "lifespan 'yes': expected True"),
    (
        lambda m: m.ip1.connect("http://a:b@127.0.0.1:1", lifespan=True),
        InputError,
        r"lifespan=True with 'http://\*{3}@127.0.0.1:1': its server has seen to that; leave it out",
    ),
    (lambda m: m.ip1.connect(App(), lifespan=True), WebhookError, "is a WSGI app: it has no lifes"),
    (lambda m: m.advance(minutes=True), InputError, "advance {'minutes': True}: expected a timede"),
    (
        lambda m: m.advance(max_attempts=True),
        InputError,
        "max_attempts True: expected a whole number, 1 or more",
    ),
    (lambda m: m.run_until_idle(max_attempts=2.0), InputError, "max_attempts 2.0: expected a who"),
    (lambda m: m.ip1.send_batch([None]), InputError, "None in a batch: expected a text, or {}"),
    (lambda m: m.ip1.send_batch(["a", 7]), InputError, "7 is no text: expected a str"),
]


@pytest.mark.parametrize(("call", "kind", "told"), WRONG)
def test_what_is_no_such_value_is_refused(
    mohook: Mohook, call: Call, kind: type[Exception], told: str
) -> None:
    """The error shows what was given and what is taken, and nothing has changed."""
    with pytest.raises(kind, match=told):
        call(mohook)
    assert mohook.messages == []
    assert mohook.ip1.webhook() is None
    assert mohook.intelepeer.secret == "SECRET CODE"
    mohook.ip1.connect(App())
    assert mohook.ip1.send().delivered


def test_the_other_side_is_taken(mohook: Mohook) -> None:
    """What stands next to each of these: a name, a word, a number of the right kind."""
    mohook.ip1.connect(App(), concurrent=True, lifespan=False)
    mohook.ip1.connect("http://127.0.0.1:1", lifespan=False, concurrent=True)
    mohook.fail_next("500", sender="+46712345678", times=1)  # IntelePeer's form: either may come
    mohook.fail_next("500", provider="intelepeer", recipient="1-1234")
    account = mohook.ip1.account("ip1-5", iter(["46700000002"]))
    assert account.recipient == "46700000002"
    mohook.intelepeer.sign_with("x")
    mohook.intelepeer.sign_with(mode="absent")
    assert mohook.intelepeer.secret == "x"
    assert mohook.resend_failed(mohook.now) == []
    assert mohook.advance(minutes=0.5, max_attempts=1) == []


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize("given", ["m1", None, 7])
async def test_a_message_to_be_sent_again_is_one(mohook: Mohook, given: Any) -> None:
    """Awaited, `resend` takes the message and not its id."""
    with pytest.raises(InputError, match=rf"{given!r} is no message: expected what `send`"):
        await mohook.aio.resend(given)


@pytest.mark.parametrize("handle", [7, None, MohookServer])
def test_a_server_is_made_of_a_handle(handle: Any) -> None:
    """Of nothing else."""
    with pytest.raises(InputError, match="is no handle: expected what the fixture mohook gives"):
        MohookServer(handle)


@pytest.mark.parametrize("count", ["x", -1, 1.5, True, None])
def test_a_count_of_requests_is_a_whole_number(count: Any) -> None:
    """`wait_for` tells it at once; none at all have always come."""
    with MohookReceiver() as receiver:
        with pytest.raises(InputError, match=f"count {count!r}: expected a whole number, 0 or"):
            receiver.wait_for(count)
        assert receiver.wait_for(0) == []
