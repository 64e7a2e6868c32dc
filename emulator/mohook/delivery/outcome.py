"""How an attempt can end: a status code, or one of these named failures."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

__all__ = [
    "FAILURES",
    "FORBIDDEN",
    "LOST_ACK",
    "MALFORMED",
    "NAME",
    "OTHER",
    "REDIRECTS",
    "REFUSED",
    "RESET",
    "TIMEOUT",
    "TLS",
    "TOO_LARGE",
    "UNREACHABLE",
    "in_words",
]

TIMEOUT: Final = "timeout"
REFUSED: Final = "refused"
RESET: Final = "reset"
TLS: Final = "tls"
MALFORMED: Final = "malformed"
TOO_LARGE: Final = "too-large"
NAME: Final = "name"
UNREACHABLE: Final = "unreachable"
FORBIDDEN: Final = "forbidden"
REDIRECTS: Final = "redirects"
LOST_ACK: Final = "lost-ack"
OTHER: Final = "error"

FAILURES: Final = MappingProxyType(
    {
        TIMEOUT: "no complete answer within the time limit",
        REFUSED: "the receiver refused the connection",
        RESET: "the connection was closed before an answer",
        TLS: "the secure connection could not be made",
        MALFORMED: "the answer was not valid HTTP",
        TOO_LARGE: "the answer was larger than the cap",
        NAME: "the receiver's name was not found",
        UNREACHABLE: "no route to the receiver",
        FORBIDDEN: "the receiver's address is not one that mohook may deliver to",
        REDIRECTS: "the receiver redirected too often",
        LOST_ACK: "the receiver answered, and its answer was lost on the way (scripted)",
        OTHER: "the request failed",
    }
)
"""Every named failure, with what it means in words."""


def in_words(outcome: str) -> str:
    """Return a sentence part for an outcome: a named failure, or a status code.

    >>> in_words("timeout")
    'no complete answer within the time limit'
    >>> in_words("500")
    'answered 500'
    """
    return FAILURES.get(outcome) or f"answered {outcome}"
