"""The one way onto stdout: a rich console for people, JSON for programs."""

from __future__ import annotations

import json
import os
import sys
from datetime import datetime
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table

__all__ = [
    "console_for",
    "instant",
    "new_table",
    "plain",
    "print_blocks",
    "print_json",
    "print_json_line",
    "quoted",
]

_PIPED_WIDTH = 10_000


def console_for(*, stderr: bool = False) -> Console:
    """Return a console: as wide as the terminal, or so wide in a pipe that nothing is cut.

    It takes no markup and highlights nothing, for what it prints is other people's text.
    Colour follows the terminal, `NO_COLOR` and `FORCE_COLOR`.
    """
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() or os.environ.get("COLUMNS") else _PIPED_WIDTH
    return Console(file=stream, width=width, markup=False, highlight=False, emoji=False)


def new_table(*headings: str) -> Table:
    """Return a table without lines: it reads well in a terminal and parses well in a pipe."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def print_blocks(console: Console, *blocks: RenderableType) -> None:
    """Print tables and paragraphs; in a pipe without the spaces that fill their lines."""
    if console.file.isatty():
        console.print(*blocks)
        return
    with console.capture() as capture:
        console.print(*blocks, sep="\n")
    click.echo("\n".join(line.rstrip() for line in capture.get().splitlines()))


def print_json(data: object, *, compact: bool = False) -> None:
    """Print one JSON document, indented for reading, or `compact` on one line."""
    utf8 = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    separators = (",", ":") if compact else (",", ": ")
    text = json.dumps(
        data, ensure_ascii=not utf8, indent=None if compact else 2, separators=separators
    )
    click.echo(text)


def print_json_line(data: object) -> None:
    """Print one event as a line of its own, at once."""
    print_json(data, compact=True)


def plain(text: str) -> str:
    r"""Return text that cannot steer a terminal: control characters are spelled out.

    >>> plain("a\x1b[31mb\n")
    'a\\x1b[31mb\\n'
    """
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else repr(each)[1:-1] for each in text)


def quoted(text: str, most: int = 40) -> str:
    """Return a message's text in quotes, on one line and at most so long.

    >>> quoted("Hello World!", most=8)
    '"Hello W…"'
    """
    shown = plain(text)
    return f'"{shown}"' if len(shown) <= most else f'"{shown[: most - 1]}…"'


def instant(text: str) -> datetime:
    """Return an instant of the control API.

    >>> instant("2026-01-01T12:00:00.000Z").hour
    12
    """
    return datetime.fromisoformat(text)
