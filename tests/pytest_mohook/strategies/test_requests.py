"""Requests: the same message, however a provider writes it down."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, request
from hypothesis import find, given
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from mohook.delivery.transports.headers import request_headers
from mohook.errors import InputError
from mohook.intake import encode
from mohook.providers import PROVIDERS
from mohook.schemas import EXAMPLES, payload_schema
from pytest_mohook.strategies import WebhookRequest, intelepeer_messages, webhook_requests
from tests.pytest_mohook.strategies.drawing import SEEDS, drawn, smallest

EVERY = pytest.mark.parametrize("provider", PROVIDERS)
PAYLOAD = EXAMPLES["intelepeer"] | {"message": "Grüße 🐝 a/b", "x-more": {"b": 1, "a": [0.5, None]}}


def forms(seed: int) -> list[WebhookRequest]:
    """Draw one and the same message in all forms."""
    return drawn(webhook_requests("intelepeer", messages=st.just(PAYLOAD)), seed)


FORMS: dict[str, Callable[[WebhookRequest], bool]] = {
    "the emulator's": lambda made: made.body == encode(PAYLOAD),
    "keys the other way round": lambda made: list(json.loads(made.body)) == list(PAYLOAD)[::-1],
    "keys sorted": lambda made: list(json.loads(made.body)) == sorted(PAYLOAD),
    "spaces": lambda made: b'": "' in made.body,
    "lines": lambda made: b"\n\t" in made.body,
    "white space around": lambda made: made.body != made.body.strip(),
    "ASCII alone": lambda made: made.body.isascii(),
    "UTF-8": lambda made: not made.body.isascii(),
    "escaped slashes": lambda made: rb"a\/b" in made.body,
    "a charset": lambda made: made.headers["Content-Type"] == "application/json; charset=utf-8",
    "no charset": lambda made: made.headers["Content-Type"] == "application/json",
}


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
def test_a_form_is_found_by_default(form: str) -> None:
    """A test of the default 100 examples meets it, whatever the seed."""
    for seed in SEEDS:
        assert any(FORMS[form](made) for made in forms(seed))


def test_every_form_says_the_same() -> None:
    """The JSON reads as the payload that was written."""
    assert all(json.loads(made.body) == PAYLOAD for made in forms(seed=0))


@pytest.mark.slow
@EVERY
def test_a_request_is_valid(provider: str) -> None:
    """It is a POST of UTF-8 JSON that the schema takes."""
    valid = Draft202012Validator(payload_schema(provider))

    @given(made=webhook_requests(provider))
    def every(made: WebhookRequest) -> None:
        assert made.method == "POST"
        valid.validate(json.loads(made.body.decode("utf-8")))

    every()


@pytest.mark.slow
@given(made=webhook_requests("ip1", json_forms=False))
def test_the_emulator_s_own_form_is_the_emulator_s(made: WebhookRequest) -> None:
    """Without other forms, body and headers are what the emulator posts."""
    assert made.body == encode(json.loads(made.body))
    assert not {"Host", "Content-Length"} & set(made.headers)
    posted = dict(request_headers("http://localhost/sms", len(made.body)))
    assert posted == made.headers | {"Host": "localhost", "Content-Length": str(len(made.body))}


@pytest.mark.slow
def test_a_test_client_takes_it() -> None:
    """Its fields are the arguments of Flask's test client; the receiver reads the payload."""
    app = Flask("receiver")

    @app.post("/sms")
    def receive() -> dict[str, Any]:
        read: dict[str, Any] = request.get_json()
        return read

    @given(made=webhook_requests("intelepeer"))
    def every(made: WebhookRequest) -> None:
        method, headers, body = made
        answer = app.test_client().open("/sms", method=method, headers=headers, data=body)
        assert answer.get_json() == json.loads(body)

    every()


@EVERY
def test_it_shrinks_to_the_emulator_s_form(provider: str) -> None:
    """The simplest request is what the emulator posts of the simplest payload."""
    made = smallest(webhook_requests(provider), lambda _: True)
    assert made.headers["Content-Type"] == "application/json"
    assert made.body == encode(json.loads(made.body))
    assert json.loads(made.body)[PROVIDERS[provider].wire.text] == ""


MISUSES: dict[str, tuple[str, dict[str, Any], str]] = {
    "no provider": ("IP1", {}, "provider='IP1': expected one of 'ip1', 'intelepeer'"),
    "no claim": ("ip1", {"json_forms": 1}, "json_forms=1: expected True or False"),
    "a payload": ("ip1", {"messages": {"id": "1"}}, "messages=.*: expected a strategy, such as"),
    "no payload": ("ip1", {"messages": st.just("Hi")}, "messages gave 'Hi': expected payloads"),
    "a function": ("ip1", {"messages": intelepeer_messages}, "messages=.*: expected a strategy"),
}


@pytest.mark.parametrize("misuse", MISUSES)
def test_a_misuse_is_told_when_it_draws(misuse: str) -> None:
    """Making the strategy is fine; the draw says what was given and what was expected."""
    provider, arguments, told = MISUSES[misuse]
    made = webhook_requests(provider, **arguments)
    with pytest.raises(InvalidArgument, match=told) as caught:
        find(made, lambda _: True)
    assert isinstance(caught.value, InputError)
