"""What a hostile request has in it that a receiver cannot take: found by plainer ones.

A receiver that answers 500 to `hello` answers so to a body that breaks off, to none at all, and to
JSON with a comma too many: that is one bug. It is named after the plainest request that shows it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from mohook.providers import PROVIDERS
from pytest_mohook.check.target import Target
from pytest_mohook.check.trial import Trial
from pytest_mohook.fuzz.findings import Finding
from pytest_mohook.fuzz.history import History, Post, Send
from pytest_mohook.fuzz.play import play
from pytest_mohook.strategies.hostile.kinds import SIGNATURE_KINDS, HostileKind
from pytest_mohook.strategies.requests import headers

__all__ = ["message_of", "with_hostile_cause"]

_WRONG = "WRONG CODE"
_LACKING = (HostileKind.MISSING_FIELD, HostileKind.NO_MESSAGE)
_MISTYPED = (HostileKind.NULL_FIELD, HostileKind.WRONG_TYPE)
_METHODS = (HostileKind.OTHER_METHOD, HostileKind.SAFE_METHOD)
_NESTED = (HostileKind.DEEP_NESTING, HostileKind.HUGE_BODY, HostileKind.HUGE_NUMBER)
"""These take a parser's limits, not its grammar."""


class _Plainer(NamedTuple):
    """A plainer request, and the cause if it shows the same."""

    cause: str
    kind: HostileKind
    body: bytes


def with_hostile_cause(finding: Finding, post: Post, target: Target) -> Finding:
    """Return a finding with the plainest cause that shows the same."""
    with Trial(target, "", careful=False) as trial:
        payload, identity = trial.payload(), trial.wire.id
    signed = payload.get("signature")
    for one in _plainer(finding, post, payload):
        step = Post("POST", headers(), one.body, one.kind, one.cause, str(payload[identity]))
        shown = play(History(target.provider, (step,)), target).finding
        if shown and shown.kind == finding.kind:
            return replace(finding, detail=one.cause)
    return replace(finding, detail=_own(post, signed))


def message_of(post: Post, provider: str) -> History | None:
    """Return a history of the text that a hostile request holds, None where it holds none.

    Whether that may be sent is not known: it may be what is hostile.
    """
    content, text = _likely(post.body), PROVIDERS[provider].wire.text
    said = content.get(text) if isinstance(content, dict) else None
    return History(provider, (Send(({text: said},)),)) if isinstance(said, str) else None


def _plainer(finding: Finding, post: Post, payload: dict[str, Any]) -> Iterator[_Plainer]:
    """Yield what is plainer, the plainest first."""

    def message(**fields: Any) -> bytes:
        return json.dumps({**payload, **fields}).encode()

    if finding.kind != "taken":
        yield _Plainer("any message", HostileKind.ODD_HEADERS, message())
    if post.kind in SIGNATURE_KINDS:
        yield _Plainer("a wrong signature", HostileKind.FORGED_SIGNATURE, message(signature=_WRONG))
    elif post.method == "POST" and post.kind not in _NESTED:
        content = _parsed(post.body)
        if content is _NO_JSON:
            yield _Plainer("no JSON", HostileKind.NOT_JSON, b"hello")
        elif not isinstance(content, dict):
            yield _Plainer("no object", HostileKind.NO_MESSAGE, b"[]")
        elif post.kind in _LACKING:
            yield _Plainer("a missing field", HostileKind.NO_MESSAGE, b"{}")


def _own(post: Post, right: object) -> str:
    """Return what a request has that no plainer one shows."""
    if post.kind in SIGNATURE_KINDS:
        return _forgery(_parsed(post.body), right)
    if post.kind in _METHODS:
        return "another method"
    return "a field of another type" if post.kind in _MISTYPED else post.kind.value


def _forgery(content: object, right: object) -> str:
    given = content.get("signature") if isinstance(content, dict) else None
    if given is None:
        return "no signature"
    if not isinstance(given, str):
        return "a list for a signature" if given == [right] else "a signature that is no text"
    if not given or not isinstance(right, str):
        return "an empty signature"
    if right.startswith(given) or right.endswith(given):
        return "a part of the signature"
    if given.casefold() == right.casefold():
        return "a signature in another letter case"
    return "a signature and more" if given.startswith(right) else "a forged signature"


_NO_JSON = object()


def _parsed(body: bytes) -> object:
    """Return what RFC 8259 makes of a body; `_NO_JSON` where it is none."""
    try:
        return json.loads(body.decode(), parse_constant=_refused)
    except (ValueError, RecursionError):
        return _NO_JSON


def _likely(body: bytes) -> object:
    """Return what a parser that takes more than JSON may make of a body, None for nothing."""
    try:
        text = body.decode(json.detect_encoding(body)).lstrip()
        return json.JSONDecoder().raw_decode(text)[0]
    except (ValueError, RecursionError):
        return None


def _refused(constant: str) -> object:
    raise ValueError(constant)
