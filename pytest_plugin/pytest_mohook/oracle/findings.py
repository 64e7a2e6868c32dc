"""What is wrong with a receiver: findings, and the report of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from mohook.delivery.message import Message
from mohook.delivery.timeline import timeline

__all__ = ["Finding", "FindingKind", "report"]


class FindingKind(StrEnum):
    """What is wrong, in words that stay."""

    LOST = "lost"
    """Acknowledged, and not stored."""
    DUPLICATED = "duplicated"
    """Stored more than once."""
    ALTERED = "altered"
    """Stored with another text than was sent."""
    UNACKNOWLEDGED = "unacknowledged"
    """Stored, though the receiver never acknowledged it and the provider tries no more."""
    UNKNOWN = "unknown"
    """Stored, and never sent."""
    REFUSED = "refused"
    """Valid, and never acknowledged however often it was sent."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. `sentence` says it to a person.

    `messages` holds mohook's ids (`m1`) of the messages that it is about, if any.
    """

    kind: FindingKind
    sentence: str
    messages: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.kind}: {self.sentence}"


def report(
    findings: Sequence[Finding], messages: Iterable[Message], *, seed: int | None = None
) -> str:
    """Return findings as text, with the timeline of the messages that they are about.

    >>> finding = Finding(FindingKind.UNKNOWN, "'x' is stored, and was never sent")
    >>> print(report([finding], [], seed=7))
    1 finding about the receiver:
    - unknown: 'x' is stored, and was never sent
    The seed is 7.
    """
    concerned = {each for finding in findings for each in finding.messages}
    heading = f"{len(findings)} finding{'s' * (len(findings) > 1)}"
    lines = [f"{heading} about the receiver:"]
    lines += [f"- {finding}" for finding in findings]
    lines.append(timeline(message for message in messages if message.id in concerned))
    lines += [] if seed is None else [f"The seed is {seed}."]
    return "\n".join(filter(None, lines))
