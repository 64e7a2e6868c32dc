"""`mohook serve`: the emulator, until somebody ends it."""

from __future__ import annotations

from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import click

from mohook.cli.failures import USAGE, CommandError, InterruptedCommandError
from mohook.cli.flags import (
    config_flag,
    header_flag,
    insecure_flag,
    is_named,
    json_flag,
    settings_from,
)
from mohook.errors import StoreError

if TYPE_CHECKING:
    from mohook.cli.log import EventLog
    from mohook.emulator import Emulator
    from mohook.server.http import HttpServer
    from mohook.settings import Settings
    from mohook.store.store import Store

__all__ = ["serve", "served"]

_GRACE = 0.5  # seconds for answers that are being written
_EPILOG = """\b
Examples:
  mohook serve
  mohook serve --ip1-callback http://127.0.0.1:5000/ip1
  mohook serve --intelepeer-webhook http://127.0.0.1:5000/sms --clock x60
  mohook serve --clock manual          then: mohook advance 10m
  mohook serve --state sms.sqlite      goes on where it ended, however it ended
  mohook serve --port 0 --json         any free port, told on the first line
  mohook serve --header 'X-Api-Key: hush' --insecure      for a gateway before the receiver

\b
Without --ip1-callback and --intelepeer-webhook, messages are held until a webhook is set.
Settings come from the flag, else MOHOOK_PORT and the like, else mohook.toml.
With --state, webhooks, faults and clock come back as they were; what a flag, a
variable or mohook.toml names goes over that.
"""


@click.command(epilog=_EPILOG)
@click.option("--host", metavar="HOST", help="Listen here.  [default: 127.0.0.1]")
@click.option("--port", metavar="PORT", help="0 takes any free one.  [default: 7670]")
@click.option(
    "--control-token",
    metavar="TOKEN",
    help="What whoever uses the API or the pages must show; needed where others reach --host.",
)
@click.option(
    "--log-format",
    metavar="text|json",
    help="json: one object a line, for those who collect logs.  [default: text]",
)
@config_flag
@click.option(
    "--state",
    metavar="PATH|URL",
    help="Keep everything in a file or on PostgreSQL.  [default: in memory alone]",
)
@click.option(
    "--clock", metavar="real|manual|xN", help="x60: as fast as sixty.  [default: as kept, or real]"
)
@click.option(
    "--seed", metavar="N", help="Governs ids, faults and order.  [default: as kept, or drawn]"
)
@click.option("--ip1-callback", metavar="URL", help="Where ip1 posts.")
@click.option("--intelepeer-webhook", metavar="URL", help="Where IntelePeer posts by default.")
@click.option(
    "--allow-host",
    multiple=True,
    metavar="PATTERN",
    help="Deliver to this host, address or network too, not to private addresses alone.",
)
@header_flag
@insecure_flag
@click.option("--keep", metavar="N", help="Finished messages to remember.  [default: 10000]")
@click.option("--quiet", is_flag=True, help="No log of what happens.")
@json_flag
def serve(config: Path | None, quiet: bool, as_json: bool, insecure: bool, **flags: Any) -> None:
    """Run the emulator: IntelePeer's API, the control API, and delivery to your receiver.

    It prints each attempt as it is made, and runs until Ctrl-C.
    """
    from mohook.cli.process import ending_at_once

    settings = settings_from(config, flags | {"insecure": insecure or None})
    clock_named = is_named("serve.clock", config, flags)
    with ending_at_once(exit_code=0):
        emulator, server = served(settings, clock_named=clock_named)
        try:
            log = _log_of(settings)(emulator, as_json=as_json, quiet=quiet)
            log.ready(server.url, server.port)
            log.follow()
        except KeyboardInterrupt:
            raise InterruptedCommandError(_farewell(emulator), exit_code=0) from None
        finally:
            _end(server)
            emulator.stop()


def _log_of(settings: Settings) -> type[EventLog]:
    from mohook.cli.log import EventLog

    if settings.serve.log_format == "text":
        return EventLog
    from mohook.cli.json_log import JsonLog, log_records_as_json

    log_records_as_json()
    return JsonLog


def served(settings: Settings, *, clock_named: bool = False) -> tuple[Emulator, HttpServer]:
    """Return an emulator that delivers and its server that answers, both begun.

    A kept state goes on with its own clock, unless somebody has named one.
    Raises `SettingsError`, naming the flag, where the address cannot be had, and `StoreError`
    where the state cannot be used.
    """
    from mohook.cli.process import raise_file_limit, settle_garbage
    from mohook.delivery.clock import clock_from
    from mohook.emulator import Emulator
    from mohook.server.app import create_app
    from mohook.server.http import HttpServer

    raise_file_limit()
    store = opened_state(settings)
    try:
        clock = clock_from(settings.serve.clock) if clock_named else None
        emulator = Emulator(settings, clock=clock, store=store)
        server = HttpServer(create_app(emulator), settings.serve.host, settings.serve.port)
    except BaseException:
        if store is not None:
            store.close()
        raise
    settle_garbage()
    server.start()
    emulator.start()
    return emulator, server


def _end(server: HttpServer) -> None:
    # Whoever waits for a message to settle may wait for minutes: Ctrl-C does not.
    ending = Thread(target=server.stop, daemon=True)
    ending.start()
    ending.join(_GRACE)


def opened_state(settings: Settings) -> Store | None:
    """Return the store that the settings name; None where they name none.

    Raises `CommandError` for one that cannot be used.
    """
    if settings.serve.state is None:
        return None
    from mohook.store.sql.opening import open_store

    try:
        return open_store(settings.serve.state, keep=settings.serve.keep)
    except StoreError as problem:
        raise CommandError(f"--state: {problem}", USAGE) from problem


def _farewell(emulator: Emulator) -> str:
    pending, held, place = emulator.store.pending(), emulator.store.held(), emulator.store.where
    if not pending and not held:
        return "Stopped. Nothing was pending."
    counted = [f"{pending:,} pending"] * bool(pending) + [f"{held:,} held"] * bool(held)
    kept = f"kept in {place}" if place else "forgotten, as all is kept in memory alone"
    return f"Stopped with {' and '.join(counted)}: {kept}."
