"""`mohook resend`: one message again, or all that failed."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mohook.cli.flags import client_at, config_flag, json_flag, url_flag
from mohook.cli.screen import instant, print_json
from mohook.durations import parse_duration
from mohook.errors import InputError

if TYPE_CHECKING:
    from mohook.client import Client

__all__ = ["resend"]

_EPILOG = """\b
Examples:
  mohook resend m3                     this one, now
  mohook resend --failed               every message that was given up
  mohook resend --failed --since 1h    those tried in the last hour
"""


@click.command(epilog=_EPILOG)
@click.argument("message_id", metavar="[ID]", required=False)
@click.option("--failed", is_flag=True, help="All messages that the provider has given up.")
@click.option(
    "--since",
    metavar="TIME",
    help="With --failed: last tried then or later. An instant (2026-01-01T12:00:00Z), or how "
    "long ago by the emulator's clock (1h).",
)
@url_flag
@config_flag
@json_flag
def resend(
    message_id: str | None,
    failed: bool,
    since: str | None,
    url: str | None,
    config: Path | None,
    as_json: bool,
) -> None:
    """Send a message again, with the full number of tries."""
    if (message_id is None) is not failed:
        msg = "give the ID of a message, or --failed for all that failed"
        raise click.UsageError(msg)
    if since and not failed:
        msg = "--since goes with --failed"
        raise click.UsageError(msg)
    client = client_at(url, config)
    if message_id:
        again = [client.resend(message_id)]
    else:
        again = client.resend_failed(_since(since, client) if since else None)
    if as_json:
        print_json({"messages": again})
    else:
        click.echo(_in_words([message["id"] for message in again]))


def _since(text: str, client: Client) -> datetime:
    try:
        return instant(client.clock()["now"]) - parse_duration(text)
    except InputError:
        pass  # no duration: then it is an instant
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        msg = f"{text!r}: expected an instant such as 2026-01-01T12:00:00Z, or a duration as 1h"
        raise click.BadParameter(msg, param_hint="--since") from None


def _in_words(ids: list[str]) -> str:
    if not ids:
        return "No message has failed: nothing to send again."
    if len(ids) == 1:
        return f"{ids[0]} is due now. Follow it: mohook messages {ids[0]}"
    return f"{len(ids)} messages are due now: {ids[0]} to {ids[-1]}. Follow them: mohook messages"
