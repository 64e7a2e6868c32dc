"""`mohook clock`: where the clock stands, and letting it go on otherwise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from mohook.cli.flags import client_at, config_flag, json_flag, url_flag
from mohook.cli.screen import instant, print_json
from mohook.cli.words import clock_in_words

__all__ = ["clock"]

_EPILOG = """\b
Examples:
  mohook clock                         where it stands, and what is due next
  mohook clock manual                  it stands from now on: mohook advance
  mohook clock x60                     it runs sixty times as fast
  mohook clock real                    it runs at the pace of real time
"""


@click.command(epilog=_EPILOG)
@click.argument("mode", metavar="[real|manual|xN]", required=False)
@url_flag
@config_flag
@json_flag
def clock(mode: str | None, url: str | None, config: Path | None, as_json: bool) -> None:
    """Show the emulator's clock; or change how it runs, from the instant where it stands.

    What is in flight then ends as it would have. A clock that is being moved by
    `mohook advance` begins to run after that.
    """
    client = client_at(url, config)
    shown = client.clock() if mode is None else client.change_clock(mode)
    if as_json:
        print_json(shown)
    else:
        click.echo(_in_words(shown))


def _in_words(shown: dict[str, Any]) -> str:
    now = f"It is {instant(shown['now']):%Y-%m-%d %H:%M:%S} UTC"
    return f"{now}, {clock_in_words(shown['mode'])}. {_what_is_due(shown)}."


def _what_is_due(shown: dict[str, Any]) -> str:
    if shown["next_due"] is None:
        return "Nothing is pending"
    return f"{shown['pending']:,} pending, next at {instant(shown['next_due']):%Y-%m-%d %H:%M:%S}"
