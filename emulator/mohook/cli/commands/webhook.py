"""`mohook webhook`: IntelePeer's documented configuration calls, from the shell."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mohook.cli.failures import FINDINGS
from mohook.cli.flags import client_at, config_flag, json_flag, settings_from, url_flag
from mohook.cli.screen import console_for, new_table, plain, print_blocks, print_json
from mohook.providers.intelepeer.paths import WEBHOOK

if TYPE_CHECKING:
    from mohook.client import Client

__all__ = ["webhook"]

_ANY_TOKEN = "mohook"  # noqa: S105 - good where the settings name no token: then any is

_token_flag = click.option(
    "--token",
    metavar="TOKEN",
    help="IntelePeer's token.  [default: that of mohook.toml, where it names customers]",
)
_SET_EPILOG = f"""\b
Examples:
  mohook webhook set +12161112222 http://127.0.0.1:5000/sms
  mohook webhook set +12161112222 1-1234 http://127.0.0.1:5000/sms

\b
The same by hand:
  curl http://127.0.0.1:7670{WEBHOOK} \\
    -H 'Authorization: Bearer TOKEN' -H 'Content-Type: application/json' \\
    -d '{{"endpoints": ["+12161112222"], "webhook": "http://127.0.0.1:5000/sms"}}'
"""


@click.group()
def webhook() -> None:
    """Set or show the webhook of IntelePeer numbers, by the provider's documented API.

    ip1 has no such API: its callback URL is set with `mohook serve --ip1-callback URL`.
    """


@webhook.command("set", epilog=_SET_EPILOG)
@click.argument("numbers", metavar="NUMBER...", nargs=-1, required=True)
@click.argument("target", metavar="URL")
@_token_flag
@url_flag
@config_flag
@json_flag
def set_(
    numbers: tuple[str, ...],
    target: str,
    token: str | None,
    url: str | None,
    config: Path | None,
    as_json: bool,
) -> None:
    """Let the messages to each NUMBER be posted to URL."""
    client = client_at(url, config)
    answer = client.set_webhook(numbers, target, token=token or _token(config))
    _show(client, answer, as_json=as_json)


@webhook.command(
    epilog="\b\nExamples:\n  mohook webhook show +12161112222\n  mohook webhook show +12161112222 "
    "1-1234 --json"
)
@click.argument("numbers", metavar="NUMBER...", nargs=-1, required=True)
@_token_flag
@url_flag
@config_flag
@json_flag
def show(
    numbers: tuple[str, ...],
    token: str | None,
    url: str | None,
    config: Path | None,
    as_json: bool,
) -> None:
    """Show where the messages to each NUMBER are posted."""
    client = client_at(url, config)
    answer = client.webhook(numbers, token=token or _token(config))
    _show(client, answer, as_json=as_json)


def _token(config: Path | None) -> str:
    customers = settings_from(config).intelepeer.customers.values()
    return next((each.token for each in customers if each.token), _ANY_TOKEN)


def _show(client: Client, answer: dict[str, Any], *, as_json: bool) -> None:
    rows = _rows(answer)
    if as_json:
        print_json(answer)
    else:
        table = new_table("status", "number", "webhook", "state")
        for status, number, target, state in rows:
            table.add_row(str(status), plain(number), plain(target), state)
        print_blocks(console_for(), table)
    client.close()
    if any(status >= 400 for status, *_ in rows):
        raise click.exceptions.Exit(FINDINGS)


def _rows(answer: dict[str, Any]) -> list[tuple[int, str, str, str]]:
    """Return status, number, webhook and state of each; a bulk answer has one record a number."""
    if "endpoints" not in answer:
        return [_row(answer["code"], answer.get("tnkey", ""), answer)]
    return [
        _row(each["status"], each["endpoint"], each["response"]) for each in answer["endpoints"]
    ]


def _row(status: int, number: str, record: dict[str, Any]) -> tuple[int, str, str, str]:
    state = record.get("provisioning", {}).get("state", "")
    refusal = record.get("error") or record.get("detail")
    return status, number, refusal or record.get("webhook") or "(none)", state
