"""Whether the emulator is there, and the ledger of what it assumes."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from mohook import __version__
from mohook.assumptions import Entry, ledger
from mohook.server.blueprints import control_api
from mohook.server.current import emulator
from mohook.server.models.control import AssumptionsShown, HealthShown
from mohook.server.replies import replies

__all__ = ["api"]

api = control_api("emulator", "The emulator itself.")


@api.get("/health", responses=replies({200: HealthShown}))
def health() -> dict[str, Any]:
    """Tell that the emulator is ready, its version and its clock."""
    return {"status": "ready", "version": __version__, "clock": emulator().clock.mode}


@api.get("/assumptions", responses=replies({200: AssumptionsShown}))
def assumptions() -> dict[str, Any]:
    """Tell every behaviour: who says so, and where its switch stands."""
    return {"assumptions": [_shown(entry) for entry in ledger(emulator().settings)]}


def _shown(entry: Entry) -> dict[str, Any]:
    return {
        **asdict(entry.assumption),
        "default": entry.default,
        "value": entry.value,
        "changed": entry.changed,
    }
