"""`mohook send`: an SMS, through a running emulator or straight to a receiver."""

from __future__ import annotations

import json
import os
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mohook.cli.flags import (
    client_at,
    config_flag,
    duration,
    header_flag,
    insecure_flag,
    json_flag,
    settings_from,
    url_flag,
)
from mohook.samples import SAMPLES, recipient_for

if TYPE_CHECKING:
    from mohook.settings import Settings
    from mohook.submission import Submission

__all__ = ["send"]

_GIVEN = click.core.ParameterSource.COMMANDLINE
_DIRECT_CLOCK = "x60"
_DIRECT_ATTEMPTS = 5

_EPILOG = f"""\b
Examples:
  mohook send ip1 --body hello
  mohook send intelepeer --to +12161112222 --body "Hello World!" --wait 2m
  mohook send ip1 --count 10000 --wait 60
  mohook send ip1 --field priority=2 --field 'mcc="240"'
  echo hello | mohook send ip1 --body -
  mohook send ip1 --webhook http://127.0.0.1:5000/sms       no emulator needed
  mohook send ip1 --webhook https://sms.test:8443/ --header 'X-Api-Key: hush' --insecure

\b
Through an emulator, the command shows the first attempt and leaves; with --wait it
stays until all is settled, and ends with 1 where something is then not delivered.

\b
With --webhook it makes all retries itself, on a clock {_DIRECT_CLOCK[1:]} times as fast as real
time (--clock). ip1 by itself never gives up: it stops after {_DIRECT_ATTEMPTS} attempts a
message, unless --attempts or --wait says otherwise. It ends with 0 when delivered, 1 when not,
3 when nothing ever listened there.
"""


@click.command(epilog=_EPILOG)
@click.argument("provider", type=click.Choice(["ip1", "intelepeer"]))
@click.option("--from", "sender", metavar="NUMBER", help="Who sends it.  [default: a sample's]")
@click.option("--to", "recipient", metavar="NUMBER", help="Your number.  [default: a sample's]")
@click.option("--body", metavar="TEXT", help="The text; - reads it from stdin.")
@click.option(
    "--count", type=click.IntRange(min=1), default=1, metavar="N", help="Send it so many times."
)
@click.option("--batch", is_flag=True, help="ip1: all of them in one request, with one batchId.")
@click.option(
    "--field",
    "fields",
    multiple=True,
    metavar="NAME=JSON",
    help="Replace or add a field of the payload, right or wrong.",
)
@click.option("--wait", type=duration, metavar="SECONDS", help="Until settled, at most so long.")
@url_flag
@click.option("--webhook", metavar="URL", help="Straight to this receiver, with no emulator.")
@click.option(
    "--attempts",
    type=click.IntRange(min=1),
    metavar="N",
    help="With --webhook: at most so many a message.",
)
@click.option(
    "--clock", metavar="real|xN", help=f"With --webhook: how fast.  [default: {_DIRECT_CLOCK}]"
)
@click.option(
    "--allow-host", multiple=True, metavar="PATTERN", help="With --webhook: deliver there too."
)
@header_flag
@insecure_flag
@config_flag
@json_flag
def send(
    provider: str,
    url: str | None,
    webhook: str | None,
    wait: timedelta | None,
    attempts: int | None,
    clock: str | None,
    allow_host: tuple[str, ...],
    header: tuple[str, ...],
    insecure: bool,
    config: Path | None,
    as_json: bool,
    **message: Any,
) -> None:
    """Send an SMS as a handset does: the provider then posts it to the receiver."""
    if message["batch"] and provider != "ip1":
        msg = "--batch goes with ip1: IntelePeer has no requests of several messages"
        raise click.UsageError(msg)
    if webhook is None:
        if attempts or clock or allow_host or header or insecure:
            msg = (
                "--attempts, --clock, --allow-host, --header and --insecure go with --webhook: "
                "an emulator has its own"
            )
            raise click.UsageError(msg)
        from mohook.cli.through import send_through

        client = client_at(url, config)
        submission = _submission(provider, message, settings_from(config))
        code = send_through(client, submission, wait=wait, as_json=as_json)
    else:
        if click.get_current_context().get_parameter_source("url") is _GIVEN:
            msg = "--url and --webhook: give one, for --webhook needs no emulator"
            raise click.UsageError(msg)
        from mohook.cli.direct import aimed_at, send_straight

        flags = {
            "clock": _running(clock),
            "allow_host": allow_host,
            "header": header,
            "insecure": insecure or None,
        }
        settings = settings_from(config, flags)
        submission = _submission(provider, message, settings)
        code = send_straight(
            aimed_at(settings, webhook, keep=submission.count),
            submission,
            most=attempts or (None if wait else _DIRECT_ATTEMPTS),
            wait=wait,
            as_json=as_json,
        )
    raise click.exceptions.Exit(code)


def _running(clock: str | None) -> str:
    if clock == "manual":
        msg = "expected real or xN, such as x600: nobody would move a manual clock here"
        raise click.BadParameter(msg, param_hint="--clock")
    return clock or _DIRECT_CLOCK


def _submission(provider: str, message: dict[str, Any], settings: Settings) -> Submission:
    from mohook.submission import Submission

    sample, sender, recipient = SAMPLES[provider], message["sender"], message["recipient"]
    # An empty text is given, by a shell's variable perhaps: it is refused, never replaced.
    return Submission(
        provider,
        sample.sender if sender is None else sender,
        recipient_for(provider, settings) if recipient is None else recipient,
        sample.body if message["body"] is None else _text(message["body"]),
        fields=dict(map(_field, message["fields"])),
        count=message["count"],
        batch=message["batch"],
    )


def _text(body: str) -> str:
    """Return the text that `--body` names: whatever the locale is, it is UTF-8."""
    try:
        return (_piped().removesuffix(b"\n") if body == "-" else os.fsencode(body)).decode()
    except UnicodeError as problem:
        msg = f"no UTF-8 ({problem}): expected a text in UTF-8"
        raise click.BadParameter(msg, param_hint="--body") from None


def _piped() -> bytes:
    if sys.stdin is None:
        msg = "- reads the text from stdin, which is closed: pipe a text in, or give it here"
        raise click.BadParameter(msg, param_hint="--body")
    return sys.stdin.buffer.read()


def _field(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    try:
        if name and equals:
            return name, json.loads(value)
    except ValueError:
        pass  # no JSON: refused below, like what has no name
    msg = f"""{text!r}: expected NAME=JSON, such as priority=2 or 'mcc="240"' (a text in quotes)"""
    raise click.BadParameter(msg, param_hint="--field")
