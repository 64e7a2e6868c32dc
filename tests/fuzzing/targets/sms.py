"""Texts, addresses, lengths of time and fault steps: small parsers that everything stands on."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from urllib.parse import urlsplit

from hypothesis import strategies as st

from mohook.delivery.clock import clock_from
from mohook.delivery.faults import FaultPlan, parse_step
from mohook.delivery.origin import origin
from mohook.delivery.transports.headers import request_headers
from mohook.directory.webhook_url import require_webhook_url
from mohook.durations import format_duration, parse_duration
from mohook.errors import FaultError, InputError, SettingsError, TextError, WebhookError
from mohook.masking import masked_url
from mohook.providers.intelepeer.tokens import token_in
from mohook.sms.addresses import (
    require_alphanumeric,
    require_e164,
    require_msisdn,
    require_short_code,
)
from mohook.sms.alphabet import forcing_characters, is_gsm, septets
from mohook.sms.segments import part_starts, segment, split
from tests.fuzzing.drawn import json_values, near, near_text, texts
from tests.fuzzing.target import plain

__all__ = ["TARGETS"]

_long_texts = st.one_of(
    texts,
    st.text(st.sampled_from("a€{\U0001f41d\u0301ä\r\n"), max_size=400),
    st.builds(str.__mul__, texts, st.integers(0, 300)),
)


def _segments(text: str) -> None:
    is_gsm(text)
    forcing_characters(text)
    try:
        parts = split(text)
    except TextError:
        return
    assert "".join(parts) == text
    starts = (0, *part_starts(text))
    assert [text[start:end] for start, end in pairwise((*starts, len(text)))] == parts
    assert len(parts) == segment(text).parts
    if is_gsm(text):
        assert septets(text) >= len(text)


def _addresses(text: str) -> None:
    for require in (require_e164, require_short_code, require_msisdn, require_alphanumeric):
        try:
            assert require(text) == text
        except InputError:
            continue


def _duration(value: object) -> None:
    try:
        length = parse_duration(value)  # type: ignore[arg-type] # whatever a file holds
    except InputError:
        return
    assert length >= timedelta()
    assert parse_duration(format_duration(length)) == length


def _step(text: str) -> None:
    try:
        step = parse_step(text)
    except FaultError:
        return
    assert parse_step(str(step)) == step


def _plan(data: object) -> None:
    plan = FaultPlan()
    before = plan.dump()
    try:
        plan.load(data)  # type: ignore[arg-type] # whatever a snapshot holds
    except FaultError:
        assert plan.dump() == before
        return
    dumped = plan.dump()
    again = FaultPlan()
    again.load(dumped)
    assert again.dump() == dumped


def _clock(text: str) -> None:
    try:
        clock = clock_from(text)
    except SettingsError:
        return
    clock.now()
    assert clock_from(clock.mode).mode == clock.mode


def _webhook(url: str) -> None:
    try:
        assert require_webhook_url(url) == url
    except WebhookError:
        return
    parts = urlsplit(url)
    assert parts.hostname
    assert "@" not in origin(url)
    assert masked_url(masked_url(url)) == masked_url(url)
    for name, value in request_headers(url, 2):
        assert not set("\r\n\x00") & set(name + value)


def _authorization(header: str) -> None:
    try:
        token = token_in(header)
    except InputError:
        raise
    except PermissionError:
        return
    assert token
    assert token in header


_FAULTS = {
    "added": 2,
    "scripts": [
        {
            "id": "f1",
            "steps": ["500", "ok"],
            "match": {"provider": "ip1", "to": None, "sender": None, "body": "x"},
            "times": 2,
            "left": 2,
            "position": 1,
            "served": ["m1"],
        }
    ],
    "bound": {"m1": ["f1", 1]},
    "open": ["f1"],
}
_URLS = ["http://127.0.0.1:5000/sms", "https://user:pass@host.example:8443/a?b=c", "http://[::1]/"]

TARGETS = [
    plain("sms segments and alphabet", _long_texts, _segments),
    plain(
        "addresses",
        st.one_of(texts, near_text("+12161112222"), near_text("1-1234"), near_text("46712345678")),
        _addresses,
    ),
    plain(
        "durations",
        st.one_of(json_values, near_text("1d2h3m4.5s6ms"), st.timedeltas().map(format_duration)),
        _duration,
    ),
    plain("fault steps", st.one_of(texts, near_text("delay:1h30m"), near_text("500")), _step),
    plain("fault scripts of a snapshot", near(_FAULTS), _plan),
    plain("clock modes", st.one_of(texts, near_text("x60.5")), _clock),
    plain("webhook URLs", st.one_of(texts, st.sampled_from(_URLS).flatmap(near_text)), _webhook),
    plain("IntelePeer's Authorization", st.one_of(texts, near_text("Bearer abc")), _authorization),
]
