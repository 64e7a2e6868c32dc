"""`mohook assumptions`: the ledger of what is documented, assumed and unknown."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mohook.cli.flags import client_at, config_flag, json_flag, settings_from
from mohook.cli.screen import console_for, print_blocks, print_json
from mohook.samples import PROVIDER_TITLES

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

__all__ = ["assumptions"]

JSON = dict[str, Any]
_TITLES = {**PROVIDER_TITLES, "both": "Both providers"}
_STYLES = {"documented": "green", "assumed": "yellow", "unknown": "magenta"}
_EPILOG = """\b
Examples:
  mohook assumptions                   all, with the switches of mohook.toml
  mohook assumptions --grade assumed   what we chose because nobody says
  mohook assumptions ip1 --changed     what stands otherwise than by default
  mohook assumptions --url http://127.0.0.1:7670     as a running emulator has them

\b
A switch is a key of mohook.toml ([ip1] retry = "dlr-like") and a variable (MOHOOK_IP1_RETRY).
"""


@click.command(epilog=_EPILOG)
@click.argument(
    "provider", metavar="[ip1|intelepeer]", type=click.Choice(["ip1", "intelepeer"]), required=False
)
@click.option("--grade", type=click.Choice(["documented", "assumed", "unknown"]))
@click.option("--changed", is_flag=True, help="Only switches that stand otherwise than by default.")
@click.option(
    "--url",
    envvar="MOHOOK_URL",
    metavar="URL",
    help="Ask this running emulator.  [default: read the settings here]",
)
@config_flag
@json_flag
def assumptions(
    provider: str | None,
    grade: str | None,
    changed: bool,
    url: str | None,
    config: Path | None,
    as_json: bool,
) -> None:
    """Show each behaviour of the emulator: who says so, and which switch changes it.

    documented: a provider says so. assumed: nobody says, we chose. unknown: nobody says, and
    the emulator does neither.
    """
    rows = [
        row
        for row in _rows(url, config)
        if (provider is None or row["provider"] in (provider, "both"))
        and grade in (None, row["grade"])
        and (row["changed"] or not changed)
    ]
    if as_json:
        print_json({"assumptions": rows})
    else:
        _show(console_for(), rows)


def _rows(url: str | None, config: Path | None) -> list[JSON]:
    if url:
        return client_at(url, config).assumptions()
    from mohook.assumptions import ledger

    return [entry.to_json() for entry in ledger(settings_from(config))]


def _show(console: Console, rows: list[JSON]) -> None:
    if not rows:
        console.print("None of them: leave out --grade or --changed to see more.")
    for provider, title in _TITLES.items():
        of_provider = [row for row in rows if row["provider"] == provider]
        if of_provider:
            console.print(f"\n{title}", style="bold underline")
        for row in of_provider:
            _show_row(console, row)


def _show_row(console: Console, row: JSON) -> None:
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    source = f"{row['source']}. {row['note']}" if row["note"] else row["source"]
    grid = Table.grid()
    grid.add_column(width=11)
    grid.add_column()
    grid.add_row(Text(row["grade"], _STYLES[row["grade"]]), Text(row["says"]))
    for line in (*_switch(row), Text(source, "dim")):
        grid.add_row("", line)
    print_blocks(console, Padding(grid, (1, 0, 0, 2), expand=False))


def _switch(row: JSON) -> list[Text]:
    from rich.text import Text

    if not row["switch"]:
        return []
    switch = Text.assemble((f"{row['switch']} = {row['value']}", "bold" if row["changed"] else ""))
    if row["choices"]:
        switch.append(f"  ({' | '.join(row['choices'])})", "dim")
    if row["changed"]:
        switch.append(f"  ← changed, by default {row['default']}", "bold yellow")
    return [switch]
