"""The kinds of hostile requests, and what is certain about the answer to each."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

__all__ = ["SIGNATURE_KINDS", "HostileKind", "HostileRequest", "Spoilt"]

Spoilt = tuple[str, bytes]
"""What is wrong, in words, and the body that it is wrong with."""


class HostileKind(StrEnum):
    """In which respect a request is hostile. No kind may be answered with a 5xx.

    Some must also leave nothing stored, whatever the answer: see `must_refuse`. The others are
    such that a lenient receiver may take them.
    """

    EMPTY = "empty"
    """No body at all."""
    NOT_JSON = "not-json"
    """Text, markup or bytes with no message in it."""
    TRUNCATED = "truncated"
    """JSON that breaks off."""
    NO_MESSAGE = "no-message"
    """JSON that is no object, or an object without anything in it."""
    ALMOST_JSON = "almost-json"
    """A message with a comma, a quote or a comment that JSON does not have."""
    TRAILING_DATA = "trailing-data"
    """A message, and something after it."""
    DUPLICATE_KEY = "duplicate-key"
    """A field that stands twice."""
    WRONG_ENCODING = "wrong-encoding"
    """UTF-16, UTF-32, Latin-1, a byte order mark, bytes that are no UTF-8."""
    LONE_SURROGATE = "lone-surrogate"
    """Half a character, written as an escape: JSON that cannot be stored as UTF-8."""
    NUL_CHARACTER = "nul-character"
    """A NUL in a field, which some databases refuse."""
    NOT_A_NUMBER = "not-a-number"
    """NaN or Infinity, which Python reads and JSON does not have."""
    HUGE_NUMBER = "huge-number"
    """A number that no type holds, or that takes long to read."""
    MISSING_FIELD = "missing-field"
    """A field that is always there is not."""
    NULL_FIELD = "null-field"
    """A field that is always given is null."""
    WRONG_TYPE = "wrong-type"
    """A field of another JSON type."""
    IMPOSSIBLE_VALUE = "impossible-value"
    """A field of the right type, with a value that the provider never gives it."""
    HUGE_BODY = "huge-body"
    """A message of some megabytes."""
    DEEP_NESTING = "deep-nesting"
    """JSON that nests so deep that a recursive parser gives up."""
    WRONG_CONTENT_TYPE = "wrong-content-type"
    """A message under another content type, or under none."""
    ODD_HEADERS = "odd-headers"
    """A message with headers that promise something else."""
    OTHER_METHOD = "other-method"
    """A message by PUT, PATCH or DELETE."""
    SAFE_METHOD = "safe-method"
    """A message by GET or HEAD, which change nothing. Source: RFC 9110, 9.2.1."""
    UNSIGNED = "unsigned"
    """IntelePeer: no signature, or null, where there must be one."""
    FORGED_SIGNATURE = "forged-signature"
    """IntelePeer: a signature by somebody who has only part of the secret, or none."""

    @property
    def must_refuse(self) -> bool:
        """Whether nothing may be stored.

        >>> HostileKind.FORGED_SIGNATURE.must_refuse, HostileKind.DUPLICATE_KEY.must_refuse
        (True, False)
        """
        return self in _MUST_REFUSE


_MUST_REFUSE = frozenset(
    {
        HostileKind.EMPTY,
        HostileKind.NOT_JSON,
        HostileKind.TRUNCATED,
        HostileKind.NO_MESSAGE,
        HostileKind.SAFE_METHOD,
        HostileKind.UNSIGNED,
        HostileKind.FORGED_SIGNATURE,
    }
)
SIGNATURE_KINDS = frozenset({HostileKind.UNSIGNED, HostileKind.FORGED_SIGNATURE})
"""Those that need a provider that signs."""


class HostileRequest(NamedTuple):
    """A request as `WebhookRequest`, with its kind and, in words, what is wrong with it."""

    method: str
    headers: dict[str, str]
    body: bytes
    kind: HostileKind
    reason: str

    @property
    def must_refuse(self) -> bool:
        """Whether nothing of this may be stored: that of its kind."""
        return self.kind.must_refuse

    def __repr__(self) -> str:
        """Show what is wrong first, and of a body of megabytes only both ends."""
        return (
            f"HostileRequest(kind={self.kind.value!r}, reason={self.reason!r}, "
            f"method={self.method!r}, headers={self.headers!r}, body={_short(self.body)})"
        )


_BODY_SHOWN = 400


def _short(body: bytes) -> str:
    if len(body) <= _BODY_SHOWN:
        return repr(body)
    half = _BODY_SHOWN // 2
    return f"<{len(body):,} bytes: {body[:half]!r}...{body[-half:]!r}>"
