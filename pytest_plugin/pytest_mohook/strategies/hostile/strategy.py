"""The strategy: a valid message, spoilt in one respect."""

from __future__ import annotations

from collections.abc import Callable, Collection

from hypothesis import strategies as st

from mohook.providers import PROVIDERS
from mohook.providers.provider import Payload
from pytest_mohook.strategies.arguments import (
    StrategyArgumentError,
    require_word,
    require_words,
)
from pytest_mohook.strategies.given import Given, draw_payload
from pytest_mohook.strategies.hostile import envelopes, fields, json_text, signatures
from pytest_mohook.strategies.hostile.kinds import SIGNATURE_KINDS, HostileKind, HostileRequest
from pytest_mohook.strategies.intelepeer import intelepeer_messages
from pytest_mohook.strategies.ip1 import ip1_messages
from pytest_mohook.strategies.requests import WebhookRequest, headers

__all__ = ["hostile_requests"]

Kind = HostileKind

_BODIES: dict[Kind, Callable[[st.DrawFn, Payload], tuple[str, bytes]]] = {
    Kind.EMPTY: json_text.empty,
    Kind.NOT_JSON: json_text.not_json,
    Kind.TRUNCATED: json_text.truncated,
    Kind.NO_MESSAGE: json_text.no_message,
    Kind.ALMOST_JSON: json_text.almost_json,
    Kind.TRAILING_DATA: json_text.trailing_data,
    Kind.DUPLICATE_KEY: json_text.duplicate_key,
    Kind.WRONG_ENCODING: json_text.wrong_encoding,
    Kind.LONE_SURROGATE: fields.lone_surrogate,
    Kind.NUL_CHARACTER: fields.nul_character,
    Kind.NOT_A_NUMBER: json_text.not_a_number,
    Kind.HUGE_NUMBER: json_text.huge_number,
    Kind.MISSING_FIELD: fields.missing_field,
    Kind.NULL_FIELD: fields.null_field,
    Kind.WRONG_TYPE: fields.wrong_type,
    Kind.IMPOSSIBLE_VALUE: fields.impossible_value,
    Kind.HUGE_BODY: json_text.huge_body,
    Kind.DEEP_NESTING: json_text.deep_nesting,
    Kind.UNSIGNED: signatures.unsigned,
    Kind.FORGED_SIGNATURE: signatures.forged_signature,
}
_ENVELOPES: dict[Kind, Callable[[st.DrawFn, Payload], tuple[str, WebhookRequest]]] = {
    Kind.WRONG_CONTENT_TYPE: envelopes.wrong_content_type,
    Kind.ODD_HEADERS: envelopes.odd_headers,
    Kind.OTHER_METHOD: envelopes.other_method,
    Kind.SAFE_METHOD: envelopes.safe_method,
}


# There are many forgeries, and a receiver that takes one of them takes all that somebody sends.
_SIGNATURE_SHARES = [Kind.UNSIGNED] * 2 + [Kind.FORGED_SIGNATURE] * 6

_MESSAGES = {
    "ip1": ip1_messages(extra_fields=False),
    "intelepeer": intelepeer_messages(extra_fields=False),
}


@st.composite
def hostile_requests(
    draw: st.DrawFn,
    provider: str,
    *,
    kinds: Collection[str] | None = None,
    messages: Given[Payload] = None,
) -> HostileRequest:
    """Every sort of request that `provider`, `ip1` or `intelepeer`, would never make.

    Each is a valid one, spoilt in one respect: its `kind`, and in words its `reason`. A receiver
    never answers one with a 5xx. Where `must_refuse`, it stores nothing of it either; the
    others are such that a lenient receiver may take them.

    `kinds` chooses among `HostileKind`. `messages` is a strategy of what to spoil:
    `intelepeer_messages(secret="…")` for a receiver that knows another secret. Where there is
    no signature, as at ip1, none is forged.
    Raises StrategyArgumentError when it draws, for an argument of the wrong kind.

    >>> from hypothesis import given
    >>> @given(request=hostile_requests("ip1", kinds=["truncated", "wrong-type"]))
    ... def test_what_is_wrong(request):
    ...     assert request.must_refuse == (request.kind == HostileKind.TRUNCATED)
    >>> test_what_is_wrong()
    """
    require_word("provider", provider, PROVIDERS)
    payload = draw_payload(draw, messages, _MESSAGES[provider])
    kind = draw(st.sampled_from(_kinds(kinds, signed="signature" in payload)))
    if kind in _ENVELOPES:
        reason, request = _ENVELOPES[kind](draw, payload)
    else:
        reason, body = _BODIES[kind](draw, payload)
        request = WebhookRequest("POST", headers(), body)
    return HostileRequest(*request, kind, reason)


def _kinds(kinds: Collection[str] | None, *, signed: bool) -> list[Kind]:
    """Return the kinds to draw from, in their own order, whatever a set has."""
    if kinds is None:
        unsigned = [kind for kind in Kind if kind not in SIGNATURE_KINDS]
        return unsigned + _SIGNATURE_SHARES * signed
    require_words("kinds", kinds, example='["truncated", "wrong-type"]')
    for kind in kinds:
        require_word("kinds", kind, [each.value for each in Kind])
        if not signed and kind in SIGNATURE_KINDS:
            msg = f"kinds: {str(kind)!r} needs messages that have a signature; leave it out"
            raise StrategyArgumentError(msg)
    return [kind for kind in Kind if kind in kinds]
