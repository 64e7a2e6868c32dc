"""Options that several commands share, and the kinds of value that they take."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mohook.durations import parse_duration
from mohook.errors import InputError

if TYPE_CHECKING:
    from mohook.client import Client
    from mohook.settings import Settings

__all__ = [
    "client_at",
    "config_flag",
    "duration",
    "header_flag",
    "insecure_flag",
    "is_named",
    "json_flag",
    "settings_from",
    "url_flag",
]


def duration(value: str) -> timedelta:
    """Return the length of time that an option's text names, or fail as click does."""
    try:
        return parse_duration(value)
    except InputError as problem:
        raise click.BadParameter(str(problem)) from problem


json_flag = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
config_flag = click.option(
    "--config",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Settings.  [default: ./mohook.toml]",
)
header_flag = click.option(
    "--header", multiple=True, metavar="NAME: VALUE", help="Add it to each request."
)
insecure_flag = click.option("--insecure", is_flag=True, help="Take any certificate.")
url_flag = click.option(
    "--url",
    envvar="MOHOOK_URL",
    metavar="URL",
    help="The emulator.  [default: from mohook.toml, else http://127.0.0.1:7670]",
)


def settings_from(config: Path | None, flags: Mapping[str, object] | None = None) -> Settings:
    """Return the settings from flags, environment and file. Raises `SettingsError`."""
    from mohook.options import load_settings

    return load_settings(config, environ=os.environ, flags=flags or {})


def is_named(key: str, config: Path | None, flags: Mapping[str, object]) -> bool:
    """Whether somebody has named the setting `key`: by flag, by variable or in the file."""
    from mohook.options import named_settings

    return key in named_settings(config, environ=os.environ, flags=flags)


def client_at(url: str | None, config: Path | None, **more: timedelta) -> Client:
    """Return a client for the emulator at `url`, or for the one that the settings describe.

    It shows the control token of the settings. `more` is for `Client`.
    """
    from mohook.client import Client

    settings = settings_from(config)
    return Client(url or _served_at(settings), token=settings.serve.control_token, **more)


def _served_at(settings: Settings) -> str:
    from mohook.listening import url_at
    from mohook.settings import ServeSettings

    # Port 0 takes any free one: nobody can know which.
    return url_at(settings.serve.host, settings.serve.port or ServeSettings().port)
