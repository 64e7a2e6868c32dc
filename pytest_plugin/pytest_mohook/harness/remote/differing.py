"""What a test asks for against what a running emulator does. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mohook.assumptions import ledger
from mohook.settings import Settings

__all__ = ["differing"]


def differing(wanted: Settings, in_force: Iterable[Mapping[str, Any]], clock: str) -> list[str]:
    """Return each switch that stands elsewhere than a test wants it, in words.

    `in_force` is the emulator's ledger as the control API shows it, `clock` its mode. A test
    that wants the manual clock, as all do by default, is not held to it: most only send.

    >>> from mohook.settings import ServeSettings
    >>> wanted = Settings(serve=ServeSettings(clock="manual"))
    >>> rows = [{"switch": "ip1.retry_limit", "value": "3"}]
    >>> "ip1.retry_limit is 3, wanted none" in differing(wanted, rows, "manual")
    True
    """
    values = {row["switch"]: row["value"] for row in in_force if row["switch"]}
    differences = [
        f"{entry.assumption.switch} is {values.get(entry.assumption.switch)}, wanted {entry.value}"
        for entry in ledger(wanted)
        if entry.assumption.switch and values.get(entry.assumption.switch) != entry.value
    ]
    if wanted.serve.clock not in ("manual", clock):
        differences.append(f"the clock is {clock}, wanted {wanted.serve.clock}")
    return differences
