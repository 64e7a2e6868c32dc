"""Whether a receiver acknowledged what was valid, sooner or later: pure."""

from __future__ import annotations

import reprlib
from collections.abc import Iterable

from mohook.delivery.message import Attempt, Message, State
from mohook.delivery.outcome import in_words
from mohook.settings import Settings
from pytest_mohook.oracle.answers import refusals
from pytest_mohook.oracle.findings import Finding, FindingKind

__all__ = ["check_acknowledged"]


def check_acknowledged(
    messages: Iterable[Message], *, settings: Settings | None = None
) -> list[Finding]:
    """Return the valid messages that the receiver did not acknowledge in any real attempt.

    A receiver that stores nothing and acknowledges nothing satisfies `check_stored`; not this.
    Ask when the messages have had their attempts: one refusal is a receiver's right.
    """
    findings = []
    for message in messages:
        refused = refusals(message, settings or Settings())
        if refused and message.state is not State.DELIVERED:
            findings.append(_refused(message, refused))
    return findings


def _refused(message: Message, refused: list[Attempt]) -> Finding:
    span = refused[-1].started_at - refused[0].started_at
    sentence = (
        f"{message.id} {reprlib.repr(message.body)} is valid, and was never acknowledged in "
        f"{len(refused)} attempts over {span}; {_last(refused[-1])}"
    )
    return Finding(FindingKind.REFUSED, sentence, (message.id,))


def _last(attempt: Attempt) -> str:
    """Say how an attempt ended: its status and body, or why there is none."""
    if attempt.status_code is None:
        return f"the last one: {in_words(attempt.outcome)}"
    said = attempt.error or attempt.response_body.decode("utf-8", "replace")
    return f"the last one: {in_words(str(attempt.status_code))}, {reprlib.repr(said)}"
