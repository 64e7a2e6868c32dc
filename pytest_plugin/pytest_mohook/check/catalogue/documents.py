"""What the checks rest on: the words of the documents, and assumptions by their ids."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

__all__ = [
    "AGAIN",
    "EXACTLY_200",
    "ID",
    "INTELEPEER",
    "IP1",
    "SENDERS",
    "SIGNATURE",
    "TEXT",
    "TIME_LIMIT",
    "assumption",
]

IP1 = "ip1, Receive incoming SMS"
INTELEPEER = "IntelePeer, Receiving SMS Messages"

EXACTLY_200: Final[Mapping[str, str]] = {
    "ip1": f'{IP1}: "expects a 200 OK if the SMS is delivered correctly"',
    "intelepeer": f'{INTELEPEER}, Behavior: "expects an HTTP 200 response"',
}
AGAIN: Final[Mapping[str, str]] = {
    "ip1": f'{IP1}: "If any other status … is received, the incoming SMS will be re-sent"',
    "intelepeer": f'{INTELEPEER}, Behavior: "will attempt to resend the message, up to a total '
    'of 5 attempts"',
}
TEXT: Final[Mapping[str, str]] = {
    "ip1": f'{IP1}, body: "The message contents"',
    "intelepeer": f'{INTELEPEER}, message: "The contents of the text message"',
}
ID: Final[Mapping[str, str]] = {
    "ip1": f'{IP1}, id: "A unique ID for the specific message"',
    "intelepeer": f'{INTELEPEER}, refid: "32-character identifier of this message"',
}
SENDERS: Final[Mapping[str, str]] = {
    "ip1": f'{IP1}, sender: "The sender ID of the message\'s originator"; ip1, sending page',
    "intelepeer": f'{INTELEPEER}, from: "The number from which the text was sent in E.164 format"',
}
SIGNATURE: Final = (
    f'{INTELEPEER}, signature: "Use this code to verify the message was sent from IntelePeer"'
)


def assumption(name: str) -> str:
    """Return how a basis names a row of the ledger, which `mohook assumptions` shows."""
    return f"assumption {name}"


TIME_LIMIT: Final = assumption("time-limit")
