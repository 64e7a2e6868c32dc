"""What cannot be tested says so at the call, with the offending value and what to do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test

from mohook.errors import InputError, SettingsError, WebhookError
from pytest_mohook.stateful import receiver_machine
from pytest_mohook.strategies import intelepeer_messages
from tests.pytest_mohook.stateful import shops
from tests.pytest_mohook.stateful.running import QUIET

SHOP = shops.Shop()


async def factory() -> shops.Shop:
    return SHOP


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ({"provider": "twilio"}, "provider 'twilio': expected one of ip1, intelepeer"),
        ({"provider": ["ip1"]}, "provider ['ip1']: expected one of ip1, intelepeer"),
        ({"provider": st.just("ip1")}, "is a strategy: expected a value"),
        ({"app": 7}, "app = 7: expected a WSGI or ASGI app, a URL, or a function"),
        ({"app": lambda one: one}, "expected a WSGI or ASGI app"),
        ({"app": factory}, "expected a WSGI or ASGI app"),
        ({"app": st.just(SHOP)}, "is a strategy: expected a value"),
        ({"app": SHOP}, "give reset=, which makes it forget, or a function"),
        ({"app": "http://127.0.0.1:1/"}, "keeps what it stored"),
        ({"readback": []}, "readback = []: expected a function of the app, or of nothing"),
        ({"readback": lambda one, other: one or other}, "readback = <function"),
        ({"reset": 7}, "reset = 7: expected a function"),
        ({"restart": "now"}, "restart = 'now': expected a function"),
        ({"settle": 1}, "settle = 1: expected a timedelta, zero or more"),
        ({"settle": timedelta(seconds=-1)}, "zero or more"),
        ({"concurrent": "yes"}, "concurrent 'yes': expected True or False"),
        ({"path": "sms"}, "path 'sms': expected where the receiver stands"),
        ({"messages": {"body": "Hi"}}, "messages = {'body': 'Hi'}: expected a strategy"),
        ({"messages": "Hi"}, "such as ip1_messages()"),
        ({"secret": "S"}, "secret = 'S': expected a text that is not empty, and intelepeer;"),
        ({"provider": "intelepeer", "secret": 7}, "secret = 7: expected a text"),
        ({"provider": "intelepeer", "secret": ""}, "secret = '': expected a text that is not"),
        ({"marker": {"seed": st.integers()}}, "marker: seed = integers() is a strategy"),
        ({"marker": {"clock": "real"}}, "clock = 'real': expected manual"),
        ({"marker": ["seed"]}, "marker = ['seed']: expected words of the marker"),
    ],
)
def test_what_cannot_be_tested_says_so(words: dict[str, Any], what: str) -> None:
    """When the machine is made, and not when it runs."""
    right: dict[str, Any] = {"app": shops.Shop, "provider": "ip1", "readback": list}
    with pytest.raises(InputError) as caught:
        receiver_machine(**right | words)
    assert what in str(caught.value)


def test_a_url_that_is_none_and_a_word_that_no_marker_has_say_so() -> None:
    """With the errors that `connect` and the marker raise."""
    with pytest.raises(WebhookError, match="expected a URL such as"):
        receiver_machine(app="localhost", provider="ip1", readback=list, reset=list)
    with pytest.raises(SettingsError, match="no such option"):
        receiver_machine(app=shops.Shop, provider="ip1", readback=list, marker={"sed": 7})


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "what"),
    [
        ({"app": lambda: None}, "what app() returned = None: expected a WSGI or ASGI app"),
        ({"readback": lambda: None}, "stored = None: expected a list of what is stored"),
        ({"readback": lambda: ["Hi"]}, "the receiver holds 1 message(s) before any was sent"),
        ({"messages": st.just("Hi")}, "messages drew 'Hi': expected the fields of send"),
        ({"messages": intelepeer_messages()}, "a field of IntelePeer; at ip1 it is"),
        ({"restart": lambda: 7}, "what restart returned = 7: expected a WSGI or ASGI app"),
    ],
)
def test_what_comes_to_light_in_a_history_says_so(words: dict[str, Any], what: str) -> None:
    """It is the test's mistake, and no finding."""
    right: dict[str, Any] = {"app": shops.Shop, "provider": "ip1", "readback": shops.Shop.stored}
    machine = receiver_machine(**right | words)
    with pytest.raises(InputError) as caught:
        run_state_machine_as_test(machine, settings=QUIET)
    assert what in str(caught.value)
