"""`mohook messages`: a list of messages, or one with its timeline."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mohook.cli.flags import client_at, config_flag, json_flag, url_flag
from mohook.cli.screen import (
    console_for,
    instant,
    new_table,
    plain,
    print_blocks,
    print_json,
    quoted,
)

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["messages"]

JSON = dict[str, Any]
_BODY_SHOWN = 200

_EPILOG = """\b
Examples:
  mohook messages                      all of them, oldest first
  mohook messages --state failed       those that the provider has given up
  mohook messages m3                   one, with every attempt
  mohook messages m3 --json | jq .     as the control API has it
"""


@click.command(epilog=_EPILOG)
@click.argument("message_id", metavar="[ID]", required=False)
@click.option("--provider", type=click.Choice(["ip1", "intelepeer"]))
@click.option("--state", type=click.Choice(["pending", "delivered", "failed", "held"]))
@click.option("--to", "recipient", metavar="NUMBER", help="Only messages to this number.")
@click.option("--after", metavar="ID", help="Only messages that came after this one.")
@click.option(
    "--limit",
    type=click.IntRange(1, 1000),
    default=100,
    metavar="N",
    help="At most so many, up to 1000.  [default: 100]",
)
@url_flag
@config_flag
@json_flag
def messages(
    message_id: str | None,
    url: str | None,
    config: Path | None,
    as_json: bool,
    limit: int,
    **wanted: str | None,
) -> None:
    """List messages, or show one with all of its attempts."""
    client = client_at(url, config)
    if message_id:
        message = client.message(message_id)
        print_json(message) if as_json else show_message(console_for(), message)
        return
    found = client.messages(limit=limit, **wanted)
    print_json({"messages": found}) if as_json else show_messages(console_for(), found)


def show_messages(console: Console, found: list[JSON]) -> None:
    """Print messages as a table, one line each."""
    from mohook.cli.attempts import state_text

    if not found:
        console.print("No messages. Send one: mohook send ip1 --body hello")
        return
    table = new_table("id", "provider", "from", "to", "text", "state", "attempts", "next")
    for message in found:
        table.add_row(
            message["id"],
            message["provider"],
            plain(message["from"]),
            plain(message["to"]),
            quoted(message["body"], most=24),
            state_text(message),
            str(message["attempts_made"]),
            _next(message),
        )
    print_blocks(console, table)


def show_message(console: Console, message: JSON) -> None:
    """Print one message: what it is, its timeline, its payload."""
    from mohook.cli.attempts import attempt_text, message_text, state_text

    heading = state_text(message)
    console.print(f"{message['id']}  {message['provider']}  ", message_text(message), sep="")
    console.print(heading, _next_in_words(message), sep="", soft_wrap=True)
    if message["attempts"]:
        console.print("\nAttempts (times are the emulator's, UTC)", style="bold")
    for attempt in message["attempts"]:
        console.print("  ", attempt_text(attempt, dates=True), sep="", soft_wrap=True)
        for line in _evidence(attempt):
            console.print(f"      {line}", style="dim", soft_wrap=True)
    console.print("\nPayload", style="bold")
    text = json.dumps(message["payload"], indent=2, ensure_ascii=False)
    for line in text.splitlines():
        console.print(f"  {plain(line)}", soft_wrap=True)


def _evidence(attempt: JSON) -> list[str]:
    lines = [f"POST {attempt['request']['url']}  {attempt['duration_ms']:.0f} ms"]
    if attempt["error"]:
        lines.append(plain(attempt["error"]))
    if attempt["response"]["body"]:
        lines.append(f"answer: {quoted(attempt['response']['body'], most=_BODY_SHOWN)}")
    return lines


def _next(message: JSON) -> str:
    due = message["next_attempt_at"]
    return f"{instant(due):%m-%d %H:%M:%S}" if due else ""


def _next_in_words(message: JSON) -> str:
    if message["state"] == "held":
        return " until its number has a webhook"
    due = message["next_attempt_at"]
    return f", next attempt at {instant(due):%Y-%m-%d %H:%M:%S}" if due else ""
