"""The example of `mohook.toml` is the whole truth about keys and defaults."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from pathlib import Path

from mohook.options import load_settings
from mohook.options.keys import KEYS
from mohook.settings import AccountSettings, CustomerSettings, NumberSettings, Settings

EXAMPLE = Path(__file__).parents[2] / "fixtures" / "mohook.example.toml"
COMMENTED = re.compile(r"^# (?=\[|[a-z_]+ = )", re.MULTILINE)


def uncommented() -> str:
    return COMMENTED.sub("", EXAMPLE.read_text(encoding="utf-8"))


def test_the_example_is_the_default() -> None:
    """Loaded as it stands, it changes nothing."""
    assert load_settings(EXAMPLE, environ={}, flags={}) == Settings()


def test_the_example_says_each_default_itself() -> None:
    """A key stands behind a `#` only where there is no default to write."""
    document = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    for name in KEYS:
        default: object = Settings()
        written: object = document
        for part in name.split("."):
            default = getattr(default, part)
            written = written.get(part) if isinstance(written, dict) else None
        assert (written is None) == (default is None or default == {}), name


def test_the_example_shows_every_key(tmp_path: Path) -> None:
    """With every `#` taken away it still loads, and no field of any table is missing."""
    path = tmp_path / "all.toml"
    path.write_text(uncommented(), encoding="utf-8")
    load_settings(path, environ={}, flags={})
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    for name in KEYS:
        here = document
        for part in name.split("."):
            here = here[part]
    for table, shown in [
        (AccountSettings, document["ip1"]["accounts"]),
        (CustomerSettings, document["intelepeer"]["customers"]),
        (NumberSettings, document["intelepeer"]["numbers"]),
    ]:
        assert [set(entry) for entry in shown.values()] == [{f.name for f in fields(table)}]
