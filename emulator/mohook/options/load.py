"""Settings from everywhere at once, or one error that lists all that is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from mohook.errors import SettingsError
from mohook.options.keys import built
from mohook.options.layers import Layer, read_environment, read_flags
from mohook.options.rules import contradictions
from mohook.options.toml_file import parsed, read_document
from mohook.settings import Settings

__all__ = ["DEFAULT_PATH", "load_settings", "named_settings"]

DEFAULT_PATH = Path("mohook.toml")
"""Read from the current folder when it is there and no other path is given."""


def load_settings(
    path: Path | None, *, environ: Mapping[str, str], flags: Mapping[str, object]
) -> Settings:
    """Return the settings: a flag beats its variable, that beats the file, that the default.

    `path` is the file that somebody named (else `MOHOOK_CONFIG`, else `mohook.toml` where there
    is one). `flags` are those of a command by parameter name; None means not given.
    Raises `SettingsError`, one line for each thing that is wrong in any of the three.

    >>> load_settings(None, environ={"MOHOOK_PORT": "7671"}, flags={"port": 7672}).serve.port
    7672
    """
    layers = [_from_file(path, environ), read_environment(environ), read_flags(flags)]
    problems = [problem for layer in layers for problem in layer.problems]
    settings = Settings()
    for layer in layers:
        settings = built(settings, "", layer.values)
    problems.extend(contradictions(settings))
    if problems:
        raise SettingsError("\n".join(problems))
    return settings


def named_settings(
    path: Path | None, *, environ: Mapping[str, str], flags: Mapping[str, object]
) -> frozenset[str]:
    """Return the full names of all keys that `load_settings` finds in any of the three.

    >>> sorted(named_settings(None, environ={"MOHOOK_PORT": "7671"}, flags={"clock": "x60"}))
    ['serve.clock', 'serve.port']
    """
    layers = [_from_file(path, environ), read_environment(environ), read_flags(flags)]
    return frozenset(name for layer in layers for name in layer.values)


def _from_file(path: Path | None, environ: Mapping[str, str]) -> Layer:
    named = path or (Path(environ["MOHOOK_CONFIG"]) if environ.get("MOHOOK_CONFIG") else None)
    try:
        document = parsed(named or DEFAULT_PATH)
    except FileNotFoundError:
        if named is None:
            return Layer()
        msg = f"{named}: no such file: expected the path of a TOML file, such as mohook.toml"
        raise SettingsError(msg) from None
    return read_document(document, str(named or DEFAULT_PATH))
