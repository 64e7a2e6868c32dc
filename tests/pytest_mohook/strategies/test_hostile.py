"""Hostile requests: each is wrong in the way that it says, and what must be refused is certain."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

import pytest
from flask import Flask
from hypothesis import find
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument
from jsonschema import Draft202012Validator, ValidationError  # type: ignore[import-untyped]
from werkzeug.wrappers import Response

from mohook.errors import InputError
from mohook.intake import encode
from mohook.providers import PROVIDERS
from mohook.providers.provider import Payload
from mohook.schemas import EXAMPLES, payload_schema
from mohook.settings import SignatureSettings
from pytest_mohook.strategies import (
    HostileKind,
    HostileRequest,
    hostile_requests,
    intelepeer_messages,
    ip1_messages,
)
from pytest_mohook.strategies.hostile.json_text import _MEGABYTE
from pytest_mohook.strategies.requests import headers
from tests.pytest_mohook.strategies.drawing import SEEDS, drawn, smallest
from tests.pytest_mohook.strategies.hostile_receivers import (
    SECRET,
    LenientReceiver,
    naive_receiver,
)

Kind = HostileKind
SIGNED = {Kind.UNSIGNED, Kind.FORGED_SIGNATURE}
EACH = [
    (provider, kind)
    for provider in PROVIDERS
    for kind in Kind
    if provider == "intelepeer" or kind not in SIGNED
]
EVERY = pytest.mark.parametrize(("provider", "kind"), EACH, ids=str)
VALID = {name: Draft202012Validator(payload_schema(name)) for name in PROVIDERS}

# What JSON, UTF-8 and the schema permit: it is hostile by its size, or by what is around it.
PERMITTED = {Kind.HUGE_BODY, Kind.HUGE_NUMBER, Kind.DEEP_NESTING, Kind.ODD_HEADERS}
# What trips others than a receiver that is written in no time.
SUBTLE = {
    Kind.DUPLICATE_KEY,
    Kind.NUL_CHARACTER,
    Kind.IMPOSSIBLE_VALUE,
    Kind.HUGE_BODY,
    Kind.ODD_HEADERS,
    Kind.OTHER_METHOD,
    Kind.SAFE_METHOD,
}


class Drawn(NamedTuple):
    """What a test with default settings draws of one kind; of megabytes, less."""

    provider: str
    kind: HostileKind
    requests: list[HostileRequest]


@pytest.fixture(scope="module", params=EACH, ids=lambda each: f"{each[0]}-{each[1]}")
def hostile(request: pytest.FixtureRequest) -> Drawn:
    provider, kind = request.param
    examples = 20 if kind is Kind.HUGE_BODY else 100
    made = drawn(hostile_requests(provider, kinds=[kind]), examples=examples)
    return Drawn(provider, kind, made)


def posted(app: Flask, made: HostileRequest) -> Response:
    method, headers, body, _, _ = made
    return app.test_client().open("/", method=method, headers=headers, data=body)


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError(pairs)
    return dict(pairs)


def no_number(text: str) -> None:
    raise ValueError(text)


def strictly_read(provider: str, made: HostileRequest) -> dict[str, Any]:
    """Return the payload as RFC 8259 and the documents have it, or raise for anything else."""
    assert (made.method, made.headers.get("Content-Type")) == ("POST", "application/json")
    read: dict[str, Any] = json.loads(
        made.body.decode("utf-8"), object_pairs_hook=once, parse_constant=no_number
    )
    json.dumps(read, ensure_ascii=False).encode("utf-8")
    VALID[provider].validate(read)
    for instant in (read["modified"], read["statuses"][0]["created"]) if provider == "ip1" else ():
        datetime.strptime(instant, "%Y-%m-%dT%H:%M:%S%z")
    assert provider == "ip1" or read["signature"] == SECRET
    return read


@pytest.mark.slow
def test_no_strict_receiver_takes_it(hostile: Drawn) -> None:
    """One that holds to RFC 8259, to the schema and to the secret reads none of them."""
    for made in hostile.requests if hostile.kind not in PERMITTED else ():
        with pytest.raises((AssertionError, KeyError, ValueError, ValidationError)):
            pytest.fail(f"{made} was read: {strictly_read(hostile.provider, made)}")


@pytest.mark.slow
def test_a_lenient_receiver_takes_what_may_be_taken(hostile: Drawn) -> None:
    """It stores nothing of what must be refused, something of each other kind, and survives."""
    receiver = LenientReceiver(hostile.provider)
    assert max(posted(receiver.app, made).status_code for made in hostile.requests) < 500
    assert bool(receiver.stored) != hostile.kind.must_refuse


@pytest.mark.slow
@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_test_by_default_meets_nearly_every_kind(provider: str) -> None:
    """In 100 examples, whatever the seed; no kind is left out by two seeds of five."""
    kinds = {kind for name, kind in EACH if name == provider}
    missed = [
        kind
        for seed in SEEDS
        for kind in kinds - {each.kind for each in drawn(hostile_requests(provider), seed)}
    ]
    assert len(missed) <= len(SEEDS)
    assert len(set(missed)) == len(missed)
    assert not SIGNED & {*missed}


@pytest.mark.slow
@pytest.mark.parametrize("forgery", ["empty", "a prefix", "a suffix", "another case", "more"])
def test_a_test_by_default_meets_the_forgeries_that_are_often_taken(forgery: str) -> None:
    """In 100 examples of all kinds, for four seeds of five at least."""
    met = 0
    for seed in SEEDS:
        requests = drawn(hostile_requests("intelepeer"), seed)
        forged = [
            json.loads(e.body)["signature"] for e in requests if e.kind is Kind.FORGED_SIGNATURE
        ]
        met += any(isinstance(each, str) and FORGERIES[forgery](each) for each in forged)
    assert met >= len(SEEDS) - 1


AROUND: dict[HostileKind, tuple[Callable[[HostileRequest], object], set[object]]] = {
    Kind.OTHER_METHOD: (lambda made: made.method, {"PUT", "PATCH", "DELETE"}),
    Kind.SAFE_METHOD: (lambda made: made.method, {"GET", "HEAD"}),
    Kind.WRONG_CONTENT_TYPE: (
        lambda made: made.headers.get("Content-Type"),
        {
            None,
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
            "application/xml",
            "application/json; charset=utf-16",
        },
    ),
    Kind.ODD_HEADERS: (
        lambda made: next(iter(made.headers.items() - headers().items())),
        {("Content-Encoding", "gzip"), ("Authorization", "Bearer"), ("Origin", "null")},
    ),
    Kind.HUGE_BODY: (lambda made: len(made.body) // _MEGABYTE, {1, 4}),
    Kind.DEEP_NESTING: (
        lambda made: round(max(made.body.count(b"["), made.body.count(b'{"x":')), -2),
        {200, 1_000, 10_000, 100_000},
    ),
}


@pytest.mark.slow
def test_each_kind_is_as_hostile_as_it_says(hostile: Drawn) -> None:
    """By what is sent: methods, content types, headers, megabytes, a hundred thousand deep."""
    look, expected = AROUND.get(hostile.kind, (type, {HostileRequest}))
    found = {look(made) for made in hostile.requests}
    assert found >= expected
    if hostile.kind is Kind.HUGE_BODY:
        assert found == expected


@pytest.mark.slow
def test_a_naive_receiver_falls_over(hostile: Drawn) -> None:
    """Each kind but a few finds its mistakes, within the default 100 examples."""
    app = naive_receiver(hostile.provider)
    answers = {posted(app, made).status_code for made in hostile.requests}
    assert answers <= {200, 500}
    assert 500 in answers or hostile.kind in SUBTLE


@pytest.mark.slow
def test_it_says_what_is_wrong(hostile: Drawn) -> None:
    """Each has its kind and a reason; its `repr` shows both, and stays short for megabytes."""
    for made in hostile.requests:
        assert made.kind is hostile.kind
        assert made.must_refuse is hostile.kind.must_refuse
        assert made.reason
        assert repr(made).startswith(f"HostileRequest(kind='{made.kind}', reason={made.reason!r}")
        assert len(repr(made)) < 10_000


@cache
def simplest(provider: str) -> Payload:
    if provider == "ip1":
        return smallest(ip1_messages(extra_fields=False), lambda _: True)
    return smallest(intelepeer_messages(extra_fields=False), lambda _: True)


@pytest.mark.slow
@EVERY
def test_it_shrinks_to_the_simplest_message_spoilt(provider: str, kind: HostileKind) -> None:
    """There is nothing else in it: it is what shrinks out of that one message."""
    messages = st.just(simplest(provider))
    made = smallest(hostile_requests(provider, kinds=[kind]), lambda _: True)
    only = smallest(hostile_requests(provider, kinds=[kind], messages=messages), lambda _: True)
    assert made == only


def test_of_all_kinds_it_shrinks_to_no_body() -> None:
    """A receiver that fails on everything is shown the simplest request."""
    assert smallest(hostile_requests("ip1"), lambda _: True)[2:] == (b"", Kind.EMPTY, "no body")


FORGED_BY = {
    "literal": intelepeer_messages(secret="s3cret"),
    "one character": intelepeer_messages(secret="s"),
    "two characters": intelepeer_messages(secret="aa"),
    "HEX": intelepeer_messages(signature=SignatureSettings(mode="hmac", encoding="HEX")),
    "base64": intelepeer_messages(signature=SignatureSettings(mode="hmac", encoding="base64")),
}


@pytest.mark.slow
@pytest.mark.parametrize("how", FORGED_BY)
def test_a_forged_signature_is_never_right(how: str) -> None:
    """Nothing else is changed, and what stands there is not what would be right."""
    messages = st.shared(FORGED_BY[how], key="the same")
    pairs = st.tuples(
        messages, hostile_requests("intelepeer", kinds=list(SIGNED), messages=messages)
    )
    for payload, made in drawn(pairs):
        right = payload["signature"]
        forged = json.loads(made.body)
        assert forged.get("signature") != right
        assert forged | {"signature": right} == payload
        if how == "HEX":
            assert str(forged.get("signature")).upper() != right


FORGERIES: dict[str, Callable[[str], bool]] = {
    "empty": lambda signature: signature == "",
    "a prefix": lambda signature: SECRET.startswith(signature) and signature not in ("", SECRET),
    "a suffix": lambda signature: SECRET.endswith(signature) and signature not in ("", SECRET),
    "another case": lambda signature: signature != SECRET and signature.upper() == SECRET,
    "more": lambda signature: signature.startswith(SECRET),
    "not ASCII": lambda signature: signature.endswith("\N{HONEYBEE}"),
    "no UTF-8": lambda signature: signature.endswith("\ud800"),
}


@cache
def forged_signatures() -> list[Any]:
    strategy = hostile_requests("intelepeer", kinds=[Kind.FORGED_SIGNATURE])
    made = [each for seed in SEEDS for each in drawn(strategy, seed)]
    return [json.loads(each.body)["signature"] for each in made]


@pytest.mark.slow
@pytest.mark.parametrize("forgery", [*FORGERIES, "no text"])
def test_each_forgery_is_found(forgery: str) -> None:
    """Some tests of forged signatures meet them all."""
    if forgery == "no text":
        assert {type(each) for each in forged_signatures()} == {str, int, bool, list, dict}
    else:
        texts = [each for each in forged_signatures() if isinstance(each, str)]
        assert any(FORGERIES[forgery](each) for each in texts)


def flat(payload: Payload) -> dict[str, str]:
    """Return the JSON of each field by its name, those of the status too; no JSON is absent."""
    status = payload.get("statuses")
    inner = status[0] if isinstance(status, list) and status else {}
    inner = inner if isinstance(inner, dict) else {}
    named = {**payload, **{f"statuses.{name}": value for name, value in inner.items()}}
    return defaultdict(str, {name: json.dumps(value) for name, value in named.items()})


def flat_body(made: HostileRequest) -> dict[str, str]:
    return flat(json.loads(made.body))


@pytest.mark.slow
@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("kind", [Kind.MISSING_FIELD, Kind.NULL_FIELD, Kind.WRONG_TYPE])
def test_each_field_is_spoilt(provider: str, kind: HostileKind) -> None:
    """Every field that is always there, at ip1 also those of the status."""
    fields = {*payload_schema(provider)["required"]}
    if provider == "ip1":
        fields |= {"statuses.created", "statuses.code", "statuses.duration"}
    messages = st.just(EXAMPLES[provider])
    strategy = hostile_requests(provider, kinds=[kind], messages=messages)
    made = [each for seed in SEEDS for each in drawn(strategy, seed)]
    right = flat(EXAMPLES[provider])
    spoilt = {name for each in made for name in fields if right[name] != flat_body(each)[name]}
    assert spoilt == fields


@pytest.mark.slow
def test_it_spoils_the_messages_that_it_is_given() -> None:
    """Whatever is wrong with one, it is made of a message of the strategy."""
    payload = {"refid": "0" * 32, "from": "+12", "to": "+34", "message": "Hi", "signature": "s3"}
    made = drawn(hostile_requests("intelepeer", kinds=["odd-headers"], messages=st.just(payload)))
    assert {each.body for each in made} == {encode(payload)}


@pytest.mark.slow
def test_the_order_of_kinds_is_their_own() -> None:
    """A set of words gives the same examples in every run."""
    kinds = [{"truncated", "empty"}, ["empty", "truncated"], (Kind.TRUNCATED, Kind.EMPTY)]
    one, *others = (drawn(hostile_requests("ip1", kinds=each), examples=20) for each in kinds)
    assert others == [one, one]


UNSIGNED = intelepeer_messages(signature=SignatureSettings(mode="absent"))
MISUSES: dict[str, tuple[str, dict[str, Any], str]] = {
    "no provider": ("twilio", {}, "provider='twilio': expected one of"),
    "one kind": ("ip1", {"kinds": "empty"}, "kinds='empty': expected a collection of strings"),
    "no kind": ("ip1", {"kinds": []}, "expected a collection of strings, such as"),
    "an unknown kind": ("ip1", {"kinds": ["late"]}, "kinds='late': expected one of 'empty', 'not-"),
    "forged by ip1": ("ip1", {"kinds": ["unsigned"]}, "kinds: 'unsigned' needs messages that have"),
    "nothing to forge": (
        "intelepeer",
        {"kinds": ["forged-signature"], "messages": UNSIGNED},
        "'forged-signature' needs messages that have a signature; leave it out",
    ),
    "no strategy": ("ip1", {"messages": {}}, "messages={}: expected a strategy"),
}


@pytest.mark.parametrize("misuse", MISUSES)
def test_a_misuse_is_told_when_it_draws(misuse: str) -> None:
    """Making the strategy is fine; the draw says what was given and what was expected."""
    provider, arguments, told = MISUSES[misuse]
    made = hostile_requests(provider, **arguments)
    with pytest.raises(InvalidArgument, match=told) as caught:
        find(made, lambda _: True)
    assert isinstance(caught.value, InputError)


@pytest.mark.slow
def test_without_a_signature_none_is_forged() -> None:
    """By default only the kinds that fit the messages are drawn."""
    made = drawn(hostile_requests("intelepeer", messages=UNSIGNED))
    assert not SIGNED & {each.kind for each in made}
