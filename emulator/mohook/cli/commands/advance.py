"""`mohook advance`: moves the manual clock, and everything due on the way happens."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from mohook.cli.failures import InterruptedCommandError
from mohook.cli.flags import client_at, config_flag, duration, json_flag, url_flag
from mohook.cli.screen import instant, print_json
from mohook.client import Client
from mohook.errors import UnreachableError
from mohook.masking import masked_url

__all__ = ["advance"]

_AT_ONCE = timedelta(seconds=0.5)
_EPILOG = """\b
Examples, with an emulator started by `mohook serve --clock manual`:
  mohook advance 10m                   ten minutes
  mohook advance --next                to the next attempt that is due
  mohook advance --idle                until nothing is pending any more
"""


@click.command(epilog=_EPILOG)
@click.argument("span", metavar="[DURATION]", type=duration, required=False)
@click.option("--next", "until", flag_value="next", help="To what is due next.")
@click.option("--idle", "until", flag_value="idle", help="Until nothing is pending.")
@click.option(
    "--max-attempts",
    type=click.IntRange(min=1),
    metavar="N",
    help="Stop with an error beyond so many: ip1 never gives up by itself.",
)
@url_flag
@config_flag
@json_flag
def advance(
    span: timedelta | None,
    until: str | None,
    max_attempts: int | None,
    url: str | None,
    config: Path | None,
    as_json: bool,
) -> None:
    """Move the manual clock by a DURATION such as 10m or 1h30m, to the next attempt, or to idle.

    Answers when every attempt that fell due on the way has ended.
    """
    if (span is None) is (until is None):
        msg = "give one of DURATION, --next and --idle"
        raise click.UsageError(msg)
    client = client_at(url, config)
    try:
        answer = client.advance(span=span, until=until, max_attempts=max_attempts)
    except KeyboardInterrupt:
        asking = client_at(url, config, timeout=_AT_ONCE)
        raise InterruptedCommandError(_left_going(asking)) from None
    if as_json:
        print_json(answer)
    else:
        click.echo(_in_words(answer))


def _left_going(client: Client) -> str:
    """Say that the emulator moves on by itself, and with what, if it tells that at once."""
    pending = "more"
    with suppress(UnreachableError), client:
        pending = f"{client.clock()['pending']:,}"
    where = masked_url(client.url)
    return f"Interrupted with {pending} pending: the emulator at {where} goes on as it was told."


def _in_words(answer: dict[str, Any]) -> str:
    made = answer["attempts_made"]
    attempts = f"{made} attempt" if made == 1 else f"{made} attempts"
    rest = "nothing is pending" if answer["idle"] else "more is pending: mohook messages"
    return f"It is {instant(answer['now']):%Y-%m-%d %H:%M:%S} UTC. {attempts} made; {rest}."
