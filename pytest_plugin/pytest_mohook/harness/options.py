"""How the emulator of a test behaves, in the words of `mohook.toml`, checked."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mohook.errors import InputError, SettingsError
from mohook.options.convert import from_text, shown
from mohook.options.keys import built
from mohook.options.layers import nearest
from mohook.options.rules import contradictions
from mohook.options.toml_file import parsed, read_document
from mohook.providers.intelepeer.provisioning import ProvisioningState
from mohook.settings import ServeSettings, Settings, SignatureSettings
from pytest_mohook.arguments import refuse_strategy

__all__ = [
    "DEFAULT_SEED",
    "HarnessOptions",
    "options_of_run",
    "provisioning_state",
    "read",
    "signature_settings",
    "with_tables",
]

DEFAULT_SEED = 0
_TABLES = ("sms", "ip1", "intelepeer", "delivery")
_KEPT = 1_000_000
"""Finished messages: a test wants all that it sent, also those of a long advance."""

_SERVE = ServeSettings(clock="manual", seed=DEFAULT_SEED, keep=_KEPT)


@dataclass(frozen=True, slots=True, kw_only=True)
class HarnessOptions:
    """What `@pytest.mark.mohook(…)`, the flags and the ini options say, checked.

    `settings` holds the switches, the seed and the clock; `start` is where the clock starts:
    None is MANUAL_START for a manual clock, and now for one that runs by itself.
    `must_settle` fails a passing test that leaves messages undelivered.
    """

    settings: Settings = field(default_factory=lambda: Settings(serve=_SERVE))
    start: datetime | None = None
    must_settle: bool = False

    def with_words(self, words: Mapping[str, Any], place: str) -> HarnessOptions:
        """Return these options with others put over them; None counts as not given.

        `seed`, `start`, `clock`, `must_settle`, the tables of `mohook.toml`, and `headers`,
        `insecure` and `allow_host` of its `[serve]`, for a receiver with a URL. `place` stands
        before a name in what is wrong: `@pytest.mark.mohook: `, or `ini option mohook_`.
        Raises SettingsError that lists all that is wrong.

        >>> HarnessOptions().with_words({"sed": 7}, "here: ")
        Traceback (most recent call last):
        mohook.errors.SettingsError: here: sed = 7: no such option; did you mean seed?
        """
        problems, made = [], self
        for name, value in words.items():
            try:
                made = made._with(name, value, place)
            except InputError as problem:
                problems.append(str(problem))
        if problems:
            raise SettingsError("\n".join(problems))
        return made

    def _with(self, name: str, value: Any, place: str) -> HarnessOptions:
        if name not in _WORDS:
            near = nearest(name, {word: word for word in _WORDS}, _EXPECTED)
            msg = f"{place}{name} = {shown(value)}: no such option; {near}"
            raise SettingsError(msg)
        if value is None:
            return self
        refuse_strategy(f"{place}{name}", value)
        if name == "start":
            return replace(self, start=_instant(value, place))
        if name == "must_settle":
            return replace(self, must_settle=_flag(value, place))
        if name in _TABLES:
            tables = {name: _table(name, value, place)}
            return replace(self, settings=with_tables(self.settings, tables, place.rstrip(": ")))
        return replace(self, settings=_serving(self.settings, name, value, place))


_SERVED = ("allow_host", "headers", "insecure")
"""Of `[serve]`: how a receiver with a URL is reached."""
_WORDS = ("seed", "start", "clock", "must_settle", *_SERVED, *_TABLES)
_EXPECTED = f"expected one of {', '.join(_WORDS)}"


def options_of_run(
    directory: Path, ini: Mapping[str, Any], seed: int | None = None
) -> HarnessOptions:
    """Return what holds where a test says nothing; raise SettingsError for what is wrong.

    `ini` holds the ini options by their names without `mohook_`, and empty ones count as not
    given; `seed` is that of the flag. A `config` is a path as seen from `directory`.
    """
    words = {name: value for name, value in ini.items() if value not in ("", None)}
    config = words.pop("config", None)
    options = read(directory / config) if config else HarnessOptions()
    if isinstance(text := words.get("seed"), str):
        words["seed"] = from_text(text, int)
    options = options.with_words(words, "ini option mohook_")
    return options.with_words({"seed": seed}, "--mohook-")


def read(path: Path) -> HarnessOptions:
    """Return the options that a `mohook.toml` makes; of `[serve]` the seed alone counts.

    Raises SettingsError.
    """
    try:
        document = parsed(path)
    except FileNotFoundError:
        msg = f"ini option mohook_config: no file {path}: expected the path of a mohook.toml"
        raise SettingsError(msg) from None
    settings = with_tables(Settings(), document, str(path))
    seed = DEFAULT_SEED if settings.serve.seed is None else settings.serve.seed
    return HarnessOptions(settings=replace(settings, serve=replace(_SERVE, seed=seed)))


def with_tables(base: Settings, tables: Mapping[str, Any], place: str) -> Settings:
    """Return `base` with tables of `mohook.toml` over it. Raises SettingsError.

    >>> with_tables(Settings(), {"ip1": {"retry_limit": 3}}, "here").ip1.retry_limit
    3
    """
    layer = read_document(tables, place)
    settings = built(base, "", layer.values)
    if problems := [*layer.problems, *contradictions(settings)]:
        raise SettingsError("\n".join(problems))
    return settings


def signature_settings(table: Mapping[str, Any]) -> SignatureSettings:
    """Return how to sign, from the words of `[intelepeer.signature]`. Raises SettingsError."""
    settings = with_tables(Settings(), {"intelepeer": {"signature": dict(table)}}, "sign_with")
    return settings.intelepeer.signature


def provisioning_state(word: ProvisioningState | str) -> ProvisioningState:
    """Return a provisioning state by its documented word. Raises InputError."""
    try:
        return ProvisioningState(word)
    except ValueError:
        words = ", ".join(ProvisioningState)
        msg = f"provisioning {word!r}: expected one of {words}"
        raise InputError(msg) from None


def _serving(settings: Settings, name: str, value: Any, place: str) -> Settings:
    """Return the settings with a seed or a clock, checked by the rules of `[serve]`."""
    try:
        return with_tables(settings, {"serve": {name: value}}, "")
    except SettingsError as problem:
        # Nobody wrote a table here.
        msg = str(problem).replace(": serve.", place, 1)
        raise SettingsError(msg) from None


def _table(name: str, value: Any, place: str) -> dict[str, Any]:
    """Return a table as a dict, its tables too; no strategy stands there, names are texts."""
    if not isinstance(value, Mapping):
        msg = (
            f"{place}{name} = {shown(value)}: expected a dict, such as {{'retry_interval': '30s'}}"
        )
        raise SettingsError(msg)
    for key, inner in value.items():
        if not isinstance(key, str):
            msg = f"{place}{name}: {shown(key)} is no name: expected a str, such as {str(key)!r}"
            raise SettingsError(msg)
        refuse_strategy(f"{place}{name}.{key}", inner)
    return {
        key: _table(f"{name}.{key}", inner, place) if isinstance(inner, Mapping) else inner
        for key, inner in value.items()
    }


def _instant(value: Any, place: str) -> datetime:
    with suppress(ValueError, OverflowError):  # told below, with what was expected
        instant = datetime.fromisoformat(value) if isinstance(value, str) else value
        if isinstance(instant, datetime) and instant.tzinfo is not None:
            return instant.astimezone(UTC)
    msg = f"{place}start = {shown(value)}: expected an instant such as 2026-01-01T12:00:00Z"
    raise SettingsError(msg)


def _flag(value: Any, place: str) -> bool:
    if not isinstance(value, bool):
        msg = f"{place}must_settle = {shown(value)}: expected True or False"
        raise SettingsError(msg)
    return value
