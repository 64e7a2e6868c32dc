"""Strategies for whole requests, as they reach a receiver."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import product
from typing import NamedTuple

from hypothesis import strategies as st

from mohook.delivery.transports.headers import request_headers
from mohook.intake import encode
from mohook.providers import PROVIDERS
from mohook.providers.provider import Payload
from pytest_mohook.strategies.arguments import require_bool, require_word
from pytest_mohook.strategies.given import Given, draw_payload
from pytest_mohook.strategies.intelepeer import intelepeer_messages
from pytest_mohook.strategies.ip1 import ip1_messages

__all__ = ["WebhookRequest", "headers", "webhook_requests"]


class WebhookRequest(NamedTuple):
    """One request, to be sent by any client: it unpacks to `method, headers, body`.

    With Flask's test client `client.open("/sms", method=method, headers=headers, data=body)`,
    with Starlette's and httpx `client.request(method, "/sms", headers=headers, content=body)`.
    `Host` and `Content-Length` are left to whoever sends it.
    """

    method: str
    headers: dict[str, str]
    body: bytes


_MESSAGES = {"ip1": ip1_messages(), "intelepeer": intelepeer_messages()}


def headers(content_type: str | None = None) -> dict[str, str]:
    """Return the headers of a delivery that do not depend on where it goes."""
    found = dict(request_headers("http://localhost/", 0))
    del found["Host"], found["Content-Length"]
    return found if content_type is None else found | {"Content-Type": content_type}


def _spaced(payload: Payload) -> bytes:
    return json.dumps(payload, ensure_ascii=False).encode()


def _ascii(payload: Payload) -> bytes:
    return json.dumps(payload, separators=(",", ":")).encode()


def _slashed(payload: Payload) -> bytes:
    # A slash stands only in texts, and may be escaped there.
    return _ascii(payload).replace(b"/", rb"\/")


def _indented(payload: Payload) -> bytes:
    return json.dumps(payload, ensure_ascii=False, indent="\t").encode()


def _as_documented(payload: Payload) -> Payload:
    return payload


def _reversed(payload: Payload) -> Payload:
    return dict(reversed(payload.items()))


def _sorted(payload: Payload) -> Payload:
    return dict(sorted(payload.items()))


class _Form(NamedTuple):
    """One way to write a payload; all of them say the same."""

    order: Callable[[Payload], Payload]
    write: Callable[[Payload], bytes]
    around: bytes
    content_type: str | None

    def request(self, payload: Payload) -> WebhookRequest:
        body = self.around + self.write(self.order(payload)) + self.around
        return WebhookRequest("POST", headers(self.content_type), body)


_EMULATED = _Form(_as_documented, encode, b"", None)
_FORMS = st.sampled_from(
    [
        _Form(*each)
        for each in product(
            (_as_documented, _reversed, _sorted),
            (encode, _spaced, _ascii, _slashed, _indented),
            (b"", b"", b"\r\n", b"\t "),
            (None, None, "application/json; charset=utf-8"),
        )
    ]
)


@st.composite
def webhook_requests(
    draw: st.DrawFn,
    provider: str,
    *,
    messages: Given[Payload] = None,
    json_forms: bool = True,
) -> WebhookRequest:
    """Every request that `provider`, `ip1` or `intelepeer`, may validly make.

    `messages` is a strategy of its payloads: `ip1_messages(extra_fields=False)`. With
    `json_forms`, the same JSON is also written in other ways: keys in another order, other
    characters escaped, white space between, `charset=utf-8` beside the content type. Without,
    method, headers and body are those of the emulator.

    Raises StrategyArgumentError when it draws, for an argument of the wrong kind.

    >>> from hypothesis import given
    >>> @given(request=webhook_requests("intelepeer"))
    ... def test_requests(request):
    ...     assert request.method == "POST" and b'"refid"' in request.body
    >>> test_requests()

    Source: RFC 8259; which headers a provider sends is not known.
    """
    require_word("provider", provider, PROVIDERS)
    require_bool("json_forms", json_forms)
    payload = draw_payload(draw, messages, _MESSAGES[provider])
    form = draw(_FORMS) if json_forms else _EMULATED
    return form.request(payload)
