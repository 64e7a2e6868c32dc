"""The documented examples, as the files under `fixtures/providers` hold them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parents[2] / "fixtures" / "providers"


def sample(name: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads((_FOLDER / f"{name}.json").read_text())
    return value


def as_text(value: object) -> str:
    """Return one text for equal values in equal key order, and another for any other."""
    return json.dumps(value)
