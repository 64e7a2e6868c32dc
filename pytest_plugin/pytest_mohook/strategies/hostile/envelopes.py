"""Spoils what is around a message: its method and its headers."""

from __future__ import annotations

from urllib.parse import urlencode

from hypothesis import strategies as st

from mohook.intake import encode
from mohook.providers.provider import Payload
from pytest_mohook.strategies.requests import WebhookRequest, headers

__all__ = ["odd_headers", "other_method", "safe_method", "wrong_content_type"]

Spoilt = tuple[str, WebhookRequest]

_NONE, _FORM = "none", "a form"
_CONTENT_TYPES = st.sampled_from(
    [
        "text/plain",
        _NONE,
        _FORM,
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "multipart/form-data",
        "application/xml",
        "application/octet-stream",
        "application/jsonx",
        "application",
        "/",
        ";",
        "json",
        "*/*",
        "application/json; charset=utf-16",
        "application/json; charset=nonsense",
        'application/json; charset="',
        "application/json, text/plain",
        "a" * 4_000,
    ]
)
_ODD = st.sampled_from(
    [
        ("Content-Encoding", "gzip"),
        ("Content-Encoding", "nonsense"),
        ("Accept", "text/html"),
        ("Accept", "application/x-nothing;q=0"),
        ("Accept-Charset", "nonsense"),
        ("Accept-Language", "*;q=x,,;"),
        ("Authorization", "Basic ="),
        ("Authorization", "Bearer"),
        ("Cookie", "=;;=; a"),
        ("Forwarded", "for=;proto="),
        ("If-Match", '"x"'),
        ("Range", "bytes=9-1"),
        ("Origin", "null"),
        ("User-Agent", ""),
        ("User-Agent", "a" * 4_000),
        ("X-Forwarded-For", "999.999.999.999, x"),
        ("X-Forwarded-Proto", "gopher"),
        ("X-HTTP-Method-Override", "DELETE"),
    ]
)
_OTHER_METHODS = st.sampled_from(["PUT", "PATCH", "DELETE"])
_SAFE_METHODS = st.sampled_from(["GET", "HEAD"])


def wrong_content_type(draw: st.DrawFn, payload: Payload) -> Spoilt:
    """Draw a message under another content type or none, or as a form."""
    content_type = draw(_CONTENT_TYPES)
    if content_type == _FORM:
        form = urlencode(payload).encode()
        kind = "application/x-www-form-urlencoded"
        return "a form, not JSON", WebhookRequest("POST", headers(kind), form)
    given = headers(content_type)
    if content_type == _NONE:
        del given["Content-Type"]
    reason = f"content type {given.get('Content-Type', 'missing')[:40]}"
    return reason, WebhookRequest("POST", given, encode(payload))


def odd_headers(draw: st.DrawFn, payload: Payload) -> Spoilt:
    """Draw a message with a header that makes no sense."""
    name, value = draw(_ODD)
    reason = f"{name}: {value[:40]}"
    return reason, WebhookRequest("POST", headers() | {name: value}, encode(payload))


def other_method(draw: st.DrawFn, payload: Payload) -> Spoilt:
    """Draw a message by a method that changes something, but is not POST."""
    return _by(draw(_OTHER_METHODS), payload)


def safe_method(draw: st.DrawFn, payload: Payload) -> Spoilt:
    """Draw a message by a method that changes nothing."""
    return _by(draw(_SAFE_METHODS), payload)


def _by(method: str, payload: Payload) -> Spoilt:
    return f"{method} in place of POST", WebhookRequest(method, headers(), encode(payload))
