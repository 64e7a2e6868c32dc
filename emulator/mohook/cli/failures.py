"""What went wrong, as a person at the shell meets it: one line on stderr and an exit code."""

from __future__ import annotations

import errno
from typing import IO, Any

import click

from mohook.errors import MohookError, NotSettledError, UnreachableError

__all__ = [
    "FINDINGS",
    "INTERRUPTED",
    "UNREACHABLE",
    "USAGE",
    "CommandError",
    "InterruptedCommandError",
    "shown_failure",
]

FINDINGS = 1
"""Deliveries that failed, or findings of a check."""
USAGE = 2
"""What was asked for cannot be done as it was asked."""
UNREACHABLE = 3
"""No emulator, or no receiver, at the address."""
INTERRUPTED = 130
"""Ctrl-C, as shells count it (128 + SIGINT)."""


class CommandError(click.ClickException):
    """An error with its exit code; click shows it as `Error: …` on stderr."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self._exit_code = exit_code

    @property
    def exit_code(self) -> int:  # type: ignore[override] # click has one for each class
        """What the process ends with."""
        return self._exit_code


class InterruptedCommandError(CommandError):
    """Ctrl-C: `message` says what was still open; it is no error, and not shown as one."""

    def __init__(self, message: str = "Interrupted.", exit_code: int = INTERRUPTED) -> None:
        super().__init__(message, exit_code)

    def show(self, file: IO[Any] | None = None) -> None:
        """Write what was still open, on a line below the terminal's `^C`."""
        click.echo(f"\n{self.message}", file=file, err=True)


def shown_failure(problem: Exception) -> CommandError:
    """Return an exception as an error of the command line, with the exit code that it has."""
    if isinstance(problem, UnreachableError):
        return CommandError(str(problem), UNREACHABLE)
    if isinstance(problem, NotSettledError):
        return CommandError(str(problem), FINDINGS)
    if isinstance(problem, MohookError):
        return CommandError(str(problem), USAGE)
    if isinstance(problem, OSError) and problem.errno == errno.ENOSPC:
        return CommandError(f"cannot write all of the output: {problem.strerror}", FINDINGS)
    return CommandError(
        f"mohook stumbled over {type(problem).__name__}: {problem}\n"
        "This is a bug in mohook. Run the same command as `mohook --debug …` (or with "
        "MOHOOK_DEBUG=1) to see where, and report that.",
        FINDINGS,
    )
