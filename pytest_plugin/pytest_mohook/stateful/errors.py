"""What a machine raises when a receiver does not survive a history."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_mohook.oracle.findings import Finding, FindingKind

__all__ = ["ReceiverError", "programs", "receiver_error"]


class ReceiverError(AssertionError):
    """A receiver does not survive a history: `findings` say why, `program` replays it."""

    def __init__(self, text: str, findings: Sequence[Finding], program: str) -> None:
        super().__init__(f"{text}\n\n{program}")
        self.findings: tuple[Finding, ...] = tuple(findings)
        self.program = program


# Hypothesis tells failures apart by their class, and shrinks each by itself.
_KINDS: dict[FindingKind, type[ReceiverError]] = {
    kind: type(f"Message{kind.capitalize()}", (ReceiverError,), {"__module__": __name__})
    for kind in FindingKind
}


def receiver_error(text: str, findings: Sequence[Finding], program: str) -> ReceiverError:
    """Return the error of the first finding's kind.

    >>> raised = receiver_error("…", [Finding(FindingKind.LOST, "…")], "…")
    >>> type(raised).__name__
    'MessageLost'
    """
    return _KINDS[findings[0].kind](text, findings, program)


def programs(problem: BaseException) -> list[str]:
    """Return the program of an error, or of each in a group of several.

    >>> programs(ExceptionGroup("two", [ReceiverError("…", [], "a"), ReceiverError("…", [], "b")]))
    ['a', 'b']
    """
    if isinstance(problem, BaseExceptionGroup):
        return [program for each in problem.exceptions for program in programs(each)]
    return [problem.program] if isinstance(problem, ReceiverError) else []
