"""`mohook` itself: the list of commands, `--version`, `--debug`, and how every command fails."""

from __future__ import annotations

import errno
import io
import os
import sys
from pathlib import Path
from typing import Any

import click

import mohook as package
from mohook.cli.failures import InterruptedCommandError, shown_failure
from mohook.cli.lazy import LazyCommand, LazyGroup

__all__ = ["COMMANDS", "PLUGINS_OF_OUR_OWN", "mohook"]

_HERE = "mohook.cli.commands"
COMMANDS = {
    "demo": LazyCommand("mohook.cli.demo.command:demo", "See it all work: a story of ten seconds."),
    "serve": LazyCommand(f"{_HERE}.serve:serve", "Run the emulator."),
    "send": LazyCommand(f"{_HERE}.send:send", "Send an SMS to the receiver."),
    "webhook": LazyCommand(f"{_HERE}.webhook:webhook", "Set or show a number's webhook."),
    "messages": LazyCommand(f"{_HERE}.messages:messages", "List messages, or show one's attempts."),
    "resend": LazyCommand(f"{_HERE}.resend:resend", "Send a message again, or all that failed."),
    "clock": LazyCommand(f"{_HERE}.clock:clock", "Show the clock, or change how it runs."),
    "advance": LazyCommand(f"{_HERE}.advance:advance", "Move the manual clock."),
    "reset": LazyCommand(f"{_HERE}.reset:reset", "Forget all messages, faults and changes."),
    "assumptions": LazyCommand(
        f"{_HERE}.assumptions:assumptions", "Show what no document settles, and its switches."
    ),
    "schema": LazyCommand(f"{_HERE}.schema:schema", "Print the JSON Schema of a payload."),
    "openapi": LazyCommand(f"{_HERE}.schema:openapi", "Print the OpenAPI document."),
}
"""Every command of mohook's own, in the order in which somebody new needs them."""

PLUGINS_OF_OUR_OWN = {
    "check": LazyCommand("pytest_mohook.check.command:check", "Check whether a receiver is right."),
    "fuzz": LazyCommand("pytest_mohook.fuzz.command:fuzz", "Look for what a receiver gets wrong."),
    "replay": LazyCommand("pytest_mohook.fuzz.command:replay", "Play a history of a bug again."),
    "load": LazyCommand("pytest_mohook.load.command:load", "Send a storm; count what was lost."),
}
"""What the harness adds by entry points: where it is known to be, and what `--help` says of it."""

_EPILOG = """\b
Start here:
  mohook demo                          see it work, nothing to set up
  mohook serve                         the emulator, on http://127.0.0.1:7670
  mohook send ip1 --body hello         an SMS to the receiver, through it
  mohook check URL --provider ip1      is the receiver there right?

\b
Options come from the flag, else a MOHOOK_… variable, else mohook.toml.
Exit codes: 0 fine, 1 findings or failed deliveries, 2 wrong usage, 3 nothing answers.

\b
Shell completion, here for bash (zsh and fish likewise):
  eval "$(_MOHOOK_COMPLETE=bash_source mohook)"
"""


class _Root(LazyGroup):
    """Turns whatever a command raises into one line and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was named."""
        _never_fail_to_write()
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise InterruptedCommandError from None
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as problem:
            # A reader that has gone is click's to treat: it ends in silence.
            if ctx.params["debug"] or getattr(problem, "errno", None) == errno.EPIPE:
                raise
            raise shown_failure(problem) from problem


def _never_fail_to_write() -> None:
    """Let a terminal that lacks a character show a substitute, and not end the command.

    A closed stdout (`>&-`) is written to in vain: who closes it wants the exit code alone.
    """
    if sys.stdout is None:
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - kept open to the end
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


@click.command(
    cls=_Root,
    commands_at=COMMANDS,
    known_plugins=PLUGINS_OF_OUR_OWN,
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package.__version__, prog_name="mohook")
@click.option(
    "--debug", is_flag=True, envvar="MOHOOK_DEBUG", help="Show the traceback of an error."
)
def mohook(debug: bool) -> None:
    """Run the bench carrier for inbound SMS: ip1 and IntelePeer on your machine.

    It posts messages to your receiver exactly as each provider does, retries as each does,
    and shows every attempt.
    """
    del debug  # _Root reads it, where the errors end up
