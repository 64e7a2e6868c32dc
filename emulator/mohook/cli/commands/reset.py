"""`mohook reset`: the emulator as it was at its start."""

from __future__ import annotations

from pathlib import Path

import click

from mohook.cli.flags import client_at, config_flag, json_flag, url_flag
from mohook.cli.screen import print_json
from mohook.masking import masked_url

__all__ = ["reset"]


@click.command(epilog="\b\nExample:\n  mohook reset")
@url_flag
@config_flag
@json_flag
def reset(url: str | None, config: Path | None, as_json: bool) -> None:
    """Forget all messages, attempts and faults; numbers and webhooks are as at the start."""
    client = client_at(url, config)
    client.reset()
    if as_json:
        print_json({"reset": masked_url(client.url)})
    else:
        click.echo(f"{masked_url(client.url)} is as it was at its start.")
