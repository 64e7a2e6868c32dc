"""Settings as `mohook.toml` holds them, read into values by full key name."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import is_dataclass
from pathlib import Path
from typing import Any, TypeGuard, get_args, get_origin

from mohook.errors import SettingsError
from mohook.options.convert import shown
from mohook.options.keys import KEYS, Key, built, joined, keys_of, without_none
from mohook.options.layers import Layer, nearest
from mohook.settings import Settings

__all__ = ["parsed", "read_document"]


def parsed(path: Path) -> dict[str, object]:
    """Return the document in the file at `path`.

    Raises `SettingsError` where it is not UTF-8 or not TOML, with the line, and where it
    cannot be read; `FileNotFoundError` where there is none.
    """
    try:
        content = path.read_bytes()
        # Some editors put a byte order mark before UTF-8; TOML itself knows none.
        return tomllib.loads(content.decode("utf-8-sig"))
    except FileNotFoundError:
        raise
    except OSError as error:
        msg = f"{path}: cannot be read ({error.strerror}): expected a TOML file"
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        msg = f"{path}: line {line} is not UTF-8: expected TOML; save the file as UTF-8"
    except RecursionError:
        msg = f"{path}: nested too deeply: expected tables such as [ip1] and keys in them"
    except ValueError as error:
        msg = f"{path}: not TOML: {error}"
    raise SettingsError(msg)


def read_document(document: Mapping[str, object], origin: str) -> Layer:
    """Read the tables of a parsed file; `origin` names the file in each problem."""
    layer = Layer()
    _read_table(layer, document, keys_of(Settings), "", origin)
    return layer


def _read_table(
    layer: Layer, content: Mapping[str, object], known: Mapping[str, Key], prefix: str, origin: str
) -> None:
    for name, value in content.items():
        if name in known:
            _read_key(layer, known[name], value, origin)
        else:
            place = f"{origin}: {joined(prefix, name)}"
            layer.problems.append(f"{place}: no such key; {_nearest(name, known)}")


def _read_key(layer: Layer, key: Key, value: object, origin: str) -> None:
    inner = without_none(key.annotation)
    if get_origin(inner) is dict:
        if _is_table(value, layer, key.name, origin):
            layer.values[key.name] = _entries(layer, key, value, origin)
    elif not isinstance(inner, type) or not is_dataclass(inner):
        layer.take(key, value, f"{origin}: {key.name}")
    elif _is_table(value, layer, key.name, origin):
        if inner is key.annotation:
            _read_table(layer, value, keys_of(inner, key.name), key.name, origin)
        else:
            layer.values[key.name] = _entry(layer, inner, value, key.name, origin)


def _entries(
    layer: Layer, key: Key, content: Mapping[str, object], origin: str
) -> dict[str, object]:
    """Read the tables that a user names: accounts, customers, numbers."""
    table = get_args(key.annotation)[1]
    entries = {}
    for name, value in content.items():
        full = joined(key.name, name)
        if _is_table(value, layer, full, origin):
            entries[name] = _entry(layer, table, value, full, origin)
    return entries


def _entry(
    layer: Layer, table: type[Any], content: Mapping[str, object], name: str, origin: str
) -> object:
    inner = Layer(problems=layer.problems)
    _read_table(inner, content, keys_of(table, name), name, origin)
    return built(table(), name, inner.values)


def _is_table(
    value: object, layer: Layer, name: str, origin: str
) -> TypeGuard[Mapping[str, object]]:
    if isinstance(value, dict):
        return True
    layer.problems.append(f"{origin}: {name} = {shown(value)}: expected a table, [{name}]")
    return False


def _nearest(name: str, known: Mapping[str, Key]) -> str:
    # A key in the wrong table is as likely as a slip in its name.
    elsewhere = [key.name for key in KEYS.values() if key.field == name]
    if elsewhere:
        return f"did you mean {' or '.join(elsewhere)}?"
    names = {field: key.name for field, key in known.items()}
    return nearest(name, names, f"expected one of {', '.join(known)}")
