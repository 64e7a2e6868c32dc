"""What a command that puts a receiver to the test takes, and what it refuses before it begins."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import click

from mohook.cli.failures import INTERRUPTED
from mohook.cli.flags import config_flag, header_flag, insecure_flag, settings_from
from pytest_mohook.check.tables import keep_tables_in_the_cache

if TYPE_CHECKING:
    from mohook.settings import Settings
    from pytest_mohook.check.readback.shared import SharedReadback
    from pytest_mohook.check.target import Target

__all__ = ["provider_option", "reached", "receiver_options", "seed_of", "settings_of"]

F = TypeVar("F", bound=Callable[..., Any])

_PROVIDERS = ("ip1", "intelepeer")

provider_option = click.option("--provider", type=click.Choice(_PROVIDERS), help="Who posts to it.")
_OPTIONS = (
    click.option("--readback", metavar="URL", help="Answers what is stored, as a JSON array."),
    click.option("--readback-command", metavar="COMMAND", help="Prints the same."),
    click.option("--readback-id", metavar="POINTER", help="Where the id is in each: /data/id."),
    click.option("--readback-text", metavar="POINTER", help="Where the text is in each."),
    click.option("--settle", metavar="SECONDS", help="Storing may take so long.  [default: 0]"),
    click.option("--secret", metavar="TEXT", help="IntelePeer's shared code."),
    click.option(
        "--signature",
        type=click.Choice(["absent", "literal", "hmac"]),
        help="How IntelePeer signs.  [default: literal]",
    ),
    click.option("--timeout", metavar="SECONDS", help="The time limit for an answer."),
    header_flag,
    insecure_flag,
    click.option(
        "--allow-host", multiple=True, metavar="PATTERN", help="The receiver may be there too."
    ),
    click.option("--seed", metavar="N", help="Governs what is chosen.  [default: drawn]"),
    config_flag,
)
_SETTINGS = (
    "readback", "readback_command", "readback_id", "readback_text", "settle", "secret",
    "signature", "timeout", "header", "allow_host", "seed",
)  # fmt: skip


def receiver_options(command: F) -> F:
    """Give a command the options that say how the receiver is asked and what it is sent."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def settings_of(given: dict[str, Any], provider: str) -> Settings:
    """Return the settings; an inventory that they close is open for a check's own numbers."""
    keep_tables_in_the_cache()
    if provider != "intelepeer":
        _refuse_signing(given, provider)
    if given["readback"] and given["readback_command"]:
        msg = "--readback and --readback-command: give one of them"
        raise click.UsageError(msg)
    flags = {name: given.get(name) for name in _SETTINGS} | {"insecure": given["insecure"] or None}
    settings = settings_from(given["config"], flags)
    check = settings.check
    if given["readback"]:
        check = replace(check, readback_command=None)
    elif given["readback_command"]:
        check = replace(check, readback=None)
    if not (check.readback or check.readback_command):
        _refuse_pointers(given)
    return replace(
        settings,
        check=check,
        ip1=replace(settings.ip1, accounts={}),
        intelepeer=replace(settings.intelepeer, customers={}, numbers={}),
    )


def _refuse_signing(given: dict[str, Any], provider: str) -> None:
    for flag in ("secret", "signature"):
        if given[flag] is not None:
            msg = f"--{flag} is for IntelePeer, which signs; {provider} does not: leave it out"
            raise click.UsageError(msg)


def _refuse_pointers(given: dict[str, Any]) -> None:
    for flag in ("readback_id", "readback_text"):
        if given[flag]:
            msg = (
                f"--{flag.replace('_', '-')} without a readback: give --readback URL or "
                "--readback-command COMMAND, or leave it out"
            )
            raise click.UsageError(msg)


def seed_of(settings: Settings) -> int:
    """Return the seed that was given, or else one that was drawn."""
    from random import SystemRandom

    seed = settings.serve.seed
    return SystemRandom().randrange(1_000_000) if seed is None else seed


@contextmanager
def reached(
    url: str, provider: str, settings: Settings, *libraries: str, is_storm: bool = False
) -> Iterator[tuple[Target, SharedReadback | None]]:
    """Give the receiver at a URL, and its readback, once both are known to answer.

    Within, Ctrl-C suffers no delay; `libraries` are imported before. Raises what `require_reach`
    raises; ReadbackError for what is no list of messages.
    """
    from time import monotonic

    from mohook.cli.process import ending_at_once, raise_file_limit
    from mohook.providers import PROVIDERS
    from pytest_mohook.check.reach import require_reach
    from pytest_mohook.check.target import Target

    readback = _readback(url, provider, settings)
    target = Target(
        url=url,
        provider=provider,
        settings=settings,
        readback=readback,
        settle=settings.check.settle,
    )
    raise_file_limit()
    with ending_at_once(INTERRUPTED, *libraries):
        require_reach(url, settings, is_storm=is_storm)
        if readback:
            readback.first(PROVIDERS[provider].wire)
            target.traffic.was_read(monotonic())
        yield target, readback


def _readback(url: str, provider: str, settings: Settings) -> SharedReadback | None:
    from mohook.errors import InputError
    from mohook.providers import PROVIDERS
    from pytest_mohook.check.readback.pointers import Pointers
    from pytest_mohook.check.readback.shared import SharedReadback
    from pytest_mohook.check.readback.sources import CommandReadback, UrlReadback

    check = settings.check
    if check.readback and check.readback_command:
        msg = "check.readback and check.readback_command are both set: expected one of them"
        raise InputError(msg)
    pointers = Pointers.of(check, PROVIDERS[provider].wire)
    if check.readback:
        return SharedReadback(UrlReadback(check.readback, pointers, settings, url))
    if check.readback_command:
        return SharedReadback(CommandReadback(check.readback_command, pointers))
    return None
